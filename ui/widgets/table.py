"""A painted table: sorted, filtered, copied and steered by keys, and repainted cell by cell."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QScrollBar, QSizePolicy, QWidget

from ui.theme import AGE_PX, BODY_PX, Density, Theme, mix, tint, ui_font
from ui.widgets.table_rows import Cell, Column, Row, Sort, arranged, as_text, direction
from ui.widgets.table_titles import GAP, Place, TitleDrag, column_at, paint_titles, placed

FADE_STEPS = 5
RESORT_EVERY = 8
"""Calls of `set_rows` between two sortings: rows that swap at every figure cannot be read."""
FILTER_HEIGHT = 30


class Table(QWidget):
    """Rows of figures under one line of titles.

    The chosen row is the one the desk follows; the cursor is where the keys are. Enter or a click chooses.
    """

    chosen = Signal(str)
    """The key of the row that was clicked or confirmed with Enter."""
    menu_asked = Signal(str, QPoint)
    """The key of the row that was clicked with the right button, and where on screen."""
    title_menu_asked = Signal(int, QPoint)
    """The column whose title was clicked with the right button, and where on screen."""
    column_dragged = Signal(int, int)
    """The column whose title was dragged, and the one that it was dropped on."""

    def __init__(
        self, columns: Sequence[Column], theme: Theme, density: Density, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._font, self._strong, self._small = ui_font(BODY_PX), ui_font(BODY_PX, 500), ui_font(AGE_PX)
        self._metrics, self._small_metrics = QFontMetricsF(self._font), QFontMetricsF(self._small)
        self._digit = self._metrics.horizontalAdvance("0")
        self._columns = tuple(columns)
        self._given: dict[str, tuple[Cell, ...]] = {}
        self._order: list[str] = []
        self._calls = 0
        self._fading: dict[tuple[str, int], tuple[int, int]] = {}  # (steps left, direction)
        self.still = False
        """A change is shown at once, and lights nothing up."""
        self._sort: Sort | None = None  # column, descending
        self._chosen = ""
        self._cursor = ""
        self._all_selected = False
        self._top = 0
        self._places: list[Place] = []
        self._drag = TitleDrag()
        self.cell_tip: Callable[[str, int], str] | None = None
        """The tool tip of a cell, by the row's key and the column; None for none."""
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.valueChanged.connect(self._scroll_to)
        self._bar.hide()
        self.filter_field = QLineEdit(self)
        self.filter_field.setPlaceholderText("Filter")
        self.filter_field.setAccessibleName("Filter")
        self.filter_field.textChanged.connect(self._arrange)
        self.filter_field.returnPressed.connect(self.setFocus)
        self.filter_field.hide()
        self.set_look(theme, density)

    # What it shows.

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self.row_height = density.row_height
        self._lay_out()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Use other titles or tips for the same columns; another number of them forgets rows and sort."""
        if tuple(columns) != self._columns:
            if len(columns) != len(self._columns):
                self._given, self._order, self._sort = {}, [], None
                self._fading.clear()
            self._columns = tuple(columns)
            self._lay_out()

    def change_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns: rows and sort are forgotten until they are given anew."""
        self._given, self._order, self._sort = {}, [], None
        self._fading.clear()
        self._columns = tuple(columns)
        self._lay_out()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; cells whose text and colour stay are not painted again."""
        before, self._given = self._given, dict(rows)
        self._calls += 1
        if before.keys() != self._given.keys() or (self._sort and self._calls % RESORT_EVERY == 0):
            self._arrange()
        for place, key in enumerate(self._order):
            old = before.get(key)
            if old is not None:
                self._compare(place, key, old, self._given[key])

    def set_chosen(self, key: str) -> None:
        """Mark the row that the desk follows."""
        if key != self._chosen:
            self._chosen = key
            self._cursor = self._cursor or key
            self.update()

    def step_fades(self) -> None:
        """Let what has changed fade by one step."""
        for (key, column), (steps, rise) in tuple(self._fading.items()):
            if steps > 1:
                self._fading[key, column] = (steps - 1, rise)
            else:
                del self._fading[key, column]
            if key in self._order:
                self._update_cell(self._order.index(key), column)

    def visible_rows(self) -> list[tuple[str, ...]]:
        """The texts in view, row by row, of the columns that have room."""
        shown = self._order[self._top : self._top + self._fitting + 1]
        return [tuple(self._given[key][column].text for column, _, _ in self._places) for key in shown]

    @property
    def visible_columns(self) -> list[str]:
        """Titles of the columns that have room."""
        return [self._columns[column].title for column, _, _ in self._places]

    @property
    def fading_cells(self) -> list[tuple[str, int]]:
        """(key, column) of the cells that are lit up."""
        return list(self._fading)

    @property
    def current(self) -> str:
        """The key of the row that the keys are on; "" while there is none."""
        return self._cursor

    @property
    def sort(self) -> Sort | None:
        """(column, descending); None in the order given."""
        return self._sort

    def set_sort(self, sort: Sort | None) -> None:
        """Sort by a column, or show the order given; an unknown column is ignored."""
        if sort is None or 0 <= sort[0] < len(self._columns):
            self._sort = sort
            self._arrange()

    # Order and room.

    @property
    def _fitting(self) -> int:
        foot = FILTER_HEIGHT if self.filter_field.isVisibleTo(self) else 0
        return max(1, (self.height() - self.row_height - foot) // self.row_height)

    def _arrange(self) -> None:
        """Filter and sort anew."""
        words = self.filter_field.text() if self.filter_field.isVisibleTo(self) else ""
        keys = arranged(self._given, words, self._sort)
        self._order = keys
        if self._cursor not in keys:
            self._cursor = self._chosen if self._chosen in keys else keys[0] if keys else ""
        self._scroll_to(self._top)

    def _lay_out(self) -> None:
        """Decide which columns have room and where they stand."""
        room = self.width() - GAP - (8 if self._bar.isVisibleTo(self) else 0)
        self._places = placed(self._columns, self._natural_width, room)
        self.update()

    def _natural_width(self, column: int) -> float:
        spec = self._columns[column]
        return max(spec.digits * self._digit, self._small_metrics.horizontalAdvance(spec.title) + 10)

    def _scroll_to(self, top: int) -> None:
        last = max(0, len(self._order) - self._fitting)
        self._top = min(max(top, 0), last)
        was_shown = self._bar.isVisibleTo(self)
        self._bar.blockSignals(True)
        self._bar.setRange(0, last)
        self._bar.setValue(self._top)
        self._bar.blockSignals(False)
        self._bar.setVisible(last > 0)
        if was_shown != (last > 0):
            self._lay_out()
        self.update()

    def _compare(self, place: int, key: str, old: tuple[Cell, ...], new: tuple[Cell, ...]) -> None:
        for column, (before, after) in enumerate(zip(old, new, strict=True)):
            if before is after or (before.text == after.text and before.token == after.token):
                continue
            if self._columns[column].fades and not self.still:
                rise = direction(before, after)
                if rise:
                    self._fading[key, column] = (FADE_STEPS, rise)
            self._update_cell(place, column)

    def _update_cell(self, place: int, column: int) -> None:
        y = self.row_height * (place - self._top + 1)
        for shown, left, right in self._places:
            if shown == column:
                self.update(QRect(int(left) - 6, y, int(right - left) + 12, self.row_height))

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, height, dirty = self._theme, self.row_height, event.rect()
        painter.fillRect(dirty, theme.panel)
        if dirty.top() < height:
            paint_titles(
                painter,
                self._columns,
                self._places,
                theme,
                self._small,
                height,
                self._sort,
                self._drag.drop_on,
            )
        first = max(0, dirty.top() // height - 1)
        last = dirty.bottom() // height
        places = [
            place for place in self._places if place[1] - 8 < dirty.right() and place[2] + 8 > dirty.left()
        ]
        line = round((height + self._metrics.capHeight()) / 2)
        for index, key in enumerate(self._order[self._top + first : self._top + last], first):
            self._paint_row(painter, key, height * (index + 1), line, places)

    def _paint_row(self, painter: QPainter, key: str, y: int, line: int, places: list[Place]) -> None:
        theme, height, width = self._theme, self.row_height, self.width()
        if self._all_selected:
            painter.fillRect(0, y, width, height, mix(theme.panel, theme.accent, 0.26))
        elif key == self._chosen:
            painter.fillRect(0, y, width, height, mix(theme.panel, theme.accent, 0.14))
            painter.fillRect(0, y, 3, height, theme.accent)
        for column, left, right in places:
            cell = self._given[key][column]
            fade = self._fading.get((key, column))
            if fade is not None:
                back = theme.up if fade[1] > 0 else theme.down
                light = tint(back, 0.34 * fade[0] / FADE_STEPS)
                painter.fillRect(int(left) - 4, y + 2, int(right - left) + 8, height - 4, light)
            color: QColor = getattr(theme, cell.token)
            painter.setPen(color)
            spec = self._columns[column]
            painter.setFont(self._strong if spec.left else self._font)
            text_width = self._metrics.horizontalAdvance(cell.text)
            if spec.left:
                text = self._metrics.elidedText(cell.text, Qt.TextElideMode.ElideMiddle, right - left)
                painter.drawText(round(left), y + line, text)
            else:
                painter.drawText(round(right - text_width), y + line, cell.text)
        if key == self._cursor and self.hasFocus() and key != self._chosen:
            painter.setPen(QPen(theme.accent, 1))
            painter.drawRect(0, y, width - 1, height - 1)

    # Mouse and keys.

    def copy(self) -> None:
        """Put the row of the cursor on the clipboard, or all after Ctrl+A: tab-separated, with titles."""
        keys = self._order if self._all_selected else [self._cursor] if self._cursor else []
        QGuiApplication.clipboard().setText(as_text(self._columns, [self._given[key] for key in keys]))

    def open_filter(self) -> None:
        """Show the field in which the rows are narrowed down."""
        self.filter_field.show()
        self._place_filter()
        self.filter_field.setFocus()
        self.filter_field.selectAll()
        self._arrange()

    def close_filter(self) -> None:
        """Show every row again."""
        self.filter_field.clear()
        self.filter_field.hide()
        self._arrange()
        self.setFocus()

    def sort_by(self, column: int) -> None:
        """Sort by a column: largest first (text A first), then the other way, then in the order given."""
        first = not self._columns[column].left
        if self._sort is None or self._sort[0] != column:
            self.set_sort((column, first))
        elif self._sort[1] == first:
            self.set_sort((column, not first))
        else:
            self.set_sort(None)

    def _place_filter(self) -> None:
        self.filter_field.setGeometry(6, self.height() - FILTER_HEIGHT, self.width() - 12, FILTER_HEIGHT - 4)
        self._bar.setGeometry(self.width() - 8, self.row_height, 8, self.height() - self.row_height)

    def _move_cursor(self, rows: int) -> None:
        if not self._order:
            return
        at = self._order.index(self._cursor) if self._cursor in self._order else 0
        at = min(max(at + rows, 0), len(self._order) - 1)
        self._cursor = self._order[at]
        self._all_selected = False
        self._scroll_to(min(max(self._top, at - self._fitting + 1), at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, far = Qt.Key(event.key()), len(self._order)
        moves = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -self._fitting,
            Qt.Key.Key_PageDown: self._fitting,
            Qt.Key.Key_Home: -far,
            Qt.Key.Key_End: far,
        }
        number = int(key) - int(Qt.Key.Key_1)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.open_filter()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._all_selected = True
            self.update()
        elif key in moves:
            self._move_cursor(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor:
            self.chosen.emit(self._cursor)
        elif key == Qt.Key.Key_Escape and (self.filter_field.isVisibleTo(self) or self._all_selected):
            self._all_selected = False
            self.close_filter()
        elif 0 <= number < len(self._places) and not event.modifiers():
            self.sort_by(self._places[number][0])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._top + int(event.position().y()) // self.row_height - 1
        line = int(event.position().y()) // self.row_height
        if event.button() == Qt.MouseButton.RightButton and line == 0:
            column = column_at(self._places, event.position().x())
            if column is not None:
                self.title_menu_asked.emit(column, event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.RightButton and self._top <= place < len(self._order):
            self.menu_asked.emit(self._order[place], event.globalPosition().toPoint())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._all_selected = False
        if line == 0:
            column = column_at(self._places, event.position().x())
            self._drag.press(column, event.position().x())
        elif self._top + line - 1 < len(self._order):
            self._cursor = self._order[self._top + line - 1]
            self.chosen.emit(self._cursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        released = self._drag.release() if event.button() == Qt.MouseButton.LeftButton else None
        if released is None:
            return
        column, dropped = released
        if dropped is None:
            self.sort_by(column)
        elif dropped != column:
            self.column_dragged.emit(column, dropped)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        column = column_at(self._places, x)
        if self._drag.is_pressed:
            if self._drag.move(self._places, x):
                self.update(QRect(0, 0, self.width(), self.row_height))
            return
        place = self._top + int(event.position().y()) // self.row_height - 1
        tip = "" if column is None else self._columns[column].tip
        if column is not None and self.cell_tip is not None and self._top <= place < len(self._order):
            tip = self.cell_tip(self._order[place], column)
        if tip != self.toolTip():
            self.setToolTip(tip)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        self._scroll_to(self._top - round(notches * 3))
        event.accept()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._place_filter()
        self._scroll_to(self._top)
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(260, 300)
