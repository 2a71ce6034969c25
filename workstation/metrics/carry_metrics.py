"""Metrics of funding and basis: what it costs to stay."""

from decimal import Decimal

from workstation.analytics.funding_history import FundingHistory
from workstation.analytics.term_structure import annualised_basis
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.market_metrics import OWN_RULE, VENUE
from workstation.metrics.metric import Metric, NoData, Unit

NOTED_8H_RATE = Decimal("0.0001")
BASELINE_8H_RATE = 0.0001
LEAST_SETTLEMENTS = 21
TREND_SETTLEMENTS = 3


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
        OWN_RULE,
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
        OWN_RULE,
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
        OWN_RULE,
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
        "(mark of the dated future delivered first / spot, else its index − 1) · 365 days / days left, "
        "simple",
        "domain, basis",
        _basis_year_rate,
        decimals=2,
        signed=True,
    ),
)
