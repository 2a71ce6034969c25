"""A replay killed at any moment leaves a store that opens, holds a prefix, and is completed once."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.depth_grid import BUCKET_MS
from workstation.model.columns import MarketBatch, Records
from workstation.ports import DepthColumns
from workstation.store.history import DuckHistory
from workstation.store.ticks import open_store

KILLS = int(os.environ.get("PREFLIGHT_KILLS", "4"))
SEED = 9_530_813
LONGEST_S = 1.8  # a whole replay, start-up included, takes about this long


@pytest.fixture(scope="module")
def capture(shared_data: Path) -> Path:
    return shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz"


@pytest.fixture(scope="module")
def read(capture: Path) -> list[MarketBatch]:
    """The capture as the feed reads it."""
    feed = ReplayFeed(capture)
    batches = [batch for batches in feed.batches() for batch in batches]
    feed.close()
    return batches


def _replay(repository: Path, capture: Path, data_dir: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "workstation", "replay", str(capture), "--data-dir", str(data_dir), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=repository,
    )


def _until(records: Iterator[Records], last_seq: int) -> bytes:
    whole = np.concatenate(list(records))
    return whole[whole["seq"] <= last_seq].tobytes()


def _check_prefix(history: DuckHistory, read: list[MarketBatch]) -> int:
    """Assert that the store holds exactly the messages up to its committed one; return that one."""
    (recording,) = history.recordings() or (None,)
    if recording is None:
        return -1
    committed, last = recording.committed_seq, read[-1].last_seq
    assert not recording.complete or committed == last
    held = (
        history.trades(recording.recording_id, 0, last + 1),
        history.quotes(recording.recording_id, 0, last + 1),
    )
    assert held[0].tobytes() == _until((batch.trades for batch in read), committed)
    assert held[1].tobytes() == _until((batch.quotes for batch in read), committed)
    book = list(history.book_batches(recording.recording_id, last + 1))
    updates = b"".join(batch.updates.tobytes() for batch in book)
    assert updates == _until((batch.updates for batch in read), committed)
    levels = b"".join(batch.levels.tobytes() for batch in book)
    assert b"".join(batch.levels.tobytes() for batch in read).startswith(levels)
    counts = history.row_counts(recording.recording_id)
    assert (counts["trades"], counts["quotes"]) == (len(held[0]), len(held[1]))
    assert counts["depth_updates"] + counts["snapshots"] == sum(len(batch.updates) for batch in book)
    assert counts["book_deltas"] + counts["snapshot_levels"] == sum(len(batch.levels) for batch in book)
    return committed


def _opened_and_checked(data_dir: Path, read: list[MarketBatch]) -> int:
    if not data_dir.exists():
        return -1
    with open_store(data_dir) as store:
        history = store.history()
        try:
            return _check_prefix(history, read)
        finally:
            history.close()


def _depth(data_dir: Path) -> DepthColumns:
    with open_store(data_dir) as store:
        history = store.history()
        (recording,) = history.recordings()
        assert recording.complete
        depth = history.depth_columns(recording.recording_id, BUCKET_MS, 0, 2**62)
        assert depth is not None
        assert len(depth) == history.row_counts(recording.recording_id)["depth_columns"]
        history.close()
    return depth


@pytest.mark.real_data
def test_a_killed_replay_is_a_prefix_and_replaying_completes_it_once(
    tmp_path: Path, repository: Path, capture: Path, read: list[MarketBatch]
) -> None:
    moments = random.Random(SEED)
    data_dir, last = tmp_path / "data", read[-1].last_seq
    reached = []
    for _ in range(KILLS):
        child = _replay(repository, capture, data_dir)
        time.sleep(moments.uniform(0.2, LONGEST_S))
        child.kill()
        child.communicate()
        reached.append(_opened_and_checked(data_dir, read))
        if reached[-1] == last:
            shutil.rmtree(data_dir)

    for _ in range(2):  # the second run finds everything there
        child = _replay(repository, capture, data_dir)
        _, complaints = child.communicate()
        assert (child.returncode, complaints.strip()) == (0, b"")
        assert _opened_and_checked(data_dir, read) == last
    child = _replay(repository, capture, tmp_path / "never killed")
    child.communicate()
    depth, other = _depth(data_dir), _depth(tmp_path / "never killed")
    for column in ("start_ms", "first_bin", "gap", "cells", "best"):
        np.testing.assert_array_equal(getattr(depth, column), getattr(other, column))
    print(f"killed {KILLS} times, committed up to messages {reached} of {last}")
