"""The live feed against the simulated exchange when something goes wrong: nothing is lost, all is said."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.workstation.exchange.live_desk import LiveDesk, Venue, following
from workstation.exchange.live_feed import LiveFeed
from workstation.model.feed_status import ClockSkew, FeedState
from workstation.simulator.child import SimulatorChild

pytestmark = pytest.mark.asyncio(loop_scope="module")

SYMBOLS = ("BTCUSDT", "ETHUSDT", "LPTUSDT")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def venue() -> AsyncIterator[Venue]:
    child = SimulatorChild(days=0.01)
    child.launch()
    url = await child.listening()
    async with aiohttp.ClientSession() as session:
        yield Venue(url, session)
    await child.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(venue: Venue) -> AsyncIterator[LiveDesk]:
    feed = LiveFeed("binance_usdm", SYMBOLS, venue="simulated", base_url=venue.url)
    async with following(feed, *SYMBOLS) as desk:
        yield desk


async def ride_out(desk: LiveDesk, venue: Venue, *faults: dict[str, Any], within_s: float) -> float:
    """Let faults happen and wait until all is live again; return how long that took."""
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    began = time.monotonic()
    counted = desk.feed.counters.messages
    await venue.fault(*faults)
    # The fault is seen in the statuses or has been mended between two looks.
    await asyncio.sleep(0.5)
    await desk.until(lambda: desk.is_live(*SYMBOLS) and desk.feed.counters.messages > counted, within_s)
    return time.monotonic() - began


async def test_all_kinds_of_data_arrive_with_their_instruments(desk: LiveDesk) -> None:
    states = desk.market.states
    assert set(states) == set(SYMBOLS)
    kinds = {"MarkPrice", "FundingRate", "Ticker", "OpenInterest", "ClockSkew", "FeedCounters"}
    await desk.until(lambda: kinds <= {type(item).__name__ for item in desk.news})
    await desk.until(lambda: states["BTCUSDT"].quote_check.checks > 10)
    assert states["BTCUSDT"].quote_check.mismatches == 0
    assert states["BTCUSDT"].instrument.venue == "simulated"
    skew = next(item for item in desk.news if isinstance(item, ClockSkew))
    assert abs(skew.skew_ms) < 1_000


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "skip", "count": 3},
        {"kind": "skip", "count": 5, "streams": "*@trade"},
        {"kind": "reorder", "count": 2},
        {"kind": "reorder", "count": 2, "streams": "*@trade"},
        {"kind": "duplicate", "count": 5},
        {"kind": "malformed", "count": 10},
        {"kind": "truncated"},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('streams', '')}".strip(),
)
async def test_a_fault_of_the_stream_is_mended_and_no_trade_is_lost(
    desk: LiveDesk, venue: Venue, fault: dict[str, Any]
) -> None:
    await ride_out(desk, venue, fault, within_s=5.0)
    desk.assert_no_trade_is_missing()
    for symbol in SYMBOLS:
        differences = [await venue.book_differs(desk, symbol) for _ in range(3)]
        assert None in differences, differences
        assert set(differences) <= {None, "passed by"}


async def test_silence_with_live_pings_is_said_within_two_seconds_and_reconnected(
    desk: LiveDesk, venue: Venue
) -> None:
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    began = time.monotonic()
    reconnects = desk.feed.counters.reconnects
    await venue.fault({"kind": "silence", "duration_s": 3.5})
    await desk.until(lambda: desk.state_of("BTCUSDT") is FeedState.STALE, 2.2)
    assert desk.feed.symbol_status["BTCUSDT"].words.startswith("Connected, but no data since ")
    await desk.until(lambda: desk.feed.counters.reconnects > reconnects, 8.0)
    await desk.until(lambda: desk.is_live(*SYMBOLS), 8.0)
    assert time.monotonic() - began < 10.0
    desk.assert_no_trade_is_missing()
    assert any(item.found for item in desk.backfills)
    assert not any(item.lost for item in desk.backfills)


async def test_one_thin_symbol_that_falls_silent_is_said_within_two_seconds_time_and_again(
    desk: LiveDesk, venue: Venue
) -> None:
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    health = desk.market.states["LPTUSDT"].health
    for _ in range(2):
        await asyncio.sleep(2.5)  # a feed that has just connected is listened to before it is judged
        await venue.fault({"kind": "silence", "duration_s": 2.6, "streams": "lptusdt@*"})
        await desk.until(lambda: desk.state_of("LPTUSDT") is FeedState.STALE, 2.6)
        assert time.monotonic() - (health.last_data or 0.0) <= 2.0
        assert desk.state_of("BTCUSDT") is FeedState.LIVE
        await desk.until(lambda: desk.is_live(*SYMBOLS))


async def test_a_venue_whose_clock_leaps_an_hour_ahead_carries_no_market_there(
    desk: LiveDesk, venue: Venue
) -> None:
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    began_ms = time.time_ns() // 1_000_000
    await venue.fault({"kind": "skew", "skew_ms": 3_600_000, "duration_s": 1.0})
    await desk.until(lambda: "clock leapt ahead by 3,600 s" in desk.feed.status.words)
    await desk.until(lambda: not desk.feed.status.words)
    for state in desk.market.states.values():
        assert abs(state.market_ms - began_ms) < 60_000
    assert desk.is_live(*SYMBOLS)


async def test_requests_that_are_refused_or_answered_with_rubbish_are_asked_again(
    desk: LiveDesk, venue: Venue
) -> None:
    for refusal in (
        {"kind": "refuse", "status": 503, "duration_s": 0.7},
        {"kind": "body", "body": "html", "duration_s": 0.7},
        {"kind": "body", "body": "cut", "duration_s": 0.7},
        {"kind": "body", "body": "empty", "duration_s": 0.7},
    ):
        await ride_out(
            desk, venue, refusal, {"kind": "skip"}, {"kind": "skip", "streams": "btcusdt@trade"}, within_s=6.0
        )
    desk.assert_no_trade_is_missing()


async def test_the_venue_may_restart(desk: LiveDesk, venue: Venue) -> None:
    took_s = await ride_out(desk, venue, {"kind": "restart", "duration_s": 1.0}, within_s=8.0)
    assert took_s < 8.0
    states = [status.state for _, status in desk.said if status.symbol == "BTCUSDT"]
    assert FeedState.DISCONNECTED in states
    desk.assert_no_trade_is_missing()


async def test_a_desk_that_is_blocked_for_three_seconds_loses_no_tick(desk: LiveDesk) -> None:
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    before = desk.feed.counters.messages
    time.sleep(3.0)  # the blocked loop is what is tested
    assert desk.feed.queued_frames > 0
    await desk.until(lambda: not desk.feed.queued_frames, 3.0)
    assert desk.feed.counters.messages > before
    desk.assert_no_trade_is_missing()
    assert desk.is_live(*SYMBOLS)


async def test_symbols_come_and_go_while_the_feed_runs(desk: LiveDesk) -> None:
    desk.feed.follow(["SOLUSDT", "NOPEUSDT"])
    await desk.until(lambda: desk.is_live("SOLUSDT"))
    assert desk.state_of("NOPEUSDT") is FeedState.REFUSED
    assert "NOPEUSDT" in str(desk.feed.error_of("NOPEUSDT"))
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    desk.feed.unfollow(["SOLUSDT"])
    await asyncio.sleep(0.5)
    seen = len(desk.seqs["SOLUSDT"])
    await asyncio.sleep(0.5)
    assert len(desk.seqs["SOLUSDT"]) == seen
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    desk.assert_no_trade_is_missing()


async def test_a_book_is_fetched_anew_when_the_desk_asks(desk: LiveDesk) -> None:
    await desk.until(lambda: desk.is_live(*SYMBOLS))
    snapshots = desk.market.states["LPTUSDT"].health.snapshots
    desk.feed.repair_book("LPTUSDT")
    await desk.until(lambda: desk.market.states["LPTUSDT"].health.snapshots > snapshots, 3.0)
