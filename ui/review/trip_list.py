"""The list of round trips: days with their sums, one painted row a round trip, however many there are."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QToolTip, QWidget

from ui.review.plain_tip import plain_tip
from ui.review.trip_cells import cell, sum_text
from ui.review.trip_columns import Place, Sort, TripColumn, Unit, laid_out, sorted_places, titles
from ui.review.trip_days import Day, count_words, paint_mark
from ui.review.trip_index import DAY_MS, TripIndex
from ui.review.trip_words import trip_tip
from ui.theme import AGE_PX, BODY_PX, Density, Theme, mix, ui_font

WHEEL_ROWS = 3
MARK_PX = 13


_Line = Day | int
"""A day, or a place in the index."""


class TripList(QWidget):
    """Paints what is in view only; the row that is chosen is the one that review looks at."""

    chosen = Signal(str)
    """Id of the round trip that was clicked or stepped to."""
    entry_wanted = Signal()
    """Enter, or a double click: on with writing about it."""
    menu_asked = Signal(str, QPoint)
    sort_changed = Signal()

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Round trips")
        self._font, self._strong, self._small = ui_font(BODY_PX), ui_font(BODY_PX, 500), ui_font(AGE_PX)
        self._metrics, self._small_metrics = QFontMetricsF(self._font), QFontMetricsF(self._small)
        self._index = TripIndex((), {})
        self._places: Sequence[int] = ()
        self._lines: list[_Line] = []
        self._line_of: dict[int, int] = {}
        self._chosen = ""
        self._top = 0
        self.setup_name: Callable[[str], str] = str
        """A setup's name on tickets."""
        self.unit = Unit.R
        """The figure that stays on the narrowest list."""
        self.sort: Sort | None = None
        """None: by day, the newest first."""
        self._columns: list[Place] = []
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.valueChanged.connect(self._scroll_to)
        self._bar.hide()
        self.set_look(theme, density)

    # What it shows.

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self.row_height = density.row_height - 1
        self._pad = density.padding
        self._lay_out()

    def show_trips(self, index: TripIndex, places: Sequence[int]) -> None:
        """Show the round trips at these places of the index, given the newest first."""
        self._index = index
        self._places = places
        self._arrange()

    def set_unit(self, unit: Unit) -> None:
        """Let another figure stay when there is room for one only."""
        self.unit = unit
        self._lay_out()

    def set_chosen(self, trip_id: str) -> None:
        """Mark the round trip that review looks at, and bring it into view."""
        self._chosen = trip_id
        place = self._index.places.get(trip_id)
        line = None if place is None else self._line_of.get(place)
        if line is not None and not self._top + self._sticky <= line < self._top + self._fitting:
            self._scroll_to(line - self._fitting // 3)
        self.update()

    def set_sort(self, sort: Sort | None) -> None:
        """Sort by a column without days, or by day again."""
        if sort != self.sort:
            self.sort = sort
            self._arrange()
            self.set_chosen(self._chosen)
            self.sort_changed.emit()

    @property
    def order(self) -> list[str]:
        """Ids of the round trips from the top."""
        return [self._index.trips[line].trip.trip_id for line in self._lines if isinstance(line, int)]

    @property
    def rows_in_view(self) -> tuple[int, int]:
        """The first and last round trip in view, counted from 1; (0, 0) without any."""
        shown = [line for line in self._lines[self._top : self._top + self._fitting] if isinstance(line, int)]
        if not shown:
            return 0, 0
        before = sum(isinstance(line, int) for line in self._lines[: self._top])
        return before + 1, before + len(shown)

    def visible_texts(self) -> list[tuple[str, ...]]:
        """The texts in view, line by line: of a day its name, sums and count, else the columns with room."""
        return [self._texts_of(line) for line in self._lines[self._top : self._top + self._fitting]]

    def _texts_of(self, line: _Line) -> tuple[str, ...]:
        if isinstance(line, Day):
            sums = line.sums
            texts = [text for column in self._columns if (text := sum_text(column.column, sums)[0])]
            return (line.words, *texts, count_words(sums))
        return tuple(self._cell(line, column.column)[0] for column in self._columns[1:])

    # Order and room.

    @property
    def _fitting(self) -> int:
        return max(1, (self.height() - self.row_height) // self.row_height)

    @property
    def _sticky(self) -> int:
        """Lines at the top that the day in view stands on."""
        return 1 if self.sort is None and self._top else 0

    def _arrange(self) -> None:
        index, lines = self._index, list[_Line]()
        if self.sort is not None:
            lines.extend(sorted_places(index, self._places, self.sort))
        else:
            places = np.asarray(self._places, np.int64)
            days = index.opened_ms[places] // DAY_MS
            starts = np.flatnonzero(np.diff(days, prepend=-1)).tolist()
            for start, end in zip(starts, [*starts[1:], len(places)], strict=False):
                of_day = places[start:end].tolist()
                lines += [Day(int(days[start]), index, of_day), *of_day]
        self._lines = lines
        self._line_of = {line: number for number, line in enumerate(lines) if isinstance(line, int)}
        self._scroll_to(self._top)
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.width() - (9 if self._bar.isVisibleTo(self) else 0)
        time = "00:00" if self.sort is None else "00-00-00 00:00"
        self._columns = laid_out(width, self._pad, self.unit, self._metrics, time)
        self.update()

    def _scroll_to(self, top: int) -> None:
        last = max(0, len(self._lines) - self._fitting)
        self._top = min(max(top, 0), last)
        was_shown = self._bar.isVisibleTo(self)
        self._bar.blockSignals(True)
        self._bar.setRange(0, last)
        self._bar.setPageStep(self._fitting)
        self._bar.setValue(self._top)
        self._bar.blockSignals(False)
        self._bar.setVisible(bool(last))
        if was_shown != bool(last):
            self._lay_out()
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._bar.setGeometry(self.width() - 8, self.row_height, 8, self.height() - self.row_height)
        self._scroll_to(self._top)
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(300, 400)

    # Texts.

    def _cell(self, place: int, column: TripColumn) -> tuple[str, str]:
        setup = self._index.trips[place].setup
        name = self.setup_name(setup) if setup else ""
        return cell(self._index, place, column, name, with_date=self.sort is not None)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, height = QPainter(self), self._theme, self.row_height
        painter.fillRect(event.rect(), theme.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_titles(painter)
        lines = self._lines[self._top : self._top + self._fitting + 1]
        for number, line in enumerate(lines):
            y = height * (number + 1)
            if isinstance(line, Day):
                self._paint_day(painter, line, y)
            else:
                self._paint_trip(painter, line, y)
        if self._sticky and lines and isinstance(lines[0], int):
            day = next(line for line in reversed(self._lines[: self._top]) if isinstance(line, Day))
            self._paint_day(painter, day, height)
        if self.hasFocus():
            painter.setPen(QPen(mix(theme.panel, theme.accent, 0.6), 1))
            painter.drawLine(0, height - 1, self.width(), height - 1)

    def _paint_titles(self, painter: QPainter) -> None:
        theme, height = self._theme, self.row_height
        painter.setFont(self._small)
        line = round((height + self._small_metrics.capHeight()) / 2)
        for place, words in zip(self._columns, titles(self._columns, self._index, self._places), strict=True):
            is_sorted = self.sort is not None and self.sort.column is place.column
            painter.setPen(theme.accent if is_sorted else theme.muted)
            if is_sorted and self.sort is not None:
                words = f"{words} {'↓' if self.sort.descending else '↑'}"
            width = self._small_metrics.horizontalAdvance(words)
            painter.drawText(QPointF(place.left if place.is_left else place.right - width, line), words)
        painter.fillRect(0, height - 1, self.width(), 1, theme.hairline)

    def _paint_day(self, painter: QPainter, day: Day, y: int) -> None:
        theme, height = self._theme, self.row_height
        painter.fillRect(0, y, self.width(), height, mix(theme.panel, theme.window, 0.75))
        painter.fillRect(0, y, self.width(), 1, theme.hairline)
        painter.setFont(self._small)
        line = y + round((height + self._small_metrics.capHeight()) / 2)
        painter.setPen(theme.muted)
        no_room = all(place.column is not TripColumn.SETUP for place in self._columns)
        words = f"{day.words} · {count_words(day.sums)}" if no_room else day.words
        painter.drawText(QPointF(self._pad + 2, line), words)
        for place in self._columns:
            text, token = sum_text(place.column, day.sums)
            if text:
                painter.setPen(getattr(theme, token))
                width = self._small_metrics.horizontalAdvance(text)
                painter.drawText(QPointF(place.right - width, line), text)
            elif place.column is TripColumn.SETUP:
                painter.setPen(theme.muted)
                painter.drawText(QPointF(place.left, line), count_words(day.sums))

    def _paint_trip(self, painter: QPainter, place: int, y: int) -> None:
        theme, height = self._theme, self.row_height
        one = self._index.trips[place]
        if one.trip.trip_id == self._chosen:
            painter.fillRect(0, y, self.width(), height, mix(theme.panel, theme.accent, 0.14))
            painter.fillRect(0, y, 3, height, theme.accent)
        line = y + round((height + self._metrics.capHeight()) / 2)
        for column in self._columns:
            if column.column is TripColumn.MARK:
                paint_mark(
                    painter, theme, one.note.followed, QPointF(column.left + MARK_PX / 2, y + height / 2)
                )
                continue
            text, token = self._cell(place, column.column)
            painter.setFont(self._strong if column.column is TripColumn.SYMBOL else self._font)
            painter.setPen(getattr(theme, token))
            if column.is_left:
                text = self._metrics.elidedText(
                    text,
                    Qt.TextElideMode.ElideMiddle
                    if column.column is TripColumn.SYMBOL
                    else Qt.TextElideMode.ElideRight,
                    column.right - column.left,
                )
                painter.drawText(QPointF(column.left, line), text)
            else:
                painter.drawText(QPointF(column.right - self._metrics.horizontalAdvance(text), line), text)

    # Mouse and keys.

    def _line_at(self, y: float) -> _Line | None:
        row = int(y) // self.row_height - 1
        number = self._top + row
        if row < 0 or number >= len(self._lines):
            return None
        if row == 0 and self._sticky and isinstance(self._lines[number], int):
            return next(line for line in reversed(self._lines[:number]) if isinstance(line, Day))
        return self._lines[number]

    def _choose(self, line: int) -> None:
        self.chosen.emit(self._index.trips[line].trip.trip_id)

    def step(self, rows: int) -> None:
        """Choose the round trip so many rows further down, no further than the ends."""
        trips = [line for line in self._lines if isinstance(line, int)]
        if not trips:
            return
        place = self._index.places.get(self._chosen)
        at = trips.index(place) if place is not None and place in self._line_of else None
        wanted = (0 if rows > 0 else len(trips) - 1) if at is None else at + rows
        self._choose(trips[min(max(wanted, 0), len(trips) - 1)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        far = len(self._lines)
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: self._fitting - 1,
            Qt.Key.Key_PageUp: 1 - self._fitting,
            Qt.Key.Key_Home: -far,
            Qt.Key.Key_End: far,
        }
        key = Qt.Key(event.key())
        if key in steps and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and self._chosen:
            self.entry_wanted.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self._line_at(event.position().y())
        if event.button() == Qt.MouseButton.RightButton and isinstance(line, int):
            self.menu_asked.emit(self._index.trips[line].trip.trip_id, event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton and event.position().y() < self.row_height:
            self._sort_at(event.position().x())
        elif event.button() == Qt.MouseButton.LeftButton and isinstance(line, int):
            self._choose(line)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if isinstance(self._line_at(event.position().y()), int):
            self.entry_wanted.emit()

    def _sort_at(self, x: float) -> None:
        """Sort by the column under the pointer: the largest first, then the smallest, then by day."""
        place = next((one for one in self._columns if one.left - 6 <= x <= one.right + 6), None)
        if place is None:
            return
        now = self.sort
        if place.column is TripColumn.TIME or (
            now is not None and now.column is place.column and now.descending is place.is_left
        ):
            self.set_sort(None)
        elif now is not None and now.column is place.column:
            self.set_sort(Sort(place.column, not now.descending))
        else:
            self.set_sort(Sort(place.column, not place.is_left))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._scroll_to(self._top - round(event.angleDelta().y() / 120 * WHEEL_ROWS))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            line = self._line_at(event.pos().y())
            words = trip_tip(self._index.trips[line]) if isinstance(line, int) else ""
            if event.pos().y() < self.row_height:
                words = "Click a title to sort by it; Time sorts by day again"
            QToolTip.showText(event.globalPos(), plain_tip(words), self)
            return True
        return super().event(event)
