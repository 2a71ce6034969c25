"""A month of stored minutes for benchmarks: a real recording's columns again and again, thinner at night."""

from collections.abc import Iterator

import numpy as np

from workstation.market.depth_grid import BUCKET_MS
from workstation.market.size_code import STEPS_PER_DOUBLING
from workstation.model.columns import QUOTE, TRADE, MarketBatch
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns, KnownDepth
from workstation.store.ticks import DuckTickStore

MINUTE_MS = 60_000
DAY_MS = 86_400_000
PART_MS = 6 * 3_600_000


def thickness(start_ms: np.ndarray) -> np.ndarray:
    """How much of the recorded depth rests at a moment: most at 14 UTC, a third of it twelve hours later."""
    hours = start_ms / 3_600_000 % 24
    return 2.0 ** (0.8 * np.cos((hours - 14) / 12 * np.pi))


class MadeMonth:
    """Minutes of so many days up to a moment, some of them gaps."""

    def __init__(
        self, recorded: DepthColumns, end_ms: int, days: int, quotes_a_second: float, seed: int = 5
    ) -> None:
        known = np.flatnonzero(~recorded.gap & ~np.isnan(recorded.best[:, 0]))
        self._recorded, self._known = recorded, known
        self.from_ms, self.end_ms = end_ms - days * DAY_MS, end_ms
        self._quotes_a_second = quotes_a_second
        self._random = np.random.default_rng(seed)

    def parts(self) -> Iterator[tuple[DepthColumns, MarketBatch]]:
        """Columns of minutes with the quotes and trades of the same stretch, six hours at a time."""
        seq = 1
        for start in range(self.from_ms, self.end_ms, PART_MS):
            end = min(start + PART_MS, self.end_ms)
            columns = self._columns(np.arange(start, end, MINUTE_MS, dtype=np.int64))
            quotes = self._quotes(columns, seq)
            trades = self._trades(columns, seq + len(quotes))
            seq += len(quotes) + len(trades)
            yield columns, MarketBatch("", "", trades=trades, quotes=quotes, last_seq=seq - 1)

    def _columns(self, starts: np.ndarray) -> DepthColumns:
        whole, random = self._recorded, self._random
        rows = random.choice(self._known, len(starts))
        scale = thickness(starts) * 2.0 ** random.normal(0, 0.35, len(starts))
        steps = np.rint(np.log2(scale) * STEPS_PER_DOUBLING).astype(np.int64)
        cells = whole.cells[rows].astype(np.int64)
        cells = np.where(cells > 0, np.clip(cells + steps[:, None], 1, 65_535), 0).astype(np.uint16)
        gap = random.random(len(starts)) < 0.002
        best = whole.best[rows].copy()
        cells[gap], best[gap] = 0, np.nan
        return DepthColumns(MINUTE_MS, whole.bin_size, starts, whole.first_bin[rows], gap, cells, best)

    def _quotes(self, columns: DepthColumns, seq: int) -> np.ndarray:
        each = max(1, round(self._quotes_a_second * 60))
        quotes = np.zeros(len(columns) * each, QUOTE)
        quotes["seq"] = seq + np.arange(len(quotes))
        at = np.repeat(columns.start_ms, each) + np.tile(np.linspace(0, MINUTE_MS - 1, each), len(columns))
        quotes["event_ms"] = at
        quotes["recv_ns"] = quotes["event_ms"] * 1_000_000
        best = np.where(columns.gap[:, None], np.nan, columns.best)
        known = ~np.isnan(best[:, 0])
        usual = best[known][0]
        best[~known] = usual
        wide = np.repeat(1 / thickness(columns.start_ms), each) * self._random.exponential(1.0, len(quotes))
        tick = np.round(wide * 4) * 0.1
        quotes["bid_price"] = np.repeat(best[:, 0], each)
        quotes["ask_price"] = np.repeat(best[:, 0], each) + 0.1 + tick
        quotes["bid_size"] = quotes["ask_size"] = 1.0
        return quotes

    def _trades(self, columns: DepthColumns, seq: int) -> np.ndarray:
        trades = np.zeros(2 * len(columns), TRADE)
        trades["seq"] = seq + np.arange(len(trades))
        trades["event_ms"] = np.repeat(columns.start_ms, 2) + np.tile((10_000, 50_000), len(columns))
        trades["recv_ns"] = trades["event_ms"] * 1_000_000
        trades["trade_id"] = trades["seq"]
        trades["side"], trades["size"] = 1, 0.1
        price = float(columns.best[~columns.gap][0, 0])
        moves = self._random.exponential(6e-4, len(columns))
        trades["price"] = price
        trades["price"][1::2] = price * (1 + moves)
        return trades


def store_month(store: DuckTickStore, instrument: Instrument, month: MadeMonth, name: str = "month") -> int:
    """Store it as a live session and its housekeeping would have; return the quotes."""
    quotes = 0
    recording = store.open_recording(f"live:{name}", "a benchmark", instrument)
    for columns, batch in month.parts():
        held = MarketBatch(
            instrument.venue, instrument.symbol, batch.trades, batch.quotes, last_seq=batch.last_seq
        )
        # The newest base column stands for those of the minute: housekeeping made the minutes of them.
        base = DepthColumns(
            BUCKET_MS,
            columns.bin_size,
            columns.start_ms[-1:] + MINUTE_MS - BUCKET_MS,
            columns.first_bin[-1:],
            columns.gap[-1:],
            columns.cells[-1:],
            columns.best[-1:],
        )
        store.write(recording.recording_id, [held], [base])
        edges = np.flatnonzero(columns.gap)
        starts = [int(columns.start_ms[0]), *(columns.start_ms[edges] + MINUTE_MS).tolist()]
        ends = [*columns.start_ms[edges].tolist(), int(columns.start_ms[-1]) + MINUTE_MS]
        known = [
            KnownDepth(first, last, columns.bin_size)
            for first, last in zip(starts, ends, strict=True)
            if first < last
        ]
        store.wait_until_below(10_000)
        store.put_depth_levels(
            recording.recording_id, [columns], known, int(columns.start_ms[-1]) + MINUTE_MS
        )
        recording = store.next_part(recording, "a benchmark")
        quotes += len(batch.quotes)
    store.finish_recording(recording.recording_id, complete=True)
    return quotes
