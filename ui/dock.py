"""The dock around a panel: the panel's own header is what it is dragged, floated and closed by."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QWidget

from ui.frame_clock import FrameClock
from ui.panel import Panel


class PanelDock(QDockWidget):
    """Holds one panel; docked, tabbed, floating or closed."""

    key_pressed = Signal(QKeyEvent)
    """A key that nothing in a floating panel wanted."""

    def __init__(self, panel: Panel, clock: FrameClock, parent: QWidget) -> None:
        super().__init__(panel.title, parent)
        self.panel = panel
        self._clock = clock
        self.setObjectName(panel.kind)
        self.setTitleBarWidget(panel.header)
        self.setWidget(panel)
        self.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        panel.header.pop_out_requested.connect(lambda: self.setFloating(not self.isFloating()))
        panel.header.close_requested.connect(self.close)

    def bring_up(self) -> None:
        """Show the panel, in front of its tab mates, and give it the keyboard."""
        self.show()
        self.raise_()
        self.window().activateWindow()
        self.panel.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        """A floating panel paints for itself: its painting counts to the frame too."""
        return self._clock.paint(event, super().event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.isFloating():
            self.key_pressed.emit(event)
        else:
            event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.panel.theme.window)
