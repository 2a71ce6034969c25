"""What is typed becomes an exact number once, or is refused with the field it belongs to."""

from decimal import Decimal

import pytest

from workstation.analytics.figures import figure, fraction, not_negative, not_zero, positive, rate
from workstation.errors import BadFigure, PreflightError


def test_a_float_is_taken_as_it_prints() -> None:
    assert figure("price", 0.1) == Decimal("0.1")
    assert figure("price", " 1e-8 ") == Decimal("0.00000001")
    assert figure("price", "67 000.5") == Decimal("67000.5")


@pytest.mark.parametrize(
    "text", ["", "abc", "1,5", "NaN", "inf", "-Infinity", "0x10", "1.2.3", "²", "1e31", "1e-999999"]
)
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(BadFigure) as refused:
        figure("entry_price", text)
    assert refused.value.field == "entry_price"
    assert str(refused.value).startswith("Entry price")


def test_a_bad_figure_is_shown_like_every_error_a_trader_can_cure() -> None:
    assert issubclass(BadFigure, PreflightError)
    assert issubclass(BadFigure, ValueError)


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (positive, ["0", "-1", "NaN", "Infinity"]),
        (not_negative, ["-0.1", "NaN", "-Infinity"]),
        (not_zero, ["0", "NaN"]),
        (fraction, ["0", "1.01", "-1", "NaN"]),
        (rate, ["0.11", "-0.11", "NaN", "5"]),
    ],
)
def test_bounds_are_kept(check: object, bad: list[str]) -> None:
    assert callable(check)
    assert check("size", Decimal("0.01")) == Decimal("0.01")
    for text in bad:
        with pytest.raises(BadFigure):
            check("size", Decimal(text))
