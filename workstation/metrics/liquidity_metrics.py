"""Metrics of liquidity: what a size of one's own costs now, and how that stands against what is usual."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

import numpy as np

from workstation.analytics.book_walk import walk_book
from workstation.analytics.liquidity import Quantiles, curve_of, walk_costs_bps
from workstation.analytics.liquidity_usual import COST, LEAST_MINUTES, SPREAD, UsualLiquidity, depth_measure
from workstation.market.order_book import ASK, BID
from workstation.market.state import SymbolState
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.metric import Metric, NoData, Unit
from workstation.model.instrument import ContractKind

OWN_RULE = "a rule of Preflight's own"
LEAST_OF_HOUR = 60
"""Minutes of one hour of the day below which nothing is usual of it."""
DEPTH_BPS = 10


def walk_cost_bps(state: SymbolState, side: int, size: Decimal) -> float:
    """What a market order costs against the middle of the book now, bp: half the spread is in it.

    Args:
        side: of the book that is taken: ASK to buy.
        size: in the instrument's unit.

    Raises:
        NoData: the levels known hold less.
    """
    book = state.book
    held = book.asks if side == ASK else book.bids
    # Where an order ends is not known before, and numpy sorts thousands of levels in a fraction of a ms.
    prices = np.sort(np.fromiter(held.keys(), np.float64, len(held)))[:: side * -1].tolist()
    walk = walk_book(((Decimal(repr(price)), Decimal(repr(held[price]))) for price in prices), size)
    if walk.is_partial:
        name = "ask" if side == ASK else "bid"
        raise NoData(f"The {name} levels known hold only {walk.filled.normalize():f}")
    mid = (book.best_bid + book.best_ask) / 2
    average = float(walk.average_price)
    if state.instrument.kind is ContractKind.INVERSE:
        # Contracts are worth a fixed amount of quote units: their average is the harmonic one.
        average = _inverse_average(prices, held, float(size))
    return abs(average / mid - 1) * 1e4


def _inverse_average(prices: list[float], held: Mapping[float, float], size: float) -> float:
    left, base = size, 0.0
    for price in prices:
        taken = min(left, held[price])
        base += taken / price
        left -= taken
        if left <= 0:
            break
    return size / base


def _own_size(facts: SymbolFacts) -> Decimal:
    size = facts.own_trading.size
    if size <= 0:
        raise NoData(
            "Your size is not known: plan an order in the ticket, or type one in the Liquidity panel"
        )
    return Decimal(repr(size))


def _cost_now(facts: SymbolFacts) -> float:
    size, book = _own_size(facts), facts.state.book
    facts.spread()
    version = book.version, book.status, size
    return facts.once(
        "walk cost",
        version,
        lambda: max(walk_cost_bps(facts.state, side, size) for side in (BID, ASK)),
    )


def _cost_as_stored(facts: SymbolFacts, usual: UsualLiquidity) -> float:
    """The cost now by the law of the stored minutes: like is held against like."""
    spread, mid = facts.spread()
    sides, instrument = [facts.depth(side) for side in ("bid", "ask")], facts.state.instrument
    quote = usual.own.size * float(instrument.contract_size)
    quote *= 1.0 if instrument.kind is ContractKind.INVERSE else mid
    half = sides[0].distances[:1] * 0 + spread / mid * 5e3
    curves = [curve_of(depth.distances, depth.quote) for depth in sides]
    return max(float(walk_costs_bps(curve[None, :], half, quote)[0]) for curve in curves)


def _usual(facts: SymbolFacts) -> UsualLiquidity:
    return facts.usual_liquidity()


def _own_cost(facts: SymbolFacts) -> tuple[UsualLiquidity, Quantiles]:
    _own_size(facts)
    usual = _usual(facts)
    cost = usual.measures.get(COST)
    if cost is None or usual.own.asks != facts.own_trading.asks:
        raise NoData("What your size usually costs is being worked out")
    if cost.own.n < LEAST_MINUTES:
        raise NoData(
            f"{cost.own.n} minutes of your hours are stored: {LEAST_MINUTES - cost.own.n} are missing"
        )
    return usual, cost.own


def _cost_percentile(facts: SymbolFacts) -> float:
    usual, _ = _own_cost(facts)
    now = _cost_as_stored(facts, usual)
    return usual.cost_percentile(now)[0]


def _cost_usual(facts: SymbolFacts) -> float:
    return _finite(_own_cost(facts)[1].median)


def _cost_thin(facts: SymbolFacts) -> float:
    return _finite(_own_cost(facts)[1].high)


def _finite(cost_bps: float) -> float:
    if cost_bps == float("inf"):
        raise NoData("The stored book did not hold your size")
    return cost_bps


def _of_this_hour(measure: str, facts: SymbolFacts) -> float:
    if not facts.now_ms:
        raise NoData("The market's time is not known yet")
    hour = facts.now_ms // HOUR_MS % 24
    found = _usual(facts).measures[measure].hours[hour]
    if found.n < LEAST_OF_HOUR:
        raise NoData(f"{found.n} minutes of this hour are stored: {LEAST_OF_HOUR - found.n} are missing")
    return found.median


def _spread_multiple(facts: SymbolFacts) -> float:
    usual = _of_this_hour(SPREAD, facts)
    spread, mid = facts.spread()
    return spread / mid * 1e4 / usual


def _depth_multiple(facts: SymbolFacts) -> float:
    usual = _of_this_hour(depth_measure(DEPTH_BPS), facts)
    return min(facts.depth(side).within(DEPTH_BPS * 1e-4) for side in ("bid", "ask")) / usual


def _spread_leverage(facts: SymbolFacts) -> float:
    spread, mid = facts.spread()
    return spread / mid * facts.own_trading.leverage


def _venue_health(facts: SymbolFacts) -> float:
    health = facts.venue_health()
    if health.score is None:
        raise NoData(f"Too little is stored to judge the venue: {health.stress.why}")
    return health.score


_HOURS = "of the trader's own hours over up to 30 days"

LIQUIDITY_METRICS = (
    Metric(
        "walk_cost_bps",
        "Cost of your size now",
        "Walk",
        Unit.BPS,
        ("book", "liquidity"),
        10_000,
        "average price of a market order of your size against the middle, the dearer side; half the "
        "spread is in it",
        OWN_RULE,
        _cost_now,
    ),
    Metric(
        "walk_cost_percentile",
        "Cost of your size, percentile",
        "Walk pc",
        Unit.RATE,
        ("book", "liquidity"),
        10_000,
        f"share of the minutes {_HOURS} in which your size cost less than now; 95 % and more is a thin book",
        OWN_RULE,
        _cost_percentile,
        decimals=0,
    ),
    Metric(
        "walk_cost_usual_bps",
        "Usual cost of your size",
        "Walk us",
        Unit.BPS,
        ("liquidity",),
        None,
        f"median cost of your size in the minutes {_HOURS}",
        OWN_RULE,
        _cost_usual,
    ),
    Metric(
        "walk_cost_thin_bps",
        "Cost of your size in a thin book",
        "Walk thin",
        Unit.BPS,
        ("liquidity",),
        None,
        f"what your size cost at the least in the dearest 5 % of the minutes {_HOURS}",
        OWN_RULE,
        _cost_thin,
    ),
    Metric(
        "spread_usual_bps",
        "Usual spread of this hour",
        "Sprd us",
        Unit.BPS,
        ("liquidity", "feed"),
        None,
        "median spread at the ends of the stored minutes of this UTC hour over up to 30 days",
        OWN_RULE,
        partial(_of_this_hour, SPREAD),
    ),
    Metric(
        "spread_usual_multiple",
        "Spread against the usual of this hour",
        "Sprd ×",
        Unit.TIMES,
        ("book", "liquidity", "feed"),
        10_000,
        "spread / usual spread of this hour",
        OWN_RULE,
        _spread_multiple,
        decimals=1,
    ),
    Metric(
        "depth_usual_multiple",
        "Depth against the usual of this hour",
        "Depth ×",
        Unit.TIMES,
        ("book", "liquidity", "feed"),
        10_000,
        "money within 10 bp of the middle on the thinner side / its median in the stored "
        "minutes of this UTC hour",
        OWN_RULE,
        _depth_multiple,
        decimals=1,
    ),
    Metric(
        "spread_leverage_rate",
        "Spread × leverage",
        "Sprd × lev",
        Unit.RATE,
        ("book", "liquidity"),
        10_000,
        "spread of the price · leverage of your ticket: the share of the margin that crossing it "
        "costs; 1 × without one",
        OWN_RULE,
        _spread_leverage,
        decimals=3,
    ),
    Metric(
        "venue_health",
        "Venue health",
        "Health",
        Unit.NUMBER,
        ("liquidity",),
        None,
        "0 to 100: depth in the fastest minutes, gaps of the book, outages, late messages; "
        "its formula is in docs/liquidity.md",
        OWN_RULE,
        _venue_health,
        decimals=0,
        scope="venue",
    ),
)
