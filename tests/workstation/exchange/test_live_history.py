"""The past is asked for on the desk, fetched by the feed process and answered whole, or refused in words."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest

from workstation.errors import HistoryUnavailable
from workstation.exchange import past_rest
from workstation.exchange.live_feed import LiveFeed
from workstation.exchange.live_history import LiveHistory
from workstation.exchange.past_rest import CcxtPast
from workstation.simulator.server import SimulatorOptions, SimulatorServer

HOUR_MS = 3_600_000


@dataclass
class Followed:
    server: SimulatorServer
    history: LiveHistory

    @property
    def now_ms(self) -> int:
        return self.server.market.exchange.now_ms


@pytest.fixture
async def followed() -> AsyncIterator[Followed]:
    options = SimulatorOptions(seed=5, days=1.5, speed=1, symbols=("BTCUSDT", "LPTUSDT"))
    server = SimulatorServer(options)
    await server.start()
    feed = LiveFeed("simulated", ["BTCUSDT"], base_url=server.url)
    history = LiveHistory(feed)
    arrived = asyncio.Event()
    running = asyncio.create_task(feed.run(lambda _: arrived.set()))
    async with asyncio.timeout(20):
        await arrived.wait()
    yield Followed(server, history)
    running.cancel()
    await asyncio.wait([running])
    await server.stop()


async def test_the_past_of_a_symbol_is_told_whole(followed: Followed) -> None:
    history, now_ms = followed.history, followed.now_ms
    from_ms = now_ms - 25 * HOUR_MS
    candles = await history.candles("BTCUSDT", 60_000, from_ms, now_ms)
    market = followed.server.market.exchange.markets["BTCUSDT"]
    told = market.klines(60_000, from_ms, now_ms - 1, 1_500)
    assert len(candles) == 25 * 60  # more than a page
    assert np.all(np.diff(candles["open_ms"]) == 60_000)
    np.testing.assert_array_equal(candles["open_ms"][:-1], [int(row[0]) for row in told][:-1])
    np.testing.assert_allclose(candles["close"][:-1], [float(row[4]) for row in told][:-1])
    assert np.all(candles["buy_volume"] <= candles["volume"])
    assert candles["trades"].min() > 0

    settled = await history.funding("LPTUSDT", from_ms, now_ms)
    assert len(settled) >= 6
    assert {item.interval_hours for item in settled} == {4.0}
    assert all(item.settled_ms % (4 * HOUR_MS) == 0 for item in settled)
    assert all(isinstance(item.rate, Decimal) and item.venue == "simulated" for item in settled)

    samples = await history.open_interest("BTCUSDT", 300_000, from_ms, now_ms)
    assert len(samples) >= 299
    assert [item.event_ms for item in samples] == sorted({item.event_ms for item in samples})
    assert all(item.size > 0 for item in samples)

    with pytest.raises(HistoryUnavailable, match="no symbol 'NOPE'"):
        await history.candles("NOPE", 60_000, from_ms, now_ms)
    with pytest.raises(HistoryUnavailable, match="has no candles of 5 s") as refused:
        await history.candles("BTCUSDT", 5_000, from_ms, now_ms)
    assert refused.value.lasting


async def test_without_a_feed_process_nothing_is_waited_for() -> None:
    history = LiveHistory(LiveFeed("simulated", ["BTCUSDT"]))
    with pytest.raises(HistoryUnavailable, match="not running") as refused:
        await history.candles("BTCUSDT", 60_000, 0, 1)
    assert not refused.value.lasting


class Bare:
    """An exchange of ccxt's shape that tells what a test gives it."""

    timeframes = {"1m": "1m", "1h": "60"}  # noqa: RUF012
    has = {"fetchOHLCV": True, "fetchFundingRateHistory": True}  # noqa: RUF012

    def __init__(self) -> None:
        self.asked: list[int] = []

    @staticmethod
    def parse_timeframe(name: str) -> int:
        return {"1m": 60, "1h": 3_600}[name]

    async def fetch_ohlcv(self, symbol: str, timeframe: str, since: int, limit: int) -> list[list[float]]:
        self.asked.append(since)
        return [[since + index * 60_000, 1.0, 2.0, 0.5, 1.5, 10.0] for index in range(3)]

    async def fetch_funding_rate_history(self, symbol: str, since: int, limit: int) -> list[dict]:
        self.asked.append(since)
        late = [8 * HOUR_MS + 13, 16 * HOUR_MS, 20 * HOUR_MS + 2]
        return [{"timestamp": at_ms, "fundingRate": 1e-05} for at_ms in late if at_ms >= since]


MARKET = {"id": "S", "symbol": "S/USDT:USDT"}


async def test_pages_of_any_venue_are_joined_until_the_stretch_is_full() -> None:
    bare = Bare()
    candles = await CcxtPast(bare, "v", "Some Venue").candles(MARKET, 60_000, 0, 8 * 60_000)
    assert candles["open_ms"].tolist() == [minute * 60_000 for minute in range(8)]
    assert bare.asked == [0, 180_000, 360_000]
    assert np.isnan(candles["buy_volume"]).all()
    assert set(candles["trades"].tolist()) == {-1}


async def test_a_venue_that_never_ends_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_rest, "MOST_PAGES", 4)
    bare = Bare()
    await CcxtPast(bare, "v", "Some Venue").candles(MARKET, 60_000, 0, 10**12)
    assert len(bare.asked) == 4


async def test_settlements_stamped_late_have_their_hour_and_the_interval_that_the_times_say() -> None:
    settled = await CcxtPast(Bare(), "v", "Some Venue").funding(MARKET, 0, 24 * HOUR_MS)
    assert [(item.settled_ms // HOUR_MS, item.interval_hours) for item in settled] == [
        (8, 8.0),
        (16, 8.0),
        (20, 4.0),
    ]
    assert settled[0].rate == Decimal("0.00001")


async def test_what_a_venue_does_not_tell_is_said_for_good() -> None:
    with pytest.raises(HistoryUnavailable, match="does not tell past open interest") as refused:
        await CcxtPast(Bare(), "v", "Some Venue").open_interest(MARKET, 60_000, 0, 1)
    assert refused.value.lasting
