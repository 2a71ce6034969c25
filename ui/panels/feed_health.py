"""Feed health: how well the data arrive, whether the book is the venue's, and whether all is stored."""

from collections import deque
from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.health_figures import (
    RATE_SPAN_S,
    SYMBOL_COLUMNS,
    feed_section,
    live_verdict,
    recorder_section,
    symbol_cells,
    symbol_section,
)
from ui.panel import Condition, Panel, PanelServices
from ui.theme import COMPACT, Theme
from ui.widgets.figures_view import FiguresView, Verdict
from ui.widgets.scrolled import scrolled
from ui.widgets.table import Table
from workstation.market.state import SymbolState

_WORST_FIRST = (Verdict.BAD, Verdict.WATCH, Verdict.OK, Verdict.NONE)
_WORDS = {Verdict.BAD: "needs attention", Verdict.WATCH: "watch", Verdict.OK: "in step"}


class FeedHealthPanel(Panel):
    """Shows the health of every symbol's data, of the feed and of the recorder.

    A venue has many symbols: each is one row of a table. A recording has few: each is a section.
    """

    kind: ClassVar[str] = "feed_health"
    title: ClassVar[str] = "Feed health"
    rate_hz: ClassVar[float] = 2.0
    of_symbol: ClassVar[bool] = False
    veiled: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._rates: dict[str, deque[tuple[float, float]]] = {}
        self._sampled_second = -1
        self._stored: tuple[float, int] | None = None
        self._stored_rate = 0.0
        self._disk = (0, 0)
        self.table = Table(SYMBOL_COLUMNS, self.theme, COMPACT, self)
        self.table.setAccessibleName("Health of every symbol")
        self.table.chosen.connect(lambda symbol: self.link.set_symbol(symbol))
        self.table.hide()
        self.view = FiguresView(self.theme, services.themes.density)
        self.view.setAccessibleName("Feed health")
        area = scrolled(self.view, self)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table, 11)
        layout.addWidget(area, 9)
        self.set_body(body)
        self.setFocusProxy(area)

    def refresh(self) -> None:
        workstation = self.services.workstation
        states = list(workstation.market.states.values())
        if not states and workstation.live is None:
            self.cover("No feed is open.", "Open a market in the menu at the top.", Condition.EMPTY)
            return
        if self.services.notice is not None:
            self.cover("")
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        now = workstation.clock.monotonic()
        if int(now) != self._sampled_second:
            self._sample(now, states)
        self.table.setVisible(workstation.live is not None and bool(states))
        if workstation.live is not None:
            self._show_live(states, now)
        else:
            self._show_recording(states, now)

    def market_reset(self) -> None:
        self._rates.clear()
        self._stored = None

    def symbol_changed(self) -> None:
        self.table.set_chosen(self.link.symbol)

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_look(theme, self.services.themes.density)
        self.table.set_look(theme, COMPACT)

    def data_age_s(self) -> float | None:
        return self.services.feed.data_age_s()

    def keys(self) -> list[tuple[str, str]]:
        return [("Click, Enter", "Show the symbol in linked panels"), ("1 … 7", "Sort by a column")]

    def _show_live(self, states: list[SymbolState], now: float) -> None:
        workstation, watch = self.services.workstation, self.services.feed
        live = workstation.live
        assert live is not None
        standings = [(state, watch.standing(state.instrument.symbol)) for state in states]
        self.table.set_rows(
            [(state.instrument.symbol, symbol_cells(state, standing, now)) for state, standing in standings]
        )
        feed = feed_section("Feed", live, watch)
        recorder = recorder_section(workstation.recorder, self._stored_rate, *self._disk)
        self.view.set_sections([feed, recorder])
        verdicts = [live_verdict(state, standing, now)[0] for state, standing in standings]
        self._say_worst([feed.verdict, recorder.verdict, *verdicts])

    def _show_recording(self, states: list[SymbolState], now: float) -> None:
        workstation = self.services.workstation
        sections = [
            symbol_section(state, workstation.feed, now, self._rates.get(state.instrument.symbol, deque()))
            for state in states
        ]
        sections.append(recorder_section(workstation.recorder, self._stored_rate, *self._disk))
        self.view.set_sections(sections)
        self._say_worst([section.verdict for section in sections])

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

    def _say_worst(self, verdicts: list[Verdict]) -> None:
        worst = min(verdicts, key=_WORST_FIRST.index)
        self.header.set_subject("Feed health", _WORDS.get(worst, ""))
