"""A generated market to store, and what the store gives back of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.ports import DepthColumns, History
from workstation.store.ticks import DuckTickStore, open_store


@dataclass(frozen=True)
class Source:
    """A recorded market: every message once, in order of `seq`."""

    instrument: Instrument
    trades: Records
    quotes: Records
    updates: Records
    levels: Records
    depth: DepthColumns
    messages: int

    def part(self, start: int, end: int) -> MarketBatch:
        """The messages start ≤ seq < end as one batch."""
        ends = np.concatenate([[0], np.cumsum(self.updates["levels"])])
        first, last = np.searchsorted(self.updates["seq"], [start, end])
        return MarketBatch(
            self.instrument.venue,
            self.instrument.symbol,
            _between(self.trades, start, end),
            _between(self.quotes, start, end),
            self.updates[first:last],
            self.levels[ends[first] : ends[last]],
            last_seq=end - 1,
        )

    def batches(self, messages: int) -> Iterator[MarketBatch]:
        """The whole source in batches of so many messages."""
        for start in range(0, self.messages, messages):
            yield self.part(start, min(start + messages, self.messages))

    def row_counts(self, committed_seq: int) -> dict[str, int]:
        """Rows by table that a store holds when it is committed up to this message; depth columns apart."""
        held = self.part(0, committed_seq + 1)
        whole = held.updates["is_snapshot"]
        return {
            "trades": len(held.trades),
            "quotes": len(held.quotes),
            "depth_updates": int(np.count_nonzero(~whole)),
            "book_deltas": int(held.updates["levels"][~whole].sum()),
            "snapshots": int(np.count_nonzero(whole)),
            "snapshot_levels": int(held.updates["levels"][whole].sum()),
        }


def _between(records: Records, start: int, end: int) -> Records:
    first, last = np.searchsorted(records["seq"], [start, end])
    return records[first:last]


def _filled(dtype: np.dtype, rows: int, random: np.random.Generator) -> Records:
    records = np.zeros(rows, dtype)
    for name in dtype.names or ():
        kind = records.dtype[name]
        if name == "side":
            records[name] = random.choice([-1, 1], rows)
        elif kind == np.float64:
            records[name] = random.integers(0, 1_000_000, rows) / 1000
        elif kind == np.int64:
            records[name] = random.integers(0, 2**62, rows)
    return records


def generated_source(instrument: Instrument, messages: int, seed: int) -> Source:
    """A market of so many messages, one in fifty of them without any row of ours."""
    random = np.random.default_rng(seed)
    seq = np.arange(messages)
    kinds = random.choice(5, messages, p=[0.2, 0.3, 0.47, 0.01, 0.02])
    trades = _filled(TRADE, int(np.count_nonzero(kinds == 0)), random)
    trades["seq"] = seq[kinds == 0]
    quotes = _filled(QUOTE, int(np.count_nonzero(kinds == 1)), random)
    quotes["seq"] = seq[kinds == 1]
    book = (kinds == 2) | (kinds == 3)
    updates = _filled(BOOK_UPDATE, int(np.count_nonzero(book)), random)
    updates["seq"] = seq[book]
    updates["is_snapshot"] = kinds[book] == 3
    updates["levels"] = np.where(updates["is_snapshot"], 200, random.integers(0, 30, len(updates)))
    levels = _filled(LEVEL, int(updates["levels"].sum()), random)
    columns = messages // 20
    depth = DepthColumns(
        bucket_ms=500,
        bin_size=0.5,
        start_ms=np.arange(columns, dtype=np.int64) * 500 + 1_700_000_000_000,
        first_bin=random.integers(-1000, 1000, columns),
        gap=random.random(columns) < 0.1,
        cells=random.integers(0, 2**16, (columns, 64)).astype(np.uint16),
        best=random.integers(0, 10**6, (columns, 2)) / 10,
    )
    return Source(instrument, trades, quotes, updates, levels, depth, messages)


@pytest.fixture(scope="session")
def instrument() -> Instrument:
    return Instrument(
        "binance_usdm",
        "BTCUSDT",
        ContractKind.LINEAR,
        Decimal("0.10"),
        Decimal("0.001"),
        Decimal("1"),
        "BTC",
        "USDT",
        SequenceRule.BINANCE_FUTURES,
    )


@pytest.fixture(scope="session")
def source(instrument: Instrument) -> Source:
    return generated_source(instrument, messages=3_000, seed=1)


@pytest.fixture(scope="session")
def make_source(instrument: Instrument) -> Callable[[int, int], Source]:
    """`make_source(messages, seed)`."""
    return lambda messages, seed: generated_source(instrument, messages, seed)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckTickStore]:
    with open_store(tmp_path / "data") as opened:
        yield opened


def _same(stored: Records, sent: Records) -> bool:
    return stored.dtype == sent.dtype and stored.tobytes() == np.ascontiguousarray(sent).tobytes()


@pytest.fixture(scope="session")
def assert_holds() -> Callable[[History, int, Source, int], None]:
    """`assert_holds(history, recording_id, source, committed_seq)`: exactly the source up to that message."""

    def check(history: History, recording_id: int, source: Source, committed_seq: int) -> None:
        held = source.part(0, committed_seq + 1)
        beyond = source.messages + 1
        counts = history.row_counts(recording_id)
        counts.pop("depth_columns")
        assert counts == source.row_counts(committed_seq)
        assert _same(history.trades(recording_id, 0, beyond), held.trades)
        assert _same(history.quotes(recording_id, 0, beyond), held.quotes)
        batches = list(history.book_batches(recording_id, beyond, rows_per_batch=500))
        updates = [np.empty(0, BOOK_UPDATE), *(batch.updates for batch in batches)]
        levels = [np.empty(0, LEVEL), *(batch.levels for batch in batches)]
        assert _same(np.concatenate(updates), held.updates)
        assert _same(np.concatenate(levels), held.levels)

    return check
