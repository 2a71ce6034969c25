"""Liquidity: what spread, depth and the trader's own size usually come to by hour, and how it stands now."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.liquidity.hours_view import LEAST_PX, HoursView
from ui.liquidity.own import ALL_HOURS
from ui.liquidity.reading import bps_text, depth_now, tiles_of
from ui.liquidity.tiles import TILES_PX, Tiles
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from ui.widgets.choice_buttons import choice_buttons
from workstation.analytics.liquidity_usual import COST, MEASURES, SPREAD, Usual, depth_measure
from workstation.market.liquidity_book import MOST_MARKETS
from workstation.market.liquidity_past import MarketLiquidity
from workstation.market.state import SymbolState
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.liquidity import DEPTHS_BPS

HOUR_MS = 3_600_000
ALARM = "alert spread_rate >= 0.5%"
NAMES = {SPREAD: "Spread", COST: "Your size", **{depth_measure(bp): f"{bp} bp" for bp in DEPTHS_BPS}}
TITLES = {
    SPREAD: "Spread",
    COST: "Cost of your size, dearer side",
    **{depth_measure(bp): f"Money within {bp} bp, thinner side" for bp in DEPTHS_BPS},
}
MOST_SIZES = 200


class LiquidityPanel(Panel):
    """Shows how liquid a market is by hour of the day, and what the trader's size costs against that."""

    kind: ClassVar[str] = "liquidity"
    title: ClassVar[str] = "Liquidity"
    rate_hz: ClassVar[float] = 4.0
    of_book: ClassVar[bool] = True

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.measure = SPREAD
        self.tiles = Tiles(self.theme, self)
        self.hours = HoursView(self.theme, self)
        self.hours.hour_marked.connect(self.mark_hour)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tiles)
        layout.addWidget(self.hours, 1)
        self.set_body(body)
        self.setFocusProxy(self.hours)
        self.size_field = QLineEdit(self)
        self.size_field.setPlaceholderText("size")
        self.size_field.setAccessibleName("Your size")
        self.size_field.setToolTip("Your size where no order is planned (S); a planned order goes first")
        self.size_field.setFixedWidth(72)
        self.size_field.editingFinished.connect(self._take_size)
        self.header.add_control(self.size_field)
        choices = {name: (NAMES[name], f"{TITLES[name]} ( [ and ] )") for name in MEASURES}
        self.buttons = choice_buttons(choices, self.set_measure, self)
        self.header.add_control(*self.buttons.values())
        self.buttons[self.measure].setChecked(True)
        menu = self.header.menu
        menu.addSeparator()
        menu.addAction("Alarm at a spread of 0.5 %\tA").triggered.connect(lambda _checked=False: self.watch())
        menu.addAction("Hours as the journal tells them\tJ").triggered.connect(
            lambda _checked=False: self.forget_hours()
        )

    # What is shown.

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover_without_symbol()
            return
        book = self.services.workstation.liquidity
        self.header.set_subject(state.instrument.symbol, "by hour, UTC")
        market = book.market(state.instrument, shown=True)
        source = self.services.habits.tell(
            self.services.workstation, self.services.journal, state.instrument.symbol
        )
        book.follow()
        if market is not None and market.error:
            self.cover(market.error, "Other panels go on.", Condition.ERROR)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        room = self.height() - self.header.height()
        self.tiles.setVisible(room >= TILES_PX + LEAST_PX or room < LEAST_PX)
        self.hours.setVisible(room >= LEAST_PX)
        self.setFocusProxy(self.hours if room >= LEAST_PX else self.tiles)
        self.tiles.show_tiles(tiles_of(self.services.workstation, state, market, source))
        self._show_hours(state, market)
        self._say(market)

    def _usual(self, market: MarketLiquidity | None) -> Usual | None:
        usual = None if market is None else market.usual
        return None if usual is None else usual.measures.get(self.measure)

    def _show_hours(self, state: SymbolState, market: MarketLiquidity | None) -> None:
        text = bps_text if self.measure in (SPREAD, COST) else format.compact
        unit = "bp" if self.measure in (SPREAD, COST) else state.instrument.quote
        hours, _ = self.services.habits.hours_of(self.services.journal)
        hour = state.market_ms // HOUR_MS % 24 if state.market_ms else -1
        self.hours.show_usual(self._usual(market), TITLES[self.measure], unit, text, hours, hour)
        self.hours.show_now(self._now(state))

    def _now(self, state: SymbolState) -> float | None:
        read = partial(self.services.workstation.metrics.read, symbol=state.instrument.symbol)
        if self.measure == SPREAD:
            return read(METRIC_BY_KEY["spread_bps"]).value
        if self.measure == COST:
            return read(METRIC_BY_KEY["walk_cost_bps"]).value
        within = next(bp for bp in DEPTHS_BPS if depth_measure(bp) == self.measure)
        return depth_now(state, within * 1e-4)

    def _say(self, market: MarketLiquidity | None) -> None:
        if not self.services.workstation.liquidity.is_stored:
            self.header.set_detail([("nothing is recorded in this session", "muted")])
            return
        if market is None:
            words = f"liquidity is followed of {MOST_MARKETS} markets at once"
            self.header.set_detail([(words, "warn")])
            return
        if not market.is_looked_up:
            self.header.set_detail([("looking at what is stored…", "muted")])
            return
        if not market.days:
            words = "nothing of the book is stored yet: it begins with the first minutes"
            self.header.set_detail([(words, "muted")])
            return
        parts: list[tuple[str, str]] = []
        if market.days_read < market.days:
            parts.append((f"reading day {market.days_read + 1} of {market.days}", "accent"))
        usual = market.usual
        if usual is not None:
            days = len(np.unique([usual.from_ms // 86_400_000, (usual.to_ms - 1) // 86_400_000]))
            span = max(days, market.days_read)
            parts.append(
                (f"{span} {'day' if span == 1 else 'days'}, n {format.count(usual.minutes)}", "muted")
            )
        hours, source = self.services.habits.hours_of(self.services.journal)
        named = "all hours are yours" if not hours else f"{len(hours)} own hours, {source}"
        parts.append((named, "muted"))
        self.header.set_detail(parts)

    # What can be done.

    def set_measure(self, name: str) -> None:
        """Show another measure."""
        self.measure = name
        self.buttons[name].setChecked(True)
        self.refresh()

    def step_measure(self, steps: int) -> None:
        """Show the next measure, or the one before."""
        self.set_measure(MEASURES[(MEASURES.index(self.measure) + steps) % len(MEASURES)])

    def mark_hour(self, hour: int) -> None:
        """Make an hour the trader's own, or no longer."""
        habits = self.services.habits
        hours, _ = habits.hours_of(self.services.journal)
        # The first mark names the only hour; from then on one more or less.
        habits.hours = hours ^ {hour}
        if habits.hours == ALL_HOURS:
            habits.hours = frozenset()
        self.refresh()

    def forget_hours(self) -> None:
        """Take the hours from the journal's entries again."""
        self.services.habits.hours = None
        self.refresh()

    def watch(self) -> None:
        """Begin an alert on a spread of half a per cent: the palette opens with it typed."""
        self.services.search(ALARM)

    def copy(self) -> None:
        """Put every hour and session on the clipboard."""
        QGuiApplication.clipboard().setText(self.hours.text())

    def _take_size(self) -> None:
        sizes, symbol = self.services.habits.sizes, self.link.symbol
        if symbol and self.size_field.text().strip() != sizes.get(symbol, ""):
            sizes.pop(symbol, None)
            if self.size_field.text().strip():
                sizes[symbol] = self.size_field.text().strip()
            while len(sizes) > MOST_SIZES:
                del sizes[next(iter(sizes))]
            self.refresh()

    # The desk's hooks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.size_field.hasFocus():
            self.size_field.setText(self.services.habits.sizes.get(self.link.symbol, ""))
            self.hours.setFocus()
        elif event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_C:
            self.copy()
        elif event.modifiers():
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_BracketLeft:
            self.step_measure(-1)
        elif key == Qt.Key.Key_BracketRight:
            self.step_measure(1)
        elif key == Qt.Key.Key_S:
            self.size_field.setFocus()
            self.size_field.selectAll()
        elif key == Qt.Key.Key_A:
            self.watch()
        elif key == Qt.Key.Key_J:
            self.forget_hours()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("[ ]", "The measure before, the next: spread, depth, your size"),
            ("← →", "From hour to hour"),
            ("Space, click", "Mark the hour as yours, or no longer"),
            ("J", "Hours as the journal's entries tell them"),
            ("S", "Type your size"),
            ("A", "Alarm at a spread of 0.5 %"),
            ("Ctrl+C", "Copy every hour and session"),
            ("Esc", "Leave the hour, or the size as it was"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Liquidity: alarm at a spread of 0.5 %", self.watch, "A"),
            Command("Liquidity: own hours as the journal tells them", self.forget_hours, "J"),
            *(
                Command(f"Liquidity: {TITLES[name].lower()}", partial(self.set_measure, name))
                for name in MEASURES
            ),
        ]

    def symbol_changed(self) -> None:
        self.size_field.setText(self.services.habits.sizes.get(self.link.symbol, ""))
        self.hours.show_now(None)

    def theme_changed(self, theme: Theme) -> None:
        self.tiles.set_theme(theme)
        self.hours.set_theme(theme)

    def reset_view(self) -> None:
        self.set_measure(SPREAD)

    def save_state(self) -> dict[str, object]:
        habits = self.services.habits
        return {
            "measure": self.measure,
            "sizes": dict(habits.sizes),
            "hours": None if habits.hours is None else sorted(habits.hours),
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        habits = self.services.habits
        measure, sizes, hours = saved.get("measure"), saved.get("sizes"), saved.get("hours")
        if measure in MEASURES:
            self.measure = str(measure)
            self.buttons[self.measure].setChecked(True)
        if isinstance(sizes, dict):
            for symbol, text in list(sizes.items())[:MOST_SIZES]:
                if isinstance(symbol, str) and isinstance(text, str):
                    habits.sizes.setdefault(symbol, text)
        if isinstance(hours, list) and all(isinstance(hour, int) and 0 <= hour < 24 for hour in hours):
            habits.hours = frozenset(hours)
        self.size_field.setText(habits.sizes.get(self.link.symbol, ""))
