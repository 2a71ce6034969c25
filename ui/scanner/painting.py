"""How the scanner's cells are painted: figures, lines, bars, gauges and the squares of a checklist."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from ui.format import NO_FIGURE
from ui.scanner.cells import ScanCell
from ui.scanner.columns import Kind
from ui.theme import AGE_PX, BODY_PX, Theme, mix, tint, ui_font
from ui.widgets.mono_text import paint_side

SQUARE_PX = 12
SQUARE_GAP_PX = 3
MOST_SPARKS = 500
FIGURE_PX = 44
"""Room for the figure beside a bar or a gauge."""


class CellPainter:
    """Paints cells in a theme; texts are measured once."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.font, self.strong, self.small = ui_font(BODY_PX), ui_font(BODY_PX, 500), ui_font(AGE_PX)
        self._metrics, self._strong_metrics = QFontMetricsF(self.font), QFontMetricsF(self.strong)
        self._small_metrics = QFontMetricsF(self.small)
        self._widths: dict[tuple[bool, str], float] = {}
        self._elided: dict[tuple[str, int], str] = {}
        self._sparks: dict[int, tuple[ScanCell, tuple[int, int], QPixmap]] = {}
        self._squares: dict[tuple[str, int], QPixmap] = {}
        self.cap = self._metrics.capHeight()

    def width(self, text: str, *, strong: bool = False) -> float:
        """How wide a text is, px."""
        key = strong, text
        found = self._widths.get(key)
        if found is None:
            if len(self._widths) > 20_000:
                self._widths.clear()
            metrics = self._strong_metrics if strong else self._metrics
            found = self._widths[key] = metrics.horizontalAdvance(text)
        return found

    def paint(self, painter: QPainter, kind: Kind, cell: ScanCell, room: QRect, line: int) -> None:
        """Paint one cell into its room; `line` is the baseline of its text."""
        if kind is Kind.FIGURE:
            self._paint_figure(painter, cell, room, line)
        elif kind is Kind.SPARK:
            self._paint_spark(painter, cell, room)
        elif kind is Kind.CHECKS:
            self._paint_checks(painter, cell, room, line)
        elif kind is Kind.BAR:
            self._paint_bar(painter, cell, room, line)
        elif kind is Kind.GAUGE:
            self._paint_gauge(painter, cell, room, line)
        else:
            self._paint_words(painter, cell, room, line, strong=kind is Kind.SYMBOL)

    def _color(self, token: str) -> QColor:
        color: QColor = getattr(self.theme, token)
        return color

    def _paint_figure(self, painter: QPainter, cell: ScanCell, room: QRect, line: int) -> None:
        x = room.right() + 1 - self.width(cell.text)
        painter.setFont(self.font)
        painter.setPen(self._color(cell.token))
        painter.drawText(round(x), line, cell.text)
        if cell.lead:
            painter.setFont(self.strong)
            painter.setPen(self._color(cell.lead_token))
            painter.drawText(round(x - self.width(cell.lead, strong=True)), line, cell.lead)

    def _paint_words(
        self, painter: QPainter, cell: ScanCell, room: QRect, line: int, *, strong: bool
    ) -> None:
        x = room.left()
        if cell.mark:
            middle = room.top() + room.height() // 2
            color = self._color(cell.token)
            if cell.token == "muted":
                _paint_hollow(painter, cell.mark, x, middle, color)
            else:
                paint_side(painter, cell.mark, x, middle, color)
            x += 13
        if cell.lead:
            painter.setFont(self.strong if strong else self.font)
            painter.setPen(self._color("text" if strong else cell.lead_token))
            lead = self._fit(cell.lead, room.right() - x, strong=strong)
            painter.drawText(x, line, lead)
            x += round(self.width(lead, strong=strong)) + 5
        if cell.text and x < room.right() - 8:
            painter.setFont(self.small if strong else self.font)
            painter.setPen(self._color(cell.token))
            # A tag beside a symbol is short, and set smaller than it is measured.
            text = cell.text if strong else self._fit(cell.text, room.right() - x)
            painter.drawText(x, line, text)

    def _fit(self, text: str, room: int, *, strong: bool = False) -> str:
        if self.width(text, strong=strong) <= room + 1:
            return text
        key = text, room
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) > 5_000:
                self._elided.clear()
            found = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            self._elided[key] = found
        return found

    def _paint_spark(self, painter: QPainter, cell: ScanCell, room: QRect) -> None:
        if not cell.line:
            painter.setPen(self.theme.muted)
            painter.setFont(self.font)
            painter.drawText(room.left(), room.top() + round((room.height() + self.cap) / 2), NO_FIGURE)
            return
        size = room.width(), room.height()
        kept = self._sparks.get(id(cell))
        if kept is None or kept[0] is not cell or kept[1] != size:
            if len(self._sparks) > MOST_SPARKS:
                self._sparks.clear()
            kept = self._sparks[id(cell)] = cell, size, self._spark(painter, cell, room)
        painter.drawPixmap(room.topLeft(), kept[2])

    def _spark(self, on: QPainter, cell: ScanCell, room: QRect) -> QPixmap:
        picture = _clear_pixmap(on, room.width(), room.height())
        painter = QPainter(picture)
        known = [(place, height) for place, height in enumerate(cell.line) if height == height]
        step = (room.width() - 3) / (len(cell.line) - 1)
        top, tall = 4, room.height() - 9
        points = [QPointF(place * step, top + tall * (1 - height)) for place, height in known]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(mix(self.theme.panel, self.theme.text, 0.62), 1.0))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.accent)
        painter.drawEllipse(points[-1], 1.6, 1.6)
        painter.end()
        return picture

    def _paint_checks(self, painter: QPainter, cell: ScanCell, room: QRect, line: int) -> None:
        if cell.text:
            self._paint_words(painter, cell, room, line, strong=False)
            return
        count = max(1, len(cell.checks))
        side = min(SQUARE_PX, max(4, (room.width() - 2) // count - 2))
        gap = SQUARE_GAP_PX if (side + SQUARE_GAP_PX) * count <= room.width() else 2
        top = room.top() + (room.height() - side) // 2
        for place, token in enumerate(cell.checks):
            left = room.left() + place * (side + gap)
            if left + side > room.right() + 2:
                break
            square = self._squares.get((token, side))
            if square is None:
                square = self._squares[token, side] = _clear_pixmap(painter, side, side)
                own = QPainter(square)
                _paint_square(own, self.theme, token, 0, 0, side)
                own.end()
            painter.drawPixmap(left, top, square)

    def _paint_bar(self, painter: QPainter, cell: ScanCell, room: QRect, line: int) -> None:
        self._paint_figure(painter, cell, room, line)
        wide = room.width() - FIGURE_PX
        if cell.share is None or wide < 12:
            return
        top = room.top() + room.height() // 2 - 4
        painter.fillRect(room.left(), top, wide, 8, self.theme.control)
        color = self.theme.accent if cell.token == "accent" else tint(self.theme.accent, 0.45)
        painter.fillRect(room.left(), top, round(wide * cell.share), 8, color)
        painter.fillRect(room.left() + wide * 3 // 4, top - 1, 1, 10, self.theme.dim)  # 1.5 × the usual

    def _paint_gauge(self, painter: QPainter, cell: ScanCell, room: QRect, line: int) -> None:
        self._paint_figure(painter, ScanCell(cell.text, cell.token), room, line)
        wide = room.width() - FIGURE_PX
        if cell.share is None or wide < 12:
            return
        middle = room.top() + room.height() // 2
        painter.fillRect(room.left(), middle, wide, 1, self.theme.dim)
        painter.fillRect(room.left() + wide // 2, middle - 2, 1, 5, self.theme.dim)
        at = room.left() + round((wide - 3) * cell.share)
        painter.fillRect(at, middle - 4, 3, 9, self._color(cell.lead_token))


def _clear_pixmap(painter: QPainter, width: int, height: int) -> QPixmap:
    """Nothing yet, with as many dots as what `painter` paints on has."""
    ratio = painter.device().devicePixelRatioF()
    picture = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _paint_hollow(painter: QPainter, side: int, left: int, middle: int, color: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(color, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    tip, base = (middle - 2.5, middle + 2.5) if side > 0 else (middle + 2.5, middle - 2.5)
    painter.drawPolygon(QPolygonF([QPointF(left + 3.5, tip), QPointF(left + 7, base), QPointF(left, base)]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_square(painter: QPainter, theme: Theme, token: str, left: int, top: int, side: int) -> None:
    """A square of a row's state; its sign says the same without the colour."""
    color: QColor = getattr(theme, token)
    if token == "dim":
        painter.setPen(QPen(color, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(left, top, side - 1, side - 1)
        if side >= 9:
            painter.fillRect(left + 3, top + side // 2, side - 6, 1, color)
        return
    painter.fillRect(left, top, side, side, color)
    if side < 9:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(theme.on_accent, 1.4))
    x, y, half = left + side / 2, top + side / 2, side / 4 - 0.2
    if token == "up":
        painter.drawPolyline(
            QPolygonF(
                [QPointF(x - half, y), QPointF(x - half / 3, y + half * 0.8), QPointF(x + half, y - half)]
            )
        )
    elif token == "down":
        painter.drawLine(QPointF(x - half, y - half), QPointF(x + half, y + half))
        painter.drawLine(QPointF(x - half, y + half), QPointF(x + half, y - half))
    else:
        painter.drawLine(QPointF(x, y - half - 0.6), QPointF(x, y + half * 0.3))
        painter.drawLine(QPointF(x, y + half + 0.2), QPointF(x, y + half + 0.8))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
