"""The ladder's surface: one row a price step, bids left and asks right of the price, painted row by row."""

from math import isfinite, isnan, nan

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Density, Theme
from ui.widgets.chip import Chip
from ui.widgets.ladder_own import OwnMark, OwnPainter
from ui.widgets.ladder_painter import TRADED_WIDTH, LadderPainter, LadderPicture
from ui.widgets.ladder_reading import Market, Reading, priced, read_rows
from ui.widgets.ladder_rows import LadderRow, PriceSteps, full_bar
from workstation.market.order_book import OrderBook
from workstation.market.traded_at_price import TradedAtPrice
from workstation.model.instrument import Instrument

WHEEL_ROWS = 3


class LadderView(QWidget):
    """Shows a book around a price that it follows, until it is scrolled; then it holds until it is centred.

    Following has slack: the rows stand still until the middle of the market leaves their middle third.
    Bars are linear up to `bar_size`; more than that fills the bar and gives it a bright end.
    """

    stepped = Signal(int)
    """Ask for coarser (+1) or finer (-1) rows."""
    pointed = Signal(object)
    """The price under the pointer; None when it has left."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Ladder")
        self.centred = True
        """Whether the rows follow the market."""
        self.bar_size = 1.0
        """The size that fills a bar."""
        self._steps: PriceSteps | None = None
        self._size_decimals = 0
        self._unit = ""
        self._top = 0  # the highest row in view
        self._rows: list[LadderRow] = []
        self._prices: list[tuple[float, str]] = []
        self._market: Market = (nan, nan, nan, 0)
        self._sums = False
        self._traded: TradedAtPrice | None = None
        self.sum_size = 1.0
        """The sum that fills the width of a side, while sums are shown."""
        self.traded_size = 1.0
        """The traded size that fills a bar of its column."""
        self._seen: tuple[object, ...] = ()
        self._notes = ("", "")
        self._crosshair: float | None = None
        self._own: tuple[OwnMark, ...] = ()
        self._size_digits = 5
        self.chip = Chip(theme, self)
        self.chip.clicked.connect(self.centre)
        self.set_look(theme, density)

    # What it shows.

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._painter = LadderPainter(theme, density)
        self._own_painter = OwnPainter(theme)
        self.chip.set_theme(theme)
        self._forget()

    def set_instrument(self, instrument: Instrument, multiple: int) -> None:
        """Show rows of `multiple` ticks of an instrument, around the same price if it was shown before."""
        price = self._middle_price()
        self._steps = PriceSteps(instrument, multiple)
        self._size_decimals = instrument.size_decimals
        self._unit = instrument.size_unit
        self._top = self._steps.bid_row(price) + self.row_count // 2 if isfinite(price) else 0
        self._forget()

    def show_sums(self, sums: bool) -> None:
        """Show sizes added up from the best price, with their slope behind the bars; or each row's own."""
        if sums != self._sums:
            self._sums = sums
            self._size_digits = 5
            self._forget()

    def show_traded(self, traded: TradedAtPrice | None) -> None:
        """Show what was traded at each price in a column at the right; None takes the column away."""
        if traded is not self._traded:
            self._traded = traded
            self._forget()

    def forget_market(self) -> None:
        """Another market follows: keep nothing of this one, and follow the new one."""
        self._steps = None
        self._traded = None
        self._rows = []
        self._market = (nan, nan, nan, 0)
        self._size_digits = 5
        self.centred = True
        self._place_chip()
        self._forget()

    def show_book(self, book: OrderBook, last_price: float, last_side: int) -> None:
        """Show the book as it is now; nothing is repainted where nothing changed.

        Args:
            last_price: of the newest trade, nan before the first.
            last_side: its taker's side, +1 bought, -1 sold, 0 before the first.
        """
        if self._steps is None:
            return
        counted = self._traded.version if self._traded is not None else 0
        seen = (book, book.version, last_price, last_side, counted, self._top, self.row_count, self.centred)
        if seen == self._seen:
            return
        self._market = (book.best_bid, book.best_ask, last_price, last_side)
        if self.centred:
            self._follow()
        self._seen = (*seen[:5], self._top, self.row_count, self.centred)
        self._read(book)
        self._place_chip()

    def set_notes(self, left: str, right: str) -> None:
        """Show words in the empty cells beside the best ask (left) and the best bid (right)."""
        if (left, right) != self._notes:
            self._notes = (left, right)
            self._update_rows({index for index, row in enumerate(self._rows) if row.best})

    def set_own(self, marks: tuple[OwnMark, ...]) -> None:
        """Frame the rows of our own orders and entry."""
        if marks != self._own:
            before = {row for row, _ in self._own_rows()}
            self._own = marks
            self._update_rows(before | {row for row, _ in self._own_rows()})

    def _own_rows(self) -> list[tuple[int, OwnMark]]:
        """Marks that are in view, each with its row; entries first, so that an order is painted over one."""
        steps, count = self._steps, len(self._rows)
        if steps is None:
            return []
        rows = (
            (self._top - (steps.bid_row if mark.side > 0 else steps.ask_row)(mark.price), mark)
            for mark in sorted(self._own, key=lambda mark: mark.is_order)
        )
        return [(row, mark) for row, mark in rows if 0 <= row < count]

    def set_crosshair(self, price: float | None) -> None:
        """Mark the row of a price that another panel points at; None marks nothing."""
        if price != self._crosshair:
            before, self._crosshair = self._crosshair_row(), price
            self._update_rows({row for row in (before, self._crosshair_row()) if row is not None})

    def visible_rows(self) -> list[LadderRow]:
        """The rows as painted, highest price first."""
        return list(self._rows)

    @property
    def row_count(self) -> int:
        """Rows in view, the last perhaps cut."""
        return max(1, -(-(self.height() - self.head_height) // self._painter.row_height))

    # Where it stands.

    def centre(self) -> None:
        """Put the market in the middle and follow it again."""
        self.centred = True
        self._top_to_market()
        self._forget()
        self._place_chip()

    def scroll_rows(self, rows: int) -> None:
        """Move the view up the prices (down if negative) and hold it there."""
        if self._steps is None or not self._rows:
            return
        self.centred = False
        self._top += rows
        self._forget()
        self._place_chip()

    def _follow(self) -> None:
        row = self._market_row()
        if row is None:
            return
        count = self.row_count
        if not count / 3 <= self._top - row <= count * 2 / 3:
            self._top_to_market()

    def _top_to_market(self) -> None:
        row = self._market_row()
        if row is not None:
            self._top = row + self.row_count // 2

    def _market_row(self) -> int | None:
        """The row in the middle of the market: the best bid's, or whatever is known of it."""
        bid, ask, last, _ = self._market
        if self._steps is None:
            return None
        price = (
            (bid + ask) / 2
            if not isnan(bid + ask)
            else next((p for p in (bid, ask, last) if not isnan(p)), None)
        )
        return None if price is None else self._steps.bid_row(price)

    def _middle_price(self) -> float:
        if self._steps is None or not self._rows:
            return nan
        return self._steps.price(self._top - self.row_count // 2)

    # Reading the book.

    def _forget(self) -> None:
        self._seen = ()
        self._prices = []
        self.update()

    def _read(self, book: OrderBook) -> None:
        """Make the rows from the book and mark as dirty those that differ from what is painted."""
        steps = self._steps
        assert steps is not None
        count = self.row_count
        reading = Reading(steps, self._top, count, self._size_decimals, self._sums, self._traded)
        moved = len(self._prices) != count or self._prices[0][0] != steps.price(self._top)
        if moved:
            self._prices = priced(reading)
        before = [] if moved or len(self._rows) != count else self._rows
        self._rows, dirty = read_rows(book, self._market, reading, self._prices, before)
        rows = self._rows
        digits = max(max(len(row.bid_text), len(row.ask_text)) for row in rows)
        scales = (
            full_bar([row.bid for row in rows] + [row.ask for row in rows]),
            max(max(row.bid_sum, row.ask_sum) for row in rows) or 1.0,
            full_bar([row.bought + row.sold for row in rows]),
        )
        # The sums' slope keeps its scale as long as it fits and is not lost in it.
        if scales[1] <= self.sum_size <= 2 * scales[1]:
            scales = (scales[0], self.sum_size, scales[2])
        if (
            not before
            or digits > self._size_digits
            or scales != (self.bar_size, self.sum_size, self.traded_size)
        ):
            self._size_digits = max(digits, self._size_digits)
            self.bar_size, self.sum_size, self.traded_size = scales
            self.update()
        else:
            self._update_rows(dirty)

    def _update_rows(self, rows: set[int]) -> None:
        if not rows:
            return
        region = QRegion()
        for row in rows:
            region += QRect(
                0, self.head_height + row * self._painter.row_height, self.width(), self._painter.row_height
            )
        self.update(region)

    def _crosshair_row(self) -> int | None:
        if self._crosshair is None or self._steps is None or not self._rows:
            return None
        row = self._top - self._steps.bid_row(self._crosshair)
        return row if 0 <= row < len(self._rows) else None

    # Painting.

    @property
    def head_height(self) -> int:
        """Height of the column titles, px."""
        return self._painter.head_height

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = LadderPicture(
            self._rows,
            self._top,
            self._unit,
            self.bar_size,
            self._size_digits,
            max((len(text) for _, text in self._prices), default=6),
            self._notes,
            self._crosshair_row(),
            self.sum_size if self._sums else None,
            self.traded_size if self._traded is not None else None,
        )
        painter = QPainter(self)
        self._painter.paint(painter, event.region(), self.width(), picture)
        own = self._own_rows()
        if own:
            width = self.width() - (TRADED_WIDTH if self._traded is not None else 0)
            self._own_painter.paint(painter, own, width, self.head_height, self._painter.row_height)

    def _place_chip(self) -> None:
        words = ""
        row = self._market_row()
        if not self.centred and row is not None:
            index = self._top - row
            words = "Held · C centres"
            if index < 0:
                words = "Market ▲ · C centres"
            elif index >= self.row_count:
                words = "Market ▼ · C centres"
        self.chip.show_words(words, QPoint(self.width() - 6, self.height() - 6))

    # Mouse and keys.

    def resizeEvent(self, event: QResizeEvent) -> None:
        before = -(-(event.oldSize().height() - self.head_height) // self._painter.row_height)
        if before > 0:
            self._top += (self.row_count - before) // 2
        self._forget()
        self._place_chip()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.stepped.emit(-1 if notches > 0 else 1)
        elif notches:
            self.scroll_rows(round(notches * WHEEL_ROWS) or (1 if notches > 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, self.row_count - 2)
        moves = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: page,
            Qt.Key.Key_PageDown: -page,
        }
        key = Qt.Key(event.key())
        if key in moves:
            self.scroll_rows(moves[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_C) and not event.modifiers():
            self.centre()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.stepped.emit(1)
        elif key == Qt.Key.Key_Minus:
            self.stepped.emit(-1)
        elif key == Qt.Key.Key_Escape and not self.centred:
            self.centre()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = int(event.position().y() - self.head_height) // self._painter.row_height
        self.pointed.emit(self._rows[index].price if 0 <= index < len(self._rows) else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(260, 600)
