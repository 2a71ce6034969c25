"""What a run left in the store, held against what the engine emitted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workstation.model.columns import Records
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import open_store


@dataclass(frozen=True, slots=True)
class StoredSymbol:
    """One symbol's trades in the store.

    Attributes:
        trades: rows of TRADE of every part, in the order stored.
        missing: ids between the first and the last that are not there.
        repeated: rows beyond one an id.
        gaps: depth columns marked as gaps, and columns in all.
    """

    symbol: str
    trades: Records
    missing: int
    repeated: int
    gaps: int
    columns: int


def stored_symbols(data_dir: Path, bucket_ms: int = 500) -> dict[str, StoredSymbol]:
    """Read everything back that live sessions recorded in `data_dir`."""
    store = open_store(data_dir, clock=SystemClock())
    try:
        history = store.history()
        parts: dict[str, list[Records]] = {}
        gaps: dict[str, int] = {}
        columns: dict[str, int] = {}
        for recording in history.recordings():
            symbol = recording.instrument.symbol
            end = recording.committed_seq + 1
            parts.setdefault(symbol, []).append(history.trades(recording.recording_id, 0, end))
            depth = history.depth_columns(recording.recording_id, bucket_ms, 0, 1 << 60)
            gaps[symbol] = gaps.get(symbol, 0) + (int(depth.gap.sum()) if depth is not None else 0)
            columns[symbol] = columns.get(symbol, 0) + (len(depth) if depth is not None else 0)
        history.close()
    finally:
        store.close()
    return {
        symbol: _judged(symbol, np.concatenate(trades), gaps[symbol], columns[symbol])
        for symbol, trades in parts.items()
    }


def _judged(symbol: str, trades: Records, gaps: int, columns: int) -> StoredSymbol:
    ids = np.unique(trades["trade_id"])
    spanned = int(ids[-1] - ids[0]) + 1 if len(ids) else 0
    return StoredSymbol(symbol, trades, spanned - len(ids), len(trades) - len(ids), gaps, columns)
