"""Mark, index, spot and last side by side, how far they stand apart, and the alarm when they do."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.alerting.undo_bar import UndoBar
from ui.beside import Beside
from ui.commands import Command
from ui.derivatives.basis_reading import ALARM_RATE, BasisHistory, history_work, read_basis, stored_history
from ui.derivatives.basis_view import BasisView
from ui.derivatives.span_buttons import SpanButtons
from ui.derivatives.stored_past import StoredPast
from ui.derivatives.stored_past import read_basis as read_stored
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from workstation.alerts.book import RemovedRule
from workstation.alerts.rules import Formula, Rule, new_rule_id
from workstation.model.instrument import ContractKind

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SPANS_MS = {
    "15 m": HOUR_MS // 4,
    "1 h": HOUR_MS,
    "6 h": 6 * HOUR_MS,
    "2 d": 2 * DAY_MS,
    "30 d": 30 * DAY_MS,
    "1 y": 365 * DAY_MS,
}
HELD_MS = 2 * DAY_MS
"""What is held of the session; longer spans come out of the store."""
USUAL_SPAN = "1 h"
ALARM = f"abs(premium_bps) >= {ALARM_RATE * 1e4:.0f}"
SPOT_ALARM = f"abs(mark_spot_rate) >= {ALARM_RATE:g}"


class BasisPanel(Panel):
    """Shows how far the prices of one contract stand apart."""

    kind: ClassVar[str] = "basis"
    title: ClassVar[str] = "Mark, index, spot, last"
    rate_hz: ClassVar[float] = 4.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.spans = SpanButtons(SPANS_MS, USUAL_SPAN, "", self.refresh, self)
        self._whole = False
        self._work: Beside[BasisHistory] = Beside("basis")
        self.stored = StoredPast(read_stored)
        self._made = ""
        self.view = BasisView(self.theme, self)
        self.undo_bar = UndoBar(self)
        self.undo_bar.wanted.connect(self.undo)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.undo_bar)
        self.set_body(body)
        self.header.add_control(*self.spans.buttons.values())
        menu = self.header.menu
        menu.addSeparator()
        menu.addAction("Alarm at 0.5 %\tA").triggered.connect(lambda _checked=False: self.watch())
        self._whole_action = menu.addAction("Scale to the alarm lines\tW")
        self._whole_action.setCheckable(True)
        self._whole_action.triggered.connect(lambda _checked=False: self.toggle_whole())
        self.theme_changed(self.theme)

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover_without_symbol()
            return
        symbol = state.instrument.symbol
        self.header.set_subject(symbol, "mark minus, %")
        if state.instrument.kind is ContractKind.SPOT:
            self.header.set_detail("")
            self.cover("Spot has no mark price.", "Choose a perpetual: Ctrl+K.", Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        reading = read_basis(self.services, state)
        span_ms, now_ms = self.spans.span_ms, state.market_ms
        if now_ms:
            self.stored.follow(self.services.workstation.past_reader, state.instrument, now_ms)
        stored = self.stored.found
        spreads = () if stored is None else stored.spreads
        self.view.show_reading(reading, state.instrument.price_decimals, spreads)
        # A bar at a time: whoever looks at two days need not have them worked out each second.
        step_ms = max(1_000, span_ms // 480)
        end_ms = (now_ms // step_ms + 1) * step_ms
        known = len(state.series.prices) and state.mark is not None
        minutes = None if stored is None or span_ms <= HELD_MS else stored.basis
        stamp = (id(state), symbol, span_ms, end_ms, known, self.stored.version)
        if now_ms and minutes is not None and len(minutes.times):
            # A store that is younger than the span fills the plot: an hour of it at least.
            from_ms = max(end_ms - span_ms, min(int(minutes.times[0]), end_ms - HOUR_MS))
            self._work.follow(stamp, lambda: partial(stored_history, minutes, from_ms, end_ms))
        elif now_ms:
            self._work.follow(stamp, partial(history_work, self.services, state, span_ms, end_ms))
        self.view.show_history(self._work.found, whole=self._whole)
        parts: list[tuple[str, str]] = []
        for name in reading.alarming:
            parts.append((f"mark \u2212 {name} ≥ 0.5 %: stress", "danger"))
        if not reading.spot_symbol:
            parts.append((f"no spot price of {state.instrument.base} is known", "muted"))
        if self.stored.error:
            parts.append((self.stored.error, "warn"))
        parts.append(("alarm set" if self._rule_of(symbol) else "A: alarm at 0.5 %", "muted"))
        self.header.set_detail(parts)

    # The alarm.

    def _rule_of(self, symbol: str) -> Rule | None:
        """The alarm that is watched for a symbol; None if there is none."""
        engine = self.services.workstation.alerts
        if engine is None:
            return None
        return next(
            (
                rule
                for rule in self.services.alerts.rules(engine.market_key)
                if isinstance(rule.condition, Formula)
                and rule.condition.text in (ALARM, SPOT_ALARM)
                and (not rule.symbols or symbol in rule.symbols)
            ),
            None,
        )

    def watch(self) -> None:
        """Be told whenever the mark stands 0.5 % off spot, or off the index where spot is not followed."""
        engine, state = self.services.workstation.alerts, self.state
        if engine is None or state is None:
            return
        symbol = state.instrument.symbol
        if self._rule_of(symbol) is not None:
            self.undo_bar.offer(f"{symbol} is watched already: see the alerts.", undoable=False)
            return
        has_spot = bool(read_basis(self.services, state).spot_symbol)
        rule = Rule(
            new_rule_id(),
            engine.market_key,
            (symbol,),
            Formula(SPOT_ALARM if has_spot else ALARM),
            repeat="every",
            sound="alarm",
            note="Mark stands 0.5 % off: stress",
            created_ms=self.services.workstation.clock.now_ms(),
        )
        try:
            self.services.alerts.put(rule)
        except ValueError as error:
            self.undo_bar.offer(str(error), undoable=False)
            return
        self._made = rule.rule_id
        against = "spot" if has_spot else "index"
        words = f"{symbol}: told whenever mark stands 0.5 % or more off the {against}."
        self.undo_bar.offer(words, undoable=True)
        self.refresh()

    def undo(self) -> None:
        """Take the alarm back."""
        self.undo_bar.hide()
        if self._made:
            removed: RemovedRule | None = self.services.alerts.remove(self._made)
            self._made = ""
            if removed is not None:
                self.refresh()

    # Choices.

    def toggle_whole(self) -> None:
        """Scale to both alarm lines, or to what was."""
        self._whole = not self._whole
        self._whole_action.setChecked(self._whole)
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.undo()
        elif event.modifiers():
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_A:
            self.watch()
        elif key == Qt.Key.Key_W:
            self.toggle_whole()
        elif self.spans.take_key(key):
            return
        elif key == Qt.Key.Key_Escape and not self.undo_bar.isHidden():
            self.undo_bar.hide()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("A", "Alarm when mark stands 0.5 % off spot, or the index"),
            ("Ctrl+Z", "Take the alarm back"),
            ("W", "Scale to the alarm lines, or to what was"),
            ("[ ]", "Shorter, longer span"),
            ("Esc", "Put the message away"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Mark, index, spot: alarm at 0.5 %", self.watch, "A"),
            Command("Mark, index, spot: scale to the alarm lines", self.toggle_whole, "W"),
        ]

    def market_reset(self) -> None:
        self._work.forget()
        self.stored.forget()
        self.view.show_history(None, whole=self._whole)

    def symbol_changed(self) -> None:
        self.market_reset()
        self.undo_bar.hide()

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.undo_bar.set_theme(theme)

    def put_away(self) -> None:
        self._work.close()
        super().put_away()

    def reset_view(self) -> None:
        self._whole = True
        self.toggle_whole()
        self.spans.reset()

    def save_state(self) -> dict[str, object]:
        return {"span": self.spans.name, "whole": self._whole}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        whole = saved.get("whole")
        self.spans.restore(saved.get("span"))
        if isinstance(whole, bool):
            self._whole = whole
            self._whole_action.setChecked(whole)
