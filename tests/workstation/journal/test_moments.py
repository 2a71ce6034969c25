"""A trade at any of its moments: what was held, what it had brought, and the lines that stood."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from tests.workstation.journal.stored_market import START_MS, SYMBOL, VENUE, fill, instrument, round_trip
from workstation.analytics.liquidation import Exposure, liquidation_point
from workstation.exchange.paper_contracts import paper_contract
from workstation.journal.moments import Leg, legs_of, line_steps, pnl_path, trip_moment
from workstation.journal.own_orders import OwnOrders
from workstation.market.candles import CANDLE
from workstation.model.journal import RoundTrip
from workstation.model.ledger import Approval, LedgerEntry
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Purpose,
    Side,
)
from workstation.model.positions import FundingPayment

D = Decimal


def scaled_in() -> RoundTrip:
    """Long 1 at 100 and 1 at 110, half off at 120, the rest at 90, with funding between."""
    fills = [
        fill(1, Side.BUY, "100", "1", START_MS, "0.1"),
        fill(2, Side.BUY, "110", "1", START_MS + 1_000, "0.1"),
        fill(3, Side.SELL, "120", "1", START_MS + 2_000, "0.1"),
        fill(4, Side.SELL, "90", "1", START_MS + 4_000, "0.1"),
    ]
    trip = round_trip(fills, stop="95", targets=(("120", "0.5"),))
    pnl = [D(0), D(0), D(15), D(-15)]
    parts = tuple(replace(part, pnl=won) for part, won in zip(trip.parts, pnl, strict=True))
    paid = FundingPayment(VENUE, SYMBOL, START_MS + 3_000, D("-0.5"), "USDT")
    return replace(trip, parts=parts, pnl=D(0), funding=D("-0.5"), payments=(paid,), initial_risk=D(20))


@pytest.mark.parametrize(
    ("after_ms", "size", "entry", "net"),
    [
        (-1, 0, None, "0"),
        (0, 1, "100", "4.9"),
        (1_000, 2, "105", "-0.2"),
        (2_000, 1, "105", "14.7"),
        (3_000, 1, "105", "14.2"),
        (4_000, 0, None, "-0.9"),
    ],
)
def test_money_is_that_of_what_was_held_then(after_ms: int, size: int, entry: str | None, net: str) -> None:
    moment = trip_moment(scaled_in(), START_MS + after_ms, D(105))
    assert moment.size == size
    assert moment.entry_price == (None if entry is None else D(entry))
    assert moment.net_pnl == D(net)
    assert moment.r_multiple == D(net) / 20
    # Without orders that are known the plan's own lines stand while something is held.
    assert moment.stop_price == (D(95) if size else None)
    assert moment.target_prices == ((D(120),) if size else ())


def test_the_path_of_the_money_ends_where_the_trade_did() -> None:
    trip = scaled_in()
    seconds = np.zeros(8, CANDLE)
    seconds["open_ms"] = START_MS + np.arange(8) * 1_000
    seconds["close"] = [105, 115, 110, 100, 90, 90, 90, 90]
    times, money = pnl_path(legs_of(trip), trip.payments, seconds)
    assert times[0] == START_MS + 1_000
    assert money[0] == pytest.approx(-5 + 5 + 0 - 0.2 + 0)  # 2 held from 105, at 105
    assert money[-1] == pytest.approx(float(trip.pnl - trip.fees + trip.funding))


def test_the_liquidation_line_is_that_of_what_is_held() -> None:
    trip = scaled_in()
    assert trip.planned is not None
    contract = paper_contract(instrument())
    isolated = replace(trip.planned, leverage=D(10), margin_mode=MarginMode.ISOLATED)
    moment = trip_moment(replace(trip, planned=isolated), START_MS + 1_000, D(105), contract=contract)
    assert contract.rules.tiers is not None
    point = liquidation_point(
        Exposure(D(2), D(105)), D(21), contract.rules.tiers, fee_rate=contract.taker_rate
    )
    assert point is not None
    assert moment.liquidation_price == point.price
    cross = replace(trip.planned, margin_mode=MarginMode.CROSS)
    of_cross = replace(trip, planned=cross)
    assert trip_moment(of_cross, START_MS, D(105), contract=contract).liquidation_price is None
    with_wallet = trip_moment(of_cross, START_MS, D(105), contract=contract, wallet=D(30))
    assert with_wallet.liquidation_price is not None


def test_between_long_candles_the_own_fills_are_what_is_known_of_the_price() -> None:
    minute = 60_000
    candles = np.zeros(3, CANDLE)
    candles["open_ms"] = START_MS + np.arange(3) * minute
    candles["close"] = (100.0, 104.0, 90.0)
    begins, ends = START_MS + minute + 20_000, START_MS + 2 * minute + 30_000
    legs = [Leg(begins, D(2), D(101), D(1)), Leg(ends, D(-2), D(99), D(1))]
    times, money = pnl_path(legs, (), candles, frame_ms=minute)
    assert times.tolist() == [begins, START_MS + 2 * minute, ends, START_MS + 3 * minute]
    # at the entry only its fee; at the close of 104; at the exit, and unchanged whatever the market does then
    assert money.tolist() == [-1.0, 5.0, -6.0, -6.0]


def stop(name: str, price: int) -> OrderIntent:
    return OrderIntent(
        VENUE,
        SYMBOL,
        Side.SELL,
        OrderKind.STOP,
        D(1),
        Purpose.PROTECT,
        trigger_price=D(price),
        reduce_only=True,
        leg="stop",
        intent_id=name,
    )


def report(name: str, state: OrderState, at_ms: int) -> OrderReport:
    return OrderReport(VENUE, SYMBOL, name, "", state, at_ms, D(0), Side.SELL, OrderKind.STOP, D(1))


def test_a_stop_that_was_moved_stands_at_each_price_while_it_worked() -> None:
    records = [
        Approval("one", "one", START_MS, "", "", stop("one", 95)),
        report("one", OrderState.OPEN, START_MS + 10),
        Approval("two", "two", START_MS + 900, "", "", stop("two", 98)),
        report("two", OrderState.OPEN, START_MS + 1_000),
        report("one", OrderState.CANCELLED, START_MS + 1_020),
        report("two", OrderState.CANCELLED, START_MS + 4_000),
        Approval("never", "never", START_MS + 2_000, "", "", stop("never", 99)),
        report("never", OrderState.REJECTED, START_MS + 2_000),
    ]
    orders = OwnOrders(LedgerEntry(seq, 0, record) for seq, record in enumerate(records, 1))
    known = orders.between(VENUE, SYMBOL, START_MS, START_MS + 9_000)
    trip = scaled_in()
    stood = [
        trip_moment(trip, START_MS + at, D(105), known).stop_price for at in (5, 500, 1_010, 3_999, 4_000)
    ]
    assert stood == [None, D(95), D(98), D(98), None]
    assert [(step.price, step.from_ms, step.to_ms) for step in line_steps(trip, known)] == [
        (D(95), START_MS + 10, START_MS + 1_020),
        (D(98), START_MS + 1_000, START_MS + 4_000),
    ]


def test_stops_of_other_trips_in_the_window_are_no_lines_of_this_one() -> None:
    records = [
        Approval("own", "own", START_MS, "", "", stop("own", 95)),
        report("own", OrderState.OPEN, START_MS),
        report("own", OrderState.CANCELLED, START_MS + 4_020),  # the venue's word comes after the exit
        Approval("next", "next", START_MS + 5_000, "", "", stop("next", 80)),
        report("next", OrderState.OPEN, START_MS + 5_000),
    ]
    orders = OwnOrders(LedgerEntry(seq, 0, record) for seq, record in enumerate(records, 1))
    known = orders.between(VENUE, SYMBOL, START_MS, START_MS + 9_000)
    trip = scaled_in()
    steps = line_steps(trip, known)
    assert [(step.price, step.from_ms, step.to_ms) for step in steps] == [(D(95), START_MS, START_MS + 4_000)]
    stood = [trip_moment(trip, START_MS + at, D(105), known).stop_price for at in (3_999, 4_000, 6_000)]
    assert stood == [D(95), None, None]
