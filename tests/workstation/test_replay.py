"""A replay without a screen sums up what it read, checked and stored, and says what one should know."""

import gzip
from pathlib import Path

import pytest

from tests.workstation.exchange.wire import depth, lines, quote, snapshot, trade
from workstation.errors import BadCapture, DataDirectoryError, StoreFull
from workstation.replay import ReplaySummary, replay
from workstation.store.ticks import DuckTickStore, open_store


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return tmp_path / "capture"


def summed(capture: Path, content: bytes) -> ReplaySummary:
    capture.write_bytes(content)
    return replay(capture, capture.parent / "data", lambda _: None)


def test_every_message_is_counted_and_stored(capture: Path) -> None:
    messages = [depth(1), snapshot(1), trade(1), quote(2, "61800.10", "61800.20", "5.000", "2.000")]
    messages += [
        depth(2, bids=[("61800.10", "5.000")]),
        quote(3, "61800.10", "61800.20", "9.000", "2.000"),
        depth(3),
    ]
    summary = summed(capture, lines(messages))
    assert (summary.trades, summary.quotes, summary.depth_updates, summary.snapshots) == (1, 2, 3, 1)
    assert (summary.quote_checks, summary.quote_mismatches) == (2, 1)
    assert (summary.sequence_gaps, summary.crossed_books, summary.bad_lines) == (0, 0, 0)
    assert summary.symbols == ("BTCUSDT",)
    assert summary.rows_stored["trades"] == 1
    assert summary.rows_stored["quotes"] == 2
    assert summary.rows_stored["depth_updates"] == 3
    assert summary.rows_stored["book_deltas"] == 3
    assert summary.rows_stored["snapshots"] == 1
    assert summary.rows_stored["snapshot_levels"] == 3
    assert summary.complete
    assert summary.notes == ()
    assert summary.wall_s > 0


def test_a_gap_is_counted_and_said(capture: Path) -> None:
    summary = summed(capture, lines([snapshot(1), depth(2), depth(9), depth(10)]))
    assert summary.sequence_gaps == 1
    assert summary.notes == (
        "BTCUSDT: depth updates are missing and no snapshot follows: its book is not known.",
    )


def test_a_crossed_book_is_counted(capture: Path) -> None:
    summary = summed(capture, lines([snapshot(1), depth(2, bids=[("61900.00", "1.000")]), depth(3, bids=[])]))
    assert summary.crossed_books == 2


def test_a_capture_without_a_snapshot_replays_its_trades_and_says_that_it_has_no_book(capture: Path) -> None:
    summary = summed(capture, lines([depth(1), trade(1), depth(2), trade(2)]))
    assert (summary.trades, summary.depth_updates, summary.snapshots) == (2, 2, 0)
    assert summary.rows_stored["trades"] == 2
    assert summary.notes == ("BTCUSDT has no order book snapshot: its trades are replayed, it has no book.",)


def test_broken_lines_are_counted_and_the_first_is_named(capture: Path) -> None:
    summary = summed(capture, lines([snapshot(1), b"{", trade(1), trade(2, price="nan"), trade(3)]))
    assert (summary.trades, summary.bad_lines) == (2, 2)
    (note,) = summary.notes
    assert note.startswith("2 lines could not be read; the first is line 2: ")


def test_an_update_with_an_impossible_level_is_a_gap_and_not_a_wrong_book(capture: Path) -> None:
    summary = summed(capture, lines([snapshot(1), depth(2, bids=[("61800.15", "nan")]), depth(3)]))
    assert (summary.bad_lines, summary.sequence_gaps, summary.depth_updates) == (1, 1, 1)


def test_a_capture_cut_off_is_kept_as_far_as_it_goes(capture: Path) -> None:
    packed = gzip.compress(lines(trade(number, f"6{number:04}.1") for number in range(2_000)))
    summary = summed(capture, packed[: len(packed) // 2])
    assert not summary.complete
    assert 0 < summary.trades < 2_000
    assert summary.rows_stored["trades"] == summary.trades
    assert any("cut off or damaged" in note for note in summary.notes)


def test_a_replay_of_what_is_stored_stores_nothing_again(capture: Path) -> None:
    content = lines([snapshot(1), *map(depth, range(2, 50))])
    first, again = summed(capture, content), summed(capture, content)
    assert first.rows_stored["depth_updates"] == 48
    assert set(again.rows_stored.values()) == {0}
    assert (again.depth_updates, again.sequence_gaps) == (48, 0)


def test_progress_ends_at_the_whole_file(capture: Path) -> None:
    capture.write_bytes(lines(map(trade, range(100))))
    shares: list[float] = []
    replay(capture, capture.parent / "data", shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_store_that_fails_on_the_way_ends_the_replay(
    capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFull("The disk is full: free some space.")

    monkeypatch.setattr(DuckTickStore, "write", full)
    capture.write_bytes(lines(map(trade, range(100))))
    with pytest.raises(StoreFull, match="free some space"):
        replay(capture, capture.parent / "data", lambda _: None)
    monkeypatch.undo()
    with open_store(capture.parent / "data") as store:
        history = store.history()
        (recording,) = history.recordings()
        assert (recording.complete, recording.committed_seq) == (False, -1)
        assert not any(history.row_counts(recording.recording_id).values())
        history.close()


def test_an_interrupted_replay_keeps_what_was_read(capture: Path) -> None:
    capture.write_bytes(lines(map(trade, range(10_000))))

    def interrupt(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(capture, capture.parent / "data", interrupt)
    with open_store(capture.parent / "data") as store:
        history = store.history()
        (recording,) = history.recordings()
        assert not recording.complete
        assert history.row_counts(recording.recording_id)["trades"] == recording.committed_seq + 1 > 0
        history.close()


def test_nothing_is_made_for_a_bad_capture(capture: Path) -> None:
    capture.write_text("not a market")
    with pytest.raises(BadCapture):
        replay(capture, capture.parent / "data", lambda _: None)
    assert not (capture.parent / "data").exists()


def test_a_data_directory_that_is_a_file_is_refused(capture: Path) -> None:
    capture.write_bytes(lines([trade(1)]))
    with pytest.raises(DataDirectoryError, match="not a directory"):
        replay(capture, capture, lambda _: None)
    assert capture.read_bytes() == lines([trade(1)])
