"""Reads what a widget paints: every text with its place, by letting it paint where only words are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QPaintDevice, QPaintEngine, QPaintEngineState, QPainter, QTextItem, QTransform
from PySide6.QtWidgets import QWidget

SAME_TEXT_PX = 0.6


@dataclass(frozen=True, slots=True)
class Painted:
    """A text on screen.

    Attributes:
        text: as it was painted.
        left, top, right, bottom: around its letters, in the widget's own pixels.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """How far down the line lies that it stands in, px."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> QPoint:
        """A place within it."""
        return QPoint(round((self.left + self.right) / 2), round(self.middle))


def painted(widget: QWidget) -> list[Painted]:
    """Let a widget and all within it paint once, and return its texts in the order painted.

    What is painted as a picture made before, such as figures kept as sprites, is not among them.
    """
    device = _Words(widget.size())
    painter = QPainter(device)
    widget.render(painter, QPoint(0, 0))
    painter.end()
    return device.engine.found


class _Engine(QPaintEngine):
    """Keeps texts and lets all else go."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self._pieces: list[tuple[str, QRectF]] = []
        self._baseline = 0.0
        self._transform = QTransform()

    def begin(self, _device: QPaintDevice) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        self._transform = state.transform()

    def drawTextItem(self, at: Any, item: QTextItem) -> None:
        box = QRectF(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent())
        box, baseline = self._transform.mapRect(box), self._transform.map(QPointF(at)).y()
        last = self._pieces[-1] if self._pieces else None
        if last is not None and _goes_on(last[1], box, self._baseline, baseline):
            # Letters of another font within one text come as a piece of their own.
            self._pieces[-1] = (last[0] + item.text(), last[1].united(box))
        else:
            self._pieces.append((item.text(), box))
        self._baseline = baseline

    @property
    def found(self) -> list[Painted]:
        """The texts painted, in their order."""
        return [
            Painted(text.strip(), box.left(), box.top(), box.right(), box.bottom())
            for text, box in self._pieces
            if text.strip()
        ]

    def _leave(self, *_: Any, **__: Any) -> None:
        """Shapes and pictures are not looked at."""

    drawPath: Any = _leave
    drawRects: Any = _leave
    drawLines: Any = _leave
    drawPolygon: Any = _leave
    drawEllipse: Any = _leave
    drawPoints: Any = _leave
    drawPixmap: Any = _leave
    drawImage: Any = _leave
    drawTiledPixmap: Any = _leave


def _goes_on(before: QRectF, box: QRectF, baseline: float, now: float) -> bool:
    return now == baseline and abs(box.left() - before.right()) < SAME_TEXT_PX


class _Words(QPaintDevice):
    """A place to paint that keeps texts alone."""

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self._size = size
        self.engine = _Engine()

    def paintEngine(self) -> QPaintEngine:
        return self.engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        wanted = QPaintDevice.PaintDeviceMetric
        return {
            wanted.PdmWidth: self._size.width(),
            wanted.PdmHeight: self._size.height(),
            wanted.PdmWidthMM: self._size.width() * 254 // 960,
            wanted.PdmHeightMM: self._size.height() * 254 // 960,
            wanted.PdmNumColors: 1 << 24,
            wanted.PdmDepth: 32,
            wanted.PdmDevicePixelRatio: 1,
            wanted.PdmDevicePixelRatioScaled: 1 << 16,
        }.get(metric, 96)
