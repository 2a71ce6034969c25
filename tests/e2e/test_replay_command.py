"""`preflight replay` as a program of its own: the numbers of real recordings, interrupts, what is kept."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.workstation.exchange.wire import first_lines, lines, trade
from workstation.exchange.replay_feed import ReplayFeed
from workstation.ports import Recording
from workstation.store.ticks import open_store

PATIENCE_S = 60.0
USDM = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"


def start(repository: Path, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "workstation", *map(str, arguments)],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def replayed(repository: Path, capture: Path, data_dir: Path) -> dict[str, Any]:
    """Replay a capture and return its summary."""
    process = start(repository, "replay", capture, "--data-dir", data_dir, "--json")
    output, complaints = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, complaints) == (0, "")
    summary: dict[str, Any] = json.loads(output)
    return summary


def stored(data_dir: Path) -> tuple[Recording, dict[str, int], list[bytes]]:
    """The only recording of a store, its rows by table, and all that is in them."""
    with open_store(data_dir) as store:
        history = store.history()
        try:
            (recording,) = history.recordings()
            number, end = recording.recording_id, recording.committed_seq + 1
            book = list(history.book_batches(number, end))
            content = [
                np.asarray(history.trades(number, 0, end)).tobytes(),
                np.asarray(history.quotes(number, 0, end)).tobytes(),
                b"".join(batch.updates.tobytes() for batch in book),
                b"".join(batch.levels.tobytes() for batch in book),
            ]
            depth = history.depth_columns(number, 500, 0, 2**62)
            if depth is not None:
                content += [
                    depth.start_ms.tobytes(),
                    depth.first_bin.tobytes(),
                    depth.gap.tobytes(),
                    depth.cells.tobytes(),
                ]
            return recording, history.row_counts(number), content
        finally:
            history.close()


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("capture", "trades", "depth_updates", "quotes", "quote_checks"),
    [
        ("binance_usdm_BTCUSDT_2024-08-08", 21_313, 6_551, 66_089, 629),
        ("binance_coinm_BTCUSD_PERP_2024-08-08", 2_286, 26_847, 19_136, 1_124),
        ("binance_spot_BTCUSDT_2024-08-08", 9_757, 3_451, 28_040, 564),
    ],
)
def test_a_whole_recording_is_read_checked_and_stored(
    repository: Path,
    shared_data: Path,
    tmp_path: Path,
    capture: str,
    trades: int,
    depth_updates: int,
    quotes: int,
    quote_checks: int,
) -> None:
    summary = replayed(repository, shared_data / "captures" / f"{capture}.gz", tmp_path / "data")
    expected = {
        "trades": trades,
        "depth_updates": depth_updates,
        "quotes": quotes,
        "snapshots": 1,
        "sequence_gaps": 0,
        "crossed_books": 0,
        "quote_checks": quote_checks,
        "quote_mismatches": 0,
        "bad_lines": 0,
        "complete": True,
        "notes": [],
    }
    assert {name: summary[name] for name in expected} == expected
    rows = summary["rows_stored"]
    for table in ("trades", "depth_updates", "quotes", "snapshots"):
        assert rows[table] == expected[table]
    recording, counts, _ = stored(tmp_path / "data")
    assert recording.complete
    assert recording.committed_seq == trades + depth_updates + quotes
    assert counts == rows


@pytest.mark.real_data
def test_replaying_again_doubles_nothing(repository: Path, shared_data: Path, tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    capture.write_bytes(b"".join(first_lines(shared_data / USDM, 5_000)))
    first = replayed(repository, capture, tmp_path / "data")
    before = stored(tmp_path / "data")
    again = replayed(repository, capture, tmp_path / "data")
    recording, *rows = stored(tmp_path / "data")
    assert rows == list(before[1:])
    assert (recording.complete, recording.committed_seq) == (True, 4_999)
    assert set(again["rows_stored"].values()) == {0}
    unlike = {"rows_stored", "events_per_s", "wall_s"}
    assert {key: first[key] for key in first.keys() - unlike} == {
        key: again[key] for key in again.keys() - unlike
    }


@pytest.mark.real_data
def test_a_recording_cut_off_is_completed_by_the_whole_one(
    repository: Path, shared_data: Path, tmp_path: Path
) -> None:
    whole = gzip.compress(b"".join(first_lines(shared_data / USDM, 12_000)), compresslevel=1)
    capture = tmp_path / "capture.gz"
    for cut in (len(whole) // 3, len(whole) * 2 // 3):
        capture.write_bytes(whole[:cut])
        summary = replayed(repository, capture, tmp_path / "data")
        assert not summary["complete"]
        assert summary["notes"] == [
            "The file is cut off or damaged: what lies before that is stored and marked incomplete."
        ]
        recording, counts, _ = stored(tmp_path / "data")
        assert not recording.complete
        # A message a line, the first without a snapshot before it: whole batches, nothing torn.
        assert (
            counts["trades"] + counts["quotes"] + counts["depth_updates"] + counts["snapshots"]
            == recording.committed_seq + 1
        )
    capture.write_bytes(whole)
    assert replayed(repository, capture, tmp_path / "data")["complete"]
    replayed(repository, capture, tmp_path / "at once")
    (recording, *pieced), (straight, *at_once) = stored(tmp_path / "data"), stored(tmp_path / "at once")
    assert recording.complete
    assert recording.committed_seq == straight.committed_seq == 11_999
    # Depth columns are kept in runs, of which pieces make more; what they hold is the same.
    assert pieced[1] == at_once[1]
    assert {**pieced[0], "depth_columns": 0} == {**at_once[0], "depth_columns": 0}


@pytest.fixture(scope="module")
def long_capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough trades to be busy for a while."""
    path = tmp_path_factory.mktemp("long") / "capture.gz"
    some = gzip.compress(lines(trade(number) for number in range(50_000)), compresslevel=1)
    path.write_bytes(some * 40)
    return path


@pytest.mark.parametrize("signals", [1, 3])
def test_an_interrupt_ends_it_cleanly_and_keeps_what_was_committed(
    repository: Path, long_capture: Path, tmp_path: Path, signals: int
) -> None:
    process = start(repository, "replay", long_capture, "--data-dir", tmp_path / "data")
    log = tmp_path / "data" / "ticks.duckdb.wal"
    deadline = time.monotonic() + PATIENCE_S
    while not (log.exists() and log.stat().st_size > 1_000_000) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    for _ in range(signals):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    output, complaints = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, output) == (130, "")
    assert complaints == "preflight: interrupted; what was committed is kept\n"
    recording, counts, _ = stored(tmp_path / "data")
    assert not recording.complete
    assert counts["trades"] == recording.committed_seq + 1 > 0


def test_a_reader_that_goes_away_leaves_no_traceback(repository: Path, tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    capture.write_bytes(lines([trade(1)]))
    read, written = os.pipe()
    os.close(read)
    process = subprocess.run(
        [sys.executable, "-m", "workstation", "replay", capture, "--data-dir", tmp_path / "data", "--json"],
        cwd=repository,
        stdout=written,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    os.close(written)
    assert process.returncode == 1
    assert process.stderr == "preflight: everything is stored, but the summary cannot be shown: Broken pipe\n"
    assert stored(tmp_path / "data")[0].complete


def test_a_file_of_any_name_is_replayed(repository: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"[red]a\nb\xff {task} \x1b[2J.gz")
    (tmp_path / name).write_bytes(gzip.compress(lines([trade(1)])))
    summary = replayed(repository, tmp_path / name, tmp_path / "data")
    assert summary["capture"].isprintable()
    assert summary["trades"] == 1


def test_the_recorded_market_is_what_the_feed_reads(repository: Path, tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    capture.write_bytes(lines(map(trade, range(500))))
    replayed(repository, capture, tmp_path / "data")
    feed = ReplayFeed(capture)
    read = b"".join(batch.trades.tobytes() for batches in feed.batches() for batch in batches)
    feed.close()
    assert stored(tmp_path / "data")[2][0] == read
