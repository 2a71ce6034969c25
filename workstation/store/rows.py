"""Market batches and depth columns as the columns of the store's tables."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records
from workstation.ports import DepthColumns
from workstation.store.depth_runs import packed, runs

Columns = dict[str, npt.NDArray[np.generic]]
"""Equally long arrays by column name, in the order of the table's columns after `recording_id`."""

TRADE_COLUMNS: tuple[str, ...] = TRADE.names or ()
QUOTE_COLUMNS: tuple[str, ...] = QUOTE.names or ()
MESSAGE_COLUMNS = tuple(name for name in BOOK_UPDATE.names or () if name != "is_snapshot")
LEVEL_COLUMNS: tuple[str, ...] = LEVEL.names or ()


def rows_of(batches: Sequence[MarketBatch]) -> int:
    """Rows these batches make in all tables together."""
    return sum(len(b.trades) + len(b.quotes) + len(b.updates) + len(b.levels) for b in batches)


def tables_of(batches: Sequence[MarketBatch]) -> dict[str, Columns]:
    """The rows of batches of one recording as columns by table; a table without rows is left out."""
    tables: dict[str, Columns] = {}
    trades = _joined([b.trades for b in batches])
    if trades is not None:
        tables["trades"] = _columns(trades, TRADE_COLUMNS)
    quotes = _joined([b.quotes for b in batches])
    if quotes is not None:
        tables["quotes"] = _columns(quotes, QUOTE_COLUMNS)
    updates = _joined([b.updates for b in batches])
    if updates is None:
        return tables
    levels = _joined([b.levels for b in batches])
    if levels is None:
        levels = np.empty(0, LEVEL)
    seq = np.repeat(updates["seq"], updates["levels"])
    whole = updates["is_snapshot"]
    if whole.any():
        of_whole = np.repeat(whole, updates["levels"])
        _add_messages(tables, "snapshots", "snapshot_levels", updates[whole], seq[of_whole], levels[of_whole])
        _add_messages(
            tables, "depth_updates", "book_deltas", updates[~whole], seq[~of_whole], levels[~of_whole]
        )
    else:
        _add_messages(tables, "depth_updates", "book_deltas", updates, seq, levels)
    return tables


def depth_rows(columns: DepthColumns) -> Columns:
    """Depth columns as rows of `depth_columns`, a run of columns each."""
    cut = list(runs(columns))
    packs = np.empty(len(cut), object)
    packs[:] = [packed(run) for run in cut]
    return {
        "bucket_ms": np.full(len(cut), columns.bucket_ms, np.int32),
        "bin_size": np.full(len(cut), columns.bin_size, np.float64),
        "bins": np.full(len(cut), columns.cells.shape[1], np.int32),
        "columns": np.array([len(run) for run in cut], np.int32),
        "first_ms": np.array([run.start_ms[0] for run in cut], np.int64),
        "last_ms": np.array([run.start_ms[-1] for run in cut], np.int64),
        "packed": packs,
    }


def of_recording(recording_id: int, columns: Columns) -> Columns:
    """The columns with their recording's id in front."""
    rows = len(next(iter(columns.values())))
    return {"recording_id": np.full(rows, recording_id, np.int64), **columns}


def joined_columns(parts: Sequence[Columns]) -> Columns:
    """The rows of several of the same table as one, in order."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _joined(parts: Sequence[Records]) -> Records | None:
    filled = [part for part in parts if len(part)]
    if not filled:
        return None
    return filled[0] if len(filled) == 1 else np.concatenate(filled)


def _columns(records: Records, names: tuple[str, ...]) -> Columns:
    return {name: np.ascontiguousarray(records[name]) for name in names}


def _add_messages(
    tables: dict[str, Columns],
    message_table: str,
    level_table: str,
    updates: Records,
    seq: npt.NDArray[np.int64],
    levels: Records,
) -> None:
    if len(updates):
        tables[message_table] = _columns(updates, MESSAGE_COLUMNS)
    if len(levels):
        tables[level_table] = {"seq": seq, **_columns(levels, LEVEL_COLUMNS)}
