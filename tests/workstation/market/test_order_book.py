import itertools
from dataclasses import dataclass, field
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workstation.market.made import make_instrument, make_updates
from workstation.market import order_book
from workstation.market.order_book import ASK, BID, BookStatus, OrderBook
from workstation.model.columns import Records
from workstation.model.instrument import SequenceRule

SNAPSHOT = ((100, 100, -1), [(10.0, 1.0), (9.9, 2.0)], [(10.1, 3.0), (10.2, 4.0)])


def live_book() -> OrderBook:
    book = OrderBook(make_instrument())
    book.apply(*make_updates(SNAPSHOT, snapshots=[0]))
    return book


def test_a_book_is_empty_until_its_first_snapshot() -> None:
    book = OrderBook(make_instrument())
    book.apply(*make_updates(((1, 2, 0), [(10.0, 1.0)], [])))
    assert book.status is BookStatus.EMPTY
    assert not book.bids
    assert isnan(book.best_bid)
    assert isnan(book.imbalance(5))


def test_an_update_sets_sizes_and_zero_removes_the_level() -> None:
    book = live_book()
    book.apply(*make_updates(((100, 105, 99), [(10.0, 0.0), (9.8, 7.0)], [(10.1, 5.0)])))
    assert book.bids == {9.9: 2.0, 9.8: 7.0}
    assert book.asks == {10.1: 5.0, 10.2: 4.0}
    assert (book.best_bid, book.best_ask) == (9.9, 10.1)
    assert book.update_id == 105


def test_removing_a_level_that_is_not_there_changes_nothing() -> None:
    book = live_book()
    book.apply(*make_updates(((100, 105, 99), [(5.0, 0.0)], [])))
    assert book.bids == {10.0: 1.0, 9.9: 2.0}


def test_updates_that_came_before_the_snapshot_are_applied_after_it() -> None:
    book = OrderBook(make_instrument())
    early = (
        ((90, 95, 89), [(10.0, 99.0)], []),
        ((96, 103, 95), [(9.7, 1.0)], []),
        ((104, 106, 103), [], [(10.1, 0.0)]),
    )
    book.apply(*make_updates(*early, SNAPSHOT, snapshots=[3]))
    assert book.bids == {10.0: 1.0, 9.9: 2.0, 9.7: 1.0}  # the first ended before the snapshot
    assert book.asks == {10.2: 4.0}
    assert book.sequence_gaps == 0


def test_a_missing_update_breaks_the_book_until_the_next_snapshot() -> None:
    book = live_book()
    assert not book.apply(*make_updates(((107, 110, 106), [(9.9, 0.0)], [])))
    assert book.status is BookStatus.BROKEN
    assert book.sequence_gaps == 1
    assert book.bids == {10.0: 1.0, 9.9: 2.0}  # what was known stays readable
    assert book.apply(*make_updates(((120, 120, -1), [(9.0, 1.0)], [(9.1, 1.0)]), snapshots=[0]))
    assert book.status is BookStatus.LIVE
    assert book.bids == {9.0: 1.0}


def test_the_update_that_revealed_a_gap_continues_a_snapshot_taken_before_it() -> None:
    book = live_book()
    book.apply(*make_updates(((107, 110, 106), [(9.5, 5.0)], [])))
    book.apply(*make_updates(((108, 108, -1), [(9.0, 1.0)], [(9.9, 1.0)]), snapshots=[0]))
    assert book.bids == {9.0: 1.0, 9.5: 5.0}
    assert book.update_id == 110


def test_a_crossed_book_is_counted() -> None:
    book = live_book()
    book.apply(*make_updates(((100, 101, 99), [(10.1, 1.0)], [])))
    assert book.crossed_books == 1


def test_the_best_levels_come_best_first() -> None:
    book = live_book()
    prices, sizes = book.top(BID, 5)
    assert (prices.tolist(), sizes.tolist()) == ([10.0, 9.9], [1.0, 2.0])
    prices, sizes = book.top(ASK, 1)
    assert (prices.tolist(), sizes.tolist()) == ([10.1], [3.0])
    assert book.imbalance(1) == pytest.approx((1 - 3) / 4)
    assert book.size_at(ASK, 10.2) == 4.0
    assert book.size_at(ASK, 11.0) == 0.0


def test_no_more_updates_wait_for_a_snapshot_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_book, "MOST_WAITING_LEVELS", 4)
    book = OrderBook(make_instrument())
    waiting = [((n, n, n - 1), [(float(n), 1.0)], []) for n in (101, 102, 103)]
    book.apply(*make_updates(*waiting))
    book.apply(*make_updates(SNAPSHOT, snapshots=[0]))
    # The oldest was let go, so what is left does not continue the snapshot, and says so.
    assert book.status is BookStatus.BROKEN


# Any legal stream equals a plain dictionary.

ticks = st.integers(1, 60)
lots = st.integers(0, 5)
changes = st.lists(st.tuples(ticks, lots), max_size=8)


@dataclass
class Stream:
    """A legal stream of messages and the plain model it should lead to."""

    messages: list[tuple[tuple[int, int, int], list[tuple[float, float]], list[tuple[float, float]]]] = field(
        default_factory=list
    )
    snapshots: list[int] = field(default_factory=list)
    models: list[tuple[dict[float, float], dict[float, float]]] = field(default_factory=list)


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    stream = Stream()
    bids: dict[float, float] = {}
    asks: dict[float, float] = {}
    last_id = 0
    for index, (bid_changes, ask_changes, is_snapshot) in enumerate(
        draw(st.lists(st.tuples(changes, changes, st.booleans()), min_size=1, max_size=25))
    ):
        # Sides share no price range, so that no book is crossed; prices are decimal texts, as venues send.
        bid_rows = [(float(f"{tick / 10:.1f}"), lot / 1000) for tick, lot in bid_changes]
        ask_rows = [(float(f"{10 + tick / 10:.1f}"), lot / 1000) for tick, lot in ask_changes]
        if is_snapshot or index == 0:
            bids, asks = {}, {}
            stream.snapshots.append(index)
            first_id = last_id = last_id + draw(st.integers(1, 5))
            previous = -1
        else:
            previous = last_id
            first_id = last_id + draw(st.integers(1, 3))  # ids may be skipped as long as `pu` chains
            last_id = first_id + draw(st.integers(0, 4))
        for rows, side in ((bid_rows, bids), (ask_rows, asks)):
            for price, size in rows:
                if size:
                    side[price] = size
                else:
                    side.pop(price, None)
        stream.messages.append(((first_id, last_id, previous), bid_rows, ask_rows))
        stream.models.append((dict(bids), dict(asks)))
    return stream


def slices(updates: Records, levels: Records, cuts: list[int]) -> list[tuple[Records, Records]]:
    ends = np.concatenate(([0], np.cumsum(updates["levels"])))
    bounds = [0, *sorted({cut % len(updates) for cut in cuts} - {0}), len(updates)]
    return [(updates[a:b], levels[ends[a] : ends[b]]) for a, b in itertools.pairwise(bounds)]


@given(streams(), st.lists(st.integers(0, 100), max_size=5), st.sampled_from([1, 3, 256]))
def test_any_legal_stream_equals_a_plain_dictionary(
    stream: Stream, cuts: list[int], heap_levels: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_book, "HEAP_LEVELS", heap_levels)
        patch.setattr(order_book, "MOST_HEAP_KEYS", 2 * heap_levels)
        book = OrderBook(make_instrument())
        updates, levels = make_updates(*stream.messages, snapshots=stream.snapshots)
        tops = []
        for piece in slices(updates, levels, cuts):
            book.apply(*piece)
            tops += book.tops
            for side, held in ((BID, book.bids), (ASK, book.asks)):
                prices, sizes = book.in_order(side)
                prices, sizes = prices[sizes > 0], sizes[sizes > 0]
                assert prices.tolist() == sorted(held, reverse=side == BID), "kept in order as they change"
                assert sizes.tolist() == [held[price] for price in prices.tolist()]
        assert book.status is BookStatus.LIVE
        assert book.sequence_gaps == 0
        assert (book.bids, book.asks) == stream.models[-1]
    assert len(tops) == len(stream.models)
    for (_, bid, bid_size, ask, ask_size), (bids, asks) in zip(tops, stream.models, strict=True):
        best_bid, best_ask = max(bids, default=np.nan), min(asks, default=np.nan)
        np.testing.assert_equal((bid, ask), (best_bid, best_ask))
        assert (bid_size, ask_size) == (bids.get(best_bid, 0.0), asks.get(best_ask, 0.0))


@given(streams(), st.integers(1, 24))
def test_a_stream_with_one_update_left_out_never_shows_a_live_wrong_book(
    stream: Stream, missing: int
) -> None:
    missing = missing % len(stream.messages)
    if missing in stream.snapshots:
        return
    book = OrderBook(make_instrument())
    for index, message in enumerate(stream.messages):
        if index == missing:
            continue
        book.apply(*make_updates(message, snapshots=[0] if index in stream.snapshots else []))
        if book.status is BookStatus.LIVE:
            assert (book.bids, book.asks) == stream.models[index]


def test_spot_updates_older_than_the_snapshot_are_dropped() -> None:
    book = OrderBook(make_instrument(SequenceRule.BINANCE_SPOT))
    old = ((95, 100, -1), [(10.05, 9.0)], [])
    new = ((101, 102, -1), [(9.9, 0.0)], [])
    book.apply(*make_updates(SNAPSHOT, old, new, snapshots=[0]))
    assert book.bids == {10.0: 1.0}
    assert book.sequence_gaps == 0
