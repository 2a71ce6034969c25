"""Pictures of how results are spread: their histogram, and how far price went against and for them."""

from math import ceil
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from ui import format
from ui.statistics.axes import Scale, points, roomy, ticks
from ui.statistics.picture import CENTRE, LEFT, RIGHT, Picture, Rows
from ui.statistics.words import count_words, figure, short
from ui.theme import mix, tint
from workstation.journal.statistics.series import Excursions, Histogram
from workstation.journal.statistics.summary import NO_EXCURSION
from workstation.journal.statistics.table import Floats, Measure

_LABEL_PX = 17
DENSE = 1_500
"""So many points are painted as pixels, for nobody could tell their shapes."""


class HistogramPicture(Picture):
    """How many results lie in each bin, losses beside gains, and their mean."""

    key: ClassVar[str] = "histogram"
    title: ClassVar[str] = "Histogram"
    least_px: ClassVar[int] = 230

    @property
    def _histogram(self) -> Histogram | None:
        series = self.series
        return None if series is None or not series.histogram.n else series.histogram

    def note(self) -> str:
        one = self._histogram
        return "" if one is None else f"{short(one.step, self.measure).lstrip('+')} {self.unit} bins"

    def corner(self) -> str:
        one = self._histogram
        return "" if one is None else count_words(one.n)

    def missing(self) -> str:
        why = self.without_results()
        if not why and self._histogram is None and self.found is not None:
            why = self.found.table.mixed
        return why

    def _scales(self, one: Histogram, box: QRectF) -> tuple[Scale, Scale]:
        along = Scale(float(one.edges[0]), float(one.edges[-1]), box.left(), box.right())
        most = max(1.0, float(one.counts.max()))
        return along, Scale(
            0.0, most, box.bottom() - _LABEL_PX, box.top() + min(2.0 * _LABEL_PX, box.height() * 0.3)
        )

    def paint(self, painter: QPainter, box: QRectF) -> None:
        one, theme = self._histogram, self.theme
        if one is None:
            return
        along, up = self._scales(one, box)
        bar_px = (box.width()) / len(one.counts)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, count in enumerate(one.counts.tolist()):
            if count:
                color = theme.down if one.edges[place] < -1e-12 else theme.up
                painter.setBrush(mix(theme.panel, color, 0.75))
                painter.drawRect(self._bar(one, along, up, place, count))
        if bar_px >= 18:
            painter.setPen(theme.muted)
            for place, count in enumerate(one.counts.tolist()):
                if count:
                    bar = self._bar(one, along, up, place, count)
                    over = QRectF(bar.center().x() - 25, bar.top() - 15, 50, 15)
                    painter.drawText(over, CENTRE, format.count(count))
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(QPointF(box.left(), up.start), QPointF(box.right(), up.start))
        painter.setPen(theme.muted)
        for value in ticks(along.low, along.high, max(2, int(box.width() / 42))):
            x = along.px(value)
            said = short(value, self.measure)
            half = self.metrics.horizontalAdvance(said) / 2
            if box.left() - 6 <= x - half and x + half <= box.right() + 8:
                painter.drawText(QRectF(x - 30, up.start + 2, 60, _LABEL_PX - 2), CENTRE, said)
        if one.mean is not None:
            x = along.px(min(max(one.mean, along.low), along.high))
            painter.setPen(QPen(theme.text, 1.2))
            painter.drawLine(QPointF(x, box.top() + 4), QPointF(x, up.start))
            said = f"mean {figure(one.mean, self.measure)}"
            wide = self.metrics.horizontalAdvance(said)
            at = QRectF(x + 5, box.top(), wide + 2, 15)
            if at.right() > box.right():
                at.moveRight(x - 5)
            painter.drawText(at, LEFT, said)

    @staticmethod
    def _bar(one: Histogram, along: Scale, up: Scale, place: int, count: int) -> QRectF:
        left, right = along.px(float(one.edges[place])), along.px(float(one.edges[place + 1]))
        top = min(up.px(float(count)), up.start - 1.5)
        gap = 1.0 if right - left > 4 else 0.0
        return QRectF(left + gap, top, max(1.0, right - left - 2 * gap), up.start - top)

    def place_at(self, at: QPointF, box: QRectF) -> int | None:
        one = self._histogram
        if one is None or not box.contains(at):
            return None
        place = int((at.x() - box.left()) / box.width() * len(one.counts))
        return min(max(place, 0), len(one.counts) - 1)

    def step(self, place: int | None, right: int, down: int) -> int | None:
        one = self._histogram
        if one is None:
            return None
        last = len(one.counts) - 1
        return last // 2 if place is None else min(max(place + right + 5 * down, 0), last)

    def said(self, place: int) -> str:
        one = self._histogram
        if one is None or place >= len(one.counts):
            return ""
        count = int(one.counts[place])
        low, high = (figure(float(one.edges[place + more]), self.measure) for more in (0, 1))
        return f"{low} … {high} {self.unit}: {format.count(count)}, {format.percent(count / one.n, 1)}"

    def mark(self, painter: QPainter, box: QRectF, place: int) -> None:
        one = self._histogram
        if one is None or place >= len(one.counts):
            return
        along, up = self._scales(one, box)
        left, right = along.px(float(one.edges[place])), along.px(float(one.edges[place + 1]))
        painter.fillRect(QRectF(left, up.end, right - left, up.start - up.end), tint(self.theme.text, 0.1))

    def rows(self) -> Rows:
        one = self._histogram
        if one is None:
            return (), ()
        factor = 100.0 if self.measure is Measure.SHARE else 1.0
        edges = (one.edges * factor).tolist()
        titles = (f"From, {self.unit}", f"To, {self.unit}", "Trips")
        return titles, list(zip(edges[:-1], edges[1:], one.counts.tolist(), strict=True))


def _dot(ink: NDArray[np.uint32], x: Floats, y: Floats, color: int, ratio: float) -> None:
    """Set squares of two pixels: ten thousand of them cost a millisecond, a painter's points fifty."""
    side = round(2 * ratio)
    left, top = x.astype(np.intp), y.astype(np.intp)
    for down in range(side):
        for right in range(side):
            rows, columns = np.clip(top + down, 0, len(ink) - 1), np.clip(left + right, 0, ink.shape[1] - 1)
            ink[rows, columns] = color


class ExcursionsPicture(Picture):
    """How far price went against each round trip and for it, with the stop; a click chooses the trip."""

    key: ClassVar[str] = "excursions"
    title: ClassVar[str] = "MAE against MFE"
    least_px: ClassVar[int] = 300
    is_active: ClassVar[bool] = True

    @property
    def _points(self) -> Excursions | None:
        series = self.series
        return None if series is None or not len(series.excursions.places) else series.excursions

    def note(self) -> str:
        return f"{self.unit}, before fees"

    def corner(self) -> str:
        one, table = self._points, self.table
        if one is None or table is None:
            return ""
        left_out = len(table) - len(one.places)
        said = f"{count_words(len(one.places))}, {left_out} not known" if left_out else ""
        return said or count_words(len(one.places))

    def missing(self) -> str:
        why = self.without_results()
        if why or self.found is None:
            return why
        if self.measure is Measure.MONEY and self.found.table.mixed:
            return self.found.table.mixed
        return "" if self._points is not None else NO_EXCURSION

    def changed(self) -> None:
        self._placed: tuple[QRectF, Floats, Floats] | None = None

    def _scales(self, one: Excursions, box: QRectF) -> tuple[Scale, Scale]:
        # A leap or two must not press all others into a corner: they stand at the edge.
        low = min(float(np.quantile(one.mae, 0.005)), -1.15 if self.measure is Measure.R else 0.0)
        high = float(np.quantile(one.mfe, 0.995))
        along = Scale(roomy(low, 0.0)[0], 0.0 - low * 0.02, box.left() + 34, box.right() - 4)
        return along, Scale(0.0 - high * 0.03, roomy(0.0, high or 1.0)[1], box.bottom() - 32, box.top() + 2)

    def _pixels(self, one: Excursions, box: QRectF) -> tuple[Floats, Floats]:
        if self._placed is None or self._placed[0] != box:
            along, up = self._scales(one, box)
            x = along.many(np.clip(one.mae, along.low, along.high))
            self._placed = (box, x, up.many(np.clip(one.mfe, up.low, up.high)))
        return self._placed[1], self._placed[2]

    def paint(self, painter: QPainter, box: QRectF) -> None:
        one, theme = self._points, self.theme
        if one is None:
            return
        along, up = self._scales(one, box)
        for value in ticks(along.low, along.high, max(2, int((along.end - along.start) / 46))):
            x = along.px(value)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(x, up.end), QPointF(x, up.start))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(x - 30, up.start + 1, 60, 15), CENTRE, short(value, self.measure))
        for value in ticks(up.low, up.high, max(2, int((up.start - up.end) / 34))):
            y = up.px(value)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(along.start, y), QPointF(along.end, y))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(box.left() - 4, y - 8, 34, 16), RIGHT, short(value, self.measure))
        painter.setPen(theme.muted)
        painter.drawText(
            QRectF(along.start, up.start + 15, along.end - along.start, 15), LEFT, "MAE, against"
        )
        painter.drawText(QRectF(along.end - 90, up.end, 90, 15), RIGHT, "MFE, for")
        if self.measure is Measure.R:
            x = along.px(-1.0)
            painter.setPen(QPen(theme.danger, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, up.end), QPointF(x, up.start))
            painter.setPen(theme.danger)
            painter.drawText(QRectF(x + 4, up.end, 60, 15), LEFT, "stop −1 R")
        self._paint_points(painter, one, box)
        said = "● won  ■ lost" + ("" if one.on_tape.all() else ", pale: on candles")
        painter.setPen(theme.muted)
        painter.drawText(QRectF(along.start, up.start + 15, along.end - along.start, 15), RIGHT, said)

    def _paint_points(self, painter: QPainter, one: Excursions, box: QRectF) -> None:
        theme = self.theme
        x_px, y_px = self._pixels(one, box)
        is_dense = len(one.places) >= DENSE
        ratio = self.devicePixelRatioF() if is_dense else 1.0
        ink = np.zeros((ceil(box.bottom() * ratio), ceil(box.right() * ratio)), np.uint32)
        for is_won, color in ((False, theme.down), (True, theme.up)):
            for on_tape, share in ((False, 0.4), (True, 0.85)):
                those = ((one.results > 0) == is_won) & (one.on_tape == on_tape)
                shade = mix(theme.panel, color, share)
                if is_dense:
                    _dot(ink, x_px[those] * ratio, y_px[those] * ratio, shade.rgba(), ratio)
                    continue
                pen = QPen(shade, 5.0)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap if is_won else Qt.PenCapStyle.SquareCap)
                painter.setPen(pen)
                painter.drawPoints(QPolygonF(points(x_px[those], y_px[those])))
        if is_dense:
            high, wide = ink.shape
            image = QImage(ink.data, wide, high, 4 * wide, QImage.Format.Format_ARGB32)
            image.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(0, 0), image)

    def place_at(self, at: QPointF, box: QRectF) -> int | None:
        one = self._points
        if one is None:
            return None
        x, y = self._pixels(one, box)
        away = (x - at.x()) ** 2 + (y - at.y()) ** 2
        nearest = int(np.argmin(away))
        return nearest if away[nearest] < 12**2 else None

    def step(self, place: int | None, right: int, down: int) -> int | None:
        one = self._points
        if one is None:
            return None
        last = len(one.places) - 1
        return last if place is None else min(max(place + right + 10 * down, 0), last)

    def said(self, place: int) -> str:
        one = self._points
        if one is None or place >= len(one.places):
            return ""
        mae, mfe, net = (
            figure(float(values[place]), self.measure) for values in (one.mae, one.mfe, one.results)
        )
        return f"{self.trips_words(int(one.places[place]))} · {net} {self.unit}, MAE {mae}, MFE {mfe}"

    def mark(self, painter: QPainter, box: QRectF, place: int) -> None:
        one = self._points
        if one is not None and place < len(one.places):
            x, y = self._pixels(one, box)
            painter.setPen(QPen(self.theme.text, 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(float(x[place]), float(y[place])), 6, 6)

    def activate(self, place: int) -> None:
        one, table = self._points, self.table
        if one is not None and table is not None:
            self.trip_chosen.emit(table.trips[int(one.places[place])].trip.trip_id)

    def rows(self) -> Rows:
        one, table = self._points, self.table
        if one is None or table is None:
            return (), ()
        factor = 100.0 if self.measure is Measure.SHARE else 1.0
        titles = ("Round trip", *(f"{name}, {self.unit}" for name in ("MAE", "MFE", "Net")), "Measured on")
        return titles, [
            (
                self.trips_words(at),
                float(one.mae[place]) * factor,
                float(one.mfe[place]) * factor,
                float(one.results[place]) * factor,
                "tape" if one.on_tape[place] else "candles",
            )
            for place, at in enumerate(one.places.tolist())
        ]
