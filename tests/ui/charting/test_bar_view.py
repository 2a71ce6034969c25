import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.charting.made import START_MS, TIMEFRAME_MS, mapping_of, view_of, walk
from ui.widgets.plot_mapping import BarMapping


def test_the_visible_range_is_what_overlaps_the_view() -> None:
    rows = walk(100)
    rows["open_ms"] = START_MS + np.arange(100) * TIMEFRAME_MS
    view = view_of(rows)
    assert view.between(START_MS, START_MS + 10 * TIMEFRAME_MS) == (0, 10)
    # A bar of which a sliver is left belongs to it; one that ends where the view begins does not.
    assert view.between(START_MS + 4_999, START_MS + 5_001) == (0, 2)
    assert view.between(START_MS + 5_000, START_MS + 10_000) == (1, 2)
    assert view.between(START_MS - 9e9, START_MS) == (0, 0)
    assert view_of(rows[:0]).between(0, 1e15) == (0, 0)


@given(st.integers(2, 4000), st.floats(0.004, 30), st.sampled_from([1.0, 0.4]), st.booleans())
def test_level_of_detail_keeps_extremes_and_ends(
    count: int, px_per_bar: float, share: float, counted: bool
) -> None:
    rows = walk(count, share=share)
    view = view_of(rows, counted=counted)
    drawn = view.drawn(0, count - 1, mapping_of(view, px_per_bar))
    settled = rows[:-1]
    assert drawn.high.max() == settled["high"].max()
    assert drawn.low.min() == settled["low"].min()
    assert drawn.volume.max() == settled["volume"].max()
    assert drawn.open[0] == settled["open"][0]
    assert drawn.close[-1] == settled["close"][-1]
    if px_per_bar >= 1:
        assert len(drawn) == count - 1
    else:
        assert len(np.unique(drawn.center)) == len(drawn)


@pytest.mark.parametrize("share", [1.0, 0.2])
def test_nothing_is_drawn_more_than_half_a_pixel_from_its_bar(share: float) -> None:
    rows = walk(4000, share=share)
    view = view_of(rows)
    mapping = mapping_of(view, 0.05)
    drawn = view.drawn(0, 3999, mapping)
    exact = mapping.xs(rows["open_ms"] + TIMEFRAME_MS / 2)
    for center, high, low in zip(drawn.center, drawn.high, drawn.low, strict=True):
        near = rows[(exact >= center - 0.5) & (exact < center + 1.5)]
        assert high in near["high"]
        assert low in near["low"]


def test_bars_added_one_by_one_have_the_levels_of_bars_given_at_once() -> None:
    rows = walk(3000, share=0.5)
    grown = view_of(rows[:1000])
    for count in (1000, 1001, 1002, 1500, 1501, 3000):
        grown.update(rows[:count], TIMEFRAME_MS, 0)
        mapping = mapping_of(grown, 0.02)
        fresh = view_of(rows[:count]).drawn(0, count - 1, mapping)
        drawn = grown.drawn(0, count - 1, mapping)
        for name in ("center", "open", "high", "low", "close", "volume"):
            np.testing.assert_array_equal(getattr(drawn, name), getattr(fresh, name))


def test_a_settled_bar_that_changes_is_drawn_as_it_is_now() -> None:
    rows = walk(3000)
    view = view_of(rows)
    mapping = mapping_of(view, 0.02)
    view.drawn(0, 2999, mapping)
    rows["high"][100] = 5_000.0
    view.update(rows, TIMEFRAME_MS, 1)
    assert view.drawn(0, 2999, mapping).high.max() == 5_000.0


@given(st.floats(0.05, 100))
def test_a_body_is_odd_and_narrower_than_its_pitch(px_per_bar: float) -> None:
    view = view_of(walk(50))
    width = view.body_width(mapping_of(view, px_per_bar))
    assert width % 2 == 1
    assert width <= max(1, px_per_bar)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=40), st.floats(-20, 60))
def test_a_position_among_counted_bars_and_its_moment_find_each_other(
    steps: list[int], position: float
) -> None:
    times = START_MS + np.cumsum(steps).astype(np.float64)
    mapping = BarMapping(0, 1, 0, 1, 100, 10, 10, 10, times, -5.0, 45.0)
    moment = mapping.time_at(mapping.x_at(position))
    if len(times) > 1 and times[0] < times[-1]:
        # Bars of no length share a moment: the same moment is found again, if not the same bar.
        assert mapping.time_at(mapping.x(moment)) == pytest.approx(moment, abs=1e-3)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=40), st.integers(-10_000, 250_000))
def test_many_moments_lie_where_each_of_them_does(steps: list[int], after_ms: int) -> None:
    times = START_MS + np.cumsum(steps).astype(np.float64)
    mapping = BarMapping(0, 1, 0, 1, 100, 10, 10, 10, times, -5.0, 45.0)
    moments = np.array([START_MS + after_ms, *times])
    assert mapping.xs(moments) == pytest.approx([mapping.x(float(moment)) for moment in moments], abs=1e-6)
