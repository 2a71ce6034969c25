"""A position is exact whatever the fills' order of arrival, by a path that knows no averages."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from tests.workstation.trading.made import (
    ASSET,
    SEQUENCES,
    SYMBOL,
    VENUE,
    cash,
    delivered,
    drawn_fills,
    made_fill,
)
from workstation.model.instrument import ContractKind
from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, Side
from workstation.model.positions import FundingPayment
from workstation.trading.position_book import PositionBook


def book(kind: ContractKind = ContractKind.LINEAR, contract_size: str = "1") -> PositionBook:
    return PositionBook(VENUE, SYMBOL, ASSET, Decimal(contract_size), kind)


def check_sequence(random: Random) -> None:
    """Whatever the order of arrival: the same state, and money that adds up from cash flows alone."""
    kind = random.choice((ContractKind.LINEAR, ContractKind.INVERSE))
    contract_size = Decimal(random.choice(("1", "0.01", "100")))
    fills = drawn_fills(random)
    in_order, late = book(kind, str(contract_size)), book(kind, str(contract_size))
    for fill in fills:
        assert in_order.take_fill(fill)
    for fill in delivered(random, fills):
        late.take_fill(fill)

    state = late.state
    assert state == in_order.state
    held = sum((fill.side.sign * Fraction(fill.size) for fill in fills), Fraction(0))
    assert Fraction(state.size) == held
    assert Fraction(state.total_fees) == sum(Fraction(fill.fee) for fill in fills)
    # Equity is money paid and received and what is held: nothing about averages or rounds enters here.
    flows = sum((cash(fill, kind, contract_size) for fill in fills), Fraction(0))
    owed = -1 if (state.size > 0) == (kind is ContractKind.LINEAR) else 1
    left = Fraction(state.total_realised) + owed * Fraction(state.value) - flows
    assert left == 0 if kind is ContractKind.LINEAR else abs(left) < Fraction(len(fills), 10**17)
    size, value = by_averages(fills, kind, contract_size)
    assert size == held
    assert abs(value - Fraction(state.value)) < Fraction(1, 10**14)


def by_averages(fills: list[Fill], kind: ContractKind, contract_size: Decimal) -> tuple[Fraction, Fraction]:
    """Size and opening value by the textbook: an average that only changes when the position grows."""
    size = average = Fraction(0)
    for fill in fills:
        signed = fill.side.sign * Fraction(fill.size)
        x = Fraction(fill.price) if kind is ContractKind.LINEAR else 1 / Fraction(fill.price)
        if size * signed >= 0:
            average = (abs(size) * average + abs(signed) * x) / abs(size + signed)
        elif abs(signed) > abs(size):
            average = x
        size += signed
    return size, abs(size) * average * Fraction(contract_size)


def test_any_order_of_arrival_leads_to_the_same_exact_position() -> None:
    for seed in range(SEQUENCES):
        try:
            check_sequence(Random(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def test_a_round_trip_earns_what_was_received_less_what_was_paid_to_the_last_digit() -> None:
    held = book()
    for trade_id, (side, size, price) in enumerate(
        [(Side.BUY, "3", "100"), (Side.SELL, "1", "110"), (Side.SELL, "1", "95"), (Side.SELL, "1", "101.01")],
        1,
    ):
        held.take_fill(made_fill(trade_id, side, Decimal(size), Decimal(price), fee=Decimal("0.04")))

    position = held.position()
    assert position.is_flat
    assert position.realised_pnl == Decimal("6.01")
    assert position.net_pnl == Decimal("5.85")


def test_a_fill_through_zero_closes_one_round_and_opens_the_next() -> None:
    held = book()
    held.take_fill(made_fill(1, Side.BUY, Decimal(2), Decimal(100), event_ms=10))
    held.take_fill(made_fill(2, Side.SELL, Decimal(5), Decimal(90), event_ms=20))

    position = held.position()
    assert (position.size, position.entry_price) == (Decimal(-3), Decimal(90))
    assert position.realised_pnl == 0
    assert position.opened_ms == 20
    assert held.state.total_realised == Decimal(-20)


def test_an_inverse_position_earns_coin() -> None:
    held = book(ContractKind.INVERSE, "100")
    held.take_fill(made_fill(1, Side.BUY, Decimal(10), Decimal(50_000)))
    assert held.position().entry_price == Decimal(50_000)
    held.take_fill(made_fill(2, Side.SELL, Decimal(10), Decimal(62_500)))

    assert held.position().realised_pnl == Decimal("0.004")  # 1000 / 50000 − 1000 / 62500


def test_funding_counts_once_and_reaches_the_margin_of_an_isolated_position_until_it_is_reduced() -> None:
    held = book()
    held.margin_mode, held.leverage = MarginMode.ISOLATED, Decimal(5)
    held.take_fill(made_fill(1, Side.BUY, Decimal(4), Decimal(100), event_ms=10))
    payment = FundingPayment(VENUE, SYMBOL, 20, Decimal("-0.4"), ASSET)
    assert held.take_funding(payment)
    assert not held.take_funding(payment)
    assert held.position().margin == Decimal("79.6")

    held.take_fill(made_fill(2, Side.SELL, Decimal(1), Decimal(100), event_ms=30))

    assert held.position().margin == Decimal("59.7")
    assert held.position().funding == Decimal("-0.4")


def test_a_fee_in_another_coin_is_kept_apart() -> None:
    held = book()
    held.take_fill(made_fill(1, Side.BUY, Decimal(1), Decimal(100), fee=Decimal("0.0001"), fee_asset="BNB"))

    assert held.position().fees == 0
    assert held.other_fees == {"BNB": Decimal("0.0001")}


def test_a_late_fill_moves_every_later_average() -> None:
    held, straight = book(), book()
    fills = [
        made_fill(1, Side.BUY, Decimal(1), Decimal(100)),
        made_fill(2, Side.BUY, Decimal(1), Decimal(200)),
        made_fill(3, Side.SELL, Decimal(1), Decimal(300)),
    ]
    for fill in fills:
        straight.take_fill(fill)
    for fill in (fills[0], fills[2], fills[1]):
        held.take_fill(fill)

    assert held.position().realised_pnl == Decimal(150)
    assert held.position() == straight.position()


@pytest.mark.parametrize("size", ["1e-8", "123456789.12345678"])
def test_no_digit_is_lost_at_either_end_of_what_is_traded(size: str) -> None:
    held, price = book(), Decimal("98765.4321")
    held.take_fill(made_fill(1, Side.SELL, Decimal(size), price))
    held.take_fill(made_fill(2, Side.BUY, Decimal(size), price + Decimal("1e-4")))

    assert Fraction(held.position().realised_pnl) == -Fraction(size) / 10**4
