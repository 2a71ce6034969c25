"""A replay hands over every message once, in order, at its speed, and goes to any moment."""

import asyncio
from itertools import pairwise
from math import inf
from pathlib import Path

import numpy as np
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
    first_lines,
    trade,
)
from workstation.exchange import capture as capture_module
from workstation.exchange import replay_feed as replay_feed_module
from workstation.exchange.replay_feed import ReplayFeed


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
