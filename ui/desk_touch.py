"""Notices that the trader is at the desk: keys and mouse in any window make the session go on."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QWindow

from ui.services import PanelServices

_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)
_EVERY_S = 1.0


class DeskTouch(QObject):
    """Watches windows rather than every widget: what a window is sent is a hundredth of all events."""

    def __init__(self, services: PanelServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._due = 0.0
        self._watched: set[QWindow] = set()
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._watch)
        self._watch(application.focusWindow())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            now = self._services.workstation.clock.monotonic()
            trading = self._services.trading
            if trading is not None and now >= self._due:
                self._due = now + _EVERY_S
                trading.touch()
        return super().eventFilter(watched, event)

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and window not in self._watched:
            self._watched.add(window)
            window.installEventFilter(self)
            window.destroyed.connect(lambda _=None, window=window: self._watched.discard(window))
