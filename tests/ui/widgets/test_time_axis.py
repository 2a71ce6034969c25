from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from ui import format
from ui.theme import DARK
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.time_axis import LABEL_GAP_PX, TimeAxis, bar_ticks, crosshair_time, time_ticks

DAY_MS = 86_400_000
MIDNIGHT = 1_723_161_600_000  # 2024-08-09 00:00:00 UTC


def seven_px(text: str) -> float:
    return 7.0 * len(text)


def texts(from_ms: float, to_ms: float, width: float = 1200) -> list[str]:
    return [tick.text for tick in time_ticks(from_ms, to_ms, width, seven_px)]


@given(
    st.floats(0, 4e12),
    st.floats(50, 30 * 365 * DAY_MS),
    st.floats(60, 4000),
)
def test_labels_never_collide(from_ms: float, span_ms: float, width: float) -> None:
    ticks = time_ticks(from_ms, from_ms + span_ms, width, seven_px)
    px_per_ms = width / span_ms
    for left, right in pairwise(ticks):
        distance = (right.at - left.at) * px_per_ms
        assert distance >= (seven_px(left.text) + seven_px(right.text)) / 2 + LABEL_GAP_PX / 2
    assert all(from_ms <= tick.at <= from_ms + span_ms for tick in ticks)


@given(st.floats(1e12, 2e12), st.floats(1_000, 300 * DAY_MS), st.floats(600, 4000))
def test_a_view_of_common_size_has_labels(from_ms: float, span_ms: float, width: float) -> None:
    assert len(time_ticks(from_ms, from_ms + span_ms, width, seven_px)) >= 2


def test_seconds_are_written_only_where_they_tell_labels_apart() -> None:
    assert texts(MIDNIGHT - 30_000, MIDNIGHT - 1, 800)[:2] == ["23:59:30", "23:59:35"]
    assert "23:55" in texts(MIDNIGHT - 600_000, MIDNIGHT - 1)


def test_midnight_is_labelled_by_its_day_and_stands_out() -> None:
    ticks = time_ticks(MIDNIGHT - 300_000, MIDNIGHT + 300_000, 1200, seven_px)
    midnight = next(tick for tick in ticks if tick.at == MIDNIGHT)
    assert midnight.text == "9 Aug"
    assert midnight.major
    assert sum(tick.major for tick in ticks) == 1


def test_long_views_are_labelled_by_days_months_and_years() -> None:
    assert texts(MIDNIGHT, MIDNIGHT + 6 * DAY_MS, 700)[:3] == ["9 Aug", "10 Aug", "11 Aug"]
    months = texts(MIDNIGHT, MIDNIGHT + 400 * DAY_MS)
    assert "Oct" in months or "Sep" in months
    assert "2025" in months
    years = texts(MIDNIGHT, MIDNIGHT + 12 * 365 * DAY_MS, 800)
    assert all(text.isdigit() for text in years)


def test_labels_stand_on_round_utc_times() -> None:
    for tick in time_ticks(MIDNIGHT + 1234.5, MIDNIGHT + 3_601_234.5, 1200, seven_px):
        moment = datetime.fromtimestamp(tick.at / 1000, UTC)
        assert moment.second == 0
        assert tick.text == f"{moment:%H:%M}"


def test_an_empty_view_has_no_labels() -> None:
    assert texts(MIDNIGHT, MIDNIGHT) == []
    assert texts(MIDNIGHT, MIDNIGHT + 1000, 0) == []


@pytest.mark.parametrize(
    "ms_per_px, text",
    [(5, "8 Aug 23:59:50.500"), (500, "8 Aug 23:59:50"), (60_000, "8 Aug 23:59"), (DAY_MS, "8 Aug 2024")],
)
def test_the_crosshair_is_as_precise_as_a_pixel(ms_per_px: float, text: str) -> None:
    assert crosshair_time(MIDNIGHT - 9_500, ms_per_px) == text


def test_labels_make_way_for_the_tag_and_stay_inside(qapp: QApplication) -> None:
    axis = TimeAxis(DARK)
    axis.place(QRectF(0, 100, 460, 22))
    for shift in range(0, 60_000, 7_000):
        mapping = PlotMapping(MIDNIGHT + shift, MIDNIGHT + shift + 600_000, 1, 2, 400, 80, 81, 100)
        axis.view_changed(mapping)
        axis.ticks = time_ticks(mapping.from_ms, mapping.to_ms, 400, axis.metrics.horizontalAdvance)
        assert axis.label_rects()
        for at in (0.0, 0.3, 0.55, 1.0):
            axis.set_tag(mapping.from_ms + at * 600_000)
            tag = axis.tag_rect()
            assert tag is not None
            assert tag.left() >= 0
            assert tag.right() <= 400
            rects = [rect for _, rect in axis.label_rects()]
            assert not any(rect.intersects(tag) for rect in rects)
            assert all(rect.left() >= 0 and rect.right() <= 400 for rect in rects)
            assert all(left.right() < right.left() for left, right in pairwise(rects))


def test_a_tag_out_of_view_is_not_shown(qapp: QApplication) -> None:
    axis = TimeAxis(DARK)
    axis.place(QRectF(0, 100, 460, 22))
    axis.view_changed(PlotMapping(1_000, 2_000, 1, 2, 400, 80, 81, 100))
    axis.set_tag(2_500)
    assert axis.tag_rect() is None
    axis.set_tag(None)
    assert axis.tag_rect() is None
    assert axis.tag_text == ""


def test_counted_bars_are_labelled_evenly_with_when_they_opened() -> None:
    rng = np.random.default_rng(2)
    times = MIDNIGHT - 3_600_000 + np.cumsum(rng.exponential(40_000, 400))
    ticks = bar_ticks(times, 20.5, 320.5, 900, seven_px)
    steps = {later.at - earlier.at for earlier, later in pairwise(ticks)}
    assert len(steps) == 1
    assert steps.pop() * 900 / 300 >= 7 * 8 + 36
    assert [tick.text for tick in ticks if not tick.major] == [
        format.utc_time(float(times[int(tick.at)])) for tick in ticks if not tick.major
    ]
    (day,) = [tick for tick in ticks if tick.major]
    assert times[int(day.at)] >= MIDNIGHT


def test_nothing_is_labelled_where_there_is_no_bar_yet() -> None:
    times = MIDNIGHT + 1_000.0 * np.arange(50)
    ticks = bar_ticks(times, -100, 300, 900, seven_px)
    assert ticks
    assert all(0 <= tick.at < 50 for tick in ticks)
