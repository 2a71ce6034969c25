"""One place in a window: a panel, or several behind tabs."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from ui.panel import Panel
from ui.theme import HEADER_PX, ui_font

TAB_PAD_PX = 24
"""What a tab is wider than its text."""
TEAR_PX = 18
"""How far above or below the tabs the pointer has to go to take a tab out."""


class PanelStack(QWidget):
    """Shows one of its panels; tabs above them where there are several."""

    shown_changed = Signal(str)
    """The panel that has been brought in front, by id."""
    order_changed = Signal(tuple)
    """Ids of all panels, as their tabs stand now."""

    def __init__(self, panels: list[Panel], shown: Panel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panels = panels
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.tabs = _Tabs(self) if len(panels) > 1 else None
        if self.tabs is not None:
            for panel in panels:
                self.tabs.setTabToolTip(
                    self.tabs.addTab(panel.name), f"{panel.name}: drag it to another place"
                )
                panel.link.symbol_changed.connect(self._name_tabs)
            self._name_tabs()
            self.tabs.setCurrentIndex(panels.index(shown))
            self.tabs.currentChanged.connect(self._show_tab)
            self.tabs.tabMoved.connect(self._tab_moved)
            self.tabs.torn.connect(self._torn)
            self.tabs.close_wanted.connect(lambda index: self.panels[index].header.close_requested.emit())
            layout.addWidget(self.tabs)
        self._pages = QStackedWidget(self)
        for panel in panels:
            self._pages.addWidget(panel)
        self._pages.setCurrentWidget(shown)
        layout.addWidget(self._pages, 1)

    @property
    def shown(self) -> Panel:
        """The panel in front."""
        return self.panels[self._pages.currentIndex()]

    def bring_up(self, panel: Panel) -> None:
        """Put one of the panels in front."""
        if self.tabs is not None:
            self.tabs.setCurrentIndex(self.panels.index(panel))

    def _name_tabs(self) -> None:
        """Write each panel's name, and its symbol where all tabs have room for that."""
        if self.tabs is None:
            return
        symbols = [panel.link.symbol if panel.of_symbol else "" for panel in self.panels]
        whole = [
            f"{panel.name}  {symbol}".rstrip() for panel, symbol in zip(self.panels, symbols, strict=True)
        ]
        metrics = self.tabs.fontMetrics()
        is_roomy = sum(metrics.horizontalAdvance(text) + TAB_PAD_PX for text in whole) <= self.width()
        for place, panel in enumerate(self.panels):
            text = whole[place] if is_roomy else panel.name
            if self.tabs.tabText(place) != text:
                self.tabs.setTabText(place, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_tabs()

    def _show_tab(self, index: int) -> None:
        self._pages.setCurrentWidget(self.panels[index])
        self.shown_changed.emit(self.panels[index].instance_id)

    def _tab_moved(self, source: int, target: int) -> None:
        self.panels.insert(target, self.panels.pop(source))
        shown = self._pages.currentWidget()
        for place, panel in enumerate(self.panels):
            self._pages.insertWidget(place, panel)
        if shown is not None:
            self._pages.setCurrentWidget(shown)
        self.order_changed.emit(tuple(panel.instance_id for panel in self.panels))

    def _torn(self, index: int, what: str, at: QPoint) -> None:
        header = self.panels[index].header
        signals: dict[str, Callable[[QPoint], None]] = {
            "began": header.drag_began.emit,
            "moved": header.drag_moved.emit,
            "ended": header.drag_ended.emit,
        }
        signals[what](at)


class _Tabs(QTabBar):
    """Tabs that can be put in another order, taken out, and closed by the middle button."""

    torn = Signal(int, str, QPoint)
    """(index, "began" | "moved" | "ended", global place of the pointer)."""
    close_wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFont(ui_font(HEADER_PX))
        self.setMovable(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._torn: int | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton:
            index = self.tabAt(event.position().toPoint())
            if index >= 0:
                self.close_wanted.emit(index)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.globalPosition().toPoint()
        if self._torn is not None:
            self.torn.emit(self._torn, "moved", at)
            return
        y = event.position().y()
        if event.buttons() & Qt.MouseButton.LeftButton and not -TEAR_PX < y < self.height() + TEAR_PX:
            index = self.currentIndex()
            # The bar believes that the tab was let go of, else it would go on moving it.
            release = QMouseEvent(
                QMouseEvent.Type.MouseButtonRelease,
                event.position(),
                event.globalPosition(),
                Qt.MouseButton.LeftButton,
                Qt.MouseButton.NoButton,
                event.modifiers(),
            )
            super().mouseReleaseEvent(release)
            self._torn = index
            self.torn.emit(index, "began", at)
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._torn is not None:
            index, self._torn = self._torn, None
            self.torn.emit(index, "ended", event.globalPosition().toPoint())
            return
        super().mouseReleaseEvent(event)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return QSize(40, super().minimumTabSizeHint(index).height())
