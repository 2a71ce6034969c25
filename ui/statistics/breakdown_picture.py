"""The groups of any dimension, each against the rest."""

from dataclasses import replace
from math import nan
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui import format
from ui.review.plain_tip import plain_tip
from ui.review.trip_filter import TripFilter
from ui.statistics import words
from ui.statistics.picture import HEAD_PX, Rows
from ui.statistics.table_picture import TablePicture, count_cell, figure_cell, interval_cell, is_sure
from ui.theme import Theme
from ui.widgets.table_rows import Cell, Column, Row
from workstation.journal.statistics.dimensions import DIMENSIONS
from workstation.journal.statistics.groups import LEAST_TESTED, Group, Groups
from workstation.journal.statistics.table import Measure
from workstation.model.journal import AccountKind, Direction, Tag, TagGroup

_OF_TAGS = {f"tag_{group.value}": group for group in TagGroup}

_BREAKDOWN = (
    Column("Group", "Enter or a click shows its round trips alone, where the list can", 16, 0, left=True),
    Column("n", "Round trips", 5, 0),
    Column("Won", "Share above 0", 6, 2),
    Column("Mean", "Mean result a round trip", 7, 0),
    Column("95 %", "Of the mean, Student's t", 15, 3),
    Column("Sum", "Σ of the results", 9, 2),
    Column("PF", "Profit factor: Σ won / Σ lost", 5, 4),
    Column("Against rest", "Its mean less the mean of all others", 8, 1),
    Column("95 % ", "Of the difference, bootstrap", 15, 3),
    Column("", "★ stands out: one in ten of these is luck. few: n below 30", 6, 1, left=True),
)


class BreakdownPicture(TablePicture):
    """The groups of one dimension; D takes the next one, and a menu names them all."""

    key: ClassVar[str] = "breakdown"
    title: ClassVar[str] = "Breakdown"
    least_px: ClassVar[int] = 480

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(_BREAKDOWN, theme, parent)
        self.dimension = DIMENSIONS[0]
        self.button = QToolButton(self)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolTip("By what (D)")
        self.button.setAccessibleName("By what")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self.button)
        for one in DIMENSIONS:
            menu.addAction(one.title).triggered.connect(lambda _=False, key=one.key: self.set_dimension(key))
        self.button.setMenu(menu)
        self.button.setText(f"{self.dimension.title.lower()} ▾")
        self.list.cell_tip = self._tip

    def set_dimension(self, key: str) -> None:
        """Tell round trips apart by this; an unknown key is ignored."""
        self.dimension = next((one for one in DIMENSIONS if one.key == key), self.dimension)
        self.button.setText(f"{self.dimension.title.lower()} ▾")
        self._place_button()
        self.changed()
        self.paint_anew()

    @property
    def groups(self) -> Groups | None:
        """Those shown; None before they are judged."""
        if self.judged is None:
            return None
        return next(
            one for one in self.judged.groups[self.measure] if one.dimension.key == self.dimension.key
        )

    def note(self) -> str:
        return ""

    def corner(self) -> str:
        by = self.groups
        if by is None:
            return ""
        said = [f"{by.unknown_count} in none"] if by.unknown_count else []
        if by.dimension.overlaps:
            said.append("groups overlap")
        if self.judged is not None:
            every = sum(len(one.groups) for one in self.judged.groups[self.measure])
            said.append(f"★ of {every} groups judged together")
        return " · ".join(said)

    def missing(self) -> str:
        why = self.without_results()
        if why:
            return why
        by = self.groups
        if by is None:
            return "Holding groups against each other …"
        if not by.groups:
            return f"None of these round trips says its {self.dimension.title.lower()}."
        return by.reason

    def name(self, group: Group) -> str:
        """A group as it is shown."""
        if self.dimension.key == "setup" and self.found is not None:
            return self.found.names.get(group.name, group.name)
        if self.dimension.key == "overridden" and self.found is not None:
            return self.found.rules.get(group.name, group.name)
        return group.name

    def cells(self) -> list[Row]:
        by, measure = self.groups, self.measure
        if by is None:
            return []
        found: list[Row] = []
        for group in by.groups:
            mean = group.mean
            color = words.token(mean.value) if is_sure(mean.low, mean.high) else "text"
            gap = words.token(group.gap) if group.stands_out else "text"
            marks = " ".join(("★",) * group.stands_out + ("few",) * group.few)
            found.append(
                (
                    group.name,
                    (
                        Cell(self.name(group), self.name(group)),
                        count_cell(group.count),
                        Cell(format.percent(group.win_rate.value, 1), group.win_rate.value or 0.0),
                        figure_cell(mean.value, measure, color),
                        interval_cell(mean.low, mean.high, measure),
                        figure_cell(group.result, measure),
                        Cell(format.price(group.profit_factor, 2), group.profit_factor or nan, "muted"),
                        figure_cell(group.gap, measure, gap),
                        interval_cell(group.gap_low, group.gap_high, measure),
                        Cell(marks, float(group.stands_out), "up" if group.stands_out else "warn"),
                    ),
                )
            )
        return found

    def _tip(self, key: str, column: int) -> str:
        by = self.groups
        group = None if by is None else next((one for one in by.groups if one.name == key), None)
        if group is None:
            return ""
        if column < len(_BREAKDOWN) - 3:
            return ""
        if group.p_value is None:
            return plain_tip(f"Below {LEAST_TESTED} on either side nothing is tested")
        said = (
            "stands out, though one in ten of all that do is luck"
            if group.stands_out
            else "is not known to differ"
        )
        return plain_tip(f"As far from the rest by luck: {format.percent(group.p_value, 1)}. It {said}.")

    def chosen(self, key: str) -> None:
        if self.found is None:
            return
        wanted = narrowed(self.found.wanted, self.dimension.key, key)
        if wanted is not None:
            self.narrowed.emit(wanted)

    def rows(self) -> Rows:
        by = self.groups
        if by is None:
            return (), ()
        unit, share = self.unit, 100.0 if self.measure is Measure.SHARE else 1.0
        titles = (
            self.dimension.title, "n", "Won", f"Mean, {unit}", "Low", "High", f"Sum, {unit}", "Profit factor",
            f"Against the rest, {unit}", "Low", "High", "p", "Stands out",
        )  # fmt: skip

        def scaled(value: float | None) -> float | None:
            return None if value is None else value * share

        return titles, [
            (
                self.name(one), one.count, one.win_rate.value, scaled(one.mean.value), scaled(one.mean.low),
                scaled(one.mean.high), scaled(one.result), one.profit_factor, scaled(one.gap),
                scaled(one.gap_low), scaled(one.gap_high), one.p_value, "yes" if one.stands_out else "",
            )
            for one in by.groups
        ]  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_D and not event.modifiers():
            place = (DIMENSIONS.index(self.dimension) + 1) % len(DIMENSIONS)
            self.set_dimension(DIMENSIONS[place].key)
        else:
            super().keyPressEvent(event)

    def _place_button(self) -> None:
        left = 18 + self.metrics.horizontalAdvance(self.title) * 1.1
        self.button.setFont(self.font_small)
        self.button.setGeometry(round(left), 2, self.button.sizeHint().width(), HEAD_PX - 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()


def narrowed(wanted: TripFilter, dimension: str, name: str) -> TripFilter | None:
    """Return the choice that shows a group alone; None where the list cannot be narrowed down to it."""
    if dimension == "setup":
        return replace(wanted, setups=frozenset({name}))
    if dimension == "symbol":
        return replace(wanted, words=name)
    if dimension == "side":
        return replace(wanted, side=Direction(name))
    if dimension == "account":
        return replace(wanted, kind=AccountKind(name), account="")
    if dimension in _OF_TAGS:
        tag = frozenset({Tag(_OF_TAGS[dimension], name)})
        if _OF_TAGS[dimension] is TagGroup.EMOTION:
            return replace(wanted, emotions=tag)
        return replace(wanted, tags=tag)
    return None
