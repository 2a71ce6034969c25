"""The lines of a study: as many points as pixels need, broken where there is no value."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.charting.bar_view import BarView
from ui.charting.candle_item import RectBatch, draw_polyline
from ui.charting.pane import Figure
from ui.charting.role_colors import role_color, series_role
from ui.theme import Theme, mix, tint
from ui.widgets.plot_mapping import Floats, PlotMapping
from workstation.analytics.study import StudyLine, StudyResult

WASH_SHARE = 0.03
EDGE_SHARE = 0.55
HISTOGRAM_SHARE = 0.6
MOST_FIGURES = 3
"""A legend with more names its lines only; the edges of bands have none."""


class LineLayer:
    """Paints the lines of one study, in the price pane or in its own."""

    def __init__(self, bars: BarView, text: Callable[[float], str], series: int | None = None) -> None:
        """Make it without lines.

        Args:
            bars: the bars that the values belong to, one for each.
            text: writes a value.
            series: which series' colour it has, to tell it from others in the pane; None for its own.
        """
        self._bars = bars
        self.text = text
        self.series = series
        self.result = StudyResult(())
        self._levels: dict[tuple[str, int], _Groups] = {}
        self._seen: object = None
        self._rects = RectBatch()

    def set_result(self, result: StudyResult, worked_out: object) -> bool:
        """Show these lines; True if others than the newest bar's values may have changed."""
        self.result = result
        seen = (worked_out, self._bars.settled, tuple(line.name for line in result.lines))
        if seen == self._seen:
            return False
        self._seen = seen
        self._levels.clear()
        return True

    def role(self, line: StudyLine) -> str:
        """The colour role of a line."""
        return line.role if self.series is None else series_role(line.role, self.series)

    def span(self, first: int, end: int, mapping: PlotMapping) -> tuple[float, float] | None:
        """Extremes of all lines; a histogram's reach to 0."""
        lows, highs = [], []
        for line in self.result.lines:
            low, high = self._extremes(line, first, end, mapping)
            if low == low:
                lows.append(low)
                highs.append(high)
        if not lows:
            return None
        if any(line.style == "histogram" for line in self.result.lines):
            lows.append(0.0)
            highs.append(0.0)
        return min(lows), max(highs)

    def _extremes(self, line: StudyLine, first: int, end: int, mapping: PlotMapping) -> tuple[float, float]:
        """Lowest and highest value of bars first … end - 1; nan where there is none."""
        settled = min(end, len(self._bars) - 1)
        groups = self._groups(line, first, settled, mapping)
        low: Floats
        if groups is None:
            low = high = line.values[first:end]
        else:
            newest = line.values[settled:end]
            low, high = np.append(groups.low, newest), np.append(groups.high, newest)
        if not len(low):
            return np.nan, np.nan
        return float(np.fmin.reduce(low)), float(np.fmax.reduce(high))

    def figures(self, index: int) -> Sequence[Figure]:
        """Each line's value at a bar; of many lines those that are no edges of bands.

        A line of what is stale is named in place of the others where it has a value, else not at all.
        """
        stale = [line for line in self.result.lines if line.is_stale and _has_value(line, index)]
        if stale:
            return [
                Figure(f"{self.text(float(line.values[index]))} stale", self.role(line), line.name)
                for line in stale
            ]
        lines = tuple(line for line in self.result.lines if not line.is_stale)
        if len(lines) > MOST_FIGURES:
            lines = tuple(line for line in lines if line.style != "band")
        return [
            Figure(
                self.text(float(line.values[index])),
                self.role(line) if line.role != "sign" else "",
                line.name,
            )
            for line in lines
            if index < len(line.values)
        ]

    def paint_wash(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Paint what lies behind everything else: the space between the edges of bands."""
        if self._bars.pitch < mapping.per_px:
            end = min(end, len(self._bars) - 1)  # nobody sees the newest bar's; without it bars are gathered
        bands = [line for line in self.result.lines if line.style == "band" and len(line.values) >= end]
        if end > first and len(bands) > 1:
            self._wash(painter, mapping, theme, bands, max(0, first - 1), end)

    def paint(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Paint bars first … end - 1, joined to the bar before."""
        for line in self.result.lines:
            if len(line.values) < end:
                continue
            if line.style == "histogram":
                self._draw_histogram(painter, mapping, theme, line, first, end)
            else:
                self._draw_line(painter, mapping, theme, line, max(0, first - 1), end)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_line(
        self, painter: QPainter, mapping: PlotMapping, theme: Theme, line: StudyLine, first: int, end: int
    ) -> None:
        columns = self._columns(line, first, end, mapping)
        color = role_color(theme, self.role(line))
        if line.style == "band":
            color = mix(theme.panel, color, EDGE_SHARE)
        if columns.dense:
            self._rects.draw(painter, _spans(columns, mapping), color)
            return
        points = _points(columns, mapping, step=line.style == "step", pitch=self._bars.pitch)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 1.0))
        for run in _runs(points):
            if len(run) > 1:
                draw_polyline(painter, run)
            else:
                painter.drawPoint(QPointF(*run[0]))

    def _draw_histogram(
        self, painter: QPainter, mapping: PlotMapping, theme: Theme, line: StudyLine, first: int, end: int
    ) -> None:
        columns = self._columns(line, first, end, mapping)
        # Of a column's extremes the one further from 0 is shown.
        values = np.where(np.abs(columns.high) >= np.abs(columns.low), columns.high, columns.low)
        known = np.isfinite(values)
        center, values = np.floor(columns.center[known]), values[known]
        width = self._bars.body_width(mapping)
        zero = float(np.rint(mapping.y(0.0)))
        tops = np.clip(np.rint(mapping.ys(values)), -2.0, mapping.height + 2.0)
        rects = np.empty((len(values), 4))
        rects[:, 0], rects[:, 2] = center - width // 2, width
        rects[:, 1], rects[:, 3] = np.minimum(tops, zero), np.maximum(np.abs(tops - zero), 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        rises = values >= 0
        for chosen, sign in ((rects[rises], 1.0), (rects[~rises], -1.0)):
            ink = role_color(theme, self.role(line), sign)
            self._rects.draw(painter, chosen, mix(theme.panel, ink, HISTOGRAM_SHARE))

    def _wash(
        self,
        painter: QPainter,
        mapping: PlotMapping,
        theme: Theme,
        bands: Sequence[StudyLine],
        first: int,
        end: int,
    ) -> None:
        """Paint once what lies between the outermost edges: nested bands would add up."""
        columns = [self._columns(line, first, end, mapping) for line in bands]
        ys = np.array([mapping.ys(column.last) for column in columns])
        edges = np.column_stack((columns[0].center, np.fmin.reduce(ys), np.fmax.reduce(ys)))
        np.clip(edges[:, 1:], -2.0, mapping.height + 2.0, out=edges[:, 1:])
        known = edges[np.isfinite(edges).all(axis=1)]
        if (known[:, 1] <= 0).all() and (known[:, 2] >= mapping.height).all():
            return  # a band wider than the view would only colour all of it
        color = tint(role_color(theme, self.role(bands[0])), WASH_SHARE)
        if columns[0].dense:
            rects = np.empty((len(known), 4))
            rects[:, 0], rects[:, 1], rects[:, 2] = known[:, 0], known[:, 1], 1.0
            rects[:, 3] = known[:, 2] - known[:, 1]
            self._rects.draw(painter, rects, color)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for run in _runs(edges):
            outline = np.concatenate((run[:, :2], run[::-1, ::2]))
            painter.drawPolygon(pg.functions.arrayToQPolygonF(outline[:, 0], outline[:, 1]))

    def _groups(self, line: StudyLine, first: int, end: int, mapping: PlotMapping) -> "_Groups | None":
        """The gathered values of bars first … end - 1; None where each bar can be looked at."""
        group = self._bars.group(first, end, mapping)
        if group is None:
            return None
        key = (line.name, group.level)
        known = self._levels.get(key)
        if known is None or known.end != group.end:
            known = self._levels[key] = _Groups.continued(known, line.values, group.starts, group.end)
        lefts = group.lefts[group.begin : group.stop]
        return known.cut(group.begin, group.stop, mapping.xs_at(lefts + self._bars.pitch / 2))

    def _columns(self, line: StudyLine, first: int, end: int, mapping: PlotMapping) -> "_Columns":
        """The values of bars first … end - 1, gathered by pixel column where they are denser than that."""
        groups = self._groups(line, first, end, mapping)
        if groups is not None:
            return groups.columns()
        values = line.values[first:end]
        center = self._bars.centers(first, end, mapping)
        if self._bars.pitch >= mapping.per_px or len(values) < 2:
            return _Columns(center, values, values, values, values, dense=False)
        return _Groups.of(values, np.arange(len(values)), center).columns()


class _Columns:
    """Values by pixel: the first and last of a column and its extremes; nan where there is none."""

    __slots__ = ("center", "dense", "first", "high", "last", "low")

    def __init__(
        self, center: Floats, first: Floats, low: Floats, high: Floats, last: Floats, *, dense: bool
    ) -> None:
        self.center, self.first, self.low, self.high, self.last = center, first, low, high, last
        self.dense = dense


class _Groups:
    """First, last and extremes of groups of values."""

    __slots__ = ("center", "end", "first", "high", "last", "low")

    def __init__(
        self, end: int, center: Floats, first: Floats, low: Floats, high: Floats, last: Floats
    ) -> None:
        self.end, self.center = end, center
        self.first, self.low, self.high, self.last = first, low, high, last

    @classmethod
    def of(cls, values: Floats, starts: npt.NDArray[np.int64], center: Floats) -> "_Groups":
        ends = np.append(starts[1:], len(values)) - 1
        low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
        return cls(len(values), center, values[starts], low, high, values[ends])

    @classmethod
    def continued(
        cls, known: "_Groups | None", values: Floats, starts: npt.NDArray[np.int64], end: int
    ) -> "_Groups":
        """The groups that begin at `starts` of values[:end]; those known stand, but for the last."""
        none = np.empty(0)
        if known is None or len(known.first) > len(starts):
            known = cls(0, none, none, none, none, none)
        kept = max(0, len(known.first) - 1)
        since = int(starts[kept])
        more = cls.of(values[since:end], starts[kept:] - since, none)
        pairs = (
            (getattr(known, name)[:kept], getattr(more, name)) for name in ("first", "low", "high", "last")
        )
        return cls(end, none, *(np.concatenate(pair) for pair in pairs))

    def cut(self, begin: int, stop: int, center: Floats) -> "_Groups":
        """Some of them, with the pixels of their middles."""
        part = slice(begin, stop)
        return _Groups(self.end, center, self.first[part], self.low[part], self.high[part], self.last[part])

    def columns(self) -> _Columns:
        """One column for each pixel that the groups' middles lie in."""
        if not len(self.center):
            return _Columns(self.center, self.first, self.low, self.high, self.last, dense=True)
        center = np.floor(self.center)
        starts = np.concatenate(([0], np.flatnonzero(np.diff(center)) + 1))
        ends = np.append(starts[1:], len(center)) - 1
        low, high = np.fmin.reduceat(self.low, starts), np.fmax.reduceat(self.high, starts)
        return _Columns(center[starts], self.first[starts], low, high, self.last[ends], dense=True)


def _has_value(line: StudyLine, index: int) -> bool:
    return index < len(line.values) and bool(np.isfinite(line.values[index]))


def _spans(columns: _Columns, mapping: PlotMapping) -> Floats:
    """Rectangles (x, y, width, height) one pixel wide that make a dense line: no spike is lost.

    Each column reaches from its lowest to its highest value, and to where the column before ended.
    """
    before = np.concatenate((columns.first[:1], columns.last[:-1]))
    tops = np.rint(mapping.ys(np.fmax(columns.high, before)))
    bottoms = np.rint(mapping.ys(np.fmin(columns.low, before)))
    known = np.isfinite(columns.high)
    np.clip(tops, -2.0, mapping.height + 2.0, out=tops)
    np.clip(bottoms, -2.0, mapping.height + 2.0, out=bottoms)
    rects = np.empty((len(tops), 4))
    rects[:, 0], rects[:, 1], rects[:, 2], rects[:, 3] = columns.center, tops, 1.0, bottoms - tops + 1
    return rects[known]


def _points(columns: _Columns, mapping: PlotMapping, *, step: bool, pitch: float) -> Floats:
    """The points of a line through single values, in pixels; nan where it breaks."""
    ys = np.clip(mapping.ys(columns.last), -1e4, 1e4)
    if not step:
        return np.column_stack((columns.center, ys))
    half = pitch / mapping.per_px / 2
    points = np.empty((2 * len(ys), 2))
    points[::2, 0], points[1::2, 0] = columns.center - half, columns.center + half
    points[::2, 1] = points[1::2, 1] = ys
    return points


def _runs(points: Floats) -> list[Floats]:
    """The unbroken stretches of points."""
    known = np.isfinite(points).all(axis=1)
    if known.all():
        return [points] if len(points) else []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False]))))
    return [points[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
