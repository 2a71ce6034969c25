"""The lines of a study: as many points as pixels need, broken where there is no value."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ui.charting.bar_view import BarView
from ui.charting.candle_item import RectBatch, draw_polyline
from ui.charting.pane import Figure
from ui.charting.role_colors import role_color
from ui.theme import Theme, mix, tint
from ui.widgets.plot_mapping import Floats, PlotMapping
from workstation.analytics.study import StudyLine, StudyResult

SMOOTH_POINTS = 700
"""Lines of no more points are smoothed; of denser ones nobody sees it, and it costs."""
BAND_SHARE = 0.07
HISTOGRAM_SHARE = 0.6


class LineLayer:
    """Paints the lines of one study, in the price pane or in its own."""

    def __init__(self, bars: BarView, text: Callable[[float], str]) -> None:
        """Make it without lines.

        Args:
            bars: the bars that the values belong to, one for each.
            text: writes a value.
        """
        self._bars = bars
        self.text = text
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

    def span(self, first: int, end: int, mapping: PlotMapping) -> tuple[float, float] | None:
        """Extremes of all lines; a histogram's reach to 0."""
        spans = [
            span
            for line in self.result.lines
            if (span := self._line_span(line, first, end, mapping)) is not None
        ]
        if not spans:
            return None
        low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        if any(line.style == "histogram" for line in self.result.lines):
            low, high = min(low, 0.0), max(high, 0.0)
        return low, high

    def _line_span(
        self, line: StudyLine, first: int, end: int, mapping: PlotMapping
    ) -> tuple[float, float] | None:
        settled = min(end, len(self._bars) - 1)
        parts = []
        if settled > first:
            columns = self._columns(line, first, settled, mapping)
            parts += [columns.low, columns.high]
        if end > settled:
            parts.append(line.values[settled:end])
        values = np.concatenate(parts) if parts else np.empty(0)
        values = values[np.isfinite(values)]
        return (float(values.min()), float(values.max())) if len(values) else None

    def figures(self, index: int) -> Sequence[Figure]:
        """Each line's value at a bar."""
        return [
            Figure(self.text(float(line.values[index])), line.role if line.role != "sign" else "", line.name)
            for line in self.result.lines
            if index < len(line.values)
        ]

    def paint(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Paint bars first … end - 1, joined to the bar before."""
        lines = [line for line in self.result.lines if len(line.values) >= end]
        bands = [line for line in lines if line.style == "band"]
        for upper, lower in zip(bands[::2], bands[1::2], strict=False):
            self._fill(painter, mapping, theme, upper, lower, first, end)
        for line in lines:
            if line.style == "histogram":
                self._draw_histogram(painter, mapping, theme, line, first, end)
            else:
                self._draw_line(painter, mapping, theme, line, max(0, first - 1), end)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_line(
        self, painter: QPainter, mapping: PlotMapping, theme: Theme, line: StudyLine, first: int, end: int
    ) -> None:
        columns = self._columns(line, first, end, mapping)
        points = _points(columns, mapping, step=line.style == "step", pitch=self._bars.pitch)
        color = role_color(theme, line.role)
        pen = QPen(mix(theme.panel, color, 0.55) if line.style == "band" else color, 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(points) <= SMOOTH_POINTS)
        painter.setPen(pen)
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
        center, values = columns.center[known], values[known]
        width = self._bars.body_width(mapping)
        zero = float(np.rint(mapping.y(0.0)))
        tops = np.clip(np.rint(mapping.ys(values)), -2.0, mapping.height + 2.0)
        rects = np.empty((len(values), 4))
        rects[:, 0], rects[:, 2] = center - width // 2, width
        rects[:, 1], rects[:, 3] = np.minimum(tops, zero), np.maximum(np.abs(tops - zero), 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for above in (True, False):
            chosen = rects[values >= 0] if above else rects[values < 0]
            ink = role_color(theme, line.role, 1.0 if above else -1.0)
            self._rects.draw(painter, chosen, mix(theme.panel, ink, HISTOGRAM_SHARE))

    def _fill(
        self,
        painter: QPainter,
        mapping: PlotMapping,
        theme: Theme,
        upper: StudyLine,
        lower: StudyLine,
        first: int,
        end: int,
    ) -> None:
        first = max(0, first - 1)
        high, low = (self._columns(line, first, end, mapping) for line in (upper, lower))
        center = high.center
        tops, bottoms = mapping.ys(high.last), mapping.ys(low.last)
        both = np.isfinite(tops) & np.isfinite(bottoms)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_wash(theme, upper.role))
        edges = np.column_stack((center, np.where(both, tops, np.nan), bottoms))
        for run in _runs(edges):
            if len(run) > 1:
                outline = np.concatenate((run[:, :2], run[::-1, ::2]))
                np.clip(outline[:, 1], -2.0, mapping.height + 2.0, out=outline[:, 1])
                painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in outline.tolist()]))

    def _columns(self, line: StudyLine, first: int, end: int, mapping: PlotMapping) -> "_Columns":
        """The values of bars first … end - 1, gathered by pixel column where they are denser than that."""
        bars = self._bars
        group = bars.group(first, end, mapping)
        if group is None:
            values = line.values[first:end]
            center = bars.centers(first, end, mapping)
            if bars.pitch >= mapping.per_px or len(values) < 2:
                return _Columns(center, values, values, values, values)
            return _Groups.of(values, np.arange(len(values))).columns(np.floor(center))
        key = (line.name, group.level)
        known = self._levels.get(key)
        if known is None or known.end != group.end:
            known = self._levels[key] = _Groups.continued(known, line.values, group.starts, group.end)
        center = np.floor(mapping.xs_at(group.lefts[group.begin : group.stop] + bars.pitch / 2))
        return known.cut(group.begin, group.stop).columns(center)


class _Columns:
    """Values by pixel: the first and last of a column and its extremes; nan where there is none."""

    __slots__ = ("center", "first", "high", "last", "low")

    def __init__(self, center: Floats, first: Floats, low: Floats, high: Floats, last: Floats) -> None:
        self.center, self.first, self.low, self.high, self.last = center, first, low, high, last


class _Groups:
    """First, last and extremes of groups of values."""

    def __init__(self, end: int, first: Floats, low: Floats, high: Floats, last: Floats) -> None:
        self.end = end
        self.first, self.low, self.high, self.last = first, low, high, last

    @classmethod
    def of(cls, values: Floats, starts: npt.NDArray[np.int64]) -> "_Groups":
        ends = np.append(starts[1:], len(values)) - 1
        low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
        return cls(len(values), values[starts], low, high, values[ends])

    @classmethod
    def continued(
        cls, known: "_Groups | None", values: Floats, starts: npt.NDArray[np.int64], end: int
    ) -> "_Groups":
        """The groups that begin at `starts` of values[:end]; those known stand, but for the last."""
        if known is None or len(known.first) > len(starts):
            return cls._at(cls.of(values[:end], starts), end)
        kept = max(0, len(known.first) - 1)
        since = int(starts[kept])
        more = cls.of(values[since:end], starts[kept:] - since)
        names = ("first", "low", "high", "last")
        return cls(
            end, *(np.concatenate((getattr(known, name)[:kept], getattr(more, name))) for name in names)
        )

    @classmethod
    def _at(cls, groups: "_Groups", end: int) -> "_Groups":
        groups.end = end
        return groups

    def cut(self, begin: int, stop: int) -> "_Groups":
        part = slice(begin, stop)
        return _Groups(self.end, self.first[part], self.low[part], self.high[part], self.last[part])

    def columns(self, center: Floats) -> _Columns:
        """One column for each pixel that the groups' centres lie in."""
        if not len(center):
            return _Columns(center, self.first, self.low, self.high, self.last)
        starts = np.concatenate(([0], np.flatnonzero(np.diff(center)) + 1))
        ends = np.append(starts[1:], len(center)) - 1
        return _Columns(
            center[starts],
            self.first[starts],
            np.fmin.reduceat(self.low, starts),
            np.fmax.reduceat(self.high, starts),
            self.last[ends],
        )


def _points(columns: _Columns, mapping: PlotMapping, *, step: bool, pitch: float) -> Floats:
    """The points of a line through columns, in pixels; nan where it breaks."""
    count = len(columns.center)
    if columns.first is columns.last:
        ys = mapping.ys(columns.last)
        if not step:
            points = np.column_stack((columns.center, ys))
        else:
            half = pitch / mapping.per_px / 2
            points = np.empty((2 * count, 2))
            points[::2, 0], points[1::2, 0] = columns.center - half, columns.center + half
            points[::2, 1] = points[1::2, 1] = ys
    else:
        # A column's extremes between its first and last value: no spike is lost.
        points = np.empty((4 * count, 2))
        points[:, 0] = np.repeat(columns.center, 4)
        for place, values in enumerate((columns.first, columns.low, columns.high, columns.last)):
            points[place::4, 1] = mapping.ys(values)
        inner = np.isfinite(columns.low)
        # A column that begins or ends in a gap is drawn as far as it has values.
        for place, stand_in in ((0, columns.low), (3, columns.high)):
            missing = np.isnan(points[place::4, 1]) & inner
            points[place::4, 1][missing] = mapping.ys(stand_in[missing])
    np.clip(points[:, 1], -1e4, 1e4, out=points[:, 1])
    return points


def _runs(points: Floats) -> list[Floats]:
    """The unbroken stretches of points."""
    known = np.isfinite(points).all(axis=1)
    if known.all():
        return [points] if len(points) else []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False]))))
    return [points[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _wash(theme: Theme, role: str) -> QColor:
    return tint(role_color(theme, role), BAND_SHARE)
