"""What stands beside the perpetuals: dated futures, spot, who is long, older hours, intervals that change."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from tests.workstation.simulator.conftest import Venue
from workstation.simulator.dated import carry_of, dated_specs, deliveries
from workstation.simulator.events import LiquidationEvent, MarkPriceEvent
from workstation.simulator.exchange import SimulatedExchange
from workstation.simulator.holders import Holders, smoothed
from workstation.simulator.klines import CLOSE, HIGH, HOUR_MS, LOW, MINUTE_MS, OPEN, OPEN_MS
from workstation.simulator.universe import UNIVERSE

START_MS = 1_795_226_400_000
DATED = tuple(name for name in dated_specs(START_MS) if name.startswith("BTC"))


@pytest.mark.parametrize(
    ("now", "first", "second"),
    [
        ("2026-11-21", "2026-12-25", "2027-03-26"),
        ("2026-12-24", "2027-03-26", "2027-06-25"),  # one that ends within two days is not begun
        ("2027-03-01", "2027-03-26", "2027-06-25"),
    ],
)
def test_quarters_end_on_their_last_friday_at_eight(now: str, first: str, second: str) -> None:
    found = deliveries(round(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp() * 1000))
    assert [moment.strftime("%Y-%m-%d") for moment in found] == [first, second]
    assert all((moment.weekday(), moment.hour) == (4, 8) for moment in found)


def test_a_dated_future_shares_the_index_and_comes_to_it_at_delivery() -> None:
    exchange = SimulatedExchange(seed=3, start_ms=START_MS, symbols=("BTCUSDT", *DATED))
    exchange.fill_history(0.5)
    events = exchange.advance(START_MS + 5_000)
    perpetual, *dated = exchange.markets.values()
    assert {market.funding.index for market in dated} == {perpetual.funding.index}
    for market in dated:
        carry = carry_of(market.spec, START_MS)
        assert market.mark.mark / market.mark.index - 1 == pytest.approx(carry, abs=0.001)
        assert 0.2 * carry < market.bars.last / market.mark.index - 1 < 2 * carry
        assert carry_of(market.spec, market.spec.delivery_ms) == 0.0
        assert market.funding_history(limit=100) == []
        told = [event for event in events if isinstance(event, MarkPriceEvent)]
        assert {event.next_funding_ms for event in told if event.symbol == market.spec.symbol} == {0}
    with pytest.raises(ValueError, match="BTCUSDT_"):
        SimulatedExchange(seed=3, start_ms=START_MS, symbols=("ETHUSDT", DATED[0]))


def test_older_hours_join_the_minutes_without_a_seam_and_their_funding_too() -> None:
    exchange = SimulatedExchange(seed=3, start_ms=START_MS, symbols=("BTCUSDT",))
    exchange.fill_history(1.3)
    market = exchange.markets["BTCUSDT"]
    hours = market.klines(HOUR_MS, None, None, 5_000)
    assert len(hours) == 90 * 24 + 1
    assert set(np.diff(hours[:, OPEN_MS])) == {HOUR_MS}
    assert np.abs(hours[1:, OPEN] / hours[:-1, CLOSE] - 1).max() < 2e-3
    assert (hours[:, HIGH] >= hours[:, (OPEN, CLOSE)].max(axis=1)).all()
    assert (hours[:, LOW] <= hours[:, (OPEN, CLOSE)].min(axis=1)).all()
    # Each moves as much as it should: the deviation of an hour is the symbol's own.
    moved = np.diff(np.log(hours[:, CLOSE])) * 1e4
    assert 0.6 < moved.std() / market.spec.hour_vol_bps < 1.6
    since = START_MS - 60 * 24 * HOUR_MS
    page = market.klines(HOUR_MS, since, None, 500)
    assert page[0, OPEN_MS] == -(-since // HOUR_MS) * HOUR_MS
    assert (page == hours[np.isin(hours[:, OPEN_MS], page[:, OPEN_MS])]).all()
    assert len(market.klines(MINUTE_MS, since, None, 5_000)) < 2_000
    settled = market.funding_history(limit=1_000)
    assert {after.time_ms - before.time_ms for before, after in pairwise(settled)} == {8 * HOUR_MS}
    assert len(settled) in (269, 270)


def test_the_crowd_follows_the_trend_and_liquidations_fall_on_it() -> None:
    spec = UNIVERSE["SOLUSDT"]
    risen, still = (Holders(spec, 100.0, (1,)) for _ in range(2))
    for minute in range(600):
        risen.minute(100.0 * 1.0002**minute, 0.002)
        still.minute(100.0, 0.002)
    assert risen.ratios.accounts > still.ratios.accounts
    assert risen.ratios.top_positions < still.ratios.top_positions
    before = still.ratios
    still.liquidated(1, 0.2)
    assert still.ratios.accounts < before.accounts
    assert still.ratios.top_positions > before.top_positions


@pytest.mark.parametrize("keep", [0.5, 0.99, 0.9999])
def test_smoothing_at_once_is_smoothing_step_by_step(keep: float) -> None:
    values = np.random.default_rng(1).standard_normal(3_000)
    level, plain = 2.0, []
    for value in values:
        level = keep * level + (1 - keep) * value
        plain.append(level)
    assert smoothed(values, keep, 2.0) == pytest.approx(np.array(plain), abs=1e-9)


def test_an_interval_changes_as_listed_and_liquidations_come_by_themselves() -> None:
    assert UNIVERSE["WLDUSDT"].interval_changes == ((4, 4), (12, 1))
    exchange = SimulatedExchange(seed=7, start_ms=START_MS, symbols=("WLDUSDT", "1000PEPEUSDT"))
    market = exchange.markets["WLDUSDT"]
    intervals = []
    liquidations = 0
    for minute in range(1, 14):
        events = exchange.advance(START_MS + minute * MINUTE_MS)
        liquidations += sum(isinstance(event, LiquidationEvent) for event in events)
        state = market.mark
        assert state.next_funding_ms % (state.interval_hours * HOUR_MS) == 0
        assert 0 < state.next_funding_ms - exchange.now_ms <= state.interval_hours * HOUR_MS
        intervals.append(state.interval_hours)
    assert list(dict.fromkeys(intervals)) == [8, 4, 1]
    assert liquidations > 3


def test_a_changed_interval_settles_an_hours_part_of_the_rate() -> None:
    spec = replace(UNIVERSE["BTCUSDT"], interval_changes=())
    assert spec.funding_interval_hours == 8
    exchange = SimulatedExchange(seed=7, start_ms=START_MS, symbols=("BTCUSDT",))
    book = exchange.markets["BTCUSDT"].funding
    eight = book.predicted_rate
    book.change_interval(1)
    assert book.predicted_rate == pytest.approx(eight / 8)


async def test_spot_and_ratios_are_served_as_the_venue_does(venue: Venue) -> None:
    (only,) = [row for row in await venue.get("/api/v3/ticker/price") if row["symbol"] == "BTCUSDT"]
    index = float((await venue.get("/fapi/v1/premiumIndex", symbol="BTCUSDT"))["indexPrice"])
    assert float(only["price"]) == pytest.approx(index, rel=1e-3)
    assert (await venue.get("/api/v3/ticker/bookTicker", symbol="NOPEUSDT"))["code"] == -1121
    assert (await venue.get("/api/v3/ticker/bookTicker", symbols="x"))["code"] == -1130
    both = await venue.get("/api/v3/ticker/bookTicker", symbol="BTCUSDT", symbols='["BTCUSDT"]')
    assert both["code"] == -1128
    asked = {"symbol": "BTCUSDT", "period": "5m", "limit": 3}
    rows = await venue.get("/futures/data/globalLongShortAccountRatio", **asked)
    held = venue.server.market.exchange.markets["BTCUSDT"].ratios.rows(300_000, 3)
    assert [float(row["longShortRatio"]) for row in rows] == pytest.approx(
        [row[1][0] for row in held], abs=1e-4
    )
    old = {"symbol": "BTCUSDT", "period": "1h", "startTime": 1}
    assert (await venue.get("/futures/data/topLongShortPositionRatio", **old))["code"] == -1130
