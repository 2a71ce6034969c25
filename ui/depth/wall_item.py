"""Walls on a depth map: a label with size and age at each, and small signs where one was pulled or eaten."""

from decimal import Decimal
from math import inf

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.depth.label_sprites import LABEL_PX, LabelSprites
from ui.theme import Theme, tint
from ui.widgets.plot_mapping import Floats
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.walls import Wall, WallEvent, WallTracker

MOST_LABELS = 6
SIGN_PX = 4.5
SPRITE_PX = 15
MOST_SIGNS = 40
"""Of many events in view those with the largest sizes are shown."""
REACH_PX = 8.0
"""A sign this near the pointer is meant."""
LABEL_GAP_PX = 6
WIDEST_LABEL_PX = 150.0

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
        self._found = self._taken = 0
        self._events: list[WallEvent] = []
        self._columns: Floats = np.empty((0, 3))
        self._unit, self._decimals = "", 1
        self._bin_size = 1.0
        self._sprites: dict[tuple[str, int, float], QPixmap] = {}
        self._labels = LabelSprites()
        self.labels = self.signs = True
        """What is painted."""
        self.right_px = inf
        """Labels end left of this."""

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self._sprites.clear()
        self._labels.clear()
        self.update()

    def set_tracker(self, tracker: WallTracker | None, bin_size: float, unit: str, decimals: int) -> None:
        """Show these walls, of an instrument with this unit and these price decimals."""
        self._tracker = tracker
        self._bin_size, self._unit, self._decimals = bin_size, unit, min(decimals, bin_decimals(bin_size))
        self._version = -1
        self._taken = -1
        self.update()

    def show_parts(self, *, labels: bool, signs: bool) -> None:
        """Paint labels of walls, signs of events, both or nothing."""
        if (labels, signs) != (self.labels, self.signs):
            self.labels, self.signs = labels, signs
            self.update()

    def refresh(self) -> None:
        """Ask for painting if the walls have changed."""
        tracker = self._tracker
        if tracker is None or tracker.version == self._version or not (self.labels or self.signs):
            return
        self._version = tracker.version
        if tracker.found != self._found and self.signs:
            self._found = tracker.found
            self.update(self._stretch())
        elif self.labels:
            right = min(self.mapping.x(tracker.now_ms), self.mapping.width, self.right_px)
            self.update(QRectF(right - WIDEST_LABEL_PX, 0, WIDEST_LABEL_PX, self.mapping.height))

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
        events, places = self._signs_in_view()
        if not events:
            return ""
        away = np.abs(places - (x, y)).max(axis=1)
        nearest = int(np.argmin(away))
        return event_words(events[nearest], self._decimals, self._unit) if away[nearest] < REACH_PX else ""

    def _signs_in_view(self) -> tuple[list[WallEvent], Floats]:
        """The events in view, of many the largest, and the (n, 2) pixels of their middles."""
        view, tracker = self.mapping, self._tracker
        if tracker is None or not self.signs:
            return [], np.empty((0, 2))
        if tracker.found != self._taken:
            self._taken = tracker.found
            self._events = list(tracker.events)
            rows = [(event.time_ms, event.price, event.size) for event in self._events]
            self._columns = np.array(rows, np.float64).reshape(-1, 3)
        times, prices, sizes = self._columns.T
        seen = (times >= view.from_ms) & (times <= view.to_ms) & (prices >= view.low) & (prices < view.high)
        at = np.flatnonzero(seen)
        at = at[np.argsort(-sizes[at], kind="stable")][:MOST_SIGNS]
        places = np.column_stack((view.xs(times[at]), view.ys(prices[at] + self._bin_size / 2)))
        return [self._events[index] for index in at.tolist()], np.rint(places) + 0.5

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if self._tracker is None:
            return
        painter.save()
        painter.setClipRect(self._stretch(), Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ratio = painter.device().devicePixelRatioF()
        events, places = self._signs_in_view()
        for event, (x, y) in zip(events, (places - SPRITE_PX / 2).tolist(), strict=True):
            painter.drawPixmap(QPointF(x, y), self._sprite(event.kind, event.side, ratio))
        if self.labels:
            self._paint_labels(painter, self._tracker.now_ms, ratio)
        painter.restore()

    def _paint_labels(self, painter: QPainter, now_ms: int, ratio: float) -> None:
        view = self.mapping
        right = min(view.x(now_ms), view.width, self.right_px) - LABEL_GAP_PX
        taken: list[QRectF] = []
        for wall in self.in_view():
            age = format.duration((now_ms - wall.since_ms) / 1000)
            text = f"{format.compact(wall.size)} · {age}"
            label = self._labels.label(text, self.theme, ratio, "text", "up" if wall.side > 0 else "down")
            y = view.y(wall.price + self._bin_size / 2)
            # Beside its line, on the side away from the market, so that the line itself is seen.
            top = round(y - LABEL_PX - 2) if wall.side < 0 else round(y + 3)
            width = label.width() / ratio
            box = QRectF(round(right - width), top, width, LABEL_PX)
            inside = box.left() >= 0 and box.top() >= 0 and box.bottom() <= view.height
            if not inside or any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            painter.drawPixmap(box.topLeft(), label)
            if len(taken) == MOST_LABELS:
                break

    def _sprite(self, kind: str, side: int, ratio: float) -> QPixmap:
        """A painted sign, kept: a cross for pulled, a filled square for eaten, a diamond for refilled."""
        key = kind, side, ratio
        sprite = self._sprites.get(key)
        if sprite is None:
            sprite = QPixmap(round(SPRITE_PX * ratio), round(SPRITE_PX * ratio))
            sprite.setDevicePixelRatio(ratio)
            sprite.fill(Qt.GlobalColor.transparent)
            painter = QPainter(sprite)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_sign(painter, kind, self.theme.up if side > 0 else self.theme.down)
            painter.end()
            self._sprites[key] = sprite
        return sprite

    def _paint_sign(self, painter: QPainter, kind: str, color: QColor) -> None:
        low, middle, high = SPRITE_PX / 2 - SIGN_PX, SPRITE_PX / 2, SPRITE_PX / 2 + SIGN_PX
        # Twice: a rim in the panel's colour lifts the sign off the map.
        for pen in (QPen(self.theme.panel, 4.0), QPen(color, 1.6)):
            painter.setPen(pen)
            if kind == "pulled":
                painter.drawLine(QPointF(low, low), QPointF(high, high))
                painter.drawLine(QPointF(low, high), QPointF(high, low))
            elif kind == "eaten":
                painter.setBrush(color)
                painter.drawRect(QRectF(low + 1, low + 1, high - low - 2, high - low - 2))
            else:
                painter.setBrush(tint(self.theme.panel, 0.7))
                corners = ((middle, low), (high, middle), (middle, high), (low, middle))
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
