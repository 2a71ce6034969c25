"""A card over the window: it stands where it hides least, takes no keyboard, and Esc puts it away."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from ui.theme import BODY_PX, PANEL_RADIUS, Theme, ThemeSource, mix, ui_font

MARGIN_PX = 14
TOP_PX, BOTTOM_PX = 52, 40
"""Of the window: its bars stay free."""


def asked_style(theme: Theme) -> str:
    """The style of the button that is to be pressed next."""
    over = mix(theme.accent, theme.text, 0.15).name()
    return (
        f"QPushButton {{ background: {theme.accent.name()}; color: {theme.on_accent.name()};"
        f" border: 1px solid {theme.accent.name()}; padding: 3px 12px; font-weight: 600; }}"
        f"QPushButton:hover {{ background: {over}; }}"
        f"QPushButton:focus {{ border-color: {theme.text.name()}; }}"
    )


class OverDesk(QFrame):
    """Painted like a panel that lies in front of the others."""

    put_away = Signal()
    """Esc, or its cross: the trader wants it gone."""

    def __init__(self, themes: ThemeSource, window: QWidget, width_px: int) -> None:
        super().__init__(window)
        self._themes, self._window, self._width = themes, window, width_px
        self._avoid: tuple[QRect, ...] = ()
        self._muted: list[QLabel] = []
        self._titles: list[QLabel] = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        window.installEventFilter(self)
        themes.changed.connect(self._theme_changed)
        self.hide()

    # What it is made of.

    def label(self, words: str, px: int, *, muted: bool = False, strong: bool = False) -> QLabel:
        """Words of the card."""
        made = QLabel(words, self)
        made.setFont(ui_font(px, 600) if strong else ui_font(px))
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setWordWrap(True)
        (self._muted if muted else self._titles).append(made)
        return made

    def button(self, words: str, tip: str = "") -> QPushButton:
        """A button of the card, reached by Tab too."""
        made = QPushButton(words, self)
        made.setFont(ui_font(BODY_PX))
        made.setToolTip(tip)
        made.setAutoDefault(False)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def dress(self, theme: Theme) -> None:
        """Put its words into a theme's colours; those who add more override it."""
        for one in self._muted:
            one.setStyleSheet(f"color: {theme.muted.name()}; background: transparent;")
        for one in self._titles:
            one.setStyleSheet(f"color: {theme.text.name()}; background: transparent;")

    # Where it stands.

    def show_beside(self, avoid: Sequence[QRect]) -> None:
        """Show it where it hides least of these parts of the window."""
        self._avoid = tuple(avoid)
        self.dress(self._themes.theme)
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Take the place that the window's present size gives."""
        area = self._window.rect().adjusted(MARGIN_PX, TOP_PX, -MARGIN_PX, -BOTTOM_PX)
        width = min(self._width, area.width())
        height = min(self._height(width), area.height())
        size = QSize(width, height)
        lit = QRect()
        for rect in self._avoid:
            lit |= rect
        middle = area.center().x() - width // 2
        beside = (lit.left() - MARGIN_PX - width, lit.right() + MARGIN_PX)
        lefts = [area.right() - width + 1, area.left(), middle]
        lefts += [left for left in beside if area.left() <= left <= area.right() - width + 1]
        tops = (area.bottom() - height + 1, area.top(), area.center().y() - height // 2)
        places = [QRect(left, top, size.width(), size.height()) for left in lefts for top in tops]
        # Wherever it already stands it stays, unless another place hides less.
        now = self.geometry()
        hidden = min(map(self._hidden, places))
        if now.size() == size and area.contains(now) and self.isVisible() and self._hidden(now) <= hidden:
            return
        free = [place for place in places if self._hidden(place) == hidden]
        self.setGeometry(min(free, key=lambda place: _far(place, lit)))

    def _height(self, width: int) -> int:
        layout = self.layout()
        if layout is None:
            return self.sizeHint().height()
        return layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()

    def _hidden(self, place: QRect) -> int:
        overlaps = (place & rect for rect in self._avoid)
        return sum(one.width() * one.height() for one in overlaps if not one.isEmpty())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another size, or Esc came to it that no panel wanted."""
        if watched is not self._window or not self.isVisible():
            return False
        if event.type() == QEvent.Type.Resize:
            self.place()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.put_away.emit()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.put_away.emit()
        else:
            super().keyPressEvent(event)

    def _theme_changed(self, theme: Theme) -> None:
        self.dress(theme)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.window)
        painter.setPen(QPen(theme.accent, 1))
        painter.setBrush(theme.panel)
        edge = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(edge, PANEL_RADIUS, PANEL_RADIUS)


def _far(place: QRect, lit: QRect) -> int:
    """How far it is between two parts of the window, in px."""
    if lit.isEmpty():
        return 0
    across = max(place.left() - lit.right(), lit.left() - place.right(), 0)
    down = max(place.top() - lit.bottom(), lit.top() - place.bottom(), 0)
    return across + down
