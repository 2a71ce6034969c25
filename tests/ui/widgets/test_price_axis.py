from itertools import pairwise
from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from ui.theme import DARK
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.price_axis import LABEL_GAP_PX, PriceAxis, price_ticks
from ui.widgets.price_tag import PriceTag


def axis_of(low: float, high: float, height: float = 400, decimals: int = 1) -> PriceAxis:
    axis = PriceAxis(DARK)
    axis.decimals = decimals
    axis.place(QRectF(500, 0, axis.width_for(low, high), height))
    axis.view_changed(PlotMapping(0, 1000, low, high, 500, height, height, height))
    return axis


@given(st.floats(1e-3, 1e6), st.floats(1e-4, 1e5), st.floats(60, 2000), st.integers(0, 6))
def test_labels_stand_on_nice_steps_far_enough_apart(
    low: float, span: float, height: float, decimals: int
) -> None:
    ticks = price_ticks(low, low + span, height, decimals)
    for lower, upper in pairwise(ticks):
        step = upper - lower
        assert step * height / span >= LABEL_GAP_PX * (1 - 1e-6)
        assert step >= 10.0**-decimals * (1 - 1e-4)
    if len(ticks) > 1:
        step = (ticks[-1] - ticks[0]) / (len(ticks) - 1)
        leading = step / 10.0 ** (log10(step) // 1)
        assert min(abs(leading - digit) for digit in (1, 2, 5, 10)) < 1e-3


def test_a_view_of_no_height_has_no_labels() -> None:
    assert price_ticks(1.0, 2.0, 0, 2) == []
    assert price_ticks(2.0, 2.0, 100, 2) == []


def test_labels_make_way_for_tags_and_stay_inside(qapp: QApplication) -> None:
    axis = axis_of(61_500, 61_900)
    assert len(axis.label_rects()) > 4
    for price in range(61_500, 61_900, 7):
        axis.set_tag("last", PriceTag(price, "text", "panel"))
        tag = axis.tag_rect(axis.tags["last"])
        rects = [rect for _, rect in axis.label_rects()]
        assert not any(rect.intersects(tag) for rect in rects)
        assert all(rect.top() >= 0 and rect.bottom() <= 400 for rect in rects)
        assert tag.top() >= 0
        assert tag.bottom() <= 400


def test_a_tag_whose_price_is_out_of_view_rests_at_the_edge(qapp: QApplication) -> None:
    axis = axis_of(100, 200)
    axis.set_tag("last", PriceTag(300, "text", "panel"))
    assert axis.tag_rect(axis.tags["last"]).top() == 0
    axis.set_tag("last", PriceTag(10, "text", "panel"))
    assert axis.tag_rect(axis.tags["last"]).bottom() == pytest.approx(400)
    axis.set_tag("last", None)
    assert axis.tags == {}


def test_the_axis_is_as_wide_for_every_price_of_as_many_digits(qapp: QApplication) -> None:
    axis = axis_of(61_500, 61_900)
    assert axis.width_for(11_111.1, 11_112) == axis.width_for(61_500, 99_888)
    assert axis.width_for(9.1, 9.9) < axis.width_for(99_000, 101_000)


@pytest.mark.parametrize("high", [200.0, 104.0, 101.0])
def test_the_mark_stands_beside_the_last_price_that_it_would_lie_on(qapp: QApplication, high: float) -> None:
    axis = axis_of(100, high)
    axis.set_tag("mark", PriceTag(100.5, "control", "accent", label="M", yields=True))
    free = axis.tag_rect(axis.tags["mark"])
    for last in (100.5, 100.51, 100.4, 100.0, high):
        axis.set_tag("last", PriceTag(last, "text", "panel"))
        mark, other = axis.tag_rect(axis.tags["mark"]), axis.tag_rect(axis.tags["last"])
        assert not mark.intersects(other)
        assert mark.top() >= 0
        assert mark.bottom() <= 400
    axis.set_tag("last", None)
    assert axis.tag_rect(axis.tags["mark"]) == free


def test_tags_of_own_prices_that_lie_close_stand_one_beside_another(qapp: QApplication) -> None:
    axis = axis_of(100, 200)
    axis.set_tag("last", PriceTag(150, "text", "panel"))
    for number, price in enumerate((150.1, 150.2, 149.9, 151, 100, 99, 250)):
        axis.set_tag(f"own {number}", PriceTag(price, "control", "up", yields=True))
    rects = [axis.tag_rect(tag) for tag in axis.tags.values()]
    assert not any(one.intersects(other) for place, one in enumerate(rects) for other in rects[:place])
    assert all(rect.top() >= 0 and rect.bottom() <= 400 for rect in rects)
    assert all(abs(rect.center().y() - 200) < 5 * 18 for rect in rects[:5])
