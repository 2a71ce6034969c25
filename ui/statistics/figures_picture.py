"""Every figure there is as a table, with its interval, its n, and why it is missing."""

from math import nan
from typing import ClassVar

from PySide6.QtWidgets import QWidget

from ui.review.plain_tip import plain_tip
from ui.statistics import words
from ui.statistics.picture import Rows
from ui.statistics.table_picture import TablePicture, count_cell
from ui.theme import Theme
from ui.widgets.table_rows import Cell, Column, Row

_FIGURES = (
    Column("Figure", "Its formula is in the tool tip", 22, 0, left=True),
    Column("Value", "Of the round trips chosen", 11, 0),
    Column("Interval", "Which one is in the tool tip", 17, 1),
    Column("n", "What it rests on", 5, 0),
    Column("", "few: n below 30; why there is no value; what was left out", 34, 2, left=True),
)


class FiguresPicture(TablePicture):
    """Every figure with its interval and its n, or why it is missing."""

    key: ClassVar[str] = "figures"
    title: ClassVar[str] = "Every figure"
    least_px: ClassVar[int] = 420

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(_FIGURES, theme, parent)
        self.list.cell_tip = self._tip

    def missing(self) -> str:
        return "Working it out …" if self.found is None else ""

    def cells(self) -> list[Row]:
        found = self.found
        if found is None:
            return []
        asset = found.summary.asset
        rows: list[Row] = []
        for one in found.summary:
            why = ", ".join(said for said in ("few" if one.few else "", one.reason, one.left_out) if said)
            token = "dim" if one.value is None else "text"
            rows.append(
                (
                    one.what.key,
                    (
                        Cell(one.what.name, one.what.name),
                        Cell(words.figure_text(one, asset), nan if one.value is None else one.value, token),
                        Cell(words.figure_interval(one, asset), 0.0, "muted"),
                        count_cell(one.n),
                        Cell(why, why, "warn" if one.few and one.value is not None else "muted"),
                    ),
                )
            )
        return rows

    def _tip(self, key: str, _column: int) -> str:
        found = self.found
        return "" if found is None else plain_tip(words.figure_tip(found.summary[key], found.summary.asset))

    def rows(self) -> Rows:
        found = self.found
        if found is None:
            return (), ()
        return ("Figure", "Value", "Low", "High", "n", "Formula", "Why it is missing, what was left out"), [
            (
                one.what.name,
                one.value,
                one.estimate.low,
                one.estimate.high,
                one.n,
                one.what.formula,
                one.reason or one.left_out,
            )
            for one in found.summary
        ]
