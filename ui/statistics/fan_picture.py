"""The fan of what else the same trades could have brought, with the quantiles of its falls, and ruin."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui import format
from ui.statistics.axes import Scale, points, roomy, ticks
from ui.statistics.drawing import Drawing
from ui.statistics.picture import CENTRE, HEAD_PX, LEFT, RIGHT, Picture, Rows
from ui.statistics.words import figure, short, token
from ui.theme import Theme, tint
from workstation.journal.statistics.monte_carlo import (
    FAN_PROBABILITIES,
    PROBABILITIES,
    MonteCarlo,
    MonteCarloResult,
)
from workstation.journal.statistics.table import Measure

RUINS = {
    Measure.R: (10.0, 20.0, 30.0, 50.0),
    Measure.SHARE: (0.2, 0.3, 0.5, 0.8),
    Measure.MONEY: (0.2, 0.3, 0.5, 0.8),
}
"""Falls that may be called ruin: R, fractions of the balance, fractions of the starting balance."""
_USUAL = 1
DRAW_AFTER_MS = 150
"""Whoever leafs through measures is not made to wait for drawings that nobody looks at."""
_AXIS_PX, _SIDE_PX, _TRADES_PX = 44, 132, 17
_LEAST_TRADES = 2


class FanPicture(Picture):
    """Draws when it can be seen; places are the trades after which the fan is known."""

    key: ClassVar[str] = "fan"
    title: ClassVar[str] = "Monte Carlo"
    least_px: ClassVar[int] = 380

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.drawing = Drawing(self)
        self.drawing.changed.connect(self._drawn)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(DRAW_AFTER_MS)
        self._soon.timeout.connect(self.draw)
        self._ruin = {measure: choices[_USUAL] for measure, choices in RUINS.items()}
        self._called_off = self._stale = False
        self.button = QToolButton(self)
        self.button.setFont(self.font_small)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolTip("The fall that is called ruin")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setMenu(QMenu(self.button))
        self._offer()

    # What is drawn.

    @property
    def result(self) -> MonteCarloResult | None:
        """What was drawn; None before."""
        return self.drawing.result

    @property
    def ruin(self) -> float:
        """The fall that is called ruin, in the unit of the results."""
        chosen = self._ruin[self.measure]
        return chosen if self.measure is not Measure.MONEY else chosen * (self._start() or 0.0)

    def _start(self) -> float | None:
        return None if self.table is None else self.table.start()

    def missing(self) -> str:
        why = self.without_results()
        if why or self.found is None:
            return why
        if self.measure is Measure.MONEY:
            if self.found.table.mixed:
                return self.found.table.mixed
            if not self._start():
                return "The starting balance is not known: type it in, or see this in R."
        if self.drawing.error:
            return self.drawing.error
        if self.drawing.is_running:
            return f"Drawing histories … {self.drawing.share * 100:.0f} %\nEsc or a click calls it off."
        if self._called_off:
            return "Called off.\nM or a click draws."
        return "" if self.result is not None else "Histories are drawn when this is seen."

    def changed(self) -> None:
        self._called_off = False
        self._stale = True
        self._offer()
        self.drawing.cancel()
        self.drawing.result = None
        if self.isVisible():
            self._soon.start()

    def draw(self) -> None:
        """Draw anew."""
        table = self.table
        self._stale = self._called_off = False
        if table is None or not len(table) or (self.measure is Measure.MONEY and not self._start()):
            self.drawing.cancel()
            self.drawing.result = None
            return
        results = table.results(self.measure)
        if np.count_nonzero(np.isfinite(results)) < _LEAST_TRADES:
            self.drawing.cancel()
            self.drawing.result = None
            return
        start = (self._start() or 0.0) if self.measure is Measure.MONEY else 0.0
        compounds = self.measure is Measure.SHARE
        self.drawing.start(results, MonteCarlo(self.ruin, compounds=compounds, start=start))

    def _drawn(self) -> None:
        self.place = None
        self.paint_anew()

    def call_off(self) -> None:
        """Draw no further."""
        self._called_off = self.drawing.is_running or self._called_off
        self.drawing.cancel()

    def set_ruin(self, ruin: float) -> None:
        """Call another fall ruin, one of `RUINS` of the measure in force."""
        self._ruin[self.measure] = ruin
        self._offer()
        self.draw()

    def _ruin_words(self, ruin: float) -> str:
        if self.measure is Measure.R:
            return f"{ruin:.0f} R"
        return format.percent(ruin, 0) + (" of the start" if self.measure is Measure.MONEY else "")

    def _offer(self) -> None:
        menu = self.button.menu()
        menu.clear()
        for ruin in RUINS[self.measure]:
            action = menu.addAction(self._ruin_words(ruin))
            action.triggered.connect(lambda _=False, ruin=ruin: self.set_ruin(ruin))
        self.button.setText(f"ruin −{self._ruin_words(self._ruin[self.measure])} ▾")
        self._place_button()

    def _place_button(self) -> None:
        left = 18 + self.metrics.horizontalAdvance(self.title) * 1.1
        self.button.setGeometry(round(left), 2, self.button.sizeHint().width(), HEAD_PX - 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()
        if self.drawing.is_running:
            self.drawing.cancel()
            self._stale = True

    def corner(self) -> str:
        one = self.result
        if one is None or self.missing():
            return ""
        few = " few" if one.few else ""
        return f"{format.count(one.runs)} histories in blocks of {one.block}, n {format.count(one.n)}{few}"

    # Painting.

    def _scales(self, one: MonteCarloResult, box: QRectF) -> tuple[Scale, Scale]:
        side = _SIDE_PX if box.width() > 300 else 0
        right = box.right() - _AXIS_PX - side
        along = Scale(0.0, float(one.fan_trades[-1]), box.left(), right)
        low, high = roomy(float(one.fan.min()), float(one.fan.max()))
        return along, Scale(low, high, box.bottom() - _TRADES_PX, box.top() + 2)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        one, theme = self.result, self.theme
        if one is None:
            return
        along, up = self._scales(one, box)
        for value in ticks(up.low, up.high, max(2, int((up.start - up.end) / 34))):
            y = up.px(value)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(along.start, y), QPointF(along.end, y))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(along.end + 5, y - 8, _AXIS_PX, 16), LEFT, short(value, self.measure))
        painter.setPen(theme.muted)
        for value in ticks(along.low, along.high, max(2, int((along.end - along.start) / 60)))[1:]:
            at = QRectF(along.px(value) - 40, up.start + 1, 80, 15)
            painter.drawText(at, CENTRE, format.count(int(value)))
        painter.drawText(QRectF(along.start, up.start + 1, 60, 15), LEFT, "trades")
        x = along.many(one.fan_trades)
        rows = [up.many(row) for row in one.fan]
        for low, high, alpha in ((0, 4, 0.13), (1, 3, 0.2)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint(theme.accent, alpha))
            painter.drawPolygon(QPolygonF(points(x, rows[low]) + points(x, rows[high])[::-1]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent, 1.5))
        painter.drawPolyline(QPolygonF(points(x, rows[2])))
        if along.end + _AXIS_PX < box.right() - 20:
            self._paint_side(painter, one, QRectF(along.end + _AXIS_PX, box.top(), _SIDE_PX, box.height()))

    def side_words(self, one: MonteCarloResult) -> list[tuple[str, str, str]]:
        """(what, figure, theme's token) of what the histories come to."""
        found = [("largest fall", "", "muted")]
        names = {0.5: "half of them", 0.95: "1 in 20", 0.99: "1 in 100"}
        for share, fall in zip(PROBABILITIES, one.drawdowns, strict=True):
            if share in names:
                found.append((names[share], figure(-fall, self.measure), "down"))
        found.append(("at the end", "", "muted"))
        for share, name in ((0.05, "5 %"), (0.5, "half"), (0.95, "95 %")):
            final = one.finals[PROBABILITIES.index(share)]
            started = (self._start() or 0.0) if self.measure is Measure.MONEY else 0.0
            found.append((name, figure(final, self.measure), token(final - started)))
        found.append(
            ("ruin", format.percent(one.ruin.value, 1), "down" if (one.ruin.value or 0) >= 0.0005 else "text")
        )
        found.append(("below start", format.percent(one.lost.value, 1), "text"))
        return found

    def _paint_side(self, painter: QPainter, one: MonteCarloResult, box: QRectF) -> None:
        lines = self.side_words(one)
        high = min(17.0, box.height() / len(lines))
        if high < 12:
            return
        for row, (name, said, color) in enumerate(lines):
            at = QRectF(box.left(), box.top() + row * high, box.width() - 4, high)
            painter.setPen(self.theme.muted)
            painter.drawText(at.adjusted(8 if said else 0, 0, 0, 0), LEFT, name)
            painter.setPen(getattr(self.theme, color))
            painter.drawText(at, RIGHT, said)

    # Pointing.

    def place_at(self, at: QPointF, box: QRectF) -> int | None:
        one = self.result
        if one is None:
            return None
        along, _ = self._scales(one, box)
        if not along.start <= at.x() <= along.end:
            return None
        return int(np.argmin(np.abs(one.fan_trades - along.value(at.x()))))

    def step(self, place: int | None, right: int, down: int) -> int | None:
        one = self.result
        if one is None:
            return None
        last = len(one.fan_trades) - 1
        return last if place is None else min(max(place + right + 10 * down, 0), last)

    def said(self, place: int) -> str:
        one = self.result
        if one is None or place >= len(one.fan_trades):
            return ""
        low, middle, high = (figure(float(one.fan[row, place]), self.measure) for row in (0, 2, 4))
        after = f"after {one.fan_trades[place]:.0f} trades"
        return f"{after}: half above {middle}, 90 % within {low} … {high} {self.unit}"

    def mark(self, painter: QPainter, box: QRectF, place: int) -> None:
        one = self.result
        if one is None or place >= len(one.fan_trades):
            return
        along, up = self._scales(one, box)
        x = along.px(float(one.fan_trades[place]))
        painter.setPen(QPen(tint(self.theme.text, 0.5), 1))
        painter.drawLine(QPointF(x, up.end), QPointF(x, up.start))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_body = event.position().y() >= HEAD_PX
        if is_body and self.drawing.is_running:
            self.call_off()
        elif is_body and self._called_off:
            self.draw()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.drawing.is_running:
            self.call_off()
        elif event.key() == Qt.Key.Key_M and not event.modifiers():
            self.draw()
        else:
            super().keyPressEvent(event)

    def rows(self) -> Rows:
        one = self.result
        if one is None:
            return (), ()
        factor = 100.0 if self.measure is Measure.SHARE else 1.0
        titles = ("Trades", *(f"{share:.0%}, {self.unit}" for share in FAN_PROBABILITIES))
        return titles, [
            (int(after), *(float(value) * factor for value in one.fan[:, place]))
            for place, after in enumerate(one.fan_trades.tolist())
        ]
