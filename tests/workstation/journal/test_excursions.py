"""How far price went for and against a trade: by the tape, else by candles, else not said."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.workstation.journal.stored_market import START_MS, StoredMarket, candles, fill, round_trip
from workstation.journal.excursions import excursions
from workstation.model.journal import RoundTrip
from workstation.model.orders import Side
from workstation.store.ticks import open_store


def trade(number: int, side: Side, opened_ms: int, closed_ms: int, price: str = "100") -> RoundTrip:
    fills = [
        fill(number, side, price, "2", opened_ms),
        fill(number + 1, side.opposite, price, "2", closed_ms),
    ]
    return round_trip(fills, trip_id=f"trip {number}")


def test_many_trades_are_measured_as_a_plain_query_would_each(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    prices = np.round(100 + np.cumsum(random.normal(0, 0.2, 3_000)), 1)
    times = START_MS + np.cumsum(random.integers(0, 200, 3_000))
    with open_store(tmp_path) as store:
        market = StoredMarket(store)
        for at_ms, price in zip(times.tolist(), prices.tolist(), strict=True):
            market.trade(at_ms, price)
        market.done()
        spans = [sorted(random.integers(times[0], times[-1], 2).tolist()) for _ in range(120)]
        trips = [
            trade(number * 2, Side.BUY if number % 2 else Side.SELL, *span)
            for number, span in enumerate(spans)
        ]
        history = store.history()
        found = dict(excursions(history, trips))
        history.close()
    plain = duckdb.connect(str(tmp_path / "ticks.duckdb"), read_only=True)
    for trip in trips:
        ((low, high, count),) = plain.execute(
            "SELECT min(price), max(price), count(*) FROM trades WHERE event_ms BETWEEN ? AND ?",
            [trip.opened_ms, trip.closed_ms],
        ).fetchall()
        if not count:
            assert trip.trip_id not in found
            continue
        measured, sign = found[trip.trip_id], trip.direction.sign
        worst, best = (low, high) if sign > 0 else (high, low)
        assert (measured.mae_price, measured.mfe_price, measured.source) == (worst, best, "tape")
        assert measured.mae_pnl == pytest.approx(min(0.0, 2 * (worst - 100) * sign))
        assert measured.mfe_pnl == pytest.approx(max(0.0, 2 * (best - 100) * sign))
        for at_ms, price in ((measured.mae_ms, worst), (measured.mfe_ms, best)):
            ((first,),) = plain.execute(
                "SELECT min(event_ms) FROM trades WHERE price = ? AND event_ms BETWEEN ? AND ?",
                [price, trip.opened_ms, trip.closed_ms],
            ).fetchall()
            assert at_ms == first
    plain.close()


def test_money_counts_what_was_held_at_that_moment(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        market = StoredMarket(store)
        for step, price in enumerate((100.0, 110.0, 110.0, 130.0, 120.0)):
            market.trade(START_MS + step * 1_000, price)
        market.done()
        fills = [
            fill(1, Side.BUY, "100", "2", START_MS),
            fill(2, Side.SELL, "110", "1", START_MS + 1_500),
            fill(3, Side.SELL, "120", "1", START_MS + 4_000),
        ]
        history = store.history()
        ((_, found),) = excursions(history, [round_trip(fills)])
        history.close()
    assert (found.mfe_price, found.mfe_pnl) == (130.0, 10.0 + 30.0)
    assert (found.mae_price, found.mae_pnl) == (100.0, 0.0)


def test_candles_stand_in_for_the_tape_and_are_named(tmp_path: Path) -> None:
    hour = 3_600_000
    opened = START_MS // hour * hour + 600_000
    with open_store(tmp_path) as store:
        candles(store, hour, [(opened - 600_000 + n * hour, 100, 104 + n, 97 - n, 101) for n in range(3)])
        history = store.history()
        covered = trade(0, Side.BUY, opened, opened + 2 * hour)
        beyond = trade(2, Side.BUY, opened, opened + 4 * hour)
        found = dict(excursions(history, [covered, beyond]))
        history.close()
    assert list(found) == ["trip 0"]
    assert found["trip 0"].source == "1h"
    assert (found["trip 0"].mae_price, found["trip 0"].mfe_price) == (95.0, 106.0)
    assert found["trip 0"].mae_ms == covered.opened_ms - 600_000 + 2 * hour


def test_a_trade_that_the_tape_holds_only_in_part_is_not_measured_on_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        market = StoredMarket(store)
        for step in range(10):
            market.trade(START_MS + step * 1_000, 100.0 + (50 if step == 9 else 0))
        market.done()
        history = store.history()
        early = trade(0, Side.BUY, START_MS - 1, START_MS + 5_000)
        late = trade(2, Side.BUY, START_MS, START_MS + 9_001)
        whole = trade(4, Side.BUY, START_MS, START_MS + 9_000)
        ((key, found),) = excursions(history, [early, late, whole])
        assert (key, found.mfe_price) == ("trip 4", 150.0)  # the closing trade itself is within
        history.close()
