"""Actual against passive: what managing trades brought over leaving their plans alone."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui import format
from ui.statistics.axes import Scale, points, roomy, thinned, ticks
from ui.statistics.found import Statistics
from ui.statistics.picture import CENTRE, LEFT, RIGHT, Picture, Rows
from ui.statistics.words import figure, interval, short, token
from ui.theme import Theme, tint
from workstation.journal.statistics.series import AgainstPassive, against_passive
from workstation.journal.statistics.table import Measure

_AXIS_PX, _SIDE_PX, _TRADES_PX = 34, 150, 17


class PassivePicture(Picture):
    """Both curves over the same round trips, in R; places are those round trips."""

    key: ClassVar[str] = "passive"
    title: ClassVar[str] = "Actual against passive"
    least_px: ClassVar[int] = 360
    is_active: ClassVar[bool] = True

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._passive_r: Mapping[str, float] = {}
        self._waiting = 0
        self.both: AgainstPassive | None = None
        self._of: Statistics | None = None

    def show_passive(self, passive_r: Mapping[str, float], waiting: int) -> None:
        """Take R of plans left alone, by trip id, and how many are still to be reckoned."""
        if waiting != self._waiting or len(passive_r) != len(self._passive_r):
            self._passive_r, self._waiting = dict(passive_r), waiting
            self._reckon()
            self.paint_anew()

    def changed(self) -> None:
        if self._of is not self.found:  # it is in R whatever the measure
            self._reckon()

    def _reckon(self) -> None:
        self._of = self.found
        self.both = None if self.table is None else against_passive(self.table, self._passive_r)

    def note(self) -> str:
        count = 0 if self.both is None else len(self.both.places)
        return f"cumulative R, n {count}"

    def corner(self) -> str:
        if self._waiting:
            done = len(self._passive_r)
            return f"reckoning {format.count(done)} of {format.count(done + self._waiting)}"
        if self.both is not None and self.both.left_out_count:
            return f"{self.both.left_out_count} left out: no plan, or no known end"
        return "passive = plan left alone"

    def missing(self) -> str:
        if self.both is None or self.found is None:
            return "Working it out …"
        if not len(self.found.table):
            return "No closed round trip is in this choice."
        if len(self.both.places):
            return ""
        if self._waiting:
            return "Reckoning the plans left alone on what was recorded …"
        return (
            "None of these has both a plan with a stop and a market recorded after its entry: "
            "what the plan would have brought is not known."
        )

    @property
    def _violet(self) -> QColor:
        return self.theme.link_colors["violet"]

    def _scales(self, both: AgainstPassive, box: QRectF) -> tuple[Scale, Scale]:
        side = _SIDE_PX if box.width() > 280 else 4
        along = Scale(0.0, float(max(1, len(both.places))), box.left() + _AXIS_PX, box.right() - side)
        low = min(0.0, float(both.actual.min()), float(both.passive.min()))
        high = max(0.0, float(both.actual.max()), float(both.passive.max()))
        return along, Scale(*roomy(low, high), box.bottom() - _TRADES_PX, box.top() + 4)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        both, theme = self.both, self.theme
        if both is None:
            return
        along, up = self._scales(both, box)
        for value in ticks(up.low, up.high, max(2, int((up.start - up.end) / 30))):
            y = up.px(value)
            painter.setPen(QPen(theme.hairline if value else theme.dim, 1))
            painter.drawLine(QPointF(along.start, y), QPointF(along.end, y))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(box.left() - 6, y - 8, _AXIS_PX, 16), RIGHT, short(value, Measure.R))
        painter.setPen(theme.muted)
        for value in ticks(1, along.high, max(2, int((along.end - along.start) / 70))):
            at = QRectF(along.px(value) - 40, up.start + 1, 80, 15)
            painter.drawText(at, CENTRE, format.count(int(value)))
        trades = np.arange(len(both.places) + 1, dtype=np.float64)
        x = along.many(trades)
        lines = [up.many(np.concatenate(([0.0], one))) for one in (both.actual, both.passive)]
        actual, alone = (points(*thinned(x, line)) for line in lines)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(self._violet, 0.14))
        painter.drawPolygon(QPolygonF(actual + alone[::-1]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._violet, 1.3, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF(alone))
        painter.setPen(QPen(theme.up, 1.4))
        painter.drawPolyline(QPolygonF(actual))
        if along.end < box.right() - 60:
            self._paint_side(painter, both, along, up)

    def _paint_side(self, painter: QPainter, both: AgainstPassive, along: Scale, up: Scale) -> None:
        theme, left = self.theme, along.end + 10
        wide = self.width() - left - 6
        ends = [float(both.actual[-1]), float(both.passive[-1])]
        gap = ends[0] - ends[1]
        for value, color in zip(ends, (theme.up, self._violet), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(along.end, up.px(value)), 3, 3)
        verb = "earned" if gap >= 0 else "cost"
        mean = both.gap
        lines = [
            (f"passive {figure(ends[1], Measure.R)} R", self._violet),
            (f"managing {verb} {abs(gap):.2f} R", theme.text),
            (f"actual {figure(ends[0], Measure.R)} R", theme.up),
            (f"{figure(mean.value, Measure.R)} per trade", getattr(theme, token(mean.value))),
        ]
        if mean.low is not None:
            lines.append((f"[{interval(mean.low, mean.high, Measure.R)}]", theme.muted))
        if mean.few:
            lines.append(("few", theme.warn))
        # The ends stand at their lines as far as they do not press each other.
        top = min(max(up.end, up.px(max(ends)) - 8), up.start - 17.0 * len(lines))
        order = lines if ends[1] >= ends[0] else [lines[2], lines[1], lines[0], *lines[3:]]
        for row, (words, color) in enumerate(order):
            painter.setPen(color)
            painter.drawText(QRectF(left, top + row * 17, wide, 16), LEFT, words)

    def place_at(self, at: QPointF, box: QRectF) -> int | None:
        both = self.both
        if both is None or not len(both.places):
            return None
        along, _ = self._scales(both, box)
        if not along.start <= at.x() <= along.end + 6:
            return None
        return min(max(round(along.value(at.x())) - 1, 0), len(both.places) - 1)

    def step(self, place: int | None, right: int, down: int) -> int | None:
        if self.both is None or not len(self.both.places):
            return None
        last = len(self.both.places) - 1
        return last if place is None else min(max(place + right + 10 * down, 0), last)

    def said(self, place: int) -> str:
        both = self.both
        if both is None or place >= len(both.places):
            return ""
        before = (both.actual[place - 1], both.passive[place - 1]) if place else (0.0, 0.0)
        own, alone = float(both.actual[place] - before[0]), float(both.passive[place] - before[1])
        trip = self.trips_words(int(both.places[place]))
        return f"{trip} · {figure(own, Measure.R)} R, left alone {figure(alone, Measure.R)} R"

    def mark(self, painter: QPainter, box: QRectF, place: int) -> None:
        both = self.both
        if both is None or place >= len(both.places):
            return
        along, up = self._scales(both, box)
        x = along.px(place + 1.0)
        painter.setPen(QPen(tint(self.theme.text, 0.5), 1))
        painter.drawLine(QPointF(x, up.end), QPointF(x, up.start))

    def activate(self, place: int) -> None:
        both, table = self.both, self.table
        if both is not None and table is not None:
            self.trip_chosen.emit(table.trips[int(both.places[place])].trip.trip_id)

    def rows(self) -> Rows:
        both = self.both
        if both is None:
            return (), ()
        return ("Round trip", "Actual, Σ R", "Plan left alone, Σ R"), [
            (self.trips_words(int(at)), float(both.actual[place]), float(both.passive[place]))
            for place, at in enumerate(both.places)
        ]
