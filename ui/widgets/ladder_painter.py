"""How a ladder is painted: bars, figures, best prices and the newest trade, row by row."""

from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetricsF, QPainter, QRegion

from ui.theme import AGE_PX, Density, Theme, mix, ui_font
from ui.widgets.ladder_rows import LadderRow
from ui.widgets.mono_text import MonoText, paint_side

PADDING = 8
MARK_ROOM = 6
TRADED_WIDTH = 92
"""Of the column with what was traded, px."""
EMPHASIS_EVERY = 10
"""Each so many rows the price is set in full ink, as a ruler has longer marks."""


@dataclass(frozen=True, slots=True)
class LadderPicture:
    """What is to be painted.

    Attributes:
        rows: highest price first.
        top: number of the first row; every tenth is emphasised.
        unit: what sizes are counted in.
        bar_size: the size that fills a bar.
        size_digits, price_digits: the longest texts.
        notes: words beside the best ask (left) and the best bid (right).
        crosshair: index of the row that another panel points at; None for none.
        sum_size: the sum that fills the width of a side; None while sums are not shown.
        traded_size: the traded size that fills its bar; None without the column.
    """

    rows: list[LadderRow]
    top: int
    unit: str
    bar_size: float
    size_digits: int
    price_digits: int
    notes: tuple[str, str]
    crosshair: int | None
    sum_size: float | None = None
    traded_size: float | None = None


class LadderPainter:
    """Paints pictures of ladders in one theme and density."""

    def __init__(self, theme: Theme, density: Density) -> None:
        self._theme = theme
        self.row_height = density.ladder_row_height
        self._text = MonoText()
        self._small = ui_font(AGE_PX)
        self._small_metrics = QFontMetricsF(self._small)
        self._baseline = self._text.baseline(self.row_height)
        # By direction of the bar: bids grow leftwards (-1), asks rightwards (+1).
        self._bars = {-1: mix(theme.panel, theme.up, 0.34), 1: mix(theme.panel, theme.down, 0.34)}
        self._bar_ends = {-1: theme.up, 1: theme.down}
        self._slopes = {-1: mix(theme.panel, theme.up, 0.13), 1: mix(theme.panel, theme.down, 0.13)}
        self._traded = {1: mix(theme.panel, theme.up, 0.45), -1: mix(theme.panel, theme.down, 0.45)}
        # By the side that is best in the row.
        self._washes = {1: mix(theme.panel, theme.up, 0.09), -1: mix(theme.panel, theme.down, 0.09)}
        self._sides = {1: theme.up, -1: theme.down}

    @property
    def head_height(self) -> int:
        """Height of the column titles, px."""
        return self.row_height

    def paint(self, painter: QPainter, region: QRegion, width: int, picture: LadderPicture) -> None:
        """Paint the rows that `region` touches."""
        height, head = self.row_height, self.head_height
        dirty = region.boundingRect()
        painter.fillRect(dirty, self._theme.panel)
        whole = width
        if picture.traded_size is not None:
            width -= TRADED_WIDTH
        price_half = round(picture.price_digits * self._text.digit / 2) + PADDING + MARK_ROOM
        left, right = width // 2 - price_half, width // 2 + price_half
        # Sizes stand at the outer edges, right-aligned, so that a growing bar does not push them.
        bid_right = PADDING + picture.size_digits * self._text.digit
        ask_right = width - PADDING
        if dirty.top() < head:
            self._paint_head(painter, picture, bid_right, width, ask_right)
        painter.setFont(self._text.font)
        for index, row in enumerate(picture.rows):
            y = head + index * height
            if not region.intersects(QRect(0, y, width, height)):
                continue
            if row.best:
                painter.fillRect(0, y, width, height, self._washes[row.best])
            if picture.sum_size is not None:
                self._paint_slope(painter, row.bid_sum / picture.sum_size, left, left - 4, -1, y)
                self._paint_slope(painter, row.ask_sum / picture.sum_size, right, width - right - 4, 1, y)
            if row.bid:
                self._paint_bar(painter, row.bid / picture.bar_size, left, left - 4, -1, y)
            if row.ask:
                self._paint_bar(painter, row.ask / picture.bar_size, right, width - right - 4, 1, y)
            line = y + self._baseline
            painter.setPen(self._theme.text)
            if row.bid_text:
                self._text.right(painter, bid_right, line, row.bid_text)
            if row.ask_text:
                self._text.right(painter, ask_right, line, row.ask_text)
            self._paint_price(painter, row, picture.top - index, width / 2, y)
            if row.best:
                note = picture.notes[0] if row.best < 0 else picture.notes[1]
                self._paint_note(painter, note, row.best, left, width, line)
            if picture.traded_size is not None and row.traded_text:
                self._paint_traded(painter, row, picture.traded_size, width, y)
            if row.best > 0:
                painter.fillRect(0, y, whole, 1, self._theme.dim)  # between bids and asks
            if index == picture.crosshair:
                painter.setPen(self._theme.accent)
                painter.drawRect(left, y, right - left - 1, height - 1)

    def _paint_head(
        self, painter: QPainter, picture: LadderPicture, bid_right: float, width: int, ask_right: float
    ) -> None:
        painter.setFont(self._small)
        painter.setPen(self._theme.muted)
        line = round((self.head_height + self._small_metrics.capHeight()) / 2)
        text_width = self._small_metrics.horizontalAdvance
        added = "Σ " if picture.sum_size is not None else ""
        bid, price, ask = f"{added}Bid {picture.unit}", "Price", f"{added}Ask {picture.unit}"
        painter.drawText(round(max(PADDING, bid_right - text_width(bid))), line, bid)
        painter.drawText(round((width - text_width(price)) / 2), line, price)
        painter.drawText(round(ask_right - text_width(ask)), line, ask)
        if picture.traded_size is not None:
            title = "Traded"
            painter.drawText(round(width + TRADED_WIDTH - PADDING - text_width(title)), line, title)

    def _paint_slope(
        self, painter: QPainter, share: float, start: int, room: int, direction: int, y: int
    ) -> None:
        """How much rests up to here, over the row's whole height, so that neighbours make one slope."""
        length = round(room * min(1.0, share))
        if length:
            left = start - length if direction < 0 else start
            painter.fillRect(left, y, length, self.row_height, self._slopes[direction])

    def _paint_traded(self, painter: QPainter, row: LadderRow, full: float, left: int, y: int) -> None:
        """What was sold (lower half) and bought (upper half) here, and both as a figure."""
        room = TRADED_WIDTH - PADDING
        bar_room = room - 5 * self._text.digit
        half = (self.row_height - 6) // 2
        for size, top, side in ((row.bought, y + 3, 1), (row.sold, y + 3 + half, -1)):
            length = round(bar_room * min(1.0, size / full))
            if length:
                painter.fillRect(left, top, length, half, self._traded[side])
        painter.setPen(self._theme.muted)
        self._text.right(painter, left + room, y + self._baseline, row.traded_text)

    def _paint_bar(
        self, painter: QPainter, share: float, start: int, room: int, direction: int, y: int
    ) -> None:
        """A bar from `start`, the edge of the price column, outwards; more than all gets a bright end."""
        length = max(1, round(room * min(1.0, share)))
        left = start - length if direction < 0 else start
        painter.fillRect(left, y + 3, length, self.row_height - 6, self._bars[direction])
        if share > 1:
            end = left if direction < 0 else left + length - 2
            painter.fillRect(end, y + 3, 2, self.row_height - 6, self._bar_ends[direction])

    def _paint_price(self, painter: QPainter, row: LadderRow, number: int, middle: float, y: int) -> None:
        emphasis = number % EMPHASIS_EVERY == 0 or row.best or row.last_side
        half = len(row.price_text) * self._text.digit / 2
        painter.setPen(self._theme.text if emphasis else self._theme.muted)
        if emphasis:
            painter.setFont(self._text.strong)
        self._text.right(painter, middle + half, y + self._baseline, row.price_text)
        if emphasis:
            painter.setFont(self._text.font)
        if row.last_side:
            color = self._sides[row.last_side]
            paint_side(painter, row.last_side, round(middle - half) - 11, y + self.row_height // 2, color)

    def _paint_note(self, painter: QPainter, note: str, best: int, room: int, width: int, line: int) -> None:
        """Words in the cell that the other side leaves empty, if they fit."""
        note_width = self._small_metrics.horizontalAdvance(note)
        if not note or note_width > room - 2 * PADDING:
            return
        painter.setFont(self._small)
        painter.setPen(self._theme.muted)
        painter.drawText(PADDING if best < 0 else round(width - PADDING - note_width), line, note)
        painter.setFont(self._text.font)
