"""The strip of the next two days: windows, events, settlements of funding, on one line of time in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format
from ui.calendar.words import concerns_words, tip_words
from ui.theme import AGE_PX, HEADER_PX, Theme, mix, tint, ui_font
from ui.widgets.time_axis import time_ticks
from workstation.events.event import Occurrence
from workstation.events.words import clock_words, rule_words

SPAN_MS = 48 * 3_600_000
BEFORE_MS = 90 * 60_000
"""So much of the past is kept in view: a window may still be in force."""
LABELS_PX = 62
AXIS_PX = 20
FUNDING_PX = 22
STRIP_PX = 110
LOW_PX = 84
_LINE_PX = 15
_WINDOW_TOKENS = {"no entry": "danger", "reduce": "warn", "note": "muted"}


@dataclass(frozen=True, slots=True)
class StripView:
    """What the strip shows.

    Attributes:
        now_ms: the market's time.
        occurrences: events whose windows touch the span, by their start.
        settlements: of the linked symbol, UTC ms.
        predicted: the funding of the next one, as text; "" if it is not known.
    """

    now_ms: int = 0
    occurrences: tuple[Occurrence, ...] = ()
    settlements: tuple[int, ...] = ()
    predicted: str = ""


@dataclass(slots=True)
class _Label:
    one: Occurrence
    x: float
    lane: int
    left: bool
    title: str
    line: str
    width: float = field(default=0.0)


class CalendarStrip(QWidget):
    """Paints the strip; a click chooses an event, a double click opens it."""

    chosen = Signal(object)
    """The `Occurrence` that was clicked."""
    opened = Signal(object)
    """The one that was clicked twice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view = StripView()
        self._small, self._strong = ui_font(AGE_PX), ui_font(HEADER_PX, 600)
        self._metrics, self._strong_metrics = QFontMetricsF(self._small), QFontMetricsF(self._strong)
        # Alone in a low panel it takes all there is; the list, which has a stretch, leaves it as it is.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("The next 48 hours")
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(600, STRIP_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, STRIP_PX)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_view(self, view: StripView) -> None:
        """Show this; nothing is painted where nothing has changed by a pixel."""
        px_ms = SPAN_MS / max(1, self.width() - LABELS_PX)
        moved = abs(view.now_ms - self._view.now_ms) >= min(px_ms, 30_000)
        same = (view.occurrences, view.settlements, view.predicted) == (
            self._view.occurrences,
            self._view.settlements,
            self._view.predicted,
        )
        if moved or not same:
            self._view = view
            self.update()

    # Where things are.

    @property
    def _from_ms(self) -> int:
        return self._view.now_ms - BEFORE_MS

    def _x(self, ms: float) -> float:
        room = self.width() - LABELS_PX - 8
        return LABELS_PX + (ms - self._from_ms) * room / (SPAN_MS + BEFORE_MS)

    @property
    def _funding_px(self) -> int:
        """Height of the settlements' row; a low strip has room for events alone."""
        return FUNDING_PX if self.height() >= LOW_PX else 0

    @property
    def _lane_px(self) -> int:
        """Height of an event's words: two lines, or one where there is no room."""
        return 2 * _LINE_PX if self.height() >= LOW_PX else _LINE_PX

    def _events_rect(self) -> QRectF:
        bottom = self.height() - AXIS_PX - self._funding_px
        return QRectF(LABELS_PX, 0, self.width() - LABELS_PX, bottom)

    def at(self, x: float) -> Occurrence | None:
        """The event nearest to a pixel, within reach of it."""
        near = [one for one in self._view.occurrences if self._in_view(one)]
        found = min(near, key=lambda one: abs(self._x(one.start_ms) - x), default=None)
        if found is not None and abs(self._x(found.start_ms) - x) <= 60:
            return found
        inside = [one for one in near if self._x(one.from_ms) <= x <= self._x(one.until_ms)]
        return inside[0] if inside else None

    def _in_view(self, one: Occurrence) -> bool:
        return (
            self._from_ms <= max(one.until_ms, one.start_ms)
            and one.from_ms <= self._from_ms + SPAN_MS + BEFORE_MS
        )

    def _labels(self, lanes: int) -> list[_Label]:
        """Words beside the lines of events, where there is room for them without touching others."""
        taken: list[list[tuple[float, float]]] = [[] for _ in range(max(1, lanes))]
        found: list[_Label] = []
        order = sorted(self._view.occurrences, key=lambda one: (one.effect == "note", one.start_ms))
        for one in order:
            x = self._x(one.start_ms)
            if not LABELS_PX <= x <= self.width():
                continue
            title = f"{one.event.title} {clock_words(one.start_ms, one.start_ms)}"
            if one.event.kind == "moon":
                line = "experiment, blocks nothing"
            elif one.effect == "note":
                line = "note only"
            else:
                who = concerns_words(one.event)
                line = f"{who}, {rule_words(one)} until {clock_words(one.until_ms, one.start_ms)}"
            width = self._strong_metrics.horizontalAdvance(title)
            if self._lane_px > _LINE_PX:
                width = max(width, self._metrics.horizontalAdvance(line))
            left = x + width + 10 > self.width() - 4
            span = (x - width - 12, x) if left else (x, x + width + 12)
            for lane, spans in enumerate(taken):
                if span[0] > LABELS_PX - 2 and all(span[1] <= a or b <= span[0] for a, b in spans):
                    spans.append(span)
                    found.append(_Label(one, x, lane, left, title, line, width))
                    break
        return found

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.fillRect(self.rect(), theme.panel)
        if not self._view.now_ms:
            return
        area = self._events_rect()
        self._paint_axis(painter, area)
        painter.save()
        painter.setClipRect(QRectF(LABELS_PX, 0, self.width() - LABELS_PX, self.height() - AXIS_PX + 1))
        for one in self._view.occurrences:
            self._paint_window(painter, one, area)
        if self._funding_px:
            self._paint_funding(painter, area)
        lanes = max(1, int((area.height() - 4) // self._lane_px))
        labels = self._labels(lanes)
        for one in self._view.occurrences:
            self._paint_line(painter, one, area)
        for label in labels:
            self._paint_label(painter, label, area)
        painter.restore()
        self._paint_now(painter, area)

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        theme = self._theme
        bottom = self.height() - AXIS_PX
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        painter.drawText(QPointF(10, area.center().y() + 4), "Events")
        if self._funding_px:
            painter.drawText(QPointF(10, area.bottom() + FUNDING_PX / 2 + 4), "Funding")
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(QPointF(LABELS_PX, area.bottom()), QPointF(self.width(), area.bottom()))
        painter.drawLine(QPointF(LABELS_PX, bottom), QPointF(self.width(), bottom))
        to_ms = self._from_ms + SPAN_MS + BEFORE_MS
        room = self.width() - LABELS_PX - 8
        now_x = self._x(self._view.now_ms)
        now_width = self._metrics.horizontalAdvance(self._now_text) + 16
        for tick in time_ticks(self._from_ms, to_ms, room, self._metrics.horizontalAdvance):
            x = self._x(tick.at)
            width = self._metrics.horizontalAdvance(tick.text)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            if x - width / 2 < now_x + now_width / 2 or x + width / 2 > self.width():
                continue  # the label of now stands there
            painter.setPen(theme.text if tick.major else theme.muted)
            painter.drawText(QPointF(x - width / 2, self.height() - 6), tick.text)

    @property
    def _now_text(self) -> str:
        return f"now {format.utc_time(self._view.now_ms)[:5]}"

    def _paint_now(self, painter: QPainter, area: QRectF) -> None:
        theme, x = self._theme, self._x(self._view.now_ms)
        painter.setPen(QPen(theme.accent, 1.5))
        painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom() + self._funding_px))
        painter.setFont(self._small)
        width = self._metrics.horizontalAdvance(self._now_text)
        painter.drawText(QPointF(max(4.0, x - width / 2), self.height() - 6), self._now_text)

    def _token(self, one: Occurrence) -> QColor:
        color: QColor = getattr(self._theme, _WINDOW_TOKENS[one.effect])
        return color

    def _paint_window(self, painter: QPainter, one: Occurrence, area: QRectF) -> None:
        if one.effect == "note" or one.until_ms <= one.from_ms:
            return
        color = self._token(one)
        left, right = self._x(one.from_ms), self._x(one.until_ms)
        painter.fillRect(QRectF(left, 0, right - left, area.bottom()), tint(color, 0.13))
        below = QRectF(left, area.bottom(), right - left, self._funding_px)
        painter.fillRect(below, tint(color, 0.13))
        # Hatched as well: colour is never the only sign.
        pattern = Qt.BrushStyle.BDiagPattern if one.effect == "no entry" else Qt.BrushStyle.Dense6Pattern
        painter.fillRect(below, QBrush(tint(color, 0.35), pattern))

    def _paint_line(self, painter: QPainter, one: Occurrence, area: QRectF) -> None:
        x = self._x(one.start_ms)
        color = self._token(one) if one.effect != "note" else mix(self._theme.panel, self._theme.text, 0.6)
        painter.setPen(QPen(color, 1.2))
        painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom() + self._funding_px))
        if one.event.kind == "moon" and self._funding_px:
            self._paint_moon(painter, one, QPointF(x, area.bottom() + FUNDING_PX / 2))

    def _paint_moon(self, painter: QPainter, one: Occurrence, at: QPointF) -> None:
        theme, radius = self._theme, 4.5
        painter.setPen(QPen(theme.text, 1.2))
        painter.setBrush(theme.panel)
        painter.drawEllipse(at, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.text)
        box = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        if one.event.title == "Full moon":
            painter.drawEllipse(at, radius, radius)
        elif one.event.title != "New moon":
            painter.drawPie(box, (90 if one.event.title == "Last quarter" else 270) * 16, 180 * 16)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_funding(self, painter: QPainter, area: QRectF) -> None:
        theme, y = self._theme, area.bottom() + FUNDING_PX / 2
        painter.setBrush(theme.panel)
        for place, ms in enumerate(self._view.settlements):
            x = self._x(ms)
            painter.setPen(QPen(theme.accent, 1.2))
            painter.setBrush(theme.panel)
            painter.drawPolygon(
                QPolygonF([QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)])
            )
            width = self._metrics.horizontalAdvance(self._view.predicted) + 20
            later = self._view.settlements[place + 1 :]
            if not place and self._view.predicted and not (later and self._x(later[0]) < x + width):
                painter.setFont(self._small)
                painter.setPen(theme.accent)
                painter.drawText(QPointF(x + 10, y + 4), self._view.predicted)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_label(self, painter: QPainter, label: _Label, area: QRectF) -> None:
        theme, one = self._theme, label.one
        y = area.top() + 2 + self._lane_px * label.lane
        left = label.x - label.width - 6 if label.left else label.x + 6
        painter.setFont(self._strong)
        painter.setPen(self._token(one) if one.effect != "note" else theme.text)
        painter.drawText(QPointF(left, y + 12), label.title)
        if self._lane_px > _LINE_PX:
            painter.setFont(self._small)
            painter.setPen(theme.muted)
            painter.drawText(QPointF(left, y + 12 + _LINE_PX - 2), label.line)

    # Mouse.

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            one = self.at(event.pos().x())
            words = "" if one is None else tip_words(one, self._view.now_ms)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        one = self.at(event.position().x())
        if one is not None and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(one)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        one = self.at(event.position().x())
        if one is not None:
            self.opened.emit(one)


def in_span(occurrences: Sequence[Occurrence], now_ms: int) -> tuple[Occurrence, ...]:
    """The events whose windows, or themselves, are in view of the strip."""
    from_ms, to_ms = now_ms - BEFORE_MS, now_ms + SPAN_MS
    return tuple(
        one
        for one in occurrences
        if max(one.until_ms, one.end_ms) >= from_ms and min(one.from_ms, one.start_ms) < to_ms
    )
