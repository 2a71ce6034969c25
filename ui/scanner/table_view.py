"""The scanner's table: hundreds of rows of which only the visible cells are painted, and none jumps away."""

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QToolTip, QWidget

from ui.scanner.cells import ScanCell
from ui.scanner.columns import LEAST_PX, MOST_PX, Kind, ScanColumn
from ui.scanner.held_order import HeldOrder
from ui.scanner.painting import CellPainter
from ui.scanner.row_painting import RowLook, paint_row
from ui.scanner.titles import DRAG_PX, PAD_PX, Grip, Place, Titles, column_at, placed
from ui.theme import Density, Theme
from workstation.scanner.ranking import SortKey

BAR_PX = 8


class ScanTable(QWidget):
    """Rows by symbol under one line of titles.

    While the pointer is on the rows, or a key has just moved the cursor, rows keep their places: a new order
    waits until both have ended. Figures go on changing where they stand.
    """

    chosen = Signal(str)
    """The symbol of the row that was clicked."""
    moved = Signal(str)
    """The symbol that the cursor is on now, by key or click."""
    title_clicked = Signal(str, bool)
    """Key of the column whose title was clicked, and whether the other sort keys stay."""
    title_menu_asked = Signal(str, QPoint)
    row_menu_asked = Signal(str, QPoint)
    column_dragged = Signal(str, str)
    """Key of the column that was dragged, and of the one it was dropped on."""
    width_dragged = Signal(str, int)
    """Key of a column, and how wide it is now, px; 0 for as wide as usual."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.columns: tuple[ScanColumn, ...] = ()
        self.widths: dict[str, int] = {}
        """As dragged by hand, by column."""
        self.sort_keys: tuple[SortKey, ...] = ()
        self.cursor_on = ""
        self.linked = ""
        self.nothing = ""
        """Said in place of rows where there are none."""
        self.cell_tip: Callable[[str, str], str] = lambda _symbol, _key: ""
        """The tool tip of a cell, by its symbol and column; "" for none."""
        self._cells: dict[str, tuple[ScanCell, ...]] = {}
        self._lit: Collection[str] = frozenset()
        self._order = HeldOrder()
        self._top = self._scrolled = self._farthest = 0
        self._places: list[Place] = []
        self._titles = Titles()
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._side_bar = QScrollBar(Qt.Orientation.Horizontal, self)
        self._bar.valueChanged.connect(self._scroll_to)
        self._side_bar.valueChanged.connect(self._scroll_sideways)
        self.set_look(theme, density)

    # What it shows.

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme, self.row_height = theme, density.row_height
        self._painter = CellPainter(theme)
        self._lay_out()

    def set_columns(
        self, columns: Sequence[ScanColumn], widths: Mapping[str, int], keys: Sequence[SortKey]
    ) -> None:
        """Show these columns, so wide where that was dragged by hand, and mark what is sorted by."""
        shown = tuple(columns), dict(widths), tuple(keys)
        if shown == (self.columns, self.widths, self.sort_keys):
            return
        if shown[0] != self.columns:
            self._cells.clear()
        self.columns, self.widths, self.sort_keys = shown
        self._lay_out()

    def set_rows(self, rows: tuple[str, ...], *, now: bool = False) -> None:
        """Show these rows in this order, once nothing holds the order that is shown.

        Args:
            now: the trader asked for it: it waits for nothing.
        """
        if self._order.put(rows, now=now):
            self._rows_changed()

    def settle(self) -> None:
        """Show the order that waits, if nothing holds the old one any more."""
        if self._order.settle():
            self._rows_changed()

    @property
    def rows(self) -> tuple[str, ...]:
        """Symbols in the order shown."""
        return self._order.rows

    @property
    def waiting(self) -> int:
        """How many rows would move, come or go if nothing held them."""
        return self._order.waiting

    def set_cells(self, symbol: str, cells: tuple[ScanCell, ...]) -> None:
        """Show these cells of a row, one a column; those that stay are not painted again."""
        before = self._cells.get(symbol)
        if before is cells:
            return
        self._cells[symbol] = cells
        place = self._place_of(symbol)
        if place is None:
            return
        for index, cell in enumerate(cells):
            if before is None or cell is not before[index]:
                self._update_cell(place, index)

    def set_lit(self, symbols: Collection[str]) -> None:
        """Light these rows up: they satisfy the checklist."""
        if symbols != self._lit:
            changed = set(symbols) ^ set(self._lit)
            self._lit = symbols
            for symbol in changed:
                self._update_row(symbol)

    def set_linked(self, symbol: str) -> None:
        """Mark the row that linked panels show."""
        if symbol != self.linked:
            before, self.linked = self.linked, symbol
            self.cursor_on = self.cursor_on or symbol
            self._update_row(before)
            self._update_row(symbol)

    def say_nothing(self, words: str) -> None:
        """Say why there are no rows."""
        if words != self.nothing:
            self.nothing = words
            self.update()

    @property
    def visible(self) -> tuple[str, ...]:
        """Symbols of the rows in view."""
        return self.rows[self._top : self._top + self._fitting + 1]

    @property
    def unread(self) -> tuple[str, ...]:
        """Symbols of the rows in view that have no cells yet."""
        return tuple(symbol for symbol in self.visible if symbol not in self._cells)

    def text(self, symbol: str, key: str) -> str:
        """What a cell says; "" where it has not been made yet."""
        index = next((index for index, column in enumerate(self.columns) if column.key == key), None)
        cells = self._cells.get(symbol)
        return "" if index is None or cells is None else cells[index].copied

    # Order and room.

    @property
    def _fitting(self) -> int:
        below = BAR_PX if self._farthest else 0
        return max(1, (self.height() - self.row_height - below) // self.row_height)

    def _rows_changed(self) -> None:
        rows = self.rows
        gone = self._cells.keys() - set(rows)
        for symbol in gone:
            del self._cells[symbol]
        if self.cursor_on not in rows:
            self.cursor_on = self.linked if self.linked in rows else rows[0] if rows else ""
        self._scroll_to(self._top)

    def _lay_out(self) -> None:
        room = self.width() - (BAR_PX if self._bar.isVisibleTo(self) else 0)
        self._places, self._farthest = placed(self.columns, self.widths, room, self._scrolled)
        self._scrolled = min(self._scrolled, self._farthest)
        self._side_bar.blockSignals(True)
        self._side_bar.setRange(0, self._farthest)
        self._side_bar.setPageStep(max(1, room))
        self._side_bar.setValue(self._scrolled)
        self._side_bar.blockSignals(False)
        self._side_bar.setVisible(self._farthest > 0)
        self._bar.setGeometry(self.width() - BAR_PX, self.row_height, BAR_PX, self.height() - self.row_height)
        self._side_bar.setGeometry(0, self.height() - BAR_PX, room, BAR_PX)
        self.update()

    def _scroll_to(self, top: int) -> None:
        last = max(0, len(self.rows) - self._fitting)
        self._top = min(max(top, 0), last)
        self._bar.blockSignals(True)
        self._bar.setRange(0, last)
        self._bar.setPageStep(self._fitting)
        self._bar.setValue(self._top)
        self._bar.blockSignals(False)
        if self._bar.isVisibleTo(self) != (last > 0):
            self._bar.setVisible(last > 0)
            self._lay_out()
        self.update()

    def _scroll_sideways(self, to: int) -> None:
        self._scrolled = min(max(to, 0), self._farthest)
        self._lay_out()

    def scroll_columns(self, way: int) -> None:
        """Scroll by a part of the width to the right (+1) or left (−1)."""
        self._scroll_sideways(self._scrolled + way * max(80, self.width() // 4))

    def _place_of(self, symbol: str) -> int | None:
        shown = self.visible
        return self._top + shown.index(symbol) if symbol in shown else None

    def _update_cell(self, place: int, index: int) -> None:
        if index < len(self._places):
            at, y = self._places[index], self.row_height * (place - self._top + 1)
            self.update(QRect(at.left, y, at.right - at.left, self.row_height))

    def _update_row(self, symbol: str) -> None:
        place = self._place_of(symbol)
        if place is not None:
            self.update(0, self.row_height * (place - self._top + 1), self.width(), self.row_height)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, region = QPainter(self), event.region()
        bounds, height, width = region.boundingRect(), self.row_height, self.width()
        painter.fillRect(bounds, self._theme.panel)
        line = round((height + self._painter.cap) / 2)
        shown = self.visible
        for number, symbol in enumerate(shown):
            y = height * (number + 1)
            if y <= bounds.bottom() and y + height > bounds.top():
                self._paint_row(painter, symbol, y, line, region)
        if not shown and self.nothing:
            painter.setFont(self._painter.font)
            painter.setPen(self._theme.muted)
            room = QRect(20, height, width - 40, max(height, self.height() - height))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.nothing)
        if self._farthest:  # the bar lies on nothing but its ground
            painter.fillRect(0, self.height() - BAR_PX, width, BAR_PX, self._theme.panel)
        if bounds.top() < height:
            painter.setClipping(False)
            self._titles.paint(
                painter, self.columns, self._places, self.sort_keys, self._theme, (width, height)
            )

    def _paint_row(self, painter: QPainter, symbol: str, y: int, line: int, region: QRegion) -> None:
        look = RowLook(
            symbol in self._lit,
            symbol == self.linked,
            symbol == self.cursor_on and self.hasFocus(),
            self._scrolled > 0,
        )
        room, cells = QRect(0, y, self.width(), self.row_height), self._cells.get(symbol)
        paint_row(painter, self._painter, self.columns, self._places, cells, look, room, line, region)

    # Mouse and keys.

    def move_cursor(self, rows: int) -> None:
        """Put the cursor so many rows further down."""
        if not self.rows:
            return
        at = self.rows.index(self.cursor_on) if self.cursor_on in self.rows else 0
        at = min(max(at + rows, 0), len(self.rows) - 1)
        before, self.cursor_on = self.cursor_on, self.rows[at]
        self._order.key_moved()
        top = min(max(self._top, at - self._fitting + 1), at)
        if top != self._top:
            self._scroll_to(top)
        self._update_row(before)
        self._update_row(self.cursor_on)
        self.moved.emit(self.cursor_on)

    @property
    def page(self) -> int:
        """Rows that have room."""
        return self._fitting

    def _row_at(self, y: int) -> str | None:
        number = y // self.row_height - 1
        shown = self.visible
        return shown[number] if 0 <= number < len(shown) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if at.y() < self.row_height:
            grip = self._titles.grip_at(self._places, at.x())
            if grip is None:
                return
            if event.button() == Qt.MouseButton.RightButton:
                key = self.columns[grip[1]].key
                self.title_menu_asked.emit(key, event.globalPosition().toPoint())
            elif event.button() == Qt.MouseButton.LeftButton:
                self._titles.held = (*grip, at.x())
            return
        symbol = self._row_at(at.y())
        if symbol is None:
            return
        before, self.cursor_on = self.cursor_on, symbol
        self._update_row(before)
        self._update_row(symbol)
        if event.button() == Qt.MouseButton.RightButton:
            self.row_menu_asked.emit(symbol, event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(symbol)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, held = event.position().toPoint(), self._titles.held
        self._order.pointer_in = at.y() >= self.row_height and self._row_at(at.y()) is not None
        if held is None:
            grip = self._titles.grip_at(self._places, at.x()) if at.y() < self.row_height else None
            on_edge = grip is not None and grip[0] is Grip.EDGE
            self.setCursor(Qt.CursorShape.SplitHCursor if on_edge else Qt.CursorShape.ArrowCursor)
        elif held[0] is Grip.EDGE:
            place = self._places[held[1]]
            wide = min(MOST_PX, max(LEAST_PX, at.x() - place.left))
            self.width_dragged.emit(self.columns[held[1]].key, wide)
        elif self._titles.drop_on is not None or abs(at.x() - held[2]) >= DRAG_PX:
            self._titles.drop_on = column_at(self._places, at.x())
            self.update(0, 0, self.width(), self.row_height)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, dropped = self._titles.held, self._titles.drop_on
        self._titles.held = self._titles.drop_on = None
        if held is None or held[0] is Grip.EDGE:
            return
        column = self.columns[held[1]]
        if dropped is None:
            adds = bool(
                event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
            )
            self.title_clicked.emit(column.key, adds)
        elif dropped != held[1]:
            self.column_dragged.emit(column.key, self.columns[dropped].key)
        self.update(0, 0, self.width(), self.row_height)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        grip = self._titles.grip_at(self._places, at.x()) if at.y() < self.row_height else None
        if grip is not None and grip[0] is Grip.EDGE:
            self.width_dragged.emit(self.columns[grip[1]].key, self.fitting_width(grip[1]))
        else:
            self.mousePressEvent(event)

    def fitting_width(self, index: int) -> int:
        """How wide a column has to be for the rows in view, px; 0 where that cannot be told."""
        column = self.columns[index]
        if column.kind not in (Kind.SYMBOL, Kind.TEXT, Kind.FIGURE):
            return 0
        texts = [cells[index].copied for symbol in self.visible if (cells := self._cells.get(symbol))]
        widest = max((self._painter.width(text, strong=True) for text in (*texts, column.title)), default=0.0)
        return min(MOST_PX, max(LEAST_PX, round(widest) + 2 * PAD_PX + 8))

    def leaveEvent(self, _event: QEvent) -> None:
        self._order.pointer_in = False

    def focusInEvent(self, _event: object) -> None:
        self._update_row(self.cursor_on)

    def focusOutEvent(self, _event: object) -> None:
        self._update_row(self.cursor_on)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self._scroll_sideways(self._scrolled - sideways)
        elif turned.y():
            self._scroll_to(self._top - round(turned.y() / 40))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._lay_out()
        self._scroll_to(self._top)

    def figure_name(self, at: QPoint) -> str:
        """The title of the column at a place, px: what help calls the figure there."""
        column = column_at(self._places, at.x())
        return "" if column is None else self.columns[column].title

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = event.pos()
            column = column_at(self._places, at.x())
            words = ""
            if column is not None and at.y() < self.row_height:
                words = self.columns[column].tip
            elif column is not None and (symbol := self._row_at(at.y())) is not None:
                words = self.cell_tip(symbol, self.columns[column].key)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)
