"""The diary of a day: its round trips in a line, how it felt, and what there is to say of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui.positions.figures import signed, trend
from ui.review.draft import Draft
from ui.review.feelings_grid import FeelingsGrid
from ui.review.note_edit import NoteEdit
from ui.review.section import Section
from ui.theme import Density, Theme
from workstation.model.journal import Diary, Feelings, ReviewedTrip

DAY = "day"


class DayForm(QScrollArea):
    """Shows a day and hands what is said of it to a draft."""

    def __init__(self, draft: Draft[Diary], theme: Theme, density: Density, parent: QWidget) -> None:
        super().__init__(parent)
        self._draft = draft
        self.feelings = FeelingsGrid((DAY,), theme, density)
        self.feelings.answered.connect(self._felt)
        self.notes = NoteEdit("Diary", "What the day was like, what to do differently. Markdown.", theme)
        self.notes.typed.connect(lambda text: draft.change(typed=True, text=text))
        self.notes.left.connect(self._leave)
        self._head = Section("", theme, density)
        self._feelings = Section("", theme, density, self.feelings)
        self._feelings.line.setFixedHeight(1)
        self._notes = Section("Diary", theme, density, self.notes, inset=True)
        inner = QWidget(self)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        for section in (self._head, self._feelings, self._notes):
            layout.addWidget(section)
        layout.addStretch(1)
        # As narrow as the panel is, whatever its parts would like.
        inner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        draft.signals.changed.connect(self._show)
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self.setStyleSheet(
            f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {theme.panel.name()}; }}"
        )
        for part in (self._head, self._feelings, self._notes, self.feelings):
            part.set_look(theme, density)
        self.notes.set_theme(theme)

    def show_day(self, day: str, trips: Sequence[ReviewedTrip]) -> None:
        """Say which day it is, and what its round trips of one account brought."""
        closed = [one.trip for one in trips if not one.trip.is_open]
        assets = sorted({trip.asset for trip in closed})
        parts = [(f"n {len(closed)}", "muted")]
        for asset in assets:
            net = sum(trip.net_pnl for trip in closed if trip.asset == asset)
            parts.append((f"{signed(net or None)} {asset}", trend(net or None)))
        self._head.line.say(day, parts)

    def _show(self) -> None:
        diary = self._draft.words
        if diary is not None:
            self.feelings.show_feelings({DAY: diary.feelings})
            self.notes.show_text(diary.text)

    def _felt(self, _time: str, feelings: Feelings) -> None:
        self._draft.change(feelings=feelings)

    def _leave(self) -> None:
        self._draft.flush()
        self._draft.end_run()
