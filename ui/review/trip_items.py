"""What a round trip paints on the plots of the time machine: bars, lines, fills, other exits, the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.review.second_bars import Bars, bars_of
from ui.review.selection import ExitMark
from ui.theme import AGE_PX, Theme, mix, tint, ui_font
from ui.widgets.plot_overlay import PlotOverlay
from workstation.model.columns import Records

DIM = 0.62
LABEL_PX = 17
LETTER_PX = 15


class After(StrEnum):
    """How what came after the cursor is shown."""

    HIDE = "hide"
    DIM = "dim"
    SHOW = "show"


class BarsItem(PlotOverlay):
    """Bars of the traded seconds; the one that the cursor stands in is as far as it had come."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._seconds: Records | None = None
        self._width_ms = 5_000
        self._cursor_ms = 0
        self._after = After.DIM
        self._all: Bars | None = None
        self._until: Bars | None = None

    def show_seconds(self, seconds: Records | None, width_ms: int) -> None:
        """Show these seconds as bars of a width."""
        if seconds is not self._seconds or width_ms != self._width_ms:
            self._seconds, self._width_ms = seconds, width_ms
            self._all = None if seconds is None else bars_of(seconds, width_ms)
            self._cut()

    def set_cursor(self, cursor_ms: int, after: After) -> None:
        """The cursor stands there, and what came after it is shown so."""
        if (cursor_ms, after) != (self._cursor_ms, self._after):
            self._cursor_ms, self._after = cursor_ms, after
            self._cut()

    def extremes(self, from_ms: float, to_ms: float) -> tuple[float, float] | None:
        """Lowest and highest price of a stretch of time, whether or not it is shown; None without any."""
        bars = self._all
        if bars is None:
            return None
        first, end = np.searchsorted(bars.times, [from_ms - self._width_ms, to_ms])
        if first >= end:
            return None
        return float(bars.lows[first:end].min()), float(bars.highs[first:end].max())

    def _cut(self) -> None:
        """The bars up to the cursor: the newest of them is not finished yet."""
        if self._seconds is None:
            self._until = None
        else:
            opened = self._cursor_ms // self._width_ms * self._width_ms
            first, end = np.searchsorted(self._seconds["open_ms"], [opened, self._cursor_ms])
            self._until = bars_of(self._seconds[first:end], self._width_ms)
        self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        bars, mapping = self._all, self.mapping
        if bars is None or self._until is None:
            return
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
        open_bar = self._cursor_ms // self._width_ms * self._width_ms
        first, border, end = np.searchsorted(
            bars.times, [mapping.from_ms - self._width_ms, open_bar, mapping.to_ms]
        ).tolist()
        self._paint(painter, bars, first, min(border, end), 0.0)
        if self._after is not After.HIDE:
            self._paint(painter, bars, max(first, border), end, DIM if self._after is After.DIM else 0.0)
        self._paint(painter, self._until, 0, len(self._until.times), 0.0)

    def _paint(self, painter: QPainter, bars: Bars, first: int, end: int, faded: float) -> None:
        mapping, theme = self.mapping, self.theme
        width = self._width_ms / mapping.ms_per_px
        body = max(1.0, round(width * 0.62))
        colors = [mix(color, theme.panel, faded) for color in (theme.up, theme.down)]
        for place in range(first, end):
            rises = bars.closes[place] >= bars.opens[place]
            color = colors[0] if rises else colors[1]
            x = round(mapping.x(float(bars.times[place])) + width / 2)
            high, low = mapping.y(float(bars.highs[place])), mapping.y(float(bars.lows[place]))
            top, bottom = sorted((mapping.y(float(bars.opens[place])), mapping.y(float(bars.closes[place]))))
            painter.fillRect(QRectF(x, high, 1, max(1.0, low - high)), color)
            box = QRectF(round(x - body / 2), round(top), body, max(1.0, round(bottom - top)))
            if rises and theme.hollow_rises:
                painter.fillRect(box, theme.panel)
                painter.setPen(color)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box.adjusted(0, 0, -1, -1))
            else:
                painter.fillRect(box, color)


@dataclass(frozen=True, slots=True)
class Step:
    """A line that stood at a price for a time; `role` is the theme's token."""

    from_ms: int
    to_ms: int
    price: float
    role: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class FillSign:
    """A fill: when, where, which way (+1 bought), and what is said of it."""

    at_ms: int
    price: float
    side: int
    words: str


@dataclass(frozen=True, slots=True)
class Note:
    """Words at a point of the plot, in a role's colour."""

    at_ms: int
    price: float
    words: str
    role: str


@dataclass(frozen=True, slots=True)
class TripPicture:
    """Everything of a round trip that lies on a plot; what lies after the cursor is left out or faded."""

    steps: tuple[Step, ...] = ()
    fills: tuple[FillSign, ...] = ()
    notes: tuple[Note, ...] = ()
    held_ms: tuple[int, int] = (0, 0)
    entry: float | None = None
    stop: float | None = None
    target: float | None = None


class TripItem(PlotOverlay):
    """Lines, fills, notes, letters of other exits, a veil over what came later, and the cursor."""

    def __init__(self, theme: Theme, *, veil: bool, words: bool) -> None:
        """Paint over a plot.

        Args:
            veil: what comes after the cursor is covered here; else it has been left out below.
            words: fills and notes say what they are.
        """
        super().__init__(theme)
        self._veil, self._words = veil, words
        self._font, self._strong = ui_font(AGE_PX), ui_font(AGE_PX, 700)
        self._metrics = QFontMetricsF(self._font)
        self._picture = TripPicture()
        self._marks: tuple[ExitMark, ...] = ()
        self._cursor_ms: int | None = None
        self._after = After.DIM

    def show_picture(self, picture: TripPicture, marks: Sequence[ExitMark]) -> None:
        """Show these."""
        if picture != self._picture or tuple(marks) != self._marks:
            self._picture, self._marks = picture, tuple(marks)
            self.update()

    def set_cursor(self, cursor_ms: int | None, after: After) -> None:
        """The cursor stands there, and what came after it is shown so."""
        if (cursor_ms, after) != (self._cursor_ms, self._after):
            self._cursor_ms, self._after = cursor_ms, after
            self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        mapping, cursor = self.mapping, self._cursor_ms
        if cursor is None:
            return
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
        x = round(mapping.x(cursor))
        later = QRectF(x, 0, max(0.0, mapping.width - x), mapping.height)
        if self._veil and self._after is not After.SHOW:
            solid = self._after is After.HIDE
            painter.fillRect(later, tint(self.theme.panel, 1.0 if solid else DIM))
        self._paint_zone(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for step in self._picture.steps:
            self._paint_step(painter, step)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        placed: list[QRectF] = []
        for fill in self._picture.fills:
            if fill.at_ms <= cursor or self._after is not After.HIDE:
                self._paint_fill(painter, fill, fill.at_ms > cursor)
        if self._words:
            for fill in self._picture.fills:
                if fill.at_ms <= cursor or self._after is not After.HIDE:
                    role = "up" if fill.side > 0 else "down"
                    note = Note(fill.at_ms, fill.price, fill.words, role)
                    self._paint_note(painter, note, placed, below=fill.side > 0)
            for note in self._picture.notes:
                if note.at_ms <= cursor or self._after is not After.HIDE:
                    self._paint_note(painter, note, placed, below=False)
        if self._after is not After.HIDE:
            self._paint_letters(painter, placed)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(x, 0, 1, mapping.height), self.theme.text)

    def _paint_zone(self, painter: QPainter) -> None:
        """A wash from entry to target and to stop while it was held."""
        picture, mapping, cursor = self._picture, self.mapping, self._cursor_ms
        assert cursor is not None
        from_ms, to_ms = picture.held_ms
        left, right = mapping.x(from_ms), mapping.x(min(to_ms, cursor))
        if picture.entry is None or right <= left:
            return
        for price, color in ((picture.target, self.theme.up), (picture.stop, self.theme.down)):
            if price is not None:
                top, bottom = sorted((mapping.y(picture.entry), mapping.y(price)))
                painter.fillRect(QRectF(left, top, right - left, bottom - top), tint(color, 0.08))

    def _paint_step(self, painter: QPainter, step: Step) -> None:
        mapping, cursor = self.mapping, self._cursor_ms
        assert cursor is not None
        color: QColor = getattr(self.theme, step.role)
        y = round(mapping.y(step.price))
        passed = (step.from_ms, min(step.to_ms, cursor), False)
        to_come = (max(step.from_ms, cursor), step.to_ms, True)
        for from_ms, to_ms, later in (passed, to_come):
            if from_ms >= to_ms or (later and self._after is After.HIDE):
                continue
            pen = QPen(tint(color, 0.45) if later else color, 1 if later or step.dashed else 2)
            if step.dashed or later:
                pen.setStyle(Qt.PenStyle.DashLine)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(QLineF(mapping.x(from_ms), y, mapping.x(to_ms), y))

    def _paint_fill(self, painter: QPainter, fill: FillSign, later: bool) -> None:
        mapping, theme = self.mapping, self.theme
        color = theme.up if fill.side > 0 else theme.down
        x, y, away = mapping.x(fill.at_ms), mapping.y(fill.price), 1 if fill.side > 0 else -1
        painter.setPen(QPen(theme.panel, 1))
        painter.setBrush(tint(color, 0.5) if later else color)
        corners = [QPointF(x, y + away), QPointF(x - 5.5, y + away * 10), QPointF(x + 5.5, y + away * 10)]
        painter.drawPolygon(QPolygonF(corners))

    def _paint_note(self, painter: QPainter, note: Note, placed: list[QRectF], *, below: bool) -> None:
        mapping, theme = self.mapping, self.theme
        color: QColor = getattr(theme, note.role)
        width = self._metrics.horizontalAdvance(note.words) + 12
        x, y = mapping.x(note.at_ms), mapping.y(note.price)
        if x < -20 or x > mapping.width + 20:
            return
        box = QRectF(x + 10, y + (14 if below else -14 - LABEL_PX), width, LABEL_PX)
        if box.right() > mapping.width - 4:
            box.moveRight(x - 10)
        box.moveTop(min(max(box.top(), 4.0), mapping.height - LABEL_PX - 4))
        step = LABEL_PX + 3 if below else -LABEL_PX - 3
        for _ in range(8):
            hit = next((other for other in placed if other.intersects(box)), None)
            if hit is None:
                break
            box.translate(0, step)
            if box.top() < 2 or box.bottom() > mapping.height - 2:
                step = -step
                box.translate(0, 2 * step)
        placed.append(box)
        painter.setPen(QPen(color, 1))
        painter.setBrush(mix(theme.panel, theme.window, 0.5))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setFont(self._font)
        painter.setPen(theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, note.words)

    def _paint_letters(self, painter: QPainter, placed: list[QRectF]) -> None:
        """Where other exits would have been filled; what lies beyond the view is named at its edge."""
        mapping, theme = self.mapping, self.theme
        beyond = [mark.letter for mark in self._marks if mark.at_ms > mapping.to_ms]
        painter.setFont(self._strong)
        strong = QFontMetricsF(self._strong)
        for words, at_ms, price in self._gathered():
            box = QRectF(0, 0, max(LETTER_PX, strong.horizontalAdvance(words) + 7), LETTER_PX)
            box.moveCenter(QPointF(mapping.x(at_ms), mapping.y(price)))
            # Above or below whatever stands there already.
            step = LETTER_PX + 2 if box.center().y() < mapping.height / 2 else -LETTER_PX - 2
            while any(box.intersects(other) for other in placed) and 0 < box.top() < mapping.height:
                box.translate(0, step)
            placed.append(box)
            painter.setPen(QPen(theme.text, 1))
            painter.setBrush(theme.window)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        if beyond and self._words:
            words = f"{' '.join(beyond)} leave{'s' if len(beyond) == 1 else ''} after this view →"
            painter.setFont(self._font)
            painter.setPen(theme.muted)
            wide = self._metrics.horizontalAdvance(words) + 2
            room = QRectF(mapping.width - 8 - wide, 4, wide, 18)
            while any(room.intersects(other) for other in placed) and room.bottom() < mapping.height:
                room.translate(0, 4)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _gathered(self) -> list[tuple[str, int, float]]:
        """Letters in view with their moment and price; those of one place stand together: "A D", "B–F"."""
        mapping = self.mapping
        found: dict[tuple[int, int], list[ExitMark]] = {}
        for mark in self._marks:
            if mapping.from_ms <= mark.at_ms <= mapping.to_ms:
                place = (round(mapping.x(mark.at_ms) / LETTER_PX), round(mapping.y(mark.price) / LETTER_PX))
                found.setdefault(place, []).append(mark)
        gathered = []
        for marks in found.values():
            letters = [mark.letter for mark in marks]
            in_row = len(letters) > 2 and ord(letters[-1]) - ord(letters[0]) == len(letters) - 1
            words = f"{letters[0]}–{letters[-1]}" if in_row else " ".join(letters)
            gathered.append((words, marks[0].at_ms, marks[0].price))
        return gathered
