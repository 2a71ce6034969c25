"""Full-speed replay through book, candles and depth grid, beside the barest loop over the same lines."""

import gc
import gzip
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

import orjson

from tests.benchmarks.result import Result
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.state import Market
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.runtime.collector import collect_seldom

CAPTURE = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"
ROUNDS = 7
T = TypeVar("T")


def bare_loop(capture: Path) -> tuple[int, dict[float, float], dict[float, float]]:
    """Parse every line with orjson and keep the levels in two dictionaries: no checks, no grid."""
    bids: dict[float, float] = {}
    asks: dict[float, float] = {}
    events = 0
    with gzip.open(capture) if capture.suffix == ".gz" else capture.open("rb") as lines:
        for line in lines:
            message = orjson.loads(line.partition(b" ")[2])
            data = message.get("data", message)
            if "bids" in data:
                bids = {float(price): float(size) for price, size in data["bids"]}
                asks = {float(price): float(size) for price, size in data["asks"]}
            elif data["e"] == "depthUpdate":
                for levels, side in ((data["b"], bids), (data["a"], asks)):
                    for price, size in levels:
                        size = float(size)
                        if size:
                            side[float(price)] = size
                        else:
                            side.pop(float(price), None)
            events += 1
    return events, bids, asks


def whole_path(capture: Path) -> tuple[int, Market]:
    """Replay through everything but the store."""
    feed = ReplayFeed(capture)
    market = Market(Bus(), SystemClock())
    for instrument in feed.instruments:
        market.add(instrument)
    events = 0
    for batches in feed.batches():
        for batch in batches:
            market.apply(batch)
            events += batch.events
    feed.close()
    return events, market


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure both in turn on one recording: as it is, gzipped, and once more without the cost of that."""
    collect_seldom()  # as the program does; it helps both
    recording = shared_data / CAPTURE
    plain = scratch / "capture.txt"
    plain.write_bytes(gzip.decompress(recording.read_bytes()))
    return [
        *_compare(recording, "the recording", target=0.7),
        *_compare(plain, "the same lines uncompressed", target=0.7),
    ]


def _compare(capture: Path, what: str, *, target: float) -> list[Result]:
    ours, bare = [], []
    for _ in range(ROUNDS):
        seconds, (events, bids, asks) = _timed(lambda: bare_loop(capture))
        bare.append(events / seconds)
        seconds, (events, market) = _timed(lambda: whole_path(capture))
        ours.append(events / seconds)
    book = market.states["BTCUSDT"].book
    top = [(price, bids[price]) for price in sorted(bids, reverse=True)[:100] if price < min(asks)]
    ours_top = [(price, book.bids[price]) for price in sorted(book.bids, reverse=True)[: len(top)]]
    ratio = median(our / peer for our, peer in zip(ours, bare, strict=True))
    return [
        Result(f"replay of {what}: bare orjson + dictionary loop", median(bare), "events/s"),
        Result(f"replay of {what}: whole path to book, candles and grid", median(ours), "events/s"),
        Result(
            f"replay of {what}: ratio of the two, pair by pair",
            ratio,
            "×",
            target=f"≥ {target}",
            met=ratio >= target,
            check=f"best {len(top)} bids equal: {top == ours_top}",
        ),
    ]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    gc.collect()
    started = time.perf_counter()
    value = work()
    return time.perf_counter() - started, value
