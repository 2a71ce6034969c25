"""Bad input gets one clear line on standard error and status 2, and nothing torn is left behind."""

import gzip
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.workstation.exchange.wire import START_NS, depth, lines, quote, snapshot, trade
from workstation import cli
from workstation.store.ticks import open_store

PATIENCE_S = 60.0


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    output: str
    complaints: list[str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Run the command line in this process, as quick as it gets."""
    monkeypatch.setattr(cli, "collect_seldom", lambda: None)

    def in_process(*arguments: object) -> Ended:
        status = cli.main([*map(str, arguments)])
        output, complaints = capsys.readouterr()
        return Ended(status, output, complaints.splitlines())

    return in_process


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


def refused(ended: Ended, *words: str) -> None:
    """Assert that it ended with status 2 and one line that holds all of `words`."""
    assert (ended.status, ended.output) == (2, "")
    (line,) = ended.complaints
    assert line.startswith("preflight: ")
    for word in words:
        assert word in line
    for never in ("Traceback", "Errno", "Exception", "object at"):
        assert never not in line


def counts(data_dir: Path) -> tuple[bool, int, dict[str, int]]:
    """Whether the only recording of a store is complete, its committed message, and its rows by table."""
    with open_store(data_dir) as store:
        history = store.history()
        try:
            (recording,) = history.recordings()
            return recording.complete, recording.committed_seq, history.row_counts(recording.recording_id)
        finally:
            history.close()


def market(count: int) -> list[bytes]:
    """Messages of a sound market: a snapshot, then trades, quotes and chained updates."""
    made = [snapshot(1)]
    for number in range(1, count):
        kind = number % 3
        if kind == 0:
            made.append(trade(number))
        elif kind == 1:
            made.append(quote(1_000_000 + number))
        else:
            made.append(depth(2 + number // 3, bids=[("61800.00", f"{number % 9}.000")]))
    return made


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "capture"
    path.write_bytes(lines(market(300)))
    return path


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + random.Random(1).randbytes(5_000)


def sqlite_file(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE trades (price REAL)")
        connection.commit()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (gzip.compress(b""), "is empty"),
        (PNG, "is not a capture of a market"),
        (gzip.compress(PNG), "is not a capture of a market"),
        (b"Dear diary,\ntoday the market went up.\n" * 100, "is not a capture of a market"),
        (gzip.compress(b"Dear diary,\ntoday the market went up.\n" * 100), "is not a capture of a market"),
        (b"time,price,size\n1,2,3\n", "is not a capture of a market"),
        (b"\0" * 100_000, "is not a capture of a market"),
        (b"\n" * 5_000, "is not a capture of a market"),
        (b"PK\x03\x04" + bytes(500), "is not a capture of a market"),
        (trade(1) + b"\n", "is not a capture of a market"),
        (lines([b'{"topic":"publicTrade.BTCUSDT"}'] * 50), "does not begin with messages of a market"),
        (
            lines([trade(1), b'{"channel":"trades","data":[{"coin":"BTC","px":"1","sz":"1"}]}']),
            "mixes venues",
        ),
        (gzip.compress(lines(market(50)))[:30], "is cut off or damaged"),
        (b"\x1f\x8b" + PNG, "is cut off or damaged"),
    ],
    ids=range(15),
)
def test_a_file_of_another_kind_is_refused(
    run: Callable[..., Ended], tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    refused(run("replay", path, "--data-dir", tmp_path / "data"), str(path), words)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("pack", [bytes, lambda line: gzip.compress(line, 1)], ids=["plain", "gzip"])
def test_a_line_without_end_is_refused(
    run: Callable[..., Ended], tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "file").write_bytes(pack(b"1" * (70 << 20)))
    refused(run("replay", tmp_path / "file", "--data-dir", tmp_path / "data"), "has a line of over 16 MB")


def test_a_database_is_refused(run: Callable[..., Ended], tmp_path: Path) -> None:
    sqlite_file(tmp_path / "journal.db")
    refused(
        run("replay", tmp_path / "journal.db", "--data-dir", tmp_path / "data"),
        "is not a capture of a market",
    )


def test_a_missing_file_is_refused(run: Callable[..., Ended], tmp_path: Path) -> None:
    refused(
        run("replay", tmp_path / "none", "--data-dir", tmp_path / "data"),
        str(tmp_path / "none"),
        "does not exist",
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("path", ["below/a/file", "long" * 100])
def test_a_path_that_cannot_be_is_refused(run: Callable[..., Ended], tmp_path: Path, path: str) -> None:
    (tmp_path / "below").touch()
    refused(run("replay", tmp_path / path, "--data-dir", tmp_path / "data"), "cannot be read")


def test_a_directory_is_refused(run: Callable[..., Ended], tmp_path: Path) -> None:
    refused(run("replay", tmp_path, "--data-dir", tmp_path / "data"), "is a directory; name a capture file")


def test_a_pipe_is_refused(run: Callable[..., Ended], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(run("replay", tmp_path / "pipe", "--data-dir", tmp_path / "data"), "a device or a pipe")


def test_a_name_with_a_line_end_is_refused_on_one_line(run: Callable[..., Ended], tmp_path: Path) -> None:
    refused(run("replay", tmp_path / "a\nb\x1b[2J", "--data-dir", tmp_path / "data"), "does not exist")


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


def test_broken_lines_are_counted_reported_and_skipped(
    run: Callable[..., Ended], capture: Path, tmp_path: Path
) -> None:
    good = capture.read_bytes().splitlines()
    stamp = b"%d " % START_NS
    broken = [
        b"\xff\xfe\x00\x01",
        stamp + b"\xff\xfe\xfd",
        stamp + b'{"stream":"btcusdt@trade","data":{"T":1,',
        stamp + b'{"stream":"btcusdt@trade","data":{"t":"\xff"}}',
        b"9" * 5_000 + b" {}",
        b"9" * 25 + b" {}",
        stamp + b"[" * 200_000,
        stamp + trade(1, price="1e400"),
        stamp + trade(2**80),
        stamp + trade(1, size="-1"),
        stamp,
        b"{}",
    ]
    capture.write_bytes(b"\n".join([*good[:100], *broken, *good[100:]]))
    ended = run("replay", capture, "--data-dir", tmp_path / "data")
    assert (ended.status, ended.complaints) == (0, [])
    assert ended.output.splitlines()[-1].startswith("12 lines could not be read; the first is line 101: ")
    complete, committed_seq, rows = counts(tmp_path / "data")
    assert complete
    assert committed_seq == 300 + len(broken) - 1
    assert rows["trades"] + rows["quotes"] + rows["depth_updates"] + rows["snapshots"] == 300


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole.replace(b"\n", b"\r\n"),
        lambda whole: whole[:-1],
        lambda whole: whole.replace(b"\n", b"\n\n"),
        lambda whole: whole + b"\n\n\n",
        lambda whole: gzip.compress(whole) + gzip.compress(b"") + bytes(512),
        lambda whole: b"".join(gzip.compress(line) for line in whole.splitlines(keepends=True)),
        lambda whole: whole.replace(b'":', b'" : ').replace(b',"', b' , "'),
    ],
    ids=["crlf", "no last line end", "blank lines", "blank end", "padded gzip", "a member a line", "spaced"],
)
def test_a_capture_of_an_unusual_form_is_read_whole(
    run: Callable[..., Ended], capture: Path, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    capture.write_bytes(change(capture.read_bytes()))
    ended = run("replay", capture, "--data-dir", tmp_path / "data")
    assert (ended.status, ended.complaints) == (0, [])
    complete, _, rows = counts(tmp_path / "data")
    assert complete
    assert rows["trades"] + rows["quotes"] + rows["depth_updates"] + rows["snapshots"] == 300
    assert "could not be read" not in ended.output


def test_a_capture_without_a_snapshot_replays_its_trades_and_says_so(
    run: Callable[..., Ended], capture: Path, tmp_path: Path
) -> None:
    capture.write_bytes(lines(market(300)[1:]))
    ended = run("replay", capture, "--data-dir", tmp_path / "data")
    assert (ended.status, ended.complaints) == (0, [])
    last = ended.output.splitlines()[-1]
    assert last == "BTCUSDT has no order book snapshot: its trades are replayed, it has no book."
    _, _, rows = counts(tmp_path / "data")
    assert (rows["trades"], rows["depth_columns"]) == (99, 0)


def test_a_gzip_cut_off_is_kept_as_incomplete_and_said_so(
    run: Callable[..., Ended], capture: Path, tmp_path: Path
) -> None:
    packed = gzip.compress(capture.read_bytes())
    capture.write_bytes(packed[: len(packed) * 2 // 3])
    ended = run("replay", capture, "--data-dir", tmp_path / "data")
    assert (ended.status, ended.complaints) == (0, [])
    assert (
        "The file is cut off or damaged: what lies before that is stored and marked incomplete."
        in ended.output
    )
    complete, committed_seq, rows = counts(tmp_path / "data")
    assert not complete
    assert (
        rows["trades"] + rows["quotes"] + rows["depth_updates"] + rows["snapshots"] == committed_seq + 1 < 300
    )


@pytest.mark.parametrize("seed", range(12))
def test_bytes_changed_at_random_never_end_in_a_traceback_or_a_torn_store(
    run: Callable[..., Ended], capture: Path, tmp_path: Path, seed: int
) -> None:
    choose = random.Random(seed)
    content = bytearray(capture.read_bytes())
    if seed % 2:
        content = bytearray(gzip.compress(bytes(content)))
    for _ in range(choose.choice([1, 3, 20, 200])):
        at = choose.randrange(len(content))
        content[at : at + choose.choice([1, 1, 5])] = choose.randbytes(choose.choice([0, 1, 1, 5]))
    capture.write_bytes(bytes(content))
    ended = run("replay", capture, "--data-dir", tmp_path / "data", "--json")
    if ended.status == 2:
        refused(ended, str(capture))
        return
    assert (ended.status, ended.complaints) == (0, [])
    _, _, rows = counts(tmp_path / "data")
    assert rows["trades"] + rows["quotes"] + rows["depth_updates"] + rows["snapshots"] <= 300 + 200
