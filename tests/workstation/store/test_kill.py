"""A recorder killed at any moment leaves a store that opens, holds a prefix, and can be completed."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workstation.market.recorder import DEPTH_COLUMNS
from workstation.store.ticks import open_store

KILLS = int(os.environ.get("PREFLIGHT_KILLS", "5"))
SEED = 20_240_808


def _start(repository: Path, data_dir: Path, source_file: Path) -> "subprocess.Popen[bytes]":
    child = subprocess.Popen(
        [
            sys.executable,
            str(repository / "tests/workstation/store/recording_child.py"),
            str(data_dir),
            str(source_file),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"recording\n"
    return child


def _check_prefix(data_dir: Path, source: Any, assert_holds: Callable[..., None]) -> int:
    """Assert that the store holds exactly the source up to a message; return how many messages that is."""
    with open_store(data_dir) as store:
        history = store.history()
        recordings = history.recordings()
        committed = -1
        if recordings:  # else killed before the recording was begun
            (recording,) = recordings
            committed = recording.committed_seq
            assert committed == -1 or committed % 100 == 99
            assert recording.complete == (committed == source.messages - 1) or not recording.complete
            assert_holds(history, recording.recording_id, source, committed)
            depth = history.depth_columns(recording.recording_id, 500, 0, 2**62)
            stored = 0 if depth is None else len(depth)
            finished = (committed + 1) // 20
            assert finished - DEPTH_COLUMNS < stored <= finished  # the recorder holds the newest back
            if depth is not None:
                np.testing.assert_array_equal(depth.start_ms, source.depth.start_ms[:stored])
                np.testing.assert_array_equal(depth.cells, source.depth.cells[:stored])
        history.close()
    return committed + 1


def test_a_killed_recording_is_a_prefix_and_is_completed_once(
    tmp_path: Path,
    repository: Path,
    make_source: Callable[[int, int], Any],
    assert_holds: Callable[..., None],
) -> None:
    source = make_source(20_000, 5)
    source_file = tmp_path / "source.npz"
    np.savez(
        source_file,
        trades=source.trades,
        quotes=source.quotes,
        updates=source.updates,
        levels=source.levels,
        start_ms=source.depth.start_ms,
        first_bin=source.depth.first_bin,
        best=source.depth.best,
        gap=source.depth.gap,
        cells=source.depth.cells,
        messages=source.messages,
    )
    moments = random.Random(SEED)
    data_dir = tmp_path / "data"
    reached = []
    for _ in range(KILLS):
        child = _start(repository, data_dir, source_file)
        time.sleep(moments.uniform(0, 1.0))
        child.kill()
        child.communicate()
        reached.append(_check_prefix(data_dir, source, assert_holds) if data_dir.exists() else 0)
        if reached[-1] == source.messages:
            shutil.rmtree(data_dir)
    assert any(0 < messages < source.messages for messages in reached), reached

    for _ in range(2):  # the second run finds everything there
        child = _start(repository, data_dir, source_file)
        child.communicate()
        assert child.returncode == 0
        assert _check_prefix(data_dir, source, assert_holds) == source.messages
    with open_store(data_dir) as store:
        history = store.history()
        assert history.recordings()[0].complete
        assert history.row_counts(1)["depth_columns"] == len(source.depth)
        history.close()
