"""What pictures that are tables share: the table under the head line, and its cells."""

from collections.abc import Sequence
from math import nan

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import format
from ui.statistics import words
from ui.statistics.picture import HEAD_PX, Picture
from ui.theme import NORMAL, Density, Theme
from ui.widgets.table import Table
from ui.widgets.table_rows import Cell, Column, Row
from workstation.journal.statistics.table import Measure


class TablePicture(Picture):
    """A picture that is a table."""

    def __init__(self, columns: Sequence[Column], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.density: Density = NORMAL
        self.list = Table(columns, theme, self.density, self)
        self.list.still = True
        self.list.setAccessibleName(self.title)
        self.list.chosen.connect(self.chosen)
        self.setFocusProxy(self.list)

    def cells(self) -> list[Row]:
        """The rows of the table."""
        return []

    def chosen(self, _key: str) -> None:
        """A row was clicked, or Enter was pressed on it."""

    def changed(self) -> None:
        self.list.set_rows(self.cells())
        self.list.setVisible(not self.missing())

    def judged_changed(self) -> None:
        self.changed()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.list.set_look(theme, self.density)
        self.changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.list.setGeometry(2, HEAD_PX, self.width() - 4, self.height() - HEAD_PX - 2)

    def paint(self, _painter: QPainter, _box: QRectF) -> None:
        """The table stands there."""


def figure_cell(value: float | None, measure: Measure, token: str = "text") -> Cell:
    if value is None:
        return Cell(format.NO_FIGURE, nan, "dim")
    return Cell(words.figure(value, measure), value, token)


def count_cell(n: int) -> Cell:
    return Cell(format.count(n), float(n), "text" if n else "dim")


def interval_cell(low: float | None, high: float | None, measure: Measure, token: str = "muted") -> Cell:
    said = words.interval(low, high, measure)
    return Cell(said or format.NO_FIGURE, nan if low is None else low, token if said else "dim")


def is_sure(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0 or high < 0)
