"""The calendar of results: a cell a day, a column a week, months summed up below."""

from calendar import month_abbr
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui import format
from ui.statistics.picture import LEFT, Picture, Rows
from ui.statistics.shades import paint_cell, paint_scale, reach
from ui.statistics.words import count_words, figure, short, token
from ui.theme import Theme, mix
from workstation.journal.statistics.days import DAY_MS, Days
from workstation.journal.statistics.dimensions import WEEKDAYS
from workstation.journal.statistics.table import Measure

_NAMES_PX = 34
_MONTHS_PX = 17
_SUMS_PX = 56
_LEAST_CELL, _MOST_CELL = 11.0, 26.0
_THURSDAY = 3  # day 0 of 1970


def month_of(day: int) -> tuple[int, int]:
    """Year and month of a day counted from 1970."""
    date = datetime.fromtimestamp(day * 86_400, UTC)
    return date.year, date.month


class CalendarPicture(Picture):
    """Places are days counted from 1970; a click opens the day."""

    key: ClassVar[str] = "calendar"
    title: ClassVar[str] = "Calendar"
    least_px: ClassVar[int] = 300
    is_active: ClassVar[bool] = True

    day_wanted = Signal(int)
    """Days since 1970."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._back = 0
        """Weeks scrolled back."""

    @property
    def _days(self) -> Days | None:
        series = self.series
        return None if series is None or not series.days.counts.any() else series.days

    def changed(self) -> None:
        self._back = 0

    def note(self) -> str:
        return f"by day of the close, {self.unit}"

    def missing(self) -> str:
        why = self.without_results()
        if not why and self.measure is Measure.MONEY and self.found is not None:
            why = self.found.table.mixed
        return why

    def _grid(self, days: Days, box: QRectF) -> tuple[QRectF, float, int, int]:
        """Where the cells are, their side, the Monday that the first column begins with, columns."""
        high = box.height() - _MONTHS_PX - (_SUMS_PX if box.height() > 150 else 0)
        side_y = min(_MOST_CELL, high / 7)
        monday_first = days.first - (days.first + _THURSDAY) % 7
        last = days.first + len(days.results) - 1
        weeks = (last - monday_first) // 7 + 1
        room = box.width() - _NAMES_PX
        side_x = min(_MOST_CELL * 1.4, max(_LEAST_CELL, room / weeks))
        columns = min(weeks, max(1, int(room / side_x)))
        self._back = min(max(self._back, 0), weeks - columns)
        begin = monday_first + 7 * (weeks - columns - self._back)
        grid = QRectF(box.left() + _NAMES_PX, box.top() + _MONTHS_PX, side_x * columns, side_y * 7)
        return grid, side_x, begin, columns

    def _cell(self, grid: QRectF, side: float, begin: int, day: int) -> QRectF:
        column, row = divmod(day - begin, 7)
        high = grid.height() / 7
        return QRectF(grid.left() + column * side + 1, grid.top() + row * high + 1, side - 2, high - 2)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        days, theme = self._days, self.theme
        if days is None:
            return
        grid, side, begin, columns = self._grid(days, box)
        most = reach(days.results)
        painter.setPen(theme.muted)
        for row in (0, 2, 4, 6):
            at = self._cell(grid, side, begin, begin + row)
            painter.drawText(QRectF(box.left(), at.center().y() - 8, _NAMES_PX, 16), LEFT, WEEKDAYS[row])
        before, free = (0, 0), grid.left() - 1
        empty = mix(theme.panel, theme.control, 0.8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for day in range(begin, begin + 7 * columns):
            place = day - days.first
            if not 0 <= place < len(days.results):
                continue
            cell = self._cell(grid, side, begin, day)
            if days.counts[place]:
                paint_cell(painter, theme, cell, float(days.results[place]), most)
            else:
                painter.fillRect(cell, empty)
            month = month_of(day)
            if month != before:
                before = month
                words = month_abbr[month[1]] + (f" {month[0]}" if month[1] == 1 else "")
                if cell.left() >= free:
                    painter.setPen(theme.muted)
                    painter.drawText(QRectF(cell.left(), box.top() - 1, 70, 16), LEFT, words)
                    free = cell.left() + self.metrics.horizontalAdvance(words) + 8
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self._scale_fits():
            paint_scale(painter, theme, self.width() - 10.0, 4, most, short(most, self.measure).lstrip("+"))
        if box.height() > 150:
            top = max(grid.bottom() + 6, box.bottom() - _SUMS_PX + 4)
            self._paint_months(painter, QRectF(box.left(), top, box.width(), _SUMS_PX - 6), days)

    def _scale_fits(self) -> bool:
        words = f"{self.title}  {self.note()} "
        return self.place is None and self.metrics.horizontalAdvance(words) + 180 < self.width()

    def months(self) -> list[tuple[tuple[int, int], float, int]]:
        """(year and month, result, round trips) of each month in which something was closed."""
        days = self._days
        if days is None:
            return []
        dates = np.arange(days.first, days.first + len(days.results)).astype("datetime64[D]")
        months = dates.astype("datetime64[M]").astype(np.int64)
        first = int(months[0])
        totals = np.bincount(months - first, days.results)
        counts = np.bincount(months - first, days.counts).astype(np.int64)
        return [
            (
                (1970 + (first + place) // 12, (first + place) % 12 + 1),
                float(totals[place]),
                int(counts[place]),
            )
            for place in np.flatnonzero(counts).tolist()
        ]

    def _paint_months(self, painter: QPainter, box: QRectF, days: Days) -> None:
        theme = self.theme
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(box.topLeft(), box.topRight())
        traded = days.counts > 0
        up, down = int((days.results[traded] > 0).sum()), int((days.results[traded] < 0).sum())
        columns = max(1, int(box.width() / 54) - 1)
        shown = self.months()[-columns:]
        cells = [
            (
                month_abbr[month[1]],
                short(total, self.measure),
                token(total),
                count_words(count),
                "muted",
            )
            for month, total, count in shown
        ]
        cells.append(("Days", f"{up} up", "up", f"{down} down", "down"))
        wide = box.width() / max(len(cells), min(columns, 5))
        for place, (head, first, first_token, second, second_token) in enumerate(cells):
            for row, (words, name) in enumerate(
                ((head, "muted"), (first, first_token), (second, second_token))
            ):
                painter.setPen(getattr(theme, name))
                painter.drawText(
                    QRectF(box.left() + place * wide, box.top() + 3 + row * 15, wide, 15), LEFT, words
                )

    # Pointing.

    def place_at(self, at: QPointF, box: QRectF) -> int | None:
        days = self._days
        if days is None:
            return None
        grid, side, begin, _ = self._grid(days, box)
        if not grid.contains(at):
            return None
        day = (
            begin
            + 7 * int((at.x() - grid.left()) / side)
            + min(6, int((at.y() - grid.top()) / grid.height() * 7))
        )
        return day if 0 <= day - days.first < len(days.results) else None

    def step(self, place: int | None, right: int, down: int) -> int | None:
        days = self._days
        if days is None:
            return None
        last = days.first + len(days.results) - 1
        day = last if place is None else min(max(place + 7 * right + down, days.first), last)
        _, _, begin, columns = self._grid(days, self.box)
        if not begin <= day < begin + 7 * columns:
            self._back += (begin - day) // 7 + 1 if day < begin else -((day - begin) // 7 - columns + 1)
            self.paint_anew()
        return day

    def said(self, place: int) -> str:
        days = self._days
        if days is None or not 0 <= place - days.first < len(days.results):
            return ""
        at = place - days.first
        day = f"{WEEKDAYS[(place + _THURSDAY) % 7]} {format.utc_date(place * DAY_MS)}"
        if not days.counts[at]:
            return f"{day} · nothing closed"
        return f"{day} · {figure(float(days.results[at]), self.measure)} {self.unit} · n {days.counts[at]}"

    def mark(self, painter: QPainter, box: QRectF, place: int) -> None:
        days = self._days
        if days is None:
            return
        grid, side, begin, columns = self._grid(days, box)
        if begin <= place < begin + 7 * columns:
            painter.setPen(QPen(self.theme.text, 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._cell(grid, side, begin, place).adjusted(-0.5, -0.5, 0.5, 0.5))

    def activate(self, place: int) -> None:
        self.day_wanted.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        days = self._days
        if days is None:
            return
        before = self._back
        self._back += 4 if event.angleDelta().y() + event.angleDelta().x() > 0 else -4
        self._grid(days, self.box)
        if before != self._back:
            self.paint_anew()
        else:
            event.ignore()  # the board scrolls

    def rows(self) -> Rows:
        days = self._days
        if days is None:
            return (), ()
        factor = 100.0 if self.measure is Measure.SHARE else 1.0
        return ("Day", f"Result, {self.unit}", "Round trips"), [
            (
                format.utc_date((days.first + place) * DAY_MS),
                float(days.results[place]) * factor,
                int(days.counts[place]),
            )
            for place in np.flatnonzero(days.counts).tolist()
        ]
