"""Feed health: how well the data arrive, whether the book is the venue's, and whether all is stored."""

from collections import deque
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ui import format
from ui.panel import STALE_AFTER_S, Condition, Panel, PanelServices
from ui.theme import Theme
from ui.widgets.figures_view import Figure, FiguresView, Section, Verdict
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.order_book import BookStatus
from workstation.market.recorder import Recorder
from workstation.market.state import SymbolState

LATE_MS = 250.0
"""Data applied later than this after they were due are called late."""
RATE_SPAN_S = 60
LOW_DISK_BYTES = 2_000_000_000


class FeedHealthPanel(Panel):
    """Shows the health of every symbol's data and of the recorder."""

    kind: ClassVar[str] = "feed_health"
    title: ClassVar[str] = "Feed health"
    rate_hz: ClassVar[float] = 2.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._rates: dict[str, deque[tuple[float, float]]] = {}
        self._sampled_second = -1
        self._stored: tuple[float, int] | None = None
        self._stored_rate = 0.0
        self._disk = (0, 0)
        self.view = FiguresView(self.theme, services.themes.density)
        self.view.setAccessibleName("Feed health")
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.view)
        self.set_body(area)
        self.setFocusProxy(area)

    def refresh(self) -> None:
        workstation = self.services.workstation
        states = list(workstation.market.states.values())
        if not states:
            self.set_condition(
                Condition.EMPTY, "No feed is open.", "Open a recording to see how its data arrive."
            )
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        now = workstation.clock.monotonic()
        if int(now) != self._sampled_second:
            self._sample(now, states)
        sections = [
            symbol_section(state, workstation.feed, now, self._rates.get(state.instrument.symbol, deque()))
            for state in states
        ]
        sections.append(recorder_section(workstation.recorder, self._stored_rate, *self._disk))
        self.view.set_sections(sections)
        self._say_worst(sections)

    def market_reset(self) -> None:
        self._rates.clear()

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_look(theme, self.services.themes.density)

    def data_age_s(self) -> float | None:
        newest = [
            state.health.last_data
            for state in self.services.workstation.market.states.values()
            if state.health.last_data is not None
        ]
        return self.services.workstation.clock.monotonic() - max(newest) if newest else None

    def _sample(self, now: float, states: list[SymbolState]) -> None:
        """Once a second: message rates, rows stored since the last time, and the disk."""
        for state in states:
            samples = self._rates.setdefault(state.instrument.symbol, deque(maxlen=RATE_SPAN_S))
            samples.appendleft((now, state.health.event_rate))
        recorder = self.services.workstation.recorder
        if recorder is not None:
            stored = sum(recorder.rows_stored.values())
            if self._stored is not None:
                self._stored_rate = (stored - self._stored[1]) / (now - self._stored[0])
            self._stored = (now, stored)
            self._disk = (recorder.bytes_on_disk(), recorder.bytes_free())
        self._sampled_second = int(now)

    def _say_worst(self, sections: list[Section]) -> None:
        order = (Verdict.BAD, Verdict.WATCH, Verdict.OK, Verdict.NONE)
        worst = min((section.verdict for section in sections), key=order.index)
        words = {Verdict.BAD: "needs attention", Verdict.WATCH: "watch", Verdict.OK: "in step"}
        self.header.set_subject("Feed health", words.get(worst, ""))


def symbol_section(
    state: SymbolState, feed: ReplayFeed | None, now: float, rates: deque[tuple[float, float]]
) -> Section:
    """How a symbol's data arrive; `rates` are (monotonic seconds, messages/s), newest first."""
    health, book, check = state.health, state.book, state.quote_check
    verdict, words = symbol_verdict(state, feed, now)
    figures = (
        Figure("Messages", format.rate(health.event_rate)),
        Figure("Lag", f"{format.price(health.lag_ms, 0)} ms", "warn" if health.lag_ms > LATE_MS else "text"),
        Figure("Trades", format.count(health.trades)),
        Figure("Quotes", format.count(health.quotes)),
        Figure("Depth updates", format.count(health.depth_updates)),
        Figure("Snapshots", format.count(health.snapshots)),
        Figure("Gaps", format.count(book.sequence_gaps), "warn" if book.sequence_gaps else "text"),
        Figure("Crossed books", format.count(book.crossed_books), "warn" if book.crossed_books else "text"),
        Figure("Quotes checked", format.count(check.checks)),
        Figure("of these wrong", format.count(check.mismatches), "danger" if check.mismatches else "text"),
        Figure("Bad messages", format.count(health.bad_messages), "warn" if health.bad_messages else "text"),
    )
    line = tuple((float(int(now) - int(moment)), rate) for moment, rate in rates)
    return Section(state.instrument.symbol, verdict, words, figures, line, f"Messages, {RATE_SPAN_S} s")


def symbol_verdict(state: SymbolState, feed: ReplayFeed | None, now: float) -> tuple[Verdict, str]:
    """The worst of what is so, in one sentence without figures that run."""
    health, book, check = state.health, state.book, state.quote_check
    if check.mismatches:
        return Verdict.BAD, "The book disagrees with the venue's quotes"
    if book.status is BookStatus.BROKEN:
        return Verdict.BAD, "The book has a gap and waits for a snapshot"
    if health.last_data is None:
        return Verdict.WATCH, "No data yet"
    stands_still = feed is not None and (feed.paused or feed.finished)
    if now - health.last_data > STALE_AFTER_S and not stands_still:
        return Verdict.WATCH, "No data for more than two seconds"
    if health.lag_ms > LATE_MS:
        return Verdict.WATCH, "Data are applied late: the machine cannot keep up"
    if book.status is BookStatus.EMPTY:
        return Verdict.WATCH, "No snapshot: trades only, no book"
    if book.crossed_books:
        return Verdict.WATCH, "The book was crossed"
    if book.sequence_gaps:
        return Verdict.WATCH, "There were gaps; a snapshot has mended the book"
    if health.bad_messages:
        return Verdict.WATCH, "Messages that could not be read were skipped"
    if feed is not None and feed.finished and feed.truncated:
        return Verdict.WATCH, "The recording is cut off in the middle"
    if check.checks:
        return Verdict.OK, "In step: the book agrees with every quote checked"
    return Verdict.OK, "In step with the venue's numbering"


def recorder_section(recorder: Recorder | None, rows_rate: float, disk: int, free: int) -> Section:
    """What is stored, and whether there is room; `rows_rate` is rows a second, `disk` and `free` bytes."""
    if recorder is None:
        return Section("Recorder", Verdict.NONE, "Not recording", ())
    verdict, words = Verdict.OK, "Recording"
    if recorder.failed is not None:
        verdict, words = Verdict.BAD, recorder.failed
    elif free < LOW_DISK_BYTES:
        verdict, words = Verdict.WATCH, "Recording, but the disk is nearly full"
    figures = (
        Figure("Queue", f"{format.count(recorder.queued_rows)} rows"),
        Figure("Stored", f"{format.rate(rows_rate)[:-2]} rows/s"),
        *(
            Figure(table.replace("_", " ").capitalize(), format.count(rows))
            for table, rows in recorder.rows_stored.items()
        ),
        Figure("Store", format.data_size(disk)),
        Figure("Disk free", format.data_size(free), "warn" if free < LOW_DISK_BYTES else "text"),
    )
    return Section("Recorder", verdict, words, figures)
