"""The workspaces in the top bar: one tab each, as many as there is room for, the others in a menu."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from ui.theme import BODY_PX, ThemeSource, ui_font

HEIGHT_PX = 26
MOST_PX = 150
MORE_PX = 28


class WorkspaceTabs(QWidget):
    """Shows which workspace is open, and opens another."""

    chosen = Signal(str)
    """Key of the workspace to open."""
    menu_wanted = Signal(QPoint)
    """What can be done with workspaces is asked for at that global point."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._entries: tuple[tuple[str, str], ...] = ()
        self._current = ""
        self._buttons: list[_Tab] = []
        self.more = QToolButton(self)
        self.more.setText("…")
        self.more.setToolTip("All workspaces, and what can be done with them")
        self.more.setAccessibleName("Workspaces")
        self.more.setFixedSize(MORE_PX, HEIGHT_PX)
        self.more.clicked.connect(self._open_menu)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.menu_wanted.emit(self.mapToGlobal(at)))
        themes.changed.connect(self._dress)

    def set_entries(self, entries: Sequence[tuple[str, str]], current: str) -> None:
        """Show these workspaces.

        Args:
            entries: (key, name), in the order of their tabs.
            current: key of the one that is open.
        """
        if (tuple(entries), current) == (self._entries, self._current):
            return
        self._entries, self._current = tuple(entries), current
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for place, (key, name) in enumerate(self._entries):
            button = _Tab(key, name, is_current=key == current, themes=self._themes, parent=self)
            button.setToolTip(f"{name} (Ctrl+F{place + 1})" if place < 9 else name)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._buttons.append(button)
        self.setAccessibleName(f"Workspace {dict(self._entries).get(current, '')}")
        self._place()
        self.updateGeometry()

    def fill(self, menu: QMenu) -> None:
        """Put every workspace into a menu, the open one checked."""
        for place, (key, name) in enumerate(self._entries):
            action = menu.addAction(f"{name}\tCtrl+F{place + 1}" if place < 9 else name)
            action.setCheckable(True)
            action.setChecked(key == self._current)
            action.triggered.connect(lambda _=False, key=key: self.chosen.emit(key))

    def sizeHint(self) -> QSize:
        return QSize(MORE_PX + sum(tab.width() + 2 for tab in self._buttons), HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        current = next((tab.width() + 2 for tab in self._buttons if tab.key == self._current), 0)
        return QSize(MORE_PX + current, HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Show the open one, and from the first on as many others as there is room for."""
        room = self.width() - MORE_PX
        room -= sum(tab.width() + 2 for tab in self._buttons if tab.key == self._current)
        left, top = 0, (self.height() - HEIGHT_PX) // 2
        for tab in self._buttons:
            if tab.key != self._current:
                room -= tab.width() + 2
                tab.setVisible(room >= 0)
                if room < 0:
                    continue
            tab.move(left, top)
            tab.show()
            left += tab.width() + 2
        self.more.move(left, top)

    def _open_menu(self) -> None:
        self.menu_wanted.emit(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _dress(self) -> None:
        for tab in self._buttons:
            tab.update()


class _Tab(QToolButton):
    """One workspace's name; the open one stands on a surface of its own."""

    def __init__(
        self, key: str, name: str, *, is_current: bool, themes: ThemeSource, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.key = key
        self._name = name
        self._is_current = is_current
        self._themes = themes
        self._font = ui_font(BODY_PX, 500)
        width = min(MOST_PX, round(QFontMetricsF(self._font).horizontalAdvance(name)) + 20)
        self.setFixedSize(width, HEIGHT_PX)
        self.setAccessibleName(f"Workspace {name}{', open' if is_current else ''}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        is_lit = self._is_current or self.underMouse()
        painter.setBrush(theme.control if is_lit else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.rect().adjusted(0, 1, -1, -2), 5, 5)
        painter.setFont(self._font)
        painter.setPen(theme.text if self._is_current else theme.muted)
        room = self.rect().adjusted(8, 0, -8, 0)
        words = QFontMetricsF(self._font).elidedText(self._name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
