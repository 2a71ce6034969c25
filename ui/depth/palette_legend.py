"""The legend of a heatmap: its palette with the sizes that its colours stand for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.depth.depth_palette import LINEAR_BELOW, brightness
from ui.theme import AGE_PX, Theme, depth_lut, tint, ui_font
from ui.widgets.plot_overlay import PlotOverlay

BAR_WIDTH = 84
NARROW_BAR_WIDTH = 44
NARROW_WIDTH = 260
"""Plots narrower than this have the narrow bar."""
BAR_HEIGHT = 8
HEIGHT = 20
INSET = 6
PADDING = 8
NOTCH_FACTOR = 1.1
"""How much larger one notch of the wheel makes the scale's top."""
DRAG_FACTOR = 1.01
"""The same of one pixel of dragging."""
TIP = (
    "Wheel or drag: size of the brightest colour\n"
    "Double click: fit it to what is in view\n"
    "Right click: scale and overlays"
)


@dataclass(frozen=True, slots=True)
class LegendWords:
    """What a legend says.

    Attributes:
        top_size: size of the brightest colour, in the venue's unit.
        unit: that unit, "BTC".
        cell: price height of what is counted, "1.0".
        scale: how the scale is chosen, "log, visible P99".
        dots: which trades are dots, "trades ≥ 1 BTC"; "" for no dots.
    """

    top_size: float
    unit: str
    cell: str
    scale: str
    dots: str


class PaletteLegend(PlotOverlay):
    """Paints the legend into the upper left corner; what does not fit is left out whole.

    The wheel, or dragging sideways, over it sets the size of the brightest colour; a double click leaves it
    to what is in view; a right click asks for the menu of the scale.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._words: LegendWords | None = None
        self._bar_width = BAR_WIDTH
        self._rect = QRectF()
        self._widths: list[float] = []
        self.texts: tuple[str, ...] = ()
        """What is written now: beside the bar its ends, then notes."""
        self.on_scaled: Callable[[float], None] = _ignore
        """Told of the top size that the trader sets."""
        self.on_automatic: Callable[[], None] = _nothing
        self.on_menu: Callable[[QPoint], None] = _ignore
        """Told where on the screen a menu was asked for."""
        self._linear = False
        self.setToolTip(TIP)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        # Along the bar sizes grow as the colours do: by their logarithm, or evenly.
        steps = np.linspace(0, 1, BAR_WIDTH)
        shares = steps if self._linear else np.expm1(steps * np.log1p(LINEAR_BELOW)) / LINEAR_BELOW
        places = brightness(shares, linear=self._linear)
        colors = depth_lut(theme, 256)[np.rint(places * 255).astype(np.intp)]
        self._pixels = np.ascontiguousarray(np.tile(colors, (BAR_HEIGHT, 1)))
        self._bar = QImage(
            self._pixels.data, BAR_WIDTH, BAR_HEIGHT, BAR_WIDTH * 4, QImage.Format.Format_RGB32
        )
        self.update()

    def set_linear(self, linear: bool) -> None:
        """Show a linear scale, or a logarithmic one."""
        if linear != self._linear:
            self._linear = linear
            self.set_theme(self.theme)

    def set_words(self, words: LegendWords | None) -> None:
        """Say this; None hides the legend."""
        if words != self._words:
            self._words = words
            self._lay_out()

    def place(self, area: QRectF) -> None:
        if area != self.area:
            super().place(area)
            self._lay_out()

    def boundingRect(self) -> QRectF:
        return self._rect

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self._rect)
        return path

    # The hand on it; mouse…Event in pyqtgraph's sense.

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        self._scale(NOTCH_FACTOR ** (event.delta() / 120))
        event.accept()

    def mouseDragEvent(self, event: Any) -> None:
        """Set the top of the scale: to the right larger, so that less is bright."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self._scale(DRAG_FACTOR ** (event.scenePos().x() - event.lastScenePos().x()))

    def mouseClickEvent(self, event: Any) -> None:
        """A double click gives the scale back to what is in view; a right click asks for its menu."""
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()
            self.on_menu(event.screenPos().toPoint())
        elif event.double():
            event.accept()
            self.on_automatic()

    def _scale(self, factor: float) -> None:
        if self._words is not None:
            self.on_scaled(self._words.top_size * factor)

    def _lay_out(self) -> None:
        self.prepareGeometryChange()
        self._bar_width = BAR_WIDTH if self.area.width() >= NARROW_WIDTH else NARROW_BAR_WIDTH
        self.texts = self._fitting()
        self._widths = [self._metrics.horizontalAdvance(text) for text in self.texts]
        left, top = self.area.left() + INSET, self.area.top() + INSET
        self._rect = QRectF(left, top, self._width(self.texts), HEIGHT) if self.texts else QRectF()

    def _width(self, texts: tuple[str, ...]) -> float:
        words = sum(map(self._metrics.horizontalAdvance, texts))
        return 2 * PADDING + self._bar_width + 12 + words + 14 * (len(texts) - 2)

    def _fitting(self) -> tuple[str, ...]:
        """What fits at this width: at least the top of the scale, then its unit, then the notes."""
        words = self._words
        room = self.area.width() - 2 * INSET
        if words is None:
            return ()
        top = format.compact(words.top_size)
        choices = (
            ("0", f"{top} {words.unit} per {words.cell}"),
            ("0", f"{top} {words.unit}"),
            ("", f"{top} {words.unit}"),
        )
        written: tuple[str, ...] = next((ends for ends in choices if self._width(ends) <= room), ())
        if written:
            for note in filter(None, (words.dots, words.scale)):
                if self._width((*written, note)) > room:
                    break
                written = (*written, note)
        return written

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        texts, widths, place = self.texts, self._widths, self._rect
        if not texts:
            return
        left, top = place.left(), place.top()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(self.theme.panel, 0.97))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(place, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(self._font)
        painter.setPen(self.theme.muted)
        baseline = round(top + (HEIGHT + self._metrics.ascent() - self._metrics.descent()) / 2)
        x = left + PADDING
        painter.drawText(QPointF(x, baseline), texts[0])
        x = round(x + widths[0] + 6)
        bar = QRectF(x, top + (HEIGHT - BAR_HEIGHT) / 2, self._bar_width, BAR_HEIGHT)
        painter.drawImage(bar, self._bar)
        x += self._bar_width + 6
        painter.setPen(self.theme.text)
        painter.drawText(QPointF(x, baseline), texts[1])
        x += widths[1]
        painter.setPen(self.theme.muted)
        for text, text_width in zip(texts[2:], widths[2:], strict=True):
            painter.drawText(QPointF(x + 14, baseline), text)
            x += text_width + 14


def _ignore(_: object) -> None:
    """Stands for a listener that nobody has set."""


def _nothing() -> None:
    """Stands for a listener that nobody has set."""
