"""The matching engine obeys price-time priority: checked against the plainest book that could."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.simulator.matching import BUY, SELL, MatchingEngine, Refusal, TimeInForce

GTC, IOC, FOK, GTX = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTX


def make_engine(*resting: tuple[int, int, int]) -> MatchingEngine:
    """An engine with orders (side, price, lots) resting in this order; ids count from 1."""
    engine = MatchingEngine(first_update_id=100, first_order_id=1)
    for side, price, lots in resting:
        engine.submit(side, lots, price, GTC, owner=1)
    return engine


@dataclass
class Resting:
    order_id: int
    side: int
    price: int
    lots: int


class PlainBook:
    """All resting orders in one list, sorted anew for every order that comes."""

    def __init__(self) -> None:
        self.orders: list[Resting] = []

    def submit(
        self, order_id: int, side: int, lots: int, price: int | None, force: TimeInForce
    ) -> list[tuple[int, int, int]]:
        others = [order for order in self.orders if order.side == -side]
        within = [order for order in others if price is None or (order.price - price) * side <= 0]
        within.sort(key=lambda order: (order.price * side, order.order_id))
        if force is GTX and price is not None and within:
            return []
        if force is FOK and sum(order.lots for order in within) < lots:
            return []
        fills = []
        for order in within:
            take = min(order.lots, lots)
            if take:
                fills.append((order.order_id, order.price, take))
                order.lots -= take
                lots -= take
        self.orders = [order for order in self.orders if order.lots]
        if lots and price is not None and force in (GTC, GTX):
            self.orders.append(Resting(order_id, side, price, lots))
        return fills

    def levels(self, side: int) -> list[tuple[int, int]]:
        prices = {order.price for order in self.orders if order.side == side}
        ordered = sorted(prices, reverse=side == BUY)
        return [
            (price, sum(order.lots for order in self.orders if (order.side, order.price) == (side, price)))
            for price in ordered
        ]


ORDERS = st.tuples(
    st.sampled_from([BUY, SELL]),
    st.integers(1, 30),
    st.one_of(st.none(), st.integers(90, 110)),
    st.sampled_from(list(TimeInForce)),
)
CANCELS = st.integers(0, 40)


@given(st.lists(st.one_of(ORDERS, CANCELS), max_size=80))
def test_fills_and_book_are_those_of_the_plainest_price_time_book(
    actions: list[tuple[int, int, int | None, TimeInForce] | int],
) -> None:
    engine, plain = make_engine(), PlainBook()
    sent = filled = 0
    for action in actions:
        before = engine.update_id
        if isinstance(action, int):
            gone = engine.cancel(action)
            known = [order for order in plain.orders if order.order_id == action]
            assert (gone is not None) == bool(known)
            plain.orders = [order for order in plain.orders if order.order_id != action]
        else:
            side, lots, price, force = action
            outcome = engine.submit(side, lots, price, force, owner=1)
            fills = [(fill.maker.order_id, fill.price_ticks, fill.lots) for fill in outcome.fills]
            assert fills == plain.submit(outcome.order_id, side, lots, price, force)
            assert outcome.filled_lots == sum(fill[2] for fill in fills)
            if outcome.resting is not None:
                assert outcome.filled_lots + outcome.resting.lots == lots
            sent += 0 if outcome.refusal else lots
            filled += outcome.filled_lots
        bids, asks = engine.bids.best(99), engine.asks.best(99)
        assert (bids, asks) == (plain.levels(BUY), plain.levels(SELL))
        assert not bids or not asks or bids[0][0] < asks[0][0]
        assert engine.update_id >= before
        assert sum(order.lots for order in engine.orders.values()) == sum(lots for _, lots in bids + asks)


def test_the_older_order_at_a_price_trades_first_and_keeps_its_place_when_filled_in_part() -> None:
    engine = make_engine((SELL, 100, 5), (SELL, 100, 5), (SELL, 99, 1))

    first = engine.submit(BUY, 3, 100, IOC, owner=2)
    second = engine.submit(BUY, 4, 100, IOC, owner=2)

    assert [(fill.maker.order_id, fill.price_ticks, fill.lots) for fill in first.fills] == [
        (3, 99, 1),
        (1, 100, 2),
    ]
    assert [(fill.maker.order_id, fill.lots) for fill in second.fills] == [(1, 3), (2, 1)]


def test_a_post_only_order_that_would_trade_is_refused_whole() -> None:
    engine = make_engine((SELL, 100, 5))

    assert engine.submit(BUY, 1, 100, GTX, owner=2).refusal is Refusal.WOULD_TRADE
    assert engine.submit(BUY, 1, 99, GTX, owner=2).resting is not None
    assert engine.bids.best(1) == [(99, 1)]


def test_fill_or_kill_trades_all_or_nothing() -> None:
    engine = make_engine((SELL, 100, 5), (SELL, 101, 5))

    assert engine.submit(BUY, 6, 100, FOK, owner=2).refusal is Refusal.NOT_FILLABLE
    assert engine.asks.best(2) == [(100, 5), (101, 5)]
    assert engine.submit(BUY, 6, 101, FOK, owner=2).filled_lots == 6


def test_a_market_order_never_rests_and_says_when_there_is_nobody() -> None:
    engine = make_engine((SELL, 100, 5))

    swept = engine.submit(BUY, 9, None, GTC, owner=2)
    empty = engine.submit(BUY, 9, None, GTC, owner=2)

    assert (swept.filled_lots, swept.resting) == (5, None)
    assert empty.refusal is Refusal.NOTHING_THERE


@pytest.mark.parametrize(("lots", "price"), [(0, 100), (-1, 100), (1, 0), (1, -5)])
def test_an_order_without_size_or_price_is_an_error(lots: int, price: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        make_engine().submit(BUY, lots, price, GTC, owner=1)


def test_impact_price_is_the_average_fill_of_a_notional() -> None:
    engine = make_engine((SELL, 100, 5), (SELL, 110, 5), (BUY, 90, 10))

    assert engine.impact_price(BUY, 500.0) == 100.0
    assert engine.impact_price(BUY, 500.0 + 220.0) == pytest.approx(720.0 / 7.0)
    assert engine.impact_price(SELL, 450.0) == 90.0
    assert engine.impact_price(SELL, 901.0) is None


def test_changes_tell_each_level_once_with_what_rests_there_now() -> None:
    engine = make_engine((SELL, 100, 5), (SELL, 101, 5), (BUY, 99, 1))
    engine.asks.take_changes()
    engine.bids.take_changes()

    engine.submit(BUY, 7, 101, GTC, owner=2)
    engine.submit(BUY, 2, 98, GTC, owner=2)

    assert engine.asks.take_changes() == [(100, 0), (101, 3)]
    assert engine.bids.take_changes() == [(98, 2)]
    assert engine.bids.take_changes() == []
