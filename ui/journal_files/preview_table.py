"""The round trips that an import would add, as a table."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ui import format
from ui.theme import HEADER_PX, Theme, ui_font
from workstation.journal.tables import plain
from workstation.model.journal import RoundTrip

MOST_ROWS = 500
_COLUMNS = ("Opened, UTC", "Symbol", "Side", "Size", "Entry", "Exit", "Net", "")
_FIGURES = range(3, 7)


class PreviewTable(QTableWidget):
    """The newest first; of very many only the newest."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setHorizontalHeaderLabels(_COLUMNS)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setAccessibleName("Round trips that would be added")
        self.setFont(ui_font(HEADER_PX))
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in range(len(_COLUMNS)):
            side = Qt.AlignmentFlag.AlignRight if column in _FIGURES else Qt.AlignmentFlag.AlignLeft
            item = self.horizontalHeaderItem(column)
            assert item is not None
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().setDefaultSectionSize(24)

    def show_trips(self, trips: Sequence[RoundTrip], theme: Theme) -> None:
        """Show these, oldest first as they come."""
        added = trips[-MOST_ROWS:]
        self.setRowCount(len(added))
        for row, trip in enumerate(reversed(added)):
            cells = (
                f"{format.utc_date(trip.opened_ms)} {format.utc_time(trip.opened_ms)}",
                trip.symbol,
                trip.direction.value,
                plain(trip.size),
                plain(round(trip.entry_price, 8)),
                "" if trip.exit_price is None else plain(round(trip.exit_price, 8)),
                "open" if trip.is_open else format.signed(float(trip.net_pnl)),
                trip.asset,
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column in _FIGURES:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if column == 6 and not trip.is_open:
                    item.setForeground(theme.up if trip.net_pnl >= 0 else theme.down)
                self.setItem(row, column, item)
