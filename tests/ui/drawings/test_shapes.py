import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.drawings.edits import PriceStep, moved, with_handle
from ui.drawings.shapes import Line, clipped, handle_at, hits, shape_of
from ui.widgets.plot_mapping import BarMapping, PlotMapping
from workstation.model.drawings import ANCHORS, Anchor, Drawing, DrawingKind, new_drawing

START_MS = 1_723_161_240_000
EVEN = PlotMapping(START_MS, START_MS + 3_600_000, 61_000.0, 61_500.0, 800.0, 400.0, 400.0, 400.0)
_TIMES = START_MS + np.cumsum(
    np.array([0, 50_000, 3_000, 7_000, 90_000, 2_000, 400_000, 6_000, 9_000, 60_000.0])
)
COUNTED = BarMapping(
    float(_TIMES[0]), float(_TIMES[-1]), 61_000.0, 61_500.0, 800.0, 400.0, 400.0, 400.0, _TIMES, 0.0, 10.0
)
STEP = PriceStep(0.1, 1)

anchors = st.builds(
    Anchor,
    st.integers(START_MS - 3_600_000, START_MS + 7_200_000),
    st.integers(605_000, 620_000).map(lambda ticks: round(ticks * 0.1, 1)),
)


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    kind = draw(st.sampled_from(DrawingKind))
    return new_drawing(kind, tuple(draw(anchors) for _ in range(ANCHORS[kind])))


@given(
    drawing=drawings(),
    mapping=st.sampled_from([EVEN, COUNTED]),
    dx=st.floats(-300, 300),
    dy=st.floats(-300, 300),
)
def test_a_drawing_moved_there_and_back_is_where_it_was(
    drawing: Drawing, mapping: PlotMapping, dx: float, dy: float
) -> None:
    back = moved(moved(drawing, dx, dy, mapping, STEP), -dx, -dy, mapping, STEP)
    for old, new in zip(drawing.anchors, back.anchors, strict=True):
        # Anchors are whole ms, of which the shortest bar has 2,000 in 80 px.
        assert mapping.x(new.time_ms) == pytest.approx(mapping.x(old.time_ms), abs=0.1)
        assert new.price == pytest.approx(old.price, abs=0.11)


@given(drawing=drawings(), mapping=st.sampled_from([EVEN, COUNTED]))
def test_all_that_is_painted_lies_in_the_price_pane(drawing: Drawing, mapping: PlotMapping) -> None:
    shape = shape_of(drawing, mapping, 1)
    for x1, y1, x2, y2 in (*shape.lines, *shape.faint, *shape.areas):
        assert min(x1, x2) >= -1e-6
        assert max(x1, x2) <= mapping.width + 1e-6
        assert min(y1, y2) >= -1e-6
        assert max(y1, y2) <= mapping.height + 1e-6


@given(drawing=drawings(), share=st.floats(0, 1))
def test_every_point_of_a_line_is_a_hit_and_none_far_from_all_is(drawing: Drawing, share: float) -> None:
    shape = shape_of(drawing, EVEN, 1)
    for x1, y1, x2, y2 in shape.lines:
        assert hits(shape, x1 + share * (x2 - x1), y1 + share * (y2 - y1)) is not None
    if not shape.labels or not shape.labels[0].boxed:
        assert hits(shape, -50.0, -50.0) is None


@given(
    line=st.tuples(*(st.floats(-5_000, 5_000) for _ in range(4))),
    share=st.floats(0, 1),
)
def test_clipping_keeps_what_is_inside_and_nothing_else(line: Line, share: float) -> None:
    x1, y1, x2, y2 = line
    x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
    inside = 1 <= x <= EVEN.width - 1 and 1 <= y <= EVEN.height - 1
    kept = clipped(line, EVEN)
    if inside:
        assert kept is not None
        left, right = sorted((kept[0], kept[2]))
        top, bottom = sorted((kept[1], kept[3]))
        assert left - 1e-6 <= x <= right + 1e-6
        assert top - 1e-6 <= y <= bottom + 1e-6


@given(anchor=anchors, handle=st.integers(0, 3))
def test_a_rectangle_pulled_at_a_corner_has_that_corner_there(anchor: Anchor, handle: int) -> None:
    drawn = new_drawing(
        DrawingKind.RECTANGLE, (Anchor(START_MS, 61_100.0), Anchor(START_MS + 600_000, 61_200.0))
    )
    pulled = with_handle(drawn, handle, anchor)
    x, y = EVEN.x(anchor.time_ms), EVEN.y(anchor.price)
    assert shape_of(pulled, EVEN, 1).handles[handle] == pytest.approx((x, y))
    assert handle_at(shape_of(pulled, EVEN, 1), x, y) is not None


def test_a_ray_goes_on_to_the_edge_and_a_trend_line_ends() -> None:
    points = (Anchor(START_MS + 600_000, 61_100.0), Anchor(START_MS + 1_200_000, 61_150.0))
    (ray,) = shape_of(new_drawing(DrawingKind.RAY, points), EVEN, 1).lines
    (trend,) = shape_of(new_drawing(DrawingKind.TREND, points), EVEN, 1).lines
    assert ray[2] == pytest.approx(EVEN.width)
    assert trend[2:] == pytest.approx((EVEN.x(points[1].time_ms), EVEN.y(61_150.0)))


def test_a_retracement_runs_from_the_end_of_the_move_to_its_start() -> None:
    move = (Anchor(START_MS, 61_100.0), Anchor(START_MS + 600_000, 61_300.0))
    shape = shape_of(new_drawing(DrawingKind.FIBONACCI, move), EVEN, 1)
    words = [label.text.split()[0] for label in shape.labels]
    ys = [line[1] for line in shape.lines]
    assert words == ["0", "0.236", "0.382", "0.5", "0.618", "0.786", "1"]
    assert ys[0] == pytest.approx(EVEN.y(61_300.0))
    assert ys[3] == pytest.approx(EVEN.y(61_200.0))
    assert ys[-1] == pytest.approx(EVEN.y(61_100.0))


def test_a_measured_move_ends_as_far_from_its_third_point_as_the_second_from_the_first() -> None:
    points = (
        Anchor(START_MS, 61_100.0),
        Anchor(START_MS + 600_000, 61_250.0),
        Anchor(START_MS + 1_200_000, 61_200.0),
    )
    shape = shape_of(new_drawing(DrawingKind.MEASURED_MOVE, points), EVEN, 1)
    assert shape.lines[1][2:] == pytest.approx((EVEN.x(START_MS + 1_800_000), EVEN.y(61_350.0)))
    assert shape.labels[0].text.startswith("61\u2009350.0")
