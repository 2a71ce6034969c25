"""One window of the desk: an area full of panels, and the palette and key card that every window has."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QMainWindow

from ui.commands import CommandSet
from ui.desk.dock_area import DockArea
from ui.desk.drop_sign import DropSign
from ui.desk.name_prompt import NamePrompt
from ui.desk.screens import LEAST_HEIGHT, LEAST_WIDTH, Rect, Standing
from ui.frame_clock import FrameClock
from ui.key_card import KeyCard
from ui.keys.spelling import is_anywhere, shown
from ui.palette import CommandPalette
from ui.services import PanelServices
from ui.theme import PANEL_GAP


class DeskWindow(QMainWindow):
    """A top-level window that shows panels; which ones, and what the keys do, is said from outside."""

    close_wanted = Signal()
    """The trader closes the window; it stays until that has been dealt with."""
    place_changed = Signal()
    """It was moved or resized."""
    first_painted = Signal()
    """The first frame is on screen."""

    def __init__(
        self,
        window_id: str,
        services: PanelServices,
        clock: FrameClock,
        commands: CommandSet,
        icon: QIcon | None = None,
    ) -> None:
        super().__init__()
        self.window_id = window_id
        self.services = services
        self.clock = clock
        self.commands = commands
        self._painted = False
        self._frame = QPoint(0, 0)
        """How far the inside lies from the frame's corner, while the window does not fill its screen."""
        self._asked: Rect | None = None
        """The place it was given to go back to, until it has stood in one without filling its screen."""
        self._shortcuts: list[QShortcut] = []
        self.setObjectName(window_id)
        if icon is not None:
            self.setWindowIcon(icon)
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        self.setContentsMargins(PANEL_GAP, 0, PANEL_GAP, 0)
        self.area = DockArea(services.themes, self)
        self.setCentralWidget(self.area)
        self.palette_box = CommandPalette(commands, services.themes, self)
        self.area.empty.add_button.clicked.connect(lambda: self.palette_box.open("Add "))
        self.key_card = KeyCard(services.themes, self)
        self.name_prompt = NamePrompt(services.themes, self)
        self.drop_sign = DropSign(services.themes, self.area)

    def bind_keys(self) -> None:
        """Put the commands on their keys, and on no others that they were on.

        Keys with Ctrl and function keys work wherever the keyboard is. Plain keys come here only when nothing
        that has the keyboard wanted them, so that a field can be typed in and Space presses a button.
        """
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []
        for command in self.commands:
            for key in (command.key, *command.more_keys):
                if is_anywhere(key):
                    shortcut = QShortcut(QKeySequence(key), self)
                    shortcut.activated.connect(command.run_if_available)
                    self._shortcuts.append(shortcut)

    def show_keys(self, groups: list[tuple[str, list[tuple[str, str]]]]) -> None:
        """Show groups of keys, and those of the desk after them."""
        desk = [
            (shown(command.key), command.name)
            for command in self.commands
            if command.key and command.available()
        ]
        self.key_card.open([*groups, ("Everywhere", desk)])

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop filling it."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # Place.

    def rect_now(self) -> Rect:
        """Where the window stands; of one that fills its screen, where it would stand otherwise."""
        if self.isFullScreen() or self.isMaximized():
            if self._asked is not None:
                return self._asked
            kept = self.normalGeometry()
            if kept.width() < LEAST_WIDTH or kept.height() < LEAST_HEIGHT:
                kept = self.geometry()  # it has never stood otherwise
            standing: Standing = "full" if self.isFullScreen() else "maximised"
            corner = kept.topLeft() - self._frame
            return Rect(corner.x(), corner.y(), kept.width(), kept.height(), standing)
        at = self.pos()
        return Rect(at.x(), at.y(), self.width(), self.height())

    def stand(self, rect: Rect) -> None:
        """Take a place on the plane of all monitors."""
        if self.isFullScreen() or self.isMaximized():
            self.setWindowState(Qt.WindowState.WindowNoState)
        self.resize(rect.width, rect.height)
        self.move(rect.x, rect.y)
        self._asked = rect if rect.standing != "normal" else None
        if rect.standing == "maximised":
            self.setWindowState(Qt.WindowState.WindowMaximized)
        elif rect.standing == "full":
            self.setWindowState(Qt.WindowState.WindowFullScreen)

    def area_at(self, at: QPoint) -> QPoint | None:
        """A global point in the area's own measure; None outside of it."""
        here = self.area.mapFromGlobal(at)
        shown = self.isVisible() and not self.isMinimized()
        return here if shown and QRect(QPoint(0, 0), self.area.size()).contains(here) else None

    # Events.

    def event(self, event: QEvent) -> bool:
        """Painting counts to the frame."""
        return self.clock.paint(event, super().event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A plain key that nothing wanted: a command's, or Esc, which backs out."""
        command = self.commands.of_key(event)
        if command is not None:
            command.run()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self.area.zoomed is not None:
            self.area.zoom(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), self.services.themes.theme.window)
        if not self._painted:
            self._painted = True
            # After this event the frame is flushed to the screen; then the timer runs.
            QTimer.singleShot(0, self, self.first_painted.emit)

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        if self.isVisible() and not self.isFullScreen() and not self.isMaximized():
            self._frame = self.geometry().topLeft() - self.pos()
            self._asked = None
        self.place_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for box in (self.palette_box, self.key_card, self.name_prompt):
            if box.isVisible():
                box.place()
        self.place_changed.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.close_wanted.emit()
