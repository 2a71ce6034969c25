"""The drawer of one day: its round trips, what they brought, and the diary, to be written in place."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ui import format
from ui.review.day_form import DayForm
from ui.review.draft import Draft
from ui.statistics.words import figure, token
from ui.theme import HEADER_PX, Density, Theme, ui_font
from ui.widgets.table import Table
from ui.widgets.table_rows import Cell, Column, Row
from workstation.journal.journal import Journal
from workstation.journal.statistics.days import DAY_MS, on_day
from workstation.journal.statistics.table import Measure, TripTable
from workstation.model.journal import Diary

WIDTH_PX = 330
_COLUMNS = (
    Column("Closed", "UTC", 6, 0, left=True),
    Column("Symbol", "The venue's spelling", 10, 0, left=True),
    Column("Side", "Long or short", 5, 2, left=True),
    Column("R", "Net result over the initial risk", 6, 0),
    Column("Net", "Net result in the settlement coin", 9, 1),
)


class DayDrawer(QFrame):
    """Opens beside the pictures; Esc or its cross closes it."""

    trip_chosen = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.day: int | None = None
        self.title, self.told = QLabel("", self), QLabel("", self)
        self.title.setFont(ui_font(HEADER_PX, 600))
        self.told.setFont(ui_font(HEADER_PX))
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setWordWrap(True)
        self.told.setContentsMargins(10, 0, 10, 2)
        self.cross = QToolButton(self)
        self.cross.setText("✕")
        self.cross.setToolTip("Close the day (Esc)")
        self.cross.clicked.connect(self.leave)
        self.list = Table(_COLUMNS, theme, density, self)
        self.list.still = True
        self.list.setAccessibleName("Round trips of the day")
        self.list.chosen.connect(self.trip_chosen)
        self.diary: Draft[Diary] = Draft(
            self, lambda book, day: book.diary(day), lambda book, one, on: book.save_diary(one, goes_on=on)
        )
        self.diary.signals.state_changed.connect(self._say_state)
        self.form = DayForm(self.diary, theme, density, self)
        head = QHBoxLayout()
        head.setContentsMargins(10, 2, 4, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.cross)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.list, 2)
        layout.addWidget(self.form, 3)
        layout.addWidget(self.told)
        self.setFixedWidth(WIDTH_PX)
        self.set_look(theme, density)
        self.hide()

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self.setStyleSheet(
            f"DayDrawer {{ background: {theme.panel.name()};"
            f" border-left: 1px solid {theme.hairline.name()}; }}"
        )
        self.list.set_look(theme, density)
        self.form.set_look(theme, density)

    def open(self, journal: Journal, table: TripTable, day: int) -> None:
        """Show a day, counted from 1970, of these round trips."""
        self.diary.open(journal, format.utc_date(day * DAY_MS))
        self.day = day
        self.show_trips(table)
        self.show()
        self.list.setFocus()

    def show_trips(self, table: TripTable) -> None:
        """The round trips are others; the day stays."""
        if self.day is None:
            return
        places = on_day(table, self.day).tolist()
        rows: list[Row] = []
        for place in places:
            trip, r = table.trips[place].trip, float(table.r[place])
            net = float(table.money[place])
            rows.append(
                (
                    trip.trip_id,
                    (
                        Cell(format.utc_time(trip.closed_ms)[:5], float(table.closed_ms[place]), "muted"),
                        Cell(trip.symbol, trip.symbol),
                        Cell(
                            trip.direction.value,
                            trip.direction.value,
                            "up" if table.sign[place] > 0 else "down",
                        ),
                        Cell(figure(r if r == r else None, Measure.R), r, token(r)),
                        Cell(figure(net, Measure.MONEY), net, token(net)),
                    ),
                )
            )
        self.list.set_rows(rows)
        self.title.setText(format.utc_date(self.day * DAY_MS))
        self.form.show_day(format.utc_date(self.day * DAY_MS), [table.trips[place] for place in places])

    @property
    def trip_ids(self) -> Sequence[str]:
        """Of the round trips shown."""
        return [row[1] for row in self.list.visible_rows()]

    def follow(self) -> None:
        """Show what others have written meanwhile."""
        if self.day is not None:
            self.diary.follow()

    def leave(self) -> None:
        """Keep what was written, and close."""
        self.diary.flush()
        self.day = None
        self.hide()
        self.closed.emit()

    def _say_state(self) -> None:
        self.told.setText(f"Not kept: {self.diary.trouble}" if self.diary.trouble else "")
        self.told.setVisible(bool(self.diary.trouble))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
