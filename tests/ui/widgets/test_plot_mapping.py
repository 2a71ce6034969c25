from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.widgets.plot_mapping import FIT_MARGIN, PlotMapping, fitted_price_range, zoomed

MAPPING = PlotMapping(1_723_161_000_000.0, 1_723_161_600_000.0, 61_500.0, 61_900.0, 1200, 400, 401, 480)
prices = st.floats(1e-4, 1e6)


@given(st.floats(0, 1200), st.floats(0, 400))
def test_a_pixel_maps_to_market_and_back(x: float, y: float) -> None:
    assert MAPPING.x(MAPPING.time_at(x)) == pytest.approx(x, abs=1e-3)
    assert MAPPING.y(MAPPING.price_at(y)) == pytest.approx(y, abs=1e-6)


def test_arrays_map_as_single_values_do() -> None:
    times = np.array([1_723_161_000_000, 1_723_161_123_456])
    assert MAPPING.xs(times).tolist() == [MAPPING.x(time) for time in times]
    assert MAPPING.ys(np.array([61_500.0, 61_777.7])).tolist() == [MAPPING.y(61_500.0), MAPPING.y(61_777.7)]


@given(st.floats(0.1, 10), st.floats(0, 1))
def test_zooming_keeps_the_place_of_what_it_zooms_about(factor: float, share: float) -> None:
    low, high = 100.0, 300.0
    about = low + share * (high - low)
    new_low, new_high = zoomed(low, high, factor, about)
    assert new_high - new_low == pytest.approx(factor * 200)
    assert (about - new_low) / (new_high - new_low) == pytest.approx(share, abs=1e-9)


@given(prices, prices)
def test_a_fitted_range_shows_both_extremes_with_a_margin(first: float, second: float) -> None:
    lowest, highest = sorted((first, second))
    low, high = fitted_price_range(lowest, highest, 0.01, None)
    free = FIT_MARGIN * (high - low) * (1 - 1e-6)
    assert low + free <= lowest + 1e-9
    assert highest <= high - free + 1e-9
    assert high - low >= 0.01 * (1 - 1e-6)


@given(st.lists(st.tuples(prices, prices), min_size=2, max_size=30))
def test_a_fitted_range_never_hides_an_extreme_whatever_came_before(spans: list[tuple[float, float]]) -> None:
    fitted = None
    for first, second in spans:
        lowest, highest = sorted((first, second))
        fitted = fitted_price_range(lowest, highest, 0.01, fitted)
        assert fitted[0] < lowest
        assert highest < fitted[1]


def test_a_fitted_range_stays_while_it_serves() -> None:
    fitted = fitted_price_range(100.0, 200.0, 1.0, None)
    for lowest, highest in pairwise((100.0, 203.0, 100.0, 195.0, 105.0, 200.0)):
        low, high = sorted((lowest, highest))
        assert fitted_price_range(low, high, 1.0, fitted) == fitted


def test_a_still_market_fills_no_more_than_the_least_span() -> None:
    fitted = fitted_price_range(100.0, 100.0, 2.0, None)
    assert fitted == pytest.approx((99.0, 101.0))
    assert fitted_price_range(100.0, 100.0, 2.0, fitted) == fitted
