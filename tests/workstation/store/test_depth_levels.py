"""Coarser depth is the base read at the ends of longer buckets, whoever made it coarser, and when."""

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workstation.market.depth_level import STORED_STEPS, columns_at_ends
from workstation.market.upkeep import Upkeep
from workstation.ports import DepthColumns, KnownDepth
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.settings import Keep, Retention
from workstation.store.opening import open_database
from workstation.store.schema import MIGRATIONS
from workstation.store.ticks import DuckTickStore, open_store

BUCKET_MS = 500
FOR_EVER = Retention(*(Keep() for _ in Retention.__struct_fields__))
FIELDS = ("start_ms", "first_bin", "gap", "cells", "best")


def made(first: int, count: int, seed: int, bin_size: float = 1.0) -> DepthColumns:
    """So many columns from bucket `first`, with gaps, a window that moves and prices of their own."""
    random = np.random.default_rng(seed)
    return DepthColumns(
        BUCKET_MS,
        bin_size,
        (first + np.arange(count, dtype=np.int64)) * BUCKET_MS,
        random.integers(0, 3, count).cumsum(),
        random.random(count) < 0.05,
        random.integers(0, 2**16, (count, 32)).astype(np.uint16),
        random.random((count, 2)),
    )


def stored(store: DuckTickStore, source: Any, parts: list[DepthColumns]) -> None:
    for number, part in enumerate(parts):
        recording = store.open_recording(f"session {number}", "a test", source.instrument)
        store.write(recording.recording_id, [], [part])
        store.finish_recording(recording.recording_id, complete=True)


def tidy(store: DuckTickStore) -> None:
    Upkeep(store, lambda: FOR_EVER, ManualClock(), Bus()).tidy()


def same(found: DepthColumns, expected: DepthColumns) -> bool:
    return (found.bucket_ms, found.bin_size) == (expected.bucket_ms, expected.bin_size) and all(
        np.array_equal(getattr(found, name), getattr(expected, name)) for name in FIELDS
    )


@pytest.mark.parametrize("tidied", ("before", "between", "never"))
def test_every_level_is_the_base_at_the_ends_of_its_buckets(
    store: DuckTickStore, source: Any, tidied: str
) -> None:
    parts = [made(1_003, 5_000, 1), made(7_000, 2_500, 2, bin_size=2.0)]
    stored(store, source, parts[:1])
    if tidied == "between":
        tidy(store)
    stored(store, source, parts)  # the first part is there already, and not doubled
    if tidied == "before":
        tidy(store)
    history = store.history()
    market = source.instrument.venue, source.instrument.symbol
    for step in STORED_STEPS:
        found = history.depth_level(*market, BUCKET_MS, step, 0, 1 << 62)
        expected = [part if step == 1 else columns_at_ends(part, step) for part in parts]
        assert len(found) == 2
        assert all(map(same, found, expected))
    cut = history.depth_level(*market, BUCKET_MS, 10, 4_500 * BUCKET_MS, 8_000 * BUCKET_MS)
    starts = np.concatenate([part.start_ms for part in cut]) // BUCKET_MS
    assert starts.tolist() == [*range(4_500, 5_994, 10), *range(7_000, 8_000, 10)]
    assert bool(history.uncoarsened_depth(BUCKET_MS)) == (tidied != "before")
    history.close()


def test_what_is_known_is_every_bucket_that_is_stored_and_no_gap(store: DuckTickStore, source: Any) -> None:
    part = made(100, 4_000, 3)
    stored(store, source, [part])
    market = source.instrument.venue, source.instrument.symbol

    def buckets(known: list[KnownDepth]) -> set[int]:
        return {n for s in known for n in range(s.from_ms // BUCKET_MS, s.to_ms // BUCKET_MS)}

    expected = set((part.start_ms[~part.gap] // BUCKET_MS).tolist())
    history = store.history()
    assert buckets(history.depth_known(*market, BUCKET_MS)) == expected
    tidy(store)
    assert not history.uncoarsened_depth(BUCKET_MS)
    assert buckets(history.depth_known(*market, BUCKET_MS)) == expected
    assert history.depth_known("another", market[1], BUCKET_MS) == []
    history.close()


def test_coarser_levels_leave_with_the_depth_they_were_made_of(store: DuckTickStore, source: Any) -> None:
    stored(store, source, [made(0, 2_000, 4)])
    tidy(store)
    history = store.history()
    (part,) = (part for part in history.kept_parts() if part.group == "depth")
    assert part.rows > 32, "the coarser levels count"
    store.drop(part.recording_id, "depth")
    market = source.instrument.venue, source.instrument.symbol
    assert [history.depth_level(*market, BUCKET_MS, step, 0, 1 << 62) for step in STORED_STEPS] == [[]] * 4
    assert history.depth_known(*market, BUCKET_MS) == []
    history.close()


def test_a_store_of_the_second_schema_gets_its_levels_by_housekeeping(tmp_path: Path, source: Any) -> None:
    part = made(40, 3_000, 5)
    with open_store(tmp_path / "new") as store:
        stored(store, source, [part])
    newest = open_database(tmp_path / "new", 9)
    tables = {
        table: newest.execute(f"SELECT * FROM {table}").fetchall()
        for table in ("instruments", "recordings", "depth_columns")
    }
    newest.close()
    old = open_database(tmp_path / "old", 9, MIGRATIONS[:2])
    for table, rows in tables.items():
        width = len(rows[0]) - (table == "recordings")  # without coarsened_ms
        old.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", [row[:width] for row in rows]
        )
    old.close()
    with open_store(tmp_path / "old") as store:
        tidy(store)
        history = store.history()
        market = source.instrument.venue, source.instrument.symbol
        (found,) = history.depth_level(*market, BUCKET_MS, 120, 0, 1 << 62)
        assert same(found, columns_at_ends(part, 120))
        assert not history.uncoarsened_depth(BUCKET_MS)
        history.close()


def test_runs_from_before_best_prices_were_stored_have_none(store: DuckTickStore, source: Any) -> None:
    part = made(0, 64, 6)
    stored(store, source, [part])
    history = store.history()
    ((packed,),) = history._cursor.execute("SELECT packed FROM depth_columns").fetchall()
    raw = zlib.decompress(packed)
    history._cursor.execute("UPDATE depth_columns SET packed = ?", [zlib.compress(raw[: -64 * 16])])
    (found,) = history.depth_series(1, BUCKET_MS, 0, 1 << 62)
    assert np.isnan(found.best).all()
    assert same(replace(found, best=part.best), part)
    history.close()
