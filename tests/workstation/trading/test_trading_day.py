"""The day is reckoned from the account's own record: what was earned, how often, how long at the desk."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from tests.workstation.trading.made import SEQUENCES, drawn_fills, made_fill
from tests.workstation.trading.test_account import account, contract
from workstation.model.orders import Fill, Side
from workstation.model.positions import FundingPayment
from workstation.trading.portfolio import Portfolio
from workstation.trading.position_book import PositionBook
from workstation.trading.trading_day import BREAK_MS, DAY_MS, DeskSession, day_of

D = Decimal
TODAY_MS = 20_000 * DAY_MS


def made_fills(*fills: tuple[int, Side, str, str, str]) -> list[Fill]:
    """Fills from (ms, side, size, price, fee)."""
    return [
        made_fill(number, side, D(size), D(price), event_ms=event_ms, fee=D(fee))
        for number, (event_ms, side, size, price, fee) in enumerate(fills, start=1)
    ]


def book(*fills: tuple[int, Side, str, str, str]) -> PositionBook:
    made = PositionBook("paper", "TAOUSDT", "USDT")
    for fill in made_fills(*fills):
        made.take_fill(fill)
    return made


def test_a_round_trip_is_net_of_its_fees_and_funding() -> None:
    made = book((10, Side.BUY, "2", "100", "0.2"), (30, Side.SELL, "2", "110", "0.3"))
    made.take_funding(FundingPayment("paper", "TAOUSDT", 20, D("-0.5"), "USDT"))
    (trip,) = made.round_trips()
    assert (trip.side, trip.opened_ms, trip.closed_ms, trip.net) == (1, 10, 30, D("19.0"))


def test_going_through_zero_closes_one_round_trip_and_opens_the_next() -> None:
    made = book((1, Side.BUY, "1", "100", "0"), (2, Side.SELL, "3", "90", "0"), (3, Side.BUY, "2", "80", "0"))
    assert [(trip.side, trip.net) for trip in made.round_trips()] == [(1, D(-10)), (-1, D(20))]


def test_round_trips_and_what_is_open_add_up_to_all_that_was_earned() -> None:
    random = Random(5)
    for _ in range(min(SEQUENCES, 300)):
        made = PositionBook("paper", "TAOUSDT", "USDT")
        fills = drawn_fills(random)
        for fill in fills:
            made.take_fill(fill)
        state = made.state
        closed = sum((trip.net for trip in made.round_trips()), D(0))
        total = state.total_realised - state.total_fees + state.total_funding
        assert made.net_since(0) == total
        if not state.size:
            assert closed == total
        cut = fills[len(fills) // 2].event_ms
        early = PositionBook("paper", "TAOUSDT", "USDT")
        for fill in fills:
            if fill.event_ms < cut:
                early.take_fill(fill)
        assert made.net_since(cut) == total - early.net_since(0)


def portfolio(*fills: tuple[int, Side, str, str, str]) -> Portfolio:
    made = Portfolio("paper")
    made.add_contract(contract("TAOUSDT"))
    for fill in made_fills(*fills):
        made.take(fill)
    return made


def test_the_day_counts_what_was_earned_since_midnight_alone() -> None:
    made = portfolio(
        (TODAY_MS - 5, Side.BUY, "1", "100", "0"),
        (TODAY_MS - 4, Side.SELL, "1", "50", "0"),
        (TODAY_MS + 1, Side.BUY, "1", "100", "1"),
        (TODAY_MS + 2, Side.SELL, "1", "90", "1"),
    )
    wallet = replace(account("938"), positions={}, marks={})
    day = day_of(made, wallet, DeskSession(TODAY_MS), TODAY_MS + 60_000)
    assert (day.pnl, day.equity_before) == (D(-12), D(950))
    assert day.loss_rate == pytest.approx(12 / 950)
    assert (day.losses_in_row, day.last_loss_ms) == (2, TODAY_MS + 2)


def test_a_win_ends_the_losses_in_a_row() -> None:
    made = portfolio(
        (1, Side.BUY, "1", "100", "0"),
        (2, Side.SELL, "1", "90", "0"),
        (3, Side.BUY, "1", "100", "0"),
        (4, Side.SELL, "1", "101", "0"),
    )
    day = day_of(made, replace(account("1000"), positions={}), DeskSession(0), 5)
    assert (day.losses_in_row, day.last_loss_ms) == (0, 0)


def test_a_quarter_of_an_hour_without_a_touch_is_a_break() -> None:
    session = DeskSession(0)
    for minute in range(0, 60, 10):
        session.touch(minute * 60_000)
    assert session.length_ms(55 * 60_000) == 55 * 60_000
    assert session.length_ms(50 * 60_000 + BREAK_MS) == 0  # it is being taken
    session.touch(50 * 60_000 + BREAK_MS)
    assert session.began_ms == 50 * 60_000 + BREAK_MS
