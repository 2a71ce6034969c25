"""The surface of time and sales: newest trade on top, at a cost that follows the height of the window."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from ui import format
from ui.theme import AGE_PX, PANEL_RADIUS, Density, Theme, mix, ui_font
from ui.widgets.chip import Chip
from ui.widgets.mono_text import MonoText, paint_side
from ui.widgets.tape_rows import TapeRow, TapeRows, notional, tape_row
from workstation.model.instrument import Instrument
from workstation.runtime.rings import Ring

PADDING = 8
GAP = 12
WIDEST_GAP = 90
"""Columns move apart on a wide panel, but not so far that the eye loses the row."""
WHEEL_ROWS = 3
LARGE_EVERY = 20
"""Refreshes that brought trades between two measures of what counts as large."""
TIME_DIGITS, SHORT_TIME_DIGITS, MARK_DIGITS = 12, 8, 2


class TapeView(QWidget):
    """Shows the newest trades; once scrolled it holds its place and counts what came since."""

    filter_stepped = Signal(int)
    """Ask for a larger (+1) or smaller (-1) minimum size."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Time and sales")
        self._text, self._small = MonoText(), ui_font(AGE_PX)
        self._digit = self._text.digit
        self._small_metrics = QFontMetricsF(self._small)
        self._instrument: Instrument | None = None
        self._trades: TapeRows | None = None
        self._rows: list[TapeRow] = []
        self._skip = 0  # trades newer than the top row
        self._new = 0  # trades since the view was held
        self._large_size = float("inf")
        self._since_large = 0
        self._selection: tuple[int, int] | None = (
            None  # numbers of the trades at both ends, as they were chosen
        )
        self._digits = (6, 5, 5)  # widest price, size and value seen
        self.held = False
        """Whether the view keeps its place while trades come."""
        self.chip = Chip(theme, self)
        self.chip.clicked.connect(self.resume)
        # Only shown while held: a scroll bar beside a running tape would move with every trade.
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.valueChanged.connect(self._on_bar)
        self._bar.hide()
        self.set_look(theme, density)

    # What it shows.

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self.row_height = density.ladder_row_height
        self._washes = {1: mix(theme.panel, theme.up, 0.13), -1: mix(theme.panel, theme.down, 0.13)}
        self._sides = {1: theme.up, -1: theme.down}
        self._selected = mix(theme.panel, theme.accent, 0.26)
        self.chip.set_theme(theme)
        self._fill()

    def set_trades(self, instrument: Instrument, ring: Ring, minimum: float) -> None:
        """Follow another market, or the same one from its beginning or with another minimum size."""
        if instrument != self._instrument:
            self._digits = (6, 5, 5)
        self._instrument = instrument
        self._trades = TapeRows(ring, minimum)
        self._selection = None
        self._since_large = LARGE_EVERY
        self._rows = []
        self.resume()

    def forget_market(self) -> None:
        """Show nothing until another market is followed."""
        self._instrument = self._trades = self._selection = None
        self._rows = []
        self.resume()

    def refresh(self) -> None:
        """Take in the new trades; nothing is repainted where there are none."""
        trades = self._trades
        if trades is None:
            return
        seen = trades.seen
        fresh = trades.update()
        if trades.seen == seen:
            return
        self._since_large += 1
        if self._since_large > LARGE_EVERY:
            self._since_large = 0
            self._large_size = trades.large_size()
        if not fresh:
            return
        if self.held:
            self._skip += fresh
            self._new += fresh
            self._place()
        else:
            self._advance(fresh)

    def visible_rows(self) -> list[TapeRow]:
        """The rows as painted, newest first."""
        return list(self._rows)

    @property
    def row_count(self) -> int:
        """Rows in view, the last perhaps cut."""
        return max(1, -(-(self.height() - self.head_height) // self.row_height))

    @property
    def head_height(self) -> int:
        """Height of the column titles, px."""
        return self.row_height

    # Where it stands.

    def resume(self) -> None:
        """Show the newest trade and run on."""
        self.held = False
        self._skip = self._new = 0
        self._fill()
        self._place()

    def scroll_rows(self, rows: int) -> None:
        """Go back by so many trades (forward if negative) and hold; going past the newest runs on."""
        if self._trades is None:
            return
        target = self._skip + rows
        if target <= 0 and rows < 0:
            self.resume()
            return
        self._hold()
        self._skip = min(target, self._furthest())
        self._fill()
        self._place()

    def _hold(self) -> None:
        if not self.held:
            self.held = True
            self._new = 0

    def _furthest(self) -> int:
        return max(0, len(self._trades) - (self.row_count - 1)) if self._trades is not None else 0

    def _place(self) -> None:
        """Put scroll bar and chip where they belong."""
        if not self.held:
            self._bar.hide()
            self.chip.show_words("", QPoint())
            return
        self._skip = min(self._skip, self._furthest())
        self._bar.blockSignals(True)
        self._bar.setRange(0, self._furthest())
        self._bar.setPageStep(self.row_count)
        self._bar.setValue(self._skip)
        self._bar.blockSignals(False)
        self._bar.setGeometry(self.width() - 8, self.head_height, 8, self.height() - self.head_height)
        self._bar.show()
        words = f"▲ {format.count(self._new)} new" if self._new else "Held"
        self.chip.show_words(f"{words} · Home", QPoint(self.width() - 14, self.height() - 6))

    def _on_bar(self, value: int) -> None:
        self.scroll_rows(value - self._skip)

    # Reading the trades.

    def _fill(self) -> None:
        """Make all rows anew."""
        if self._trades is not None and self._instrument is not None:
            self._skip = min(self._skip, self._furthest())
            self._rows = self._make(self._trades.newest(self._skip, self.row_count))
        self.update()

    def _advance(self, fresh: int) -> None:
        """Push `fresh` new trades in on top; pixels already painted are moved, not painted again."""
        assert self._trades is not None
        count = self.row_count
        if fresh >= count - 1 or not self._rows:
            self._fill()
            return
        digits = self._digits
        self._rows = (self._make(self._trades.newest(0, fresh)) + self._rows)[:count]
        if self._digits != digits:
            self.update()
            return
        # The panel's round corners lie over the last pixels, and Qt moves no pixels under another widget.
        bottom = self.height() - PANEL_RADIUS
        body = QRect(0, self.head_height, self.width(), bottom - self.head_height)
        self.scroll(0, fresh * self.row_height, body)
        self.update(0, bottom, self.width(), PANEL_RADIUS)

    def _make(self, numbers: list[int]) -> list[TapeRow]:
        trades, instrument = self._trades, self._instrument
        assert trades is not None
        assert instrument is not None
        large = self._large_size
        rows = [tape_row(trades.trade(number), number, instrument, large) for number in numbers]
        price, size, value = self._digits
        for row in rows:
            price = max(price, len(row.price))
            size = max(size, len(row.size))
            value = max(value, len(row.value))
        self._digits = (price, size, value)
        return rows

    # Painting.

    def _columns(self) -> tuple[int, float, float, float | None]:
        """Digits of the time that have room, and the right edges of price, size and value.

        What does not fit is left out: first the value, then the milliseconds.
        """
        price, size, value = self._digits
        room = (self.width() - 2 * PADDING - (8 if self.held else 0)) / self._digit
        gap = GAP / self._digit
        time = TIME_DIGITS
        with_value = time + MARK_DIGITS + price + size + value + 3 * gap <= room
        if not with_value and time + MARK_DIGITS + price + size + 2 * gap > room:
            time = SHORT_TIME_DIGITS
        used = time + MARK_DIGITS + price + size + (value if with_value else 0)
        gaps = 3 if with_value else 2
        gap_px = min(WIDEST_GAP, max(4.0, (room - used) * self._digit / gaps))
        price_right = PADDING + (time + MARK_DIGITS + price) * self._digit + gap_px
        size_right = price_right + size * self._digit + gap_px
        value_right = size_right + value * self._digit + gap_px if with_value else None
        return time, price_right, size_right, value_right

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        region, head, height = event.region(), self.head_height, self.row_height
        columns = self._columns()
        painter.fillRect(event.rect(), self._theme.panel)
        if event.rect().top() < head:
            self._paint_head(painter, *columns)
        painter.setFont(self._text.font)
        for index, row in enumerate(self._rows):
            y = head + index * height
            if region.intersects(QRect(0, y, self.width(), height)):
                self._paint_row(painter, row, y, *columns)
        if self._trades is not None and not self._rows:
            self._paint_nothing(painter)

    def _paint_row(
        self,
        painter: QPainter,
        row: TapeRow,
        y: int,
        time_digits: int,
        price_right: float,
        size_right: float,
        value_right: float | None,
    ) -> None:
        theme, text, height = self._theme, self._text, self.row_height
        low, high = sorted(self._selection) if self._selection else (0, -1)
        if low <= row.number <= high:
            painter.fillRect(0, y, self.width(), height, self._selected)
        elif row.large:
            painter.fillRect(0, y, self.width(), height, self._washes[row.side])
            painter.fillRect(0, y, 3, height, self._sides[row.side])
        line = y + text.baseline(height)
        painter.setPen(theme.muted)
        text.left(painter, PADDING, line, row.time[:time_digits])
        if value_right is not None:
            text.right(painter, value_right, line, row.value)
        if row.large:
            painter.setFont(text.strong)
        painter.setPen(theme.text)
        text.right(painter, size_right, line, row.size)
        painter.setPen(self._sides[row.side])
        text.right(painter, price_right, line, row.price)
        if row.large:
            painter.setFont(text.font)
        mark = round(price_right - (self._digits[0] + MARK_DIGITS) * text.digit)
        paint_side(painter, row.side, mark, y + height // 2, self._sides[row.side])

    def _paint_head(
        self, painter: QPainter, _time_digits: int, price: float, size: float, value: float | None
    ) -> None:
        if self._instrument is None:
            return
        painter.setFont(self._small)
        painter.setPen(self._theme.muted)
        line = round((self.head_height + self._small_metrics.capHeight()) / 2)
        painter.drawText(PADDING, line, "Time")
        # Units are left out where they would run into the title before them.
        columns = [("Price", "", price), ("Size", self._instrument.size_unit, size)]
        if value is not None:
            columns.append(("Value", self._instrument.quote, value))
        before = 0.0
        for title, unit, right in columns:
            titled = f"{title} {unit}"
            if unit and self._small_metrics.horizontalAdvance(titled) < right - before - PADDING:
                title = titled
            before = right
            painter.drawText(round(right - self._small_metrics.horizontalAdvance(title)), line, title)

    def _paint_nothing(self, painter: QPainter) -> None:
        assert self._trades is not None
        painter.setFont(self._small)
        painter.setPen(self._theme.muted)
        words = f"No trade of {self._trades.minimum:g} or more yet; − lowers the size."
        box = QRect(PADDING, self.head_height + 16, self.width() - 2 * PADDING, 60)
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, words)

    # Selection.

    def copy(self) -> None:
        """Put the selected trades on the clipboard: tab-separated, plain figures, newest first."""
        if self._selection is None or self._trades is None or self._instrument is None:
            return
        instrument = self._instrument
        low, high = sorted(self._selection)
        lines = [f"time UTC\tside\tprice\tsize {instrument.size_unit}\tvalue {instrument.quote}"]
        for number in self._trades.between(low, high):
            ms, side, price, size = self._trades.trade(number)
            moment = f"{format.utc_date(ms)} {format.utc_time(ms, with_ms=True)}"
            value = notional(instrument, price, size)
            figures = (
                f"{price:.{instrument.price_decimals}f}\t{size:.{instrument.size_decimals}f}\t{value:.2f}"
            )
            lines.append(f"{moment}\t{'buy' if side > 0 else 'sell'}\t{figures}")
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _select(self, index: int, *, extend: bool) -> None:
        if not self._rows or self._trades is None:
            return
        self._hold()
        if index < 0 or index >= self.row_count - 1:
            self.scroll_rows(-1 if index < 0 else 1)
            index = max(0, min(index, self.row_count - 2))
        number = self._rows[min(index, len(self._rows) - 1)].number
        anchor = self._selection[0] if extend and self._selection else number
        self._selection = (anchor, number)
        self._place()
        self.update()

    def _move_selection(self, rows: int, *, extend: bool) -> None:
        current = self._selection[1] if self._selection else None
        index = next((index for index, row in enumerate(self._rows) if row.number == current), None)
        self._select(0 if index is None else index + rows, extend=extend)

    # Mouse and keys.

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._fill()
        self._place()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if notches:
            self.scroll_rows(-(round(notches * WHEEL_ROWS) or (1 if notches > 0 else -1)))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() >= self.head_height:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            index = int(event.position().y() - self.head_height) // self.row_height
            self._select(min(index, self.row_count - 2), extend=extend)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            index = int((event.position().y() - self.head_height) // self.row_height)
            self._select(index, extend=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, page = Qt.Key(event.key()), max(1, self.row_count - 2)
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.resume()
        elif key == Qt.Key.Key_Escape and (self.held or self._selection):
            self._selection = None
            self.resume()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move_selection(1 if key == Qt.Key.Key_Down else -1, extend=extend)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.scroll_rows(page if key == Qt.Key.Key_PageDown else -page)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.filter_stepped.emit(-1 if key == Qt.Key.Key_Minus else 1)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(420, 400)
