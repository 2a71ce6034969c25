"""Bad input gets one clear line on standard error and status 2, and nothing torn is left behind."""

import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.command import Ended, counts, market, refused, sqlite_file
from tests.workstation.exchange.wire import START_NS, lines, trade

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + random.Random(1).randbytes(5_000)


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
