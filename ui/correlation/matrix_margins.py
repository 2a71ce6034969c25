"""What stands around the matrix: names, what is held, betas, the legend; and where all of it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import ceil, isfinite

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from ui.correlation.cell_text import base_name, figure
from ui.correlation.halves import Upper, upper_shown
from ui.correlation.source import Correlations
from ui.correlation.tiles import DELTA_REACH
from ui.theme import AGE_PX, Theme, opposed_lut, ui_font

LEAST_LABEL_PX = 9
LEGEND_PX = 18
MARGIN_PX = 6
LEAST_WHOLE_PX = 6
BETA_PX = 38
BAR_PX = 46
SIGN_PX = 13
"""Room for the sign of what is held, between a name and its row."""
ROOMY_PX = 420
"""Width from which betas stand beside the rows."""
TREE_FROM_PX = 620
"""Width from which the tree has room."""
BARS_FROM_PX = 820
MOST_CELL = QSize(44, 26)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Held(Enum):
    """How a symbol is in the book; the value is the theme's token of its sign."""

    LONG = "up"
    SHORT = "down"
    TICKET = "accent"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cells are: the corner of the first, the size of each, how many a side; and what is beside.

    Attributes:
        tree: of the tree left of the names; None without room.
        names: of the rows' names.
        beta_coins: whose betas stand at the right. has_bars: with a bar each for the first.
        legend: in the corner above the tree; None for the line below the cells.
    """

    left: float
    top: float
    width: float
    height: float
    count: int
    tree: QRectF | None
    names: QRectF
    beta_coins: tuple[str, ...]
    has_bars: bool
    legend: QRectF | None

    def cell(self, row: int, column: int) -> QRectF:
        """A cell."""
        return QRectF(self.left + column * self.width, self.top + row * self.height, self.width, self.height)

    @property
    def whole(self) -> QRectF:
        """All cells."""
        return QRectF(self.left, self.top, self.count * self.width, self.count * self.height)

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """(row, column) there."""
        if not self.whole.contains(point):
            return None
        row, column = (point.y() - self.top) / self.height, (point.x() - self.left) / self.width
        return min(int(row), self.count - 1), min(int(column), self.count - 1)


def place_of(size: QSizeF, symbols: Sequence[str], coins: tuple[str, ...], *, has_tree: bool) -> Place:
    """Return where everything is in a widget of that size.

    Args:
        symbols: of the rows. coins: whose betas are known. has_tree: there is a tree in this order.
    """
    count = max(1, len(symbols))
    label = _widest(tuple(symbols)) + 6
    top = min(label, size.height() / 4)
    high_enough = (size.height() - MARGIN_PX - top - LEGEND_PX) / count >= LEAST_LABEL_PX + 1
    tree_px = min(130.0, size.width() * 0.12) if has_tree and size.width() >= TREE_FROM_PX else 0.0
    if tree_px and count > 1:
        top = max(top, 62.0)  # the legend and the cut's name stand above the tree
    names = min(label + (SIGN_PX if high_enough else 0), size.width() / 4)
    beta_coins = coins if size.width() >= ROOMY_PX and high_enough else ()
    has_bars = bool(beta_coins) and size.width() >= BARS_FROM_PX
    right = len(beta_coins) * BETA_PX + (BAR_PX if has_bars else 0)
    below = MARGIN_PX if tree_px else LEGEND_PX
    wide = (size.width() - MARGIN_PX * 2 - tree_px - names - right) / count
    high = (size.height() - MARGIN_PX - top - below) / count
    high = min(high, 1.3 * wide, MOST_CELL.height())
    wide = min(wide, 2.4 * high, MOST_CELL.width())
    if high >= LEAST_WHOLE_PX:  # whole pixels: every cell is like its neighbour
        wide, high = float(int(wide)), float(int(high))
    spare = max(0.0, size.width() - MARGIN_PX * 2 - tree_px - names - right - wide * count)
    # On whole pixels: drawn between two, every cell would be blurred, and slowly.
    left, upper = float(round(MARGIN_PX + tree_px + names + spare // 2)), float(round(top + 2))
    begin = left - names - tree_px
    tree = QRectF(begin, upper, tree_px - 4, high * count) if tree_px else None
    legend = QRectF(begin, 2, tree_px + names - 10, upper - 22) if tree_px else None
    named = QRectF(left - names, upper, names, high * count)
    return Place(left, upper, wide, high, len(symbols), tree, named, beta_coins, has_bars, legend)


@lru_cache(maxsize=8)
def _widest(symbols: tuple[str, ...]) -> float:
    """Pixels of the longest name: the pointer asks at every move."""
    metrics = QFontMetricsF(ui_font(AGE_PX, 600))
    return max((metrics.horizontalAdvance(base_name(name)) for name in symbols), default=0.0)


def paint_margins(
    painter: QPainter,
    place: Place,
    found: Correlations,
    order: Sequence[int],
    upper: Upper,
    held: Mapping[str, Held],
    theme: Theme,
) -> None:
    """Paint names, signs, betas and the legend around the cells."""
    px = AGE_PX if place.height >= AGE_PX + 1 else LEAST_LABEL_PX
    every = max(1, ceil((LEAST_LABEL_PX + 1) / place.height))
    every_column = max(1, ceil((LEAST_LABEL_PX + 1) / place.width))
    signs = place.height >= LEAST_LABEL_PX + 1
    plain, bold = ui_font(px), ui_font(px, 600)
    for number, row in enumerate(order):
        symbol = found.symbols[row]
        held_as = held.get(symbol)
        if number % every and number % every_column:
            continue
        painter.setFont(plain if held_as is None else bold)
        painter.setPen(theme.muted if held_as is None else theme.text)
        middle = place.top + (number + 0.5) * place.height
        if number % every == 0:
            room = QRectF(place.names.left(), middle - 8, place.names.width() - 4 - SIGN_PX * signs, 16)
            painter.drawText(room, _RIGHT, base_name(symbol))
        if number % every_column == 0:
            painter.save()
            painter.translate(place.left + (number + 0.5) * place.width, place.top - 4)
            painter.rotate(-90)
            painter.drawText(QRectF(0, -8, place.top, 16), _LEFT, base_name(symbol))
            painter.restore()
        if held_as is not None and signs:
            _paint_sign(painter, QPointF(place.left - 9, middle), held_as, theme)
    _paint_betas(painter, place, found, order, theme)
    _paint_legend(painter, place, found, upper, theme)


def _paint_sign(painter: QPainter, middle: QPointF, held: Held, theme: Theme) -> None:
    """Up for long, down for short, a hollow diamond for the ticket."""
    x, y = middle.x(), middle.y()
    shapes = {
        Held.LONG: [(x - 3.5, y + 3), (x + 3.5, y + 3), (x, y - 3.5)],
        Held.SHORT: [(x - 3.5, y - 3), (x + 3.5, y - 3), (x, y + 3.5)],
        Held.TICKET: [(x, y - 4), (x + 4, y), (x, y + 4), (x - 4, y)],
    }
    color = getattr(theme, held.value)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush if held is Held.TICKET else color)
    painter.drawPolygon(QPolygonF([QPointF(*point) for point in shapes[held]]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_betas(
    painter: QPainter, place: Place, found: Correlations, order: Sequence[int], theme: Theme
) -> None:
    x = place.whole.right() + 4
    painter.setFont(ui_font(AGE_PX if place.height >= AGE_PX + 1 else LEAST_LABEL_PX))
    for number, coin in enumerate(place.beta_coins):
        betas = found.betas[coin]
        painter.setPen(theme.muted)
        head = QRectF(x, place.top - 16, BETA_PX - 6, 14)
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"β {coin}")
        for line, row in enumerate(order):
            box = QRectF(x, place.top + line * place.height, BETA_PX - 6, place.height)
            painter.setPen(theme.text if number == 0 else theme.muted)
            painter.drawText(box, _RIGHT, figure(betas[row], 2))
        x += BETA_PX
        if number == 0 and place.has_bars:
            known = [abs(float(betas[row])) for row in order if isfinite(betas[row])]
            reach = max([1.0, *known])
            for line, row in enumerate(order):
                if isfinite(betas[row]):
                    length = abs(float(betas[row])) / reach * (BAR_PX - 10)
                    top = place.top + (line + 0.5) * place.height - 3
                    painter.fillRect(QRectF(x, top, length, 6), theme.muted if betas[row] >= 0 else theme.dim)
            one = round(x + (BAR_PX - 10) / reach) + 0.5
            painter.setPen(QPen(theme.dim, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(one, place.top), QPointF(one, place.whole.bottom()))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(one - 8, place.top - 16, 16, 14), Qt.AlignmentFlag.AlignCenter, "1")
            x += BAR_PX


def _paint_legend(painter: QPainter, place: Place, found: Correlations, upper: Upper, theme: Theme) -> None:
    reach = f"{DELTA_REACH:.1f}"[1:]
    above = {
        Upper.MIRROR: "",
        Upper.NET: "above: net of BTC",
        Upper.CHANGE: f"Δ above: −{reach} … +{reach} vs {found.span.reference}",
    }[upper_shown(found, upper)]
    painter.setFont(ui_font(LEAST_LABEL_PX + 1))
    if place.legend is not None:
        box = place.legend
        width = int(min(130.0, box.width()))
        painter.setPen(theme.muted)
        painter.drawText(
            QRectF(box.left(), box.top(), box.width(), 13), _LEFT, "ρ below the diagonal" if above else "ρ"
        )
        _paint_scale(painter, QRectF(box.left(), box.top() + 15, width, 7), theme)
        line = QRectF(box.left(), box.top() + 23, width, 12)
        for where, words in ((_LEFT, "−1"), (Qt.AlignmentFlag.AlignCenter, "0"), (_RIGHT, "+1")):
            painter.drawText(line, where, words)
        painter.drawText(QRectF(box.left(), box.top() + 35, box.width() + 8, 12), _LEFT, above)
        return
    width = int(min(160, place.whole.width() - 60))
    if width < 40:
        return
    y = place.whole.bottom() + 7
    painter.setPen(theme.muted)
    left = place.left + 14
    _paint_scale(painter, QRectF(left, y, width, 7), theme)
    painter.drawText(QRectF(place.left - 4, y - 4, 14, 15), _RIGHT, "−1")
    painter.drawText(QRectF(left + width + 4, y - 4, 20, 15), _LEFT, "+1")
    room = QRectF(left + width + 26, y - 4, place.whole.right() - left - width, 15)
    painter.drawText(room, _LEFT, f"ρ · {above}" if above else "ρ")


def _paint_scale(painter: QPainter, box: QRectF, theme: Theme) -> None:
    width = int(box.width())
    words = opposed_lut(theme, width)
    painter.drawImage(box, QImage(words.data, width, 1, 4 * width, QImage.Format.Format_RGB32))
