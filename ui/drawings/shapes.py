"""What a drawing looks like on a plot, in widget pixels: the one geometry that is painted and hit."""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from math import hypot

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from ui import format
from ui.theme import AGE_PX, ui_font
from ui.widgets.plot_mapping import PlotMapping
from workstation.model.drawings import Anchor, Drawing, DrawingKind

HIT_PX = 6.0
"""How far from a line it still counts as pointed at."""
HANDLE_HIT_PX = 8.0
BELL_PX = 14.0
"""Room of the bell before words."""
LABEL_LEFT_PX = 8.0
ABOVE_PX = 4.0
"""How far above a line the words on it stand."""

Line = tuple[float, float, float, float]
"""From x, y to x, y."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a drawing.

    Attributes:
        text: what they say.
        x, y: where they begin, or end if `ends`; y is their baseline.
        ends: they end at x.
        bell: a bell stands before them.
        boxed: they lie on a surface of their own, and may be taken hold of.
    """

    text: str
    x: float
    y: float
    ends: bool = False
    bell: bool = False
    boxed: bool = False


@dataclass(slots=True)
class Shape:
    """One drawing on one view; only what lies in the price pane.

    Attributes:
        lines: in the drawing's colour and width.
        faint: the same, paler and a hairline wide.
        areas: left, top, right, bottom of washes of the drawing's colour.
        labels: words.
        handles: where each anchor lies, in the order of the anchors, then where else it can be taken hold of
            (`edits.with_handle`); may lie outside the pane.
    """

    lines: list[Line] = field(default_factory=list)
    faint: list[Line] = field(default_factory=list)
    areas: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    handles: list[tuple[float, float]] = field(default_factory=list)


def shape_of(
    drawing: Drawing, mapping: PlotMapping, decimals: int, label_left: float = LABEL_LEFT_PX
) -> Shape:
    """The shape of a drawing on a view.

    Args:
        drawing: what is drawn, whether it is visible or not.
        mapping: the view.
        decimals: of the instrument's prices.
        label_left: where the labels of levels begin, px.
    """
    shape = Shape()
    if drawing.kind is DrawingKind.LEVEL:
        # A level has no place in time: its handle is where its label is.
        y = mapping.y(drawing.anchors[0].price)
        shape.handles.append((mapping.width - 24, y))
        if 0 <= y < mapping.height:
            shape.lines.append((0.0, y, mapping.width, y))
            price = format.price(drawing.anchors[0].price, decimals)
            text = f"{drawing.name}  {price}" if drawing.name else price
            shape.labels.append(Label(text, label_left, y - ABOVE_PX, bell=drawing.alert is not None))
        return shape
    shape.handles = points = [
        (mapping.x(anchor.time_ms), mapping.y(anchor.price)) for anchor in drawing.anchors
    ]
    _MAKERS[drawing.kind](shape, drawing, points, mapping, decimals)
    return shape


def is_near(drawing: Drawing, mapping: PlotMapping) -> bool:
    """Whether any of a drawing may lie in view, as far as that is cheap to tell."""
    anchors = drawing.anchors
    if drawing.kind is DrawingKind.LEVEL:
        return mapping.low <= anchors[0].price <= mapping.high
    if drawing.kind in (DrawingKind.RAY, DrawingKind.MEASURED_MOVE):
        return True
    prices = [anchor.price for anchor in anchors]
    if drawing.kind is DrawingKind.FIBONACCI:
        prices = [prices[1] + (prices[0] - prices[1]) * ratio for ratio in (*drawing.ratios, 0.0, 1.0)]
    times = [anchor.time_ms for anchor in anchors]
    reach = 0.0 if drawing.kind is not DrawingKind.TEXT else 400 * mapping.ms_per_px
    return (
        min(prices) <= mapping.high
        and max(prices) >= mapping.low
        and min(times) <= mapping.to_ms
        and max(times) + reach >= mapping.from_ms
    )


def hits(shape: Shape, x: float, y: float) -> float | None:
    """How far a pixel is from the nearest line of a shape, px; None when that is not on it."""
    if any(label.boxed and label_rect(label).contains(x, y) for label in shape.labels):
        return 0.0
    nearest = min((_distance(line, x, y) for line in (*shape.lines, *shape.faint)), default=HIT_PX + 1)
    return nearest if nearest <= HIT_PX else None


def label_rect(label: Label) -> QRectF:
    """The room that words take, with the surface that boxed ones lie on."""
    width = _text_width(label.text) + (BELL_PX if label.bell else 0.0)
    left = label.x - width if label.ends else label.x
    ascent, height = _text_height()
    rect = QRectF(left, label.y - ascent, width, height)
    return rect.adjusted(-6, -3, 6, 3) if label.boxed else rect


@cache
def label_font() -> QFont:
    """The font of words on drawings."""
    return ui_font(AGE_PX, 500)


@lru_cache(maxsize=4096)
def _text_width(text: str) -> float:
    return QFontMetricsF(label_font()).horizontalAdvance(text)


@cache
def _text_height() -> tuple[float, float]:
    metrics = QFontMetricsF(label_font())
    return metrics.ascent(), metrics.ascent() + metrics.descent()


def handle_at(shape: Shape, x: float, y: float) -> int | None:
    """Which anchor's handle lies under a pixel, the nearest; None if none does."""
    distances = [(hypot(hx - x, hy - y), index) for index, (hx, hy) in enumerate(shape.handles)]
    distance, index = min(distances)
    return index if distance <= HANDLE_HIT_PX else None


def projected(anchors: tuple[Anchor, ...], mapping: PlotMapping) -> tuple[float, float]:
    """Where a measured move ends: pixel of the third anchor moved as from the first to the second."""
    first, second, third = anchors
    x = mapping.x(third.time_ms) + mapping.x(second.time_ms) - mapping.x(first.time_ms)
    return x, mapping.y(third.price + second.price - first.price)


def clipped(line: Line, mapping: PlotMapping) -> Line | None:
    """The part of a line in the price pane (Liang and Barsky); None where it lies outside."""
    x1, y1, x2, y2 = line
    width, height = mapping.width, mapping.height
    if 0 <= x1 <= width and 0 <= x2 <= width and 0 <= y1 <= height and 0 <= y2 <= height:
        return line
    if max(x1, x2) < 0 or min(x1, x2) > width or max(y1, y2) < 0 or min(y1, y2) > height:
        return None
    dx, dy = x2 - x1, y2 - y1
    start, end = 0.0, 1.0
    for step, room in ((-dx, x1), (dx, width - x1), (-dy, y1), (dy, height - y1)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            start = max(start, room / step)
        else:
            end = min(end, room / step)
    if start > end:
        return None
    return x1 + start * dx, y1 + start * dy, x1 + end * dx, y1 + end * dy


def _distance(line: Line, x: float, y: float) -> float:
    x1, y1, x2, y2 = line
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else min(1.0, max(0.0, ((x - x1) * dx + (y - y1) * dy) / length))
    return hypot(x - x1 - along * dx, y - y1 - along * dy)


_Points = list[tuple[float, float]]


def _add(lines: list[Line], line: Line, mapping: PlotMapping) -> None:
    inside = clipped(line, mapping)
    if inside is not None:
        lines.append(inside)


def _name(shape: Shape, drawing: Drawing, line: Line | None) -> None:
    """The name of a line stands above its middle in view."""
    if drawing.name and line is not None:
        shape.labels.append(Label(drawing.name, (line[0] + line[2]) / 2, (line[1] + line[3]) / 2 - ABOVE_PX))


def _trend(shape: Shape, drawing: Drawing, points: _Points, mapping: PlotMapping, _decimals: int) -> None:
    _add(shape.lines, (*points[0], *points[1]), mapping)
    _name(shape, drawing, shape.lines[0] if shape.lines else None)


def _ray(shape: Shape, drawing: Drawing, points: _Points, mapping: PlotMapping, _decimals: int) -> None:
    (x1, y1), (x2, y2) = points
    reach = hypot(x2 - x1, y2 - y1)
    if reach > 0:
        # Far enough to leave the pane from wherever it begins.
        times = (abs(x1) + abs(y1) + mapping.width + mapping.height + reach) / reach
        _add(shape.lines, (x1, y1, x1 + times * (x2 - x1), y1 + times * (y2 - y1)), mapping)
    _name(shape, drawing, shape.lines[0] if shape.lines else None)


def _box(points: _Points) -> Line:
    (x1, y1), (x2, y2) = points
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _rectangle(shape: Shape, drawing: Drawing, points: _Points, mapping: PlotMapping, _decimals: int) -> None:
    # It can be taken hold of at the other two corners as well.
    shape.handles = [*points, (points[0][0], points[1][1]), (points[1][0], points[0][1])]
    left, top, right, bottom = _box(points)
    for line in (
        (left, top, right, top),
        (left, bottom, right, bottom),
        (left, top, left, bottom),
        (right, top, right, bottom),
    ):
        _add(shape.lines, line, mapping)
    area = max(left, 0.0), max(top, 0.0), min(right, mapping.width), min(bottom, mapping.height)
    if area[0] < area[2] and area[1] < area[3]:
        shape.areas.append(area)
        if drawing.name:
            shape.labels.append(Label(drawing.name, area[0] + 6, area[1] + 15))


def _fibonacci(shape: Shape, drawing: Drawing, points: _Points, mapping: PlotMapping, decimals: int) -> None:
    left, _top, right, _bottom = _box(points)
    first, second = (anchor.price for anchor in drawing.anchors)
    _add(shape.faint, (*points[0], *points[1]), mapping)
    prices = [(ratio, second + (first - second) * ratio) for ratio in drawing.ratios]
    for ratio, price in prices:
        y = mapping.y(price)
        before = len(shape.lines)
        _add(shape.lines, (left, y, right, y), mapping)
        if len(shape.lines) > before:
            x = max(left, 0.0)
            # Beside the lines where there is room, else on them.
            ends = x > 96
            text = f"{ratio:g}  {format.price(price, decimals)}"
            if not ends:
                x = min(x, max(0.0, mapping.width - _text_width(text) - 8))
            shape.labels.append(
                Label(text, x - 6 if ends else x + 4, y + 4 if ends else y - ABOVE_PX, ends=ends)
            )
    ys = sorted(mapping.y(price) for _, price in prices)
    for above, below in pairwise(ys):
        area = max(left, 0.0), max(above, 0.0), min(right, mapping.width), min(below, mapping.height)
        if area[0] < area[2] and area[1] < area[3]:
            shape.areas.append(area)
    _name(shape, drawing, shape.lines[0] if shape.lines else None)


def _text(shape: Shape, drawing: Drawing, points: _Points, mapping: PlotMapping, _decimals: int) -> None:
    x, y = points[0]
    if -400 < x < mapping.width and 0 <= y < mapping.height:
        shape.labels.append(Label(drawing.name or "Text", x, y, boxed=True))


def _measured_move(
    shape: Shape, drawing: Drawing, points: _Points, mapping: PlotMapping, decimals: int
) -> None:
    first, second, third = points
    end_x, end_y = projected(drawing.anchors, mapping)
    _add(shape.lines, (*first, *second), mapping)
    _add(shape.faint, (*second, *third), mapping)
    _add(shape.lines, (*third, end_x, end_y), mapping)
    move = drawing.anchors[1].price - drawing.anchors[0].price
    target = drawing.anchors[2].price + move
    before = len(shape.lines)
    _add(shape.lines, (end_x - 14, end_y, end_x + 26, end_y), mapping)
    if len(shape.lines) > before:
        name = f"{drawing.name}  " if drawing.name else ""
        share = (
            format.percent(move / drawing.anchors[2].price, 2, signed=True)
            if drawing.anchors[2].price
            else ""
        )
        text = f"{name}{format.price(target, decimals)}  {share}"
        ends = end_x + 160 > mapping.width
        shape.labels.append(Label(text, end_x - 18 if ends else end_x + 30, end_y + 4, ends=ends))


_MAKERS = {
    DrawingKind.TREND: _trend,
    DrawingKind.RAY: _ray,
    DrawingKind.RECTANGLE: _rectangle,
    DrawingKind.FIBONACCI: _fibonacci,
    DrawingKind.TEXT: _text,
    DrawingKind.MEASURED_MOVE: _measured_move,
}
