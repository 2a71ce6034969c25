"""`preflight record` as a program: interrupted it ends well, and what it cannot do is one line."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workstation.market.depth_grid import BUCKET_MS
from workstation.market.rebuild import rebuild_state
from workstation.market.upkeep import Upkeep
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.settings import Retention
from workstation.store.ticks import open_store

PREFLIGHT = [sys.executable, "-m", "workstation"]


@pytest.fixture(scope="module")
def url(repository: Path) -> Iterator[str]:
    """A simulated exchange as a program of its own."""
    exchange = subprocess.Popen(
        [*PREFLIGHT, "simulate", "--days", "0.05", "--symbols", "BTCUSDT", "--until-stdin-ends"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=repository,
    )
    assert exchange.stdout is not None
    yield str(json.loads(exchange.stdout.readline())["url"])
    exchange.communicate()


def _start(repository: Path, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*PREFLIGHT, "record", "--venue", "simulated", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=repository,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def _children(process_id: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process_id)], capture_output=True, text=True)
    return [int(line) for line in listed.stdout.split()]


def test_an_interrupted_recording_is_complete_and_leaves_no_process(
    repository: Path, url: str, tmp_path: Path
) -> None:
    program = _start(repository, "--symbols", "BTCUSDT", "--url", url, "--data-dir", tmp_path, "--json")
    with program:
        summary, children = _interrupted(program)
    assert summary["symbols"] == ["BTCUSDT"]
    assert summary["rows_stored"]["book_deltas"] > 0
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    with open_store(tmp_path) as store:
        history = store.history()
        (recording,) = history.recordings()
        assert recording.complete
        history.close()


def _interrupted(program: "subprocess.Popen[str]") -> tuple[dict[str, Any], list[int]]:
    """Let it record for a while and interrupt it; return its summary and the processes it had."""
    assert program.stderr is not None
    first = program.stderr.readline()  # the first line of figures comes with the first data
    assert "messages/s" in first, first
    rest = threading.Thread(target=program.stderr.read)
    rest.start()
    time.sleep(1.5)
    children = _children(program.pid)
    assert children
    program.send_signal(signal.SIGINT)
    started = time.monotonic()
    assert program.stdout is not None
    summary = json.loads(program.stdout.read())
    assert program.wait() == 0
    assert time.monotonic() - started < 5
    rest.join()
    return summary, children


def test_a_recording_that_cannot_begin_is_one_line_and_status_2(
    repository: Path, url: str, tmp_path: Path
) -> None:
    program = _start(repository, "--symbols", "NOPE", "--url", url, "--data-dir", tmp_path)
    out, err = program.communicate()
    assert program.returncode == 2
    assert out == ""
    assert err == "preflight: Simulated exchange has no symbol 'NOPE': check the spelling.\n"


def test_a_store_that_is_open_elsewhere_is_refused(repository: Path, url: str, tmp_path: Path) -> None:
    with open_store(tmp_path):
        program = _start(repository, "--symbols", "BTCUSDT", "--url", url, "--data-dir", tmp_path)
        _, err = program.communicate()
    assert program.returncode == 2
    assert err.startswith(f"preflight: Another Preflight has {tmp_path} open")
    assert err.count("\n") == 1


def test_a_killed_recording_is_mended_when_the_store_is_next_tidied(
    repository: Path, url: str, tmp_path: Path
) -> None:
    program = _start(repository, "--symbols", "BTCUSDT", "--url", url, "--data-dir", tmp_path)
    with program:
        assert program.stderr is not None
        program.stderr.readline()
        rest = threading.Thread(target=program.stderr.read)
        rest.start()
        time.sleep(4.0)
        program.kill()
        program.wait()
        rest.join()
    with open_store(tmp_path) as store:
        history = store.history()
        (recording,) = history.recordings()
        number = recording.recording_id
        assert (recording.complete, recording.ended_ms) == (False, 0)
        assert history.last_depth_column(number, BUCKET_MS) is None  # fewer than the recorder holds back
        done = Upkeep(store, Retention, SystemClock(), Bus()).tidy()
        depth = history.depth_columns(number, BUCKET_MS, 0, 2**62)
        assert depth is not None
        assert done.mended_columns == len(depth) >= 4
        (mended,) = history.recordings()
        assert mended.ended_ms == history.last_received_ns(number) // 1_000_000
        live = rebuild_state(history, number, recording.instrument, 2**62, SystemClock())
        assert live.grid is not None
        np.testing.assert_array_equal(depth.cells, live.grid.finished_columns(0).cells)
        history.close()
