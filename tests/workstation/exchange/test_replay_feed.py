"""A replay hands over every message once, in order, at its speed, and goes to any moment."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from itertools import pairwise
from math import inf
from pathlib import Path

import numpy as np
import pytest

from tests.workstation.exchange.wire import (
    START_NS,
    depth,
    first_lines,
    hyperliquid_book,
    lines,
    quote,
    snapshot,
    stream,
    trade,
)
from workstation.errors import BadCapture
from workstation.exchange import capture as capture_module
from workstation.exchange import replay_feed as replay_feed_module
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.state import Market
from workstation.model.columns import MarketBatch
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock

MS = 1_000_000
COUNT = 600


def message(number: int) -> bytes:
    """The message at a place in the long capture: a snapshot, then trades, quotes and chained updates.

    Prices and sizes are halves, whose sums are exact in any order.
    """
    if number == 0:
        return snapshot(1)
    price = f"{61700 + number % 7}.50"
    kinds = (
        lambda: trade(number, price, "0.500"),
        lambda: quote(number, "61699.90", "61800.20"),
        lambda: depth(2 + number // 3, bids=[(price, f"{number % 5}.000")]),
    )
    return kinds[number % 3]()


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 messages, one a millisecond."""
    path = tmp_path_factory.mktemp("capture") / "capture.gz"
    path.write_bytes(gzip.compress(lines(map(message, range(COUNT)), every_ns=MS), compresslevel=1))
    return path


def write(folder: Path, *messages: bytes) -> Path:
    path = folder / "capture"
    path.write_bytes(lines(messages))
    return path


def seqs(batches: list[MarketBatch]) -> list[int]:
    return [
        seq
        for batch in batches
        for seq in sorted(
            [*batch.trades["seq"].tolist(), *batch.quotes["seq"].tolist(), *batch.updates["seq"].tolist()]
        )
    ]


def played_at_once(path: Path) -> tuple[ReplayFeed, list[MarketBatch]]:
    feed = ReplayFeed(path)
    batches = [batch for some in feed.batches() for batch in some]
    feed.close()
    return feed, batches


class Desk:
    """A market fed by a replay, and what it was handed."""

    def __init__(self, path: Path, speed: float = 1.0) -> None:
        self.feed = ReplayFeed(path, speed=speed)
        self.feed.on_rewind = self.rewind
        self.market = Market(Bus(), SystemClock())
        for instrument in self.feed.instruments:
            self.market.add(instrument)
        self.batches: list[MarketBatch] = []
        self.rewinds = 0

    def take(self, batch: MarketBatch) -> None:
        self.batches.append(batch)
        self.market.apply(batch)

    def rewind(self) -> None:
        self.rewinds += 1
        self.batches.clear()
        self.market.reset()

    @property
    def seqs(self) -> list[int]:
        return seqs(self.batches)

    def look(self) -> tuple[object, ...]:
        """All that the market knows, to compare."""
        looks: list[object] = []
        for state in self.market.states.values():
            book, grid = state.book, state.grid
            looks += [
                state.trades.rows().tobytes(),
                state.quotes.rows().tobytes(),
                state.candles(1_000).rows().tobytes(),
                (sorted(book.bids.items()), sorted(book.asks.items()), book.status, book.event_ms),
                (state.last_price, state.market_ms, state.session),
                grid
                and (grid.buckets, [column.tobytes() for column in (grid.gap, grid.codes, grid.first_bin)]),
            ]
        return tuple(looks)


async def until(condition: Callable[[], bool], patience_s: float = 5.0) -> None:
    async with asyncio.timeout(patience_s):
        while not condition():
            await asyncio.sleep(0.001)


async def while_running(desk: Desk, play: Callable[[], Awaitable[None]]) -> None:
    task = asyncio.create_task(desk.feed.run(desk.take))
    try:
        await play()
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        desk.feed.close()


def test_at_full_speed_every_message_comes_once_and_in_order(capture: Path) -> None:
    feed, batches = played_at_once(capture)
    assert seqs(batches) == list(range(COUNT))
    assert feed.finished
    assert feed.reached_end
    assert not feed.truncated
    assert feed.progress == 1.0
    assert feed.end_ns == feed.position_ns == START_NS + (COUNT - 1) * MS
    assert batches[-1].last_seq == COUNT - 1


def test_reading_in_small_pieces_changes_nothing(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole = played_at_once(capture)
    for most_lines, chunk_bytes in ((1, 1 << 20), (7, 1 << 20), (4_096, 600), (4_096, 5_000), (5, 3)):
        monkeypatch.setattr(replay_feed_module, "FULL_SPEED_LINES", most_lines)
        monkeypatch.setattr(capture_module, "_CHUNK_BYTES", chunk_bytes)
        _, batches = played_at_once(capture)
        assert len(batches) > COUNT // most_lines // 3 or most_lines > COUNT
        for column in ("trades", "quotes", "updates", "levels"):
            joined = np.concatenate([getattr(batch, column) for batch in batches])
            assert joined.tobytes() == np.concatenate([getattr(batch, column) for batch in whole]).tobytes()


def test_huge_messages_are_handed_over_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, *(trade(number) for number in range(50)))
    monkeypatch.setattr(replay_feed_module, "MOST_BYTES", 3 * len(trade(10)))
    monkeypatch.setattr(capture_module, "_CHUNK_BYTES", 2 * len(trade(10)))
    _, batches = played_at_once(path)
    assert seqs(batches) == list(range(50))
    assert max(batch.events for batch in batches) < 8


def test_a_replay_is_complete_only_when_its_last_batch_was_taken(capture: Path) -> None:
    feed = ReplayFeed(capture)
    for _ in feed.batches():
        assert not feed.reached_end
    assert feed.reached_end
    feed.close()


async def test_a_paced_replay_takes_its_time_and_keeps_the_order(capture: Path) -> None:
    desk = Desk(capture, speed=5.0)
    loop = asyncio.get_running_loop()
    started = loop.time()

    async def play() -> None:
        await until(lambda: desk.feed.finished)
        assert loop.time() - started >= 0.599 / 5

    await while_running(desk, play)
    assert desk.seqs == list(range(COUNT))
    assert len(desk.batches) > 3
    assert desk.feed.reached_end
    for batch in desk.batches:
        assert batch.trades["recv_ns"].max(initial=0) <= desk.feed.position_ns


async def test_the_position_moves_on_between_messages(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(b"%d %s\n%d %s\n" % (START_NS, trade(1), START_NS + 60_000 * MS, trade(2)))
    desk = Desk(path, speed=1.0)

    async def play() -> None:
        await until(lambda: desk.feed.position_ns > START_NS + 20 * MS)
        assert desk.seqs == [0]
        assert desk.feed.lag_ms == 0.0

    await while_running(desk, play)


async def test_speed_can_change_on_the_way_and_be_unlimited(capture: Path) -> None:
    desk = Desk(capture, speed=0.01)

    async def play() -> None:
        await asyncio.sleep(0.02)
        assert len(desk.seqs) < COUNT
        assert desk.feed.position_ns < START_NS + 20 * MS
        desk.feed.set_speed(2.0)
        await until(lambda: len(desk.seqs) > 20)
        desk.feed.set_speed(inf)
        await until(lambda: desk.feed.finished)

    await while_running(desk, play)
    assert desk.seqs == list(range(COUNT))


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_is_positive(capture: Path, speed: float) -> None:
    feed = ReplayFeed(capture)
    with pytest.raises(ValueError, match="positive"):
        feed.set_speed(speed)
    feed.close()


@pytest.mark.parametrize("speed", [1e-300, 5e-324, 1e300, 1.7e308])
async def test_no_speed_breaks_the_replay(capture: Path, speed: float) -> None:
    desk = Desk(capture, speed=speed)

    async def play() -> None:
        await asyncio.sleep(0.03)
        if speed > 1:
            await until(lambda: desk.feed.finished)
        else:
            assert desk.seqs == [0]
        assert np.isfinite(desk.feed.lag_ms)

    await while_running(desk, play)


async def test_a_paused_replay_stands_still_and_goes_on_where_it_stood(capture: Path) -> None:
    desk = Desk(capture, speed=1.0)

    async def play() -> None:
        await until(lambda: len(desk.seqs) > 5)
        desk.feed.pause()
        await asyncio.sleep(0.02)
        stood, position_ns = desk.seqs, desk.feed.position_ns
        await asyncio.sleep(0.05)
        assert (desk.seqs, desk.feed.position_ns) == (stood, position_ns)
        loop = asyncio.get_running_loop()
        resumed = loop.time()
        desk.feed.resume()
        await until(lambda: desk.feed.position_ns > position_ns)
        # The pause is not made up for.
        assert desk.feed.position_ns - position_ns <= (loop.time() - resumed) * 1e9
        desk.feed.set_speed(inf)
        await until(lambda: desk.feed.finished)

    await while_running(desk, play)
    assert desk.seqs == list(range(COUNT))


async def test_steps_hand_over_as_many_messages_and_pause(capture: Path) -> None:
    desk = Desk(capture)
    desk.feed.pause()

    async def play() -> None:
        for events in (1, 1, 5, 300):
            before = len(desk.seqs)
            desk.feed.step(events)
            await until(lambda events=events, before=before: len(desk.seqs) >= before + events)
            await asyncio.sleep(0.02)
            assert len(desk.seqs) == before + events
            assert desk.feed.paused
            assert desk.feed.position_ns == START_NS + (before + events - 1) * MS
        desk.feed.step(10_000)
        await until(lambda: desk.feed.finished)

    await while_running(desk, play)
    assert desk.seqs == list(range(COUNT))


@pytest.mark.parametrize("events", [0, -1])
def test_a_step_goes_forward(capture: Path, events: int) -> None:
    feed = ReplayFeed(capture)
    with pytest.raises(ValueError, match="at least one"):
        feed.step(events)
    feed.close()


def straight_to(capture: Path, last: int, folder: Path) -> Desk:
    """A desk that was handed the messages up to a place at full speed, as if there were no more."""
    path = folder / f"up to {last}"
    path.write_bytes(b"".join(first_lines(capture, last + 1)))
    desk = Desk(path)
    for batches in desk.feed.batches():
        for batch in batches:
            desk.take(batch)
    desk.feed.close()
    return desk


async def test_seeking_anywhere_equals_a_straight_replay_to_there(capture: Path, tmp_path: Path) -> None:
    desk = Desk(capture)
    desk.feed.pause()
    places = [300, 50, 51, 599, 1, 410, 409, 409]

    async def play() -> None:
        for last in places:
            target_ns = START_NS + last * MS
            desk.feed.seek(target_ns)
            await until(lambda target_ns=target_ns: desk.feed.position_ns == target_ns)
            await asyncio.sleep(0.02)
            assert desk.feed.paused
            assert desk.feed.position_ns == target_ns
            assert desk.seqs == list(range(last + 1))
            assert desk.look() == straight_to(capture, last, tmp_path).look()

    await while_running(desk, play)
    assert desk.rewinds == sum(after < before for before, after in pairwise(places))


async def test_seeking_outside_the_recording_goes_to_its_ends(capture: Path) -> None:
    desk = Desk(capture)
    desk.feed.pause()

    async def play() -> None:
        desk.feed.seek(2**62)
        await until(lambda: desk.feed.finished)
        assert desk.seqs == list(range(COUNT))
        assert desk.feed.position_ns == START_NS + (COUNT - 1) * MS
        desk.feed.seek(-5)
        await until(lambda: desk.seqs == [0])
        assert desk.feed.position_ns == START_NS
        assert not desk.feed.finished
        assert desk.feed.reached_end, "once read to its end, always"

    await while_running(desk, play)


async def test_a_seek_between_messages_stands_between_them(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(b"%d %s\n%d %s\n" % (START_NS, trade(1), START_NS + 60_000 * MS, trade(2)))
    desk = Desk(path)
    desk.feed.pause()

    async def play() -> None:
        desk.feed.seek(START_NS + 30_000 * MS)
        await until(lambda: desk.feed.position_ns == START_NS + 30_000 * MS)
        assert desk.seqs == [0]
        desk.feed.step()
        await until(lambda: desk.seqs == [0, 1])
        assert desk.feed.position_ns == START_NS + 60_000 * MS

    await while_running(desk, play)


async def test_after_its_end_a_replay_begins_again_when_it_is_rewound(capture: Path) -> None:
    desk = Desk(capture, speed=inf)

    async def play() -> None:
        await until(lambda: desk.feed.finished)
        first = desk.look()
        desk.feed.seek(desk.feed.start_ns)
        await until(lambda: desk.rewinds == 1 and desk.feed.finished)
        assert desk.look() == first

    await while_running(desk, play)


async def test_a_replay_that_has_ended_waits(capture: Path) -> None:
    desk = Desk(capture, speed=inf)

    async def play() -> None:
        await until(lambda: desk.feed.finished)
        handed_over = len(desk.batches)
        desk.feed.pause()
        desk.feed.resume()
        desk.feed.step()
        await asyncio.sleep(0.03)
        assert len(desk.batches) == handed_over
        assert desk.feed.lag_ms == 0.0

    await while_running(desk, play)


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


@pytest.mark.real_data
async def test_a_recorded_capture_is_replayed_in_short_slices(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "capture"
    path.write_bytes(
        b"".join(first_lines(shared_data / "captures/binance_usdm_BTCUSDT_2024-08-08.gz", 8_000))
    )
    desk = Desk(path, speed=inf)
    # A slice ends at its deadline: with one that has always passed, it ends after its first piece.
    monkeypatch.setattr(replay_feed_module, "SLICE_S", -1.0)

    async def play() -> None:
        await until(lambda: desk.feed.finished, patience_s=20)

    await while_running(desk, play)
    assert sum(batch.events for batch in desk.batches) == 8_000
    assert max(batch.events for batch in desk.batches) <= replay_feed_module.SLICE_LINES
    state = desk.market.states["BTCUSDT"]
    assert (state.book.sequence_gaps, state.book.crossed_books, state.quote_check.mismatches) == (0, 0, 0)
