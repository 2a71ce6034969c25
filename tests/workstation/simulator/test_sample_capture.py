"""The generated capture is a sound market: it chains, never crosses, agrees with its quotes, and repeats."""

import gzip
import tempfile
from decimal import Decimal
from math import isnan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.order_book import BookStatus
from workstation.market.state import Market
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.simulator.sample_capture import START_MS, STEP_MS, SYMBOLS, write_sample_capture


def played(path: Path) -> tuple[ReplayFeed, Market]:
    feed, market = ReplayFeed(path), Market(Bus(), SystemClock())
    for instrument in feed.instruments:
        market.add(instrument)
    for batches in feed.batches():
        for batch in batches:
            market.apply(batch)
    feed.close()
    return feed, market


@settings(max_examples=6)
@given(seed=st.integers(0, 2**32), seconds=st.integers(1, 12))
def test_any_seed_makes_a_sound_market(seed: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        feed, market = played(write_sample_capture(Path(folder) / "sample.gz", seconds=seconds, seed=seed))
    assert (feed.bad_lines, feed.truncated) == (0, False)
    assert set(market.symbols) == {symbol.symbol for symbol in SYMBOLS}
    for state in market.states.values():
        health, book = state.health, state.book
        assert book.status is BookStatus.LIVE
        assert (book.sequence_gaps, book.crossed_books, state.quote_check.mismatches) == (0, 0, 0)
        steps = seconds * 1000 // STEP_MS - 1
        assert (health.snapshots, health.depth_updates, health.quotes) == (1, steps, steps)
        assert state.quote_check.checks == steps
        assert not isnan(book.best_bid)
        assert not isnan(book.best_ask)


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    first = write_sample_capture(tmp_path / "first.gz", seconds=3, seed=5).read_bytes()
    again = write_sample_capture(tmp_path / "again.gz", seconds=3, seed=5).read_bytes()
    other = write_sample_capture(tmp_path / "other.gz", seconds=3, seed=6).read_bytes()
    assert first == again
    assert first != other


def test_it_lasts_as_long_as_was_asked_for_and_its_steps_are_its_own(tmp_path: Path) -> None:
    feed, market = played(write_sample_capture(tmp_path / "sample.gz", seconds=5))
    assert feed.start_ns == START_MS * 1_000_000
    assert 4.8e9 < feed.position_ns - feed.start_ns < 5.1e9
    for symbol in SYMBOLS:
        instrument = market.states[symbol.symbol].instrument
        assert instrument.venue == "binance_usdm"
        assert instrument.tick_size == Decimal(str(symbol.tick))
        assert instrument.lot_size == Decimal(str(symbol.lot))


def test_it_replaces_an_older_one_whole_and_makes_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "made" / "sample.gz"
    write_sample_capture(path, seconds=1, seed=1)
    before = path.read_bytes()
    write_sample_capture(path, seconds=1, seed=2)
    assert path.read_bytes() != before
    assert [file.name for file in path.parent.iterdir()] == ["sample.gz"]
    gzip.decompress(path.read_bytes())


def test_one_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write_sample_capture(tmp_path / "file" / "sample.gz", seconds=1)
