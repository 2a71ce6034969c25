"""Funding is settled at the end of every interval, from the mean premium, and hourly once it hits its cap."""

from dataclasses import replace

import numpy as np
import pytest

from workstation.simulator.derivatives import HOUR_MS, INTEREST_RATE_8H, funding_rate
from workstation.simulator.events import FundingEvent, LiquidationEvent
from workstation.simulator.exchange import SimulatedExchange
from workstation.simulator.flow import Draws
from workstation.simulator.funding import FundingBook
from workstation.simulator.liquidations import Positions
from workstation.simulator.matching import BUY, SELL, MatchingEngine, TimeInForce
from workstation.simulator.universe import UNIVERSE

SPEC = UNIVERSE["TAOUSDT"]
MIDNIGHT_MS = 1_760_054_400_000


def make_engine(middle: float) -> MatchingEngine:
    """A book ten ticks wide around a price, deep enough for any impact."""
    engine = MatchingEngine(first_update_id=1, first_order_id=1)
    ticks = round(middle / float(SPEC.tick_size))
    engine.submit(BUY, 10**9, ticks - 5, TimeInForce.GTC, owner=1)
    engine.submit(SELL, 10**9, ticks + 5, TimeInForce.GTC, owner=1)
    return engine


def test_the_rate_is_that_of_the_mean_premium_over_the_interval() -> None:
    book = FundingBook(SPEC, MIDNIGHT_MS, 400.0)
    engine = make_engine(400.0 * 1.002)
    premium = (400.0 * 1.002 - 0.05 - 400.0) / 400.0
    settled: list[FundingEvent] = []
    for second in range(5, 4 * 3600 + 1, 5):
        _, event = book.second(MIDNIGHT_MS + second * 1000, 400.0, engine, 400.8)
        settled += [event] if event else []

    (event,) = settled
    assert event.time_ms == MIDNIGHT_MS + 4 * HOUR_MS
    assert event.rate == pytest.approx(funding_rate(premium, 4), rel=1e-3)
    assert book.state.last_funding_rate == event.rate
    assert book.state.next_funding_ms == MIDNIGHT_MS + 8 * HOUR_MS
    assert book.premium_count == 0
    assert book.history(None, None, 10) == [event]


def test_a_settlement_at_the_cap_is_capped_and_makes_the_next_ones_hourly() -> None:
    book = FundingBook(replace(SPEC, funding_cap=0.001), MIDNIGHT_MS + 4 * HOUR_MS - 10_000, 400.0)
    engine = make_engine(400.0 * 1.03)
    settled = []
    for second in range(0, 3700, 5):
        now_ms = MIDNIGHT_MS + 4 * HOUR_MS - 10_000 + second * 1000
        settled.append(book.second(now_ms, 400.0, engine, 412.0)[1])

    events = [event for event in settled if event is not None]
    assert [event.time_ms - MIDNIGHT_MS for event in events] == [4 * HOUR_MS, 5 * HOUR_MS]
    assert [(event.rate, event.interval_hours) for event in events] == [(0.001, 4), (0.001, 1)]
    assert events[0].next_interval_hours == 1


def test_the_mark_is_the_middle_of_carried_index_basis_and_last_trade() -> None:
    book = FundingBook(SPEC, MIDNIGHT_MS, 400.0)

    # Carried index 400.0 · (1 + rate), basis 402, last trade far off: the middle one is the basis.
    event, _ = book.second(MIDNIGHT_MS + 1000, 400.0, make_engine(402.0), 450.0)
    assert event.mark == pytest.approx(402.0)
    # Last trade between the other two.
    event, _ = book.second(MIDNIGHT_MS + 2000, 400.0, make_engine(402.0), 401.0)
    assert event.mark == pytest.approx(401.0)


def test_majors_settle_every_eight_hours_and_others_every_four() -> None:
    exchange = SimulatedExchange(seed=4, start_ms=MIDNIGHT_MS - 5_000, symbols=["BTCUSDT", "TAOUSDT"])
    events = exchange.advance(MIDNIGHT_MS + 1_000)

    settled = [event for event in events if isinstance(event, FundingEvent)]
    assert {(event.symbol, event.time_ms, event.interval_hours) for event in settled} == {
        ("BTCUSDT", MIDNIGHT_MS, 8),
        ("TAOUSDT", MIDNIGHT_MS, 4),
    }
    assert exchange.markets["BTCUSDT"].mark.next_funding_ms == MIDNIGHT_MS + 8 * HOUR_MS
    assert exchange.markets["TAOUSDT"].mark.next_funding_ms == MIDNIGHT_MS + 4 * HOUR_MS
    assert exchange.markets["BTCUSDT"].mark.interest_rate == INTEREST_RATE_8H


def test_positions_are_closed_by_force_through_the_book_when_the_mark_reaches_them() -> None:
    exchange = SimulatedExchange(seed=4, start_ms=MIDNIGHT_MS, symbols=["AIXBTUSDT"])
    market = exchange.markets["AIXBTUSDT"]
    events = exchange.advance(MIDNIGHT_MS + 600_000)

    forced = [event for event in events if isinstance(event, LiquidationEvent)]
    assert forced
    for event in forced:
        assert 0 <= event.filled_lots <= event.lots
        if event.filled_lots:
            # Never worse than the bankruptcy price that limits it.
            assert (event.average_ticks - event.price_ticks) * event.side <= 1e-9
    assert market.open_interest() > 0.0


def test_open_interest_is_conserved_while_cohorts_are_merged() -> None:
    price = SPEC.start_price
    positions = Positions(SPEC, Draws(np.random.default_rng(2)), price)
    random = np.random.default_rng(3)
    for minute in range(1_500):
        positions.traded(5_000)
        price *= float(np.exp(random.normal(0.0, 1e-3)))
        positions.settle_entries(price)
        before = positions.lots
        closed = sum(lots for _, lots, _ in positions.due(price))
        # Orders are whole lots; what they close is what left.
        assert before - positions.lots == pytest.approx(closed, abs=60.0), minute
        assert 0.5 < positions.lots / positions.target_lots < 2.0
    assert positions.cohorts <= 2 * 4_100


def test_a_position_is_closed_once_and_only_when_the_mark_has_reached_it() -> None:
    positions = Positions(SPEC, Draws(np.random.default_rng(2)), 400.0)

    assert positions.due(400.0) == []
    fallen = positions.due(300.0)
    assert fallen
    assert all(side == -1 and bankrupt < 400.0 for side, _, bankrupt in fallen)
    assert positions.due(300.0) == []
    risen = positions.due(500.0)
    assert risen
    assert all(side == 1 for side, _, _ in risen)
