"""The matrix: a coloured cell for every pair, its figure where it fits, and a tip for the one pointed at."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
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

from ui.correlation.cell_text import base_name, cell_rows, figure, table_text
from ui.correlation.source import Correlations
from ui.correlation.tiles import GAP_FROM_PX, Words, make_tiles, matrix_image
from ui.correlation.tip import paint_tip
from ui.theme import AGE_PX, Theme, mix, opposed_lut, tint, ui_font
from workstation.analytics.correlation_matrix import Floats

LEAST_LABEL_PX = 9
LEGEND_PX = 18
MARGIN_PX = 6
LEAST_WHOLE_PX = 6
BETA_PX = 38
ROOMY_PX = 420
"""Width from which betas stand beside the rows."""
MOST_CELL = QSize(44, 26)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the cells are: the corner of the first, the size of each, how many a side; betas beside?"""

    left: float
    top: float
    width: float
    height: float
    count: int
    has_betas: bool

    def cell(self, row: int, column: int) -> QRectF:
        return QRectF(self.left + column * self.width, self.top + row * self.height, self.width, self.height)

    @property
    def whole(self) -> QRectF:
        return QRectF(self.left, self.top, self.count * self.width, self.count * self.height)

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """(row, column) there."""
        if not self.whole.contains(point):
            return None
        row, column = (point.y() - self.top) / self.height, (point.x() - self.left) / self.width
        return min(int(row), self.count - 1), min(int(column), self.count - 1)


class MatrixView(QWidget):
    """Shows every pair; the pointer or the arrow keys choose one."""

    pair_chosen = Signal(str, str)
    """Click or Enter: the symbols of the row and of the column."""
    symbol_chosen = Signal(str)
    """Double click or Shift+Enter: the symbol of the row."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = ui_font(AGE_PX)
        self._small = ui_font(LEAST_LABEL_PX)
        self._tiles: Words = np.zeros((0, 0, 0), np.uint32)
        self._tiles_key: tuple[object, ...] = ()
        self._found: Correlations | None = None
        self._order: tuple[int, ...] = ()
        self._clustered, self._changes = True, False
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
        self, found: Correlations | None, *, clustered: bool, changes: bool, pair: tuple[str, str] | None
    ) -> None:
        """Show what was found.

        Args:
            clustered: likes beside each other; else in the watchlist's order.
            changes: cells are what the correlation has changed by against the reference window.
            pair: the symbols whose course is shown; its cell is marked.
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
        self._found, self._clustered, self._changes, self._pair = found, clustered, changes, pair
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
            return table_text(self._found, self._order, self._shown)
        row, column = (self._order[place] for place in self._current)
        return "\n".join("\t".join(pair) for pair in cell_rows(self._found, row, column))

    @property
    def _shown(self) -> Floats:
        assert self._found is not None
        return self._found.change if self._changes else self._found.values

    def cell_center(self, row: int, column: int) -> QPoint:
        """Where a cell's middle is, in the widget's pixels."""
        return self._place().cell(row, column).center().toPoint()

    # Pointer and keys.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointed = True
        self._move_to(self._place().at(event.position()))

    def leaveEvent(self, _event: QEvent) -> None:
        self._pointed = False
        self._move_to(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        if event.button() is Qt.MouseButton.LeftButton:
            self._move_to(self._place().at(event.position()))
            self._choose()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self._place()
        cell = place.at(event.position())
        row = int((event.position().y() - place.top) // place.height) if place.count else -1
        if cell is None and 0 <= row < place.count and event.position().x() < place.left:
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

    def _place(self) -> _Place:
        count = max(1, len(self._order))
        metrics = QFontMetricsF(self._font)
        label = max((metrics.horizontalAdvance(base_name(name)) for name in self.symbols), default=0.0) + 6
        left, top = min(label, self.width() / 4), min(label, self.height() / 4)
        high_enough = (self.height() - MARGIN_PX - top - LEGEND_PX) / count >= LEAST_LABEL_PX + 1
        has_betas = self._found is not None and self.width() >= ROOMY_PX and high_enough
        right = len(self._found.betas) * BETA_PX if self._found is not None and has_betas else 0
        wide = (self.width() - MARGIN_PX * 2 - left - right) / count
        high = (self.height() - MARGIN_PX - top - LEGEND_PX) / count
        high = min(high, 1.3 * wide, MOST_CELL.height())
        wide = min(wide, 2.4 * high, MOST_CELL.width())
        if high >= LEAST_WHOLE_PX:  # whole pixels: every cell is like its neighbour
            wide, high = float(int(wide)), float(int(high))
        spare = self.width() - MARGIN_PX * 2 - left - right - wide * count
        # On whole pixels: drawn between two, every cell would be blurred, and slowly.
        first, upper = float(round(MARGIN_PX + left + max(0.0, spare // 2))), float(round(top + 2))
        return _Place(first, upper, wide, high, len(self._order), right > 0)

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

    def _painted_cells(self, place: _Place) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.panel)
        painter = QPainter(pixmap)
        shown = self._shown[np.ix_(self._order, self._order)]
        if place.count:
            words = matrix_image(shown, self._tiles_for(place, ratio))
            height, width = words.shape
            image = QImage(words.data, width, height, 4 * width, QImage.Format.Format_RGB32)
            painter.drawImage(place.whole, image)
        self._paint_labels(painter, place)
        self._paint_legend(painter, place)
        painter.end()
        return pixmap

    def _tiles_for(self, place: _Place, ratio: float) -> Words:
        """Tiles of the cells' size; one dot each where nothing but the colour has room."""
        whole = place.height >= GAP_FROM_PX
        width, height = (round(place.width * ratio), round(place.height * ratio)) if whole else (1, 1)
        key = (width, height, ratio, self._changes)
        if key != self._tiles_key:
            self._tiles = make_tiles(self._theme, width, height, ratio, signed=self._changes)
            self._tiles_key = key
        return self._tiles

    def _paint_labels(self, painter: QPainter, place: _Place) -> None:
        painter.setFont(self._font if place.height >= AGE_PX + 1 else self._small)
        painter.setPen(self._theme.muted)
        every = max(1, int(np.ceil((LEAST_LABEL_PX + 1) / place.height)))
        every_column = max(1, int(np.ceil((LEAST_LABEL_PX + 1) / place.width)))
        for index, symbol in enumerate(self.symbols):
            if index % every == 0:
                self._paint_row_label(painter, place, index, symbol)
            if index % every_column == 0:
                self._paint_column_label(painter, place, index, symbol)
        if self._found is None or not place.has_betas:
            return
        x = place.whole.right() + 4
        for coin, betas in self._found.betas.items():
            head = QRectF(x, place.top - 16, BETA_PX - 6, 14)
            painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"β {coin}")
            for row, index in enumerate(self._order):
                box = QRectF(x, place.top + row * place.height, BETA_PX - 6, place.height)
                painter.drawText(box, _RIGHT, figure(betas[index], 2))
            x += BETA_PX

    def _paint_row_label(self, painter: QPainter, place: _Place, index: int, symbol: str) -> None:
        y = place.top + (index + 0.5) * place.height
        painter.drawText(QRectF(0, y - 8, place.left - 4, 16), _RIGHT, base_name(symbol))

    def _paint_column_label(self, painter: QPainter, place: _Place, index: int, symbol: str) -> None:
        painter.save()
        painter.translate(place.left + (index + 0.5) * place.width, place.top - 4)
        painter.rotate(-90)
        painter.drawText(QRectF(0, -8, place.top, 16), _LEFT, base_name(symbol))
        painter.restore()

    def _paint_legend(self, painter: QPainter, place: _Place) -> None:
        width = int(min(160, place.whole.width() - 60))
        if width < 40 or self._found is None:
            return
        y = place.whole.bottom() + 7
        painter.setFont(self._small)
        painter.setPen(self._theme.muted)
        words = opposed_lut(self._theme, width)
        image = QImage(words.data, width, 1, 4 * width, QImage.Format.Format_RGB32)
        left = place.left + 14
        painter.drawImage(QRectF(left, y, width, 7), image)
        painter.drawText(QRectF(place.left - 4, y - 4, 14, 15), _RIGHT, "−1")
        painter.drawText(QRectF(left + width + 4, y - 4, 20, 15), _LEFT, "+1")
        words_left = left + width + 26
        what = f"change against {self._found.span.reference}" if self._changes else "ρ"
        painter.drawText(QRectF(words_left, y - 4, self.width() - words_left, 15), _LEFT, what)

    def _mark_pair(self, painter: QPainter, place: _Place) -> None:
        symbols = self.symbols
        if self._pair is None or not set(self._pair) <= set(symbols):
            return
        first, second = (symbols.index(symbol) for symbol in self._pair)
        painter.setPen(QPen(self._theme.text, 1))
        for row, column in ((first, second), (second, first)):
            painter.drawRect(place.cell(row, column).adjusted(-1, -1, 0, 0))

    def _paint_current(self, painter: QPainter, place: _Place, row: int, column: int) -> None:
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
        self._paint_head(painter, QRectF(0, cell.center().y() - 8, place.left - 2, 16), symbols[row], 0)
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
