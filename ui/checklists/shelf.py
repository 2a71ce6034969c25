"""The checklists while they are edited: what is kept, what is changed and not saved, and the one in hand."""

from dataclasses import replace

from ui.checklists.draft import Kind, RowDraft, TemplateDraft, draft_of, new_row, same
from ui.checklists.draft_history import DraftHistory
from workstation.trading.checklist_book import ChecklistBook
from workstation.trading.checklist_template import Template


class Shelf:
    """Drafts over the checklists of a book; what is not saved outlives changes of the book."""

    def __init__(self) -> None:
        self.book: ChecklistBook | None = None
        self.key = ""
        """Of the checklist in hand; "" for none."""
        self._version = -1
        self._drafts: dict[str, DraftHistory] = {}

    # What is there.

    @property
    def held(self) -> DraftHistory | None:
        """The states of the checklist in hand."""
        return self._drafts.get(self.key)

    @property
    def draft(self) -> TemplateDraft | None:
        """The checklist in hand as it is edited; None while there is none."""
        return None if self.held is None else self.held.now

    @property
    def keys(self) -> list[str]:
        """Every checklist that is kept, then those begun."""
        kept = [] if self.book is None else list(self.book.templates.by_key)
        return kept + [key for key in self._drafts if key not in kept]

    def kept(self, key: str) -> Template | None:
        """What is in force under a key; None where nothing is."""
        return None if self.book is None else self.book.template(key)

    def name(self, key: str) -> str:
        """Its name, as it is edited."""
        held, kept = self._drafts.get(key), self.kept(key)
        return held.now.name if held is not None else "" if kept is None else kept.name

    def is_own(self, key: str) -> bool:
        """Whether it is the trader's own."""
        return self.book is not None and key in self.book.templates.own

    def is_changed(self, key: str) -> bool:
        """Whether what is edited under a key differs from what is in force."""
        held, kept = self._drafts.get(key), self.kept(key)
        return held is not None and (kept is None or not same(held.now, kept))

    # What is taken in hand.

    def use(self, book: ChecklistBook | None) -> bool:
        """Take in what has become of a book; return whether anything is another."""
        version = -1 if book is None else book.version
        if book is self.book and version == self._version:
            return False
        self.book, self._version = book, version
        for key in list(self._drafts):
            held, kept = self._drafts[key], self.kept(key)
            if not held.is_touched:
                del self._drafts[key]  # nobody has edited it: it follows what is in force now
            elif kept is not None and same(held.now, kept):
                self._drafts[key] = DraftHistory(draft_of(kept))
        keys = self.keys
        self.choose(self.key if self.key in keys else keys[0] if keys else "")
        return True

    def choose(self, key: str) -> None:
        """Take a checklist in hand."""
        kept = self.kept(key)
        if key not in self._drafts and kept is not None:
            self._drafts[key] = DraftHistory(draft_of(kept))
        self.key = key

    def begin(self, draft: TemplateDraft) -> None:
        """Begin another checklist under a key of its own, and take it in hand."""
        assert self.book is not None
        key = self.book.new_key(draft.name)
        while key in self._drafts:
            key = f"{key[:36]}_2"
        self._drafts[key] = DraftHistory(replace(draft, key=key), is_new=True)
        self.key = key

    def drop(self, key: str) -> None:
        """Forget what was edited under a key; what is in force is read anew."""
        self._drafts.pop(key, None)
        self._version = -1

    # What is edited.

    def become(self, draft: TemplateDraft, at: object = None) -> None:
        """Take on another state of the one in hand; see `DraftHistory.take`."""
        if self.held is not None:
            self.held.take(draft, at)

    def edit(self, name: str, value: str) -> bool:
        """Change a field of the checklist itself; return whether it is another."""
        draft = self.draft
        if draft is None or getattr(draft, name) == value:
            return False
        self.become(replace(draft, **{name: value}), ("head", name))  # type: ignore[arg-type]
        return True

    def edit_row(self, place: int, row: RowDraft, name: str) -> None:
        """Take on a row of which a field was changed."""
        rows = self._rows
        if 0 <= place < len(rows):
            self._take((*rows[:place], row, *rows[place + 1 :]), (row.key, name))

    def add_row(self, place: int, kind: Kind) -> None:
        """Put an empty row at a place."""
        self._put(place, new_row(kind, self._rows))

    def copy_row(self, place: int) -> None:
        """Put a copy of a row below it."""
        row = self._rows[place]
        key = new_row(row.kind, self._rows).key
        self._put(place + 1, replace(row, key=key, title=f"{row.title} 2"))

    def remove_row(self, place: int) -> None:
        """Take a row out; signals no longer count it."""
        gone = self._rows[place].key
        left = (row for row in self._rows if row.key != gone)
        self._take(tuple(replace(row, rows=tuple(key for key in row.rows if key != gone)) for row in left))

    def move_row(self, before: int, after: int) -> None:
        """Move a row to another place."""
        rows = list(self._rows)
        rows.insert(after, rows.pop(before))
        self._take(tuple(rows))

    @property
    def _rows(self) -> tuple[RowDraft, ...]:
        return () if self.draft is None else self.draft.rows

    def _put(self, place: int, row: RowDraft) -> None:
        self._take((*self._rows[:place], row, *self._rows[place:]))

    def _take(self, rows: tuple[RowDraft, ...], at: object = None) -> None:
        if self.draft is not None:
            self.become(replace(self.draft, rows=rows), at)
