"""The alerts: what is watched and how that stands, what was told, and the form to make another."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from ui import format
from ui.alerting import rows, words
from ui.alerting.controls import AlertControls
from ui.alerting.form import AlertForm
from ui.alerting.undo_bar import UndoBar
from ui.links import Crosshair
from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.table import Table
from workstation.alerts.book import RemovedRule
from workstation.alerts.engine import AlertEngine
from workstation.alerts.rules import AlertCondition, Firing, LevelReached, PriceCross, Rule, RuleState
from workstation.model.instrument import Instrument


class AlertsPanel(Panel):
    """Two lists behind one header: the rules of the market that is open, and what was told on any."""

    kind: ClassVar[str] = "alerts"
    title: ClassVar[str] = "Alerts"
    rate_hz: ClassVar[float] = 4.0
    of_symbol: ClassVar[bool] = False
    veiled: ClassVar[bool] = False  # each rule says whether its data hold

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._removed: list[RemovedRule | tuple[Firing, ...]] = []
        self._fresh: set[int] = set()
        """Numbers of what was told since the history was last looked at."""
        density = services.themes.density
        self.rules = Table(rows.RULE_COLUMNS, self.theme, density, self)
        self.rules.setAccessibleName("Alerts")
        self.rules.chosen.connect(self._rule_chosen)
        self.rules.menu_asked.connect(self._rule_menu)
        self.rules.cell_tip = self._rule_tip
        self.history = Table(rows.FIRING_COLUMNS, self.theme, density, self)
        self.history.setAccessibleName("What was told")
        self.history.chosen.connect(self._jump)
        self.history.menu_asked.connect(self._firing_menu)
        self.history.cell_tip = self._firing_tip
        self.nothing = QLabel("", self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setFont(ui_font(HEADER_PX))
        self.nothing.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.form = AlertForm(services.themes, self)
        self.form.done.connect(self._save)
        self.form.left.connect(self.close_form)
        self.form.on_preview = self._preview
        self.form.sound_wanted.connect(lambda sound: self.services.play_sound(sound))
        self.form.hide()
        self.undo_bar = UndoBar(self)
        self.undo_bar.wanted.connect(self.undo)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.rules, self.history, self.nothing):
            layout.addWidget(part, 1)
        layout.addWidget(self.undo_bar)
        layout.addWidget(self.form)
        self.set_body(body)
        self.controls = AlertControls(self.header, self)
        self.controls.history_wanted.connect(self.show_history)
        self.controls.quiet_wanted.connect(lambda quiet: self.services.set_quiet(quiet))
        self.controls.new_wanted.connect(self.new_alert)
        self.show_history(False)
        self.theme_changed(self.theme)

    # What it shows.

    @property
    def engine(self) -> AlertEngine | None:
        """Who watches the rules of the market that is open."""
        return self.services.workstation.alerts

    @property
    def shows_history(self) -> bool:
        """What was told is shown, not what is watched."""
        return self.controls.shows_history

    def refresh(self) -> None:
        book, engine = self.services.alerts, self.engine
        if self.services.notice is not None or not self.services.workstation.market.states:
            self.cover("No symbol is followed.", "Open a market in the menu at the top.", Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        watched, now_ms = self._rules(), self.services.workstation.clock.now_ms()
        self.rules.set_rows([rows.rule_row(rule, engine, self._instrument_of(rule)) for rule in watched])
        self.history.set_rows(
            [
                rows.firing_row(firing, self._instrument(firing.symbol), now_ms, firing.number in self._fresh)
                for firing in book.firings
            ]
        )
        if self.shows_history and not self.history.visibleRegion().isEmpty():
            self._fresh |= {firing.number for firing in book.firings if not firing.seen}
            book.mark_seen()
        self._say_nothing(not (book.firings if self.shows_history else watched))
        self._say_counts(watched)
        self.form.refresh()

    def _rules(self) -> list[Rule]:
        engine = self.engine
        if engine is None:
            return []
        return [*self.services.alerts.rules(engine.market_key), *engine.level_rules()]

    def _say_nothing(self, is_empty: bool) -> None:
        held = any(part.hasFocus() for part in (self.rules, self.history, self.nothing))
        self.rules.setVisible(not is_empty and not self.shows_history)
        self.history.setVisible(not is_empty and self.shows_history)
        self.nothing.setVisible(is_empty)
        if is_empty and self.shows_history:
            self.nothing.setText("Nothing has been told yet.")
        elif is_empty:
            self.nothing.setText(
                "Nothing is watched on this market.\nInsert, or + above, makes an alert. "
                "In the palette (Ctrl+K) type: alert BTCUSDT > 62000"
            )
        front = self.nothing if is_empty else self.history if self.shows_history else self.rules
        self.setFocusProxy(front)
        if held:
            front.setFocus()  # what is hidden loses the keyboard, to a button that Space would press

    def _say_counts(self, watched: list[Rule]) -> None:
        engine = self.engine
        states = [
            engine.standing(rule, symbol).state
            for rule in watched
            for symbol in rows.symbols_of(rule, engine)
            if engine is not None
        ]
        armed = sum(state in (RuleState.ARMED, RuleState.WAITING) for state in states)
        blind = sum(state is RuleState.NO_DATA for state in states)
        what = f"{armed} armed" + (f" · {blind} without data" if blind else "")
        self.header.set_subject("Alerts", what)
        self.controls.set_counts(len(watched), self.services.alerts.unseen)
        self.controls.set_quiet(self.services.quiet, self.services.sound_note)

    def _instrument(self, symbol: str) -> Instrument | None:
        state = self.services.workstation.market.state(symbol)
        return None if state is None else state.instrument

    def _instrument_of(self, rule: Rule) -> Instrument | None:
        return self._instrument(rule.symbols[0]) if len(rule.symbols) == 1 else None

    def show_history(self, shown: bool) -> None:
        """Show what was told, or what is watched."""
        if self.shows_history and not shown:
            self._fresh.clear()
        self.controls.show_history(shown)
        self.refresh()

    # What can be done.

    def new_alert(
        self, condition: AlertCondition | None = None, scope: tuple[str, ...] | None = None
    ) -> None:
        """Open the form for another alert."""
        self._open_form(None, condition, scope)

    def edit(self, rule: Rule) -> None:
        """Open the form with a rule in it; of a level that is drawn, show where it can be changed."""
        if isinstance(rule.condition, LevelReached):
            self.services.links.first.set_symbol(rule.symbols[0])
            self.link.set_symbol(rule.symbols[0])
        else:
            self._open_form(rule, None, None)

    def _open_form(
        self, rule: Rule | None, condition: AlertCondition | None, scope: tuple[str, ...] | None
    ) -> None:
        workstation, engine = self.services.workstation, self.engine
        self.show_history(False)
        self.form.open(
            engine.market_key if engine is not None else "",
            workstation.market.symbols,
            self.link.symbol,
            workstation.clock.now_ms,
            self._instrument,
            rule,
            condition,
            scope,
        )

    def close_form(self) -> None:
        """Put the form away; the keyboard goes back to the list."""
        self.form.hide()
        self.rules.setFocus()

    def _save(self, rule: Rule) -> None:
        try:
            self.services.alerts.put(rule)
        except ValueError as error:
            self.form.preview.setText(str(error))
            return
        self.close_form()
        self.refresh()

    def _preview(self, rule: Rule) -> tuple[str, str]:
        engine = self.engine
        symbol = rule.symbols[0] if rule.symbols else self.link.symbol
        if engine is None:
            return "No market is open.", "muted"
        instrument, metrics = self._instrument(symbol), self.services.workstation.metrics
        values = words.values_words(rule.condition, lambda one: metrics.read(one, symbol), instrument)
        said, token = words.preview_words(rule, engine.preview(rule, symbol), instrument, values)
        return (said if rule.symbols else f"{symbol}: {said}"), token

    def remove(self, rule: Rule) -> None:
        """Watch a rule no longer; it can be undone."""
        if isinstance(rule.condition, LevelReached):
            if self.engine is not None:
                self.engine.leave_level(rule)
                self._offer_undo("The level is watched no longer: it can be set again on the chart.", None)
            return
        removed = self.services.alerts.remove(rule.rule_id)
        if removed is not None:
            told = words.condition_words(rule.condition, self._instrument_of(rule))
            self._offer_undo(f"Removed: {words.scope_words(rule)}, {told}", removed)

    def dismiss(self, numbers: list[int] | None) -> None:
        """Take what was told out of the history, None for all of it; it can be undone."""
        gone = self.services.alerts.dismiss(numbers)
        if gone:
            count = "1 entry" if len(gone) == 1 else f"{format.count(len(gone))} entries"
            self._offer_undo(f"Removed {count} from the history", gone)

    def _offer_undo(self, said: str, removed: RemovedRule | tuple[Firing, ...] | None) -> None:
        if removed is not None:
            self._removed.append(removed)
        self.undo_bar.offer(said, undoable=removed is not None)
        self.refresh()

    def undo(self) -> None:
        """Bring back what was removed last."""
        if self._removed:
            removed = self._removed.pop()
            if isinstance(removed, RemovedRule):
                self.services.alerts.restore(removed)
            else:
                self.services.alerts.bring_back(removed)
        self.undo_bar.hide()
        if self._removed:
            self.undo_bar.offer(f"{len(self._removed)} more can be brought back", undoable=True)
        self.refresh()

    def toggle_pause(self, rule: Rule) -> None:
        """Watch a rule no longer for now, or again."""
        if not isinstance(rule.condition, LevelReached):
            self.services.alerts.set_paused(rule.rule_id, not rule.paused)
            self.refresh()

    def rearm(self, rule: Rule) -> None:
        """Watch a rule that was told as if it were new."""
        book = self.services.alerts
        if rule.expires_ms is not None and book.rule(rule.rule_id) is rule:
            book.put(msgspec.structs.replace(rule, expires_ms=None))
        book.rearm(rule.rule_id)
        self.refresh()

    def _jump(self, key: str) -> None:
        """Show the symbol of what was told, and the moment, in every linked panel."""
        firing = rows.firing_of(key, self.services.alerts.firings)
        if firing is not None and self._instrument(firing.symbol) is not None:
            self.link.set_symbol(firing.symbol)
            price = firing.value if isinstance(firing.condition, PriceCross | LevelReached) else None
            self.link.go_to(float(firing.market_ms))
            self.link.set_crosshair(Crosshair(float(firing.market_ms), price, self))

    def _rule_chosen(self, key: str) -> None:
        rule = rows.rule_of(key, self._rules())
        if rule is not None and len(rule.symbols) == 1:
            self.link.set_symbol(rule.symbols[0])

    def _rule_tip(self, key: str, _column: int) -> str:
        rule = rows.rule_of(key, self._rules())
        return "" if rule is None else rows.rule_tip(rule, self.engine, self._instrument_of(rule))

    def _firing_tip(self, key: str, _column: int) -> str:
        firing = rows.firing_of(key, self.services.alerts.firings)
        if firing is None:
            return ""
        return "\n".join(words.firing_words(firing, self._instrument(firing.symbol)))

    def _rule_menu(self, key: str, at: QPoint) -> None:
        rule = rows.rule_of(key, self._rules())
        if rule is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not isinstance(rule.condition, LevelReached):
            menu.addAction("Edit…\tE").triggered.connect(lambda: self.edit(rule))
            pause = "Resume" if rule.paused else "Pause"
            menu.addAction(f"{pause}\tSpace").triggered.connect(lambda: self.toggle_pause(rule))
            menu.addAction("Arm again\tR").triggered.connect(lambda: self.rearm(rule))
            menu.addSeparator()
        menu.addAction("Remove\tDelete").triggered.connect(lambda: self.remove(rule))
        menu.popup(at)

    def _firing_menu(self, key: str, at: QPoint) -> None:
        firing = rows.firing_of(key, self.services.alerts.firings)
        if firing is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Show {firing.symbol} at that moment\tEnter").triggered.connect(
            lambda: self._jump(key)
        )
        menu.addAction("Remove\tDelete").triggered.connect(lambda: self.dismiss([firing.number]))
        menu.addAction("Remove all").triggered.connect(lambda: self.dismiss(None))
        menu.popup(at)

    # Keys and hooks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        rule = rows.rule_of(self.rules.current, self._rules())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif key == Qt.Key.Key_Insert or (key == Qt.Key.Key_N and not event.modifiers()):
            self.new_alert()
        elif key == Qt.Key.Key_H and not event.modifiers():
            self.show_history(not self.shows_history)
            self.setFocus()
        elif key == Qt.Key.Key_Q and not event.modifiers():
            self.services.set_quiet(not self.services.quiet)
            self.refresh()
        elif key == Qt.Key.Key_Escape and not self.form.isHidden():
            self.close_form()
        elif self.shows_history and key == Qt.Key.Key_Delete:
            firing = rows.firing_of(self.history.current, self.services.alerts.firings)
            self.dismiss([] if firing is None else [firing.number])
        elif rule is not None and not self.shows_history and self._rule_key(key, rule):
            return
        else:
            super().keyPressEvent(event)

    def _rule_key(self, key: int, rule: Rule) -> bool:
        does = {
            Qt.Key.Key_E: self.edit,
            Qt.Key.Key_F2: self.edit,
            Qt.Key.Key_Space: self.toggle_pause,
            Qt.Key.Key_R: self.rearm,
            Qt.Key.Key_Delete: self.remove,
        }.get(Qt.Key(key))
        if does is None:
            return False
        does(rule)
        return True

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("Insert, N", "New alert"),
            ("E", "Edit the alert"),
            ("Space", "Pause or resume it"),
            ("R", "Arm it again"),
            ("Delete", "Remove it, or what was told"),
            ("Ctrl+Z", "Undo the removal"),
            ("H", "What is watched, what was told"),
            ("Enter", "Show the symbol, and the moment, in linked panels"),
            ("Q", "Do not disturb"),
            ("Ctrl+F, Esc", "Filter, show all"),
        ]

    def market_reset(self) -> None:
        self.form.hide()

    def theme_changed(self, theme: Theme) -> None:
        for table in (self.rules, self.history):
            table.set_look(theme, self.services.themes.density)
        self.nothing.setStyleSheet(f"color: {theme.muted.name()}; background: {theme.panel.name()};")
        self.undo_bar.set_theme(theme)
        self.controls.set_theme(theme)

    def reset_view(self) -> None:
        for table in (self.rules, self.history):
            table.close_filter()
            table.set_sort(None)

    def data_age_s(self) -> float | None:
        return self.services.feed.data_age_s()

    def save_state(self) -> dict[str, object]:
        return {"history": self.shows_history}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        self.show_history(saved.get("history") is True)
