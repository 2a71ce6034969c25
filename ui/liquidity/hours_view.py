"""The day by hours: P5, median and P95 of a measure in each UTC hour and session, own hours marked."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import format
from ui.correlation.tip import paint_tip
from ui.theme import AGE_PX, Theme, tint, ui_font
from workstation.analytics.liquidity import Quantiles
from workstation.analytics.liquidity_usual import Usual
from workstation.model.sessions import SESSION_STARTS_H, SESSIONS

AXIS_LEFT_PX = 8
AXIS_RIGHT_PX = 52
HOURS_PX = 18
SESSION_PX = 34
LEAST_PX = 72
LEAST_HOUR = 60
"""Minutes of an hour below which it is drawn pale: too few to rely on."""

Text = Callable[[float], str]


class HoursView(QWidget):
    """Paints 24 hours; a click or Space marks one as the trader's own."""

    hour_marked = Signal(int)
    """An hour that the trader has marked, or no longer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._usual: Usual | None = None
        self._text: Text = str
        self._unit = self._title = ""
        self._own: frozenset[int] = frozenset()
        self._hour = -1
        self._now: float | None = None
        self.cursor_hour = -1
        """The hour that the keyboard or the mouse is on; -1 for none."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(LEAST_PX)
        self.setAccessibleName("Liquidity by hour of the day")

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_usual(
        self, usual: Usual | None, title: str, unit: str, text: Text, own: frozenset[int], hour: int
    ) -> None:
        """Show a measure.

        Args:
            title: what it is. unit: of its figures. text: writes one.
            own: the trader's hours, empty for all.
            hour: it is now; -1 if that is not known.
        """
        shown = usual, title, unit, own, hour
        if shown != (self._usual, self._title, self._unit, self._own, self._hour):
            self._usual, self._title, self._unit, self._own, self._hour = shown
            self._text = text
            self.update()

    def show_now(self, value: float | None) -> None:
        """Show what the measure is now."""
        top, bottom = self._plot.top(), self._plot.bottom()
        if self._now is not None and value is not None:
            reach = self._reach()
            if abs(value - self._now) * (bottom - top) < 0.5 * reach:
                return
        if value != self._now:
            self._now = value
            self.update()

    # What it says.

    def tip_rows(self) -> list[tuple[str, str]]:
        """The hour under the cursor, in words."""
        if self._usual is None or not 0 <= self.cursor_hour < 24:
            return []
        found = self._usual.hours[self.cursor_hour]
        until = (self.cursor_hour + 1) % 24
        own = "yours" if self.cursor_hour in self._own else "not yours" if self._own else ""
        return [(f"{self.cursor_hour:02d}:00–{until:02d}:00 UTC", own), *self._rows(found)]

    def _rows(self, found: Quantiles) -> list[tuple[str, str]]:
        if not found.n:
            return [("stored minutes", "none")]
        return [
            (f"median, {self._unit}", self._text(found.median)),
            ("P5 … P95", f"{self._text(found.low)} … {self._text(found.high)}"),
            ("stored minutes, n", format.count(found.n)),
        ]

    def text(self) -> str:
        """All hours and sessions for the clipboard."""
        if self._usual is None:
            return ""
        names = [f"{hour:02d}:00" for hour in range(24)]
        found = [*zip(names, self._usual.hours, strict=True)]
        found += [*zip(SESSIONS, self._usual.sessions, strict=True), ("Yours", self._usual.own)]
        lines = [f"{self._title}\tP5\tmedian, {self._unit}\tP95\tn"]
        lines += [
            "\t".join(
                [
                    name,
                    *(self._text(value).replace("\u2009", "") for value in (one.low, one.median, one.high)),
                    str(one.n),
                ]
            )
            for name, one in found
        ]
        return "\n".join(lines)

    # Mouse and keys.

    def _hour_at(self, x: float) -> int:
        plot = self._plot
        hour = int((x - plot.left()) / max(1.0, plot.width()) * 24)
        return hour if 0 <= hour < 24 and x >= plot.left() else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._put_cursor(self._hour_at(event.position().x()))

    def leaveEvent(self, _event: object) -> None:
        if not self.hasFocus():
            self._put_cursor(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        hour = self._hour_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and hour >= 0:
            self._put_cursor(hour)
            self.hour_marked.emit(hour)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and not event.modifiers():
            self._put_cursor((max(self.cursor_hour, 0) + step) % 24 if self.cursor_hour >= 0 else 0)
        elif event.key() == Qt.Key.Key_Space and self.cursor_hour >= 0:
            self.hour_marked.emit(self.cursor_hour)
        elif event.key() == Qt.Key.Key_Escape and self.cursor_hour >= 0:
            self._put_cursor(-1)
        else:
            super().keyPressEvent(event)

    def _put_cursor(self, hour: int) -> None:
        if hour != self.cursor_hour:
            self.cursor_hour = hour
            self.update()

    # Painting.

    @property
    def _sessions_fit(self) -> bool:
        return self.height() >= 150

    @property
    def _plot(self) -> QRectF:
        below = HOURS_PX + (SESSION_PX if self._sessions_fit else 0)
        return QRectF(
            AXIS_LEFT_PX, 18, max(1, self.width() - AXIS_LEFT_PX - AXIS_RIGHT_PX), self.height() - 22 - below
        )

    def _reach(self) -> float:
        """The value at the top of the plot: the largest P95 that is not out of all proportion."""
        if self._usual is None:
            return 1.0
        known = [one for one in self._usual.hours if one.n]
        highs = np.array([one.high for one in known if np.isfinite(one.high)])
        medians = np.array([one.median for one in known if np.isfinite(one.median)])
        if not len(medians):
            return 1.0
        most = min(float(highs.max()) if len(highs) else np.inf, 6 * float(medians.max()))
        if self._now is not None and np.isfinite(self._now):
            most = max(most, min(self._now, 1.5 * most))
        return max(most * 1.06, 1e-9)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(self.rect(), theme.panel)
        painter.setFont(ui_font(AGE_PX))
        if self._usual is None:
            return
        plot, reach = self._plot, self._reach()
        self._paint_scale(painter, plot, reach)
        width = plot.width() / 24
        for hour, found in enumerate(self._usual.hours):
            self._paint_hour(painter, plot, reach, hour, found, width)
        self._paint_now(painter, plot, reach)
        if self._sessions_fit:
            self._paint_sessions(painter, plot)
        painter.setPen(theme.muted)
        painter.drawText(QRectF(AXIS_LEFT_PX, 2, plot.width(), 15), _LEFT, self._caption(plot.width()))
        rows = self.tip_rows()
        if rows:
            cell = QRectF(plot.left() + self.cursor_hour * width, plot.top(), width, plot.height() / 3)
            paint_tip(painter, cell, rows, QSizeF(self.size()), theme)

    def _caption(self, room: float) -> str:
        fit = QFontMetricsF(ui_font(AGE_PX))
        words = (
            f"{self._title}, {self._unit} · median and P5–P95 by UTC hour · your hours underlined",
            f"{self._title}, {self._unit} · median, P5–P95",
            f"{self._title}, {self._unit}",
        )
        return next((text for text in words if fit.horizontalAdvance(text) <= room), "")

    def _paint_scale(self, painter: QPainter, plot: QRectF, reach: float) -> None:
        step = _round_step(reach / max(2, int(plot.height() / 34)))
        count = int(reach / step)
        for number in range(count + 1):
            y = plot.bottom() - number * step / reach * plot.height()
            painter.setPen(self._theme.hairline)
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            if self._now is not None and abs(y - self._now_y(plot, reach)) < 15:
                continue
            painter.setPen(self._theme.muted)
            label = QRectF(plot.right() + 5, y - 8, AXIS_RIGHT_PX - 8, 16)
            painter.drawText(label, _LEFT, self._text(number * step) if number else "0")

    def _paint_hour(
        self, painter: QPainter, plot: QRectF, reach: float, hour: int, found: Quantiles, width: float
    ) -> None:
        theme, left = self._theme, plot.left() + hour * width
        is_own = not self._own or hour in self._own
        if hour == self.cursor_hour:
            painter.fillRect(QRectF(left, plot.top(), width, plot.height()), theme.control)
        label = QRectF(left - 8, plot.bottom() + 1, width + 16, HOURS_PX - 3)
        if width >= 17 or hour % 3 == 0:
            painter.setFont(ui_font(AGE_PX, 600 if hour == self._hour else 400))
            painter.setPen(theme.accent if hour == self._hour else theme.text if is_own else theme.muted)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, f"{hour:02d}")
            painter.setFont(ui_font(AGE_PX))
        if self._own and hour in self._own:
            painter.fillRect(QRectF(left + 1, plot.bottom() + HOURS_PX - 3, width - 2, 2), theme.accent)
        if not found.n:
            return

        def y(value: float) -> float:
            return plot.bottom() - min(value / reach, 1.02) * plot.height()

        pale = 0.4 if found.n < LEAST_HOUR else 1.0
        bar = QRectF(left + width * 0.2, y(found.high), width * 0.6, y(found.low) - y(found.high))
        color = theme.accent if is_own else theme.dim
        painter.fillRect(bar, tint(color, 0.32 * pale))
        painter.setPen(QPen(tint(color, pale), 2))
        middle = y(found.median)
        painter.drawLine(QPointF(left + width * 0.14 + 1, middle), QPointF(left + width * 0.86 - 1, middle))
        if found.high / reach > 1.0:
            # Cut off: it reaches further than the scale.
            top = QPointF(left + width / 2, plot.top() - 1)
            painter.setPen(QPen(tint(color, pale), 1.2))
            painter.drawLine(top, top + QPointF(-3, 4))
            painter.drawLine(top, top + QPointF(3, 4))

    def _now_y(self, plot: QRectF, reach: float) -> float:
        now = self._now
        share = min(now / reach, 1.0) if now is not None and np.isfinite(now) else 9.0
        return plot.bottom() - share * plot.height()

    def _paint_now(self, painter: QPainter, plot: QRectF, reach: float) -> None:
        if self._now is None or not np.isfinite(self._now):
            return
        y = self._now_y(plot, reach)
        painter.setPen(QPen(self._theme.text, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        box = QRectF(plot.right() + 2, y - 8, AXIS_RIGHT_PX - 4, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.control)
        painter.drawRoundedRect(box, 2, 2)
        painter.setPen(self._theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._text(self._now))

    def _paint_sessions(self, painter: QPainter, plot: QRectF) -> None:
        assert self._usual is not None
        theme, width = self._theme, plot.width() / 24
        ends = [*SESSION_STARTS_H[1:], 24]
        top = plot.bottom() + HOURS_PX + 2
        for name, start, end, found in zip(
            SESSIONS, SESSION_STARTS_H, ends, self._usual.sessions, strict=True
        ):
            box = QRectF(plot.left() + start * width + 1, top, (end - start) * width - 2, SESSION_PX - 6)
            now = start <= self._hour < end
            painter.fillRect(box, theme.control)
            painter.fillRect(
                QRectF(box.left(), box.top(), 2, box.height()), theme.accent if now else theme.dim
            )
            inner = box.adjusted(8, 1, -4, -1)
            half = inner.height() / 2
            painter.setPen(theme.text)
            figures = f"{name}  {self._text(found.median)}" if found.n else name
            painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), half), _LEFT, figures)
            painter.setPen(theme.muted)
            spread = (
                f"{self._text(found.low)}–{self._text(found.high)}  n {format.compact(found.n)}"
                if found.n
                else "nothing stored"
            )
            fit = QFontMetricsF(painter.font())
            spread = fit.elidedText(spread, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(QRectF(inner.left(), inner.top() + half, inner.width(), half), _LEFT, spread)


def _round_step(least: float) -> float:
    """The next of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(max(least, 1e-12)))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9)))


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
