"""The commands of alerts: made in one line in the palette, shown, and silenced."""

from collections.abc import Callable
from functools import partial

from ui.alerting import words
from ui.alerting.notices import AlertNotices
from ui.alerting.quick import is_quick, parse_quick
from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.panel import Panel
from ui.services import PanelServices
from workstation.alerts.expression import ExpressionError
from workstation.alerts.rules import SOUNDS, AlertCondition, Firing, Rule, new_rule_id
from workstation.model.instrument import Instrument

OpenPanel = Callable[[], Panel | None]
Scope = tuple[str, ...] | None


PANEL_KIND = "alerts"


def add_alert_commands(desk: WholeDesk, notices: AlertNotices) -> None:
    """Give the desk the commands of alerts, and its bell something to show; call once."""

    def open_panel() -> Panel | None:
        if not desk.bench.of_kind(PANEL_KIND):
            desk.actions.add(PANEL_KIND)
        there = desk.bench.of_kind(PANEL_KIND)
        if there:
            desk.bench.bring_up(there[0].instance_id)
        return there[0] if there else None

    def linked() -> str:
        panel = desk.bench.current()
        return desk.services.links.first.symbol if panel is None else panel.link.symbol

    commands = AlertCommands(desk.services, notices, open_panel, linked)
    desk.commands.add(*commands.fixed())
    desk.commands.add_source(commands.typed)
    desk.main.top_bar.bell.clicked.connect(lambda _checked=False: commands.show_history())


class AlertCommands:
    """Commands of the desk that make, show and silence alerts."""

    def __init__(
        self,
        services: PanelServices,
        notices: AlertNotices,
        open_panel: OpenPanel,
        linked: Callable[[], str],
    ) -> None:
        """Use these.

        Args:
            open_panel: brings up the panel of alerts and returns it; None where there is no room.
            linked: the symbol that the panel with the keyboard shows.
        """
        self._services = services
        self._notices = notices
        self._open_panel = open_panel
        self._linked = linked
        notices.on_show = self.show_told

    def fixed(self) -> list[Command]:
        """Those that are always there."""
        notices = self._notices

        def switch(name: str) -> None:
            notices.choose(**{name: not getattr(notices.chosen, name)})

        def is_on(name: str) -> bool:
            return bool(getattr(notices.chosen, name))

        def is_off(name: str) -> bool:
            return not is_on(name)

        commands = [
            Command("Alert when price crosses…", partial(self.open_form, None, None), id="alerts.new"),
            Command("Show alerts that were told", self.show_history, id="alerts.told"),
        ]
        for name, on, off in (
            ("quiet", "Do not disturb: no alert is heard or shown", "Let alerts be heard and shown again"),
            ("sound", "Alert sounds on", "Alert sounds off"),
            ("notice", "Alert notices over the window on", "Alert notices over the window off"),
            ("desktop", "Alert notices of the system on", "Alert notices of the system off"),
        ):
            turn = partial(switch, name)
            commands.append(Command(on, turn, "", partial(is_off, name), f"alerts.{name}.on"))
            commands.append(Command(off, turn, "", partial(is_on, name), f"alerts.{name}.off"))
        commands += [
            Command(f"Hear the alert sound {sound}", partial(notices.hear, sound), id=f"alerts.hear.{sound}")
            for sound in SOUNDS
            if sound != "none"
        ]
        return commands

    def typed(self, query: str) -> list[Command]:
        """The alert that is being typed, to be watched at once or looked at first."""
        if not is_quick(query):
            return []
        services, linked = self._services, self._linked()
        line = " ".join(query.split())
        try:
            scope, condition = parse_quick(query, services.followed, linked)
        except ExpressionError as error:
            if not any(sign in line for sign in "<>=0123456789"):
                return []  # another command may be meant
            return [Command(f"{line} · {error}", partial(self.open_form, None, None))]
        said = words.condition_words(condition, self._instrument(scope[0] if scope else linked))
        where = ", ".join(scope) if scope else "Every symbol"
        return [
            Command(f"{line} · {where}: {said}, once", partial(self.watch, condition, scope)),
            Command(f"{line} · in the form first", partial(self.open_form, condition, scope)),
        ]

    def watch(self, condition: AlertCondition, scope: tuple[str, ...]) -> None:
        """Make an alert and show it."""
        engine = self._services.workstation.alerts
        if engine is None:
            return
        now_ms = self._services.workstation.clock.now_ms()
        rule = Rule(new_rule_id(), engine.market_key, scope, condition, created_ms=now_ms)
        self._services.alerts.put(rule)
        said = words.condition_words(condition, self._instrument(scope[0] if scope else ""))
        where = ", ".join(scope) if scope else "Every symbol"
        self._notices.stack.add("Watched once", f"{where}: {said}", lambda: self._shown(history=False))

    def open_form(self, condition: AlertCondition | None, scope: Scope) -> None:
        """Show the form, with a condition in it if one is given."""
        panel = self._open_panel()
        if panel is not None:
            panel.new_alert(condition, scope)  # type: ignore[attr-defined]

    def show_history(self) -> None:
        """Show what was told."""
        self._shown(history=True)

    def show_told(self, firing: Firing) -> None:
        """Show the symbol of a firing in the first link group, and the firing in the history."""
        if self._services.workstation.market.state(firing.symbol) is not None:
            self._services.links.first.set_symbol(firing.symbol)
        self.show_history()

    def _shown(self, *, history: bool) -> None:
        panel = self._open_panel()
        if panel is not None:
            panel.show_history(history)  # type: ignore[attr-defined]

    def _instrument(self, symbol: str) -> Instrument | None:
        state = self._services.workstation.market.state(symbol)
        return None if state is None else state.instrument
