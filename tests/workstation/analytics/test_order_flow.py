"""Order flow where data are missing, levels are empty and rows tie."""

from math import inf, isnan, nan

import numpy as np
import pytest

from workstation.analytics import order_flow
from workstation.errors import BadFigure


def test_delta_counts_the_taker_and_breaks_over_a_gap() -> None:
    line = order_flow.cumulative_delta(
        np.array([1.0, 2.0, 4.0]), np.array([1, -1, 1], dtype=np.int8), breaks=[1]
    )
    assert line[0] == 1
    assert isnan(line[1])
    assert line[2] == 3


def test_a_profile_puts_a_price_on_a_border_into_its_own_row() -> None:
    lowest, volumes = order_flow.volume_profile(
        np.array([0.3, 0.1, 0.35, 0.2]), np.array([1.0, 2.0, 4.0, 8.0]), 0.1
    )
    assert lowest == 1
    np.testing.assert_allclose(volumes, [2, 8, 5])
    assert order_flow.volume_profile(np.array([]), np.array([]), 1.0)[1].size == 0
    with pytest.raises(BadFigure):
        order_flow.volume_profile(np.array([1.0]), np.array([1.0]), 0.0)


def test_of_two_busiest_rows_the_one_in_the_middle_counts_then_the_higher() -> None:
    assert order_flow.value_area(np.array([9.0, 1, 1, 9, 1])).poc == 3
    assert order_flow.value_area(np.array([1.0, 9, 1, 9, 1])).poc == 3


def test_a_value_area_ends_at_the_profiles_ends() -> None:
    area = order_flow.value_area(np.array([1.0, 1.0, 8.0]), share=1.0)
    assert (area.low, area.high, area.volume) == (0, 2, 10)
    single = order_flow.value_area(np.array([3.0]))
    assert (single.poc, single.low, single.high) == (0, 0, 0)


@pytest.mark.parametrize(("volumes", "share"), [([], 0.7), ([0.0, 0.0], 0.7), ([1.0], 0.0), ([1.0], 1.1)])
def test_no_volume_and_no_share_are_refused(volumes: list[float], share: float) -> None:
    with pytest.raises(BadFigure):
        order_flow.value_area(np.array(volumes), share=share)


def test_an_imbalance_is_diagonal_needs_volume_and_is_guarded_against_zero() -> None:
    bought, sold = np.array([0.0, 40, 5, 0]), np.array([10.0, 0, 0, 30])
    buying, selling = order_flow.footprint_imbalances(bought, sold, threshold=4.0)
    assert buying.tolist() == [False, True, True, False]
    assert selling.tolist() == [False, False, False, False]  # the highest row has nothing above it
    buying, _ = order_flow.footprint_imbalances(bought, sold, threshold=4.0, min_volume=10)
    assert buying.tolist() == [False, True, False, False]
    nothing = np.zeros(3)
    assert not np.any(order_flow.footprint_imbalances(nothing, nothing))
    assert order_flow.diagonal_ratio(5, 0) == inf
    assert isnan(order_flow.diagonal_ratio(0, 0))


def test_an_empty_book_has_no_imbalance() -> None:
    assert isnan(order_flow.book_imbalance(0, 0))
    assert isnan(order_flow.microprice(1, 0, 2, 0))


@pytest.mark.parametrize("case", [(0, 1), (1, 0), (nan, 1), (1, nan)])
def test_standing_still_is_no_quadrant(case: tuple[float, float]) -> None:
    assert order_flow.open_interest_quadrant(*case) is None
