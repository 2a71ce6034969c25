"""Footprints hold every trade once, and imbalances are diagonal with zero guarded."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.analytics.footprint import (
    BarFootprint,
    Footprint,
    FootprintRules,
    stacked,
)
from workstation.analytics.order_flow import cumulative_delta
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import StudyInputs
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.candles import candles_from_trades
from workstation.model.columns import TRADE, Records


def trades(made: list[tuple[int, int, int, int]]) -> Records:
    """Rows of TRADE from (time in ms, price in tenths, size, side)."""
    rows = np.zeros(len(made), TRADE)
    for name, values in zip(("event_ms", "price", "size", "side"), zip(*made, strict=True), strict=True):
        rows[name] = values
    rows["price"] /= 10
    return rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5_000), st.integers(600_000, 600_060), st.integers(1, 99), st.sampled_from([-1, 1])
        ),
        min_size=1,
        max_size=80,
    ),
    st.integers(1, 30),
    st.integers(1, 4),
)
def test_every_trade_lies_in_the_cell_of_its_bar_and_price_however_it_comes(
    made: list[tuple[int, int, int, int]], step: int, ticks: int
) -> None:
    footprint = Footprint(1_000, 0.1 * ticks)
    rows = trades(made)
    for first in range(0, len(rows), step):
        footprint.add_trades(rows[first : first + step])
    cells: dict[tuple[int, int, int], int] = {}
    for at_ms, price, size, side in made:
        key = at_ms // 1_000 * 1_000, price // ticks, side
        cells[key] = cells.get(key, 0) + size
    held = {}
    for open_ms in {key[0] for key in cells}:
        bar = footprint.bar(open_ms)
        assert bar is not None
        for place in range(len(bar.sold)):
            for side, sizes in ((-1, bar.sold), (1, bar.bought)):
                if sizes[place]:
                    held[open_ms, bar.first_row + place, side] = int(sizes[place])
    assert held == cells
    assert len(footprint) == len({key[0] for key in cells})


def test_buys_are_held_against_the_sells_a_row_below_and_sells_against_the_buys_above() -> None:
    bar = BarFootprint(0, sold=np.array([20.0, 0, 9, 84]), bought=np.array([1.0, 84, 3, 20]))
    buying, selling = bar.imbalances(FootprintRules(ratio=4.0))
    assert buying.tolist() == [False, True, True, False]  # 84 : 20, 3 : 0, 20 : 9
    assert selling.tolist() == [False, False, False, False]  # 20 : 84, 0, 9 : 20
    buying, _ = bar.imbalances(FootprintRules(ratio=4.0, least_share=0.02))
    assert buying.tolist() == [False, True, False, False]
    _, selling = BarFootprint(0, np.array([15.0, 2]), np.array([0.0, 1])).imbalances(FootprintRules())
    assert selling.tolist() == [True, False]
    assert (bar.delta, bar.volume, bar.busiest) == (-5, 221, 3)


def test_imbalances_above_one_another_are_stacked_from_three_on() -> None:
    flags = np.array([1, 1, 0, 1, 1, 1, 0, 1], bool)
    assert stacked(flags).tolist() == [False, False, False, True, True, True, False, False]
    assert stacked(flags, 2).sum() == 5
    assert not stacked(np.zeros(0, bool)).any()


@settings(max_examples=60, deadline=None)
@given(st.integers(-20, 20), st.integers(1, 12), st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_cells_gathered_into_higher_rows_are_those_of_a_footprint_of_such_rows(
    first: int, rows: int, sizes: list[int]
) -> None:
    sold, bought = np.array(sizes, float), np.array(sizes[::-1], float)
    coarse = BarFootprint(first, sold, bought).gathered(rows)
    for values, gathered in ((sold, coarse.sold), (bought, coarse.bought)):
        expected: dict[int, float] = {}
        for place, value in enumerate(values):
            expected[(first + place) // rows] = expected.get((first + place) // rows, 0) + value
        assert {coarse.first_row + place: value for place, value in enumerate(gathered)} == expected


@pytest.mark.real_data
def test_a_real_hour_of_takers_adds_up_bar_by_bar(shared_data: Path) -> None:
    feed = ReplayFeed(shared_data / "captures/binance_coinm_BTCUSD_PERP_2024-08-08.gz")
    footprint = Footprint(5_000, 0.5)
    parts = []
    for batches in feed.batches():
        for batch in batches:
            footprint.add_trades(batch.trades)
            parts.append(batch.trades)
    feed.close()
    whole = np.concatenate(parts)
    bars = candles_from_trades(np.sort(whole, order="event_ms"), 5_000)
    assert len(bars) == len(footprint)
    for candle in bars:
        bar = footprint.bar(int(candle["open_ms"]))
        assert bar is not None
        assert bar.volume == pytest.approx(candle["volume"])
        assert bar.delta == pytest.approx(2 * candle["buy_volume"] - candle["volume"])
        assert bar.first_row * 0.5 <= candle["low"] < (bar.first_row + 1) * 0.5
        assert (bar.first_row + len(bar.sold) - 1) * 0.5 <= candle["high"] + 1e-9
    # What takers bought and sold, summed trade by trade, is the line at the end of each bar.
    cvd = next(study for study in STUDIES if study.key == "cvd")
    (line,) = cvd.compute(StudyInputs(bars, 5_000), {}).lines
    by_trade = cumulative_delta(whole["size"], whole["side"])
    last = np.searchsorted(whole["event_ms"], bars["open_ms"] + 5_000) - 1
    np.testing.assert_allclose(line.values, by_trade[last], atol=1e-6)
