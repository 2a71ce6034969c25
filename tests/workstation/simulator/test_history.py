"""The past of a simulated exchange is long, quick to make, and joins the present without a seam."""

import time
from itertools import pairwise

import numpy as np
import pytest

from workstation.simulator.dated import dated_specs
from workstation.simulator.exchange import SimulatedExchange
from workstation.simulator.klines import CLOSE, HIGH, LOW, OPEN, OPEN_MS, QUOTE_VOLUME, TRADES, VOLUME
from workstation.simulator.universe import PROFILES, UNIVERSE

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
START_MS = 1_760_000_055_500
SYMBOLS = ("BTCUSDT", "LPTUSDT")


@pytest.fixture(scope="module")
def exchange() -> SimulatedExchange:
    made = SimulatedExchange(seed=11, start_ms=START_MS, symbols=SYMBOLS)
    made.fill_history(3)
    return made


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_minutes_follow_one_another_up_to_now_and_each_opens_where_the_last_closed(
    exchange: SimulatedExchange, symbol: str
) -> None:
    market = exchange.markets[symbol]
    rows = market.klines(MINUTE_MS, limit=10_000)

    assert len(rows) >= 3 * 1440
    assert (np.diff(rows[:, OPEN_MS]) == MINUTE_MS).all()
    assert rows[-1, OPEN_MS] == START_MS // MINUTE_MS * MINUTE_MS
    assert (rows[:, HIGH] >= rows[:, [OPEN, CLOSE]].max(axis=1)).all()
    assert (rows[:, LOW] <= rows[:, [OPEN, CLOSE]].min(axis=1)).all()
    vol = np.diff(np.log(rows[:, CLOSE])).std()
    seams = np.abs(np.log(rows[1:, OPEN] / rows[:-1, CLOSE]))
    assert seams.max() < 6 * vol
    assert (rows[:, VOLUME] >= rows[:, TRADES] * float(market.spec.lot_size) * 0.999).all()
    mean_price = rows[:, QUOTE_VOLUME] / np.maximum(rows[:, VOLUME], 1e-12)
    traded = rows[:, TRADES] > 0
    assert (mean_price[traded] >= rows[traded, LOW] * 0.9999).all()
    assert (mean_price[traded] <= rows[traded, HIGH] * 1.0001).all()


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_tape_of_the_past_has_no_hole_and_agrees_with_its_candles(
    exchange: SimulatedExchange, symbol: str
) -> None:
    market = exchange.markets[symbol]
    trades = market.trades(100_000)
    ids = [trade.trade_id for trade in trades]
    times = [trade.time_ms for trade in trades]

    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert times == sorted(times)
    assert times[0] < START_MS - 5 * MINUTE_MS
    tick, lot = float(market.spec.tick_size), float(market.spec.lot_size)
    for row in market.klines(MINUTE_MS, start_ms=(times[0] // MINUTE_MS + 1) * MINUTE_MS, limit=100):
        inside = [trade for trade in trades if trade.time_ms // MINUTE_MS * MINUTE_MS == row[OPEN_MS]]
        assert row[TRADES] == len(inside)
        assert row[VOLUME] == pytest.approx(sum(trade.lots for trade in inside) * lot)
        if inside:
            assert row[HIGH] == pytest.approx(max(trade.price_ticks for trade in inside) * tick)
            assert row[LOW] == pytest.approx(min(trade.price_ticks for trade in inside) * tick)
            assert row[CLOSE] == pytest.approx(inside[-1].price_ticks * tick)


def test_settlements_and_open_interest_lie_on_whole_intervals(exchange: SimulatedExchange) -> None:
    market = exchange.markets["BTCUSDT"]
    settled = market.funding_history(limit=1_000)

    # Three days of minutes, and hours before them up to ninety days in all.
    assert 268 <= len(settled) <= 270
    assert {b.time_ms - a.time_ms for a, b in pairwise(settled)} == {8 * HOUR_MS}
    assert all(event.time_ms % (8 * HOUR_MS) == 0 for event in settled)
    assert all(abs(event.rate) <= market.spec.funding_cap for event in settled)
    assert market.mark.last_funding_rate == settled[-1].rate
    assert market.mark.next_funding_ms == settled[-1].time_ms + 8 * HOUR_MS
    interest = market.interest.rows(5 * MINUTE_MS, 500)
    assert len(interest) == 500
    assert all(row[0] % (5 * MINUTE_MS) == 0 for row in interest)
    assert interest[-1][1][0] == pytest.approx(market.open_interest(), rel=0.1)
    assert len(market.interest.rows(HOUR_MS, 500)) in (72, 73)


def test_history_does_not_change_what_happens_next() -> None:
    plain = SimulatedExchange(seed=11, start_ms=START_MS, symbols=SYMBOLS)
    aged = SimulatedExchange(seed=11, start_ms=START_MS, symbols=SYMBOLS)
    aged.fill_history(1)

    expected, got = plain.advance(START_MS + 3_000), aged.advance(START_MS + 3_000)

    kinds = ("TradeEvent", "DepthEvent", "BookTickerEvent")
    assert [event for event in got if type(event).__name__ in kinds] == [
        event for event in expected if type(event).__name__ in kinds
    ]


def test_two_venues_of_one_seed_have_one_past_index_and_different_funding() -> None:
    runs = [
        SimulatedExchange(seed=11, profile=PROFILES[name], start_ms=START_MS, symbols=["LPTUSDT"])
        for name in ("a", "b")
    ]
    for run in runs:
        run.fill_history(2)
    a, b = (run.markets["LPTUSDT"] for run in runs)

    close = [market.funding.index_klines.candles(HOUR_MS, limit=40)[:, CLOSE] for market in (a, b)]
    assert close[0] == pytest.approx(close[1])
    rates = [[event.rate for event in market.funding_history(limit=99)] for market in (a, b)]
    assert rates[0] != rates[1]


def test_a_month_of_every_market_is_there_within_seconds() -> None:
    made = SimulatedExchange(seed=2, start_ms=START_MS)
    started = time.perf_counter()
    made.fill_history(30)
    seconds = time.perf_counter() - started

    assert len(made.markets) >= 14
    assert all(len(market.bars) >= 30 * 1440 for market in made.markets.values())
    assert seconds < 20.0  # measured 1.1; a busy machine must not fail the suite
    assert set(made.markets) == set(UNIVERSE) | set(dated_specs(START_MS))
