"""Funding: how a venue makes the rate and the mark price, and what holding a position through it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from workstation.analytics.figures import ONE, ZERO, fraction, positive
from workstation.errors import BadFigure

HOUR_MS = 3_600_000
INTEREST_RATE_8H = Decimal("0.0001")
CLAMP = Decimal("0.0005")
IMPACT_MARGIN = Decimal(200)  # quote units, Binance
_MOST_SETTLEMENTS = 100_000  # eleven years of hourly ones
_YEAR_HOURS = Decimal(8760)


def impact_notional(initial_margin_rate: Decimal, margin: Decimal = IMPACT_MARGIN) -> Decimal:
    """Return the notional whose average fill is the impact price: 200 USDT / margin rate at top leverage.

    Source: Binance FAQ "Introduction to Binance Futures Funding Rates".
    """
    return positive("margin", margin) / fraction("initial_margin_rate", initial_margin_rate)


def premium_index(impact_bid: Decimal, impact_ask: Decimal, index_price: Decimal) -> Decimal:
    """Return how far the book stands off the index, a fraction; 0 while the index lies within the spread.

    Source: Binance FAQ: [max(0, impact bid − index) − max(0, index − impact ask)] / index.
    """
    positive("index_price", index_price)
    above = max(ZERO, positive("impact_bid", impact_bid) - index_price)
    below = max(ZERO, index_price - positive("impact_ask", impact_ask))
    return (above - below) / index_price


def mean_premium(samples: Sequence[Decimal], *, weighted_by_time: bool = False) -> Decimal:
    """Return the mean of an interval's premiums, oldest first.

    Args:
        samples: fractions at even steps.
        weighted_by_time: weights 1, 2, 3 … as Bybit and Binance have them; plain on Hyperliquid.
    """
    if not samples:
        raise BadFigure("samples", "No premium samples yet: the funding rate cannot be said")
    if not weighted_by_time:
        return sum(samples, ZERO) / len(samples)
    total = sum((weight * sample for weight, sample in enumerate(samples, start=1)), ZERO)
    return total / (len(samples) * (len(samples) + 1) // 2)


def funding_rate(
    mean: Decimal,
    interval_hours: Decimal,
    *,
    interest_8h: Decimal = INTEREST_RATE_8H,
    clamp: Decimal = CLAMP,
    cap: Decimal | None = None,
) -> Decimal:
    """Return the rate of one interval, a fraction of notional; positive: longs pay shorts.

    Args:
        mean: mean premium index of the interval.
        interval_hours: hours between settlements; the rate is divided by 8 / interval.
        interest_8h: interest per 8 hours, 0.01 % on nearly every contract.
        clamp: most that the interest term may add or take.
        cap: the symbol's limit on either side, where the venue has one.

    Source: Binance FAQ and OKX "Revision of the Funding Rate Formula":
    [mean + clamp(interest − mean, −0.05 %, +0.05 %)] / (8 / N).
    """
    positive("interval_hours", interval_hours)
    term = min(clamp, max(-clamp, interest_8h - mean))
    rate = (mean + term) * interval_hours / 8
    return rate if cap is None else min(cap, max(-cap, rate))


def undivided_funding_rate(
    mean: Decimal, interval_hours: Decimal, *, interest_day: Decimal = Decimal("0.0003")
) -> Decimal:
    """Return OKX's rate before its revision: interest by the day's intervals, and no division by 8 / N."""
    interest = interest_day * positive("interval_hours", interval_hours) / 24
    return mean + min(CLAMP, max(-CLAMP, interest - mean))


def interest_rate(quote_index: Decimal, base_index: Decimal, intervals_a_day: int) -> Decimal:
    """Return the interest of one interval from the daily rates of both coins.

    Source: Bybit "Introduction to Funding Rate".
    """
    if intervals_a_day < 1:
        raise BadFigure("intervals_a_day", "There is at least one funding interval a day")
    return (quote_index - base_index) / intervals_a_day


def mark_price(
    index_price: Decimal,
    last_rate: Decimal,
    hours_left: Decimal,
    interval_hours: Decimal,
    mean_basis: Decimal,
    last_price: Decimal,
) -> Decimal:
    """Return the median of three: index with funding still due, index with mean basis, last trade.

    Args:
        index_price, last_price: quote per base unit.
        last_rate: settled last, a fraction per interval.
        hours_left: until the next settlement.
        mean_basis: moving average of mid − index, quote units.

    Source: Binance FAQ 360033525071; Bybit "Mark Price Calculation (Perpetual Contract)".
    """
    positive("index_price", index_price)
    due = index_price * (ONE + last_rate * hours_left / positive("interval_hours", interval_hours))
    return median((due, index_price + mean_basis, positive("last_price", last_price)))


def funding_cash_flow(position_notional: Decimal, rate: Decimal) -> Decimal:
    """Return what one settlement pays into the account; negative: it is paid.

    Args:
        position_notional: signed like the position, long > 0, at the mark price (Hyperliquid: the oracle's).
        rate: fraction, positive: longs pay shorts.
    """
    return -position_notional * rate


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settlement within the planned hold.

    Attributes:
        time_ms: when, venue time.
        rate: expected, a fraction of the notional.
        cash_flow: quote units (coin if inverse); negative is paid.
    """

    time_ms: int
    rate: Decimal
    cash_flow: Decimal


def settlement_times(now_ms: int, hold_ms: int, next_funding_ms: int, interval_hours: Decimal) -> range:
    """Return the venue times of the settlements that a position opened now is held through.

    One at the very moment of opening is not paid, one at the moment of closing is.

    Args:
        now_ms: the venue's time.
        hold_ms: planned hold.
        next_funding_ms: as the venue says; one in the past is taken forward by whole intervals.
        interval_hours: of the symbol, now.
    """
    if hold_ms < 0:
        raise BadFigure("hold", "A position cannot be held for less than no time")
    step = int(positive("interval_hours", interval_hours) * HOUR_MS)
    if step < 1:
        raise BadFigure("interval_hours", "The funding interval is shorter than a millisecond")
    if hold_ms // step > _MOST_SETTLEMENTS:
        raise BadFigure("hold", f"No position is held through more than {_MOST_SETTLEMENTS:,} settlements")
    first = next_funding_ms
    if first <= now_ms:
        first += ((now_ms - first) // step + 1) * step
    return range(first, now_ms + hold_ms + 1, step)


def expected_funding(
    position_notional: Decimal,
    rates: Sequence[Decimal],
    *,
    now_ms: int,
    hold_ms: int,
    next_funding_ms: int,
    interval_hours: Decimal,
) -> list[Settlement]:
    """Return every settlement of the planned hold with what it is expected to pay.

    Args:
        position_notional: signed, long > 0.
        rates: expected, a fraction each, the next one first; the last is taken for all that follow.
        now_ms, hold_ms, next_funding_ms, interval_hours: as in `settlement_times`.

    Raises:
        BadFigure: no rate at all, or times that cannot be.
    """
    if not rates:
        raise BadFigure("rates", "No funding rate: the cost of holding cannot be said")
    times = settlement_times(now_ms, hold_ms, next_funding_ms, interval_hours)
    due = (rates[min(number, len(rates) - 1)] for number in range(len(times)))
    return [
        Settlement(time, rate, funding_cash_flow(position_notional, rate))
        for time, rate in zip(times, due, strict=True)
    ]


def total_cash_flow(settlements: Sequence[Settlement]) -> Decimal:
    """Return the sum of what the settlements pay; negative is paid."""
    return sum((settlement.cash_flow for settlement in settlements), ZERO)


def yearly_rate(rate: Decimal, interval_hours: Decimal) -> Decimal:
    """Return the simple yearly rate: 0.01 % per 8 hours is 10.95 %."""
    return rate * _YEAR_HOURS / positive("interval_hours", interval_hours)


def compounded_yearly_rate(rate: Decimal, interval_hours: Decimal) -> Decimal:
    """Return the yearly rate with every payment earning like the first."""
    if rate <= -1:
        raise BadFigure("rate", "A funding rate of −100 % and below leaves nothing to compound")
    return (ONE + rate) ** (_YEAR_HOURS / positive("interval_hours", interval_hours)) - ONE


def rate_per(rate: Decimal, interval_hours: Decimal, hours: Decimal) -> Decimal:
    """Return a rate normalised, for display only, to other hours than its interval's: linearly."""
    return rate * hours / positive("interval_hours", interval_hours)


def excess_over_baseline(rate: Decimal, interval_hours: Decimal) -> Decimal:
    """Return how much a rate exceeds the interest part that is nearly always there, per interval."""
    return rate - INTEREST_RATE_8H * positive("interval_hours", interval_hours) / 8


def percentile_of(rate: Decimal, history: Sequence[Decimal]) -> Decimal | None:
    """Return the share of past rates below this one, ties counted half; None without a past."""
    if not history:
        return None
    below = sum(1 for past in history if past < rate)
    ties = sum(1 for past in history if past == rate)
    return (Decimal(below) + Decimal(ties) / 2) / len(history)


def captured_share(quoted: Decimal, captured: Decimal) -> Decimal | None:
    """Return how much of a quoted funding was really received; None where nothing was quoted."""
    return captured / quoted if quoted else None
