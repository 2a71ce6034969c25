"""The row of figures over the statistics: what they are, and their painting."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format
from ui.review.plain_tip import plain_tip
from ui.statistics import words
from ui.statistics.found import Statistics
from ui.theme import AGE_PX, Theme, tint, ui_font
from workstation.journal.statistics.figure import Figure
from workstation.journal.statistics.table import Measure

TILE_PX, LOW_PX = 62, 46
LEAST_PX = 104
"""A tile needs so much width; where there is less, tiles wrap."""
_VALUE_PX = 18
_PAD = 12
_SHORT = {
    "Expectancy": "Mean",
    "Max drawdown": "Drawdown",
    "Profit factor": "PF",
    "Process followed": "Followed",
    "Longest losing run": "Losing run",
}
"""Titles where there is no room for the whole and n: n is never left out."""
_DAY_MS = 86_400_000
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_OF_MEASURE = {
    Measure.MONEY: ("expectancy_money", "drawdown_money"),
    Measure.SHARE: ("expectancy_share", "drawdown_share"),
    Measure.R: ("expectancy_r", "drawdown_r"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure.

    Attributes:
        title, value: of it.
        lines: what stands under it, the longest first: the first that has room is shown.
        token: theme's token of the value.
        n: what it rests on.
        few: n is below 30.
        tip: formula, interval, what was left out and why.
    """

    title: str
    value: str
    lines: tuple[str, ...]
    token: str
    n: int
    few: bool
    tip: str


def tiles_of(found: Statistics, measure: Measure) -> list[Tile]:
    """The figures of a choice of round trips, in the order to show them."""
    figures, table, asset = found.summary, found.table, found.summary.asset
    expectancy, drawdown = (figures[key] for key in _OF_MEASURE[measure])
    won, lost = int((table.money > 0).sum()), int((table.money < 0).sum())
    tiles = [_tile(figures["trades"], asset, *_counts(found, won, lost))]
    rate = figures["win_rate"]
    between = (
        ""
        if rate.estimate.low is None or rate.estimate.high is None
        else f"95 % {rate.estimate.low * 100:.1f} – {rate.estimate.high * 100:.1f} %"
    )
    tiles.append(_tile(rate, asset, between))
    of_mean = words.interval(expectancy.estimate.low, expectancy.estimate.high, measure)
    other = figures["expectancy_r" if measure is Measure.MONEY else "expectancy_money"]
    beside = "" if other.value is None else f" · {words.figure_text(other, asset)}"
    mean = f"95 % {of_mean}" if of_mean else "one is no mean"
    tiles.append(_tile(expectancy, asset, mean + beside, mean, token=words.token(expectancy.value)))
    sums = f"{format.price(float(table.money[table.money > 0].sum()), 0)} / "
    sums += f"{format.price(-float(table.money[table.money < 0].sum()), 0)}"
    tiles.append(_tile(figures["profit_factor"], asset, f"{sums} {asset}", sums))
    tiles.append(_drawdown(found, drawdown, measure))
    tiles.append(_tile(figures["sqn"], asset, "n capped at 100" if figures["sqn"].n > 100 else "of R"))
    values = table.results(measure)
    means = [values[flags & np.isfinite(values)] for flags in (table.money > 0, table.money < 0)]
    both = " / ".join(words.figure(float(one.mean()), measure) if len(one) else "—" for one in means)
    tiles.append(_tile(figures["payoff"], asset, f"{both} {words.unit(measure, asset)}", both))
    followed, broken = figures["followed_r"], figures["broken_r"]
    beside = (
        f"{words.result(followed.value, Measure.R)} followed, {words.result(broken.value, Measure.R)} not"
    )
    tiles.append(_tile(figures["followed"], asset, f"{beside} (n {broken.n})", beside, f"n {broken.n} not"))
    run = figures["losing_streak"]
    band = ""
    if run.estimate.low is not None and run.estimate.high is not None:
        band = f"{run.estimate.low:.0f} – {run.estimate.high:.0f}"
    tiles.append(_tile(run, asset, f"{band} expected by chance", f"{band} by chance", band))
    return tiles


def _tile(one: Figure, asset: str, *lines: str, token: str = "text") -> Tile:
    name = one.what.name.removesuffix(" of the balance").removesuffix(" in R").removesuffix("relative ")
    name = name.replace("relative ", "")
    if one.value is None:
        return Tile(
            name,
            format.NO_FIGURE,
            (one.reason,),
            "dim",
            one.n,
            False,
            words.figure_tip(one, asset),
        )
    return Tile(
        name,
        words.figure_text(one, asset),
        tuple(line for line in lines if line) or ("",),
        token,
        one.n,
        one.few and one.n > 0,
        words.figure_tip(one, asset),
    )


def _counts(found: Statistics, won: int, lost: int) -> tuple[str, ...]:
    table = found.table
    if not len(table):
        return ("",)
    days = max(1.0, float(table.closed_ms.max() - table.opened_ms.min()) / _DAY_MS)
    both = f"{format.count(won)} won, {format.count(lost)} lost"
    left = f"{both} · {found.open_count} open" if found.open_count else both
    return (f"{left} · {format.price(len(table) / days, 1)} a day", left, both)


def _drawdown(found: Statistics, one: Figure, measure: Measure) -> Tile:
    """The fall with its sign, when it was, and what it is in the other measures."""
    figures, asset = found.summary, found.summary.asset
    equity = found.series(measure).equity
    others = []
    for key in ("drawdown_money", "drawdown_share", "drawdown_r"):
        other = figures[key]
        if other is not one and other.value is not None:
            others.append(words.figure_text(other, asset).lstrip("+"))
    when = ""
    if equity.worst is not None and equity.worst.trough > equity.worst.peak:
        times = equity.times_ms
        when = f"{words.day(times[equity.worst.peak])} – {words.day(times[equity.worst.trough])}"
    tile = _tile(one, asset, f"{when} · {', '.join(others)}" if others and when else when, when)
    if not one.value:
        return tile
    value = f"{format.MINUS}{words.figure_text(one, asset).lstrip('+')}"
    return Tile(tile.title, value, tile.lines, "down", tile.n, tile.few, tile.tip)


class Tiles(QWidget):
    """Paints tiles side by side, in as many rows as they need."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tiles: list[Tile] = []
        self._low = False
        self._small, self._title = ui_font(AGE_PX), ui_font(AGE_PX)
        self._value = ui_font(_VALUE_PX, 600)
        self._metrics = QFontMetricsF(self._small)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Figures")
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_tiles(self, tiles: list[Tile]) -> None:
        """Show these."""
        if tiles != self._tiles:
            self._tiles = tiles
            self.setAccessibleDescription("; ".join(f"{one.title} {one.value}" for one in tiles))
            self._fit()
            self.update()

    def set_low(self, low: bool) -> None:
        """Show one row without the line under the values, where the pictures need the room."""
        if low != self._low:
            self._low = low
            self._fit()
            self.update()

    @property
    def _tile_px(self) -> int:
        return LOW_PX if self._low else TILE_PX

    @property
    def tiles(self) -> list[Tile]:
        """What is shown."""
        return self._tiles

    @property
    def _columns(self) -> int:
        count = max(1, len(self._tiles))
        columns = max(1, min(count, self.width() // LEAST_PX))
        if self._low:
            return columns  # one row: the rest is in the table of every figure
        return -(-count // -(-count // columns))  # rows as full as each other

    def _fit(self) -> None:
        rows = 1 if self._low else -(-max(1, len(self._tiles)) // self._columns)
        if self.height() != rows * self._tile_px:
            self.setFixedHeight(rows * self._tile_px)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(900, TILE_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, TILE_PX)

    def _rect(self, place: int) -> QRectF:
        width = self.width() / self._columns
        row, column = divmod(place, self._columns)
        return QRectF(column * width, row * self._tile_px, width, self._tile_px)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos().toPointF()
            tips = (one.tip for place, one in enumerate(self._tiles) if self._rect(place).contains(at))
            QToolTip.showText(event.globalPos(), plain_tip(next(tips, "")), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.panel)
        for place, tile in enumerate(self._tiles):
            rect = self._rect(place)
            if rect.left() > 1:
                painter.fillRect(QRectF(round(rect.left()), rect.top(), 1, rect.height()), theme.hairline)
            painter.fillRect(QRectF(0, rect.bottom() - 1, self.width(), 1), theme.hairline)
            self._paint(painter, tile, rect.adjusted(_PAD, 5, -8, -5))

    def _paint(self, painter: QPainter, tile: Tile, box: QRectF) -> None:
        theme = self._theme
        head = QRectF(box.left(), box.top(), box.width(), 15)
        painter.setFont(self._small)
        count = words.count_words(tile.n)
        room = head.width()
        if tile.few:
            badge = QRectF(head.right() - 26, head.top(), 26, 14)
            painter.setPen(QPen(tint(theme.warn, 0.6), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(badge.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            painter.setPen(theme.warn)
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, "few")
            room -= 30
        wide = self._metrics.horizontalAdvance(count)
        painter.setPen(theme.muted)
        painter.drawText(QRectF(head.left(), head.top(), room, 15), _RIGHT, count)
        room -= wide + 6
        title = tile.title
        if self._metrics.horizontalAdvance(title) > room:
            title = _SHORT.get(title, title)
        title = self._metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(head.left(), head.top(), room, 15), _LEFT, title)
        painter.setFont(self._value)
        painter.setPen(getattr(theme, tile.token))
        value = QFontMetricsF(self._value).elidedText(tile.value, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(QRectF(box.left(), box.top() + 15, box.width(), 22), _LEFT, value)
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        if self._low:
            return
        fits = (line for line in tile.lines if self._metrics.horizontalAdvance(line) <= box.width())
        line = next(fits, tile.lines[-1])
        line = self._metrics.elidedText(line, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(QRectF(box.left(), box.top() + 37, box.width(), 15), _LEFT, line)
