"""The rules of a linear perpetual: premium index, funding rate, mark price, liquidation price."""

from collections.abc import Sequence

from workstation.simulator.universe import Bracket

HOUR_MS = 3_600_000

INTEREST_RATE_8H = 0.0001
"""What lending quote costs above lending base, per 8 hours; the rate a balanced market pays."""

PREMIUM_BAND = 0.0005
"""How far the premium may stray from the interest rate without moving the funding rate."""

IMPACT_MARGIN = 200.0
"""Quote units of margin whose largest notional, at maximum leverage, probes the book."""


def premium_index(impact_bid: float, impact_ask: float, index: float) -> float:
    """Return how far the impact prices leave the index outside, as a fraction of it; 0 if it is between."""
    return (max(0.0, impact_bid - index) - max(0.0, index - impact_ask)) / index


def funding_rate(mean_premium: float, interval_hours: int, *, interest: float = INTEREST_RATE_8H) -> float:
    """Return the funding rate of one interval, before cap and floor, as a fraction of the notional.

    Source: [mean + clamp(interest − mean, ±0.05 %)] / (8 / N), interest per 8 hours.
    """
    pulled = min(PREMIUM_BAND, max(-PREMIUM_BAND, interest - mean_premium))
    return (mean_premium + pulled) / (8.0 / interval_hours)


def funding_cash_flow(side: int, size: float, mark: float, rate: float) -> float:
    """Return what a position receives at a settlement (negative: pays); side +1 is long."""
    return -side * size * mark * rate


def mark_price(
    index: float,
    last_rate: float,
    hours_left: float,
    interval_hours: int,
    mean_basis: float,
    last_price: float,
) -> float:
    """Return the median of the index carried by funding, the index plus the mean basis, and the last trade.

    Args:
        mean_basis: moving average of (middle of the book − index), quote units.
    """
    carried = index * (1.0 + last_rate * hours_left / interval_hours)
    return sorted((carried, index + mean_basis, last_price))[1]


def bracket_of(notional: float, brackets: Sequence[Bracket]) -> Bracket:
    """Return the tier of a notional; the last one if it is larger than all."""
    for bracket in brackets:
        if notional < bracket.cap:
            return bracket
    return brackets[-1]


def liquidation_price(
    side: int, size: float, entry: float, margin: float, brackets: Sequence[Bracket]
) -> float | None:
    """Return the mark at which an isolated position's margin no longer covers its maintenance margin.

    The tier is that of the notional at the returned price, found by iteration.

    Args:
        side: +1 long, −1 short.
        size: base units, positive.
        entry: quote per base unit.
        margin: quote units posted to the position.

    Returns:
        None where no positive price liquidates it.

    Source: Binance FAQ, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts", isolated.
    """
    bracket = bracket_of(size * entry, brackets)
    price = 0.0
    for _ in range(len(brackets) + 1):
        numerator = margin + bracket.maintenance_amount - side * size * entry
        price = numerator / (size * bracket.maintenance_rate - side * size)
        if price <= 0.0:
            return None
        found = bracket_of(size * price, brackets)
        if found is bracket:
            return price
        bracket = found
    return price


def bankruptcy_price(side: int, size: float, entry: float, margin: float) -> float:
    """Return the price at which the position has lost its whole margin."""
    return entry - side * margin / size


def next_settlement(now_ms: int, interval_hours: int) -> int:
    """Return the first whole interval (UTC) after a moment."""
    interval_ms = interval_hours * HOUR_MS
    return (now_ms // interval_ms + 1) * interval_ms
