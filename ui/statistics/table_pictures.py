"""Statistics as tables: any dimension against the rest, the rule ledger, and every figure there is."""

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui import format
from ui.review.plain_tip import plain_tip
from ui.review.trip_filter import TripFilter
from ui.statistics import words
from ui.statistics.picture import HEAD_PX, Picture, Rows
from ui.theme import NORMAL, Density, Theme
from ui.widgets.table import Table
from ui.widgets.table_rows import Cell, Column, Row
from workstation.journal.statistics.dimensions import DIMENSIONS
from workstation.journal.statistics.figure import Estimate
from workstation.journal.statistics.groups import LEAST_TESTED, Group, Groups
from workstation.journal.statistics.rules import RuleLine
from workstation.journal.statistics.table import Measure
from workstation.model.journal import AccountKind, Direction, Tag, TagGroup

_OF_TAGS = {f"tag_{group.value}": group for group in TagGroup}


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


def _cell(value: float | None, measure: Measure, token: str = "text") -> Cell:
    if value is None:
        return Cell(format.NO_FIGURE, nan, "dim")
    return Cell(words.figure(value, measure), value, token)


def _count(n: int) -> Cell:
    return Cell(format.count(n), float(n), "text" if n else "dim")


def _interval(low: float | None, high: float | None, measure: Measure, token: str = "muted") -> Cell:
    said = words.interval(low, high, measure)
    return Cell(said or format.NO_FIGURE, nan if low is None else low, token if said else "dim")


def _sure(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0 or high < 0)


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
            color = words.token(mean.value) if _sure(mean.low, mean.high) else "text"
            gap = words.token(group.gap) if group.stands_out else "text"
            marks = " ".join(("★",) * group.stands_out + ("few",) * group.few)
            found.append(
                (
                    group.name,
                    (
                        Cell(self.name(group), self.name(group)),
                        _count(group.count),
                        Cell(format.percent(group.win_rate.value, 1), group.win_rate.value or 0.0),
                        _cell(mean.value, measure, color),
                        _interval(mean.low, mean.high, measure),
                        _cell(group.result, measure),
                        Cell(format.price(group.profit_factor, 2), group.profit_factor or nan, "muted"),
                        _cell(group.gap, measure, gap),
                        _interval(group.gap_low, group.gap_high, measure),
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


_RULES = (
    Column("Rule", "A row of the checklist, or a limit of the gate", 19, 0, left=True),
    Column("passed", "Round trips on which it passed", 5, 2),
    Column("R/trade", "Mean R of those", 5, 3),
    Column("overrode", "Round trips opened against it", 5, 0),
    Column("R/trade ", "Mean R of those", 5, 0),
    Column("Overriding", "Σ R of those opened against it", 12, 0, left=True),
    Column("R/trade, 95 %", "Mean R of those opened against it, bootstrap", 13, 1),
    Column("blocked", "Trades it blocked and that were followed in the shadow to their end", 7, 4),
    Column("Blocking", "−Σ R of those in the shadow: what the rule saved or cost", 13, 4, left=True),
    Column("", "few: n of the overridden ones below 30", 3, 0, left=True),
)


class RulesPicture(TablePicture):
    """What each rule, and each time it was overridden, earned or cost: always in R."""

    key: ClassVar[str] = "rules"
    title: ClassVar[str] = "Rule ledger"
    least_px: ClassVar[int] = 520

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(_RULES, theme, parent)
        self.list.cell_tip = self._tip

    @property
    def lines(self) -> tuple[RuleLine, ...]:
        """Those shown."""
        return () if self.judged is None else self.judged.lines

    def note(self) -> str:
        return "what overriding earned or cost, R"

    def corner(self) -> str:
        return words.FEW_WORDS

    def missing(self) -> str:
        if self.found is None or self.judged is None:
            return "Working it out …"
        if self.lines:
            return ""
        why = "No rule was judged in these round trips."
        return f"{why} Choose a setup in the ticket: its checklist is kept as evidence."

    def name(self, line: RuleLine) -> str:
        """A rule as it is shown."""
        titles = {} if self.found is None else self.found.rules
        return titles.get(line.rule) or line.rule.replace("_", " ").replace(".", " · ").capitalize()

    def cells(self) -> list[Row]:
        found: list[Row] = []
        for line in self.lines:
            lifted = line.overridden
            color = words.token(lifted.value) if _sure(lifted.low, lifted.high) else "muted"
            verb = "" if line.total_r is None else "earned" if line.total_r >= 0 else "cost"
            saved = "" if line.saved_r is None else "saved" if line.saved_r >= 0 else "cost"
            mean = words.token(lifted.value) if not line.few else "muted"
            found.append(
                (
                    line.rule,
                    (
                        Cell(self.name(line), self.name(line)),
                        _count(line.passed_count),
                        _cell(line.passed.value, Measure.R, "muted"),
                        _count(line.overridden_count),
                        _cell(lifted.value, Measure.R, mean),
                        Cell(
                            f"{verb} {words.figure(line.total_r, Measure.R)}" if verb else format.NO_FIGURE,
                            nan if line.total_r is None else line.total_r,
                            mean if verb else "dim",
                        ),
                        _interval(lifted.low, lifted.high, Measure.R, color),
                        _count(line.blocked.n),
                        Cell(
                            f"{saved} {words.figure(line.saved_r, Measure.R)}" if saved else format.NO_FIGURE,
                            nan if line.saved_r is None else line.saved_r,
                            "muted" if saved else "dim",
                        ),
                        Cell("few" if line.few and line.overridden_count else "", float(line.few), "warn"),
                    ),
                )
            )
        return found

    def _tip(self, key: str, _column: int) -> str:
        line = next((one for one in self.lines if one.rule == key), None)
        if line is None:
            return ""
        said = [self.name(line), _mean_words("Passed", line.passed_count, line.passed)]
        said.append(_mean_words("Overridden", line.overridden_count, line.overridden))
        if line.gap_r is not None:
            between = words.interval(line.gap_low, line.gap_high, Measure.R)
            more = f" (95 % {between})" if between else ""
            said.append(f"An overridden one brought {words.figure(line.gap_r, Measure.R)} R more{more}")
        if line.blocked.n or line.unresolved_count:
            said.append(_mean_words("Blocked, in the shadow", line.blocked.n, line.blocked))
        if line.unresolved_count:
            said.append(f"{line.unresolved_count} blocked whose end is not known")
        return plain_tip("\n".join(said))

    def rows(self) -> Rows:
        titles = (
            "Rule", "Passed", "R/trade", "Overridden", "R/trade", "Low", "High", "Sum R, overridden",
            "R more, overridden", "Low", "High", "Blocked", "R/trade, blocked", "R saved by blocking",
        )  # fmt: skip
        return titles, [
            (
                self.name(one), one.passed_count, one.passed.value, one.overridden_count,
                one.overridden.value, one.overridden.low, one.overridden.high, one.total_r, one.gap_r,
                one.gap_low, one.gap_high,
                one.blocked.n, one.blocked.value, one.saved_r,
            )
            for one in self.lines
        ]  # fmt: skip


def _mean_words(name: str, count: int, mean: Estimate) -> str:
    between = words.interval(mean.low, mean.high, Measure.R)
    said = f"{name}: n {count}"
    if mean.value is not None:
        said += f", {words.figure(mean.value, Measure.R)} R a trade" + (
            f" (95 % {between})" if between else ""
        )
    return said


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
                        _count(one.n),
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
