"""What may be limited: every hard limit and day rule with its unit, its bounds and which way is looser."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum

import msgspec

from workstation.trading.risk import HardLimits

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS


@dataclass(frozen=True, slots=True)
class DayRules:
    """Rules on the trader's day, and on all that is open together.

    Attributes:
        risk_unit_rate: of the equity at midnight, what one R of the day is.
        daily_loss_units: most R that a day may cost.
        daily_loss_rate: the same of the equity at midnight; what is reached first counts.
        trades_per_day: most orders to open.
        session_ms: longest time at the desk without a break.
        cooldown_ms: nothing is opened for so long after a loss.
        losses_in_row, long_cooldown_ms: after so many losses one after another, for so long.
        tilt_lock: score of tilt, 0 to 1, at which nothing is opened. tilt_lock_ms: for so long.
        portfolio_risk_rate: most of the equity that all positions together may lose to their stops.
        loosen_wait_ms: time between asking for a looser limit and its counting.
        loosen_reason: least characters of the reason for it.
        size_share: of the usual risk that a trade may have, 0 to 1: the ramp of size.
        review_loss_units: a loss of so many R of the day is to be looked back on.
        unreviewed_losses: most of those that may wait before anything is opened.
    """

    risk_unit_rate: Decimal = Decimal("0.01")
    daily_loss_units: Decimal = Decimal(3)
    daily_loss_rate: Decimal = Decimal("0.05")
    trades_per_day: int = 6
    session_ms: int = 150 * _MINUTE_MS
    cooldown_ms: int = 10 * _MINUTE_MS
    losses_in_row: int = 3
    long_cooldown_ms: int = 2 * _HOUR_MS
    tilt_lock: Decimal = Decimal("0.6")
    tilt_lock_ms: int = 30 * _MINUTE_MS
    portfolio_risk_rate: Decimal = Decimal("0.04")
    loosen_wait_ms: int = 12 * _HOUR_MS
    loosen_reason: int = 30
    size_share: Decimal = Decimal(1)
    review_loss_units: Decimal = Decimal(1)
    unreviewed_losses: int = 99


class LimitUnit(Enum):
    """How a limit is shown and typed; the value is what stands behind the figure."""

    MONEY = "USDT"
    RATE = "%"  # kept as a fraction
    TIMES = "x"
    UNITS = "R"
    NUMBER = ""
    SECONDS = "s"  # kept in milliseconds
    MINUTES = "min"  # likewise
    HOURS = "h"  # likewise
    LETTERS = "letters"
    SCORE = "of 1"

    @property
    def scale(self) -> Decimal:
        """Kept figure for one of what is shown."""
        scales = {
            LimitUnit.RATE: Decimal("0.01"),
            LimitUnit.SECONDS: Decimal(1000),
            LimitUnit.MINUTES: Decimal(_MINUTE_MS),
            LimitUnit.HOURS: Decimal(_HOUR_MS),
        }
        return scales.get(self, Decimal(1))


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """One limit.

    Attributes:
        key: the field of `HardLimits` or `DayRules`.
        title, unit: as shown.
        about: what it holds back, one sentence.
        more_is_looser: whether a greater figure lets more pass.
        least, greatest: figures taken, as kept.
        whole: no fractions.
    """

    key: str
    title: str
    about: str
    unit: LimitUnit
    more_is_looser: bool
    least: Decimal
    greatest: Decimal
    whole: bool = False

    def is_looser(self, figure: Decimal, than: Decimal) -> bool:
        """Whether a figure lets pass what `than` holds back."""
        return figure > than if self.more_is_looser else figure < than

    def text(self, figure: Decimal) -> str:
        """A figure as shown, with its unit."""
        shown = f"{(figure / self.unit.scale).normalize():f}"
        joint = "" if self.unit is LimitUnit.TIMES else " "
        return f"{shown}{joint}{self.unit.value}".strip()


def _spec(
    key: str,
    title: str,
    about: str,
    unit: LimitUnit,
    bounds: tuple[str, str],
    *,
    more_is_looser: bool = True,
    whole: bool = False,
) -> LimitSpec:
    least, greatest = (Decimal(bound) * unit.scale for bound in bounds)
    return LimitSpec(key, title, about, unit, more_is_looser, least, greatest, whole)


_U = LimitUnit

LIMITS: tuple[LimitSpec, ...] = (
    _spec(
        "daily_loss_units",
        "Daily loss",
        "Nothing is opened once the day has cost so much; what is reached first counts.",
        _U.UNITS,
        ("0.5", "20"),
    ),
    _spec(
        "daily_loss_rate",
        "Daily loss of equity",
        "The same, of the equity at midnight UTC.",
        _U.RATE,
        ("0.1", "50"),
    ),
    _spec(
        "risk_unit_rate",
        "1 R of the day",
        "What one R of the day is, of the equity at midnight UTC.",
        _U.RATE,
        ("0.05", "10"),
    ),
    _spec(
        "trades_per_day",
        "Entries a day",
        "Most orders that open in one day (UTC).",
        _U.NUMBER,
        ("1", "200"),
        whole=True,
    ),
    _spec(
        "session_ms",
        "Session",
        "Longest time at the desk without a break of a quarter of an hour.",
        _U.MINUTES,
        ("15", "720"),
    ),
    _spec(
        "cooldown_ms",
        "Pause after a loss",
        "Nothing is opened for so long after a loss.",
        _U.MINUTES,
        ("0", "1440"),
        more_is_looser=False,
    ),
    _spec(
        "losses_in_row",
        "Losses before a long pause",
        "After so many losses one after another comes the long pause.",
        _U.NUMBER,
        ("1", "50"),
        whole=True,
    ),
    _spec(
        "long_cooldown_ms",
        "Long pause",
        "Nothing is opened for so long after that many losses.",
        _U.MINUTES,
        ("0", "1440"),
        more_is_looser=False,
    ),
    _spec(
        "tilt_lock",
        "Tilt that locks",
        "Score of tilt from which nothing is opened.",
        _U.SCORE,
        ("0.2", "1"),
    ),
    _spec(
        "tilt_lock_ms",
        "Lock after tilt",
        "Nothing is opened for so long after that score.",
        _U.MINUTES,
        ("5", "1440"),
        more_is_looser=False,
    ),
    _spec(
        "review_loss_units",
        "Loss to be reviewed",
        "A loss of so much asks for a look back.",
        _U.UNITS,
        ("0.1", "20"),
    ),
    _spec(
        "unreviewed_losses",
        "Losses without review",
        "Nothing is opened while more of those wait; 99 asks for nothing.",
        _U.NUMBER,
        ("0", "99"),
        whole=True,
    ),
    _spec(
        "size_share",
        "Ramp: share of the usual risk",
        "Share of the usual risk that a trade may have.",
        _U.RATE,
        ("5", "100"),
    ),
    _spec(
        "risk_rate",
        "Risk of a trade",
        "Most of the equity that a trade may lose at its stop, costs included.",
        _U.RATE,
        ("0.05", "20"),
    ),
    _spec(
        "portfolio_risk_rate",
        "Open risk",
        "Most of the equity that all positions together may lose at their stops.",
        _U.RATE,
        ("0.1", "100"),
    ),
    _spec(
        "leverage",
        "Leverage",
        "Most leverage of a position.",
        _U.TIMES,
        ("1", "125"),
    ),
    _spec(
        "order_notional",
        "Order value",
        "Most that one order may be worth.",
        _U.MONEY,
        ("10", "100000000"),
    ),
    _spec(
        "position_notional",
        "Position value",
        "Most that a position may be worth with the order.",
        _U.MONEY,
        ("10", "100000000"),
    ),
    _spec(
        "reward_risk",
        "Reward to risk",
        "Least profit at the targets for the loss at the stop.",
        _U.TIMES,
        ("0.5", "20"),
        more_is_looser=False,
    ),
    _spec(
        "price_deviation_rate",
        "Price from the mark",
        "Furthest that a limit or trigger price may lie from the mark.",
        _U.RATE,
        ("0.1", "50"),
    ),
    _spec(
        "slippage_rate",
        "Slippage",
        "Most that a market order may pay beyond the best price.",
        _U.RATE,
        ("0.01", "10"),
    ),
    _spec(
        "orders_per_minute",
        "Orders a minute",
        "Most orders that open in one minute.",
        _U.NUMBER,
        ("1", "600"),
        whole=True,
    ),
    _spec(
        "book_age_ms",
        "Age of the book",
        "Nothing is opened on an older book.",
        _U.SECONDS,
        ("0.5", "60"),
        whole=True,
    ),
    _spec(
        "mark_age_ms",
        "Age of the mark",
        "Nothing is opened on an older mark price.",
        _U.SECONDS,
        ("0.5", "60"),
        whole=True,
    ),
    _spec(
        "override_wait_ms",
        "Wait before an override",
        "Time between asking for an override and using it.",
        _U.SECONDS,
        ("10", "3600"),
        more_is_looser=False,
    ),
    _spec(
        "override_reason",
        "Reason of an override",
        "Least letters of its reason.",
        _U.LETTERS,
        ("5", "500"),
        more_is_looser=False,
        whole=True,
    ),
    _spec(
        "loosen_wait_ms",
        "Wait before a looser limit",
        "Time between asking for a looser limit and its counting.",
        _U.HOURS,
        ("1", "168"),
        more_is_looser=False,
    ),
    _spec(
        "loosen_reason",
        "Reason of a looser limit",
        "Least letters of the reason for it.",
        _U.LETTERS,
        ("10", "500"),
        more_is_looser=False,
        whole=True,
    ),
)
"""Every limit, in the order in which they are shown."""

LIMIT_BY_KEY: Mapping[str, LimitSpec] = {spec.key: spec for spec in LIMITS}

_WHOLE = frozenset(
    field.name for kind in (HardLimits, DayRules) for field in fields(kind) if field.type in (int, "int")
)


def shipped() -> dict[str, Decimal]:
    """Return what every limit is as long as the trader has not changed it."""
    both = (HardLimits(), DayRules())
    return {field.name: Decimal(getattr(one, field.name)) for one in both for field in fields(one)}


def hard_limits(figures: Mapping[str, Decimal]) -> HardLimits:
    """Return the hard limits out of figures by key."""
    return msgspec.convert(
        {field.name: _typed(field.name, figures) for field in fields(HardLimits)}, HardLimits
    )


def day_rules(figures: Mapping[str, Decimal]) -> DayRules:
    """Return the rules of the day out of figures by key."""
    return msgspec.convert({field.name: _typed(field.name, figures) for field in fields(DayRules)}, DayRules)


def _typed(key: str, figures: Mapping[str, Decimal]) -> Decimal | int:
    return int(figures[key]) if key in _WHOLE else figures[key]
