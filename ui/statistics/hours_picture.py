"""The grid of hours by weekdays: how much was opened when, and what it brought."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.statistics.picture import LEFT, RIGHT, Picture, Rows
from ui.statistics.shades import paint_cell, paint_scale, reach
from ui.statistics.words import count_words, figure, short, token
from ui.theme import mix
from workstation.analytics.performance import FEW
from workstation.journal.statistics.dimensions import WEEKDAYS
from workstation.journal.statistics.groups import Group
from workstation.journal.statistics.series import HourGrid
from workstation.journal.statistics.table import Measure
from workstation.model.sessions import SESSIONS

_ORDER = {name: place for place, name in enumerate(SESSIONS)}
_NAMES_PX, _SUMS_PX, _HOURS_PX, _SESSIONS_PX = 34, 92, 18, 50


class HoursPicture(Picture):
    """A square an hour of the week: its area is n, its shade the mean; places are hours from Monday 00:00."""

    key: ClassVar[str] = "hours"
    title: ClassVar[str] = "Hour × weekday"
    least_px: ClassVar[int] = 330

    @property
    def _hours(self) -> HourGrid | None:
        series = self.series
        return None if series is None or not series.hours.counts.any() else series.hours

    def note(self) -> str:
        return f"UTC, of the opening · area n, shade {self.unit}/trade"

    def missing(self) -> str:
        why = self.without_results()
        if not why and self.measure is Measure.MONEY and self.found is not None:
            why = self.found.table.mixed
        return why

    @property
    def _sessions(self) -> tuple[Group, ...]:
        if self.judged is None:
            return ()
        by = (one for one in self.judged.groups[self.measure] if one.dimension.key == "session")
        groups = next((one.groups for one in by), ())
        return tuple(sorted(groups, key=lambda one: _ORDER.get(one.name, len(_ORDER))))

    def _grid(self, box: QRectF) -> QRectF:
        below = _HOURS_PX + (_SESSIONS_PX if self._sessions and box.height() > 160 else 0)
        sums = _SUMS_PX if box.width() > 290 else 0
        return QRectF(
            box.left() + _NAMES_PX,
            box.top(),
            box.width() - _NAMES_PX - sums,
            max(40.0, box.height() - below),
        )

    def paint(self, painter: QPainter, box: QRectF) -> None:
        hours, theme = self._hours, self.theme
        if hours is None:
            return
        grid, means = self._grid(box), hours.means
        most = reach(means)
        wide, high = grid.width() / 24, grid.height() / 7
        largest, side = float(hours.counts.max()), min(wide, high) - 1
        for row, name in enumerate(WEEKDAYS):
            y = grid.top() + (row + 0.5) * high
            painter.setPen(QPen(mix(theme.panel, theme.hairline, 0.6), 1))
            painter.drawLine(QPointF(grid.left(), y), QPointF(grid.right(), y))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(box.left(), y - 8, _NAMES_PX, 16), LEFT, name)
            self._paint_sum(painter, QRectF(grid.right(), y - 8, box.right() - grid.right(), 16), hours, row)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for row, hour in np.argwhere(hours.counts > 0).tolist():
            edge = max(3.0, side * float(hours.counts[row, hour] / largest) ** 0.5)
            middle = QPointF(grid.left() + (hour + 0.5) * wide, grid.top() + (row + 0.5) * high)
            cell = QRectF(middle.x() - edge / 2, middle.y() - edge / 2, edge, edge)
            paint_cell(painter, theme, cell, float(means[row, hour]), most)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(theme.muted)
        for hour in range(0, 24, 3 if wide * 3 > 22 else 6):
            at = QRectF(grid.left() + hour * wide - 4, grid.bottom() + 1, 40, 15)
            painter.drawText(at, LEFT, f"{hour:02d}")
        if self.metrics.horizontalAdvance(f"{self.title}  {self.note()} ") + 150 < self.width():
            paint_scale(painter, theme, self.width() - 10.0, 4, most, short(most, self.measure).lstrip("+"))
        if self._sessions and box.height() > 160:
            self._paint_sessions(
                painter, QRectF(grid.left(), box.bottom() - _SESSIONS_PX + 4, box.right() - grid.left(), 46)
            )

    def _paint_sum(self, painter: QPainter, at: QRectF, hours: HourGrid, row: int) -> None:
        count = int(hours.counts[row].sum())
        if at.width() < 80 or not count:
            return
        mean = float(hours.sums[row].sum()) / count
        painter.setPen(getattr(self.theme, token(mean)))
        painter.drawText(at.adjusted(0, 0, -44, 0), RIGHT, figure(mean, self.measure))
        painter.setPen(self.theme.muted if count < FEW else self.theme.text)
        painter.drawText(at, RIGHT, count_words(count))

    def _paint_sessions(self, painter: QPainter, box: QRectF) -> None:
        theme, wide = self.theme, box.width() / len(self._sessions)
        for place, group in enumerate(self._sessions):
            left = box.left() + place * wide
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(left, box.top() - 1), QPointF(left + wide - 8, box.top() - 1))
            mean = group.mean.value
            lines = ((group.name, "muted"), (figure(mean, self.measure), token(mean)))
            for row, (words, name) in enumerate(
                (*lines, (count_words(group.mean.n), "muted" if group.few else "text"))
            ):
                painter.setPen(getattr(theme, name))
                painter.drawText(QRectF(left, box.top() + row * 15, wide - 4, 15), LEFT, words)

    def place_at(self, at: QPointF, box: QRectF) -> int | None:
        grid = self._grid(box)
        if self._hours is None or not grid.contains(at):
            return None
        row = min(6, int((at.y() - grid.top()) / grid.height() * 7))
        return row * 24 + min(23, int((at.x() - grid.left()) / grid.width() * 24))

    def step(self, place: int | None, right: int, down: int) -> int | None:
        return 0 if place is None else min(max(place + right + 24 * down, 0), 167)

    def said(self, place: int) -> str:
        hours = self._hours
        if hours is None:
            return ""
        row, hour = divmod(place, 24)
        count = int(hours.counts[row, hour])
        when = f"{WEEKDAYS[row]} {hour:02d}:00"
        if not count:
            return f"{when} · nothing opened"
        mean = figure(float(hours.sums[row, hour]) / count, self.measure)
        return f"{when} · {mean} {self.unit}/trade · n {count}" + (" few" if count < FEW else "")

    def mark(self, painter: QPainter, box: QRectF, place: int) -> None:
        grid = self._grid(box)
        wide, high = grid.width() / 24, grid.height() / 7
        row, hour = divmod(place, 24)
        painter.setPen(QPen(self.theme.text, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(grid.left() + hour * wide, grid.top() + row * high, wide, high))

    def rows(self) -> Rows:
        hours = self._hours
        if hours is None:
            return (), ()
        factor = 100.0 if self.measure is Measure.SHARE else 1.0
        titles = ("Weekday", "Hour, UTC", "Round trips", f"Sum, {self.unit}", f"Mean, {self.unit}")
        found = []
        for row, hour in np.argwhere(hours.counts > 0).tolist():
            count, total = int(hours.counts[row, hour]), float(hours.sums[row, hour]) * factor
            found.append((WEEKDAYS[row], hour, count, total, total / count))
        return titles, found
