"""Small labels as painted pictures, kept: the same words are drawn in frame after frame."""

from collections import OrderedDict
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from ui.theme import AGE_PX, Theme, tint, ui_font

LABEL_PX = 16
PADDING_PX = 5
STRIPE_PX = 2
MOST_KEPT = 128


class LabelSprites:
    """Words on a veil of the panel's colour."""

    def __init__(self) -> None:
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._sprites: OrderedDict[tuple[str, str, float], QPixmap] = OrderedDict()

    def clear(self) -> None:
        """Forget what was painted: the colours are others."""
        self._sprites.clear()

    def label(self, text: str, theme: Theme, ratio: float, ink: str, stripe: str = "") -> QPixmap:
        """A label LABEL_PX high.

        Args:
            ratio: device pixels in a pixel.
            ink, stripe: tokens of the theme that colour the words, and a stripe at their left; "" for none.
        """
        key = text, f"{ink} {stripe}", ratio
        sprite = self._sprites.get(key)
        if sprite is None:
            sprite = self._painted(text, ratio, theme, getattr(theme, ink), getattr(theme, stripe, None))
            self._sprites[key] = sprite
            while len(self._sprites) > MOST_KEPT:
                self._sprites.popitem(last=False)
        return sprite

    def _painted(self, text: str, ratio: float, theme: Theme, ink: QColor, stripe: QColor | None) -> QPixmap:
        width = ceil(self._metrics.horizontalAdvance(text)) + 2 * PADDING_PX
        sprite = QPixmap(ceil(width * ratio), ceil(LABEL_PX * ratio))
        sprite.setDevicePixelRatio(ratio)
        sprite.fill(Qt.GlobalColor.transparent)
        painter = QPainter(sprite)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(theme.panel, 0.82))
        painter.drawRoundedRect(QRectF(0, 0, width, LABEL_PX), 3, 3)
        if stripe is not None:
            painter.fillRect(QRectF(0, 3, STRIPE_PX, LABEL_PX - 6), stripe)
        painter.setFont(self._font)
        painter.setPen(ink)
        baseline = round((LABEL_PX + self._metrics.ascent() - self._metrics.descent()) / 2)
        painter.drawText(QPointF(PADDING_PX, baseline), text)
        painter.end()
        return sprite
