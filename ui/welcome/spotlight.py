"""Light on some panels of a window: the others are a little darker, and everything can be used as before."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from ui.theme import PANEL_RADIUS, ThemeSource, tint

_SHADE = 0.4
_PEN_PX = 2


class Spotlight(QWidget):
    """Lies over a whole window, out of the way of mouse and keyboard."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self._themes, self._window = themes, window
        self._lit: tuple[QRect, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        window.installEventFilter(self)
        themes.changed.connect(self._dress)
        self.hide()

    @property
    def lit(self) -> tuple[QRect, ...]:
        """What is lit, in the window's coordinates."""
        return self._lit

    def show_on(self, widgets: Sequence[QWidget]) -> None:
        """Light these parts of the window; none puts the light out."""
        lit = tuple(_place(one, self._window) for one in widgets)
        if lit != self._lit or self.isHidden() == bool(lit):
            self._lit = lit
            self.setGeometry(self._window.rect())
            self.setVisible(bool(lit))
            self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return False

    def _dress(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        dark = QRegion(self.rect())
        for rect in self._lit:
            dark -= QRegion(rect)
        painter.setClipRegion(dark & event.region())
        painter.fillRect(self.rect(), tint(theme.window, _SHADE))
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent, _PEN_PX))
        for rect in self._lit:
            edge = QRectF(rect).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(edge, PANEL_RADIUS, PANEL_RADIUS)


def _place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
