"""What the hand works out before it acts."""

from decimal import Decimal

import pytest

from tests.workstation.trading.test_account import contract
from ui.ticket.hand import break_even_stop

D = Decimal


@pytest.mark.parametrize(("sign", "stop"), [(1, "23.58"), (-1, "23.52")])
def test_a_stop_at_break_even_never_stands_a_tick_short_of_the_fees(sign: int, stop: str) -> None:
    terms = contract("NEARUSDT")
    assert break_even_stop(terms, D("23.55"), sign) == D(stop)  # 23.57355 and 23.52645 are between two ticks
    kept = sign * (D(stop) - D("23.55"))
    assert kept >= (D(stop) + D("23.55")) * terms.taker_rate - D("0.0001")
