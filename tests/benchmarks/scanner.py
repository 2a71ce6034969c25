"""The scanner with 300 symbols that all trade: what its frames cost on the window's thread."""

import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.result import Result
from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.scanner import ScannerPanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.candles import CANDLE
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import FundingRate, MarkPrice, OpenInterest, Ticker
from workstation.model.history import FundingSettlement
from workstation.model.instrument import Instrument
from workstation.paper_desk import PaperDesk
from workstation.runtime.clock import SystemClock

CANDLES = "candles/binance_usdm_1h_2024-10_2025-10.parquet"
CAPTURE = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"
HOUR_MS = 3_600_000
SYMBOLS = 300
HOURS = 24 * 32
MEASURED_S = 12.0
FRAME_S = 1 / 60
LIMIT_MS = 5.0
LEAST_READS = 3.8
"""Each row is read anew four times a second; so often at least, with what a measuring loop loses."""
MOVES_A_SECOND = 4.2
"""So often each symbol is given a batch: more often than it is read."""
MOST_BEHIND_S = 0.1
"""A machine that is too slow for the market is given no more of it at once."""
WARM_ROUNDS = 3
"""So many rounds are not measured: candles of the past are looked at for the first time."""
SIZE = (2_560, 620)
PARTS, UPDATES_A_PART, TRADES_A_PART = 400, 4, 5
"""Parts that the recording is cut into; each symbol is given the next one four times a second."""


class BusyMarket:
    """Symbols with the recorded year's hours, driven by the recorded messages of one of them."""

    def __init__(self, shared_data: Path, folder: Path, symbols: int = SYMBOLS) -> None:
        clock = SystemClock()
        self.workstation = Workstation(None, None, clock)
        feed = ReplayFeed(shared_data / CAPTURE)
        self._template = feed.instruments[0]
        self._batches = _cut([batch for batches in feed.batches() for batch in batches])
        self._fed: dict[str, int] = {}
        self._turn, self._due = 0, 0.0
        for name, hours in _recorded_hours(shared_data, symbols).items():
            self._add(name, hours)
        self.workstation.trading = PaperDesk(
            self._template.venue,
            folder / "paper",
            self.workstation.market,
            self.workstation.metrics,
            self.workstation.bus,
            clock,
            data_dir=folder,
        )
        links = LinkGroups()
        links.first.set_symbol("BTCUSDT")
        self.services = PanelServices(self.workstation, ThemeSource(), links)

    def feed(self, passed_s: float) -> None:
        """Give as many symbols their next batch as are due after so many seconds, one after another."""
        names = list(self._fed)
        self._due += min(passed_s, MOST_BEHIND_S) * MOVES_A_SECOND * len(names)
        while self._due >= 1:
            self._due -= 1
            self._give(names[self._turn % len(names)])
            self._turn += 1

    @property
    def moves(self) -> dict[str, int]:
        """How many batches each symbol has been given."""
        return dict(self._fed)

    def _give(self, name: str) -> None:
        number = self._fed[name]
        if number < len(self._batches):
            self.workstation.take(replace(self._batches[number], symbol=name))
            self._fed[name] = number + 1

    def _add(self, name: str, hours: np.ndarray[tuple[int], np.dtype[np.void]]) -> None:
        base = name.removesuffix("USDT")
        instrument: Instrument = replace(self._template, symbol=name, base=base)
        state = self.workstation.market.add(instrument)
        self._fed[name] = 0
        self._give(name)
        now_ms, price = state.market_ms, float(state.last_price)
        rows = hours.copy()
        rows["open_ms"] = now_ms // HOUR_MS * HOUR_MS - np.arange(len(rows), 0, -1) * HOUR_MS
        for side in ("open", "high", "low", "close"):
            rows[side] *= price / hours["close"][-1]
        state.candles(HOUR_MS).replace(rows)
        opened = Decimal(repr(float(rows["close"][-24])))
        last, volume = Decimal(repr(price)), Decimal(repr(float(rows["volume"][-24:].sum())))
        venue, random = instrument.venue, np.random.default_rng(len(self._fed))
        rate = Decimal(repr(round(float(random.normal(0.00008, 0.00015)), 8)))
        size = Decimal(repr(round(float(random.uniform(1e3, 1e6)), 1)))
        for news in (
            MarkPrice(venue, name, now_ms, last, last),
            FundingRate(venue, name, now_ms, rate, 8.0, now_ms + HOUR_MS),
            OpenInterest(venue, name, now_ms, size * Decimal(repr(float(random.uniform(0.93, 1.08))))),
            Ticker(venue, name, now_ms, last, opened, last, opened, volume, volume * last),
        ):
            self.workstation.market.take_news(news)
        state.past.add_open_interest([OpenInterest(venue, name, now_ms - 24 * HOUR_MS, size)])
        state.past.add_funding(
            [
                FundingSettlement(venue, name, now_ms - (90 - at) * 8 * HOUR_MS, Decimal(f"{paid:.8f}"), 8.0)
                for at, paid in enumerate(random.normal(0.00008, 0.0001, 90))
            ]
        )


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure the frames of the panel: what refreshing and painting take on the window's thread."""
    application = dressed_application()
    market = BusyMarket(shared_data, scratch)
    panel = ScannerPanel(market.services)
    panel.resize(*SIZE)
    panel.show()
    panel.controls.set_text("volume_multiple > 0 and spread_bps < 50")
    ends = time.perf_counter() + 60
    while panel.scan.rounds < WARM_ROUNDS and time.perf_counter() < ends:
        market.feed(FRAME_S)
        panel.refresh()
        application.processEvents()
    reads: dict[str, int] = dict.fromkeys(market.workstation.scanned.symbols, 0)
    shown = panel.scan.row_read

    def count(symbol: str) -> None:
        reads[symbol] += 1
        shown(symbol)

    panel.scan.row_read = count
    frames: list[float] = []
    walls: list[float] = []
    rounds, moves_before = panel.scan.rounds, market.moves
    begun = before = time.perf_counter()
    while time.perf_counter() - begun < MEASURED_S:
        began = time.perf_counter()
        market.feed(began - before)
        before = began
        application.processEvents()
        frame, wall = time.thread_time(), time.perf_counter()
        panel.refresh()
        application.processEvents()
        frames.append((time.thread_time() - frame) * 1e3)
        walls.append((time.perf_counter() - wall) * 1e3)
        time.sleep(max(0.0, FRAME_S - (time.perf_counter() - began)))
    lasted = time.perf_counter() - begun
    found = panel.scan.found
    assert found is not None
    judged = sum(panel.scan.standing(symbol) is not None for symbol in found.rows)
    a_second = sorted(count / lasted for count in reads.values())
    moved = min(count - moves_before[name] for name, count in market.moves.items()) / lasted
    rounds = max(1, panel.scan.rounds - rounds)
    value = float(np.percentile(frames, 95))
    result = Result(
        f"scanner: {SYMBOLS} symbols that trade, {len(panel.table.columns)} columns, {SIZE[0]} × {SIZE[1]}, "
        "work of the window's thread a frame, p95",
        value,
        "ms",
        f"≤ {LIMIT_MS:g}",
        value <= LIMIT_MS and min(a_second[0], moved) >= LEAST_READS and judged == len(found.rows),
        f"each row read, filtered, judged and sorted {a_second[0]:.1f} to {a_second[-1]:.1f} times a second, "
        f"each moved {moved:.1f} times at least; {sum(frames) / rounds:.1f} ms of CPU a round, painted; "
        f"{len(found.rows)} shown, {judged} judged; {len(frames)} frames: CPU {_spread(frames)}, "
        f"by the wall clock {_spread(walls)}",
    )
    panel.put_away()
    panel.deleteLater()
    assert market.workstation.trading is not None
    market.workstation.trading.close()
    return [result]


def _spread(times_ms: list[float]) -> str:
    middle, most, nearly_all = np.percentile(times_ms, (50, 95, 99))
    return f"p50 {middle:.2f}, p95 {most:.2f}, p99 {nearly_all:.2f} ms"


def _cut(batches: list[MarketBatch]) -> list[MarketBatch]:
    """The beginning of a recording, its book first, as parts of a few updates and trades each."""
    whole = batches[next(place for place, one in enumerate(batches) if one.updates["is_snapshot"].any()) :]
    updates = np.concatenate([batch.updates for batch in whole])
    levels = np.concatenate([batch.levels for batch in whole])
    trades = np.concatenate([batch.trades for batch in whole])
    first = int(np.flatnonzero(updates["is_snapshot"])[0])
    ends = np.concatenate(([0], np.cumsum(updates["levels"])))
    parts = []
    for part in range(PARTS):
        begin = 0 if part == 0 else first + 1 + (part - 1) * UPDATES_A_PART
        end = first + 1 + part * UPDATES_A_PART
        some = trades[part * TRADES_A_PART : (part + 1) * TRADES_A_PART]
        chosen = updates[begin:end]
        parts.append(
            replace(
                whole[0],
                trades=some,
                quotes=whole[0].quotes[:0],
                updates=chosen,
                levels=levels[ends[begin] : ends[end]],
                last_seq=int(chosen["seq"][-1]),
            )
        )
    return parts


def _recorded_hours(shared_data: Path, symbols: int) -> dict[str, np.ndarray[tuple[int], np.dtype[np.void]]]:
    """Hours by symbol: those recorded, and where there are no more, other parts of their year."""
    query = "SELECT symbol, open, high, low, close, volume FROM read_parquet(?) ORDER BY symbol, ts"
    columns = duckdb.execute(query, [str(shared_data / CANDLES)]).fetchnumpy()
    names = np.asarray(columns["symbol"], str)
    recorded = [str(name) for name in np.unique(names)]
    found: dict[str, np.ndarray[tuple[int], np.dtype[np.void]]] = {}
    for number in range(symbols):
        name, part = recorded[number % len(recorded)], number // len(recorded)
        of_name = np.flatnonzero(names == name)
        last = len(of_name) - part * HOURS
        if last < HOURS:
            last = HOURS
        chosen = of_name[last - HOURS : last]
        rows = np.zeros(len(chosen), CANDLE)
        for side in ("open", "high", "low", "close", "volume"):
            rows[side] = columns[side][chosen]
        rows["buy_volume"] = rows["volume"] / 2
        found[name if not part else f"{part}{name}"] = rows
    return found
