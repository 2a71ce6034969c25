"""A few round trips in rows, chosen with arrows and opened in the time machine with O or a double click."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ui import format
from ui.positions.figures import signed
from ui.rituals.ritual_words import tone, units, when_words
from ui.theme import BODY_PX, HEADER_PX, Theme, ui_font
from workstation.model.journal import ReviewedTrip

_HEADS = ("", "Closed", "Symbol", "Side", "Setup", "Result", "Money", "Process")
_FIGURES = (5, 6)


class TripRows(QTableWidget):
    """Rows of trips; tells which one is to be opened."""

    opened = Signal(str)
    """Id of the round trip."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(0, len(_HEADS), parent)
        self._theme = theme
        self._ids: list[str] = []
        self._shown: tuple[tuple[str, ReviewedTrip], ...] = ()
        self.setHorizontalHeaderLabels(_HEADS)
        self.verticalHeader().hide()
        self.setFont(ui_font(BODY_PX))
        self.horizontalHeader().setFont(ui_font(HEADER_PX))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Trades")
        self.cellDoubleClicked.connect(lambda _row, _column: self.open_current())

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        shown, self._shown = self._shown, ()
        self.show_trips(shown)

    def show_trips(self, trips: Sequence[tuple[str, ReviewedTrip]]) -> None:
        """Show trips, each with a word before it; the row that was chosen stays where it can."""
        if tuple(trips) == self._shown:
            return
        chosen = self.current_id
        self._shown = tuple(trips)
        self._ids = [one.trip.trip_id for _, one in trips]
        self.setRowCount(len(trips))
        self.setColumnHidden(0, not any(word for word, _ in trips))
        for row, (word, one) in enumerate(trips):
            trip = one.trip
            verdict = {True: "followed", False: "not followed", None: "no verdict"}[one.note.followed]
            cells = (
                (word, "muted"),
                (when_words(trip.closed_ms), "text"),
                (trip.symbol, "text"),
                (trip.direction.value, "up" if trip.direction.sign > 0 else "down"),
                (one.setup or format.NO_FIGURE, "muted"),
                (units(trip.r_multiple), tone(trip.r_multiple)),
                (f"{signed(trip.net_pnl)} {trip.asset}", tone(trip.net_pnl)),
                (verdict, "warn" if one.note.followed is False else "muted"),
            )
            for column, (text, token) in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setForeground(QColor(getattr(self._theme, token)))
                if column in _FIGURES:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
            self.setRowHeight(row, 32)
        if self._ids:
            self.selectRow(self._ids.index(chosen) if chosen in self._ids else 0)

    @property
    def current_id(self) -> str:
        """The chosen trip; empty where there is none."""
        row = self.currentRow()
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def open_current(self) -> None:
        """Ask for the chosen one to be opened."""
        if self.current_id:
            self.opened.emit(self.current_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_O:
            self.open_current()
        else:
            super().keyPressEvent(event)
