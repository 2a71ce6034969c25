"""Notices over the window: they come, say their line and go, and never take the keyboard."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme import AGE_PX, BODY_PX, HEADER_PX, ThemeSource, ui_font

SHOWN_MS = 8_000
MOST_SHOWN = 4
WIDTH_PX = 360
HEIGHT_PX = 64
ACTIONS_PX = 28
MARGIN_PX = 12
TOP_PX = 52

Actions = Sequence[tuple[str, Callable[[], object]]]
"""Words of a button and what it does."""


class Toast(QWidget):
    """One notice. A click shows what it is about, the cross or a right click puts it away."""

    def __init__(
        self,
        title: str,
        line: str,
        themes: ThemeSource,
        parent: QWidget,
        show: Callable[[], None],
        gone: Callable[["Toast"], None],
        actions: Actions = (),
    ) -> None:
        super().__init__(parent)
        self.title, self.line = title, line
        self._themes = themes
        self._show = show
        self._gone = gone
        self._bold, self._plain = ui_font(BODY_PX, 600), ui_font(HEADER_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title}. {line}")
        self.setToolTip(f"{title}\n{line}")
        self.resize(WIDTH_PX, HEIGHT_PX + (ACTIONS_PX if actions else 0))
        left = 10
        for words, do in actions:
            button = QPushButton(words, self)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setFont(ui_font(AGE_PX))
            button.clicked.connect(do)
            button.adjustSize()
            button.move(left, HEIGHT_PX - 4)
            left += button.width() + 6
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._timer.start(SHOWN_MS)

    def dismiss(self) -> None:
        """Go."""
        self._timer.stop()
        self.hide()
        self._gone(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()  # it is being read
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(SHOWN_MS // 2)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        on_cross = event.position().x() > self.width() - 28 and event.position().y() < 28
        if event.button() == Qt.MouseButton.LeftButton and not on_cross:
            self._show()
        self.dismiss()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.hairline, 1))
        painter.setBrush(theme.control)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawRoundedRect(QRectF(0, 8, 3, self.height() - 16), 1.5, 1.5)
        room = self.width() - 46
        for font, text, y, color in (
            (self._bold, self.title, 26, theme.text),
            (self._plain, self.line, 47, theme.muted),
        ):
            painter.setFont(font)
            painter.setPen(color)
            elided = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(14, y, elided)
        painter.setPen(QPen(theme.muted, 1.4))
        x, y = self.width() - 15, 15
        painter.drawLine(x - 4, y - 4, x + 4, y + 4)
        painter.drawLine(x - 4, y + 4, x + 4, y - 4)


class _More(QWidget):
    """Says how many notices found no room."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.count = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(WIDTH_PX, 22)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.hairline, 1))
        painter.setBrush(theme.control)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(theme.muted)
        words = f"{self.count} more in the history of alerts"
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)


class ToastStack(QObject):
    """The notices of a window, newest on top, in its upper right corner."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self._themes = themes
        self._window = window
        self._more = _More(themes, window)
        self.toasts: list[Toast] = []
        window.installEventFilter(self)
        themes.changed.connect(lambda _theme: [toast.update() for toast in self.toasts])

    def add(self, title: str, line: str, show: Callable[[], None], actions: Actions = ()) -> None:
        """Show a notice for a while; `show` is called when it is clicked on, `actions` have buttons."""
        toast = Toast(title, line, self._themes, self._window, show, self._forget, actions)
        self.toasts.insert(0, toast)
        for late in self.toasts[MOST_SHOWN:]:
            late.dismiss()
            self._more.count += 1
        self._place()

    def clear(self) -> None:
        """Put every notice away."""
        for toast in tuple(self.toasts):
            toast.dismiss()

    def _forget(self, toast: Toast) -> None:
        if toast in self.toasts:
            self.toasts.remove(toast)
            toast.deleteLater()
        if not self.toasts:
            self._more.count = 0
        self._place()

    def _place(self) -> None:
        left, top = max(0, self._window.width() - WIDTH_PX - MARGIN_PX), TOP_PX
        for toast in self.toasts:
            toast.move(left, top)
            toast.show()
            toast.raise_()
            top += toast.height() + 6
        self._more.move(left, top)
        self._more.setVisible(bool(self._more.count) and bool(self.toasts))
        self._more.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the corner of the window."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
