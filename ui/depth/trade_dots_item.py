"""Trades as dots on a plot: colour and sign by the taker's side, area by size, the large ones if crowded."""

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ui.depth.seen_trades import CLUSTER_PX, SeenTrades, round_up
from ui.theme import Theme, mix
from ui.widgets.plot_overlay import PlotOverlay
from workstation.runtime.rings import Ring

LARGEST_RADIUS_PX = 12.0
"""Radius of the largest dot; less on a plot narrower than `FULL_WIDTH_PX`."""
FULL_WIDTH_PX = 640.0
OUTLINED_RADIUS_PX = 2.5
"""Smaller dots have no outline: it would be most of them."""
SMALLEST_RADIUS_PX = 1.5
SIGNED_RADIUS_PX = 5.0
"""From this radius on a dot carries + or −; smaller ones that were sold are diamonds: never colour alone."""
REACH_PX = LARGEST_RADIUS_PX + 2.0
"""How far from its middle a dot paints at most."""
WIDTH_PER_DOT_PX = 8.0
"""A plot this many times as wide as its number of dots is full; then the smaller ones are left out."""

Floats = npt.NDArray[np.float64]


def threshold_for(sizes: Floats, most: int, current: float) -> float:
    """Return the size from which dots are drawn, a round number, so that at most `most` are; 0 for all.

    Args:
        current: the threshold in use; kept while it leaves a fair number, so that dots do not blink.
    """
    left = int(np.count_nonzero(sizes >= current))
    if left <= most and (left > most // 4 or not current):
        return current
    if len(sizes) <= most:
        return 0.0
    return round_up(float(np.partition(sizes, len(sizes) - most)[len(sizes) - most]))


class TradeDotsItem(PlotOverlay):
    """Paints a market's trades into the price pane."""

    def __init__(self, theme: Theme, seen: SeenTrades) -> None:
        super().__init__(theme)
        self._seen = seen
        # Most paintings are of the newest few pixels: `option.exposedRect` tells which.
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._trades: Ring | None = None
        self._appended = -1
        self._read = 0
        self._sprites: dict[tuple[int, int, float], QPixmap] = {}
        self.threshold = 0.0
        """Size from which trades are drawn; 0 while all are."""
        self._least: float | None = None
        self._full_size = 0.0  # size of the largest dot

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self._sprites.clear()
        self.update()

    def set_trades(self, trades: Ring | None) -> None:
        """Begin anew with the trades that are seen now; the newest of them come into this ring."""
        self._trades = trades
        self._appended = -1
        self.threshold = self._full_size = 0.0
        self.update()

    def set_least(self, size: float | None) -> None:
        """Draw trades from this size on; None leaves the smaller ones out only where it is crowded."""
        if size != self._least:
            self._least = size
            self.threshold = size or 0.0
            self.update()

    def refresh(self) -> None:
        """Ask for painting where trades have come since."""
        if self._seen.version[1] != self._read:
            self._read = self._seen.version[1]
            self.update()
        trades = self._trades
        if trades is None or trades.appended == self._appended:
            return
        fresh = trades.appended - self._appended
        known = self._appended >= 0 and 0 < fresh <= len(trades)
        self._appended = trades.appended
        if not known:
            self.update()
            return
        since_ms = float(trades.rows()["event_ms"][-fresh])
        left = max(self.area.left(), self.mapping.x(since_ms) - LARGEST_RADIUS_PX - CLUSTER_PX)
        if left < self.area.right():
            self.update(QRectF(left, self.area.top(), self.area.right() - left, self.area.height()))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        clusters = self._seen.clusters(self.mapping)
        if not len(clusters.sizes):
            return
        threshold, full_size = self.threshold, self._full_size
        most = max(20, int(self.area.width() / WIDTH_PER_DOT_PX))
        if self._least is None:
            self.threshold = threshold_for(clusters.sizes, most, threshold)
        largest = float(clusters.sizes.max())
        if not full_size / 5 < largest <= full_size:
            self._full_size = round_up(largest)
        if (threshold, full_size) != (self.threshold, self._full_size):
            self.update()  # this may be a partial painting, and every dot has another size now
        xs = self.mapping.xs(clusters.times_ms)
        exposed = option.exposedRect
        in_reach = (xs > exposed.left() - REACH_PX) & (xs < exposed.right() + REACH_PX)
        drawn = np.flatnonzero((clusters.sizes >= self.threshold) & in_reach)
        # Small ones above large ones, or these would hide them.
        drawn = drawn[np.argsort(-clusters.sizes[drawn], kind="stable")]
        xs = xs[drawn]
        ys = self.mapping.ys(clusters.prices[drawn])
        largest_px = LARGEST_RADIUS_PX * min(1.0, 0.3 + 0.7 * self.area.width() / FULL_WIDTH_PX)
        radii = largest_px * np.sqrt(clusters.sizes[drawn] / self._full_size)
        ratio = painter.device().devicePixelRatioF()
        painter.save()
        painter.setClipRect(self.area, Qt.ClipOperation.IntersectClip)
        half_px = np.rint(2 * np.maximum(radii, SMALLEST_RADIUS_PX)).astype(np.int64)
        for x, y, side, size in zip(
            xs.tolist(), ys.tolist(), clusters.sides[drawn].tolist(), half_px.tolist(), strict=True
        ):
            sprite = self._sprite(side, size, ratio)
            half = sprite.width() / ratio / 2
            painter.drawPixmap(QPointF(round(x - half), round(y - half)), sprite)
        painter.restore()

    def _sprite(self, side: int, half_px: int, ratio: float) -> QPixmap:
        """A painted dot, kept: antialiased circles are too dear to draw anew in every frame."""
        key = side, half_px, ratio
        sprite = self._sprites.get(key)
        if sprite is None:
            radius = half_px / 2
            extent = 2 * ceil(radius + 1.5)
            sprite = QPixmap(round(extent * ratio), round(extent * ratio))
            sprite.setDevicePixelRatio(ratio)
            sprite.fill(Qt.GlobalColor.transparent)
            color = self.theme.up if side > 0 else self.theme.down
            painter = QPainter(sprite)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            outlined = radius >= OUTLINED_RADIUS_PX
            painter.setPen(QPen(self.theme.window, 1.0) if outlined else Qt.PenStyle.NoPen)
            painter.setBrush(color)
            if side < 0 and radius < SIGNED_RADIUS_PX:
                painter.drawPolygon(_diamond(extent / 2, radius * 1.2))
            else:
                painter.drawEllipse(QPointF(extent / 2, extent / 2), radius, radius)
            if radius >= SIGNED_RADIUS_PX:
                arm = radius / 2 / sqrt(1.2)
                painter.setPen(QPen(mix(color, self.theme.on_accent, 0.75), 1.0))
                painter.drawLine(QPointF(extent / 2 - arm, extent / 2), QPointF(extent / 2 + arm, extent / 2))
                if side > 0:
                    painter.drawLine(
                        QPointF(extent / 2, extent / 2 - arm), QPointF(extent / 2, extent / 2 + arm)
                    )
            painter.end()
            self._sprites[key] = sprite
        return sprite


def _diamond(middle: float, half: float) -> QPolygonF:
    corners = ((0, -half), (half, 0), (0, half), (-half, 0))
    return QPolygonF([QPointF(middle + x, middle + y) for x, y in corners])
