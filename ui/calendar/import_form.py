"""What an import would bring, before it is brought: counts, the events, and what had to be left out."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui import format
from ui.calendar.form import ZONES
from ui.calendar.words import KIND_WORDS, concerns_words, repeat_words
from ui.theme import BODY_PX, HEADER_PX, ThemeSource, ui_font
from ui.widgets.table import Table
from ui.widgets.table_rows import Cell, Column, Row
from workstation.events.event import KINDS, CalendarEvent
from workstation.events.imports import ImportDraft

_COLUMNS = (
    Column("", "What the import does with it", 9, 0, left=True),
    Column("Start", "The first time, by the clocks of its zone", 16, 0),
    Column("Event", "Its title, or what is wrong", 34, 0, left=True),
    Column("Zone", "Whose clocks it goes by", 16, 3, left=True),
    Column("Kind", "From its categories and its title", 12, 1, left=True),
    Column("Concerns", "Whose entries its window holds for", 12, 4, left=True),
    Column("Repeats", "How it repeats", 10, 5, left=True),
)
_MOST_ROWS = 500


class ImportForm(QFrame):
    """Shows a draft; the trader takes it, changes its zone or kind, or leaves it."""

    taken = Signal(object)
    """The `ImportDraft` to be taken in."""
    zone_chosen = Signal(str)
    """The file is to be read again: times without a zone go by this one's clocks."""
    left = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._draft: ImportDraft | None = None
        self.summary = QLabel("", self)
        self.summary.setFont(ui_font(BODY_PX))
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.table = Table(_COLUMNS, themes.theme, themes.density, self)
        self.table.setAccessibleName("What the import would bring")
        self.table.cell_tip = lambda key, _column: key.rpartition(" ")[0].removeprefix("left out ")
        self.zone = QComboBox(self)
        self.zone.setEditable(True)
        self.zone.addItems(list(ZONES))
        self.zone.setAccessibleName("Zone of times without one")
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("Kind of the events")
        self.kind.addItem("As the file says", "")
        for kind in KINDS:
            self.kind.addItem(KIND_WORDS[kind], kind)
        self.take_button, self.cancel_button = QPushButton("Import", self), QPushButton("Cancel", self)
        self.take_button.clicked.connect(self.take)
        self.cancel_button.clicked.connect(self.left)
        self.zone.activated.connect(lambda _index: self.zone_chosen.emit(self.zone.currentText()))
        line_edit = self.zone.lineEdit()
        assert line_edit is not None
        line_edit.returnPressed.connect(lambda: self.zone_chosen.emit(self.zone.currentText()))
        self._words = [QLabel(words, self) for words in ("Times without a zone:", "Kind:")]
        for label in self._words:
            label.setFont(ui_font(HEADER_PX))
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 4, 10, 8)
        for widget in (self._words[0], self.zone, self._words[1], self.kind):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.take_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.summary.setContentsMargins(10, 6, 10, 4)
        layout.addWidget(self.summary)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
        themes.changed.connect(self.refresh_look)
        self.refresh_look()

    def refresh_look(self) -> None:
        """Use the colours in force."""
        theme = self._themes.theme
        self.table.set_look(theme, self._themes.density)
        self.setStyleSheet(f"ImportForm {{ background: {theme.panel.name()}; }}")
        for label in self._words:
            label.setStyleSheet(f"color: {theme.muted.name()};")

    def open(self, draft: ImportDraft) -> None:
        """Show what a file would bring."""
        self._draft = draft
        count = len(draft.new) + len(draft.changed)
        parts = [f"{format.count(len(draft.new))} new", f"{format.count(len(draft.changed))} changed"]
        parts.append(f"{format.count(draft.known)} known already")
        if draft.complaints:
            parts.append(f"{format.count(len(draft.complaints))} left out")
        self.summary.setText(f"{draft.name}: {', '.join(parts)}. Nothing is in the calendar yet.")
        self.take_button.setEnabled(count > 0)
        self.take_button.setText(f"Import {format.count(count)}" if count else "Nothing to import")
        self.table.set_rows(_rows(draft))
        self.show()
        (self.take_button if count else self.cancel_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def take(self) -> None:
        """Hand the draft over, with the kind that was chosen."""
        draft = self._draft
        if draft is None or not (draft.new or draft.changed):
            return
        kind = self.kind.currentData()
        if kind:
            draft = _of_kind(draft, kind)
        self.taken.emit(draft)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _rows(draft: ImportDraft) -> list[Row]:
    rows: list[Row] = []
    for place, one in enumerate(draft.complaints):
        where = f"line {one.line}" if one.line else ""
        cells = [Cell("left out", 0, "warn"), Cell(where, 0, "muted"), Cell(one.words, one.words, "warn")]
        rows.append((f"left out {one.words} {place}", (*cells, *[Cell("", "")] * 4)))
    for what, token, events in (("new", "text", draft.new), ("changed", "accent", draft.changed)):
        rows += _event_rows(what, token, events)
    return rows[:_MOST_ROWS]


def _event_rows(what: str, token: str, events: Sequence[CalendarEvent]) -> list[Row]:
    return [
        (
            f"{event.title} {event.event_id}",
            (
                Cell(what, what, "muted" if what == "new" else token),
                Cell(
                    event.start[:10] if event.all_day else event.start[:16].replace("T", " "),
                    event.start,
                    token,
                ),
                Cell(event.title, event.title.casefold(), token),
                Cell(event.zone or "its own", event.zone, "muted"),
                Cell(KIND_WORDS[event.kind], event.kind, "muted"),
                Cell(concerns_words(event), concerns_words(event), "muted"),
                Cell(repeat_words(event), repeat_words(event), "muted"),
            ),
        )
        for event in events
    ]


def _of_kind(draft: ImportDraft, kind: str) -> ImportDraft:
    new, changed = (
        tuple(msgspec.structs.replace(event, kind=kind) for event in events)
        for events in (draft.new, draft.changed)
    )
    return replace(draft, new=new, changed=changed)
