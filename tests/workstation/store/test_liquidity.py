"""Minutes out of the store are those that the raw lines of a recording tell; days are read once."""

import gzip
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from workstation.app import Workstation
from workstation.market.liquidity_book import LiquidityBook
from workstation.model.liquidity import DISTANCES_BPS, LiquidityMinutes
from workstation.runtime.clock import ManualClock
from workstation.store.liquidity_cache import DAY_MS, FOLDER, keep_day, kept_day
from workstation.store.ticks import DuckTickStore

MINUTE_MS = 60_000
CAPTURES = ("binance_usdm_BTCUSDT_2024-08-08.gz", "binance_coinm_BTCUSD_PERP_2024-08-08.gz")


def stored(capture: Path, data_dir: Path) -> tuple[Workstation, LiquidityMinutes]:
    workstation = Workstation.for_replay(capture, data_dir, speed=float("inf"))
    assert workstation.feed is not None
    assert workstation.recorder is not None
    assert workstation.store is not None
    for batches in workstation.feed.batches():
        for batch in batches:
            workstation.take(batch)
    workstation.recorder.finish(complete=True)
    instrument = workstation.feed.instruments[0]
    history = workstation.store.history()
    span = history.liquidity_span(instrument.venue, instrument.symbol)
    bounds = span[0] // MINUTE_MS * MINUTE_MS, -(-span[1] // MINUTE_MS) * MINUTE_MS
    found = history.liquidity(instrument.venue, instrument.symbol, *bounds)
    history.close()
    return workstation, found


class Raw:
    """What the lines of a recording say, minute by minute, without a part of the program."""

    def __init__(self, capture: Path) -> None:
        self.quotes: dict[int, tuple[float, float]] = {}
        self.prices: dict[int, list[float]] = defaultdict(list)
        self.books: dict[int, tuple[dict[float, float], dict[float, float]]] = {}
        bids: dict[float, float] = {}
        asks: dict[float, float] = {}
        begun = last_minute = 0
        with gzip.open(capture, "rt", encoding="utf-8") as lines:
            for line in lines:
                message = json.loads(line.split(" ", 1)[1])
                if "lastUpdateId" in message:
                    begun = message["lastUpdateId"]
                    for side, name in ((bids, "bids"), (asks, "asks")):
                        side.clear()
                        side.update((float(p), float(q)) for p, q in message[name])
                    continue
                data = message["data"]
                minute = data["E"] // MINUTE_MS
                if data["e"] == "bookTicker":
                    self.quotes[minute] = float(data["b"]), float(data["a"])
                elif data["e"] == "trade":
                    self.prices[data["T"] // MINUTE_MS].append(float(data["p"]))
                elif data["e"] == "depthUpdate" and begun and data["u"] >= begun:
                    if last_minute and minute > last_minute:
                        self.books[last_minute] = dict(bids), dict(asks)
                    last_minute = minute
                    for side, name in ((bids, "b"), (asks, "a")):
                        for price, size in data[name]:
                            if float(size):
                                side[float(price)] = float(size)
                            else:
                                side.pop(float(price), None)


@pytest.mark.real_data
@pytest.mark.parametrize("name", CAPTURES)
def test_minutes_are_those_that_the_raw_lines_tell(name: str, shared_data: Path, tmp_path: Path) -> None:
    capture = next((shared_data / "captures").glob(name.replace("2024-08-08", "*")))
    workstation, found = stored(capture, tmp_path)
    assert workstation.feed is not None
    instrument = workstation.feed.instruments[0]
    workstation.close()
    raw = Raw(capture)
    inverse = instrument.kind.value == "inverse"
    whole = 0
    for row, start_ms in enumerate(found.start_ms.tolist()):
        minute = start_ms // MINUTE_MS
        assert (found.bid[row], found.ask[row]) == raw.quotes[minute]
        prices = raw.prices.get(minute)
        if prices:
            assert found.range_bps[row] == pytest.approx((max(prices) / min(prices) - 1) * 1e4)
        if minute not in raw.books:
            continue
        whole += 1
        bids, asks = raw.books[minute]
        mid = (max(bids) + min(asks)) / 2
        for place, distance in enumerate(DISTANCES_BPS):
            both = 0.0
            for levels, curve in ((bids, found.bid_curve), (asks, found.ask_curve)):
                reach = distance * 1e-4 * mid * (1 + 1e-9)
                inside = sum(
                    size * (float(instrument.contract_size) if inverse else price)
                    for price, size in levels.items()
                    if abs(price - mid) <= reach
                )
                both += inside
                if distance >= 5 and not np.isnan(curve[row, place]):
                    # A bin of ten ticks is 0.16 bp: what rests in the two at the edges may be shared out.
                    near = [
                        size * (float(instrument.contract_size) if inverse else price)
                        for price, size in levels.items()
                        if min(abs(price - mid), abs(abs(price - mid) - reach)) <= 2e-5 * mid
                    ]
                    assert abs(curve[row, place] - inside) <= sum(near) + 0.004 * inside
            known = found.bid_curve[row, place] + found.ask_curve[row, place]
            if distance >= 5 and not np.isnan(known):
                assert known == pytest.approx(both, rel=0.25)
    assert whole >= 5


def made(start_ms: int, count: int = 4) -> LiquidityMinutes:
    curve = np.arange(count * len(DISTANCES_BPS), dtype=np.float32).reshape(count, -1)
    line = np.arange(count, dtype=np.float64)
    return LiquidityMinutes(
        start_ms + np.arange(count) * MINUTE_MS, line, line + 1, curve, curve, line, np.ones(272, np.int64)
    )


def test_a_day_is_kept_as_it_was_until_more_of_it_is_stored(tmp_path: Path) -> None:
    day_ms = 20_000 * DAY_MS
    day = made(day_ms)
    assert kept_day(tmp_path, "a/b", "X:Y", day_ms, 0) is None
    keep_day(tmp_path, "a/b", "X:Y", day_ms, 100, day, oldest_ms=0)
    found = kept_day(tmp_path, "a/b", "X:Y", day_ms, 100)
    assert found is not None
    for name in ("start_ms", "bid", "bid_curve", "delays"):
        assert np.array_equal(getattr(found, name), getattr(day, name))
    assert kept_day(tmp_path, "a/b", "X:Y", day_ms, 40) is not None  # retention took some of it
    assert kept_day(tmp_path, "a/b", "X:Y", day_ms, 101) is None


def test_a_broken_file_is_no_day_and_old_days_leave(tmp_path: Path) -> None:
    day_ms = 20_000 * DAY_MS
    keep_day(tmp_path, "v", "S", day_ms, 1, made(day_ms), oldest_ms=0)
    keep_day(tmp_path, "v", "S", day_ms + DAY_MS, 1, made(day_ms), oldest_ms=day_ms + DAY_MS)
    files = sorted((tmp_path / FOLDER).rglob("*.npz"))
    assert [file.stem for file in files] == ["20001"]
    files[0].write_bytes(files[0].read_bytes()[:100])
    assert kept_day(tmp_path, "v", "S", day_ms + DAY_MS, 0) is None


def test_nothing_stored_is_told_as_nothing(store: DuckTickStore) -> None:
    history = store.history()
    assert history.liquidity_span("v", "S") == (0, 0)
    assert len(history.liquidity("v", "S", 0, DAY_MS)) == 0
    covered = history.book_coverage("v", "S", 0, DAY_MS)
    assert (covered.sessions, covered.listened_ms, covered.from_ms) == (0, 0, 0)
    history.close()


@pytest.mark.real_data
def test_the_book_reads_a_market_that_is_asked_for_and_gives_its_cursor_back(
    shared_data: Path, tmp_path: Path
) -> None:
    workstation, direct = stored(next((shared_data / "captures").glob("binance_usdm_*")), tmp_path)
    assert workstation.feed is not None
    assert workstation.store is not None
    clock = ManualClock()
    book = LiquidityBook(workstation.store.history, clock)
    market = book.market(workstation.feed.instruments[0])
    assert market is not None
    for _ in range(400):
        book.follow()
        if market.is_whole:
            break
        time.sleep(0.01)
    assert market.is_whole
    assert market.usual is not None
    # The newest minute is not over.
    assert market.usual.minutes == len(direct) - 1
    assert market.days == 2
    assert [file.stem for file in (tmp_path / FOLDER).rglob("*.npz")] == ["19943"]
    book.close()
    workstation.close()
