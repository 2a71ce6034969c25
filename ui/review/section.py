"""A part of a form: a quiet line with its name and a word or two at the right, then what belongs to it."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.theme import AGE_PX, Density, Theme, ui_font

HEIGHT = 24
Parts = Sequence[tuple[str, str]]
"""(words, theme's token) each."""


class SectionLine(QWidget):
    """The name at the left, parts in their colours at the right; the last of them can be clicked."""

    clicked = Signal()

    def __init__(self, name: str, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name = name
        self._parts: tuple[tuple[str, str], ...] = ()
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self.is_button = False
        """The last part does something when it is clicked."""
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme, self._pad = theme, density.padding + 2
        self.update()

    def say(self, name: str, parts: Parts = ()) -> None:
        """Show these words."""
        if (name, tuple(parts)) != (self._name, self._parts):
            self._name, self._parts = name, tuple(parts)
            self.setAccessibleName(" ".join((name, *(words for words, _ in parts))))
            self.update()

    @property
    def words(self) -> str:
        """All of it, without colours."""
        return "  ".join((self._name, *(words for words, _ in self._parts)))

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.is_button and self._parts and event.position().x() >= self._last_left():
            self.clicked.emit()

    def _last_left(self) -> float:
        return self.width() - self._pad - self._metrics.horizontalAdvance(self._parts[-1][0]) - 6

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.fillRect(0, 0, self.width(), 1, theme.hairline)
        right = float(self.width() - self._pad)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._font)
        name_px = self._metrics.horizontalAdvance(self._name)
        for number, (words, token) in enumerate(reversed(self._parts)):
            text = words if not number else f"{words} · "
            width = self._metrics.horizontalAdvance(text)
            if right - width < self._pad + name_px + 8:
                break
            painter.setPen(getattr(theme, token))
            painter.drawText(QRectF(right - width, 2, width + 2, HEIGHT - 2), middle, text)
            right -= width
        painter.setPen(theme.muted)
        painter.drawText(QRectF(self._pad, 2, right - self._pad, HEIGHT - 2), middle, self._name)


class Section(QWidget):
    """A section line with widgets under it."""

    def __init__(
        self, name: str, theme: Theme, density: Density, *widgets: QWidget, inset: bool = False
    ) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.line = SectionLine(name, theme, density, self)
        self._inset = inset
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(0)
        self._inner = QVBoxLayout()
        for widget in widgets:
            self._inner.addWidget(widget)
        self._layout.addWidget(self.line)
        self._layout.addLayout(self._inner)
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self.line.set_look(theme, density)
        self._layout.setContentsMargins(0, 0, 0, density.padding - 2)
        side = density.padding + 2 if self._inset else 0
        self._inner.setContentsMargins(side, 0, side, 0)
