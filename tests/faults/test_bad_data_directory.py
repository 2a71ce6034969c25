"""Data directories that cannot be used, full disks and a second instance: refused in one sentence."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.command import Ended, counts, refused, sqlite_file
from tests.workstation.exchange.wire import lines, trade

PATIENCE_S = 60.0


def run_alone(repository: Path, *arguments: object) -> Ended:
    """Run the command line as a program of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "workstation", *map(str, arguments)],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr.splitlines())


@pytest.mark.parametrize("below", ["", "data", "a/b/c"])
def test_a_data_directory_below_a_file_is_refused(
    run: Callable[..., Ended], capture: Path, tmp_path: Path, below: str
) -> None:
    (tmp_path / "file").write_text("mine")
    data_dir = tmp_path / "file" / below if below else tmp_path / "file"
    refused(run("replay", capture, "--data-dir", data_dir), str(data_dir))
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("data_dir", ["/proc/preflight", "/proc/self/preflight", "/tmp/" + "long" * 100])
def test_a_data_directory_that_cannot_be_made_is_refused(
    run: Callable[..., Ended], capture: Path, data_dir: str
) -> None:
    refused(
        run("replay", capture, "--data-dir", data_dir), f"The data directory {data_dir} cannot be opened: "
    )


def test_a_store_that_is_none_is_left_as_it_is(
    run: Callable[..., Ended], capture: Path, tmp_path: Path
) -> None:
    store = tmp_path / "data" / "ticks.duckdb"
    store.parent.mkdir()
    for content in (b"this is my shopping list\n" * 1_000, sqlite_file(tmp_path / "other.db")):
        store.write_bytes(content)
        refused(run("replay", capture, "--data-dir", store.parent), str(store), "was left as it is")
        assert store.read_bytes() == content


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """A file system in memory; whoever may not mount one is skipped."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root, and not in every container, may mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_data_directory_that_is_read_only_is_refused(
    run: Callable[..., Ended], capture: Path, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    with mounted(data_dir, "size=8m", "ro"):
        refused(run("replay", capture, "--data-dir", data_dir), str(data_dir), "Read-only file system")
        refused(run("replay", capture, "--data-dir", data_dir / "below"), "Read-only file system")


@pytest.mark.skipif(os.geteuid() == 0, reason="no directory is closed to root")
def test_a_data_directory_without_permission_is_refused(
    run: Callable[..., Ended], capture: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    refused(run("replay", capture, "--data-dir", tmp_path / "data"), "cannot be opened", "denied")


@pytest.mark.parametrize("size", ["16k", "100k", "1m", "8m"])
def test_a_disk_too_small_to_begin_with_is_refused(
    repository: Path, capture: Path, tmp_path: Path, size: str
) -> None:
    data_dir = tmp_path / "data"
    with mounted(data_dir, f"size={size}"):
        refused(run_alone(repository, "replay", capture, "--data-dir", data_dir), str(data_dir), "full")


def test_a_disk_that_fills_up_on_the_way_keeps_what_was_stored(repository: Path, tmp_path: Path) -> None:
    capture, data_dir = tmp_path / "capture", tmp_path / "data"
    capture.write_bytes(lines(trade(number, f"6{number % 9_973:04}.1") for number in range(120_000)))
    with mounted(data_dir, "size=67m"):
        refused(run_alone(repository, "replay", capture, "--data-dir", data_dir), str(data_dir), "full")
        subprocess.run(["mount", "-o", "remount,size=200m", str(data_dir)], check=True)
        complete, committed_seq, rows = counts(data_dir)
        assert not complete
        assert rows["trades"] == committed_seq + 1 < 120_000
        # With room again, replaying completes what is there.
        ended = run_alone(repository, "replay", capture, "--data-dir", data_dir)
        assert (ended.status, ended.complaints) == (0, [])
        complete, _, rows = counts(data_dir)
        assert (complete, rows["trades"]) == (True, 120_000)


HOLDER = """
import sys
from pathlib import Path
from workstation.store.ticks import open_store
with open_store(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_second_instance_is_refused_until_the_first_has_ended(
    repository: Path, run: Callable[..., Ended], capture: Path, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir)],
        cwd=repository,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    refused(run("replay", capture, "--data-dir", data_dir), "Another Preflight has", str(data_dir))
    holder.communicate("")
    assert holder.returncode == 0
    assert run("replay", capture, "--data-dir", data_dir).status == 0
    assert counts(data_dir)[1] == 299
