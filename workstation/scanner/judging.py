"""Judges the automatic part of a checklist for a symbol that nobody has planned an order in yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import msgspec

from workstation.metrics.metric import Metric, Reading
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.orders import OrderIntent, OrderKind, Purpose, Side
from workstation.trading.account import Account, Correlation
from workstation.trading.checklist import JudgedRow, RowState, automatic_state, judge
from workstation.trading.checklist_desk import metric_of, written
from workstation.trading.checklist_template import OPERATOR_WORDS, AutomaticRow, SignalsRow, Template
from workstation.trading.day_metrics import DAY_METRIC_BY_KEY
from workstation.trading.order_facts import OrderFacts
from workstation.trading.order_metrics import ORDER_METRIC_BY_KEY
from workstation.trading.risk import MarketView, Situation
from workstation.trading.sectors import Sectors
from workstation.trading.trading_day import DayFacts

OF_ACCOUNT = frozenset({"correlation_held"})
"""Metrics of an order that are the same whatever its price and size."""

MOST_KEPT = 1_024
"""Ways to stand for which is kept which rows are in the way."""

PASSES = frozenset(state for state in RowState if state.passes)

_NOT = {">=": "<", "<=": ">", ">": "≤", "<": "≥"}


@dataclass(frozen=True, slots=True)
class AutomaticPart:
    """What of a checklist can be judged without an order.

    Attributes:
        template: with those rows alone.
        side: that is asked about.
        waiting: titles of the automatic rows that need an order's price, size or stop.
        metrics: of the market that the rows ask for, by key.
    """

    template: Template
    side: Side
    waiting: tuple[str, ...]
    metrics: Mapping[str, Metric]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a symbol stands to the automatic part of a checklist.

    Attributes:
        states: of the rows, in the checklist's order.
        passed: how many pass, with care or without.
        fits: no row that must pass fails.
    """

    states: tuple[RowState, ...]
    passed: int
    fits: bool


@dataclass(frozen=True, slots=True)
class InWords:
    """The same in words.

    Attributes:
        rows: judged, in the checklist's order.
        in_the_way: what does not pass and must, in few words; empty for nothing.
    """

    rows: tuple[JudgedRow, ...]
    in_the_way: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """What rows ask of the account.

    Attributes:
        account: at the marks of now.
        day: the trader's day so far.
        sectors: of coins.
        correlation: of returns of two symbols.
    """

    account: Account
    day: DayFacts
    sectors: Sectors
    correlation: Correlation


def automatic_part(template: Template, side: Side) -> AutomaticPart:
    """Return what of a checklist can be judged without an order on that side."""
    asked = template.rows_for(side)
    judged = {row.key for row in asked if isinstance(row, AutomaticRow) and not _needs_order(row)}
    rows = tuple(
        row
        for row in asked
        # Signs are counted where all of them are judged here: else too few would agree for want of looking.
        if row.key in judged or (isinstance(row, SignalsRow) and judged.issuperset(row.rows))
    )
    waiting = tuple(row.title for row in asked if isinstance(row, AutomaticRow) and row.key not in judged)
    keys = (row.metric for row in rows if isinstance(row, AutomaticRow))
    metrics = {key: metric for key in keys if (metric := METRIC_BY_KEY.get(key)) is not None}
    return AutomaticPart(msgspec.structs.replace(template, rows=rows), side, waiting, metrics)


class Judge:
    """Judges a part without words, as `in_words` does: fast enough for hundreds of symbols."""

    def __init__(self, part: AutomaticPart) -> None:
        rows = part.template.rows
        self._part = part
        self._locked: dict[tuple[RowState, ...], AutomaticPart] = {}
        self._sign = part.side.sign
        self._keys = tuple(row.key for row in rows)
        self._required = tuple(row.required for row in rows)
        self._automatic: list[tuple[int, AutomaticRow, tuple[str, ...]]] = []
        self._signals: list[tuple[int, SignalsRow]] = []
        for place, row in enumerate(rows):
            if isinstance(row, AutomaticRow):
                metric = part.metrics.get(row.metric) if isinstance(row.threshold, tuple) else None
                self._automatic.append((place, row, () if metric is None else metric.words))
            elif isinstance(row, SignalsRow):
                self._signals.append((place, row))

    def standing(self, values: Sequence[float | None], before: Standing | None) -> Standing:
        """How a symbol stands.

        Args:
            values: of each row's metric; None where it is not known, or too old for the row, and for rows
                that count others.
            before: how it stood; the same object is returned where it stands so still.
        """
        states, sign = [RowState.NO_DATA] * len(self._keys), self._sign
        for place, row, words in self._automatic:
            value = values[place]
            if value is not None:
                states[place] = automatic_state(row, sign, value, words[round(value)] if words else "")
        for place, signals in self._signals:
            passing = (key for key, state in zip(self._keys, states, strict=True) if state is RowState.PASS)
            agree = len(set(passing).intersection(signals.rows))
            states[place] = RowState.PASS if agree >= signals.least else RowState.FAIL
        found = tuple(states)
        if before is not None and before.states == found:
            return before
        fails = [must for must, state in zip(self._required, found, strict=True) if state not in PASSES]
        return Standing(found, len(found) - len(fails), not any(fails))

    def in_the_way(self, standing: Standing) -> AutomaticPart:
        """The part with those rows alone that must pass and do not, and the rows that they count."""
        found = self._locked.get(standing.states)
        if found is None:
            template = self._part.template
            pairs = zip(template.rows, standing.states, strict=True)
            locks = [row for row, state in pairs if row.required and state not in PASSES]
            keys = {row.key for row in locks}
            keys.update(key for row in locks if isinstance(row, SignalsRow) for key in row.rows)
            kept = tuple(row for row in template.rows if row.key in keys)
            found = replace(self._part, template=msgspec.structs.replace(template, rows=kept))
            if len(self._locked) < MOST_KEPT:
                self._locked[standing.states] = found
        return found


def own_reading(key: str, venue: str, symbol: str, side: Side, view: AccountView, now_ms: int) -> Reading:
    """Return what a metric of the account or the day is for a symbol that nobody has planned an order in.

    Raises:
        KeyError: there is none of that key.
    """
    of_order = ORDER_METRIC_BY_KEY.get(key)
    if of_order is None:
        return DAY_METRIC_BY_KEY[key].read(view.day, now_ms)
    intent = _nothing_planned(venue, symbol, side)
    facts = OrderFacts(intent, Situation(MarketView(), view.account), None, view.correlation, view.sectors)
    return of_order.read(facts, now_ms)


def in_words(
    part: AutomaticPart,
    venue: str,
    symbol: str,
    read: Callable[[Metric], Reading],
    view: AccountView,
    now_ms: int,
) -> InWords:
    """Judge the part for a symbol now, as the ticket does.

    Args:
        read: what a metric of the market is for the symbol.
        view: of the account.
        now_ms: our clock.
    """

    def reading(key: str) -> Reading:
        metric = METRIC_BY_KEY.get(key)
        return read(metric) if metric else own_reading(key, venue, symbol, part.side, view, now_ms)

    intent = _nothing_planned(venue, symbol, part.side)
    rows = judge(part.template, intent, MarketView(), reading, written, {}, now_ms).rows
    return InWords(rows, " · ".join(obstacle(row) for row in rows if row.locks))


def obstacle(judged: JudgedRow) -> str:
    """Return why a row does not pass, in few words: "Vol 0.9 × < 1.5 ×"."""
    row = judged.row
    if not isinstance(row, AutomaticRow):
        return f"{row.title}: {judged.value}"
    metric = metric_of(row.metric)
    name = metric.short if isinstance(metric, Metric) else metric.title
    if judged.state is RowState.NO_DATA:
        return f"{name}: no data"
    if isinstance(row.threshold, tuple):
        return f"{name}: {judged.value}"
    threshold = judged.threshold.removeprefix(OPERATOR_WORDS[row.operator]).strip()
    return f"{name} {judged.value} {_NOT[row.operator]} {threshold}"


def _nothing_planned(venue: str, symbol: str, side: Side) -> OrderIntent:
    return OrderIntent(venue, symbol, side, OrderKind.LIMIT, Decimal(0), Purpose.OPEN)


def _needs_order(row: AutomaticRow) -> bool:
    return row.metric in ORDER_METRIC_BY_KEY and row.metric not in OF_ACCOUNT
