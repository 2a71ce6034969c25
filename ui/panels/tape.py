"""Time and sales: each trade as it was printed, by size, with the volume that buyers had over sellers."""

from collections.abc import Mapping
from math import floor, log10
from typing import ClassVar

import numpy as np
from PySide6.QtGui import QAction, QActionGroup, QDoubleValidator, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget, QWidgetAction

from ui import format
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from ui.widgets.tape_view import TapeView
from workstation.market.state import SymbolState
from workstation.runtime.rings import Ring

DELTA_MS = 300_000
FIGURES_EVERY = 5
"""Refreshes between two readings of the header's figures: four a second."""
ROOMY_WIDTH = 460
"""Panel width, px, from which the header has room for words."""
LABEL_WIDTH = 330
"""Panel width, px, from which the header has room for "CVD 5 m"; below it says "Δ"."""
STEPS = (1.0, 2.0, 5.0)
OFFERED_STEPS = 12


class TapePanel(Panel):
    """Shows the linked symbol's trades."""

    kind: ClassVar[str] = "tape"
    title: ClassVar[str] = "Time and sales"
    rate_hz: ClassVar[float] = 20.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._minimums: dict[str, float] = {}  # chosen by the trader, by symbol
        self._followed: Ring | None = None
        self._refreshes = 0
        self._figures_of = -1
        self.view = TapeView(self.theme, services.themes.density, self)
        self.set_body(self.view)
        self.setFocusProxy(self.view)
        self._filter_button = QToolButton(self)
        self._filter_button.setToolTip("Smallest trade shown (+ and −)")
        self._filter_button.setAccessibleName("Smallest trade shown")
        self._filter_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._filter_button)
        menu.aboutToShow.connect(self._fill_filter_menu)
        self._filter_button.setMenu(menu)
        self.header.add_control(self._filter_button)
        self.view.filter_stepped.connect(self._step_minimum)
        self._say_minimum()

    @property
    def minimum(self) -> float:
        """Smallest trade shown, in the unit of size; 0 shows all."""
        return self._minimums.get(self.link.symbol, 0.0)

    def set_minimum(self, size: float) -> None:
        """Show only trades of that size or more for the linked symbol, and remember it."""
        if size > 0:
            self._minimums[self.link.symbol] = size
        else:
            self._minimums.pop(self.link.symbol, None)
        self._followed = None
        self._say_minimum()
        self.refresh()

    # The panel's hooks.

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.cover_without_symbol()
            return
        if not len(state.trades):
            self.cover(f"No trade of {state.instrument.symbol} yet.")
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        if self._followed is not state.trades:
            self._followed = state.trades
            self.view.set_trades(state.instrument, state.trades, self.minimum)
        self.view.refresh()
        if self._refreshes % FIGURES_EVERY == 0 and self._figures_of != state.seconds.version:
            self._figures_of = state.seconds.version
            self._show_delta(state)
        self._refreshes += 1

    def symbol_changed(self) -> None:
        self._forget()
        self.refresh()

    def market_reset(self) -> None:
        self._forget()

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_look(theme, self.services.themes.density)

    def reset_view(self) -> None:
        self.set_minimum(0.0)

    def save_state(self) -> dict[str, object]:
        return {"minimum_size": dict(self._minimums)}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        chosen = saved.get("minimum_size")
        if isinstance(chosen, Mapping):
            self._minimums = {
                str(symbol): float(size)
                for symbol, size in chosen.items()
                if isinstance(size, int | float) and 0 < size < float("inf")
            }
            self._forget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_subject()
        self._figures_of = -1

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("Wheel, PgUp PgDn", "Scroll and hold"),
            ("Home, End", "Back to the newest"),
            ("↑ ↓, Shift", "Select, extend"),
            ("Ctrl+C", "Copy the selected trades"),
            ("+ −", "Larger or smaller minimum size"),
        ]

    # Inside.

    def _forget(self) -> None:
        self._followed = None
        self._refreshes = 0
        self._figures_of = -1
        self.view.forget_market()
        self._say_subject()
        self.header.set_detail("")
        self._say_minimum()

    def _say_subject(self) -> None:
        # Where there is no room for words, the figures go first.
        self.header.set_subject(self.link.symbol, "time and sales" if self.width() >= ROOMY_WIDTH else "")

    def _show_delta(self, state: SymbolState) -> None:
        """Bought less sold over the last five minutes, or over as much of them as there is."""
        candles = state.seconds.rows()[-DELTA_MS // 1000 :]
        newest = int(candles["open_ms"][-1])
        candles = candles[candles["open_ms"] > newest - DELTA_MS]
        delta = float(np.sum(2 * candles["buy_volume"] - candles["volume"]))
        span_s = min(DELTA_MS, newest + 1000 - int(state.seconds.rows()["open_ms"][0])) / 1000
        sign = "+" if delta > 0 else ""
        token = "up" if delta > 0 else "down" if delta < 0 else "muted"
        span = format.age(span_s)
        label = f"CVD {span}" if self.width() >= LABEL_WIDTH else "Δ"
        self.header.set_detail([(f"{label} {sign}{format.compact(delta)}", token)])
        self.header.setToolTip(
            f"CVD: {state.instrument.size_unit} bought less sold by takers in the last {span} of trades. "
            "Set off: the largest hundredth of the newest 5 000 trades."
        )

    def _say_minimum(self) -> None:
        self._filter_button.setText(f"≥ {self.minimum:g}" if self.minimum else "all")

    def _step_minimum(self, direction: int) -> None:
        state = self.state
        if state is None:
            return
        offered = [0.0, *offered_minimums(state)]
        if direction > 0:
            larger = [size for size in offered if size > self.minimum * 1.0001]
            self.set_minimum(larger[0] if larger else self.minimum)
        else:
            smaller = [size for size in offered if size < self.minimum * 0.9999]
            self.set_minimum(smaller[-1] if smaller else 0.0)

    def _fill_filter_menu(self) -> None:
        menu = self._filter_button.menu()
        menu.clear()
        state = self.state
        if state is None:
            return
        group = QActionGroup(menu)
        for size in (0.0, *offered_minimums(state)):
            action = QAction(f"≥ {size:g} {state.instrument.size_unit}" if size else "All sizes", menu)
            action.setActionGroup(group)
            action.setCheckable(True)
            action.setChecked(abs(size - self.minimum) <= 1e-9 * size)
            action.triggered.connect(lambda _=False, size=size: self.set_minimum(size))
            menu.addAction(action)
        field = QLineEdit(menu)
        field.setPlaceholderText("Other size")
        field.setValidator(QDoubleValidator(0.0, 1e12, 8, field))
        field.returnPressed.connect(lambda: self.set_minimum(_number(field.text())))
        field.returnPressed.connect(menu.close)
        other = QWidgetAction(menu)
        other.setDefaultWidget(field)
        menu.addAction(other)


def offered_minimums(state: SymbolState) -> list[float]:
    """Sizes to filter by, in steps of 1, 2, 5: from the middle one of the newest trades upwards."""
    sizes = state.trades.rows()["size"][-5_000:]
    if not len(sizes):
        return []
    power = floor(log10(float(np.median(sizes))))
    return [float(f"{STEPS[n % 3]:g}e{power + n // 3}") for n in range(OFFERED_STEPS)]


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0.0
