"""The picture of equity: how results added up, and how far they fell below their peak."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from ui import format
from ui.statistics import words
from ui.statistics.axes import Scale, moments, points, roomy, stepped, thinned, ticks
from ui.statistics.picture import CENTRE, LEFT, Picture, Rows
from ui.statistics.words import figure, short
from ui.theme import contrast, tint
from workstation.journal.statistics.series import Equity
from workstation.journal.statistics.table import Measure

_AXIS_PX = 44
_TIME_PX = 18
_FALL_SHARE = 0.28
LEAST_PX = 120


class EquityPicture(Picture):
    """Equity above, its falls below, the largest fall shaded; a click chooses the round trip."""

    key: ClassVar[str] = "equity"
    title: ClassVar[str] = "Equity and drawdown"
    least_px: ClassVar[int] = 330
    is_active: ClassVar[bool] = True

    @property
    def _equity(self) -> Equity | None:
        series = self.series
        return None if series is None or not len(series.equity.places) else series.equity

    def note(self) -> str:
        return {Measure.MONEY: f"{self.unit}, net", Measure.SHARE: "growth, net", Measure.R: "R, net"}[
            self.measure
        ]

    def corner(self) -> str:
        found = self.found
        if found is None or found.table.mixed or not len(found.table):
            return ""
        total = found.summary["total_money"].value or 0.0
        start = found.table.start()
        if start is None:
            return words.result(total, Measure.MONEY, found.summary.asset)
        ended = format.price(start + total, 2)
        return f"{format.price(start, 0)} → {ended} {found.summary.asset}"

    def missing(self) -> str:
        why = self.without_results()
        if not why and self.measure is Measure.MONEY and self.found is not None:
            why = self.found.table.mixed
        return why

    def _on_axis(self, value: float) -> str:
        """A value of the curve: a balance has no sign."""
        said = short(value, self.measure)
        has_start = self.table is not None and self.table.start() is not None
        return said.removeprefix("+") if self.measure is Measure.MONEY and has_start else said

    @staticmethod
    def _has_falls(box: QRectF) -> bool:
        """Whether there is room for the falls below; in a low picture the shaded one must do."""
        return box.height() >= LEAST_PX

    def _scales(self, equity: Equity, box: QRectF) -> tuple[Scale, Scale, Scale]:
        """Time, equity, falls."""
        bottom = box.bottom() - _TIME_PX
        middle = bottom - (bottom - box.top()) * (_FALL_SHARE if self._has_falls(box) else 0.0)
        first, last = float(equity.times_ms[0]), float(equity.times_ms[-1])
        along = Scale(first, max(last, first + 1), box.left(), box.right() - _AXIS_PX)
        up = Scale(*roomy(float(equity.values.min()), float(equity.values.max())), middle - 4, box.top() + 2)
        deepest = float(equity.falls.min())
        down = Scale(deepest * 1.1 if deepest < 0 else -1.0, 0.0, bottom, middle + 4)
        return along, up, down

    def paint(self, painter: QPainter, box: QRectF) -> None:
        equity = self._equity
        if equity is None:
            return
        theme = self.theme
        along, up, down = self._scales(equity, box)
        right = along.end
        axes = [(up, max(2, int((up.start - up.end) / 34)))]
        if self._has_falls(box):
            axes.append((down, 2))
        for scale, most in axes:
            for value in ticks(scale.low, scale.high, most):
                level = round(scale.px(value)) + 0.5
                painter.setPen(QPen(theme.hairline, 1))
                painter.drawLine(QPointF(box.left(), level), QPointF(right, level))
                painter.setPen(theme.muted)
                painter.drawText(QRectF(right + 5, level - 8, _AXIS_PX, 16), LEFT, self._on_axis(value))
        for moment, said in moments(along.low, along.high, max(2, int((right - box.left()) / 56))):
            at = along.px(moment)
            painter.setPen(QPen(tint(theme.hairline, 0.6), 1))
            painter.drawLine(QPointF(at, box.top()), QPointF(at, down.start))
            if box.left() + 12 < at < right - 10:
                painter.setPen(theme.muted)
                painter.drawText(QRectF(at - 30, down.start + 2, 60, _TIME_PX - 2), CENTRE, said)
        self._paint_worst(painter, equity, along, up, down)
        times = along.many(equity.times_ms.astype(np.float64))
        x, y = thinned(*stepped(times, up.many(equity.values)))
        line = points(x, y)
        base = [QPointF(right, up.start), QPointF(box.left(), up.start)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(theme.up, 0.09))
        painter.drawPolygon(QPolygonF(line + base))
        painter.setPen(QPen(theme.up, 1.3))
        painter.drawPolyline(QPolygonF(line))
        if self._has_falls(box):
            x, y = thinned(*stepped(times, down.many(equity.falls)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint(theme.down, 0.55))
            rim = [QPointF(right, down.end), QPointF(box.left(), down.end)]
            painter.drawPolygon(QPolygonF(points(x, y) + rim))
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(box.left(), down.end - 4), QPointF(box.right(), down.end - 4))
        self._paint_last(painter, float(equity.values[-1]), up, right)

    def _paint_worst(self, painter: QPainter, equity: Equity, along: Scale, up: Scale, down: Scale) -> None:
        worst, theme = equity.worst, self.theme
        if worst is None or worst.trough <= worst.peak:
            return
        from_ms, to_ms = (float(equity.times_ms[place]) for place in (worst.peak, worst.trough))
        left, right = along.px(from_ms), along.px(to_ms)
        painter.fillRect(
            QRectF(left, up.end, max(1.0, right - left), down.start - up.end), tint(theme.down, 0.1)
        )
        fall = worst.rate if self.measure is Measure.SHARE else worst.money
        days = (to_ms - from_ms) / 86_400_000
        how_long = f"{days:.0f} days" if days >= 1.5 else format.duration((to_ms - from_ms) / 1000)
        said = f"{figure(-(fall or 0.0), self.measure)} {self.unit}, {how_long}"
        wide = self.metrics.horizontalAdvance(said)
        x = min(max((left + right - wide) / 2, along.start + 2), along.end - wide - 2)
        if wide < along.end - along.start:
            label = QRectF(x, up.end, wide + 2, 15)
            painter.fillRect(label.adjusted(-2, 0, 2, 0), tint(theme.panel, 0.9))  # the curve may run here
            painter.setPen(theme.down)
            painter.drawText(label, LEFT, said)

    def _paint_last(self, painter: QPainter, value: float, up: Scale, right: float) -> None:
        theme = self.theme
        color = theme.up if value >= 0 else theme.down
        said = self._on_axis(value)
        y = min(max(up.px(value), up.end + 8), up.start - 8)
        tag = QRectF(right + 3, y - 8, max(_AXIS_PX - 2, self.metrics.horizontalAdvance(said) + 6), 16)
        tag.moveRight(min(tag.right(), self.width() - 2.0))
        painter.setPen(QPen(color, 0))
        painter.setBrush(color)
        painter.drawRoundedRect(tag, 2, 2)
        ink = max((theme.window, theme.text, theme.panel), key=lambda one: contrast(one, color))
        painter.setPen(ink)
        painter.drawText(tag, CENTRE, said)

    # Pointing: places are round trips that have a result.

    def place_at(self, at: QPointF, box: QRectF) -> int | None:
        equity = self._equity
        if equity is None or at.y() < box.top():
            return None
        along = self._scales(equity, box)[0]
        place = int(np.searchsorted(equity.times_ms, along.value(at.x()), side="right")) - 2
        return min(max(place, 0), len(equity.places) - 1)

    def step(self, place: int | None, right: int, down: int) -> int | None:
        equity = self._equity
        if equity is None:
            return None
        last = len(equity.places) - 1
        return last if place is None else min(max(place + right + down * 10, 0), last)

    def said(self, place: int) -> str:
        equity = self._equity
        if equity is None or self.found is None or place >= len(equity.places):
            return ""
        at = int(equity.places[place])
        value, fall = equity.values[place + 1], equity.falls[place + 1]
        now = f"{figure(float(value), self.measure, signed=self.measure is not Measure.MONEY)} {self.unit}"
        below = f", {figure(float(fall), self.measure)} below the peak" if fall < 0 else ", at its peak"
        return f"{self.trips_words(at)} · {now}{below}"

    def mark(self, painter: QPainter, box: QRectF, place: int) -> None:
        equity = self._equity
        if equity is None or place >= len(equity.places):
            return
        along, up, down = self._scales(equity, box)
        x = along.px(float(equity.times_ms[place + 1]))
        painter.setPen(QPen(tint(self.theme.text, 0.5), 1))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, down.start))
        painter.setPen(QPen(self.theme.panel, 1.5))
        painter.setBrush(self.theme.text)
        painter.drawEllipse(QPointF(x, up.px(float(equity.values[place + 1]))), 3.5, 3.5)

    def activate(self, place: int) -> None:
        equity, table = self._equity, self.table
        if equity is not None and table is not None:
            self.trip_chosen.emit(table.trips[int(equity.places[place])].trip.trip_id)

    def rows(self) -> Rows:
        equity, table = self._equity, self.table
        if equity is None or table is None:
            return (), ()
        titles = ("Closed", "Symbol", "Side", f"Equity, {self.unit}", f"Below the peak, {self.unit}")
        factor = 100.0 if self.measure is Measure.SHARE else 1.0
        found = []
        for place, at in enumerate(equity.places.tolist(), 1):
            trip = table.trips[at].trip
            moment = f"{format.utc_date(trip.closed_ms)} {format.utc_time(trip.closed_ms)}"
            value, fall = float(equity.values[place]) * factor, float(equity.falls[place]) * factor
            found.append((moment, trip.symbol, trip.direction.value, value, fall))
        return titles, found
