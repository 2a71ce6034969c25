"""The live feed: what a message costs beside plain ccxt.pro, how long it is under way, what a burst loses."""

import asyncio
import contextlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec
import numpy as np
import psutil

from tests.benchmarks.result import Result
from workstation.exchange.live_feed import LiveFeed
from workstation.market.state import Market
from workstation.model.columns import MarketBatch
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.runtime.collector import collect_seldom

CAPTURE = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"
ROUNDS = 3
PACED_RATE, PACED_S = 5_000, 8
BURST_RATE, BURST_S = 20_000, 10
ROUND_MESSAGES = 60_000


class _Source:
    """The recording served by a program of its own."""

    def __init__(self, capture: Path, times: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.feed_source", str(capture), str(times)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.answer = msgspec.json.decode(self._process.stdout.readline())
        self.url: str = self.answer["url"]

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path) as response:
            content: bytes = response.read()
            return content

    def send(self, first: int, count: int, rate: float) -> None:
        self.get(f"/send?first={first}&count={count}&rate={rate}")

    @property
    def done(self) -> bool:
        return bool(msgspec.json.decode(self.get("/progress"))["done"])

    def sent_ns(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.frombuffer(self.get("/sent"), np.int64)

    def close(self) -> None:
        self._process.communicate(b"", timeout=10)


@contextlib.contextmanager
def _source(shared_data: Path, times: int) -> Iterator[_Source]:
    source = _Source(shared_data / CAPTURE, times)
    try:
        yield source
    finally:
        source.close()


class _Desk:
    """A desk without a window: takes all in and notes when what came."""

    def __init__(self, url: str) -> None:
        self.feed = LiveFeed("binance_usdm", ["BTCUSDT"], base_url=url)
        self.market = Market(Bus(), SystemClock())
        self.feed.on_instruments = lambda found: [self.market.add(item) for item in found] and None
        self.rows = 0
        self.trade_ids: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        self.came_ns: list[tuple[int, int]] = []
        self._task: asyncio.Task[None] | None = None

    def _take(self, batch: MarketBatch) -> None:
        self.market.apply(batch)
        self.rows += len(batch.trades) + len(batch.quotes) + int((~batch.updates["is_snapshot"]).sum())
        if len(batch.trades):
            self.trade_ids.append(batch.trades["trade_id"])
            self.came_ns.append((len(batch.trades), time.time_ns()))

    async def start(self) -> None:
        self._task = asyncio.create_task(self.feed.run(self._take))
        await self.until(lambda: bool(self.market.states) and self.feed.counters.snapshots > 0)

    async def until(self, done: object, timeout_s: float = 60.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not done():  # type: ignore[operator]
            if time.monotonic() > deadline:
                raise TimeoutError("the feed did not get there")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def run(shared_data: Path, scratch: Path) -> Iterator[Result]:
    """Measure cost, latency and loss over the recorded day, served on loopback."""
    collect_seldom()  # as the desk does
    with _source(shared_data, 1) as source:
        ours, plain = [], []
        for _ in range(ROUNDS):
            ours.append(asyncio.run(_cost_of_ours(source)))
            plain.append(_cost_of_plain(source))
    ratio = median(other / own for own, other in zip(ours, plain, strict=True))
    yield Result("Feed process, messages per processor second", 1e6 / median(ours), "messages/s")
    yield Result("Plain ccxt.pro, the same messages", 1e6 / median(plain), "messages/s")
    yield Result(
        "Feed process beside plain ccxt.pro", ratio, "×", "≥ 5 ×", ratio >= 5, "every row at the desk"
    )
    with _source(shared_data, 1) as source:
        delays, late_ms = asyncio.run(_delays(source))
    p50, p99 = (float(np.percentile(delays, share)) for share in (50, 99))
    yield Result(f"Socket to desk at {PACED_RATE:,} messages/s, median", p50, "ms")
    yield Result(
        f"Socket to desk at {PACED_RATE:,} messages/s, p99",
        p99,
        "ms",
        "≤ 5 ms",
        p99 <= 5,
        f"from sent to taken in; meanwhile an idle program's sleep of 1 ms was {late_ms:.1f} ms late at p99",
    )
    times = -(-BURST_RATE * BURST_S // 93_953)
    with _source(shared_data, times) as source:
        lost, queued_frames, seconds = asyncio.run(_burst(source))
    yield Result(
        f"Messages lost of {BURST_RATE:,}/s for {BURST_S} s",
        lost,
        "messages",
        "0",
        lost == 0,
        f"sent in {seconds:.1f} s, up to {queued_frames} frames waiting at the desk",
    )


async def _cost_of_ours(source: _Source) -> float:
    """Processor microseconds of the feed process for a message at full speed."""
    desk = _Desk(source.url)
    await desk.start()
    try:
        process = psutil.Process(desk.feed.process_id)
        before = _cpu_s(process)
        await asyncio.to_thread(source.send, 0, ROUND_MESSAGES, 0)
        await desk.until(lambda: desk.rows >= ROUND_MESSAGES)
        return (_cpu_s(process) - before) / ROUND_MESSAGES * 1e6
    finally:
        await desk.stop()


def _cost_of_plain(source: _Source) -> float:
    """Processor microseconds of plain ccxt.pro for a message at full speed."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.feed_plain", source.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stdout.readline().strip() == b"ready"
    process = psutil.Process(program.pid)
    before = _cpu_s(process)
    source.send(0, ROUND_MESSAGES, 0)
    newest, still = before, 0
    while not source.done or still < 3:
        time.sleep(0.3)
        spent = _cpu_s(process)
        still = still + 1 if spent - newest < 0.02 else 0
        newest = spent
    program.communicate(b"", timeout=20)
    return (newest - before) / ROUND_MESSAGES * 1e6


def _lateness(seconds: float) -> float:
    """How late a sleep of 1 ms ends on this machine now, p99 in ms: what no feed can be better than."""
    program = (
        "import time\nlate = []\n"
        f"until = time.perf_counter() + {seconds}\n"
        "while (began := time.perf_counter()) < until:\n"
        "    time.sleep(0.001)\n"
        "    late.append(time.perf_counter() - began - 0.001)\n"
        "print(sorted(late)[int(len(late) * 0.99)] * 1e3)"
    )
    return float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)


async def _delays(source: _Source) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], float]:
    """Milliseconds from the sending of each trade to the desk's taking it in, and the machine's lateness."""
    desk = _Desk(source.url)
    await desk.start()
    count = PACED_RATE * PACED_S
    try:
        await asyncio.to_thread(source.send, 0, count, PACED_RATE)
        late_ms = await asyncio.to_thread(_lateness, PACED_S - 1)
        await desk.until(lambda: desk.rows >= count)
    finally:
        await desk.stop()
    sent_ns = source.sent_ns()[:count]
    kinds = np.frombuffer(source.get("/kinds"), np.bool_)[:count]
    came_ns = np.concatenate([np.full(rows, at) for rows, at in desk.came_ns])
    return (came_ns - sent_ns[kinds]) / 1e6, late_ms


async def _burst(source: _Source) -> tuple[int, int, float]:
    desk = _Desk(source.url)
    await desk.start()
    count = BURST_RATE * BURST_S
    queued = 0
    try:
        await asyncio.to_thread(source.send, 0, count, BURST_RATE)

        def arrived() -> bool:
            nonlocal queued
            queued = max(queued, desk.feed.queued_frames)
            return desk.rows >= count

        with contextlib.suppress(TimeoutError):
            await desk.until(arrived, BURST_S + 15)
    finally:
        await desk.stop()
    ids = np.concatenate(desk.trade_ids)
    missing = int((np.diff(ids) != 1).sum())
    progress = msgspec.json.decode(source.get("/progress"))
    return count - desk.rows + missing, queued, progress["seconds"]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
