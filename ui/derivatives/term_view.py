"""The term structure: annualised basis of each dated future over its expiry, and the perpetual's funding."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui import format
from ui.derivatives.funding_tiles import rate_text
from ui.derivatives.plot import AXIS_PX, Plot, paint_time_scale, paint_value_scale, steps
from ui.theme import AGE_PX, Theme, ui_font
from workstation.analytics.term_structure import TermPoint

SCALE_PX = 56


class TermView(QWidget):
    """Paints the curve, each point with its rate."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.points: tuple[TermPoint, ...] = ()
        self._now_ms = 0
        self._funding_year: float | None = None
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Term structure")

    def sizeHint(self) -> QSize:
        return QSize(360, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 60)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_points(self, points: tuple[TermPoint, ...], now_ms: int, funding_year: float | None) -> None:
        """Show points, and the perpetual's predicted funding for a year, simple, at the left."""
        shown = (points, now_ms // 60_000, funding_year)
        if shown != (self.points, self._now_ms // 60_000, self._funding_year):
            self.points, self._now_ms, self._funding_year = points, now_ms, funding_year
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.fillRect(self.rect(), theme.panel)
        painter.setFont(self._font)
        area = QRectF(14, 14, self.width() - SCALE_PX - 20, self.height() - AXIS_PX - 20)
        if not self.points or area.width() < 40 or area.height() < 24:
            return
        rates = [point.year_rate for point in self.points]
        if self._funding_year is not None:
            rates.append(self._funding_year)
        low, high = min(0.0, *rates), max(0.0, *rates)
        pad = max((high - low) * 0.15, 0.002)
        right = self.points[-1].expires_ms
        right += (right - self._now_ms) // 20
        plot = Plot(area, float(self._now_ms), float(right), low - pad, high + pad)
        values = steps(plot.low, plot.high, max(2, int(area.height() / 32)))
        paint_value_scale(painter, plot, theme, values, lambda value: rate_text(value, 1))
        painter.setPen(QPen(theme.dim, 1))
        painter.drawLine(QPointF(area.left(), plot.y(0)), QPointF(area.right(), plot.y(0)))
        places = [QPointF(plot.x(point.expires_ms), plot.y(point.year_rate)) for point in self.points]
        if self._funding_year is not None:
            places.insert(0, QPointF(plot.x(self._now_ms), plot.y(self._funding_year)))
        painter.setPen(QPen(theme.accent, 1.4))
        painter.drawPolyline(QPolygonF(places))
        painter.setBrush(theme.panel)
        names = [
            f"{point.symbol}  {rate_text(point.year_rate, 2)} %/y ({rate_text(point.basis_rate, 2)} %)"
            for point in self.points
        ]
        if self._funding_year is not None:
            names.insert(0, f"perp, predicted funding {rate_text(self._funding_year, 1)} %/y")
        for place, name in zip(places, names, strict=True):
            painter.setPen(QPen(theme.accent, 1.6))
            painter.drawEllipse(place, 3.2, 3.2)
            width = self._metrics.horizontalAdvance(name)
            x = min(max(area.left(), place.x() - width / 2), area.right() - width)
            painter.setPen(theme.text)
            painter.drawText(QPointF(x, place.y() - 8), name)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        paint_time_scale(painter, plot, theme, self.height())


def as_table(points: tuple[TermPoint, ...]) -> str:
    """The points for the clipboard, tab-separated."""
    lines = ["venue\tsymbol\texpires UTC\tprice\tbasis\tbasis a year"]
    for point in points:
        when = format.utc_date(point.expires_ms)
        lines.append(
            f"{point.venue}\t{point.symbol}\t{when}\t{point.price:.10g}\t{point.basis_rate:.6f}\t"
            f"{point.year_rate:.6f}"
        )
    return "\n".join(lines)
