"""The journal: round trips of every account with what the trader says of them, read while the desk trades."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workstation.journal.account_words import AccountWords
from workstation.journal.answers import Answers
from workstation.journal.import_receipts import receipt_of
from workstation.journal.note_pictures import ADDED, with_picture, with_pictures_of
from workstation.journal.rituals.book import RitualBook
from workstation.journal.shelf import AccountShelf, Changed
from workstation.journal.words import IMPORTS, JournalWords
from workstation.model.journal import (
    Attachment,
    ContractTerms,
    Diary,
    Excursion,
    ImportReceipt,
    JournalAccount,
    ReviewedTrip,
    TripNote,
)
from workstation.model.missed import MissedTrade, Shadow
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment
from workstation.runtime.clock import Clock, SystemClock
from workstation.store.journal import Imported, JournalStore
from workstation.store.journal_files import AttachmentFiles


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
        self.clock = clock or SystemClock()
        self.store = JournalStore(data_dir, read_only=read_only)
        self.files = AttachmentFiles(data_dir)
        self._refreshing = threading.Lock()  # what folds belongs to it
        self._lock = threading.RLock()  # what is answered belongs to it
        self._version, self._stale_imports = 0, set[str]()
        self._seen_data, self._damage = -1, ""
        self._troubles: tuple[str, ...] = ()
        try:
            self._words = JournalWords(self.store, self.clock, self._believed)
        except BaseException:
            self.store.close()
            raise
        self.rituals = RitualBook(self._words, self._lock, self.clock, self._count_up)
        """Weekly reviews, commitments, losses looked back on, pages of setups."""
        self.account_words = AccountWords(self._words, self._lock, self._count_up)
        self._shelf = AccountShelf(data_dir, self._words.terms)
        self._answers = Answers(self._words, self._shelf, self._lock)
        self._stale_imports.update(self._words.imported_accounts())

    # What is known.

    @property
    def version(self) -> int:
        """Counts up when anything has changed."""
        return self._version + self._shelf.version

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
        """Return the accounts in which something was traded or missed, sorted by key.

        Each pass of a recording, and each start of the simulated exchange, begins one: most stay empty.
        """
        trips = self._answers.trips
        with self._lock:
            missed = self._shelf.missed.keys() | {trade.account for trade in self._words.missed.values()}
        return tuple(one for one in self._shelf.accounts() if trips.get(one.key) or one.key in missed)

    def trips(self, account_key: str | None = None) -> tuple[ReviewedTrip, ...]:
        """Return the round trips of an account, or of all, as they were closed; those open come last."""
        return self._answers.trips.get(account_key, ())

    def trip(self, trip_id: str) -> ReviewedTrip | None:
        """Return one round trip; None where there is none of that id."""
        return self._answers.by_id.get(trip_id)

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
            by_hand = self._words.missed_in(account_key)
        found = self._shelf.missed.get(account_key, ())
        return tuple(sorted((*found, *by_hand), key=lambda trade: trade.asked_ms))

    def shadow(self, intent_id: str) -> Shadow | None:
        """Return what a missed trade would have come to; None where that is not reckoned yet."""
        return self._words.shadows.get(intent_id)

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
        trip = self._answers.by_id.get(note.trip_id)
        what = "Note" if trip is None else f"Note of {trip.trip.symbol}"
        with self._lock:
            note = replace(with_pictures_of(self.note(note.trip_id), note), edited_ms=self.clock.now_ms())
            return self._words.change(what, "notes", note.trip_id, note, goes_on=goes_on)

    def save_diary(self, diary: Diary, *, goes_on: bool = False) -> "Future[None]":
        """Keep the diary of a day; see `save_note`."""
        diary = replace(diary, edited_ms=self.clock.now_ms())
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
        moment = self.clock.now_ms() if taken_ms is None else taken_ms
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
            return with_picture(note or TripNote(trip_id), picture, self.clock.now_ms())

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
            receipt = receipt_of(
                max(self._words.imports, default=0) + 1,
                account,
                (source_name, source_sha256),
                self.clock.now_ms(),
                fills,
                fundings,
                self._words.imports_of(account.key),
            )
            added = Imported(receipt, tuple(fills), tuple(fundings), tuple(contracts))
            with self._lock:
                self._words.add_import(added)
            self._refold(account.key)
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
            before = self._version, self._shelf.version
            troubles: list[str] = []
            changed: Changed = {}
            if self.is_read_only:
                seen = self.store.data_version()
                if seen != self._seen_data:
                    self._seen_data = seen
                    with self._lock:
                        self._words.load()
                        self._version += 1
                    self._stale_imports.update(self._words.imported_accounts())
                    changed = self._shelf.everything()
            elif self._seen_data < 0:
                self._seen_data = 0
                self._damage = self.store.check()
            if self._damage:
                troubles.append(self._damage)
            self._shelf.look(changed, troubles)
            for key in sorted(self._stale_imports):
                self._shelf.refold(key, self._words.imports_of(key), changed)
            self._stale_imports.clear()
            self._shelf.use_terms(changed, troubles)
            self._troubles = tuple(troubles)
            self._publish(changed)
            return (self._version, self._shelf.version) != before

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

    def _refold(self, key: str) -> None:
        """Reckon an imported account anew, now."""
        changed: Changed = {}
        self._shelf.refold(key, self._words.imports_of(key), changed)
        self._publish(changed)

    def _publish(self, changed: Changed) -> None:
        """Let what was folded be the answer from now on."""
        self._version += self._answers.publish(changed)

    def _go_back(self, *, undo: bool) -> str | None:
        with self._lock:
            if self._words.next_place(undo=undo) != IMPORTS:
                return self._words.go_back(undo=undo)
        with self._refreshing, self._lock:
            return self._words.go_back(undo=undo)

    def _count_up(self) -> None:
        self._version += 1

    def _find_out(self, place: str, found: Mapping[str, object]) -> "Future[None]":
        with self._lock:
            done = self._words.find_out(place, found)
            self._version += 1
            self._answers.review_again(*found)
        return done

    def _believed(self, place: str, key: str) -> None:
        """Let a change be seen; both locks are held where an import was changed."""
        self._version += 1
        if place == IMPORTS:
            self._refold(self._words.imports[int(key)].receipt.account.key)
        elif place in ("notes", "excursions", "conditions"):
            self._answers.review_again(key)
