"""The checklists in use: the trader's answers, and every metric that rows and tickets read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from workstation.errors import BadFigure
from workstation.metrics.metric import Metric, Reading, ReadingState, Unit
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader
from workstation.model.orders import OrderIntent
from workstation.ports import Ledger
from workstation.runtime.clock import Clock
from workstation.trading.checklist import Answer, MetricText, Verdict, judge
from workstation.trading.checklist_book import ChecklistBook
from workstation.trading.checklist_template import EmotionalRow, ManualRow, Template
from workstation.trading.day_metrics import DAY_METRIC_BY_KEY
from workstation.trading.metric_text import AnyMetric, threshold_text, value_text
from workstation.trading.order_facts import OrderFacts
from workstation.trading.order_metrics import ORDER_METRIC_BY_KEY
from workstation.trading.risk import Situation
from workstation.trading.sectors import Sectors
from workstation.trading.trading_day import DayFacts


class _MetricKeys(frozenset[str]):
    """Lists what is always there, and holds what may be declared: series from outside."""

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (isinstance(key, str) and key in METRIC_BY_KEY)


METRIC_KEYS = _MetricKeys((*METRIC_BY_KEY, *ORDER_METRIC_BY_KEY, *DAY_METRIC_BY_KEY))
"""Whatever an automatic row may name: of the market, of the order, of the trader's day."""


class ChecklistDesk:
    """Keeps answers, and judges intents by the checklist of their setup."""

    def __init__(
        self,
        reader: MetricReader,
        situation: Callable[[str], Situation],
        day: Callable[[], DayFacts],
        sectors: Sectors,
        clock: Clock,
        data_dir: Path | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """Judge by these.

        Args:
            reader: of the market's metrics.
            situation: of a symbol, with the account, now.
            day: the trader's day so far.
            sectors: of coins.
            clock: of the desk.
            data_dir: where the trader's own checklists are; None for none.
            ledger: takes changes of checklists with their reasons.
        """
        self._reader = reader
        self._situation = situation
        self._day = day
        self._sectors = sectors
        self._clock = clock
        self._answers: dict[tuple[str, str], dict[str, Answer]] = {}
        self.book = ChecklistBook(data_dir, METRIC_KEYS, clock, ledger)
        """Every checklist, and how it is changed."""

    def template(self, key: str) -> Template | None:
        """The checklist of that key; None if there is none."""
        return self.book.template(key)

    # Answers.

    def answer(self, setup: str, symbol: str, row: str, value: int, text: str = "") -> None:
        """Take the trader's answer to a row.

        Raises:
            BadFigure: there is no such row, it is judged from data, or the answer is none of its scale.
        """
        template = self.template(setup)
        asked = next((one for one in template.rows if one.key == row), None) if template is not None else None
        if asked is None:
            raise BadFigure(row, "There is no such row")
        if not isinstance(asked, ManualRow | EmotionalRow):
            raise BadFigure(row, "This row is judged from data: it cannot be ticked")
        least, most = (1, 5) if isinstance(asked, EmotionalRow) else (0, 1)
        if not least <= value <= most:
            raise BadFigure(row, f"The answer is from {least} to {most}")
        answers = self._answers.setdefault((setup, symbol), {})
        answers[row] = Answer(value, self._clock.now_ms(), text)

    def take_back(self, setup: str, symbol: str, row: str) -> None:
        """Forget the answer to a row."""
        self._answers.get((setup, symbol), {}).pop(row, None)

    def forget(self, setup: str, symbol: str) -> None:
        """Forget every answer of a setup: an order was sent with them, and the next is another decision."""
        self._answers.pop((setup, symbol), None)

    def answers(self, setup: str, symbol: str) -> Mapping[str, Answer]:
        """What was answered so far."""
        return self._answers.get((setup, symbol), {})

    # Judging.

    def verdict(self, intent: OrderIntent) -> Verdict | None:
        """Judge an intent by the checklist of its setup; None where it names none that there is."""
        template = self.template(intent.setup)
        if template is None:
            return None
        left_s = self.book.left_s(template.key)
        held = ""
        if left_s:
            held = (
                f"{template.name} was changed a moment ago: it lets nothing pass for another {left_s:.0f} s"
            )
        return replace(self.try_out(template, intent), held=held)

    def try_out(self, template: Template, intent: OrderIntent) -> Verdict:
        """Judge an intent by a checklist that need not be kept yet, with the answers given to its setup."""
        situation = self._situation(intent.symbol)
        facts = self.order_facts(intent, situation)
        day = self._day()
        return judge(
            template,
            intent,
            situation.market,
            lambda key: self._read(key, intent.symbol, facts, day),
            written,
            self.answers(intent.setup, intent.symbol),
            self._clock.now_ms(),
        )

    def order_facts(self, intent: OrderIntent, situation: Situation) -> OrderFacts:
        """What the metrics of an order are read from."""
        atr = self._reader.read(METRIC_BY_KEY["atr"], intent.symbol)
        known = atr.value if atr.state is ReadingState.OK else None
        return OrderFacts(intent, situation, known, self._reader.correlation, self._sectors)

    def _read(self, key: str, symbol: str, facts: OrderFacts, day: DayFacts) -> Reading:
        metric = METRIC_BY_KEY.get(key)
        if metric is not None:
            return self._reader.read(metric, symbol)
        of_order = ORDER_METRIC_BY_KEY.get(key)
        if of_order is not None:
            return of_order.read(facts, self._clock.now_ms())
        return DAY_METRIC_BY_KEY[key].read(day, self._clock.now_ms())


def written(key: str, value: float | None, threshold: float | Sequence[str]) -> MetricText:
    """Return how a metric's value and threshold read, by its key."""
    metric = metric_of(key)
    words = metric.words if isinstance(metric, Metric) else ()
    word = words[round(value)] if metric.unit is Unit.WORD and value is not None else ""
    return MetricText(value_text(metric, value), threshold_text(metric, threshold), word)


def metric_of(key: str) -> AnyMetric:
    """Return the declaration of a metric, wherever it is declared.

    Raises:
        KeyError: there is none.
    """
    found: AnyMetric | None = METRIC_BY_KEY.get(key) or ORDER_METRIC_BY_KEY.get(key)
    return found or DAY_METRIC_BY_KEY[key]
