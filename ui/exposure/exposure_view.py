"""The picture of a book: what the ticket would add, bars by sector, factor or group, risk and bets."""

from math import isfinite

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.correlation.cell_text import base_name, cell_figure
from ui.exposure.bars import SECTOR, bar_rows, bars_height, paint_bars, paint_hollow
from ui.exposure.reading import ExposureReading
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ui_font

TICKET_PX = 32
LINE_PX = 20
PAD_PX = 12
BESIDE_PX = 480
"""Width from which risk and bets stand beside one another."""
MOST_SHARES = 10
BLOCK_PX = 26
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ExposureView(QWidget):
    """Paints one reading."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reading: ExposureReading | None = None
        self._part = SECTOR
        self.setAccessibleName("Exposure")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_reading(self, reading: ExposureReading | None, part: str) -> None:
        """Show a reading by sector, factor or group; None for nothing."""
        if (reading, part) == (self._reading, self._part):
            return
        self._reading, self._part = reading, part
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def text(self) -> str:
        """What Ctrl+C copies: every row, tab-separated, in per cent of the equity."""
        if self._reading is None:
            return ""
        rows, sums = bar_rows(self._reading, self._part)
        lines = ["part\tlong now\tshort now\tlong after\tshort after"]
        for row in rows + sums:
            then = row.after or row.now
            figures = (row.now.long, row.now.short, then.long, then.short)
            lines.append("\t".join([row.title, *(f"{figure * 100:.2f}" for figure in figures)]))
        lines += ["", *("\t".join(row) for row in risk_rows(self._reading))]
        return "\n".join(lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    # Layout.

    def sizeHint(self) -> QSize:
        return QSize(430, int(self._heights()[-1]))

    def resizeEvent(self, _event: object) -> None:
        self.setMinimumHeight(self.sizeHint().height())

    def _heights(self) -> tuple[float, float, float]:
        """Where the bars begin, where they end, where everything ends."""
        reading = self._reading
        if reading is None:
            return 0.0, 0.0, 0.0
        top = TICKET_PX if reading.planned is not None else 0
        rows, sums = bar_rows(reading, self._part)
        below = top + bars_height(len(rows), len(sums))
        shares = (len(_shares(reading)) + 1) * LINE_PX + PAD_PX
        bets = LINE_PX + 2 * BLOCK_PX + (len(risk_rows(reading)) + 1) * LINE_PX
        end = max(shares, bets) if self.width() >= BESIDE_PX else shares + bets
        return float(top), float(below), float(below + end + PAD_PX)

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        reading = self._reading
        if reading is None:
            paint_words(painter, self.rect(), NO_EQUITY, self._theme)
            return
        top, below, end = self._heights()
        width = float(self.width())
        if reading.planned is not None:
            self._paint_ticket(painter, QRectF(0, 0, width, TICKET_PX))
        box = QRectF(PAD_PX, top, width - 2 * PAD_PX, below - top)
        paint_bars(painter, box, reading, self._part, self._theme)
        self._line(painter, QPointF(0, below), QPointF(width, below))
        if width >= BESIDE_PX:
            middle = round(width * 0.47) + 0.5
            self._line(painter, QPointF(middle, below), QPointF(middle, max(end, self.height())))
            self._paint_shares(painter, QRectF(PAD_PX, below + 4, middle - 2 * PAD_PX, end - below))
            self._paint_bets(painter, QRectF(middle + PAD_PX, below + 4, width - middle - 2 * PAD_PX, 0))
        else:
            shares = (len(_shares(reading)) + 1) * LINE_PX + PAD_PX
            self._paint_shares(painter, QRectF(PAD_PX, below + 4, width - 2 * PAD_PX, shares))
            self._paint_bets(painter, QRectF(PAD_PX, below + 4 + shares, width - 2 * PAD_PX, 0))

    def _line(self, painter: QPainter, begin: QPointF, end: QPointF) -> None:
        painter.setPen(QPen(self._theme.hairline, 1))
        painter.drawLine(begin, end)

    def _paint_ticket(self, painter: QPainter, line: QRectF) -> None:
        assert self._reading is not None
        planned = self._reading.planned
        assert planned is not None
        self._line(painter, line.bottomLeft(), line.bottomRight())
        room = line.adjusted(PAD_PX, 0, -PAD_PX, 0)
        painter.setFont(ui_font(BODY_PX, 600))
        painter.setPen(self._theme.accent)
        painter.drawText(room, _LEFT, planned.words)
        used = painter.fontMetrics().horizontalAdvance(planned.words) + 14
        painter.setFont(ui_font(HEADER_PX))
        painter.setPen(self._theme.muted)
        metrics = painter.fontMetrics()
        left = room.width() - used
        if metrics.horizontalAdvance(planned.risk) <= left:
            painter.drawText(room, _RIGHT, planned.risk)
            left -= metrics.horizontalAdvance(planned.risk) + 14
        if metrics.horizontalAdvance(planned.stop) <= left:
            painter.drawText(room.adjusted(used, 0, 0, 0), _LEFT, planned.stop)

    def _paint_shares(self, painter: QPainter, box: QRectF) -> None:
        """Each position's share of the risk: now above, after below."""
        reading, theme = self._reading, self._theme
        assert reading is not None
        line = QRectF(box.left(), box.top(), box.width(), LINE_PX)
        has_after = reading.after is not None
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(theme.muted)
        painter.drawText(line, _LEFT, "Share of risk, %")
        painter.drawText(line.adjusted(0, 0, -48 if has_after else 0, 0), _RIGHT, "now")
        if has_after:
            painter.drawText(line, _RIGHT, "after")
        rows = _shares(reading)
        if not rows:
            line.translate(0, LINE_PX)
            painter.drawText(line, _LEFT, "Nothing is held" if not reading.now.weights else "Not known yet")
            return
        names, figures = min(100.0, box.width() * 0.34), 100.0 if has_after else 52.0
        field = QRectF(box.left() + names, 0, max(10.0, box.width() - names - figures), 0)
        values = [value for _, *both in rows for value in both if value is not None]
        low, high = min(0.0, *values), max(0.0, *values)
        span = (high - low) or 1.0

        def x(value: float) -> float:
            return field.left() + (value - low) / span * field.width()

        for symbol, now, after in rows:
            line.translate(0, LINE_PX)
            painter.setFont(ui_font(BODY_PX))
            in_ticket = reading.planned is not None and reading.planned.symbol == symbol
            painter.setPen(theme.accent if in_ticket else theme.text)
            painter.drawText(line, _LEFT, base_name(symbol))
            middle = line.center().y()
            for top, value, filled in ((middle - 6, now, True), (middle + 1, after, False)):
                if value is None or not (filled or has_after):
                    continue
                bar = QRectF(min(x(0), x(value)), top, max(1.0, abs(x(value) - x(0))), 5)
                color = theme.up if value < 0 else theme.muted  # a hedge takes risk away
                if filled:
                    painter.fillRect(bar, color)
                else:
                    paint_hollow(painter, bar, color, theme)
            painter.setPen(theme.muted if has_after else theme.text)
            painter.drawText(line.adjusted(0, 0, -48 if has_after else 0, 0), _RIGHT, _percent(now))
            if has_after:
                painter.setPen(theme.text)
                painter.drawText(line, _RIGHT, _percent(after))
        painter.setPen(QPen(theme.dim, 1))
        first = box.top() + LINE_PX
        painter.drawLine(QPointF(x(0), first + 2), QPointF(x(0), line.bottom() - 2))

    def _paint_bets(self, painter: QPainter, box: QRectF) -> None:
        reading, theme = self._reading, self._theme
        assert reading is not None
        line = QRectF(box.left(), box.top(), box.width(), LINE_PX)
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(theme.muted)
        painter.drawText(line, _LEFT, "Effective bets (Σ|w|σ)² ÷ w′Cw")
        y = line.bottom()
        books = [("now", reading.now)] + ([("after", reading.after)] if reading.after is not None else [])
        most = max(len(book.shares) for _, book in books)
        for word, book in books:
            row = QRectF(box.left(), y, box.width(), BLOCK_PX)
            last = book is books[-1][1]
            painter.setFont(ui_font(BODY_PX))
            painter.setPen(theme.text if last else theme.muted)
            painter.drawText(row, _LEFT, word)
            count = len(book.shares)
            known = isfinite(book.bets)
            words = f"{format.price(book.bets, 1)} of {count}" if known else format.NO_FIGURE
            painter.setFont(ui_font(BODY_PX, 600 if last else 400))
            painter.drawText(row, _RIGHT, words)
            few = last and reading.after is not None and known and reading.after.bets < reading.now.bets
            color = theme.warn if few else theme.muted
            if known and count:
                self._paint_blocks(painter, row.adjusted(46, 5, -70, -5), book.bets, count, most, color)
            y += BLOCK_PX
        for title, now, after in risk_rows(reading):
            row = QRectF(box.left(), y, box.width(), LINE_PX)
            painter.setFont(ui_font(HEADER_PX))
            painter.setPen(theme.muted)
            painter.drawText(row, _LEFT, title)
            painter.setPen(theme.text if after else self._risk_color(title, reading))
            painter.drawText(row, _RIGHT, after or now)
            if after and now:
                painter.setPen(theme.muted)
                used = painter.fontMetrics().horizontalAdvance(after) + 8
                painter.drawText(row.adjusted(0, 0, -max(used, 56), 0), _RIGHT, f"{now}  →")
            y += LINE_PX

    def _risk_color(self, title: str, reading: ExposureReading) -> QColor:
        planned = reading.planned
        if not title.startswith(ROW_BOOK) or planned is None or planned.correlation_cap is None:
            return self._theme.text
        signed = reading.with_book * (1 if planned.is_long else -1)
        return self._theme.up if signed <= planned.correlation_cap else self._theme.warn

    def _paint_blocks(
        self, painter: QPainter, room: QRectF, bets: float, count: int, most: int, color: QColor
    ) -> None:
        """One box for every position, as many filled as there are bets."""
        width = min(28.0, (room.width() - 3 * (most - 1)) / max(1, most))
        if width < 3:
            return
        for number in range(count):
            block = QRectF(room.left() + number * (width + 3), room.top(), width, room.height())
            share = min(1.0, max(0.0, bets - number))
            painter.fillRect(QRectF(block.left(), block.top(), block.width() * share, block.height()), color)
            painter.setPen(QPen(self._theme.dim, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(block.adjusted(0.5, 0.5, -0.5, -0.5))


ROW_BOOK = "ρ with the book"
NO_EQUITY = "The account has no equity to hold positions against. The portfolio says why."


def paint_words(painter: QPainter, room: QRect, words: str, theme: Theme) -> None:
    """Why there are no figures, in the middle."""
    painter.setFont(ui_font(HEADER_PX))
    painter.setPen(theme.muted)
    inner = room.adjusted(PAD_PX, PAD_PX, -PAD_PX, -PAD_PX)
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)


def risk_rows(reading: ExposureReading) -> list[tuple[str, str, str]]:
    """(title, now, after) of the figures of the whole book; `after` is empty where there is one only."""
    now, after = reading.now, reading.after

    def both(title: str, first: float, second: float | None, decimals: int) -> tuple[str, str, str]:
        then = "" if second is None else format.percent(second, decimals)
        return title, format.percent(first, decimals), then

    rows = [
        both("Portfolio risk √w′Cw, 24 h σ", now.deviation, None if after is None else after.deviation, 1),
        both("Gross", now.whole.gross, None if after is None else after.whole.gross, 0),
        both("Margin used", now.margin, None if after is None else after.margin, 1),
    ]
    planned = reading.planned
    if planned is not None and now.weights:
        cap = planned.correlation_cap
        title = f"{ROW_BOOK}, {base_name(planned.symbol)}"
        title += "" if cap is None else f" ≤ {cell_figure(cap)}"
        known = isfinite(reading.with_book)
        rows.append((title, cell_figure(reading.with_book) if known else format.NO_FIGURE, ""))
    return rows


def _shares(reading: ExposureReading) -> list[tuple[str, float | None, float | None]]:
    """(symbol, now, after) of each position, the largest first."""
    now = reading.now.shares
    then = now if reading.after is None else reading.after.shares
    symbols = sorted({*now, *then}, key=lambda one: -then.get(one, now.get(one, 0.0)))
    rows = [(symbol, _known(now.get(symbol)), _known(then.get(symbol))) for symbol in symbols]
    if len(rows) <= MOST_SHARES:
        return rows
    return sorted(rows, key=lambda row: -abs(row[2] or row[1] or 0.0))[:MOST_SHARES]


def _known(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _percent(value: float | None) -> str:
    return format.NO_FIGURE if value is None else format.price(value * 100, 0)
