"""The guard in the feed process and the book at the desk call the same books live."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workstation.exchange.book_guard import FIRST_SNAPSHOT_S, BookGuard
from workstation.market.order_book import BookStatus, OrderBook
from workstation.model.columns import BOOK_UPDATE, LEVEL, Records
from workstation.model.instrument import ContractKind, Instrument, SequenceRule


def updates(*rows: tuple[int, int, int, bool]) -> Records:
    """Rows of (first id, last id, previous id, whether it is a snapshot) without levels."""
    records = np.zeros(len(rows), BOOK_UPDATE)
    for index, (first_id, last_id, prev_id, is_snapshot) in enumerate(rows):
        records[index] = (index, 0, 0, first_id, last_id, prev_id, 0, is_snapshot)
    return records


def guard() -> BookGuard:
    return BookGuard(SequenceRule.BINANCE_FUTURES, 0.0)


def test_the_first_snapshot_is_asked_for_with_the_first_update_or_after_a_while() -> None:
    waiting = guard()
    assert waiting.needs_snapshot(0.5) is None
    assert waiting.needs_snapshot(FIRST_SNAPSHOT_S + 0.1) is not None
    waiting.take(updates((1, 2, 0, False)))
    assert waiting.needs_snapshot(0.5) is not None


def test_a_missing_update_asks_for_a_snapshot_and_a_snapshot_mends_it() -> None:
    book = guard()
    book.take(updates((1, 2, 0, False), (2, 2, -1, True), (3, 5, 2, False)))
    assert book.needs_snapshot(9.0) is None
    book.take(updates((8, 9, 7, False)))
    assert book.status is BookStatus.BROKEN
    assert book.sequence_gaps == 1
    book.take(updates((9, 9, -1, True)))
    assert book.needs_snapshot(9.0) is None


def test_doubt_lasts_until_the_next_snapshot() -> None:
    book = guard()
    book.take(updates((2, 2, -1, True)))
    book.doubt("It is crossed.")
    assert book.needs_snapshot(0.0) == "It is crossed."
    book.take(updates((2, 2, -1, True)))
    assert book.needs_snapshot(0.0) is None


ids = st.integers(0, 12)


@given(
    rows=st.lists(st.tuples(ids, ids, ids, st.sampled_from([False, False, False, True])), max_size=30),
    cuts=st.sets(st.integers(0, 30)),
    rule=st.sampled_from(SequenceRule),
)
def test_guard_and_book_agree(
    rows: list[tuple[int, int, int, bool]], cuts: set[int], rule: SequenceRule
) -> None:
    one = Decimal(1)
    instrument = Instrument("venue", "BTCUSDT", ContractKind.LINEAR, one, one, one, "BTC", "USDT", rule)
    book, watching = OrderBook(instrument), BookGuard(rule, 0.0)
    bounds = sorted({0, len(rows), *[cut for cut in cuts if cut < len(rows)]})
    for first, end in pairwise(bounds):
        part = updates(*rows[first:end])
        book.apply(part, np.empty(0, LEVEL))
        watching.take(part)
        assert watching.status is book.status
        assert watching.sequence_gaps == book.sequence_gaps
