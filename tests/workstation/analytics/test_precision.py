"""Numbers leave here as ccxt itself would write them."""

from decimal import Decimal, localcontext

import pytest
from ccxt.base import decimal_to_precision as ccxt_precision
from hypothesis import given
from hypothesis import strategies as st

from workstation.analytics.precision import Counting, Padding, Rounding, to_precision
from workstation.errors import BadFigure

numbers = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(-(10**15), 10**15), st.integers(0, 15)
)
ticks = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.sampled_from([1, 2, 5, 10, 25]),
    st.integers(0, 8),
)


def by_ccxt(
    value: Decimal, rounding: Rounding, precision: object, counting: Counting, padding: Padding
) -> str:
    with localcontext():  # it sets the context it runs in
        text: str = ccxt_precision.decimal_to_precision(
            f"{value:f}",
            getattr(ccxt_precision, rounding.value),
            precision,
            getattr(ccxt_precision, counting.value),
            getattr(ccxt_precision, padding.value),
        )
    return text


@given(numbers, st.sampled_from(Rounding), ticks, st.sampled_from(Padding))
def test_ticks_are_ccxts(value: Decimal, rounding: Rounding, tick: Decimal, padding: Padding) -> None:
    ours = to_precision(value, tick, rounding=rounding, counting=Counting.TICK_SIZE, padding=padding)
    assert ours == by_ccxt(value, rounding, f"{tick:f}", Counting.TICK_SIZE, padding)


@given(numbers, st.sampled_from(Rounding), st.integers(-5, 12), st.sampled_from(Padding))
def test_decimal_places_are_ccxts(value: Decimal, rounding: Rounding, places: int, padding: Padding) -> None:
    ours = to_precision(value, places, rounding=rounding, counting=Counting.DECIMAL_PLACES, padding=padding)
    assert ours == by_ccxt(value, rounding, places, Counting.DECIMAL_PLACES, padding)


@given(st.integers(1, 10**12), st.integers(0, 6), st.integers(1, 10))
def test_significant_digits_are_truncated_as_ccxt_truncates_them(
    digits: int, places: int, count: int
) -> None:
    value, rounding, counting = (
        Decimal(digits).scaleb(-places),
        Rounding.TRUNCATE,
        Counting.SIGNIFICANT_DIGITS,
    )
    ours = to_precision(value, count, rounding=rounding, counting=counting)
    assert ours == by_ccxt(value, rounding, count, counting, Padding.NO_PADDING)


@pytest.mark.parametrize(
    ("value", "precision", "counting"),
    [
        ("x", 2, Counting.DECIMAL_PLACES),
        ("1", "0", Counting.TICK_SIZE),
        ("1", "-1", Counting.TICK_SIZE),
        ("1", "0.5", Counting.DECIMAL_PLACES),
    ],
)
def test_what_cannot_be_written_is_refused(value: str, precision: object, counting: Counting) -> None:
    with pytest.raises(BadFigure):
        to_precision(value, precision, counting=counting)  # type: ignore[arg-type]
