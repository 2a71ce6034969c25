"""The round lower corners of a panel: the window painted over what the body drew there."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import PANEL_RADIUS, ThemeSource


class PanelCorners:
    """Both lower corners of a panel: cheaper than clipping every panel's painting."""

    def __init__(self, panel: QWidget, themes: ThemeSource) -> None:
        self._panel = panel
        self._left = _Corner(panel, themes, left=True)
        self._right = _Corner(panel, themes, left=False)

    def raise_(self) -> None:
        """Put them above all else in the panel."""
        self._left.raise_()
        self._right.raise_()

    def place(self) -> None:
        """Put them where the panel's corners are."""
        bottom = self._panel.height() - PANEL_RADIUS
        self._left.move(0, bottom)
        self._right.move(self._panel.width() - PANEL_RADIUS, bottom)


class _Corner(QWidget):
    def __init__(self, panel: QWidget, themes: ThemeSource, *, left: bool) -> None:
        super().__init__(panel)
        self._themes = themes
        self._left = left
        self.setFixedSize(PANEL_RADIUS, PANEL_RADIUS)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        radius = float(PANEL_RADIUS)
        outside = QPainterPath()
        outside.addRect(QRectF(0, 0, radius, radius))
        inside = QPainterPath()
        inside.addEllipse(QRectF(0 if self._left else -radius, -radius, 2 * radius, 2 * radius))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(outside.subtracted(inside), self._themes.theme.window)
