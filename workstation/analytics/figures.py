"""Where numbers enter exact arithmetic: text and floats become Decimal once; what cannot be is refused."""

from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal, InvalidOperation

from workstation.errors import BadFigure

ZERO = Decimal(0)
ONE = Decimal(1)

_MOST_DIGITS = 30  # before or behind the decimal point

# Quotients that decide how much is risked are rounded to the safe side, far behind a venue's last digit.
DOWNWARD = Context(prec=50, rounding=ROUND_DOWN)
UPWARD = Context(prec=50, rounding=ROUND_UP)


def figure(field: str, value: Decimal | int | float | str) -> Decimal:
    """Return a finite Decimal; a float is taken as it prints (0.1 is 0.1), and text as a trader types it.

    Raises:
        BadFigure: not a number, not a finite one, or of no size that is ever traded.
    """
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip().replace(" ", ""))
    except InvalidOperation:
        raise BadFigure(field, f"{_name(field)}: {str(value)[:40]!r} is not a number") from None
    if not number.is_finite():
        raise BadFigure(field, f"{_name(field)} must be a finite number, not {number}")
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        raise BadFigure(field, f"{_name(field)}: {_shown(number)} is beyond anything that is traded")
    return number


def positive(field: str, value: Decimal) -> Decimal:
    """Return the value if it is above zero and finite.

    Raises:
        BadFigure: it is not.
    """
    if not value.is_finite() or value <= 0:
        raise BadFigure(field, f"{_name(field)} must be above zero, not {_shown(value)}")
    return value


def not_negative(field: str, value: Decimal) -> Decimal:
    """Return the value if it is zero or above and finite.

    Raises:
        BadFigure: it is not.
    """
    if not value.is_finite() or value < 0:
        raise BadFigure(field, f"{_name(field)} must not be negative, not {_shown(value)}")
    return value


def not_zero(field: str, value: Decimal) -> Decimal:
    """Return the value if it is finite and not zero.

    Raises:
        BadFigure: it is.
    """
    if not value.is_finite() or value == 0:
        raise BadFigure(field, f"{_name(field)} must be a number other than zero, not {_shown(value)}")
    return value


def fraction(field: str, value: Decimal, *, most: Decimal = ONE) -> Decimal:
    """Return the value if it lies above zero and not above `most`; rates are fractions, 0.01 is 1 %.

    Raises:
        BadFigure: it does not.
    """
    if not value.is_finite() or not 0 < value <= most:
        raise BadFigure(
            field,
            f"{_name(field)} is a fraction above 0 and up to {most:f} (0.01 is 1 %), not {_shown(value)}",
        )
    return value


def rate(field: str, value: Decimal, *, most: Decimal = Decimal("0.1")) -> Decimal:
    """Return a fee or cost rate if it lies within ±`most`; a rebate is negative.

    Raises:
        BadFigure: it is larger than any venue charges, nearly always a percentage typed as a fraction.
    """
    if not value.is_finite() or abs(value) > most:
        raise BadFigure(
            field,
            f"{_name(field)} is a fraction (0.0005 is 0.05 %), and {_shown(value)} is more than venues take",
        )
    return value


def sign(size: Decimal) -> int:
    """Return +1 for a long, −1 for a short; the size must not be zero."""
    return 1 if size > 0 else -1


def _name(field: str) -> str:
    return field.replace("_", " ").capitalize()


def _shown(value: Decimal) -> str:
    if not value.is_finite():
        return "infinity or not a number"
    return f"{value:f}" if -12 < value.adjusted() < 15 else f"{value:.6e}"
