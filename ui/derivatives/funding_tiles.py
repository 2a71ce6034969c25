"""The tiles above the history of funding: settled, predicted, countdown, percentile, what it comes to."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format
from ui.derivatives.funding_reading import BASELINE_8H_RATE, FundingReading, Money, pays
from ui.theme import AGE_PX, Theme, tint, ui_font

TILE_PX = 64
LEAST_TILE_PX = 132
HISTOGRAM_BARS = 32
HISTOGRAM_FROM_PX = 138
FIGURE_PX = 16
PADDING = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its words.

    Attributes:
        title: above it. figure: large, with its unit small behind it. note: below it.
        token: the theme's colour of the figure.
        unit: behind the figure.
    """

    title: str
    figure: str
    unit: str
    note: str
    token: str = "text"


def rate_text(rate: float | None, decimals: int = 4) -> str:
    """A rate in per cent with its sign and without the unit."""
    return format.signed(None if rate is None else rate * 100, decimals)


def hours_text(hours: float) -> str:
    """An interval: "8 h", "0.5 h"."""
    return f"{hours:g} h"


def countdown(left_ms: float) -> str:
    """Time left as hours, minutes and seconds: "7:11:53"."""
    seconds = max(0, int(left_ms / 1000))
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def tiles_of(reading: FundingReading) -> tuple[Tile, ...]:
    """The tiles of a reading, the most wanted first."""
    history = reading.history
    settled = reading.settled_8h
    if settled is None:
        first = Tile("Settled", format.NO_FIGURE, "", "no settlement is known yet", "muted")
    else:
        at, own, hours = int(history.times[-1]), float(history.rates[-1]), float(history.hours[-1])
        note = pays(own) if hours == 8 else f"{rate_text(own)} per {hours_text(hours)} · {pays(own)}"
        first = Tile(f"Settled {format.utc_time(at)[:5]}", rate_text(settled), "% / 8 h", note)
    return (first, _predicted(reading), _next(reading), _percentile(reading), *_money(reading))


def _predicted(reading: FundingReading) -> Tile:
    rate, rate_8h = reading.rate, reading.rate_8h
    if rate is None or rate_8h is None:
        return Tile("Predicted", format.NO_FIGURE, "", "the venue has sent no rate yet", "muted")
    day = rate * 24 / reading.interval_h
    note = f"{rate_text(day, 3)} %/d · {rate_text(day * 365, 1)} %/y simple"
    when = f" {format.utc_time(reading.next_ms)[:5]}" if reading.next_ms else ""
    return Tile(f"Predicted{when}", rate_text(rate_8h), "% / 8 h", note, reading.token)


def _next(reading: FundingReading) -> Tile:
    every = f"every {hours_text(reading.interval_h)}"
    changes = reading.history.changes()
    settled_h = float(reading.history.hours[-1]) if len(reading.history) else reading.interval_h
    if reading.rate is not None and settled_h != reading.interval_h:
        every += f", was {hours_text(settled_h)}"
    elif changes:
        newest = changes[-1]
        when = format.utc_date(newest.settled_ms)[5:]
        every += f", {hours_text(newest.before_h)} till {when}"
    if not reading.next_ms:
        return Tile("Next settlement", format.NO_FIGURE, "", "the venue does not say when", "muted")
    left = reading.next_ms - reading.now_ms
    token = "warn" if left < 600_000 else "text"
    return Tile("Next settlement", countdown(left), "", every, token)


def _percentile(reading: FundingReading) -> Tile:
    count = len(reading.history)
    if reading.percentile is None:
        return Tile("Percentile", format.NO_FIGURE, "", "no settlements are known yet", "muted")
    days = (reading.now_ms - int(reading.history.times[0])) / 86_400_000
    span = "1 y" if days > 350 else f"{days:.0f} d"
    excess = (reading.rate_8h or 0.0) - BASELINE_8H_RATE
    note = f"{rate_text(excess)} over base"
    if reading.settled_percentile is not None:
        note += f" · settled P {reading.settled_percentile * 100:.0f}"
    share = reading.percentile * 100
    token = "warn" if not 5 < share < 95 else "text"
    return Tile(f"Percentile, {span}, n {format.count(count)}", f"P {share:.0f}", "", note, token)


def _money(reading: FundingReading) -> tuple[Tile, Tile]:
    return _money_tile("Position, next", reading.position), _money_tile("Ticket", reading.ticket)


def _money_tile(title: str, money: Money) -> Tile:
    if money.amount is None:
        return Tile(title, format.NO_FIGURE, "", money.words, "muted")
    if title == "Ticket":
        title = f"Ticket, {money.count} settlement{'' if money.count == 1 else 's'}"
    amount = money.amount
    token = "muted" if not amount else "up" if amount > 0 else "down"
    verb = "received" if amount > 0 else "paid" if amount < 0 else "nothing due"
    day = "" if money.day is None else f" · {format.signed(money.day)} a day"
    return Tile(title, format.signed(amount), money.asset, f"{verb}, {money.words}{day}", token)


class FundingTiles(QWidget):
    """Paints the tiles, as many in a row as there is room for, in at most two rows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reading: FundingReading | None = None
        self.tiles: tuple[Tile, ...] = ()
        self._small, self._large = ui_font(AGE_PX), ui_font(FIGURE_PX, 600)
        self._small_metrics, self._large_metrics = QFontMetricsF(self._small), QFontMetricsF(self._large)
        self._most_rows = 2
        self._quantiles: tuple[object, tuple[float, float]] = (None, (0.0, 0.0))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Funding now")

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_reading(self, reading: FundingReading, most_rows: int = 2) -> None:
        """Show a reading in so many rows; tiles that say the same are not painted again."""
        self._most_rows = most_rows
        before, self.tiles, self._reading = self.tiles, tiles_of(reading), reading
        rows = self._rows
        if self.height() != rows * TILE_PX:
            self.setFixedHeight(rows * TILE_PX)
        for place, tile in enumerate(self.tiles):
            if place >= len(before) or before[place] != tile:
                self.update(self._box(place).toAlignedRect())

    def sizeHint(self) -> QSize:
        return QSize(600, TILE_PX)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            place = next(
                (place for place in range(len(self.tiles)) if self._box(place).contains(event.pos())), None
            )
            words = "" if place is None else "\n".join(self._in_full(self.tiles[place]))
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _in_full(self, tile: Tile) -> tuple[str, ...]:
        reading = self._reading
        lines = (tile.title, f"{tile.figure} {tile.unit}".strip(), tile.note)
        if reading is None or reading.rate is None or not tile.title.startswith("Predicted"):
            return lines
        rate, hours = reading.rate, reading.interval_h
        compounded = (1 + rate) ** (8760 / hours) - 1
        return (
            *lines,
            f"{rate_text(rate)} % per {hours_text(hours)}: {pays(rate)}",
            f"{rate_text(rate * 8760 / hours, 2)} % a year simple, {rate_text(compounded, 2)} % compounded",
        )

    @property
    def _columns(self) -> int:
        fit = max(1, self.width() // LEAST_TILE_PX)
        count = max(1, len(self.tiles))
        return count if fit >= count else min(fit, -(-count // 2))

    @property
    def _rows(self) -> int:
        return min(self._most_rows, -(-max(1, len(self.tiles)) // self._columns))

    def _box(self, place: int) -> QRectF:
        width = self.width() / self._columns
        return QRectF(place % self._columns * width, place // self._columns * TILE_PX, width, TILE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.panel)
        for place, tile in enumerate(self.tiles[: self._columns * self._rows]):
            box = self._box(place)
            if event.rect().intersects(box.toAlignedRect()):
                self._paint(painter, box, tile, place)

    def _paint(self, painter: QPainter, box: QRectF, tile: Tile, place: int) -> None:
        theme = self._theme
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(box.bottomLeft() - QPointF(0, 0.5), box.bottomRight() - QPointF(0, 0.5))
        if place % self._columns:
            painter.drawLine(box.topLeft(), box.bottomLeft())
        inner = box.adjusted(PADDING, 6, -6, -5)
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        self._words(painter, inner.topLeft() + QPointF(0, 10), tile.title, inner.width())
        self._words(painter, inner.bottomLeft() - QPointF(0, 3), tile.note, inner.width())
        painter.setFont(self._large)
        painter.setPen(getattr(theme, tile.token))
        baseline = inner.top() + 30
        painter.drawText(QPointF(inner.left(), baseline), tile.figure)
        end = inner.left() + self._large_metrics.horizontalAdvance(tile.figure) + 5
        if tile.unit:
            painter.setFont(self._small)
            painter.setPen(theme.muted)
            self._words(painter, QPointF(end, baseline), tile.unit, inner.right() - end)
        if place == 3 and box.width() >= HISTOGRAM_FROM_PX and self._reading is not None:
            room = QRectF(end + 10, inner.top() + 13, inner.right() - end - 14, 20)
            self._paint_histogram(painter, room, self._reading)

    def _words(self, painter: QPainter, at: QPointF, words: str, width: float) -> None:
        elided = self._small_metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)
        painter.drawText(at, elided)

    def _paint_histogram(self, painter: QPainter, box: QRectF, reading: FundingReading) -> None:
        """How often which rate was settled; the line is the rate predicted."""
        history, rate = reading.history, reading.rate_8h
        if reading.band is None or rate is None or box.width() < 40:
            return
        if self._quantiles[0] is not history:
            ends = np.quantile(history.per_8h, (0.01, 0.99))
            self._quantiles = history, (float(ends[0]), float(ends[1]))
        low, high = min(self._quantiles[1][0], rate), max(self._quantiles[1][1], rate)
        if not high > low:
            return
        past = np.clip(history.per_8h, low, high)
        hours, _ = np.histogram(past, HISTOGRAM_BARS, (low, high), weights=history.hours)
        # Most settle at the baseline: by roots, the others can be seen beside it.
        heights = np.sqrt(hours / hours.max()) * box.height()
        step = box.width() / HISTOGRAM_BARS
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(self._theme.accent, 0.45))
        for place, height in enumerate(heights.tolist()):
            if height:
                painter.drawRect(QRectF(box.left() + place * step, box.bottom() - height, step - 0.6, height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x = box.left() + (rate - low) / (high - low) * box.width()
        painter.setPen(QPen(getattr(self._theme, reading.token), 1.6))
        painter.drawLine(QPointF(x, box.top() + 1), QPointF(x, box.bottom()))
