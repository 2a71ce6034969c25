"""The matrix: a coloured cell for every pair, its figure where it fits, and a tip for the one pointed at."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from ui.correlation.cell_text import base_name, cell_rows, table_text
from ui.correlation.dendrogram import Dendrogram
from ui.correlation.halves import Upper, halves
from ui.correlation.matrix_margins import Held, Place, paint_margins, place_of
from ui.correlation.source import Correlations
from ui.correlation.tiles import GAP_FROM_PX, Words, make_tiles, matrix_image
from ui.correlation.tip import paint_tip
from ui.theme import AGE_PX, Theme, mix, tint, ui_font

USUAL_CUT = 0.78
"""Correlation that the branches of a group have, on average, at least."""
CUTS = (0.3, 0.98)


class MatrixView(QWidget):
    """Shows every pair; the pointer or the arrow keys choose one."""

    pair_chosen = Signal(str, str)
    """Click or Enter: the symbols of the row and of the column."""
    symbol_chosen = Signal(str)
    """Double click or Shift+Enter: the symbol of the row."""
    cut_moved = Signal(float)
    """The cut through the tree was drawn to this correlation."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = ui_font(AGE_PX)
        self._tiles: Words = np.zeros((0, 0, 0), np.uint32)
        self._tiles_key: tuple[object, ...] = ()
        self._found: Correlations | None = None
        self._order: tuple[int, ...] = ()
        self._clustered, self._upper, self._cut = True, Upper.MIRROR, USUAL_CUT
        self._groups: tuple[tuple[int, ...], ...] = ()
        self._held: Mapping[str, Held] = {}
        self._drags_cut = False
        self._current: tuple[int, int] | None = None
        self._pointed = False
        self._pair: tuple[str, str] | None = None
        self._cells: QPixmap | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Correlation matrix")
        self.setMinimumSize(120, 100)

    # What is shown.

    def show_found(
        self,
        found: Correlations | None,
        *,
        clustered: bool,
        upper: Upper,
        pair: tuple[str, str] | None,
        cut: float = USUAL_CUT,
        held: Mapping[str, Held] | None = None,
    ) -> None:
        """Show what was found.

        Args:
            clustered: likes beside each other; else in the watchlist's order.
            upper: what stands above the diagonal.
            pair: the symbols whose course is shown; its cell is marked.
            cut: branches of the tree at least so alike are framed as groups.
            held: symbols that are held, or about to be.
        """
        same = self._found is not None and found is not None and self._found.symbols == found.symbols
        # Under the pointer cells stay where they are until it leaves, whatever the newest bar has brought.
        if not (same and self._pointed and clustered == self._clustered):
            named = self.current_pair
            count = 0 if found is None else len(found.symbols)
            self._order = found.tree.order if found is not None and clustered else tuple(range(count))
            self._current = None
            if named is not None and found is not None and set(named) <= set(found.symbols):
                rows = [self._order.index(found.symbols.index(symbol)) for symbol in named]
                self._current = rows[0], rows[1]
        self._found, self._clustered, self._upper, self._pair = found, clustered, upper, pair
        self._cut, self._held = cut, held or {}
        in_tree = found is not None and clustered and self._order == found.tree.order
        self._groups = found.tree.groups(cut) if found is not None and in_tree else ()
        self._repaint_cells()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme, self._tiles_key = theme, ()
        self._repaint_cells()

    @property
    def symbols(self) -> list[str]:
        """The rows' symbols, from the top."""
        return [] if self._found is None else [self._found.symbols[index] for index in self._order]

    @property
    def current_pair(self) -> tuple[str, str] | None:
        """Symbols of row and column of the cell pointed at."""
        if self._current is None:
            return None
        symbols = self.symbols
        return symbols[self._current[0]], symbols[self._current[1]]

    def text(self) -> str:
        """What Ctrl+C copies: the cell pointed at in words; without one, the whole matrix, tab-separated."""
        if self._found is None:
            return ""
        if self._current is None:
            return table_text(self._found, self._order, halves(self._found, self._order, self._upper)[0])
        row, column = (self._order[place] for place in self._current)
        return "\n".join("\t".join(pair) for pair in cell_rows(self._found, row, column))

    def cell_center(self, row: int, column: int) -> QPoint:
        """Where a cell's middle is, in the widget's pixels."""
        return self._place().cell(row, column).center().toPoint()

    # Pointer and keys.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drags_cut:
            self._move_cut(event.position())
            return
        self._pointed = True
        self._move_to(self._place().at(event.position()))

    def leaveEvent(self, _event: QEvent) -> None:
        self._pointed = False
        self._move_to(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        if event.button() is Qt.MouseButton.LeftButton:
            tree = self._place().tree
            if tree is not None and tree.contains(event.position()):
                self._drags_cut = True
                self._move_cut(event.position())
                return
            self._move_to(self._place().at(event.position()))
            self._choose()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._drags_cut = False

    def _move_cut(self, point: QPointF) -> None:
        place = self._place()
        if self._found is None or place.tree is None:
            return
        tree = Dendrogram(self._found.tree, self._cut, place.tree, place.height)
        self.cut_moved.emit(round(min(CUTS[1], max(CUTS[0], tree.correlation_at(point.x()))), 2))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._place()
        cell = place.at(event.position())
        row = int((event.position().y() - place.top) // place.height) if place.count else -1
        beside = place.tree is None or event.position().x() > place.tree.right()
        if cell is None and 0 <= row < place.count and beside and event.position().x() < place.left:
            self.symbol_chosen.emit(self.symbols[row])
        elif cell is not None:
            self.symbol_chosen.emit(self.symbols[cell[0]])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        count = len(self._order)
        if (step := steps.get(Qt.Key(event.key()))) and count:
            row, column = self._current or (0, 0)
            if self._current is not None:
                row, column = row + step[0], column + step[1]
            self._move_to((min(max(row, 0), count - 1), min(max(column, 0), count - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.symbol_chosen.emit(self.symbols[self._current[0]])
            else:
                self._choose()
        elif event.key() == Qt.Key.Key_Escape and self._current is not None and not self._pointed:
            self._move_to(None)
        elif event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        pair = self.current_pair
        if pair is not None and pair[0] != pair[1]:
            self.pair_chosen.emit(*pair)

    def _move_to(self, cell: tuple[int, int] | None) -> None:
        if cell != self._current:
            self._current = cell
            self.update()

    # Painting.

    def _place(self) -> Place:
        in_tree = self._found is not None and self._clustered and self._order == self._found.tree.order
        coins = () if self._found is None else tuple(self._found.betas)
        return place_of(QSizeF(self.size()), self.symbols, coins, has_tree=in_tree)

    def resizeEvent(self, _event: object) -> None:
        self._cells = None

    def _repaint_cells(self) -> None:
        self._cells = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._found is None or not self._order:
            return
        place = self._place()
        if self._cells is None or self._cells.devicePixelRatio() != self.devicePixelRatioF():
            self._cells = self._painted_cells(place)
        painter.drawPixmap(0, 0, self._cells)
        self._mark_pair(painter, place)
        if self._current is not None and max(self._current) < place.count:
            self._paint_current(painter, place, *self._current)

    def _painted_cells(self, place: Place) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.panel)
        painter = QPainter(pixmap)
        assert self._found is not None
        shown, kinds = halves(self._found, self._order, self._upper)
        words = matrix_image(shown, kinds, self._tiles_for(place, ratio))
        height, width = words.shape
        image = QImage(words.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.drawImage(place.whole, image)
        paint_margins(painter, place, self._found, self._order, self._upper, self._held, self._theme)
        self._paint_groups(painter, place)
        painter.end()
        return pixmap

    def _tiles_for(self, place: Place, ratio: float) -> Words:
        """Tiles of the cells' size; one dot each where nothing but the colour has room."""
        whole = place.height >= GAP_FROM_PX
        width, height = (round(place.width * ratio), round(place.height * ratio)) if whole else (1, 1)
        key = (width, height, ratio)
        if key != self._tiles_key:
            self._tiles = make_tiles(self._theme, width, height, ratio)
            self._tiles_key = key
        return self._tiles

    def _paint_groups(self, painter: QPainter, place: Place) -> None:
        """The tree, and a frame around each group on the diagonal."""
        assert self._found is not None
        if place.tree is not None:
            tree = Dendrogram(self._found.tree, self._cut, place.tree, place.height)
            tree.paint(painter, self._theme, self._groups)
        painter.setPen(QPen(self._theme.text, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        at = {row: number for number, row in enumerate(self._order)}
        for rows in self._groups:
            first, last = at[rows[0]], at[rows[-1]]
            frame = place.cell(first, first).united(place.cell(last, last))
            painter.drawRect(frame.adjusted(-1, -1, 0, 0))

    def _mark_pair(self, painter: QPainter, place: Place) -> None:
        symbols = self.symbols
        if self._pair is None or not set(self._pair) <= set(symbols):
            return
        first, second = (symbols.index(symbol) for symbol in self._pair)
        painter.setPen(QPen(self._theme.text, 1))
        for row, column in ((first, second), (second, first)):
            painter.drawRect(place.cell(row, column).adjusted(-1, -1, 0, 0))

    def _paint_current(self, painter: QPainter, place: Place, row: int, column: int) -> None:
        assert self._found is not None
        whole, cell = place.whole, place.cell(row, column)
        wash = tint(self._theme.accent, 0.35)
        painter.setPen(QPen(wash, 1))
        for y in (cell.top() - 0.5, cell.bottom() - 0.5):
            painter.drawLine(QPointF(whole.left(), y), QPointF(whole.right(), y))
        for x in (cell.left() - 0.5, cell.right() - 0.5):
            painter.drawLine(QPointF(x, whole.top()), QPointF(x, whole.bottom()))
        painter.setPen(QPen(self._theme.accent, 2))
        painter.drawRect(cell.adjusted(0, 0, -1, -1))
        symbols = self.symbols
        painter.setFont(ui_font(AGE_PX, 600))
        begin = place.names.left()
        head = QRectF(begin, cell.center().y() - 8, place.left - 2 - begin, 16)
        self._paint_head(painter, head, symbols[row], 0)
        self._paint_head(painter, QRectF(cell.center().x() - 8, 0, 16, place.top - 2), symbols[column], -90)
        rows = cell_rows(self._found, self._order[row], self._order[column])
        paint_tip(painter, cell, rows, QSizeF(self.size()), self._theme)

    def _paint_head(self, painter: QPainter, box: QRectF, symbol: str, turn: int) -> None:
        """The name of the row or column pointed at, over those of its neighbours."""
        painter.fillRect(box, mix(self._theme.control, self._theme.accent, 0.28))
        painter.setPen(self._theme.text)
        painter.save()
        if turn:
            painter.translate(box.left(), box.bottom())
            painter.rotate(turn)
            painter.drawText(QRectF(2, 0, box.height(), box.width()), _LEFT, base_name(symbol))
        else:
            painter.drawText(box.adjusted(0, 0, -2, 0), _RIGHT, base_name(symbol))
        painter.restore()


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
