"""The journal: round trips of every account with what the trader says of them, read while the desk trades."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workstation.errors import PreflightError
from workstation.journal.account_book import KINDS, AccountBook
from workstation.journal.accounts import accounts_in
from workstation.journal.round_trips import place_of
from workstation.journal.trip_events import Leg, TripEvent
from workstation.journal.words import IMPORTS, JournalWords, counts
from workstation.model.journal import (
    Attachment,
    ContractTerms,
    Diary,
    Excursion,
    ImportReceipt,
    JournalAccount,
    MissedTrade,
    ReviewedTrip,
    RoundTrip,
    Shadow,
    TripNote,
)
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment
from workstation.runtime.clock import Clock, SystemClock
from workstation.store.journal import Imported, JournalStore
from workstation.store.journal_files import AttachmentFiles
from workstation.store.ledger_reader import LedgerReader

ADDED = "added"
"""Role of what the trader attached; other roles are the desk's own."""


class Journal:
    """Everything that was traded in a data directory, and the trader's own words on it.

    Any thread may ask and write; answers are what is known by the last `refresh`, and never wait for a disk.
    What is written counts at once; futures say when it is on the disk, and `troubles` why it is not yet.
    """

    def __init__(self, data_dir: Path, *, clock: Clock | None = None, read_only: bool = False) -> None:
        """Open the journal of a data directory, or make it. Trades are known after the first `refresh`.

        Args:
            data_dir: the data directory.
            clock: ours.
            read_only: change nothing; so it is also where another process has this journal open.

        Raises:
            DataDirectoryError, StoreFull, JournalDamaged: see `open_journal_file`.
        """
        self.data_dir = data_dir
        self._clock = clock or SystemClock()
        self.store = JournalStore(data_dir, read_only=read_only)
        self.files = AttachmentFiles(data_dir)
        self._refreshing = threading.Lock()  # what folds belongs to it
        self._lock = threading.RLock()  # what is answered belongs to it
        self._version = 0
        self._readers: dict[str, LedgerReader] = {}
        self._books: dict[str, AccountBook] = {}
        self._stale_imports: set[str] = set()
        self._seen_data = -1
        self._damage = ""
        self._trips: dict[str | None, tuple[ReviewedTrip, ...]] = {None: ()}
        self._by_id: dict[str, ReviewedTrip] = {}
        self._troubles: tuple[str, ...] = ()
        self._missed: dict[str, tuple[int, tuple[MissedTrade, ...]]] = {}
        try:
            self._words = JournalWords(self.store, self._clock, self._believed)
        except BaseException:
            self.store.close()
            raise
        self._stale_imports.update(self._imported_accounts())

    # What is known.

    @property
    def version(self) -> int:
        """Counts up when anything has changed."""
        return self._version

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be changed here, because another Preflight has the journal open."""
        return self.store.is_read_only

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong, a sentence each: chains that do not hold, files that cannot be read or written."""
        own = self.store.trouble
        return (own, *self._troubles) if own else self._troubles

    def accounts(self) -> tuple[JournalAccount, ...]:
        """Return the accounts with a ledger or an import, sorted by key."""
        with self._lock:
            return tuple(self._books[key].account for key in sorted(self._books))

    def trips(self, account_key: str | None = None) -> tuple[ReviewedTrip, ...]:
        """Return the round trips of an account, or of all, as they were closed; those open come last."""
        return self._trips.get(account_key, ())

    def trip(self, trip_id: str) -> ReviewedTrip | None:
        """Return one round trip; None where there is none of that id."""
        return self._by_id.get(trip_id)

    def note(self, trip_id: str) -> TripNote:
        """Return what the trader says of a round trip; empty where nothing was written."""
        return self._words.notes.get(trip_id) or TripNote(trip_id)

    def diary(self, day: str) -> Diary:
        """Return the diary of a day ("2026-11-21"); empty where nothing was written."""
        return self._words.diary.get(day) or Diary(day)

    def diaries(self) -> tuple[Diary, ...]:
        """Return every day that was written of, the oldest first."""
        with self._lock:
            return tuple(self._words.diary[day] for day in sorted(self._words.diary))

    def missed(self, account_key: str) -> tuple[MissedTrade, ...]:
        """Return what was wanted in an account and never became a position, the oldest first."""
        with self._lock:
            by_hand = [trade for trade in self._words.missed.values() if trade.account == account_key]
            found = self._missed.get(account_key, (0, ()))[1]
        return tuple(sorted((*found, *by_hand), key=lambda trade: trade.asked_ms))

    def shadow(self, intent_id: str) -> Shadow | None:
        """Return what a missed trade would have come to; None where that is not reckoned yet."""
        return self._words.shadows.get(intent_id)

    def conditions(self, trip_id: str) -> dict[str, str]:
        """Return words by name; empty where none are known yet."""
        return self._words.conditions.get(trip_id, {})

    def imports(self) -> tuple[ImportReceipt, ...]:
        """Return every import, also those that were undone, the oldest first."""
        with self._lock:
            return tuple(one.receipt for one in self._words.imports.values())

    # What the trader says.

    def save_note(self, note: TripNote, *, goes_on: bool = False) -> "Future[None]":
        """Keep a note.

        Args:
            note: with the id of its round trip; its time of change is set here.
            goes_on: it is the same change as the one before, as letters typed on: undo takes both back.

        Raises:
            JournalReadOnly: another process writes this journal.
        """
        trip = self._by_id.get(note.trip_id)
        what = "Note" if trip is None else f"Note of {trip.trip.symbol}"
        with self._lock:
            held = self.note(note.trip_id)
            if note.edited_ms < held.edited_ms:  # begun before a picture was taken: it is not taken off again
                missing = [
                    one for one in held.attachments if one.role != ADDED and one not in note.attachments
                ]
                note = replace(note, attachments=(*note.attachments, *missing))
            note = replace(note, edited_ms=self._clock.now_ms())
            return self._words.change(what, "notes", note.trip_id, note, goes_on=goes_on)

    def save_diary(self, diary: Diary, *, goes_on: bool = False) -> "Future[None]":
        """Keep the diary of a day; see `save_note`."""
        diary = replace(diary, edited_ms=self._clock.now_ms())
        what = f"Diary of {diary.day}"
        with self._lock:
            return self._words.change(what, "diary", diary.day, diary, goes_on=goes_on)

    def save_missed(self, trade: MissedTrade) -> "Future[None]":
        """Keep a trade that the trader wrote down as missed, under the id of its intent; see `save_note`."""
        what = f"Missed trade in {trade.intent.symbol}"
        with self._lock:
            return self._words.change(what, "missed", trade.intent.intent_id, trade)

    def remove_missed(self, intent_id: str) -> "Future[None]":
        """Take away a missed trade that was written down by hand; see `save_note`."""
        with self._lock:
            return self._words.change("Missed trade", "missed", intent_id, None)

    def undo(self) -> str | None:
        """Take back the newest change that is not undone; return what it was, None where there is none.

        Raises:
            JournalReadOnly: another process writes this journal.
        """
        return self._go_back(undo=True)

    def redo(self) -> str | None:
        """Do again what was undone last; return as `undo`."""
        return self._go_back(undo=False)

    def start_said(self, account_key: str, asset: str) -> Decimal | None:
        """Return what the trader said an account held before its first round trip; None if nothing was."""
        return self._words.starts.get(f"{account_key}|{asset}")

    def save_start(self, account_key: str, asset: str, balance: Decimal | None) -> "Future[None]":
        """Keep what an account held before its first round trip, None to forget it; see `save_note`."""
        with self._lock:
            return self._words.change("Starting balance", "starts", f"{account_key}|{asset}", balance)

    # Files.

    def attach(
        self, source: Path | bytes, name: str = "", *, role: str = ADDED, taken_ms: int | None = None
    ) -> Attachment:
        """Keep a file, or bytes under a name; a note that names it among its attachments shows it.

        It is written before this returns: large ones do not belong on the window's thread.

        Raises:
            BadFigure: it is too large, or no file.
            DataDirectoryError, StoreFull: it cannot be read, or not be kept.
        """
        called = name or (source.name if isinstance(source, Path) else "")
        moment = self._clock.now_ms() if taken_ms is None else taken_ms
        return self.files.keep(source, called, role, moment)

    def attachment_path(self, attachment: Attachment) -> Path:
        """Return where an attachment lies, whether or not it is still there.

        Raises:
            DataDirectoryError: it is no attachment of a journal.
        """
        return self.files.path(attachment)

    def add_picture(self, trip_id: str, picture: Attachment) -> "Future[None]":
        """Put a picture that the desk took by itself with a round trip: no change of the trader's.

        Raises:
            JournalReadOnly: another process writes this journal.
        """

        def add(note: TripNote | None) -> TripNote:
            note = note or TripNote(trip_id)
            if any((one.sha256, one.role) == (picture.sha256, picture.role) for one in note.attachments):
                return note
            moment_ms = max(self._clock.now_ms(), note.edited_ms + 1)
            return replace(note, attachments=(*note.attachments, picture), edited_ms=moment_ms)

        with self._lock:
            return self._words.add_throughout("notes", trip_id, add)

    # What is found out about trips.

    def save_excursion(self, trip_id: str, excursion: Excursion) -> "Future[None]":
        """Keep how far price went; not a change that can be undone."""
        return self._find_out("excursions", {trip_id: excursion})

    def save_conditions(self, found: Mapping[str, Mapping[str, str]]) -> "Future[None]":
        """Keep conditions, by id of the round trip, beside those that are known; not to be undone."""
        known = self._words.conditions
        return self._find_out(
            "conditions", {key: {**known.get(key, {}), **words} for key, words in found.items()}
        )

    def save_shadows(self, found: Iterable[Shadow]) -> "Future[None]":
        """Keep what missed trades would have come to; not to be undone."""
        return self._find_out("shadows", {one.intent_id: one for one in found})

    def terms(self, venue: str, symbol: str) -> ContractTerms | None:
        """Return how a symbol turns into money; None where nothing has told it."""
        return self._words.terms.get((venue, symbol))

    def know_terms(self, terms: Iterable[ContractTerms]) -> None:
        """Remember how symbols turn into money; trips are reckoned by it from the next `refresh` on."""
        with self._lock:
            for one in terms:
                self._words.know_terms(one)

    # Imports.

    def add_imported(
        self,
        account: JournalAccount,
        fills: Sequence[Fill],
        fundings: Sequence[FundingPayment],
        contracts: Sequence[ContractTerms],
        source_name: str,
        source_sha256: str,
    ) -> ImportReceipt:
        """Add what was read from a venue's export; what is there already counts once.

        Args:
            account: to add to; made if there is none of its key.
            fills, fundings: all of the file, in any order.
            contracts: terms of their symbols.
            source_name: the file, without any path.
            source_sha256: of its bytes.

        Raises:
            JournalReadOnly: another process writes this journal.
            StoreFull, DataDirectoryError: nothing was added.
        """
        with self._refreshing:
            held = [one for one in self._words.imports.values() if counts(one.receipt, account.key)]
            known_fills = {_fill_id(fill) for one in held for fill in one.fills}
            known_fundings = {_funding_id(paid) for one in held for paid in one.fundings}
            new_fills = {_fill_id(fill) for fill in fills} - known_fills
            new_fundings = {_funding_id(paid) for paid in fundings} - known_fundings
            receipt = ImportReceipt(
                max(self._words.imports, default=0) + 1,
                account,
                source_name,
                source_sha256,
                self._clock.now_ms(),
                len(new_fills),
                len(fills) - len(new_fills),
                len(new_fundings),
                len(fundings) - len(new_fundings),
            )
            added = Imported(receipt, tuple(fills), tuple(fundings), tuple(contracts))
            with self._lock:
                self._words.add_import(added)
            self._refold_imports(account.key)
        return receipt

    def undo_import(self, import_id: int) -> "Future[None]":
        """Take an import back; `undo` brings it again.

        Raises:
            KeyError: there is none of that id.
            JournalReadOnly: another process writes this journal.
        """
        with self._refreshing, self._lock:
            what = f"Import of {self._words.imports[import_id].receipt.source_name} taken back"
            return self._words.change(what, IMPORTS, str(import_id), False)

    # Running.

    def refresh(self) -> bool:
        """Take in what was written since the last time, here and by the desk; return whether there was any.

        Takes a few milliseconds where little is new, and seconds at first: not for the window's thread.
        """
        with self._refreshing:
            before = self._version
            troubles: list[str] = []
            changed: dict[str, dict[Leg, int]] = {}
            if self.is_read_only:
                seen = self.store.data_version()
                if seen != self._seen_data:
                    self._seen_data = seen
                    with self._lock:
                        self._words.load()
                        self._version += 1
                    self._stale_imports.update(self._imported_accounts())
                    changed = {key: dict.fromkeys(book.folds, 0) for key, book in self._books.items()}
            elif self._seen_data < 0:
                self._seen_data = 0
                self._damage = self.store.check()
            if self._damage:
                troubles.append(self._damage)
            self._look_at_ledgers(changed, troubles)
            for key, book in self._books.items():
                for name, place in book.use_terms().items():
                    those = changed.setdefault(key, {})
                    those[name] = min(place, those.get(name, place))
                troubles += [
                    f"{book.account.title}: how {symbol} turns into money is not known, so its trades are "
                    "left out until the desk follows it."
                    for symbol in book.without_terms
                ]
            self._troubles = tuple(troubles)
            self._publish({key: those for key, those in changed.items() if those})
            return self._version != before

    def flush(self) -> bool:
        """Wait until what was written is on the disk; return whether it is."""
        return self.store.flush()

    def close(self) -> None:
        """Write what waits and release the file. Twice does nothing.

        Raises:
            StoreFull, DataDirectoryError: something could not be written, and is lost.
        """
        self.store.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Below: how it is done.

    def _imported_accounts(self) -> set[str]:
        imports = self._words.imports.values()
        return {one.receipt.account.key for one in imports}

    def _look_at_ledgers(self, changed: dict[str, dict[Leg, int]], troubles: list[str]) -> None:
        for account, folder in accounts_in(self.data_dir):
            reader = self._readers.get(account.key)
            if reader is None:
                reader = self._readers[account.key] = LedgerReader(folder, KINDS)
                with self._lock:
                    self._books[account.key] = AccountBook(account, self._words.terms)
                    self._version += 1
            book = self._books[account.key]
            try:
                found = reader.look()
            except PreflightError as error:
                troubles.append(f"{account.title}: {error}")
                continue
            if reader.trouble:
                troubles.append(f"{account.title}: {reader.trouble} The rest is shown all the same.")
            if found.is_anew:
                book.begin_anew()
                changed[account.key] = {}
                self._publish({account.key: {}})
            if found.entries:
                those = changed.setdefault(account.key, {})
                for name, place in book.take_entries(found.entries).items():
                    those[name] = min(place, those.get(name, place))
            if book.missed_version != self._missed.get(account.key, (0,))[0]:
                with self._lock:
                    self._missed[account.key] = (book.missed_version, tuple(book.missed()))
                    self._version += 1
        for key in sorted(self._stale_imports):
            self._refold_imports(key)

    def _refold_imports(self, key: str) -> None:
        """Reckon an imported account anew from the imports that count."""
        with self._lock:
            held = [one for one in self._words.imports.values() if counts(one.receipt, key)]
            self._stale_imports.discard(key)
            if not held:
                self._books.pop(key, None)
                self._publish({key: {}})
                return
            terms = {(one.venue, one.symbol): one for import_ in held for one in import_.contracts}
            book = self._books[key] = AccountBook(held[-1].receipt.account, terms)
        events: list[TripEvent] = []
        for import_ in held:
            events += import_.fills
            events += import_.fundings
        self._publish({key: book.take_events(events)})

    def _publish(self, changed: Mapping[str, Mapping[Leg, int]]) -> None:
        """Let what was folded be the answer from now on."""
        if not changed:
            return
        answers: dict[str | None, tuple[ReviewedTrip, ...]] = {}
        with self._lock:
            for key, those in changed.items():
                book = self._books.get(key)
                if book is None:
                    answers[key] = ()
                    continue
                book.review(those, self._reviewed)
                trips = [trip for held in book.reviewed.values() for trip in held]
                answers[key] = tuple(sorted(trips, key=_place))
            merged = {**self._trips, **answers}
            every = [trip for key, trips in merged.items() if key is not None for trip in trips]
            merged[None] = tuple(sorted(every, key=_place))
            self._by_id = {one.trip.trip_id: one for one in merged[None]}
            self._trips = merged
            self._version += 1

    def _reviewed(self, book: AccountBook, trip: RoundTrip) -> ReviewedTrip:
        key = trip.trip_id
        return ReviewedTrip(
            trip,
            self._words.notes.get(key) or TripNote(key),
            book.evidence(trip),
            book.overrides(trip),
            book.stop_moves(trip),
            self._words.excursions.get(key),
            self._words.conditions.get(key, {}),
        )

    def _review_again(self, *trip_ids: str) -> None:
        """Put a few round trips together anew, where everything else is as it was."""
        now: dict[str, ReviewedTrip] = {}
        for trip_id in trip_ids:
            before = self._by_id.get(trip_id)
            if before is not None:
                now[trip_id] = replace(
                    before,
                    note=self.note(trip_id),
                    excursion=self._words.excursions.get(trip_id),
                    conditions=self.conditions(trip_id),
                )
        if not now:
            return
        self._by_id.update(now)
        for key in {None, *(one.trip.account for one in now.values())}:
            self._trips[key] = tuple([now.get(one.trip.trip_id, one) for one in self._trips[key]])
            if key is not None:
                self._books[key].replace(now)

    def _go_back(self, *, undo: bool) -> str | None:
        with self._lock:
            if self._words.next_place(undo=undo) != IMPORTS:
                return self._words.go_back(undo=undo)
        with self._refreshing, self._lock:
            return self._words.go_back(undo=undo)

    def _find_out(self, place: str, found: Mapping[str, object]) -> "Future[None]":
        with self._lock:
            done = self._words.find_out(place, found)
            self._version += 1
            self._review_again(*found)
        return done

    def _believed(self, place: str, key: str) -> None:
        """Let a change be seen; both locks are held where an import was changed."""
        self._version += 1
        if place == IMPORTS:
            self._refold_imports(self._words.imports[int(key)].receipt.account.key)
        elif place in ("notes", "excursions", "conditions"):
            self._review_again(key)


def _place(reviewed: ReviewedTrip) -> tuple[bool, int, int, str]:
    return place_of(reviewed.trip)


def _fill_id(fill: Fill) -> tuple[str, str, int, str]:
    return (fill.venue, fill.symbol, fill.trade_id, fill.side.value)


def _funding_id(paid: FundingPayment) -> tuple[str, str, int, str]:
    return (paid.venue, paid.symbol, paid.event_ms, paid.kind.value)
