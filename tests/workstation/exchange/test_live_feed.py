"""The feed process comes, goes and says what is wrong; its window knows nothing of ccxt."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psutil
import pytest
import pytest_asyncio

from tests.workstation.exchange.live_desk import LiveDesk, Venue, following
from workstation.errors import (
    DelistedSymbol,
    FeedProcessFailed,
    UnknownSymbol,
    VenueError,
    VenueUnreachable,
    VenueUnsupported,
)
from workstation.exchange.live_feed import LiveFeed
from workstation.model.feed_status import FeedState
from workstation.simulator.child import SimulatorChild

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def venue() -> AsyncIterator[Venue]:
    child = SimulatorChild(days=0.01)
    child.launch()
    url = await child.listening()
    async with aiohttp.ClientSession() as session:
        yield Venue(url, session)
    await child.stop()


async def test_a_feed_process_that_is_killed_is_started_again_and_nothing_is_missing(venue: Venue) -> None:
    feed = LiveFeed("binance_usdm", ["BTCUSDT"], base_url=venue.url)
    async with following(feed, "BTCUSDT") as desk:
        await desk.until(lambda: len(desk.trade_ids.get("BTCUSDT", ())) > 3)
        first = feed.process_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await desk.until(lambda: feed.status.state is FeedState.DISCONNECTED)
        assert isinstance(feed.error_of(), FeedProcessFailed)
        await desk.until(lambda: feed.process_id not in (None, first))
        traded = len(desk.trade_ids["BTCUSDT"])
        await desk.until(lambda: desk.is_live("BTCUSDT") and len(desk.trade_ids["BTCUSDT"]) > traded + 3)
        assert feed.restarts == 1
        assert feed.error_of() is None
        desk.assert_no_trade_is_missing()
        assert desk.market.states["BTCUSDT"].quote_check.mismatches == 0
        began = time.monotonic()
        second = feed.process_id
        await desk.stop()
        assert time.monotonic() - began < 5.0
        assert second is not None
        assert not psutil.pid_exists(second)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of Unix")
async def test_a_killed_desk_leaves_no_feed_process_behind(venue: Venue, repository: Path) -> None:
    program = Path(__file__).with_name("idle_desk.py")
    desk = subprocess.Popen(
        [sys.executable, str(program), venue.url],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    assert desk.stdout is not None
    feed_id = int(await asyncio.to_thread(desk.stdout.readline))
    assert psutil.pid_exists(feed_id)
    desk.kill()
    desk.communicate()
    deadline = time.monotonic() + 5.0
    while psutil.pid_exists(feed_id) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert not psutil.pid_exists(feed_id)


async def test_unknown_and_delisted_symbols_are_said_and_the_others_go_on(venue: Venue) -> None:
    feed = LiveFeed("binance_usdm", ["NOPEUSDT", "AGIXUSDT", "BTCUSDT"], base_url=venue.url)
    async with following(feed, "BTCUSDT") as desk:
        assert desk.state_of("NOPEUSDT") is FeedState.REFUSED
        assert isinstance(feed.error_of("AGIXUSDT"), DelistedSymbol)
        error = feed.error_of("NOPEUSDT")
        assert isinstance(error, UnknownSymbol)
        assert str(error) == "Binance USDⓈ-M has no symbol 'NOPEUSDT': check the spelling."


async def wrong_of(feed: LiveFeed) -> VenueError:
    """Run a feed until something is wrong, and return that."""
    desk = LiveDesk(feed)
    desk.start()
    try:
        await desk.until(lambda: feed.error_of() is not None)
        error = feed.error_of()
        assert error is not None
        return error
    finally:
        await desk.stop()


@pytest.mark.parametrize(
    ("entry", "base_url", "kind", "named"),
    [
        ("binance_usdm", "http://127.0.0.1:9", VenueUnreachable, "http://127.0.0.1:9"),
        ("atlantis", None, VenueUnsupported, "atlantis"),
    ],
)
async def test_a_venue_that_is_not_there_is_said(
    entry: str, base_url: str | None, kind: type[VenueError], named: str
) -> None:
    error = await wrong_of(LiveFeed(entry, ["BTCUSDT"], base_url=base_url))
    assert type(error) is kind
    assert named in str(error)


async def test_a_command_that_does_not_exist_is_a_failure_in_words() -> None:
    feed = LiveFeed("binance_usdm", ["BTCUSDT"], command=("/no/such/program",))
    with pytest.raises(FeedProcessFailed, match="cannot be started"):
        await feed.run(lambda batch: None)


async def test_the_desk_side_imports_no_ccxt(repository: Path) -> None:
    program = "import sys, workstation.app; sys.exit(any('ccxt' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=repository).returncode == 0


async def test_a_venue_that_we_do_not_read_ourselves_is_followed_through_ccxt(venue: Venue) -> None:
    """Binance through ccxt's own parsing: the same market, whole books, and what is missing said."""
    feed = LiveFeed("ccxt:binanceusdm", ["BTCUSDT"], venue="by ccxt", base_url=venue.url)
    async with following(feed, "BTCUSDT") as desk:
        state = desk.market.states["BTCUSDT"]
        await desk.until(lambda: state.mark is not None and state.ticker is not None)
        await desk.until(lambda: state.health.trades > 5 and state.health.quotes > 5)
        await desk.until(lambda: state.health.snapshots > 1)
        assert state.health.depth_updates == 0
        assert state.book.best_bid < state.book.best_ask
        ids = desk.trade_ids["BTCUSDT"]
        assert len(set(ids)) == len(ids)
        assert "nothing that is missing is noticed" in feed.status.words
