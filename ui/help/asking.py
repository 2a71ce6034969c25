"""Asks figures of the desk what they are: by a key, by the right button, and from menus that are open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from ui.desk.desk_window import DeskWindow
from ui.desk.whole import WholeDesk
from ui.help.ask_layer import AskLayer
from ui.help.terms import all_terms
from ui.keys.spelling import shown
from ui.panel import Panel

ASK_KEY, HELP_KEY = "Shift+F1", "F1"
READ_AFTER_MS = 8_000


class Asking(QObject):
    """Which figures can be asked of in which window."""

    def __init__(self, desk: WholeDesk, open_page: Callable[[str, str], object], parent: QObject) -> None:
        """Let panels and bars offer to be asked.

        Args:
            open_page: shows a page of help by its id and an anchor.
        """
        super().__init__(parent)
        self._desk, self._open_page = desk, open_page
        self._layers: dict[str, AskLayer] = {}
        # Reading the terms takes longer than a frame: it is done beside the window, once the desk stands.
        QTimer.singleShot(READ_AFTER_MS, self, lambda: Thread(target=all_terms, daemon=True).start())
        desk.services.ask_at = self.offer
        for bar in (desk.main.status_bar, desk.main.top_bar):
            bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            bar.customContextMenuRequested.connect(lambda at, bar=bar: self.offer(bar, bar.mapToGlobal(at)))

    def begin(self) -> AskLayer:
        """Begin with the figure under the pointer, else with the first of the panel in hand."""
        bench = self._desk.bench
        panel = bench.under_pointer()
        window = None if panel is None else bench.window_of(panel.instance_id)
        layer = self.layer(window or bench.current_window())
        layer.begin(QCursor.pos())
        if layer.figure is None and panel is not None:
            layer.begin_in(panel)
        return layer

    def offer(self, widget: QWidget, at: QPoint) -> None:
        """Offer to be asked at a global place: in the menu that a click has opened there, else in our own."""
        window = widget.window()
        if not isinstance(window, DeskWindow):
            return
        opened = QApplication.activePopupWidget()
        if isinstance(opened, QMenu):
            menu = opened
            menu.addSeparator()
        else:
            menu = QMenu(widget)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        what = menu.addAction(f"What is this number?\t{self._shown(ASK_KEY)}")
        # Once the menu is away: the layer takes the keyboard, which the menu gives back when it closes.
        what.triggered.connect(lambda: QTimer.singleShot(0, window, partial(self._hold, window, at)))
        if isinstance(widget, Panel):
            page = menu.addAction(f"Help on this panel\t{self._shown(HELP_KEY)}")
            page.triggered.connect(lambda: self._open_page(f"help/{widget.kind}", ""))
        if menu is not opened:
            menu.popup(at)

    def layer(self, window: DeskWindow) -> AskLayer:
        """What lies over a window while it is asked."""
        found = self._layers.get(window.window_id)
        if found is None:
            found = AskLayer(self._desk.services.themes, partial(self._roots, window), window)
            found.page_wanted.connect(self._open_term)
            self._layers[window.window_id] = found
            window.destroyed.connect(lambda _=None, name=window.window_id: self._layers.pop(name, None))
            window.place_changed.connect(found.end)
        return found

    def _hold(self, window: DeskWindow, at: QPoint) -> None:
        self.layer(window).begin(at, hold=True)

    def _roots(self, window: DeskWindow) -> dict[QWidget, str]:
        """What shows figures in a window: the panel in hand first, then the others and the bars."""
        bench = self._desk.bench
        here = [panel for panel in bench.panels.values() if panel.isVisible() and panel.window() is window]
        here.sort(key=lambda panel: panel is not bench.current())
        roots: dict[QWidget, str] = {panel: panel.kind for panel in here}
        if window is self._desk.main:
            roots |= {self._desk.main.status_bar: "status_bar", self._desk.main.top_bar: "top_bar"}
        return roots

    def _open_term(self, page: str) -> None:
        page_id, _, anchor = page.partition("#")
        self._open_page(page_id, anchor)

    def _shown(self, key: str) -> str:
        return shown(self._desk.commands.key_now(key) or "")
