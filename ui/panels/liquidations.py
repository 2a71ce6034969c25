"""Liquidations as they are told: long or short, size, value, filtered by value, with an hour's sums."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLabel, QStackedLayout, QToolButton, QWidget

from ui import format
from ui.commands import Command
from ui.derivatives.liquidation_rows import COLUMNS, HourSums, hour_sums, rows_of
from ui.panel import Condition, Panel, PanelServices
from ui.theme import BODY_PX, Theme, ui_font
from ui.widgets.table import Table
from workstation.market.state import SymbolState
from workstation.model.instrument import ContractKind

LEAST_VALUES = {"all": 0.0, "1 k": 1e3, "10 k": 1e4, "100 k": 1e5, "1 M": 1e6}


class LiquidationsPanel(Panel):
    """Shows forced closings of the linked symbol, or of every symbol followed."""

    kind: ClassVar[str] = "liquidations"
    title: ClassVar[str] = "Liquidations"
    rate_hz: ClassVar[float] = 4.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._least = "all"
        self._everyone = False
        self._stamp: object = None
        self._sums_stamp: object = None
        self.sums = HourSums()
        self.table = Table(COLUMNS, self.theme, services.themes.density, self)
        self.table.setAccessibleName("Liquidations")
        self.nothing = QLabel("", self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setFont(ui_font(BODY_PX))
        self.nothing.setContentsMargins(16, 8, 16, 8)
        body = QWidget(self)
        self._pile = QStackedLayout(body)
        self._pile.addWidget(self.table)
        self._pile.addWidget(self.nothing)
        self.set_body(body)
        self.setFocusProxy(self.table)
        group = QButtonGroup(self)
        self.filters: dict[str, QToolButton] = {}
        for name in LEAST_VALUES:
            button = QToolButton(self)
            button.setText(name if name == "all" else f"≥ {name}")
            button.setCheckable(True)
            button.setToolTip("Least value in quote units (+ and -)")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self.set_least, name))
            group.addButton(button)
            self.filters[name] = button
        self.header.add_control(*self.filters.values())
        self.filters[self._least].setChecked(True)
        menu = self.header.menu
        menu.addSeparator()
        self._everyone_action = menu.addAction("Every symbol\tE")
        self._everyone_action.setCheckable(True)
        self._everyone_action.triggered.connect(lambda _checked=False: self.toggle_everyone())
        self.theme_changed(self.theme)

    def refresh(self) -> None:
        state = self.state
        states = self._states(state)
        if not states:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover_without_symbol()
            return
        if not self._everyone and states[0].instrument.kind is ContractKind.SPOT:
            self.header.set_subject(states[0].instrument.symbol, "liquidations")
            self.header.set_detail("")
            self.cover("Nobody is liquidated on spot.", "Choose a perpetual: Ctrl+K.", Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        newest = tuple(
            (id(one), len(one.liquidations), one.liquidations[-1] if one.liquidations else None)
            for one in states
        )
        least = LEAST_VALUES[self._least]
        if (newest, least) != self._stamp:
            self._stamp = newest, least
            rows = rows_of(states, least)
            self.table.set_rows(rows)
            self._pile.setCurrentWidget(self.table if rows else self.nothing)
        if not self.table.visible_rows():
            self._say_nothing(states, least)
        now_ms = max(one.market_ms for one in states)
        if (newest, now_ms // 5_000) != self._sums_stamp:
            self._sums_stamp = newest, now_ms // 5_000
            self.sums = hour_sums(states, now_ms)
        self._say(states)

    def _states(self, linked: SymbolState | None) -> list[SymbolState]:
        if not self._everyone:
            return [] if linked is None else [linked]
        return [
            state
            for state in self.services.workstation.market.states.values()
            if state.instrument.kind is not ContractKind.SPOT
        ]

    def _say_nothing(self, states: list[SymbolState], least: float) -> None:
        """Why no row is there: nobody was liquidated, none so large, or the venue does not tell."""
        who = "any symbol" if self._everyone else states[0].instrument.symbol
        if least and any(state.liquidations for state in states):
            words = f"None of {who} was worth {self._least} or more.\n- shows smaller ones."
        elif self.services.workstation.live is None:
            words = f"This recording has no liquidation of {who} so far."
        else:
            words = (
                f"No liquidation of {who} has been told since it is followed.\n"
                "Venues tell a sample of them, and some tell none."
            )
        if words != self.nothing.text():
            self.nothing.setText(words)

    def _say(self, states: list[SymbolState]) -> None:
        sums = self.sums
        name = "Liquidations" if self._everyone else states[0].instrument.symbol
        what = "" if self._least == "all" else f"≥ {self._least}"
        self.header.set_subject(name, ("every symbol " if self._everyone else "liquidations ") + what)
        self.header.set_detail(
            [
                (f"1 h long {format.compact(sums.long_value)}", "down" if sums.long_count else "muted"),
                (f"short {format.compact(sums.short_value)}", "up" if sums.short_count else "muted"),
            ]
        )

    # Choices.

    def set_least(self, name: str) -> None:
        """Show those worth at least so much."""
        self._least = name
        self.filters[name].setChecked(True)
        self.refresh()

    def toggle_everyone(self) -> None:
        """Show those of every symbol followed, or of the linked one."""
        self._everyone = not self._everyone
        self._everyone_action.setChecked(self._everyone)
        self._stamp = self._sums_stamp = None
        self.refresh()

    def watch(self) -> None:
        """Begin an alert on liquidations: the palette opens with it typed."""
        if self.link.symbol:
            self.services.search(f"alert {self.link.symbol} liquidations_5m > 1000000")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        names = list(LEAST_VALUES)
        place = names.index(self._least)
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_least(names[min(len(names) - 1, place + 1)])
        elif key == Qt.Key.Key_Minus:
            self.set_least(names[max(0, place - 1)])
        elif key == Qt.Key.Key_E and not event.modifiers():
            self.toggle_everyone()
        elif key == Qt.Key.Key_A and not event.modifiers():
            self.watch()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("+, -", "Larger, smaller least value"),
            ("E", "Every symbol, or the linked one"),
            ("A", "Alert on liquidations"),
            ("Ctrl+C", "Copy the row; Ctrl+A before it copies all"),
            ("Ctrl+F, Esc", "Filter, show all"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Liquidations: every symbol, or the linked one", self.toggle_everyone, "E"),
            Command("Liquidations: alert on them", self.watch, "A"),
        ]

    def symbol_changed(self) -> None:
        self._stamp = self._sums_stamp = None

    def market_reset(self) -> None:
        self._stamp = self._sums_stamp = None

    def theme_changed(self, theme: Theme) -> None:
        self.table.set_look(theme, self.services.themes.density)
        self.nothing.setStyleSheet(f"color: {theme.muted.name()}; background: {theme.panel.name()};")

    def reset_view(self) -> None:
        self.table.close_filter()
        self.table.set_sort(None)
        self._everyone = True
        self.toggle_everyone()
        self.set_least("all")

    def save_state(self) -> dict[str, object]:
        return {"least": self._least, "everyone": self._everyone}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        least, everyone = saved.get("least"), saved.get("everyone")
        if isinstance(least, str) and least in LEAST_VALUES:
            self._least = least
            self.filters[least].setChecked(True)
        if isinstance(everyone, bool):
            self._everyone = everyone
            self._everyone_action.setChecked(everyone)
