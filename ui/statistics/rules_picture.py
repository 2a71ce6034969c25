"""The rule ledger as a table."""

from math import nan
from typing import ClassVar

from PySide6.QtWidgets import QWidget

from ui import format
from ui.review.plain_tip import plain_tip
from ui.statistics import words
from ui.statistics.picture import Rows
from ui.statistics.table_picture import TablePicture, count_cell, figure_cell, interval_cell, is_sure
from ui.theme import Theme
from ui.widgets.table_rows import Cell, Column, Row
from workstation.journal.statistics.figure import Estimate
from workstation.journal.statistics.rules import RuleLine
from workstation.journal.statistics.table import Measure

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
            color = words.token(lifted.value) if is_sure(lifted.low, lifted.high) else "muted"
            verb = "" if line.total_r is None else "earned" if line.total_r >= 0 else "cost"
            saved = "" if line.saved_r is None else "saved" if line.saved_r >= 0 else "cost"
            mean = words.token(lifted.value) if not line.few else "muted"
            found.append(
                (
                    line.rule,
                    (
                        Cell(self.name(line), self.name(line)),
                        count_cell(line.passed_count),
                        figure_cell(line.passed.value, Measure.R, "muted"),
                        count_cell(line.overridden_count),
                        figure_cell(lifted.value, Measure.R, mean),
                        Cell(
                            f"{verb} {words.figure(line.total_r, Measure.R)}" if verb else format.NO_FIGURE,
                            nan if line.total_r is None else line.total_r,
                            mean if verb else "dim",
                        ),
                        interval_cell(lifted.low, lifted.high, Measure.R, color),
                        count_cell(line.blocked.n),
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
