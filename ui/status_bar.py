"""The line at the bottom: what the desk costs, how the feed runs, what is stored, and the time in UTC."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.chart_figures import funding_part
from ui.frame_clock import FrameClock
from ui.health_figures import LATE_MS
from ui.panel import PanelServices
from ui.theme import AGE_PX, ui_font
from workstation.model.feed_status import FeedState

MARGIN_PX = 14
GAP_PX = 22
FRAME_BUDGET_MS = 16.0


class StatusBar(QWidget):
    """Figures that say at a glance whether the desk itself is well."""

    def __init__(self, services: PanelServices, clock: FrameClock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._clock = clock
        self._font = ui_font(AGE_PX)
        self.left: tuple[tuple[str, str], ...] = ()
        """(words, token of the theme that colours them)."""
        self.right: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        services.themes.changed.connect(lambda _theme: self.update())

    def sizeHint(self) -> QSize:
        return QSize(200, 24)

    def refresh(self) -> None:
        """Read the figures; repaint if one has changed."""
        left = (self._desk(), self._feed(), *self._store())
        utc = f"UTC {format.utc_time(self._services.workstation.clock.now_ms())}", "muted"
        right = (*self._funding(), utc)
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.setAccessibleName(", ".join(words for words, _ in left + right))
            self.update()

    def _desk(self) -> tuple[str, str]:
        work_ms = self._clock.recent_work_ms()
        if not work_ms:
            return "desk idle", "muted"
        token = "warn" if work_ms > FRAME_BUDGET_MS else "muted"
        return f"desk {format.price(work_ms, 1)} ms/frame", token

    def _feed(self) -> tuple[str, str]:
        workstation, watch = self._services.workstation, self._services.feed
        live = workstation.live
        if workstation.feed is None and live is None:
            return "no feed", "muted"
        standing = watch.standing(None)
        if standing is not None and standing.state is not FeedState.LIVE:
            token = "warn" if standing.state is FeedState.CONNECTING else "danger"
            return f"feed {standing.state.value}", token
        states = workstation.market.states.values()
        gaps = sum(state.book.sequence_gaps for state in states)
        events = format.rate(sum(state.health.event_rate for state in states)).removesuffix("/s")
        words = f"feed {events} msg/s · {format.count(gaps)} {'gap' if gaps == 1 else 'gaps'}"
        if live is None:
            return words, "warn" if gaps else "muted"
        is_late = live.lag_ms > LATE_MS
        return f"{words} · lag {format.price(live.lag_ms, 0)} ms", "warn" if gaps or is_late else "muted"

    def _funding(self) -> tuple[tuple[str, str], ...]:
        """The funding of the symbol that the first link group shows, and when it is settled."""
        symbol = self._services.links.first.symbol
        state = self._services.workstation.market.state(symbol)
        part = None if state is None else funding_part(state, self._services.feed.venue_now_ms())
        return () if part is None else ((f"{symbol} {part[0]}", part[1]),)

    def _store(self) -> tuple[tuple[str, str], ...]:
        recorder = self._services.workstation.recorder
        if recorder is None:
            return (("nothing is stored", "muted"),)
        stored = sum(recorder.rows_stored.values())
        size = format.data_size(recorder.bytes_on_disk())
        ticks = (f"ticks stored {format.count(stored)} · {size}", "muted")
        if recorder.failed is not None:
            return ticks, ("store stopped", "danger")
        waiting = recorder.queued_rows
        return ticks, (f"store {format.count(waiting)} waiting" if waiting else "store ok", "muted")

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._services.themes.theme
        painter = QPainter(self)
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        middle = Qt.AlignmentFlag.AlignVCenter
        right = self.width() - MARGIN_PX
        for words, token in reversed(self.right):
            right -= round(metrics.horizontalAdvance(words))
            painter.setPen(getattr(theme, token))
            painter.drawText(right, 0, self.width(), self.height(), middle, words)
            right -= GAP_PX
        left = MARGIN_PX
        for words, token in self.left:
            width = round(metrics.horizontalAdvance(words))
            if left + width > right:
                break
            painter.setPen(getattr(theme, token))
            painter.drawText(left, 0, width + 2, self.height(), middle, words)
            left += width + GAP_PX
