"""What the trader says of trades, as it lies in the journal's store: each change remembered, to be undone."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from workstation.model.journal import ContractTerms, Diary, Excursion, TripNote
from workstation.model.missed import MissedTrade, Shadow
from workstation.model.rituals import Commitment, LossReview, PlaybookPage, WeeklyReview
from workstation.runtime.clock import Clock
from workstation.store.journal import Change, Edit, Forget, Imported, JournalStore, Put

MOST_EDITS = 500
"""That can be undone: older ones stay as they are."""
IMPORTS = "imports"
"""The place of imports, of which only whether they count can be changed."""
_COUNTS, _COUNTS_NOT = "1", ""

Body = TypeVar("Body")

_encoder = msgspec.json.Encoder(order="deterministic")
_KINDS: dict[str, Any] = {
    "notes": TripNote,
    "diary": Diary,
    "missed": MissedTrade,
    "excursions": Excursion,
    "conditions": dict[str, str],
    "terms": ContractTerms,
    "shadows": Shadow,
    "starts": Decimal,
    "weeks": WeeklyReview,
    "commitments": Commitment,
    "losses": LossReview,
    "playbook": PlaybookPage,
}


class JournalWords:
    """Notes, diary and what was found out, in memory and in the store; the caller holds one lock over it.

    A change counts at once, in memory, and is on the disk when its future is done.

    Attributes:
        notes, excursions, conditions: by id of the round trip.
        diary: by day.
        starts: balance before the first trip, by "account|coin".
        missed, shadows: trades written down by hand, and what missed ones came to, by id of their intent.
        terms: by venue and symbol.
        imports: by number, also those that were undone.
        weeks, commitments, losses, playbook: of the trader's rituals, by their own keys.
    """

    def __init__(self, store: JournalStore, clock: Clock, believed: Callable[[str, str], None]) -> None:
        """Read what the store holds.

        Args:
            store: where it is kept.
            clock: ours.
            believed: told of place and key after every change.

        Raises:
            JournalDamaged, DataDirectoryError: it cannot be read.
        """
        self._store = store
        self._clock = clock
        self._believed = believed
        self.terms: dict[tuple[str, str], ContractTerms] = {}
        self.load()

    def load(self) -> None:
        """Read everything anew; see `JournalStore.load` for errors."""
        contents = self._store.load()
        self._bodies = contents.bodies
        read: dict[str, dict[str, Any]] = {
            place: {key: msgspec.json.decode(text, type=kind) for key, text in contents.bodies[place].items()}
            for place, kind in _KINDS.items()
        }
        self._read = read
        self.notes: dict[str, TripNote] = read["notes"]
        self.diary: dict[str, Diary] = read["diary"]
        self.missed: dict[str, MissedTrade] = read["missed"]
        self.excursions: dict[str, Excursion] = read["excursions"]
        self.conditions: dict[str, dict[str, str]] = read["conditions"]
        self.shadows: dict[str, Shadow] = read["shadows"]
        self.starts: dict[str, Decimal] = read["starts"]
        self.weeks: dict[str, WeeklyReview] = read["weeks"]
        self.commitments: dict[str, Commitment] = read["commitments"]
        self.losses: dict[str, LossReview] = read["losses"]
        self.playbook: dict[str, PlaybookPage] = read["playbook"]
        terms: Mapping[str, ContractTerms] = read["terms"]
        self.terms.update({(one.venue, one.symbol): one for one in terms.values()})
        self.imports = {one.receipt.import_id: one for one in contents.imports}
        self._edits = [edit for edit in contents.edits if not edit.is_undone]
        self._undone = [edit for edit in reversed(contents.edits) if edit.is_undone]
        self._next_edit = max((edit.edit_id for edit in contents.edits), default=0) + 1

    def imported_accounts(self) -> set[str]:
        """Return the accounts that something was ever imported into."""
        return {one.receipt.account.key for one in self.imports.values()}

    def imports_of(self, account_key: str) -> list[Imported]:
        """Return the imports of an account that were not taken back."""
        return [
            one
            for one in list(self.imports.values())
            if one.receipt.account.key == account_key and not one.receipt.is_undone
        ]

    def missed_in(self, account_key: str) -> list[MissedTrade]:
        """Return what was written down by hand as missed in an account."""
        return [trade for trade in self.missed.values() if trade.account == account_key]

    def change(
        self, what: str, place: str, key: str, value: object | None, *, goes_on: bool = False
    ) -> "Future[None]":
        """Change what is kept under a key, None to take it away, and remember what was there.

        Args:
            what: was changed, in the trader's words.
            place, key: where.
            value: of the place's kind; of an import whether it counts.
            goes_on: it is one with the change before, if that was of the same key.

        Raises:
            JournalReadOnly: another process writes this journal.
        """
        after = _text(place, value)
        last = self._edits[-1] if self._edits else None
        if goes_on and last is not None and (last.place, last.key) == (place, key):
            edit = replace(last, after=after, time_ms=self._clock.now_ms())
        else:
            last, edit = None, self._new_edit(what, place, key, self._body(place, key), after)
        done = self._store.write(*self._forgotten(), *self._put(place, key, after), edit)
        if last is not None:
            self._edits.pop()
        self._remember(edit)
        self._believe(place, key, after)
        return done

    def next_place(self, *, undo: bool) -> str:
        """Where `go_back` would change something; empty where there is nothing to go back to."""
        stack = self._edits if undo else self._undone
        return stack[-1].place if stack else ""

    def go_back(self, *, undo: bool) -> str | None:
        """Take back the newest change, or do the last that was taken back again; return what it was.

        Raises:
            JournalReadOnly: another process writes this journal.
        """
        stack, other = (self._edits, self._undone) if undo else (self._undone, self._edits)
        if not stack:
            return None
        edit = replace(stack[-1], is_undone=undo)
        body = edit.before if undo else edit.after
        self._store.write(*self._put(edit.place, edit.key, body), edit)
        stack.pop()
        other.append(edit)
        self._believe(edit.place, edit.key, body)
        return edit.what

    def find_out(self, place: str, found: Mapping[str, object]) -> "Future[None]":
        """Keep what was worked out, by key: no change of the trader's, so not to be undone.

        Raises:
            JournalReadOnly: another process writes this journal.
        """
        bodies = {key: _text(place, value) for key, value in found.items()}
        done = self._store.write(*(Put(place, key, body) for key, body in bodies.items()))
        for key, body in bodies.items():
            self._keep(place, key, body)
        return done

    def add_throughout(self, place: str, key: str, add: Callable[[Any | None], object]) -> "Future[None]":
        """Add something to a body, and to all that it was before: undoing the trader's changes leaves it.

        Args:
            place, key: where.
            add: returns what is there with the addition; called with None where nothing was.

        Raises:
            JournalReadOnly: another process writes this journal.
        """

        def added(body: str | None) -> str | None:
            value = None if body is None else msgspec.json.decode(body, type=_KINDS[place])
            return _text(place, add(value))

        body = added(self._body(place, key))
        rewritten: list[Edit] = []
        for edits in (self._edits, self._undone):
            for number, edit in enumerate(edits):
                if (edit.place, edit.key) == (place, key):
                    edits[number] = replace(edit, before=added(edit.before), after=added(edit.after))
                    rewritten.append(edits[number])
        done = self._store.write(Put(place, key, body), *rewritten)
        self._believe(place, key, body)
        return done

    def forget(self, belongs: Callable[[str, str], bool]) -> "Future[None]":
        """Take away what `belongs` says of place and key, with every change of it: there is nothing to undo.

        Raises:
            JournalReadOnly: another process writes this journal.
        """
        places = {place: [key for key in held if belongs(place, key)] for place, held in self._bodies.items()}
        gone_terms = [name for name in self.terms if belongs("terms", "|".join(name))]
        places["terms"] = ["|".join(name) for name in gone_terms]
        # Of what was taken away by hand only its changes are left.
        edits = [
            edit
            for edit in (*self._edits, *self._undone)
            if edit.place != IMPORTS and (edit.key in places[edit.place] or belongs(edit.place, edit.key))
        ]
        done = self._store.write(
            *(Put(place, key, None) for place, keys in places.items() for key in keys),
            *(Forget(edit.edit_id) for edit in edits),
        )
        for place, keys in places.items():
            for key in keys:
                self._keep(place, key, None)
        for name in gone_terms:
            del self.terms[name]  # others hold the same dictionary
        gone = {edit.edit_id for edit in edits}
        self._edits = [edit for edit in self._edits if edit.edit_id not in gone]
        self._undone = [edit for edit in self._undone if edit.edit_id not in gone]
        return done

    def know_terms(self, terms: ContractTerms) -> bool:
        """Remember how a symbol turns into money; return whether that was new."""
        if self.terms.get((terms.venue, terms.symbol)) == terms:
            return False
        self.terms[terms.venue, terms.symbol] = terms
        if not self._store.is_read_only:
            self._store.write(Put("terms", f"{terms.venue}|{terms.symbol}", _text("terms", terms)))
        return True

    def add_import(self, added: Imported) -> None:
        """Keep an import, and wait for the disk.

        Raises:
            JournalReadOnly, StoreFull, DataDirectoryError: it was not added.
        """
        key = str(added.receipt.import_id)
        edit = self._new_edit(f"Import of {added.receipt.source_name}", IMPORTS, key, _COUNTS_NOT, _COUNTS)
        self._store.write(*self._forgotten(), added, edit).result()
        self.imports[added.receipt.import_id] = added
        self._remember(edit)

    def _body(self, place: str, key: str) -> str | None:
        if place == IMPORTS:
            return _COUNTS_NOT if self.imports[int(key)].receipt.is_undone else _COUNTS
        return self._bodies[place].get(key)

    def _put(self, place: str, key: str, body: str | None) -> tuple[Change, ...]:
        return (_marked(self.imports[int(key)], body),) if place == IMPORTS else (Put(place, key, body),)

    def _believe(self, place: str, key: str, body: str | None) -> None:
        if place == IMPORTS:
            self.imports[int(key)] = _marked(self.imports[int(key)], body)
        else:
            self._keep(place, key, body)
        self._believed(place, key)

    def _keep(self, place: str, key: str, body: str | None) -> None:
        if body is None:
            self._bodies[place].pop(key, None)
            self._read[place].pop(key, None)
        else:
            self._bodies[place][key] = body
            self._read[place][key] = msgspec.json.decode(body, type=_KINDS[place])

    def _new_edit(self, what: str, place: str, key: str, before: str | None, after: str | None) -> Edit:
        number, self._next_edit = self._next_edit, self._next_edit + 1
        return Edit(number, self._clock.now_ms(), what, place, key, before, after)

    def _forgotten(self) -> list[Forget]:
        """What another change makes impossible to do again, and what is too old to be undone."""
        too_old = self._edits[: max(0, len(self._edits) - MOST_EDITS)]
        return [Forget(edit.edit_id) for edit in (*self._undone, *too_old)]

    def _remember(self, edit: Edit) -> None:
        self._undone.clear()
        del self._edits[: max(0, len(self._edits) - MOST_EDITS)]
        self._edits.append(edit)


def _marked(held: Imported, body: str | None) -> Imported:
    return replace(held, receipt=replace(held.receipt, is_undone=not body))


def _text(place: str, value: object | None) -> str | None:
    if place == IMPORTS:
        return _COUNTS if value else _COUNTS_NOT
    return None if value is None else _encoder.encode(value).decode()
