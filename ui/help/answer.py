"""What is said of one figure: its term, its value now, since when it holds, and why it may be unknown."""

from __future__ import annotations

from dataclasses import dataclass

from ui import format
from ui.help.figures import Figure
from ui.help.terms import Term
from ui.panel import Panel
from workstation.metrics.metric import Reading
from workstation.metrics.registry import METRIC_BY_KEY


@dataclass(frozen=True, slots=True)
class Answer:
    """The words of a card.

    Attributes:
        name: of the figure.
        value: as it is shown now; "" when a title was asked of.
        unit: it counts in.
        formula: in words.
        source: where it comes from.
        updated: since when it holds.
        unknown: why there is no value or why it holds no longer; "" where it holds.
        page: of help, with its anchor.
    """

    name: str
    value: str
    unit: str
    formula: str
    source: str
    updated: str
    unknown: str
    page: str

    def lines(self) -> list[tuple[str, str]]:
        """(label, words) of everything that is known of it."""
        rows = (
            ("Now", self.value),
            ("Unit", self.unit),
            ("Formula", self.formula),
            ("Source", self.source),
            ("Updated", self.updated),
            ("Unknown" if self.value in ("", format.NO_FIGURE) else "Doubt", self.unknown),
        )
        return [(label, words) for label, words in rows if words]

    def text(self) -> str:
        """All of it for the clipboard."""
        return "\n".join([self.name, *(f"{label}: {words}" for label, words in self.lines())]) + "\n"


def answer(figure: Figure, panel: Panel | None) -> Answer | None:
    """What is said of a figure; None for one that nothing is declared of.

    Args:
        panel: that shows it; None for the bars of the desk.
    """
    term = figure.term
    if term is None:
        return None
    value = "" if figure.is_title else figure.text
    reading = _reading(term, figure, panel)
    source, unknown = term.source, ""
    if reading is not None:
        source += f" · {reading.source}" if reading.source and reading.source not in source else ""
        unknown = "" if reading.is_ok else reading.why
    if not unknown and value == format.NO_FIGURE:
        unknown = (panel.condition_sentence if panel is not None else "") or term.unknown
    return Answer(
        term.name, value, term.unit, term.formula, source, _updated(reading, panel), unknown, term.page
    )


def _reading(term: Term, figure: Figure, panel: Panel | None) -> Reading | None:
    """The metric's own word on its value, of the symbol of the figure's row, else of the panel's."""
    metric = METRIC_BY_KEY.get(term.metric) if term.metric else None
    if metric is None or panel is None or figure.is_title:
        return None
    workstation = panel.services.workstation
    of_row = figure.row.split()[0] if figure.row else ""
    symbol = of_row if of_row in workstation.market.states else panel.link.symbol
    return workstation.metrics.read(metric, symbol)


def _updated(reading: Reading | None, panel: Panel | None) -> str:
    if panel is None:
        return "with every frame"
    if not panel.of_market:
        return "as it is kept on this disk, read at each refresh"
    if reading is not None and reading.time_ms:
        now_ms = panel.services.workstation.clock.now_ms()
        return f"{format.age((now_ms - reading.time_ms) / 1000)} ago, {format.utc_time(reading.time_ms)} UTC"
    age = panel.data_age_s()
    return "" if age is None else f"{format.age(age)} ago"
