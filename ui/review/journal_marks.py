"""The journal's round trips on a live chart: a line from entry to exit, and the way to their review."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLineF, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QToolTip, QWidget

from ui.review.plain_tip import plain_tip
from ui.review.trip_words import trip_tip
from ui.services import PanelServices
from ui.theme import Theme, tint
from ui.widgets.plot_overlay import PlotOverlay
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.state import SymbolState
from workstation.model.journal import AccountKind, ReviewedTrip

REACH_PX = 6.0
RING_PX = 4.0
MOST_SHOWN = 500
_SHOWN_KINDS = (AccountKind.PAPER, AccountKind.LIVE, AccountKind.SIMULATED)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A round trip as a line: entry and exit, won or lost."""

    one: ReviewedTrip
    from_ms: int
    to_ms: int
    entry: float
    exit: float
    won: bool


class JournalMarksItem(PlotOverlay):
    """A ring at the entry and one at the exit, a hairline between them in the colour of the result."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._marks: tuple[_Mark, ...] = ()

    def show_trips(self, trips: Sequence[ReviewedTrip]) -> None:
        """Show these closed round trips."""
        self._marks = tuple(
            _Mark(
                one,
                one.trip.opened_ms,
                one.trip.closed_ms,
                float(one.trip.entry_price),
                float(one.trip.exit_price),
                one.trip.net_pnl >= 0,
            )
            for one in trips[-MOST_SHOWN:]
            if one.trip.closed_ms is not None and one.trip.exit_price is not None
        )
        self.update()

    @property
    def count(self) -> int:
        """How many are on the chart, in view or not."""
        return len(self._marks)

    def trip_at(self, position: QPointF) -> ReviewedTrip | None:
        """The round trip whose ring is under the pointer, widget pixels; the newest first."""
        mapping = self.mapping
        for mark in reversed(self._marks):
            for at_ms, price in ((mark.from_ms, mark.entry), (mark.to_ms, mark.exit)):
                away = position - QPointF(mapping.x(at_ms), mapping.y(price))
                if abs(away.x()) <= REACH_PX and abs(away.y()) <= REACH_PX:
                    return mark.one
        return None

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        mapping, theme = self.mapping, self.theme
        if not self._marks:
            return
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self._marks:
            if mark.to_ms < mapping.from_ms or mark.from_ms > mapping.to_ms:
                continue
            color = theme.up if mark.won else theme.down
            entry = QPointF(mapping.x(mark.from_ms), mapping.y(mark.entry))
            leave = QPointF(mapping.x(mark.to_ms), mapping.y(mark.exit))
            painter.setPen(QPen(tint(color, 0.7), 1.2, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(entry, leave))
            painter.setPen(QPen(color, 1.4))
            painter.setBrush(theme.panel)
            painter.drawEllipse(entry, RING_PX, RING_PX)
            painter.setBrush(color)
            painter.drawEllipse(leave, RING_PX - 1, RING_PX - 1)


class JournalMarks(QObject):
    """Keeps the marks of one chart up to date, tells what one is, and opens its review with a click."""

    def __init__(self, plot: TimePricePlot, services: PanelServices, is_drawing: Callable[[], bool]) -> None:
        """Put them on a plot.

        Args:
            is_drawing: a click belongs to a drawing that is being made.
        """
        super().__init__(plot)
        self._plot, self._services, self._is_drawing = plot, services, is_drawing
        self.item = JournalMarksItem(plot.theme)
        plot.add_overlay(self.item, 45)
        plot.pointed.connect(self._pointed)
        plot.viewport().installEventFilter(self)
        self._seen: object = None
        self._pressed: QPointF | None = None
        self._told: ReviewedTrip | None = None

    def refresh(self, state: SymbolState) -> None:
        """Show what the journal knows of this market up to now."""
        journal = self._services.journal
        if journal is None:
            return
        market = (state.instrument.venue, state.instrument.symbol)
        # Once a second of the market is enough, and a recording does not know its future.
        seen = (market, journal.version, int(state.market_ms) // 1_000 if self._is_replay else 0)
        if seen == self._seen:
            return
        self._seen = seen
        kinds = {account.key: account.kind for account in journal.accounts()}
        until_ms = state.market_ms if self._is_replay else float("inf")
        self.item.show_trips(
            [
                one
                for one in journal.trips()
                if (one.trip.venue, one.trip.symbol) == market
                and kinds.get(one.trip.account) in _SHOWN_KINDS
                and (one.trip.closed_ms or until_ms) <= until_ms
            ]
        )

    @property
    def _is_replay(self) -> bool:
        return self._services.workstation.feed is not None

    def _pointed(self, position: QPointF | None) -> None:
        one = None if position is None else self.item.trip_at(position)
        if one is not None and position is not None:
            words = f"{trip_tip(one)}\nClick: review it"
            QToolTip.showText(
                self._plot.viewport().mapToGlobal(position.toPoint()), plain_tip(words), self._plot
            )
        elif self._told is not None:
            QToolTip.hideText()
        self._told = one

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """A click on a ring that is no drag opens the review."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed = event.position()
            elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                moved = (event.position() - self._pressed).manhattanLength()
                one = self.item.trip_at(event.position()) if moved < 4 else None
                self._pressed = None
                if one is not None and not self._is_drawing():
                    self._services.review_trip(one.trip.trip_id)
        return False
