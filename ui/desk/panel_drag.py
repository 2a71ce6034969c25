"""Dragging a panel by its header or tab: to another place, another window, or out to one of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from ui.desk.desk_window import DeskWindow
from ui.desk.tree import Node
from ui.desk.workbench import Workbench
from ui.panel import Panel

Change = Callable[[Node | None], Node]


class PanelDrag(QObject):
    """One drag at a time: shows where the panel would go, and puts it there when the button is let go."""

    def __init__(
        self,
        bench: Workbench,
        drop: Callable[[str, DeskWindow, Change], object],
        pop_out: Callable[[str, QPoint], object],
    ) -> None:
        super().__init__(bench)
        self._bench = bench
        self._drop = drop
        self._pop_out = pop_out
        self._dragged = ""

    def watch(self, panel: Panel) -> None:
        """Let a panel be dragged by its header."""
        panel.header.drag_began.connect(lambda at: self._begin(panel.instance_id, at))
        panel.header.drag_moved.connect(self._move)
        panel.header.drag_ended.connect(self._end)

    def _begin(self, panel_id: str, at: QPoint) -> None:
        self._dragged = panel_id
        QApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        self._move(at)

    def _move(self, at: QPoint) -> None:
        if not self._dragged:
            return
        target = self._target(at)
        for window in self._bench.windows.values():
            if target is not None and window is target[0]:
                window.drop_sign.show_at(target[1], self._bench.panels[self._dragged].name)
            else:
                window.drop_sign.hide()

    def _end(self, at: QPoint) -> None:
        dragged, target = self._dragged, self._target(at)
        if not self._stop():
            return
        if target is not None:
            window, _, change = target
            if change is not None:
                self._drop(dragged, window, change)
        elif not any(window.frameGeometry().contains(at) for window in self._bench.windows.values()):
            self._pop_out(dragged, at)

    def _stop(self) -> bool:
        """End the drag; False if there was none."""
        if not self._dragged:
            return False
        self._dragged = ""
        QApplication.restoreOverrideCursor()
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        for window in self._bench.windows.values():
            window.drop_sign.hide()
        return True

    def _target(self, at: QPoint) -> tuple[DeskWindow, QRect, Change | None] | None:
        """The window under the pointer, the rectangle the panel would take, and how; None outside of all."""
        if not self._dragged:
            return None
        front = QApplication.activeWindow()
        for window in sorted(self._bench.windows.values(), key=lambda window: window is not front):
            here = window.area_at(at)
            if here is not None:
                return (window, *window.area.drop_at(here, self._dragged))
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves the panel where it was."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self._stop()
            event.accept()
            return True
        return super().eventFilter(watched, event)
