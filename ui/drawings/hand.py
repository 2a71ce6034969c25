"""The mouse while drawing: places anchors, selects, moves whole drawings or their handles."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Protocol

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal

from ui.drawings import magnet
from ui.drawings.edits import PriceStep, anchor_at, moved, with_handle
from ui.drawings.magnet import Bars, Pull
from ui.drawings.painting import Note
from ui.drawings.readout import Parts, level_parts, move_parts
from ui.drawings.shapes import handle_at, hits, is_near, shape_of
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_mouse import PlotPoint
from workstation.model.drawings import ANCHORS, Anchor, Drawing, DrawingKind, DrawingStyle, new_drawing

DRAG_PX = 4.0
"""A button held moves something from here on; less is a click."""


class Sheet(Protocol):
    """What the hand draws on."""

    step: PriceStep
    magnet: bool

    @property
    def mapping(self) -> PlotMapping: ...
    @property
    def shown(self) -> tuple[Drawing, ...]: ...
    @property
    def bars(self) -> Bars | None: ...
    @property
    def last_price(self) -> float | None: ...
    def style_of(self, kind: DrawingKind) -> DrawingStyle: ...
    def put(self, drawings: list[Drawing]) -> bool: ...


@dataclass(slots=True)
class _Drag:
    """Something held: drawings as they were, or one of them by a handle."""

    start: PlotPoint
    before: tuple[Drawing, ...]
    handle: int | None
    now: tuple[Drawing, ...]
    moving: bool = False


class DrawingHand(QObject):
    """A `PlotTool`: draws with the tool chosen, else selects and moves what lies under the pointer."""

    changed = Signal()
    """What is being worked on looks different."""
    tool_changed = Signal()
    """Another tool is chosen, or none."""
    selection_changed = Signal()
    edit_requested = Signal(object)
    """A `Drawing` whose words and looks are to be changed: a double click, or a new text."""
    menu_requested = Signal(object)
    """A `Drawing` was clicked with the right button."""
    cursor_wanted = Signal(object)
    """A `Qt.CursorShape`, for as long as the pointer stays on what it points at."""

    def __init__(self, sheet: Sheet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet = sheet
        self._tool: DrawingKind | None = None
        self._placed: list[Anchor] = []
        self._pressed: PlotPoint | None = None
        self._point: PlotPoint | None = None
        self._selected: frozenset[str] = frozenset()
        self._drag: _Drag | None = None
        self._pull: Pull | None = None

    # What is going on.

    @property
    def tool(self) -> DrawingKind | None:
        """What the next click draws."""
        return self._tool

    @property
    def selected(self) -> tuple[Drawing, ...]:
        """The drawings selected, those that can be seen."""
        return tuple(item for item in self._sheet.shown if item.drawing_id in self._selected)

    @property
    def work(self) -> tuple[Drawing, ...]:
        """What is being drawn or moved, as it looks now; kept nowhere yet."""
        if self._drag is not None and self._drag.moving:
            return self._drag.now
        preview = self._preview()
        return () if preview is None else (preview,)

    @property
    def moving_ids(self) -> frozenset[str]:
        """Ids of drawings that are held and moved."""
        if self._drag is None or not self._drag.moving:
            return frozenset()
        return frozenset(item.drawing_id for item in self._drag.before)

    @property
    def pull(self) -> Pull | None:
        """What the magnet pulls to now."""
        return self._pull

    @property
    def point(self) -> PlotPoint | None:
        """Where the pointer was seen last."""
        return self._point

    def note(self) -> Note | None:
        """The figures of what is being done; None while nothing is."""
        point = self._point
        parts = self._parts()
        return Note(point.x, point.y, parts) if point is not None and parts else None

    # What can be done without the mouse.

    def choose(self, tool: DrawingKind | None) -> None:
        """Draw this from the next click on; None takes the tool away and what was begun with it."""
        self._placed.clear()
        self._pressed = self._pull = None
        if tool != self._tool:
            self._tool = tool
            self.tool_changed.emit()
        if tool is not None:
            self.select(())
        self.changed.emit()

    def select(self, drawing_ids: tuple[str, ...] | frozenset[str]) -> None:
        """Select these and nothing else."""
        if frozenset(drawing_ids) != self._selected:
            self._selected = frozenset(drawing_ids)
            self.selection_changed.emit()
            self.changed.emit()

    def cancel(self) -> bool:
        """Back out of the innermost thing begun; False if there is nothing to back out of."""
        if self._drag is not None:
            self._drag = self._pull = None
            self.changed.emit()
        elif self._tool is not None:
            # First the points placed, then the tool.
            self.choose(self._tool if self._placed else None)
        elif self._selected:
            self.select(())
        else:
            return False
        return True

    def place(self) -> bool:
        """Place the next anchor where the pointer is, else in the middle; False without a tool."""
        if self._tool is None:
            return False
        point = self._point
        if point is None:
            mapping = self._sheet.mapping
            x, y = mapping.width / 2, mapping.height / 2
            none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
            point = PlotPoint(x, y, mapping.time_at(x), mapping.price_at(y), none, none, keys)
            self._point = point
        self._place(point)
        return True

    def forget(self) -> None:
        """Another market: nothing is begun, nothing selected."""
        self._drag = None
        self.choose(None)
        self.select(())

    # The mouse.

    def press(self, point: PlotPoint) -> bool:
        self._point = point
        if point.button == Qt.MouseButton.RightButton:
            return self._press_right(point)
        if point.button != Qt.MouseButton.LeftButton:
            return False
        if self._tool is not None:
            self._pressed = point
            self._place(point)
            return True
        handled = self._handle_under(point)
        if handled is not None:
            drawing, handle = handled
            self._drag = _Drag(point, (drawing,), handle, (drawing,))
            return True
        under = self.under(point.x, point.y)
        if under is None:
            self.select(())
            return False
        self._select_under(under, add=bool(point.keys & Qt.KeyboardModifier.ShiftModifier))
        held = tuple(item for item in self.selected if not item.locked)
        if not under.locked and held:
            self._drag = _Drag(point, held, None, held)
        return True

    def move(self, point: PlotPoint) -> bool:
        self._point = point
        if self._tool is not None:
            self._look_for_pull(point)
            self.changed.emit()
            self.cursor_wanted.emit(Qt.CursorShape.CrossCursor)
            return True
        if self._drag is not None:
            self._move_held(self._drag, point)
            return True
        if point.held != Qt.MouseButton.NoButton:
            return False
        if self._handle_under(point) is not None:
            self.cursor_wanted.emit(Qt.CursorShape.PointingHandCursor)
            return True
        under = self.under(point.x, point.y)
        if under is None:
            return False
        shape = Qt.CursorShape.ArrowCursor if under.locked else Qt.CursorShape.SizeAllCursor
        self.cursor_wanted.emit(shape)
        return True

    def release(self, point: PlotPoint) -> bool:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self._tool is not None and self._placed:
            if hypot(point.x - pressed.x, point.y - pressed.y) > DRAG_PX:
                self._place(point)
            return True
        drag, self._drag, self._pull = self._drag, None, None
        if drag is not None and drag.moving:
            self._sheet.put(list(drag.now))
        self.changed.emit()
        return True

    def double_click(self, point: PlotPoint) -> bool:
        if self._tool is not None:
            return self.press(point)
        under = self.under(point.x, point.y)
        if under is None or point.button != Qt.MouseButton.LeftButton:
            return False
        self.select((under.drawing_id,))
        self.edit_requested.emit(under)
        return True

    def under(self, x: float, y: float) -> Drawing | None:
        """The drawing under a pixel: the nearest, and of those as near the one painted last."""
        sheet = self._sheet
        found: tuple[float, Drawing] | None = None
        for drawing in sheet.shown:
            if not is_near(drawing, sheet.mapping):
                continue
            distance = hits(shape_of(drawing, sheet.mapping, sheet.step.decimals), x, y)
            if distance is not None and (found is None or distance <= found[0]):
                found = distance, drawing
        return None if found is None else found[1]

    # Inside.

    def _press_right(self, point: PlotPoint) -> bool:
        if self._tool is not None:
            self.cancel()
            return True
        under = self.under(point.x, point.y)
        if under is None:
            return False
        if under.drawing_id not in self._selected:
            self.select((under.drawing_id,))
        self.menu_requested.emit(under)
        return True

    def _select_under(self, under: Drawing, *, add: bool) -> None:
        if add:
            self.select(self._selected ^ {under.drawing_id})
        elif under.drawing_id not in self._selected:
            self.select((under.drawing_id,))

    def _handle_under(self, point: PlotPoint) -> tuple[Drawing, int] | None:
        sheet = self._sheet
        for drawing in self.selected:
            if drawing.locked or drawing.kind is DrawingKind.LEVEL:
                continue
            handle = handle_at(shape_of(drawing, sheet.mapping, sheet.step.decimals), point.x, point.y)
            if handle is not None:
                return drawing, handle
        return None

    def _look_for_pull(self, point: PlotPoint, moving: frozenset[str] = frozenset()) -> None:
        sheet = self._sheet
        inverted = bool(point.keys & Qt.KeyboardModifier.ControlModifier)
        if sheet.magnet == inverted:
            self._pull = None
            return
        others = (item for item in sheet.shown if item.drawing_id not in moving)
        self._pull = magnet.pull(point.x, point.y, sheet.mapping, sheet.bars, others)

    def _anchor(self, point: PlotPoint, beside: Anchor | None = None) -> Anchor:
        """The anchor meant by a pixel: where the magnet pulls; with Shift at the price of the one before."""
        pull = self._pull
        time_ms, price = point.time_ms, self._sheet.step.rounded(point.price)
        if pull is not None:
            time_ms = time_ms if pull.time_ms is None else pull.time_ms
            price = pull.price
        if beside is not None and point.keys & Qt.KeyboardModifier.ShiftModifier:
            price = beside.price
        return anchor_at(time_ms, price)

    def _place(self, point: PlotPoint) -> None:
        tool = self._tool
        assert tool is not None
        self._look_for_pull(point)
        anchor = self._anchor(point, self._placed[-1] if self._placed else None)
        if self._placed and anchor == self._placed[-1]:
            return  # a double click, or a hand that shook
        self._placed.append(anchor)
        if len(self._placed) < ANCHORS[tool]:
            self.changed.emit()
            return
        drawing = new_drawing(tool, tuple(self._placed), self._sheet.style_of(tool))
        self.choose(None)
        if self._sheet.put([drawing]):
            self.select((drawing.drawing_id,))
            if tool is DrawingKind.TEXT:
                self.edit_requested.emit(drawing)

    def _preview(self) -> Drawing | None:
        """What the tool would draw if the button went down here."""
        tool, point = self._tool, self._point
        if tool is None or point is None:
            return None
        anchors = (*self._placed, self._anchor(point, self._placed[-1] if self._placed else None))
        if len(anchors) == ANCHORS[tool]:
            kind = tool
        elif len(anchors) == ANCHORS[DrawingKind.TREND]:
            kind = DrawingKind.TREND  # the first leg of a measured move
        else:
            return None
        return replace(new_drawing(kind, anchors, self._sheet.style_of(tool)), drawing_id="preview")

    def _move_held(self, drag: _Drag, point: PlotPoint) -> None:
        dx, dy = point.x - drag.start.x, point.y - drag.start.y
        if not drag.moving and hypot(dx, dy) <= DRAG_PX:
            return
        drag.moving = True
        only = drag.before[0] if len(drag.before) == 1 else None
        self._pull = None
        if only is not None and (drag.handle is not None or only.kind is DrawingKind.LEVEL):
            self._look_for_pull(point, frozenset({only.drawing_id}))
        if only is not None and drag.handle is not None:
            beside = only.anchors[(drag.handle - 1) % len(only.anchors)] if len(only.anchors) > 1 else None
            drag.now = (with_handle(only, drag.handle, self._anchor(point, beside)),)
        elif only is not None and only.kind is DrawingKind.LEVEL:
            price = self._anchor(point).price
            drag.now = (replace(only, anchors=(replace(only.anchors[0], price=price),)),)
        else:
            if point.keys & Qt.KeyboardModifier.ShiftModifier:
                dx, dy = (dx, 0.0) if abs(dx) > abs(dy) else (0.0, dy)  # straight along one axis
            step, mapping = self._sheet.step, self._sheet.mapping
            drag.now = tuple(
                moved(item, 0.0 if item.kind is DrawingKind.LEVEL else dx, dy, mapping, step)
                for item in drag.before
            )
        self.changed.emit()

    def _parts(self) -> Parts:
        sheet = self._sheet
        work = self.work
        if len(work) != 1:
            return ()
        drawing, decimals = work[0], sheet.step.decimals
        first = drawing.anchors[0]
        if drawing.kind in (DrawingKind.LEVEL, DrawingKind.TEXT):
            return level_parts(first.price, sheet.last_price, decimals)
        moving_whole = self._drag is not None and self._drag.handle is None
        if moving_whole:
            return ()
        return move_parts(first, drawing.anchors[1], sheet.bars, sheet.shown, decimals)
