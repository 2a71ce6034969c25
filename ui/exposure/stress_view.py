"""The table of joint stress: positions by scenarios, the book now and after the ticket, who is liquidated."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.correlation.cell_text import base_name
from ui.exposure.exposure_view import NO_EQUITY, paint_words
from ui.exposure.reading import StressReading
from ui.positions.figures import signed
from ui.theme import AGE_PX, BODY_PX, Theme, tint, ui_font
from workstation.trading.account import Account
from workstation.trading.stress import StressResult

ROW_PX = 24
PAD_PX = 12
COLUMN_PX = 84
NAMES_PX = 118
AWAY_PX = 78
LIQ = "liq"
HEAVY = Decimal("0.08")
"""A loss of so much of the equity is told in the colour of danger, of half of it in that of watching."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class StressCell:
    """One figure of the table.

    Attributes:
        text: as shown. token: of its colour.
        liquidated: the position ends there. bold: it is what counts.
    """

    text: str
    token: str = "text"
    liquidated: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class StressRow:
    """One row of the table.

    Attributes:
        title: symbol, or what is summed. side: "long", "short", "ticket" or "".
        away: how far liquidation is, or the unit of the row.
        cells: one a scenario.
        is_sum: below the positions.
    """

    title: str
    side: str
    away: str
    cells: tuple[StressCell, ...]
    is_sum: bool = False


def stress_rows(reading: StressReading) -> list[StressRow]:
    """The table of a reading: positions, the book now and after, liquidations, the limit of the day."""
    rows = [_position_row(reading, symbol) for symbol in _symbols(reading)]
    has_ticket = reading.planned is not None
    sums = [("Book now" if has_ticket else "Book", reading.now, not has_ticket)]
    if has_ticket:
        sums.append(("After the ticket", reading.then, True))
    for title, results, bold in sums:
        cells = tuple(_sum_cell(result, reading.equity, bold) for result in results)
        rows.append(StressRow(title, "", "% of equity", cells, True))
    both = "now → after" if has_ticket else ""
    counted = []
    for now, then in zip(reading.now, reading.then, strict=True):
        count = [len(now.liquidated), len(then.liquidated)]
        words = f"{count[0]} → {count[1]}" if has_ticket else str(count[0])
        counted.append(StressCell(words, "danger" if count[-1] else "muted"))
    rows.append(StressRow("Liquidations", "", both, tuple(counted), True))
    limits = []
    for now, then in zip(reading.now, reading.then, strict=True):
        states = [_day_word(reading.day_left, result.pnl) for result in (now, then)]
        words = " → ".join(states) if has_ticket else states[0]
        limits.append(StressCell(words, "warn" if "past" in words else "muted"))
    rows.append(StressRow(f"Day limit {reading.limit_words}", "", both, tuple(limits), True))
    return rows


class StressView(QWidget):
    """Paints one reading."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reading: StressReading | None = None
        self._rows: list[StressRow] = []
        self.setAccessibleName("Joint stress")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_reading(self, reading: StressReading | None) -> None:
        """Show a reading; None for nothing."""
        if reading == self._reading:
            return
        self._reading = reading
        self._rows = [] if reading is None else stress_rows(reading)
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    @property
    def rows(self) -> list[StressRow]:
        """What is shown."""
        return self._rows

    @property
    def scenarios_hidden(self) -> int:
        """Scenarios that have no room."""
        return 0 if self._reading is None else len(self._reading.now) - self._column_count

    def text(self) -> str:
        """What Ctrl+C copies: the whole table, tab-separated."""
        if self._reading is None:
            return ""
        head = ["position", "side", "liquidation away", *(one.scenario.name for one in self._reading.now)]
        lines = ["\t".join(head)]
        for row in self._rows:
            cells = (f"{LIQ} {cell.text}" if cell.liquidated else cell.text for cell in row.cells)
            lines.append("\t".join([row.title, row.side, row.away, *cells]))
        return "\n".join(lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(NAMES_PX + AWAY_PX + 3 * COLUMN_PX, (len(self._rows) + 1) * ROW_PX + 10)

    @property
    def _column_count(self) -> int:
        if self._reading is None:
            return 0
        room = self.width() - 2 * PAD_PX - NAMES_PX - AWAY_PX
        return max(1, min(len(self._reading.now), room // COLUMN_PX))

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, reading = self._theme, self._reading
        painter.fillRect(self.rect(), theme.panel)
        if reading is None:
            paint_words(painter, self.rect(), NO_EQUITY, theme)
            return
        if not reading.after.positions and not reading.before.positions:
            words = "Nothing is held. Fill a ticket in to see what crashes would make of it."
            paint_words(painter, self.rect(), words, theme)
            return
        count = self._column_count
        width = (self.width() - 2 * PAD_PX - NAMES_PX - AWAY_PX) / count
        line = QRectF(PAD_PX, 2, self.width() - 2 * PAD_PX, ROW_PX)
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(theme.muted)
        painter.drawText(line, _LEFT, "Position")
        painter.drawText(QRectF(line.left(), line.top(), NAMES_PX + AWAY_PX, ROW_PX), _RIGHT, "Liq. away")
        metrics = painter.fontMetrics()
        for number, result in enumerate(reading.now[:count]):
            box = self._cell_box(line, number, width)
            words = metrics.elidedText(result.scenario.name, Qt.TextElideMode.ElideRight, int(width) - 4)
            painter.drawText(box, _RIGHT, words)
        before: StressRow | None = None
        for row in self._rows:
            line.translate(0, ROW_PX)
            if row.is_sum and (before is None or not before.is_sum):
                painter.setPen(QPen(theme.hairline, 1))
                painter.drawLine(QPointF(0, line.top()), QPointF(self.width(), line.top()))
            self._paint_row(painter, line, row, count, width)
            before = row

    def _paint_row(self, painter: QPainter, line: QRectF, row: StressRow, count: int, width: float) -> None:
        theme = self._theme
        is_ticket = row.side == "ticket"
        if is_ticket:
            painter.fillRect(QRectF(0, line.top(), self.width(), ROW_PX), tint(theme.accent, 0.12))
        bold = any(cell.bold for cell in row.cells)
        painter.setFont(ui_font(BODY_PX, 600 if bold else 400))
        painter.setPen(theme.accent if is_ticket else theme.text if bold or not row.is_sum else theme.muted)
        painter.drawText(line, _LEFT, row.title)
        if row.side:
            used = painter.fontMetrics().horizontalAdvance(row.title) + 5
            painter.setFont(ui_font(AGE_PX))
            painter.setPen({"long": theme.up, "short": theme.down}.get(row.side, theme.accent))
            painter.drawText(line.adjusted(used, 1, 0, 1), _LEFT, row.side)
        painter.setFont(ui_font(AGE_PX if row.is_sum else BODY_PX))
        painter.setPen(theme.muted)
        painter.drawText(QRectF(line.left(), line.top(), NAMES_PX + AWAY_PX, ROW_PX), _RIGHT, row.away)
        for number, cell in enumerate(row.cells[:count]):
            box = self._cell_box(line, number, width)
            painter.setFont(ui_font(BODY_PX, 600 if cell.bold else 400))
            painter.setPen(getattr(theme, cell.token))
            painter.drawText(box, _RIGHT, cell.text)
            if cell.liquidated:
                used = painter.fontMetrics().horizontalAdvance(cell.text)
                self._paint_chip(painter, QRectF(box.right() - used - 32, box.center().y() - 8, 26, 16))

    def _paint_chip(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(QPen(self._theme.danger, 1))
        painter.setBrush(tint(self._theme.danger, 0.12))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, LIQ)

    def _cell_box(self, line: QRectF, number: int, width: float) -> QRectF:
        left = line.left() + NAMES_PX + AWAY_PX + number * width
        return QRectF(left, line.top(), width, ROW_PX)


def _symbols(reading: StressReading) -> list[str]:
    """Positions, the largest first; what only the ticket would open comes last."""
    held = sorted(reading.before.positions, key=lambda one: -(reading.before.notional(one) or Decimal(0)))
    return held + [one for one in reading.after.positions if one not in reading.before.positions]


def _position_row(reading: StressReading, symbol: str) -> StressRow:
    in_ticket = reading.planned is not None and reading.planned.symbol == symbol
    account = reading.after if in_ticket and symbol in reading.after.positions else reading.before
    results = reading.then if account is reading.after else reading.now
    side = "ticket" if in_ticket else "long" if account.positions[symbol].size > 0 else "short"
    cells = tuple(_position_cell(result, symbol) for result in results)
    return StressRow(base_name(symbol), side, _away(account, symbol), cells)


def _position_cell(result: StressResult, symbol: str) -> StressCell:
    change = result.changes.get(symbol)
    if change is None:
        return StressCell(format.NO_FIGURE, "muted")
    gone = any(one.symbol == symbol for one in result.liquidated)
    token = "down" if change < 0 else "up" if change > 0 else "muted"
    return StressCell(signed(change, 0), token, gone)


def _sum_cell(result: StressResult, equity: Decimal, bold: bool) -> StressCell:
    share = result.pnl / equity
    token = "danger" if share <= -HEAVY else "warn" if share <= -HEAVY / 2 else "text"
    return StressCell(format.percent(float(share), 1, signed=True), token if bold else "muted", bold=bold)


def _away(account: Account, symbol: str) -> str:
    points, mark = account.liquidations(), account.marks.get(symbol)
    if symbol not in points or mark is None:
        return format.NO_FIGURE
    point = points[symbol]
    return "none" if point is None else format.percent(abs(float(point.price / mark) - 1), 1)


def _day_word(left: Decimal | None, pnl: Decimal) -> str:
    if left is None:
        return format.NO_FIGURE
    return "past" if left + pnl <= 0 else "ok"
