"""Numbers as venues want to see them: ccxt's rounding, counting and padding, in exact arithmetic."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from enum import Enum

from workstation.analytics.figures import figure
from workstation.errors import BadFigure


class Rounding(Enum):
    """What happens to digits that do not fit; ties are rounded away from zero."""

    TRUNCATE = "TRUNCATE"
    ROUND = "ROUND"


class Counting(Enum):
    """What a precision counts."""

    DECIMAL_PLACES = "DECIMAL_PLACES"
    SIGNIFICANT_DIGITS = "SIGNIFICANT_DIGITS"
    TICK_SIZE = "TICK_SIZE"


class Padding(Enum):
    """Whether trailing zeros are written."""

    NO_PADDING = "NO_PADDING"
    PAD_WITH_ZERO = "PAD_WITH_ZERO"


# ccxt's own context holds 28 digits and asks for no more than 26 of them.
_MOST_DIGITS = 26
_WIDE = Context(prec=80)
_MODES = {Rounding.TRUNCATE: ROUND_DOWN, Rounding.ROUND: ROUND_HALF_UP}


def to_precision(
    value: Decimal | str,
    precision: Decimal | int | str,
    *,
    rounding: Rounding = Rounding.ROUND,
    counting: Counting = Counting.DECIMAL_PLACES,
    padding: Padding = Padding.NO_PADDING,
) -> str:
    """Return a number as text, rounded and padded as ccxt would send it.

    Args:
        value: any finite number.
        precision: places, digits or the tick; places and digits below 0 round to tens, hundreds …
        rounding, counting, padding: ccxt's modes.

    Raises:
        BadFigure: not a number, a tick that is not positive, or places that are not whole.

    Source: ccxt `decimal_to_precision`.
    """
    number, steps = figure("value", value), figure("precision", precision)
    if counting is Counting.TICK_SIZE:
        return _on_tick(number, steps, rounding, padding)
    if steps != steps.to_integral_value():
        raise BadFigure("precision", f"Decimal places and digits are whole numbers, not {steps}")
    places = min(int(steps), _MOST_DIGITS)
    if places < 0:
        return _text(_to_multiple(number, Decimal(1).scaleb(-places), rounding))
    if counting is Counting.DECIMAL_PLACES:
        rounded = number.quantize(Decimal(1).scaleb(-places), rounding=_MODES[rounding], context=_WIDE)
        return _text(rounded, places if padding is Padding.PAD_WITH_ZERO else None)
    return _to_digits(number, places, rounding, padding)


def _on_tick(number: Decimal, tick: Decimal, rounding: Rounding, padding: Padding) -> str:
    if tick <= 0:
        raise BadFigure("precision", "A tick size must be above zero")
    places = max(0, -int(tick.normalize(_WIDE).as_tuple().exponent))
    rounded = _to_multiple(number, tick, rounding)
    return _text(rounded, places if padding is Padding.PAD_WITH_ZERO else None)


def _to_digits(number: Decimal, digits: int, rounding: Rounding, padding: Padding) -> str:
    if digits == 0 or number == 0:
        return "0"
    quantum = Decimal(1).scaleb(number.adjusted() - digits + 1)
    rounded = _to_multiple(number, quantum, rounding)
    if padding is Padding.NO_PADDING:
        return _text(rounded)
    return _text(rounded, max(0, digits - rounded.adjusted() - 1))


def _to_multiple(number: Decimal, step: Decimal, rounding: Rounding) -> Decimal:
    count = _WIDE.divide(number, step).to_integral_value(_MODES[rounding])
    return _WIDE.multiply(count, step)


def _text(number: Decimal, places: int | None = None) -> str:
    if number == 0:
        number = Decimal(0)  # there is no minus zero on a price
    if places is not None:
        return f"{number.quantize(Decimal(1).scaleb(-places), context=_WIDE):f}"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
