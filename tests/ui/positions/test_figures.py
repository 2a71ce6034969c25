"""Exact figures of the account: digits as asked for, true minus, and no sign on nothing."""

from decimal import Decimal

import pytest

from ui.positions.figures import exact, signed, trend


@pytest.mark.parametrize(
    ("value", "decimals", "plain", "changed"),
    [
        ("-1234.5", 2, "−1\u2009234.50", "−1\u2009234.50"),
        ("7", 0, "7", "+7"),
        ("-0.0", 2, "0.00", "0.00"),
        ("-0.004", 2, "0.00", "0.00"),
        ("NaN", 2, "—", "—"),
    ],
)
def test_figures_read_as_the_rest_of_the_desk_does(
    value: str, decimals: int, plain: str, changed: str
) -> None:
    assert exact(Decimal(value), decimals) == plain
    assert signed(Decimal(value), decimals) == changed


def test_what_is_shown_as_nothing_is_neither_a_gain_nor_a_loss() -> None:
    assert trend(Decimal("-0.04"), 1) == "muted"
    assert trend(Decimal("-0.04")) == "down"
    assert trend(Decimal("0.051"), 1) == "up"
    assert trend(Decimal("NaN")) == trend(None) == "muted"
