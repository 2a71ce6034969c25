"""What a funding or basis trade really earns: on all the capital it binds, after everything it costs."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.figures import ZERO, not_negative, positive, rate

_YEAR_DAYS = Decimal(365)


@dataclass(frozen=True, slots=True)
class Carry:
    """A carry trade over its planned days, in quote units.

    Attributes:
        funding: received over the days; negative: paid.
        fees: of two legs, in and out.
        net: funding − fees − withdrawal.
        capital: bound on both legs.
        yearly_rate: net / capital, simple, for 365 days.
        break_even_days: after which the funding has earned the costs; None where it never does.
    """

    funding: Decimal
    fees: Decimal
    net: Decimal
    capital: Decimal
    yearly_rate: Decimal
    break_even_days: Decimal | None


def funding_carry(
    notional: Decimal,
    funding_rate: Decimal,
    interval_hours: Decimal,
    days: Decimal,
    *,
    hedge_fee_rate: Decimal,
    perp_fee_rate: Decimal,
    capital: Decimal,
    withdrawal: Decimal = ZERO,
) -> Carry:
    """Return what holding a perpetual against a hedge earns.

    Args:
        notional: of one leg, quote units.
        funding_rate: net received per interval, a fraction (of two perpetuals: their difference).
        interval_hours: of that rate. days: planned.
        hedge_fee_rate, perp_fee_rate: of one order on each leg.
        capital: spot notional + margin + buffer: all that is bound.
        withdrawal: quote units, transfers and chain fees included.
    """
    positive("notional", notional)
    positive("days", days)
    fees = 2 * notional * (rate("hedge_fee_rate", hedge_fee_rate) + rate("perp_fee_rate", perp_fee_rate))
    a_day = notional * funding_rate * 24 / positive("interval_hours", interval_hours)
    costs = fees + not_negative("withdrawal", withdrawal)
    net = a_day * days - costs
    return Carry(
        funding=a_day * days,
        fees=fees,
        net=net,
        capital=positive("capital", capital),
        yearly_rate=net / capital * _YEAR_DAYS / days,
        break_even_days=max(ZERO, costs) / a_day if a_day > 0 else None,
    )


def yearly_basis(future_price: Decimal, spot_price: Decimal, days: Decimal) -> Decimal:
    """Return the basis of a dated future as a simple yearly rate: (F/S − 1) · 365 / days."""
    positive("future_price", future_price)
    return (future_price / positive("spot_price", spot_price) - 1) * _YEAR_DAYS / positive("days", days)


def capital_bound(notional: Decimal, perp_margin: Decimal, buffer: Decimal = ZERO) -> Decimal:
    """Return what a spot leg, the margin of a perpetual leg and a reserve bind together, quote units."""
    return (
        positive("notional", notional)
        + not_negative("perp_margin", perp_margin)
        + not_negative("buffer", buffer)
    )
