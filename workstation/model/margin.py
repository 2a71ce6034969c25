"""How much margin a venue wants: modes, brackets of notional and the table they form."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from workstation.errors import BadFigure

# Venues publish amounts rounded to cents or to eight digits of a coin.
_AMOUNT_SLACK = Decimal("1e-6")


class MarginMode(Enum):
    """What answers for a position's losses."""

    ISOLATED = "isolated"  # the margin posted to it, nothing else
    CROSS = "cross"  # the whole wallet, together with the other positions


@dataclass(frozen=True, slots=True)
class MarginTier:
    """One bracket of a venue's table: from its floor (included) to its cap.

    Attributes:
        notional_floor, notional_cap: in quote units (in coin if inverse); no cap: None.
        maintenance_rate: fraction of the notional that must remain (0.004 is 0.4 %).
        maintenance_amount: what is taken off again, so that margin is continuous over the brackets ("cum").
        max_leverage: the highest that a position of this notional may be opened with.
    """

    notional_floor: Decimal
    notional_cap: Decimal | None
    maintenance_rate: Decimal
    maintenance_amount: Decimal
    max_leverage: Decimal


@dataclass(frozen=True, slots=True)
class TierTable:
    """All brackets of one symbol, smallest first; a table that exists is a valid one.

    Raises:
        BadFigure: no bracket at all, a gap or an overlap, a rate that falls or is no fraction, or an amount
            that does not continue the bracket before it.
    """

    tiers: tuple[MarginTier, ...]

    def __post_init__(self) -> None:
        if not self.tiers:
            raise BadFigure("tiers", "No margin tiers: without the venue's table no margin can be reckoned")
        for number, tier in enumerate(self.tiers, start=1):
            _check_tier(number, tier)
        if self.tiers[0].notional_floor != 0:
            raise BadFigure("tiers", "Margin tiers: the first one must start at 0")
        if self.tiers[0].maintenance_amount != 0:
            raise BadFigure(
                "tiers", "Margin tiers: the first one has nothing to take off, its amount must be 0"
            )
        for number, (before, tier) in enumerate(zip(self.tiers, self.tiers[1:], strict=False), start=2):
            _check_joint(number, before, tier)

    @classmethod
    def flat(cls, maintenance_rate: Decimal, max_leverage: Decimal = Decimal(125)) -> "TierTable":
        """Return a table of a single bracket without an end: one rate whatever the notional."""
        return cls((MarginTier(Decimal(0), None, maintenance_rate, Decimal(0), max_leverage),))

    @classmethod
    def from_rates(cls, rows: Sequence[tuple[Decimal, Decimal | None, Decimal, Decimal]]) -> "TierTable":
        """Return the table of rows (floor, cap, maintenance rate, highest leverage); the amounts follow.

        Source: cum_n = cum_(n−1) + floor_n · (rate_n − rate_(n−1)), Binance FAQ "Leverage and Margin".
        """
        tiers: list[MarginTier] = []
        for floor, cap, rate, leverage in rows:
            amount = Decimal(0)
            if tiers:
                amount = tiers[-1].maintenance_amount + floor * (rate - tiers[-1].maintenance_rate)
            tiers.append(MarginTier(floor, cap, rate, amount, leverage))
        return cls(tuple(tiers))

    def tier_of(self, notional: Decimal) -> MarginTier:
        """Return the bracket of a notional; above the last cap the last: a position may outgrow the table."""
        for tier in reversed(self.tiers):
            if notional >= tier.notional_floor:
                return tier
        return self.tiers[0]

    @property
    def largest_notional(self) -> Decimal | None:
        """The notional no position may be opened above; None where the table has no end."""
        return self.tiers[-1].notional_cap


def _check_tier(number: int, tier: MarginTier) -> None:
    cap = tier.notional_cap
    figures = (tier.notional_floor, tier.maintenance_rate, tier.maintenance_amount, tier.max_leverage)
    if not all(figure.is_finite() for figure in figures) or (cap is not None and not cap.is_finite()):
        raise BadFigure("tiers", f"Margin tier {number} holds a figure that is not a finite number")
    if tier.notional_floor < 0 or (cap is not None and cap <= tier.notional_floor):
        raise BadFigure(
            "tiers", f"Margin tier {number} must end above where it starts, and not start below 0"
        )
    if not 0 < tier.maintenance_rate < 1:
        raise BadFigure(
            "tiers",
            f"Margin tier {number}: the rate {tier.maintenance_rate} is no fraction between 0 and 1",
        )
    if tier.max_leverage < 1:
        raise BadFigure("tiers", f"Margin tier {number}: the highest leverage must be 1 or more")


def _check_joint(number: int, before: MarginTier, tier: MarginTier) -> None:
    if before.notional_cap != tier.notional_floor:
        ends = "nowhere" if before.notional_cap is None else f"at {before.notional_cap:f}"
        raise BadFigure(
            "tiers", f"Margin tier {number} starts at {tier.notional_floor:f}, but the one before ends {ends}"
        )
    if tier.maintenance_rate < before.maintenance_rate:
        raise BadFigure("tiers", f"Margin tier {number} asks for a lower rate than the smaller one before it")
    if tier.max_leverage > before.max_leverage:
        raise BadFigure("tiers", f"Margin tier {number} allows more leverage than the smaller one before it")
    step = tier.notional_floor * (tier.maintenance_rate - before.maintenance_rate)
    amount = before.maintenance_amount + step
    if abs(amount - tier.maintenance_amount) > _AMOUNT_SLACK * max(amount, Decimal(1)):
        raise BadFigure(
            "tiers",
            f"Margin tier {number}: its amount {tier.maintenance_amount:f} does not continue the one before; "
            f"{amount.normalize():f} would",
        )
