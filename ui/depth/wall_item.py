"""Walls on a depth map: a label with size and age at each, and small signs where one was pulled or eaten."""

from decimal import Decimal
from math import ceil, inf

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.theme import AGE_PX, Theme, tint, ui_font
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.walls import Wall, WallEvent, WallTracker

MOST_LABELS = 6
LABEL_PX = 16
SIGN_PX = 4.5
REACH_PX = 8.0
"""A sign this near the pointer is meant."""
LABEL_GAP_PX = 6

_SIGN_WORDS = {"pulled": "Pulled", "eaten": "Eaten", "refilled": "Refilled"}


def bin_decimals(bin_size: float) -> int:
    """Decimals with which the edges of price bins are written: 1.0 → 0, 0.05 → 2."""
    return max(0, -int(Decimal(repr(bin_size)).normalize().as_tuple().exponent))


def wall_words(wall: Wall, now_ms: int, decimals: int, unit: str) -> str:
    """A wall for a header: "wall 61 800 · 24.6 BTC · 5 m 12 s"."""
    age = format.duration((now_ms - wall.since_ms) / 1000)
    return f"wall {format.price(wall.price, decimals)} · {format.compact(wall.size)} {unit} · {age}"


def event_words(event: WallEvent, decimals: int, unit: str) -> str:
    """What is known of an event, as evidence."""
    side = "bids" if event.side > 0 else "asks"
    at = f"at {format.price(event.price, decimals)}"
    most, traded = f"{format.compact(event.size)} {unit}", f"{format.compact(event.traded)} {unit}"
    lasted = format.duration(event.lasted_ms / 1000)
    if event.kind == "pulled":
        return f"Pulled: up to {most} of {side} {at} stood {lasted} and went with {traded} traded there"
    if event.kind == "eaten":
        return f"Eaten: up to {most} of {side} {at} stood {lasted}; {traded} was traded there"
    return f"Refilled: {traded} was traded {at} in {lasted}, and never more than {most} of {side} shown"


class WallItem(PlotOverlay):
    """Paints the walls that stand in view, and how those before them ended."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._tracker: WallTracker | None = None
        self._version = -1
        self._unit, self._decimals = "", 1
        self._bin_size = 1.0
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self.labels = self.signs = True
        """What is painted."""
        self.right_px = inf
        """Labels end left of this."""

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self.update()

    def set_tracker(self, tracker: WallTracker | None, bin_size: float, unit: str, decimals: int) -> None:
        """Show these walls, of an instrument with this unit and these price decimals."""
        self._tracker = tracker
        self._bin_size, self._unit, self._decimals = bin_size, unit, min(decimals, bin_decimals(bin_size))
        self._version = -1
        self.update()

    def show_parts(self, *, labels: bool, signs: bool) -> None:
        """Paint labels of walls, signs of events, both or nothing."""
        if (labels, signs) != (self.labels, self.signs):
            self.labels, self.signs = labels, signs
            self.update()

    def refresh(self) -> None:
        """Ask for painting if the walls have changed."""
        if self._tracker is not None and self._tracker.version != self._version:
            self._version = self._tracker.version
            if self.labels or self.signs:
                self.update(self._stretch())

    def _stretch(self) -> QRectF:
        """Where anything of walls may change: all of the map; it is small things that are painted there."""
        return QRectF(0, 0, self.mapping.width, self.mapping.height)

    def words(self) -> str:
        """The largest wall in view: "wall 61 800 · 24.6 BTC · 5 m 12 s"; "" for none."""
        walls = self.in_view()
        if not walls or self._tracker is None:
            return ""
        return wall_words(walls[0], self._tracker.now_ms, self._decimals, self._unit)

    def in_view(self) -> list[Wall]:
        """The walls that stand at prices in view, the largest first."""
        view = self.mapping
        if self._tracker is None or not view.from_ms <= self._tracker.now_ms <= view.to_ms:
            return []
        middle = self._bin_size / 2
        return [wall for wall in self._tracker.walls() if view.low <= wall.price + middle < view.high]

    def event_at(self, x: float, y: float) -> str:
        """The words for the sign under a pixel; "" for none."""
        nearest, words = REACH_PX, ""
        for event in self._events_in_view():
            place = self._place(event)
            away = max(abs(place.x() - x), abs(place.y() - y))
            if away < nearest:
                nearest, words = away, event_words(event, self._decimals, self._unit)
        return words

    def _events_in_view(self) -> list[WallEvent]:
        view = self.mapping
        if self._tracker is None or not self.signs:
            return []
        return [
            event
            for event in self._tracker.events
            if view.from_ms <= event.time_ms <= view.to_ms and view.low <= event.price < view.high
        ]

    def _place(self, event: WallEvent) -> QPointF:
        y = self.mapping.y(event.price + self._bin_size / 2)
        return QPointF(round(self.mapping.x(event.time_ms)) + 0.5, round(y) + 0.5)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if self._tracker is None:
            return
        painter.save()
        painter.setClipRect(self._stretch(), Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for event in self._events_in_view():
            self._paint_sign(painter, event)
        if self.labels:
            self._paint_labels(painter, self._tracker.now_ms)
        painter.restore()

    def _paint_labels(self, painter: QPainter, now_ms: int) -> None:
        view = self.mapping
        painter.setFont(self._font)
        right = min(view.x(now_ms), view.width, self.right_px) - LABEL_GAP_PX
        taken: list[QRectF] = []
        for wall in self.in_view():
            age = format.duration((now_ms - wall.since_ms) / 1000)
            text = f"{format.compact(wall.size)} · {age}"
            width = ceil(self._metrics.horizontalAdvance(text)) + 10
            y = view.y(wall.price + self._bin_size / 2)
            # Beside its line, on the side away from the market, so that the line itself is seen.
            top = round(y - LABEL_PX - 2) if wall.side < 0 else round(y + 3)
            box = QRectF(round(right - width), top, width, LABEL_PX)
            inside = box.left() >= 0 and box.top() >= 0 and box.bottom() <= view.height
            if not inside or any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            color = self.theme.up if wall.side > 0 else self.theme.down
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint(self.theme.panel, 0.82))
            painter.drawRoundedRect(box, 3, 3)
            painter.setBrush(color)
            painter.drawRect(QRectF(box.left(), box.top() + 3, 2, box.height() - 6))
            painter.setPen(self.theme.text)
            painter.drawText(box.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
            if len(taken) == MOST_LABELS:
                break

    def _paint_sign(self, painter: QPainter, event: WallEvent) -> None:
        """A cross where it was pulled, a filled square where it was eaten, a diamond where it refilled."""
        at, color = self._place(event), self._color(event)
        x, y, half = at.x(), at.y(), SIGN_PX
        painter.setPen(QPen(self.theme.panel, 3.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(self.theme.panel, 4.0), QPen(color, 1.6)):
            painter.setPen(pen)
            if event.kind == "pulled":
                painter.drawLine(QPointF(x - half, y - half), QPointF(x + half, y + half))
                painter.drawLine(QPointF(x - half, y + half), QPointF(x + half, y - half))
            elif event.kind == "eaten":
                painter.setBrush(color)
                painter.drawRect(QRectF(x - half + 1, y - half + 1, 2 * half - 2, 2 * half - 2))
            else:
                painter.setBrush(tint(self.theme.panel, 0.7))
                corners = [
                    QPointF(x, y - half),
                    QPointF(x + half, y),
                    QPointF(x, y + half),
                    QPointF(x - half, y),
                ]
                painter.drawPolygon(QPolygonF(corners))

    def _color(self, event: WallEvent) -> QColor:
        return self.theme.up if event.side > 0 else self.theme.down
