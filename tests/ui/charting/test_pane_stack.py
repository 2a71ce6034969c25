from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.charting.made import TIMEFRAME_MS, view_of, walk
from ui.charting.bar_view import BarView
from ui.charting.pane import Pane
from ui.charting.pane_stack import LEAST_PX, PaneStack
from ui.charting.volume_layer import VolumeLayer
from ui.theme import DARK
from ui.widgets.time_axis import TIME_AXIS_HEIGHT
from ui.widgets.time_price_plot import TimePricePlot

MakeStack = Callable[..., tuple[TimePricePlot, PaneStack, BarView]]


@pytest.fixture
def make_stack(qtbot: QtBot) -> MakeStack:
    """Makes a plot of sixty bars with panes of volume, so many px high."""

    def make(count: int, height: int = 600) -> tuple[TimePricePlot, PaneStack, BarView]:
        plot = TimePricePlot(DARK)
        qtbot.addWidget(plot)
        plot.resize(700, height)
        plot.show()
        bars = view_of(walk(60))
        plot.set_view(time=(bars.left(0), bars.right_end()), price=(900.0, 1100.0))
        stack = PaneStack(plot, bars)
        for number in range(count):
            pane = Pane(f"pane-{number}", "Volume", share=0.15, from_zero=True)
            pane.layers.append(VolumeLayer(bars))
            stack.add(pane)
        return plot, stack, bars

    return make


def test_panes_share_the_room_below_the_price_without_gap_or_overlap(make_stack: MakeStack) -> None:
    plot, stack, _ = make_stack(3)
    mapping = plot.mapping
    edges = [(pane.top, pane.bottom) for pane in stack]
    assert edges[0][0] == mapping.lower_top
    assert edges[-1][1] == mapping.lower_bottom == 600 - TIME_AXIS_HEIGHT
    for (_, bottom), (top, _) in pairwise(edges):
        assert top == bottom + 1


@pytest.mark.parametrize("height", [80, 160, 240, 400, 2000])
def test_no_pane_is_too_low_to_be_read_and_the_price_keeps_its_share(
    make_stack: MakeStack, height: int
) -> None:
    plot, stack, _ = make_stack(6, height)
    assert all(pane.height >= LEAST_PX - 2 for pane in stack.shown)
    assert plot.mapping.height >= 0.25 * (height - TIME_AXIS_HEIGHT)
    plot.resize(700, 2000)
    QApplication.processEvents()
    assert len(stack.shown) == 6


def test_dragging_an_edge_gives_one_pane_what_the_other_loses(make_stack: MakeStack) -> None:
    plot, stack, _ = make_stack(3)
    first, second, third = stack
    before = [pane.height for pane in stack]
    price = plot.mapping.height
    stack.drag(second, -20)
    assert second.height == pytest.approx(before[1] + 20, abs=2)
    assert first.height == pytest.approx(before[0] - 20, abs=2)
    assert third.height == pytest.approx(before[2], abs=2)
    assert plot.mapping.height == pytest.approx(price, abs=2)
    stack.drag(first, 15)
    assert plot.mapping.height == pytest.approx(price + 15, abs=2)
    for _ in range(50):
        stack.drag(third, 100)
    assert third.height >= LEAST_PX - 3


def test_the_edge_of_a_pane_is_dragged_with_the_mouse(make_stack: MakeStack, qtbot: QtBot) -> None:
    plot, stack, _ = make_stack(2)
    second = list(stack)[1]
    height, at = second.height, QPoint(300, round(second.top))
    target = plot.viewport()
    qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=at)
    for step in (1, 2, 3):
        qtbot.wait(12)  # pyqtgraph leaves out moves that come faster than a hundred a second
        qtbot.mouseMove(target, at - QPoint(0, 10 * step))
    qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=at - QPoint(0, 30))
    assert second.height == pytest.approx(height + 30, abs=12)


def test_panes_move_and_go(make_stack: MakeStack) -> None:
    plot, stack, _ = make_stack(3)
    stack.move("pane-2", -2)
    assert [pane.key for pane in stack] == ["pane-2", "pane-0", "pane-1"]
    stack.arrange([("pane-1", 0.3), ("nobody", 0.5)])
    assert [pane.key for pane in stack] == ["pane-1", "pane-2", "pane-0"]
    assert next(iter(stack)).share == 0.3
    for key in ("pane-0", "pane-1", "pane-2"):
        stack.remove(key)
    assert plot.mapping.height == plot.mapping.lower_bottom


def test_a_scale_is_kept_until_what_is_in_view_asks_for_another(make_stack: MakeStack) -> None:
    _, stack, bars = make_stack(1)
    (pane,) = stack
    rows = bars.rows.copy()
    scale = pane.high
    rows["volume"][-1] = rows["volume"].max() * 1.01
    bars.update(rows, TIMEFRAME_MS, 0)
    assert not stack.refresh()
    assert pane.high == scale
    rows["volume"][-1] = scale * 3
    bars.update(rows, TIMEFRAME_MS, 0)
    assert stack.refresh()
    assert pane.high > scale * 3
    assert pane.y(0.0) == pane.bottom


def test_the_crosshair_reads_the_value_of_the_pane_that_it_is_in(make_stack: MakeStack) -> None:
    plot, stack, _ = make_stack(2)
    pane = list(stack)[1]
    y = (pane.top + pane.bottom) / 2
    assert pane.value_at(y) == pytest.approx(pane.high / 2)
    before = plot.grab().toImage()
    plot.point_at(QPointF(300, y))
    after = plot.grab().toImage()
    assert after.pixelColor(100, round(y)) != before.pixelColor(100, round(y))
    assert after.pixelColor(100, round(y) - 5) == before.pixelColor(100, round(y) - 5)


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0.0, 23.0, ["10", "20"]),
        (0.0, 0.012, ["0.005", "0.010"]),
        (-70_000.0, 70_000.0, ["\u221250.0\u2009k", "0", "50.0\u2009k"]),
    ],
)
def test_a_scale_is_labelled_in_round_values_that_do_not_touch(
    low: float, high: float, texts: list[str]
) -> None:
    pane = Pane("x", "x", share=0.2)
    pane.top, pane.bottom, pane.low, pane.high, pane.empty = 0, 100, low, high, False
    labels = [pane.tick_text(value) for value in pane.ticks()]
    assert set(texts) <= {label.replace(" ", "\u2009") for label in labels}
    ys = [pane.y(value) for value in pane.ticks()]
    assert all(lower - upper >= 20 for upper, lower in pairwise(reversed(ys)))
