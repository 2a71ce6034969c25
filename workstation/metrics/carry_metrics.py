"""Metrics of funding and open interest: what it costs to stay, and who is in."""

from bisect import bisect_left
from decimal import Decimal

import numpy as np

from workstation.analytics.funding_history import FundingHistory
from workstation.analytics.order_flow import OpenInterestQuadrant, open_interest_quadrant
from workstation.analytics.term_structure import annualised_basis
from workstation.analytics.time_share import share_below
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.market_metrics import PROCESS, VENUE
from workstation.metrics.metric import Metric, NoData, Unit
from workstation.model.derivatives import LongShortRatio
from workstation.model.instrument import ContractKind

NOTED_8H_RATE = Decimal("0.0001")
BASELINE_8H_RATE = 0.0001
LEAST_SETTLEMENTS = 21
LEAST_RATIOS = 72
TREND_SETTLEMENTS = 3
DAY_MS = 24 * HOUR_MS
SAMPLE_SLACK_MS = 45 * 60_000
"""Open interest of a moment may be this far from it: venues are asked for it every half hour."""
QUADRANTS = tuple(OpenInterestQuadrant)


def _per(facts: SymbolFacts, hours: float) -> float:
    funding = facts.funding
    return float(funding.rate) * hours / funding.interval_hours


def _funding_rate(facts: SymbolFacts) -> float:
    return float(facts.funding.rate)


def _funding_8h_rate(facts: SymbolFacts) -> float:
    return _per(facts, 8)


def _funding_day_rate(facts: SymbolFacts) -> float:
    return _per(facts, 24)


def _funding_year_rate(facts: SymbolFacts) -> float:
    return _per(facts, 24 * 365)


def _funding_excess_8h_rate(facts: SymbolFacts) -> float:
    return _per(facts, 8) - BASELINE_8H_RATE


def _settled_8h(facts: SymbolFacts) -> list[Decimal]:
    """Settled rates, each for eight hours, oldest first."""
    past = facts.state.past
    rates = facts.once(
        "settled_8h",
        past.funding_version,
        lambda: [item.rate * 8 / Decimal(str(item.interval_hours)) for item in past.funding],
    )
    if not rates:
        raise NoData("No settled funding is known yet")
    return rates


def _funding_trend_8h_rate(facts: SymbolFacts) -> float:
    settled = _settled_8h(facts)
    if len(settled) < TREND_SETTLEMENTS:
        raise NoData(f"Fewer than {TREND_SETTLEMENTS} settlements are known")
    return _per(facts, 8) - float(sum(settled[-TREND_SETTLEMENTS:])) / TREND_SETTLEMENTS


def _funding_sustained_h(facts: SymbolFacts) -> float:
    settled = _settled_8h(facts)
    if Decimal(repr(_per(facts, 8))) <= NOTED_8H_RATE:
        return 0.0
    interval_ms = facts.funding.interval_hours * HOUR_MS
    since = facts.funding.next_funding_ms - interval_ms if facts.funding.next_funding_ms else facts.now_ms
    for item, rate in zip(reversed(facts.state.past.funding), reversed(settled), strict=True):
        if rate <= NOTED_8H_RATE:
            break
        since = min(since, item.settled_ms - item.interval_hours * HOUR_MS)
    return max(0.0, (facts.now_ms - since) / HOUR_MS)


def _funding_percentile(facts: SymbolFacts) -> float:
    past = facts.state.past
    history = facts.once("funding_history", past.funding_version, lambda: FundingHistory.of(past.funding))
    if len(history) < LEAST_SETTLEMENTS:
        raise NoData(f"Only {len(history)} settlements are known: {LEAST_SETTLEMENTS} are the least")
    share = history.percentile(_per(facts, 8))
    assert share is not None
    return share


def _funding_countdown_s(facts: SymbolFacts) -> float:
    settles_ms = facts.funding.next_funding_ms
    if not settles_ms:
        raise NoData("The venue does not say when funding is settled")
    return max(0.0, (settles_ms - facts.now_ms) / 1000)


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


def _basis_year_rate(facts: SymbolFacts) -> float:
    """Of the dated future that is delivered first."""
    known = [price for price in facts.state.dated.values() if price.expires_ms > facts.now_ms]
    if not known:
        raise NoData("The venue tells no dated future of this coin")
    nearest = min(known, key=lambda price: price.expires_ms)
    spot = facts.state.spot
    against = None if spot is None else float(spot.middle)
    if against is None and nearest.index_price is not None:
        against = float(nearest.index_price)
    if against is None:
        raise NoData("Neither spot nor index is known")
    left_ms = nearest.expires_ms - facts.now_ms
    rate = annualised_basis(float(nearest.mark_price), against, left_ms)
    if rate is None:
        raise NoData("It cannot be worked out from these figures")
    return rate


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


FUNDING_METRICS = (
    Metric(
        "funding_rate",
        "Funding of the interval",
        "Fund",
        Unit.RATE,
        ("funding",),
        60_000,
        "what longs pay at the next settlement if it stays, of the position, for the symbol's own interval",
        VENUE,
        _funding_rate,
        decimals=4,
        signed=True,
    ),
    Metric(
        "funding_8h_rate",
        "Funding for 8 h",
        "Fund 8 h",
        Unit.RATE,
        ("funding",),
        60_000,
        "rate · 8 / hours of the interval",
        "domain, funding",
        _funding_8h_rate,
        decimals=4,
        signed=True,
    ),
    Metric(
        "funding_day_rate",
        "Funding a day",
        "Fund d",
        Unit.RATE,
        ("funding",),
        60_000,
        "rate · 24 / hours of the interval",
        "domain, funding",
        _funding_day_rate,
        decimals=3,
        signed=True,
    ),
    Metric(
        "funding_year_rate",
        "Funding a year",
        "Fund y",
        Unit.RATE,
        ("funding",),
        60_000,
        "rate · 8 760 / hours of the interval: simple, not compounded",
        "domain, funding",
        _funding_year_rate,
        decimals=1,
        signed=True,
    ),
    Metric(
        "funding_excess_8h_rate",
        "Funding above the usual",
        "Excess",
        Unit.RATE,
        ("funding",),
        60_000,
        "funding for 8 h − 0.01 %, the interest part that is nearly always there",
        "domain, funding",
        _funding_excess_8h_rate,
        decimals=4,
        signed=True,
    ),
    Metric(
        "funding_trend_8h_rate",
        "Funding trend",
        "Fund Δ",
        Unit.RATE,
        ("funding", "past_funding"),
        60_000,
        f"funding for 8 h now − mean of the last {TREND_SETTLEMENTS} settled, each for 8 h",
        f"{PROCESS} A6",
        _funding_trend_8h_rate,
        decimals=4,
        signed=True,
    ),
    Metric(
        "funding_sustained_h",
        "Funding above 0.01 % for",
        "Fund >",
        Unit.HOURS,
        ("funding", "past_funding", "feed"),
        60_000,
        "hours since when the rate, settled and now, has been above 0.01 % for 8 h without a break; "
        "4 h and more is a note",
        f"{PROCESS} A6",
        _funding_sustained_h,
        decimals=1,
    ),
    Metric(
        "funding_percentile",
        "Funding percentile",
        "Fund pc",
        Unit.RATE,
        ("funding", "past_funding"),
        60_000,
        "share of the time of up to a year for which less was settled than the rate now, all for 8 h; "
        "ties count half",
        f"{PROCESS} A6",
        _funding_percentile,
        decimals=0,
    ),
    Metric(
        "funding_countdown_s",
        "Funding settles in",
        "Settles",
        Unit.SECONDS,
        ("funding", "feed"),
        60_000,
        "time of the next settlement − the venue's time now",
        VENUE,
        _funding_countdown_s,
        decimals=0,
    ),
    Metric(
        "basis_year_rate",
        "Basis of the next future a year",
        "Basis y",
        Unit.RATE,
        ("dated", "spot", "feed"),
        60_000,
        "(mark of the dated future delivered first / spot, else its index − 1) · 365 days / days left, simple",
        "domain, basis",
        _basis_year_rate,
        decimals=2,
        signed=True,
    ),
)

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
        f"{PROCESS} A5",
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
        f"{PROCESS} A5",
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
        "accounts with a long / accounts with a short, of all traders; as many contracts stand on either side",
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
        f"{PROCESS} A5",
        _long_short_percentile,
        decimals=0,
    ),
)
