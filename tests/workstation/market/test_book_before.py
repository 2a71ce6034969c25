"""The book of any moment, picked by the store at once, is the one that follows from every update in turn."""

import random
from pathlib import Path

import pytest

from tests.workstation.journal.stored_market import START_MS, Level, StoredMarket, instrument
from workstation.market.rebuild import book_before, rebuild_book
from workstation.model.instrument import SequenceRule
from workstation.store.ticks import open_store

MESSAGES = 120


def write(market: StoredMarket, rule: SequenceRule, draw: random.Random) -> None:
    """Updates, snapshots, and now and then something that does not continue what came before."""
    last = 1_000
    for number in range(MESSAGES):
        at_ms = START_MS + number * 100
        levels: list[Level] = [
            (draw.choice((1, -1)), float(draw.randint(90, 110)), float(draw.choice((0, 0, 1, 2, 3))))
            for _ in range(draw.randint(0, 6))
        ]
        is_whole = number == 7 or draw.random() < 0.04 or rule is SequenceRule.FULL_SNAPSHOTS
        if is_whole:
            # One that was asked for apart may lie behind the updates or before them.
            behind = draw.choice((0, 0, 0, 5, -4))
            levels = [(1, float(price), 1.0) for price in range(90, 100)]
            levels += [(-1, float(price), 2.0) for price in range(101, 110)]
            market.book(at_ms, levels, whole=True, ids=(last + behind, last + behind, -1))
            continue
        step = draw.randint(1, 4)
        broken = draw.random() < 0.02
        first, previous = last + 1 + 3 * broken, last + 3 * broken
        market.book(at_ms, levels, ids=(first, first + step - 1, previous))
        last = first + step - 1


@pytest.mark.parametrize("rule", list(SequenceRule))
def test_it_is_equal_level_by_level_whatever_the_chain_is_like(tmp_path: Path, rule: SequenceRule) -> None:
    of = instrument(rule)
    statuses = set()
    with open_store(tmp_path) as store:
        ids = []
        for seed in range(3):
            market = StoredMarket(store, of, name=f"seed {seed}")
            write(market, rule, random.Random(seed))
            ids.append(market.done())
        history = store.history()
        for recording_id in ids:
            for to_seq in range(0, MESSAGES + 1, 7):
                one = book_before(history, recording_id, of, to_seq)
                other = rebuild_book(history, recording_id, of, to_seq)
                assert one.bids == other.bids
                assert one.asks == other.asks
                assert one.status is other.status
                assert one.update_id == other.update_id
                assert one.event_ms == other.event_ms
                statuses.add(one.status)
        history.close()
    assert len(statuses) == (2 if rule is SequenceRule.FULL_SNAPSHOTS else 3)
