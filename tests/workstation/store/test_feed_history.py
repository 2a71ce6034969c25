"""How venues' data arrived is kept whatever kills the desk, counted as a query counts it, and let go of."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.workstation.store.feed_child import EVERY_S, STATES
from workstation.analytics.feed_outages import outages, uptime
from workstation.model.feed_history import FeedChange, FeedDelays
from workstation.model.feed_status import FeedProblem, FeedState
from workstation.model.liquidity import DELAY_BINS
from workstation.store.ticks import DuckTickStore, open_store

VENUE, SYMBOL = "binance_usdm", "BTCUSDT"
BEGAN_MS = 1_790_000_000_000

# Gaps and islands, without a line of ours: rows that are down, numbered by how many were up before them.
QUERY = """
WITH ends AS (
    SELECT c.started_ms, c.state, c.at_ms, c.rowid AS place,
        coalesce(lead(c.at_ms) OVER one, r.seen_ms) AS to_ms,
        count(*) FILTER (c.state = 'not followed') OVER one AS left_before
    FROM feed_changes c JOIN feed_runs r USING (venue, started_ms)
    WHERE venue = $venue AND symbol = $symbol
    WINDOW one AS (PARTITION BY c.venue, c.started_ms, c.symbol ORDER BY c.rowid)
), marked AS (
    SELECT *, count(*) FILTER (state IN ('live', 'repairing')) OVER one AS island,
        count(*) FILTER (state <> 'connecting') OVER one AS came
    FROM ends WHERE to_ms > at_ms AND state <> 'not followed'
    WINDOW one AS (PARTITION BY started_ms, left_before ORDER BY place)
), down AS (
    SELECT started_ms, left_before, island, min(at_ms) AS from_ms, max(to_ms) AS to_ms FROM marked
    WHERE state IN ('stale', 'disconnected', 'connecting') AND came > 0 GROUP BY ALL
)
SELECT from_ms, to_ms FROM down ORDER BY from_ms
"""


def asked(store: DuckTickStore) -> list[tuple[int, int]]:
    with store._root.cursor() as cursor:
        return cursor.execute(QUERY, {"venue": VENUE, "symbol": SYMBOL}).fetchall()


def told(store: DuckTickStore, from_ms: int = 0) -> list[tuple[int, int]]:
    history = store.history()
    record = history.feed_record(VENUE, SYMBOL, from_ms)
    history.close()
    return [(one.from_ms, one.to_ms) for one in outages(record)]


def test_a_kill_leaves_what_happened_up_to_a_moment_ago(tmp_path: Path) -> None:
    repository, seeded = Path(__file__).parents[3], random.Random(7)
    for kill in range(3):
        began_ms = BEGAN_MS + kill * 10**9
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.workstation.store.feed_child", str(tmp_path), str(began_ms)],
            stdout=subprocess.PIPE,
            cwd=repository,
            env={**os.environ, "PYTHONPATH": str(repository)},
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"listening\n"
        time.sleep(seeded.uniform(0.0, 0.3))
        child.kill()
        child.wait()
        child.stdout.close()
    with open_store(tmp_path) as store:
        history = store.history()
        record = history.feed_record(VENUE, SYMBOL, 0)
        history.close()
        assert len(record.runs) == 3
        for kill, run in enumerate(record.runs):
            began_ms = BEGAN_MS + kill * 10**9
            assert [spell.state for spell in run] == [STATES[i % len(STATES)] for i in range(len(run))]
            assert [spell.from_ms - began_ms for spell in run] == [
                i * EVERY_S * 1000 for i in range(len(run))
            ]
            assert [spell.to_ms for spell in run[:-1]] == [spell.from_ms for spell in run[1:]]
            assert run[-1].to_ms - began_ms >= 15_000  # of its twenty seconds no more than a beat is gone
        assert told(store) == asked(store) != []


def test_outages_are_those_of_a_query_over_random_days(tmp_path: Path) -> None:
    rng = random.Random(20_260_911)
    states: list[FeedState | None] = [FeedState.LIVE, FeedState.LIVE, FeedState.REPAIRING]
    states += [FeedState.STALE, FeedState.DISCONNECTED, FeedState.CONNECTING, None]
    with open_store(tmp_path) as store:
        at_ms = BEGAN_MS
        for _ in range(12):
            started_ms, changes = at_ms, []
            for _ in range(rng.randrange(1, 40)):
                changes.append(FeedChange(SYMBOL, rng.choice(states), FeedProblem.NONE, at_ms))
                at_ms += rng.choice([0, 1, 5_000, 300_000, 7_200_000])
            store.put_feed_history(VENUE, started_ms, started_ms, changes[:5], [])
            store.put_feed_history(VENUE, started_ms, at_ms, changes[5:], [])
            at_ms += rng.randrange(10**7)
        store.wait_until_below(0)
        found = told(store)
        assert found == asked(store)
        assert len(found) > 20
        history = store.history()
        record = history.feed_record(VENUE, SYMBOL, 0)
        day = 86_400_000
        for from_ms in range(BEGAN_MS, at_ms, day):
            part = uptime(record, from_ms, from_ms + day)
            cut = [(max(a, from_ms), min(b, from_ms + day)) for a, b in found]
            inside = [b - a for a, b in cut if b > a]
            assert (part.lost_ms, part.longest_ms) == (sum(inside), max(inside, default=0))
            assert part.outages == len(inside)
            assert part.lost_ms <= part.listened_ms <= day
        history.close()


def test_delays_add_up_and_old_history_is_let_go(tmp_path: Path) -> None:
    def delays(from_ms: int, *late: int) -> FeedDelays:
        return FeedDelays(SYMBOL, from_ms, from_ms + 10, np.bincount(late, minlength=DELAY_BINS))

    live = [FeedChange(SYMBOL, FeedState.LIVE, FeedProblem.NONE, BEGAN_MS)]
    later = [FeedChange(SYMBOL, FeedState.LIVE, FeedProblem.NONE, BEGAN_MS + 1000)]
    with open_store(tmp_path) as store:
        store.put_feed_history(VENUE, BEGAN_MS, BEGAN_MS + 500, live, [delays(BEGAN_MS, 0, 5, 271)])
        store.put_feed_history(VENUE, BEGAN_MS + 1000, BEGAN_MS + 2000, later, [delays(BEGAN_MS + 1000, 5)])
        store.wait_until_below(0)
        history = store.history()
        record = history.feed_record(VENUE, SYMBOL, 0)
        assert {int(place): int(record.delays[place]) for place in np.flatnonzero(record.delays)} == {
            0: 1,
            5: 2,
            271: 1,
        }
        assert history.feed_record(VENUE, "ETHUSDT", 0).runs == ()
        assert store.drop_feed_history(BEGAN_MS + 1000) == 3
        left = history.feed_record(VENUE, SYMBOL, 0)
        history.close()
    assert (len(left.runs), int(left.delays.sum())) == (1, 1)
