"""How the money of a round trip went, under its plots and on their axis of time."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.review.second_bars import Floats, Times
from ui.review.trip_items import DIM, After
from ui.theme import AGE_PX, Theme, mix, tint, ui_font
from ui.widgets.plot_mapping import PlotMapping

HEIGHT, LOW_HEIGHT = 104, 62


class PnlStrip(QWidget):
    """A line over a wash, from the first fill to the cursor; later only as far as that is shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Running P&L")
        self._theme = theme
        self._font, self._strong = ui_font(AGE_PX), ui_font(AGE_PX, 600)
        self._metrics = QFontMetricsF(self._strong)
        self._times: Times = np.empty(0, np.int64)
        self._money: Floats = np.empty(0)
        self._passive: tuple[Times, Floats] | None = None
        self._unit: float | None = None
        self._asset = ""
        self._mapping: PlotMapping | None = None
        self._cursor_ms: int | None = None
        self._after = After.DIM
        self._closed_ms: int | None = None
        self._now: float | None = None

    def set_low(self, low: bool) -> None:
        """Take less height, where there is little."""
        self.setFixedHeight(LOW_HEIGHT if low else HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_path(
        self,
        path: tuple[Times, Floats],
        risk: float | None,
        asset: str,
        closed_ms: int | None,
        passive: tuple[Times, Floats] | None = None,
    ) -> None:
        """Show money by time; in units of `risk` where that is known.

        Args:
            path: how it went.
            risk: of one R; None shows money.
            asset: the coin.
            closed_ms: the last fill; None while it is open.
            passive: how it would have gone on after that had the plan been left alone; None leaves it out.
        """
        self._times, self._money = path
        self._passive = passive
        self._unit, self._asset, self._closed_ms = risk, asset, closed_ms
        self.update()

    def set_view(self, mapping: PlotMapping) -> None:
        """Stand under a plot of this mapping."""
        self._mapping = mapping
        self.update()

    def set_cursor(self, cursor_ms: int | None, after: After, money: float | None) -> None:
        """The cursor stands there, the round trip is worth `money`, and what came after it is shown so."""
        if (cursor_ms, after, money) != (self._cursor_ms, self._after, self._now):
            self._cursor_ms, self._after, self._now = cursor_ms, after, money
            self.update()

    def words(self, money: float) -> str:
        """An amount as the strip writes it."""
        if self._unit:
            return f"{format.signed(money / self._unit)} R"
        return format.signed(money)

    def sizeHint(self) -> QSize:
        return QSize(300, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme, mapping = QPainter(self), self._theme, self._mapping
        painter.fillRect(self.rect(), theme.panel)
        painter.fillRect(0, 0, self.width(), 1, theme.hairline)
        cursor = self._cursor_ms
        if mapping is None or cursor is None or not len(self._times):
            self._title(painter)
            return
        # The closed trip's money stands still; a little of that line is enough.
        end_ms = cursor if self._after is After.HIDE else mapping.to_ms
        first, end = np.searchsorted(self._times, [mapping.from_ms, min(end_ms, mapping.to_ms)]).tolist()
        times, money = self._times[first:end], self._money[first:end]
        low, high = min(0.0, float(money.min(initial=0.0))), max(0.0, float(money.max(initial=0.0)))
        left_alone = self._left_alone(mapping, end_ms)
        if left_alone is not None:
            low, high = min(low, float(left_alone[1].min())), max(high, float(left_alone[1].max()))
        span = (high - low) or 1.0
        height = self.height()
        top, bottom = 20.0, height - 7.0

        def y_of(value: float) -> float:
            return bottom - (value - low) / span * (bottom - top)

        painter.setClipRect(QRectF(0, 0, mapping.width, height))
        zero = y_of(0.0)
        painter.fillRect(QRectF(0, round(zero), mapping.width, 1), theme.hairline)
        if len(times):
            xs = mapping.xs(times)
            ys = bottom - (money - low) / span * (bottom - top)
            cut = int(np.searchsorted(times, cursor, side="right"))
            now = self._now if self._now is not None else float(money[cut - 1]) if cut else 0.0
            color = theme.up if now >= 0 else theme.down
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for part, later in ((slice(0, cut), False), (slice(max(0, cut - 1), len(times)), True)):
                if later and self._after is After.HIDE:
                    continue
                points = [QPointF(x, y) for x, y in zip(xs[part].tolist(), ys[part].tolist(), strict=True)]
                if len(points) < 2:
                    continue
                shade = mix(color, theme.panel, DIM) if later and self._after is After.DIM else color
                if not later:
                    wash = [QPointF(points[0].x(), zero), *points, QPointF(points[-1].x(), zero)]
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(tint(color, 0.14))
                    painter.drawPolygon(QPolygonF(wash))
                painter.setPen(QPen(shade, 1.4))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline(QPolygonF(points))
            if left_alone is not None:
                self._paint_left_alone(painter, mapping.xs(left_alone[0]), [y_of(v) for v in left_alone[1]])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.fillRect(QRectF(round(mapping.x(cursor)), 0, 1, height), theme.text)
            self._title(painter)
            self._axis(painter, mapping, [(high, y_of(high)), (0.0, zero), (low, y_of(low))], now, y_of(now))
            return
        self._title(painter)

    def _left_alone(self, mapping: PlotMapping, end_ms: float) -> tuple[Times, Floats] | None:
        """The part in view of the plan left alone, from the real exit on; None without any."""
        if self._passive is None or self._closed_ms is None:
            return None
        times, money = self._passive
        first, end = np.searchsorted(
            times, [max(mapping.from_ms, self._closed_ms), min(end_ms, mapping.to_ms)]
        ).tolist()
        return (times[first:end], money[first:end]) if end - first >= 2 else None

    def _paint_left_alone(self, painter: QPainter, xs: Floats, ys: list[float]) -> None:
        assert self._passive is not None
        theme, color = self._theme, self._theme.link_colors["violet"]
        pen = QPen(color, 1.2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = [QPointF(x, y) for x, y in zip(xs.tolist(), ys, strict=True)]
        painter.drawPolyline(QPolygonF(points))
        words = f"plan left alone {self.words(float(self._passive[1][-1]))}"
        painter.setFont(self._font)
        width = QFontMetricsF(self._font).horizontalAdvance(words) + 8
        last = points[-1]
        box = QRectF(max(0.0, last.x() - width - 4), min(last.y() + 3, self.height() - 17.0), width, 16)
        painter.fillRect(box, tint(theme.panel, 0.8))
        painter.setPen(color)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _title(self, painter: QPainter) -> None:
        painter.setFont(self._font)
        painter.setPen(self._theme.muted)
        unit = "R" if self._unit else self._asset
        words = f"Running P&L in {unit}, net of fees and funding so far".strip()
        painter.drawText(QRectF(8, 2, self.width(), 18), Qt.AlignmentFlag.AlignVCenter, words)

    def _axis(
        self,
        painter: QPainter,
        mapping: PlotMapping,
        marks: list[tuple[float, float]],
        now: float,
        now_y: float,
    ) -> None:
        """The extremes and zero at the right, and the money at the cursor over them."""
        painter.setClipping(False)
        theme, left = self._theme, mapping.width + 4
        room = self.width() - left
        tag = QRectF(left, min(max(now_y - 9, 1.0), self.height() - 19.0), room - 2, 18)
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        drawn: list[float] = [tag.center().y()]
        for value, y in marks:
            y = min(max(y, 10.0), self.height() - 10.0)
            if all(abs(y - other) >= 17 for other in drawn):
                drawn.append(y)
                box = QRectF(left + 4, y - 8, room, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.words(value) if value else "0")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.text)
        painter.drawRoundedRect(tag, 3, 3)
        painter.setFont(self._strong)
        painter.setPen(theme.panel)
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, self.words(now))
