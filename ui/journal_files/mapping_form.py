"""The form in which the trader says which column of a table is what."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from ui.journal_files.sheet import Sheet
from workstation.journal.imports.mapped import ROLES, Mapping, guessed
from workstation.journal.imports.preview import VENUE_TITLES
from workstation.journal.imports.reading import Recognised
from workstation.journal.imports.rows import ImportRefused

_NOT_A_COLUMN = "not in the file"
_ROWS = 6
_MOST_EXAMPLE = 24


class MappingForm(QWidget):
    """A choice of columns for each role, guessed from the headings, and the venue that the table is of."""

    changed = Signal()

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.roles: dict[str, QComboBox] = {}
        self.venue = self._combo("Venue")
        for key, title in VENUE_TITLES.items():
            if key not in ("binance_coinm", "other"):
                self.venue.addItem(title, key)
        self.venue.addItem("Another one", "other")
        self.venue.setCurrentIndex(self.venue.count() - 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.addWidget(sheet.heading("Which column is what"), 0, 0, 1, 4)
        for place, role in enumerate(ROLES):
            box = self.roles[role.key] = self._combo(role.title)
            row, column = 1 + place % _ROWS, 2 * (place // _ROWS)
            grid.addWidget(
                sheet.words(role.title + (" *" if role.is_needed else ""), muted=True), row, column
            )
            grid.addWidget(box, row, column + 1)
        grid.addWidget(sheet.words("Venue", muted=True), _ROWS, 2)
        grid.addWidget(self.venue, _ROWS, 3)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        for box in (*self.roles.values(), self.venue):
            box.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def offer(self, found: Recognised) -> None:
        """Offer the columns of a table, as its headings suggest them; each with an example."""
        guess = guessed(found.head.headings)
        first = found.head.sample[0] if found.head.sample else ()
        for role in ROLES:
            box = self.roles[role.key]
            before = box.blockSignals(True)
            box.clear()
            box.addItem(_NOT_A_COLUMN, "")
            for place, heading in enumerate(found.head.headings):
                example = first[place][:_MOST_EXAMPLE] if place < len(first) else ""
                box.addItem(f"{heading}   ({example})" if example else heading, heading)
            box.setCurrentIndex(max(0, box.findData(guess.columns.get(role.key, ""))))
            box.blockSignals(before)

    def mapping(self) -> Mapping:
        """What was chosen.

        Raises:
            ImportRefused: a role that is needed has no column.
        """
        columns = {key: str(box.currentData()) for key, box in self.roles.items() if box.currentData()}
        made = Mapping(columns, str(self.venue.currentData() or "other"))
        if made.lacks:
            raise ImportRefused(f"Say which column is: {', '.join(made.lacks)}.")
        return made

    def _combo(self, name: str) -> QComboBox:
        made = QComboBox(self)
        made.setAccessibleName(name)
        made.setMaxVisibleItems(16)
        return made
