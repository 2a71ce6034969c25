import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem, QWidget
from pytestqt.qtbot import QtBot

from ui.theme import DARK, LIGHT, Theme
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from ui.widgets.time_axis import TIME_AXIS_HEIGHT
from ui.widgets.time_price_plot import TimePricePlot

START_MS = 1_723_161_000_000.0


class CountingLayer:
    """A settled layer that counts how often it is painted."""

    def __init__(self) -> None:
        self.paints = 0

    def paint_settled(self, _painter: QPainter, _mapping: PlotMapping, _theme: Theme) -> None:
        self.paints += 1


@pytest.fixture
def plot(qtbot: QtBot) -> TimePricePlot:
    """Ten minutes from 61 500 to 61 900 in a plot with a lower pane."""
    made = TimePricePlot(DARK, lower_share=0.2)
    qtbot.addWidget(made)
    made.set_price_decimals(1)
    made.resize(800, 400)
    made.show()
    qtbot.waitExposed(made)
    made.set_view(time=(START_MS, START_MS + 600_000), price=(61_500.0, 61_900.0))
    return made


def wheel(
    plot: TimePricePlot,
    x: float,
    y: float,
    notches: int,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    at = QPointF(x, y)
    event = QWheelEvent(
        at,
        QPointF(plot.viewport().mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)


def drag(qtbot: QtBot, plot: TimePricePlot, start: QPoint, end: QPoint) -> None:
    target = plot.viewport()
    qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=start)
    for step in (1, 2, 3):
        qtbot.wait(12)  # pyqtgraph leaves out moves that come faster than a hundred a second
        qtbot.mouseMove(target, start + (end - start) * step / 3)
    qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=end)


def test_panes_and_axes_share_the_widget(plot: TimePricePlot) -> None:
    mapping = plot.mapping
    bottom = 400 - TIME_AXIS_HEIGHT
    assert mapping.lower_bottom == bottom
    assert mapping.height == pytest.approx(0.8 * bottom, abs=1)
    assert mapping.lower_top == mapping.height + 1
    assert 60 < 800 - mapping.width < 100
    assert plot.price_axis.area.left() == mapping.width


def test_a_plot_without_lower_pane_gives_its_height_to_price(qtbot: QtBot) -> None:
    plot = TimePricePlot(DARK)
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.grab()
    assert (
        plot.mapping.height == plot.mapping.lower_top == plot.mapping.lower_bottom == 200 - TIME_AXIS_HEIGHT
    )


def test_more_digits_widen_the_axis(plot: TimePricePlot) -> None:
    before = plot.mapping.width
    plot.set_view(price=(99_900.0, 100_100.0))
    assert plot.mapping.width < before
    plot.set_view(price=(99_100.0, 99_900.0))
    assert plot.mapping.width == before


def test_the_view_box_keeps_the_same_ranges_for_items_in_data_coordinates(plot: TimePricePlot) -> None:
    point = plot.view_box.mapViewToScene(QPointF(START_MS + 300_000, 61_700.0))
    assert point.x() == pytest.approx(plot.mapping.x(START_MS + 300_000), abs=0.01)
    assert point.y() == pytest.approx(plot.mapping.y(61_700.0), abs=0.01)


def test_settled_layers_are_painted_once_per_view(plot: TimePricePlot, qtbot: QtBot) -> None:
    layer = CountingLayer()
    plot.add_settled(layer)
    plot.grab()
    before = layer.paints
    assert before > 0
    for price in (61_600.0, 61_650.0, 61_700.0):
        plot.set_last_price(price)
        plot.set_crosshair(START_MS + price - 61_500, price)
        plot.grab()
    assert layer.paints == before
    plot.set_view(time=(START_MS + 1, START_MS + 600_001))
    plot.grab()
    assert layer.paints == before + 1
    plot.repaint_settled()
    plot.grab()
    assert layer.paints == before + 2


def test_setting_the_same_view_changes_nothing(plot: TimePricePlot, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(plot.view_changed):
        plot.set_view(time=(START_MS, START_MS + 600_000), price=(61_500.0, 61_900.0))


def test_the_wheel_zooms_time_about_the_cursor(plot: TimePricePlot) -> None:
    under = plot.mapping.time_at(200)
    wheel(plot, 200, 100, 1)
    assert plot.mapping.to_ms - plot.mapping.from_ms < 600_000
    assert plot.mapping.time_at(200) == pytest.approx(under, abs=1)
    assert (plot.mapping.low, plot.mapping.high) == (61_500.0, 61_900.0)
    wheel(plot, 200, 360, -1)  # over the lower pane too
    assert plot.mapping.from_ms == pytest.approx(START_MS, abs=1)


def test_the_wheel_with_ctrl_or_on_the_axis_zooms_price(plot: TimePricePlot) -> None:
    under = plot.mapping.price_at(100)
    wheel(plot, 200, 100, 1, Qt.KeyboardModifier.ControlModifier)
    assert plot.mapping.high - plot.mapping.low < 400
    assert plot.mapping.price_at(100) == pytest.approx(under)
    wheel(plot, 780, 100, -2)
    assert plot.mapping.high - plot.mapping.low > 400
    assert plot.mapping.to_ms - plot.mapping.from_ms == 600_000


def test_the_wheel_with_shift_pans_time(plot: TimePricePlot) -> None:
    wheel(plot, 200, 100, 1, Qt.KeyboardModifier.ShiftModifier)
    assert plot.mapping.from_ms < START_MS
    assert plot.mapping.to_ms - plot.mapping.from_ms == pytest.approx(600_000)


def test_nobody_zooms_beyond_the_limits(plot: TimePricePlot) -> None:
    plot.least_span_ms, plot.greatest_span_ms = 20_000.0, 900_000.0
    for _ in range(40):
        wheel(plot, 200, 100, 1)
        wheel(plot, 200, 100, 1, Qt.KeyboardModifier.ControlModifier)
    assert plot.mapping.to_ms - plot.mapping.from_ms == pytest.approx(20_000)
    assert plot.mapping.high - plot.mapping.low >= 0.39
    for _ in range(80):
        wheel(plot, 200, 100, -1)
    assert plot.mapping.to_ms - plot.mapping.from_ms == pytest.approx(900_000)


def test_dragging_pans_time_and_price_only_when_it_is_free(plot: TimePricePlot, qtbot: QtBot) -> None:
    drag(qtbot, plot, QPoint(300, 100), QPoint(360, 160))
    moved = START_MS - plot.mapping.from_ms
    assert moved == pytest.approx(60 * plot.mapping.ms_per_px, rel=0.15)
    assert (plot.mapping.low, plot.mapping.high) == (61_500.0, 61_900.0)
    plot.price_free = True
    drag(qtbot, plot, QPoint(300, 100), QPoint(300, 160))
    assert plot.mapping.high > 61_900


def test_dragging_an_axis_zooms_it(plot: TimePricePlot, qtbot: QtBot) -> None:
    drag(qtbot, plot, QPoint(780, 100), QPoint(780, 40))
    assert plot.mapping.high - plot.mapping.low < 400
    right = plot.mapping.to_ms
    drag(qtbot, plot, QPoint(300, 392), QPoint(360, 392))
    assert plot.mapping.to_ms - plot.mapping.from_ms < 600_000
    assert plot.mapping.to_ms == pytest.approx(right, abs=1)


def test_a_double_click_asks_for_a_reset(plot: TimePricePlot, qtbot: QtBot) -> None:
    with qtbot.waitSignal(plot.reset_requested, timeout=1000):
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
        qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
        qtbot.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))


def test_the_pointer_tells_moment_and_price_until_it_leaves(plot: TimePricePlot) -> None:
    heard: list[tuple[float | None, float | None]] = []
    plot.pointer_moved.connect(lambda time_ms, price: heard.append((time_ms, price)))
    plot.point_at(QPointF(200, 100))
    plot.point_at(QPointF(200, 360))
    plot.point_at(QPointF(790, 100))
    plot.point_at(None)
    assert heard[0] == (plot.mapping.time_at(200), plot.mapping.price_at(100))
    assert heard[1] == (plot.mapping.time_at(200), None)
    assert heard[2] == (None, None)
    assert heard[3] == (None, None)


def test_what_lies_under_a_resting_pointer_moves_with_the_view(plot: TimePricePlot) -> None:
    heard: list[float | None] = []
    plot.pointer_moved.connect(lambda time_ms, price: heard.append(time_ms))
    plot.point_at(QPointF(200, 100))
    plot.set_view(time=(START_MS + 5_000, START_MS + 605_000))
    assert heard[-1] == pytest.approx(heard[0] + 5_000)


def test_the_last_price_is_a_line_and_a_tag_that_move_together(plot: TimePricePlot) -> None:
    for price in (61_600.0, 61_750.5):
        plot.set_last_price(price)
        image = plot.grab().toImage()
        y = round(plot.mapping.y(price))
        assert image.pixelColor(100, y) not in (DARK.panel, DARK.hairline)
        assert image.pixelColor(int(plot.mapping.width) + 5, y) == DARK.text
    plot.set_last_price(None)
    assert plot.grab().toImage().pixelColor(int(plot.mapping.width) + 5, y) == DARK.panel


def test_another_theme_recolours_everything(plot: TimePricePlot) -> None:
    plot.set_theme(LIGHT)
    image = plot.grab().toImage()
    assert image.pixelColor(799, 399) == LIGHT.panel


def test_a_part_that_cannot_be_painted_is_reported_and_the_others_are_painted(qtbot: QtBot) -> None:
    class Broken(PlotOverlay):
        def paint(
            self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
        ) -> None:
            painter.setPen(DARK.warn)
            raise ValueError("no such figure")

    plot = TimePricePlot(DARK)
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.add_overlay(Broken(DARK))
    plot.set_last_price(0.5)
    with qtbot.capture_exceptions() as errors:
        plot.show()
        qtbot.waitExposed(plot)
        image = plot.grab().toImage()
        plot.close()
        QApplication.processEvents()
    assert {str(error) for _, error, _ in errors} == {"no such figure"}
    tag = plot.price_axis.tag_rect(plot.price_axis.tags["last"])
    assert image.pixelColor(int(tag.left()) + 4, int(tag.center().y())) == DARK.text
