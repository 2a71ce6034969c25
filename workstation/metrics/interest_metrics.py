"""Metrics of open interest and of longs against shorts: who is in, and how many."""

from bisect import bisect_left

import numpy as np

from workstation.analytics.order_flow import OpenInterestQuadrant, open_interest_quadrant
from workstation.analytics.time_share import share_below
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.market_metrics import OWN_RULE, VENUE
from workstation.metrics.metric import Metric, NoData, Unit
from workstation.model.derivatives import LongShortRatio
from workstation.model.instrument import ContractKind

LEAST_RATIOS = 72
DAY_MS = 24 * HOUR_MS
SAMPLE_SLACK_MS = 45 * 60_000
"""Open interest of a moment may be this far from it: venues are asked for it every half hour."""
QUADRANTS = tuple(OpenInterestQuadrant)


def _open_interest(facts: SymbolFacts) -> float:
    return float(facts.open_interest.size)


def _open_interest_value(facts: SymbolFacts) -> float:
    interest = facts.open_interest
    if interest.value is not None:
        return float(interest.value)
    instrument = facts.state.instrument
    size = float(interest.size) * float(instrument.contract_size)
    return size if instrument.kind is ContractKind.INVERSE else size * float(facts.mark.mark_price)


def _open_interest_then(facts: SymbolFacts) -> float:
    """Size that was open a day ago."""
    past = facts.state.past
    times, sizes = facts.once(
        "open_interest",
        past.open_interest_version,
        lambda: (
            [item.event_ms for item in past.open_interest],
            [float(item.size) for item in past.open_interest],
        ),
    )
    then = facts.now_ms - DAY_MS
    if not len(times):
        raise NoData("No past open interest is known yet")
    nearest = bisect_left(times, then)
    if nearest == len(times) or (nearest and then - times[nearest - 1] <= times[nearest] - then):
        nearest -= 1
    if abs(times[nearest] - then) > SAMPLE_SLACK_MS or not sizes[nearest]:
        raise NoData("The open interest of 24 hours ago is not known")
    return sizes[nearest]


def _open_interest_change_24h_rate(facts: SymbolFacts) -> float:
    now = _open_interest(facts)
    return now / _open_interest_then(facts) - 1


def _open_interest_quadrant(facts: SymbolFacts) -> float:
    opened = float(facts.ticker.open)
    if not opened:
        raise NoData("There was no price 24 hours ago")
    quadrant = open_interest_quadrant(facts.last / opened - 1, _open_interest_change_24h_rate(facts))
    if quadrant is None:
        raise NoData("Price or open interest has not moved in 24 hours")
    return float(QUADRANTS.index(quadrant))


def _long_short(facts: SymbolFacts) -> LongShortRatio:
    ratio = facts.state.long_short
    if ratio is None:
        raise NoData("The venue has told no long/short ratio")
    return ratio


def _long_short_ratio(facts: SymbolFacts) -> float:
    return float(_long_short(facts).accounts)


def _top_long_short_ratio(facts: SymbolFacts) -> float:
    top = _long_short(facts).top_positions
    if top is None:
        raise NoData("The venue does not tell what its largest accounts hold")
    return float(top)


def _long_short_percentile(facts: SymbolFacts) -> float:
    past = facts.state.past
    history = facts.once(
        "long_short",
        past.long_short_version,
        lambda: np.sort(np.array([float(item.accounts) for item in past.long_short])),
    )
    now = _long_short_ratio(facts)
    if len(history) < LEAST_RATIOS:
        raise NoData(f"Only {len(history)} hours of it are known: {LEAST_RATIOS} are the least")
    return share_below(history, now)


INTEREST_METRICS = (
    Metric(
        "open_interest",
        "Open interest",
        "OI",
        Unit.SIZE,
        ("open_interest",),
        600_000,
        "contracts or coins that are open, one side counted",
        VENUE,
        _open_interest,
    ),
    Metric(
        "open_interest_value",
        "Value of the open interest",
        "OI value",
        Unit.QUOTE,
        ("open_interest", "mark"),
        600_000,
        "as the venue says it, else open interest · mark price",
        VENUE,
        _open_interest_value,
    ),
    Metric(
        "open_interest_change_24h_rate",
        "Change of open interest in 24 h",
        "ΔOI 24 h",
        Unit.RATE,
        ("open_interest", "past_open_interest"),
        600_000,
        "open interest now / 24 hours ago − 1, in contracts or coins",
        OWN_RULE,
        _open_interest_change_24h_rate,
        decimals=1,
        signed=True,
    ),
    Metric(
        "open_interest_quadrant",
        "Price and open interest",
        "OI × price",
        Unit.WORD,
        ("open_interest", "past_open_interest", "ticker", "trades"),
        600_000,
        "signs of the changes of price and open interest in 24 h: both up is a long build, price up alone a "
        "short cover, open interest up alone a short build, neither a long unwind",
        OWN_RULE,
        _open_interest_quadrant,
        words=tuple(quadrant.value for quadrant in QUADRANTS),
    ),
    Metric(
        "long_short_ratio",
        "Long/short ratio",
        "L/S",
        Unit.TIMES,
        ("long_short",),
        1_200_000,
        "accounts with a long / accounts with a short, of all traders; as many contracts stand on "
        "either side",
        VENUE,
        _long_short_ratio,
    ),
    Metric(
        "top_long_short_ratio",
        "Long/short of the largest",
        "L/S top",
        Unit.TIMES,
        ("long_short",),
        1_200_000,
        "longs / shorts, in size, of the largest fifth of accounts",
        VENUE,
        _top_long_short_ratio,
    ),
    Metric(
        "long_short_percentile",
        "Long/short percentile",
        "L/S pc",
        Unit.RATE,
        ("long_short", "past_long_short"),
        1_200_000,
        "share of the hours of 29 days with a lower long/short ratio than now; ties count half",
        OWN_RULE,
        _long_short_percentile,
        decimals=0,
    ),
)
