import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.ui.charting.made import TIMEFRAME_MS, mapping_of, view_of, walk
from ui import format
from ui.charting.bar_view import BarView
from ui.charting.line_layer import LineLayer
from ui.charting.role_colors import role_color
from ui.theme import DARK
from ui.widgets.plot_mapping import Floats, PlotMapping
from workstation.analytics.study import StudyLine, StudyResult


def layer_of(view: BarView, *lines: StudyLine) -> LineLayer:
    layer = LineLayer(view, format.compact)
    layer.set_result(StudyResult(lines), 0)
    return layer


def painted(layer: LineLayer, mapping: PlotMapping, first: int, end: int) -> QImage:
    image = QImage(int(mapping.width), int(mapping.height), QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    painter = QPainter(image)
    layer.paint_wash(painter, mapping, DARK, first, end)
    layer.paint(painter, mapping, DARK, first, end)
    painter.end()
    return image


def inked(image: QImage, x: int) -> list[int]:
    return [y for y in range(image.height()) if image.pixelColor(x, y) != DARK.panel]


def wave(count: int) -> Floats:
    return 1000 + 50 * np.sin(np.arange(count) / 7)


def test_a_line_passes_through_every_value(qapp: QApplication) -> None:
    view, values = view_of(walk(60)), wave(60)
    mapping = mapping_of(view, 10, low=900, high=1100)
    image = painted(layer_of(view, StudyLine("EMA", values)), mapping, 0, 60)
    for index in range(1, 59):
        x = int(mapping.x_at(view.left(index) + TIMEFRAME_MS / 2))
        assert min(abs(y - mapping.y(values[index])) for y in inked(image, x)) <= 2


def test_where_there_is_no_value_the_line_breaks(qapp: QApplication) -> None:
    view, values = view_of(walk(60)), wave(60)
    values[20:30] = np.nan
    mapping = mapping_of(view, 10, low=900, high=1100)
    for style in ("line", "step", "histogram"):
        image = painted(layer_of(view, StudyLine("CVD", values, style)), mapping, 0, 60)
        for index in range(60):
            x = int(mapping.x_at(view.left(index) + TIMEFRAME_MS / 2))
            assert bool(inked(image, x)) == (not 20 <= index < 30), (style, index)


def test_a_spike_survives_any_zoom(qapp: QApplication) -> None:
    view, values = view_of(walk(20_000)), np.full(20_000, 1000.0)
    values[12_345] = 1090.0
    values[15_000:15_400] = np.nan
    mapping = mapping_of(view, 0.02, low=900, high=1100)
    layer = layer_of(view, StudyLine("EMA", values))
    image = painted(layer, mapping, 0, 19_999)
    x = int(mapping.x_at(view.left(12_345) + TIMEFRAME_MS / 2))
    assert any(abs(y - mapping.y(1090.0)) <= 1 for column in (x - 1, x, x + 1) for y in inked(image, column))
    assert not inked(image, int(mapping.x_at(view.left(15_200))))
    assert layer.span(0, 20_000, mapping) == (1000.0, 1090.0)


def test_values_added_one_by_one_are_gathered_as_those_given_at_once() -> None:
    rows, values = walk(5_000), np.random.default_rng(5).normal(1000, 20, 5_000)
    view = view_of(rows[:3_000])
    layer = layer_of(view, StudyLine("EMA", values[:3_000]))
    for count in (3_000, 3_001, 3_002, 4_100, 5_000):
        view.update(rows[:count], TIMEFRAME_MS, 0)
        layer.set_result(StudyResult((StudyLine("EMA", values[:count]),)), 0)
        mapping = mapping_of(view, 0.05, low=900, high=1100)
        fresh = layer_of(view_of(rows[:count]), StudyLine("EMA", values[:count]))
        for one, other in zip(
            layer_columns(layer, mapping, count), layer_columns(fresh, mapping, count), strict=True
        ):
            np.testing.assert_array_equal(one, other)


def layer_columns(layer: LineLayer, mapping: PlotMapping, count: int) -> list[Floats]:
    columns = layer._columns(layer.result.lines[0], 0, count - 1, mapping)
    return [columns.center, columns.first, columns.low, columns.high, columns.last]


def test_a_histogram_stands_on_zero_in_the_colour_of_its_sign(qapp: QApplication) -> None:
    view = view_of(walk(4))
    mapping = mapping_of(view, 21, low=-10, high=10)
    values = np.array([5.0, -5.0, 5.0, -5.0])
    image = painted(layer_of(view, StudyLine("Delta", values, "histogram", "sign")), mapping, 0, 4)
    for index, value in enumerate(values):
        x = int(mapping.x_at(view.left(index) + TIMEFRAME_MS / 2))
        color = QColor(image.pixelColor(x, round(mapping.y(value / 2))))
        wanted = role_color(DARK, "sign", value)
        assert abs(color.hue() - wanted.hue()) < 12
        assert image.pixelColor(x, round(mapping.y(-value / 2))) == DARK.panel


def test_edges_of_bands_are_left_out_of_a_crowded_legend() -> None:
    view, values = view_of(walk(10)), wave(10)
    bands = [StudyLine(f"{number}", values, "band") for number in range(6)]
    layer = layer_of(view, *bands, StudyLine("VWAP", values))
    assert [figure.name for figure in layer.figures(3)] == ["VWAP"]


def test_nested_bands_wash_once_and_one_wider_than_the_view_not_at_all(qapp: QApplication) -> None:
    view, values = view_of(walk(60)), np.full(60, 1000.0)
    mapping = mapping_of(view, 10, low=900, high=1100)
    pair = [StudyLine("+1", values + 50, "band"), StudyLine("-1", values - 50, "band")]
    nested = [*pair, StudyLine("+2", values + 80, "band"), StudyLine("-2", values - 80, "band")]
    middle = int(mapping.x_at(view.left(30))), int(mapping.y(1000))
    one, two = (painted(layer_of(view, *lines), mapping, 0, 60) for lines in (pair, nested))
    assert one.pixelColor(*middle) == two.pixelColor(*middle) != DARK.panel
    narrow = mapping_of(view, 10, low=990, high=1010)
    assert not inked(painted(layer_of(view, *nested), narrow, 0, 60), middle[0])
