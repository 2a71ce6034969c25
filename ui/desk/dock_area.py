"""The part of a window that holds panels: builds the widgets of a tree, and follows where they are moved."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from ui.desk import folding, tree
from ui.desk.empty_view import EmptyView
from ui.desk.panel_stack import PanelStack
from ui.desk.tree import Node, Side, Stack
from ui.panel import Panel
from ui.theme import PANEL_GAP, ThemeSource

EDGE_PX = 14
"""Nearer than this to the area's edge a panel is dropped along the whole side."""
MIDDLE = 0.3
"""Share of a stack, from each side inwards, where a panel is dropped beside it; further in behind it."""
FOLD_AFTER_MS = 120
"""Quiet time after a change of size until panels are folded to it anew."""
LEAST_ACROSS, LEAST_DOWN = 240, 150
"""A place is divided for another panel only if both get that much."""


class DockArea(QWidget):
    """Panels in splits and stacks. The tree is the truth; the widgets follow it."""

    tree_changed = Signal()
    """The trader has moved a border or a tab, or brought another tab in front."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._root: Node | None = None
        self._whole: Node | None = None
        self.shipped: Node | None = None
        """The arrangement that is folded to the room there is; any other stands as the trader has made it."""
        self._is_fitted = False
        self._fold_soon = QTimer(self)
        self._fold_soon.setSingleShot(True)
        self._fold_soon.setInterval(FOLD_AFTER_MS)
        self._fold_soon.timeout.connect(self._fold)
        self._panels: Mapping[str, Panel] = {}
        self._top: QWidget | None = None
        self._zoomed: str | None = None
        self.stacks: list[PanelStack] = []
        self.empty = EmptyView(themes, self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.empty)

    @property
    def root(self) -> Node | None:
        """Where the panels stand, those included that this version cannot show."""
        return self._root

    @property
    def kept(self) -> Node | None:
        """The same to be kept: of what is only folded the whole arrangement, for a larger window."""
        return self._root if self._whole is None else self._whole

    def show_tree(self, root: Node | None, panels: Mapping[str, Panel]) -> None:
        """Show panels where the tree has them.

        Args:
            root: names of panels; those that are not in `panels` keep their place and are not shown.
            panels: by id; those that are not in the tree are left alone.
        """
        self._panels = panels
        made = tree.tidy(root)
        self._whole = None
        if made is not None and folding.same_places(made, tree.tidy(self.shipped)):
            self._whole = made
            made = self._folded(made)
        self._show(made)

    def _show(self, root: Node | None) -> None:
        """Build the widgets of a tree in place of those that there are."""
        self.setUpdatesEnabled(False)
        old, held = self._top, [panel for stack in self.stacks for panel in stack.panels]
        self._root = root
        if self._zoomed is not None and tree.stack_of(self._root, self._zoomed) is None:
            self._zoomed = None
        self.stacks = []
        for panel in (self._panels[name] for name in tree.panels_of(self._root) if name in self._panels):
            if panel.parentWidget() is not None and not self.isAncestorOf(panel):
                panel.hide()  # no flash on the way from one window to another
        shown = self._root if self._zoomed is None else Stack((self._zoomed,))
        self._top = None if shown is None else self._built(shown, (), self)
        if self._top is not None:
            self._layout.addWidget(self._top)
            self._top.show()  # now: a layout would show it at the next turn, too late for the keyboard
        self.empty.setVisible(self._top is None)
        for panel in held:
            if old is not None and old.isAncestorOf(panel):
                # It will be shown elsewhere, or let go of: not along with its old place.
                panel.hide()
                panel.setParent(None)
        if old is not None:
            self._layout.removeWidget(old)
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self._layout.activate()
        self.setUpdatesEnabled(True)

    def _folded(self, whole: Node) -> Node:
        """An arrangement as it is of use in the room there is; as it is before there is any."""
        self._is_fitted = self.isVisible() and self.width() > 1
        return folding.folded(whole, self.width(), self.height()) if self._is_fitted else whole

    def _fold(self) -> None:
        """The room is another: fold anew, if that changes anything."""
        whole = self._whole
        if whole is None or self._root is None:
            return
        made = folding.with_fronts(
            self._folded(whole), {tree.front(one) for one in tree.stacks_of(self._root)}
        )
        if made == self._root:
            return
        focused = QApplication.focusWidget()
        self._show(made)
        if focused is not None and self.isAncestorOf(focused) and focused.isVisible():
            focused.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._whole is not None:
            self._fold_soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_fitted:
            self._fold()

    @property
    def zoomed(self) -> str | None:
        """The panel that fills the area for now; None while all stand where the tree has them."""
        return self._zoomed

    def zoom(self, panel: str | None) -> None:
        """Let one panel fill the area for now, and the others wait; None brings all back."""
        self._zoomed = panel
        self._show(self._root)

    def _built(self, node: Node, path: tuple[int, ...], parent: QWidget) -> QWidget | None:
        """The widgets of a part, from the top down: a panel takes on its style anew with each parent."""
        if isinstance(node, Stack):
            there = [self._panels[name] for name in node.panels if name in self._panels]
            if not there:
                return None
            shown = self._panels.get(tree.front(node), there[0])
            stack = PanelStack(there, shown, parent)
            for panel in there:
                panel.setVisible(panel is shown)
            stack.shown_changed.connect(self._shown)
            stack.order_changed.connect(self._ordered)
            self.stacks.append(stack)
            return stack
        places = [
            place
            for place, part in enumerate(node.parts)
            if any(name in self._panels for name in tree.panels_of(part))
        ]
        if len(places) < 2:
            return self._built(node.parts[places[0]], (*path, places[0]), parent) if places else None
        splitter = _Splitter(node, places, parent)
        for place in places:
            made = self._built(node.parts[place], (*path, place), splitter)
            assert made is not None
            splitter.addWidget(made)
        splitter.fit_shares()
        splitter.shares_moved.connect(lambda shares: self._moved(path, shares))
        return splitter

    def _shown(self, panel: str) -> None:
        self._root = tree.brought_up(self._root, panel)
        self._whole = tree.brought_up(self._whole, panel)
        self.tree_changed.emit()

    def _ordered(self, panels: tuple[str, ...]) -> None:
        stack = tree.stack_of(self._root, panels[0])
        if stack is not None:
            hidden = tuple(name for name in stack.panels if name not in panels)
            self._root, self._whole = tree.reordered(self._root, panels + hidden), None
            self.tree_changed.emit()

    def _moved(self, path: tuple[int, ...], shares: dict[int, float]) -> None:
        if self._root is not None:
            self._root, self._whole = tree.with_shares(self._root, path, shares), None
            self.tree_changed.emit()

    # Places.

    def stack_with(self, panel: str) -> PanelStack | None:
        """The place that holds `panel`; None if it is not shown here."""
        return next(
            (stack for stack in self.stacks if any(one.instance_id == panel for one in stack.panels)), None
        )

    def bring_up(self, panel: str) -> None:
        """Put a panel in front of its tab mates."""
        stack = self.stack_with(panel)
        if stack is not None:
            stack.bring_up(self._panels[panel])

    def roomiest(self, near: str | None) -> tuple[str, Side | None] | None:
        """Where another panel has room: a panel, and the side of it, None for behind it.

        Args:
            near: the panel to divide if it is large enough; None for the largest.
        """
        if not self.stacks:
            return None
        stack = self.stack_with(near) if near is not None else None
        if stack is None:
            stack = max(self.stacks, key=lambda one: one.width() * one.height())
        name = stack.shown.instance_id
        if stack.width() >= 2 * LEAST_ACROSS and stack.width() >= stack.height():
            return name, "right"
        if stack.height() >= 2 * LEAST_DOWN:
            return name, "bottom"
        return name, "right" if stack.width() >= 2 * LEAST_ACROSS else None

    def neighbour(self, panel: str, side: Side) -> str | None:
        """The panel in front on that side of `panel`; None at the window's edge."""
        stack = self.stack_with(panel)
        if stack is None:
            return None
        here = _rect_in(stack, self)
        middle, step = here.center(), PANEL_GAP + 8
        at = {
            "left": QPoint(here.left() - step, middle.y()),
            "right": QPoint(here.right() + step, middle.y()),
            "top": QPoint(middle.x(), here.top() - step),
            "bottom": QPoint(middle.x(), here.bottom() + step),
        }[side]
        return next((one.shown.instance_id for one in self.stacks if _rect_in(one, self).contains(at)), None)

    def drop_at(self, at: QPoint, dragged: str) -> tuple[QRect, Callable[[Node | None], Node] | None]:
        """What a panel dropped at a point of this area would do.

        Returns:
            The rectangle it would take, and what makes the tree with it; None where it would stay.
        """
        edge = self._edge(at)
        if edge is not None:
            return _part(self.rect(), edge, tree.EDGE_SHARE), lambda root: tree.at_edge(root, dragged, edge)
        for stack in self.stacks:
            rect = _rect_in(stack, self)
            if rect.contains(at):
                others = [one.instance_id for one in stack.panels if one.instance_id != dragged]
                shown = stack.shown.instance_id
                side = _side(rect, at)
                if side is not None and tree.stands_beside(self._root, shown, dragged, side):
                    return rect, None  # it stands there already
                return _upon(shown if shown in others else next(iter(others), None), dragged, rect, side)
        return self.rect(), (lambda _root: Stack((dragged,))) if self._root is None else None

    def _edge(self, at: QPoint) -> Side | None:
        if not self.stacks:
            return None
        if at.x() < EDGE_PX:
            return "left"
        if at.x() >= self.width() - EDGE_PX:
            return "right"
        if at.y() < EDGE_PX:
            return "top"
        return "bottom" if at.y() >= self.height() - EDGE_PX else None

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), self._themes.theme.window)


class _Splitter(QSplitter):
    """Parts of a split, sized by their shares whatever the window's size was in between."""

    shares_moved = Signal(object)
    """New sizes of the parts, by their place in the tree, px."""

    def __init__(self, node: tree.Split, places: list[int], parent: QWidget) -> None:
        flat = node.along == "row"
        super().__init__(Qt.Orientation.Horizontal if flat else Qt.Orientation.Vertical, parent)
        self._places = places
        self._shares = [node.parts[place].share for place in places]
        self.setChildrenCollapsible(False)
        self.setHandleWidth(PANEL_GAP)
        self.splitterMoved.connect(self._read)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_shares()

    def fit_shares(self) -> None:
        """Give every part its share of the room that there is."""
        flat = self.orientation() is Qt.Orientation.Horizontal
        room = (self.width() if flat else self.height()) - PANEL_GAP * (self.count() - 1)
        whole = sum(self._shares)
        self.setSizes([max(1, round(room * share / whole)) for share in self._shares])

    def _read(self, _position: int, _index: int) -> None:
        self._shares = [float(max(1, size)) for size in self.sizes()]
        self.shares_moved.emit(dict(zip(self._places, self._shares, strict=True)))


def _upon(
    target: str | None, dragged: str, rect: QRect, side: Side | None
) -> tuple[QRect, Callable[[Node | None], Node] | None]:
    """What a panel dropped on the stack of `target` would do; nothing if that is its own place."""
    if target is None:
        return rect, None
    if side is None:
        return rect, lambda root: tree.behind(root, target, dragged)
    return _part(rect, side, 0.5), lambda root: tree.beside(root, target, dragged, side)


def _rect_in(widget: QWidget, area: QWidget) -> QRect:
    return QRect(widget.mapTo(area, QPoint(0, 0)), widget.size())


def _side(rect: QRect, at: QPoint) -> Side | None:
    """The side of `rect` that a point is near; None in its middle."""
    across = (at.x() - rect.left()) / max(1, rect.width())
    down = (at.y() - rect.top()) / max(1, rect.height())
    nearness: dict[Side, float] = {"left": across, "right": 1 - across, "top": down, "bottom": 1 - down}
    nearest = min(nearness, key=lambda side: nearness[side])
    return nearest if nearness[nearest] < MIDDLE else None


def _part(rect: QRect, side: Side, share: float) -> QRect:
    width, height = round(rect.width() * share), round(rect.height() * share)
    if side == "left":
        return QRect(rect.left(), rect.top(), width, rect.height())
    if side == "right":
        return QRect(rect.right() - width + 1, rect.top(), width, rect.height())
    if side == "top":
        return QRect(rect.left(), rect.top(), rect.width(), height)
    return QRect(rect.left(), rect.bottom() - height + 1, rect.width(), height)
