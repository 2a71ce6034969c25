import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workstation.journal.statistics.made_trips import (
    DAY_MS,
    HOUR_MS,
    MONDAY_MS,
    PAPER,
    STARTS,
    list_of,
    made,
    random_trips,
)
from workstation.journal.statistics.days import by_day, on_day
from workstation.journal.statistics.series import (
    R_STEP,
    against_passive,
    equity,
    excursions,
    histogram,
    hour_grid,
)
from workstation.journal.statistics.summary import summary
from workstation.journal.statistics.table import Measure, TripTable
from workstation.model.journal import Excursion


def test_an_opening_loss_falls_from_the_starting_balance() -> None:
    table = TripTable.of(list_of([-100, 300, -150]), [PAPER], STARTS)
    curve = equity(table, Measure.MONEY)
    assert curve.values.tolist() == [1000, 900, 1200, 1050]
    assert curve.falls.tolist() == [0, -100, 0, -150]
    assert curve.worst is not None
    assert (curve.worst.money, curve.worst.peak, curve.worst.trough) == (150, 2, 3)
    assert curve.times_ms[0] == MONDAY_MS
    share = equity(table, Measure.SHARE)
    np.testing.assert_allclose(
        share.values, [0, -0.1, 0.2, 0.05]
    )  # equals the account where trips never overlap


@pytest.mark.parametrize("measure, key", [(Measure.MONEY, "drawdown_money"), (Measure.R, "drawdown_r")])
def test_the_curve_and_the_figures_tell_the_same_drawdown(measure: Measure, key: str) -> None:
    table = TripTable.of(random_trips(150, 8), [PAPER], {("paper", "USDT"): 50_000.0})
    curve = equity(table, measure)
    assert -curve.falls.min() == pytest.approx(summary(table)[key].value)


@given(st.lists(st.floats(-50, 200), min_size=1, max_size=60))
def test_a_histogram_holds_every_result_once(values: list[float]) -> None:
    for step in (R_STEP, None):
        found = histogram(np.array([*values, np.nan]), step)
        assert found.counts.sum() == found.n == len(values)
        assert len(found.edges) == len(found.counts) + 1
        assert len(found.counts) <= 240
        np.testing.assert_allclose(np.diff(found.edges), found.step)


def test_bins_hold_their_lower_edge() -> None:
    found = histogram(np.array([-1.0, -0.5, -0.01, 0.0, 0.49, 1.0]), R_STEP)
    assert found.edges.tolist() == [-1, -0.5, 0, 0.5, 1, 1.5]
    assert found.counts.tolist() == [1, 2, 2, 0, 1]


def test_excursions_are_signed_and_say_where_they_were_measured() -> None:
    trips = [
        made(0, 5, excursion=Excursion(1, 1, 1, 1, -8.0, 12.0, "tape")),
        made(1, 5),
        made(2, 5, excursion=Excursion(1, 1, 1, 1, -2.0, 9.0, "1h")),
    ]
    found = excursions(TripTable.of(trips), Measure.R)
    assert found.places.tolist() == [0, 2]
    np.testing.assert_allclose(found.mae, [-0.8, -0.2])
    assert found.on_tape.tolist() == [True, False]


def test_the_calendar_and_the_grid_hold_every_result_once() -> None:
    table = TripTable.of(random_trips(300, 9), [PAPER])
    days, grid = by_day(table, Measure.R), hour_grid(table, Measure.R)
    total, n = np.nansum(table.r), np.count_nonzero(np.isfinite(table.r))
    assert days.results.sum() == pytest.approx(total)
    assert grid.sums.sum() == pytest.approx(total)
    assert days.counts.sum() == grid.counts.sum() == n
    drawer = np.concatenate([on_day(table, days.first + day) for day in range(len(days.counts))])
    assert drawer.tolist() == list(range(300))


def test_a_trip_lies_in_the_hour_it_was_opened_and_on_the_day_it_was_closed() -> None:
    late = made(0, 7, opened_ms=MONDAY_MS + 23 * HOUR_MS, closed_ms=MONDAY_MS + DAY_MS)
    table = TripTable.of([late])
    assert hour_grid(table, Measure.MONEY).sums[0, 23] == 7
    assert by_day(table).results.tolist() == [0, 7]
    assert on_day(table, MONDAY_MS // DAY_MS).tolist() == []
    assert on_day(table, MONDAY_MS // DAY_MS + 1).tolist() == [0]


def test_actual_and_passive_are_compared_over_the_same_trips() -> None:
    trips = [*list_of([10, -10, 20]), made(3, 70, initial_risk=None)]
    passive = {trips[0].trip.trip_id: 2.0, trips[2].trip.trip_id: 1.5, trips[3].trip.trip_id: 5.0}
    found = against_passive(TripTable.of(trips), passive)
    assert found.actual.tolist() == [1, 3]
    assert found.passive.tolist() == [2, 3.5]
    assert found.gap.value == -0.25
    assert found.left_out_count == 2
