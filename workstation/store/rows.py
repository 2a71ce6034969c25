"""Market batches as the columns of the store's tables, and depth cells as bytes."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records
from workstation.ports import DepthColumns

Columns = dict[str, npt.NDArray[np.generic]]
"""Equally long arrays by column name, in the order of the table's columns after `recording_id`."""

TRADE_COLUMNS: tuple[str, ...] = TRADE.names or ()
QUOTE_COLUMNS: tuple[str, ...] = QUOTE.names or ()
MESSAGE_COLUMNS = tuple(name for name in BOOK_UPDATE.names or () if name != "is_snapshot")
LEVEL_COLUMNS: tuple[str, ...] = LEVEL.names or ()

# A depth column is stored as it is, packed by zlib at its fastest level: on a recorded BTCUSDT book (512
# bins, 96 % of them filled) 1,024 bytes became 899 in 38 µs; higher levels and split bytes saved no more.
_CELL = np.dtype("<u2")
_ZLIB_LEVEL = 1


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


def depth_rows(depth: DepthColumns, keep: npt.NDArray[np.bool_]) -> Columns:
    """The kept columns of a depth grid as rows of `depth_columns`."""
    kept = np.flatnonzero(keep)
    cells = np.empty(len(kept), object)
    for row, column in enumerate(kept):
        cells[row] = zlib.compress(depth.cells[column].astype(_CELL).tobytes(), _ZLIB_LEVEL)
    return {
        "bucket_ms": np.full(len(kept), depth.bucket_ms, np.int32),
        "bin_size": np.full(len(kept), depth.bin_size, np.float64),
        "bins": np.full(len(kept), depth.cells.shape[1], np.int32),
        "start_ms": depth.start_ms[kept],
        "first_bin": depth.first_bin[kept],
        "gap": depth.gap[kept],
        "cells": cells,
    }


def unpacked_cells(blobs: Sequence[bytes], bins: int) -> npt.NDArray[np.uint16]:
    """Depth cells as they were stored: (columns, bins) size codes.

    Raises:
        ValueError: a blob is not a column of `bins` cells.
    """
    try:
        raw = b"".join(zlib.decompress(blob) for blob in blobs)
    except zlib.error as error:
        raise ValueError(f"a depth column does not unpack: {error}") from error
    return np.frombuffer(raw, _CELL).astype(np.uint16).reshape(len(blobs), bins)


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
