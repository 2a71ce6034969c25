"""Judges the automatic part of a checklist for a symbol that nobody has planned an order in yet."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from workstation.metrics.metric import Metric, Reading
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.orders import OrderIntent, OrderKind, Purpose, Side
from workstation.trading.account import Account, Correlation
from workstation.trading.checklist import JudgedRow, RowState, judge
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

_NOT = {">=": "<", "<=": ">", ">": "≤", "<": "≥"}


@dataclass(frozen=True, slots=True)
class AutomaticPart:
    """What of a checklist can be judged without an order.

    Attributes:
        template: with those rows alone.
        side: that is asked about.
        waiting: titles of the automatic rows that need an order's price, size or stop.
    """

    template: Template
    side: Side
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a symbol stands to the automatic part of a checklist.

    Attributes:
        rows: judged, in the checklist's order.
        passed: how many pass, with care or without.
        fits: no row that must pass fails.
        in_the_way: what does not pass and must, in few words; empty for nothing.
    """

    rows: tuple[JudgedRow, ...]
    passed: int
    fits: bool
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
    return AutomaticPart(msgspec.structs.replace(template, rows=rows), side, waiting)


def standing_of(
    part: AutomaticPart,
    venue: str,
    symbol: str,
    read: Callable[[Metric], Reading],
    view: AccountView,
    now_ms: int,
) -> Standing:
    """Judge the part for a symbol now.

    Args:
        read: what a metric of the market is for the symbol.
        view: of the account.
        now_ms: our clock.
    """
    intent = OrderIntent(venue, symbol, part.side, OrderKind.LIMIT, Decimal(0), Purpose.OPEN)
    facts = OrderFacts(intent, Situation(MarketView(), view.account), None, view.correlation, view.sectors)

    def reading(key: str) -> Reading:
        metric = METRIC_BY_KEY.get(key)
        if metric is not None:
            return read(metric)
        of_order = ORDER_METRIC_BY_KEY.get(key)
        if of_order is not None:
            return of_order.read(facts, now_ms)
        return DAY_METRIC_BY_KEY[key].read(view.day, now_ms)

    rows = judge(part.template, intent, MarketView(), reading, written, {}, now_ms).rows
    locks = [row for row in rows if row.locks]
    return Standing(rows, sum(row.state.passes for row in rows), not locks, " · ".join(map(obstacle, locks)))


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


def _needs_order(row: AutomaticRow) -> bool:
    return row.metric in ORDER_METRIC_BY_KEY and row.metric not in OF_ACCOUNT
