"""Broken captures: lines that cannot be read, stray times, torn ends, and what is no capture at all."""

import asyncio
import gzip
from math import inf
from pathlib import Path

import pytest

from tests.workstation.exchange.replay_desk import (
    COUNT,
    MS,
    Desk,
    played_at_once,
    seqs,
    until,
    while_running,
    write,
)
from tests.workstation.exchange.wire import (
    START_NS,
    hyperliquid_book,
    lines,
    snapshot,
    stream,
    trade,
)
from workstation.errors import BadCapture
from workstation.exchange.replay_feed import ReplayFeed


def test_measuring_finds_the_end(capture: Path) -> None:
    feed = ReplayFeed(capture)
    assert feed.end_ns is None
    feed.measure()
    assert feed.end_ns == START_NS + (COUNT - 1) * MS
    assert (feed.position_ns, feed.progress) != (feed.end_ns, 1.0), "measuring does not move the replay"
    feed.close()


def test_a_torn_last_line_does_not_hide_the_end(tmp_path: Path) -> None:
    whole = lines([trade(1), trade(2), trade(3)], every_ns=MS)
    for torn in (b"17231", b"1723161255", b"1723161255 ", b"\xff\n", b"{}\n"):
        path = tmp_path / "capture"
        path.write_bytes(whole + torn)
        feed = ReplayFeed(path)
        feed.measure()
        measured = feed.end_ns
        for _ in feed.batches():
            pass
        feed.close()
        assert measured == feed.end_ns == START_NS + 2 * MS


def test_a_stray_time_is_measured_as_it_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(
        b"".join(
            b"%d %s\n" % (START_NS + offset, trade(number))
            for number, offset in enumerate([0, 900, 300, 500])
        )
    )
    feed = ReplayFeed(path)
    feed.measure()
    measured = feed.end_ns
    for _ in feed.batches():
        pass
    feed.close()
    assert measured == feed.end_ns == START_NS + 900


def test_measuring_ends_early_when_the_feed_is_closed(capture: Path) -> None:
    feed = ReplayFeed(capture)
    feed.close()
    feed.measure()
    assert feed.end_ns is None


BROKEN = [
    b"",
    b"   ",
    b"no capture",
    b"-5 {}",
    b"9223372036854775808 {}",
    b"9" * 5_000 + b" {}",
    b"%d " % START_NS,
    b"%d" % START_NS,
    b'%d {"stream":' % START_NS,
    b"%d \xff\xfe" % START_NS,
    b"%d " % START_NS + b"[" * 100_000,
    b"%d %s" % (START_NS, trade(9, price="nan")),
    b"%d %s" % (START_NS, stream("btcusdt@kline_1m", {})),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda line: repr(line)[:30])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_broken_line_is_counted_with_its_number_and_skipped(
    tmp_path: Path, broken: bytes, end: bytes
) -> None:
    path = tmp_path / "capture"
    good = lines(map(trade, range(4))).splitlines()
    path.write_bytes(end.join([good[0], b"", good[1], broken, good[2], broken, good[3]]) + end)
    feed, batches = played_at_once(path)
    assert seqs(batches) == [0, 2, 4, 6]
    if broken.strip():
        assert feed.bad_lines == 2
        assert feed.first_bad_line is not None
        assert feed.first_bad_line[0] == 4
    else:
        assert (feed.bad_lines, feed.first_bad_line) == (0, None)


def test_the_first_bad_line_is_the_first_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    good = lines([trade(1)]).rstrip()
    impossible = b"%d %s" % (START_NS, trade(2, price="nan"))
    unreadable = b"%d {" % START_NS
    for order in (
        [impossible, unreadable, b"x"],
        [b"x", impossible, unreadable],
        [unreadable, b"x", impossible],
    ):
        path.write_bytes(b"\n".join([good, *order]))
        feed, _ = played_at_once(path)
        assert feed.bad_lines == 3
        assert feed.first_bad_line is not None
        assert feed.first_bad_line[0] == 2


async def test_a_rewind_counts_bad_lines_anew(tmp_path: Path) -> None:
    desk = Desk(write(tmp_path, trade(1), b"{", trade(2)), speed=inf)

    async def play() -> None:
        for _ in range(2):
            await until(lambda: desk.feed.finished)
            assert desk.feed.bad_lines == 1
            desk.feed.seek(0)
            await asyncio.sleep(0.02)

    await while_running(desk, play)


def test_the_first_message_tells_recordings_apart(tmp_path: Path) -> None:
    def identity(name: str, content: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        feed = ReplayFeed(path)
        feed.close()
        return feed.identity

    whole, other = lines([trade(1), trade(2)]), lines([trade(3), trade(2)])
    same = identity("whole", whole)
    assert identity("other", other) != same
    assert identity("longer", whole + lines([trade(3)])) == same
    assert identity("packed", gzip.compress(whole)) == same
    assert identity("with carriage returns", whole.replace(b"\n", b"\r\n")) == same
    for common in (b"\n", b"# recorded by the same program\n"):
        assert identity("common", common + whole) == same
        assert identity("common other", common + other) != same


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty"),
        (gzip.compress(b""), "is empty"),
        (gzip.compress(b"x" * 1_000)[:15], "is cut off or damaged before its first line ends"),
        (b"\x1f\x8bno gzip", "is cut off or damaged before its first line ends"),
        (b"\n\n\n", "is not a capture of a market"),
        (b"hello\nworld\n", "is not a capture of a market"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "is not a capture of a market"),
        (b"SQLite format 3\0" + bytes(8_000), "is not a capture of a market"),
        (trade(1) + b"\n", "is not a capture of a market"),
        (b"5 []\n", "is not a capture of a market"),
        (b'5 {"topic":"orderbook.50.BTCUSDT"}\n', "does not begin with messages of a market"),
        (lines([snapshot()]), "does not begin with messages of a market"),
        (lines([trade(), hyperliquid_book()]), "mixes venues .binance_usdm, hyperliquid."),
    ],
    ids=range(13),
)
def test_what_is_no_capture_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BadCapture, match=complaint) as refused:
        ReplayFeed(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_capture_cut_off_in_its_first_lines_is_replayed_and_said_to_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    packed = gzip.compress(lines(trade(number, f"6{number:04}.1") for number in range(500)))
    path.write_bytes(packed[: len(packed) // 2])
    feed, batches = played_at_once(path)
    assert feed.truncated
    assert feed.bad_lines == 0
    assert 0 < len(seqs(batches)) < 500


def test_hyperliquid_captures_are_replayed(tmp_path: Path) -> None:
    feed, batches = played_at_once(write(tmp_path, hyperliquid_book(), hyperliquid_book()))
    assert feed.venue == "hyperliquid"
    assert seqs(batches) == [0, 1]
