"""Joint stress: what falls of BTC and recorded crashes would make of all positions, with the ticket."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.commands import Command
from ui.correlation.cell_text import base_name
from ui.exposure.movements import MovementSource
from ui.exposure.reading import read_stress
from ui.exposure.stress_view import StressView
from ui.panel import PanelServices
from ui.positions.account_panel import AccountPanel
from ui.positions.scenario_line import scenario_line
from ui.theme import Theme
from ui.widgets.scrolled import scrolled
from workstation.errors import BadFigure
from workstation.trading.crashes import Crash, OwnScenario, load_crashes, read_own

MOST_OWN = 8


class JointStressPanel(AccountPanel):
    """Every position through every scenario at once."""

    kind: ClassVar[str] = "joint_stress"
    title: ClassVar[str] = "Joint stress"
    rate_hz: ClassVar[float] = 1.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._own: list[OwnScenario] = []
        self._crashes: tuple[Crash, ...] | None = None
        self.source = MovementSource()
        self.view = StressView(self.theme)
        self._area = scrolled(self.view, self)
        self.scenario = scenario_line(
            "A scenario of your own",
            "A scenario of your own: −20 (of BTC), or BTC −10 TAO −30; again removes it",
            self._take_scenario,
            self,
        )
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._area, 1)
        layout.addWidget(self.scenario)
        layout.addWidget(self.says)
        self.set_body(body)
        self.setFocusProxy(self.view)
        self.header.menu.addAction("A scenario of your own…\tN").triggered.connect(
            lambda: self.ask_scenario()
        )

    # The panel's hooks.

    def refresh(self) -> None:
        trading = self.account_shown()
        if trading is None:
            return
        if self._crashes is None:
            try:
                self._crashes = load_crashes(trading.data_dir)
            except BadFigure as error:
                self._crashes = load_crashes()
                self.say(str(error), is_wrong=True)
        self.source.refresh(self.services.workstation)
        movements = self.source.movements
        reading = read_stress(
            trading, self.services.tickets, self.link.symbol, movements, self._crashes, self._own
        )
        if reading is None:
            self.view.show_reading(None)
            self.header.set_detail("")
            return
        self.view.show_reading(reading)
        self.header.set_subject(self.title, f"{reading.asset}, each symbol moves β × BTC")
        unknown = [
            base_name(symbol)
            for symbol in reading.after.positions
            if movements is None or movements.column(symbol) is None
        ]
        details = [(f"β of {', '.join(unknown)} not known: 1", "warn")] if unknown else []
        hidden = self.view.scenarios_hidden
        details.append(("stops not filled (gap)", "muted"))
        details += [(f"+{hidden} when wider", "muted")] if hidden else []
        self.header.set_detail(details)

    def ask_scenario(self) -> None:
        """Ask for a scenario of the trader's own."""
        self.scenario.show()
        self.scenario.setFocus()

    def reset_view(self) -> None:
        self._own.clear()
        self.refresh()

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_theme(theme)

    def market_reset(self) -> None:
        self.source.forget()

    def put_away(self) -> None:
        self.source.close()
        super().put_away()

    def save_state(self) -> dict[str, object]:
        return {"scenarios": [one.name for one in self._own]}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        texts = saved.get("scenarios")
        for text in texts[:MOST_OWN] if isinstance(texts, list) else ():
            try:
                one = read_own(str(text))
            except BadFigure:
                continue
            if one not in self._own:
                self._own.append(one)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("N", "A scenario of your own; typed again it goes"),
            ("Ctrl+C", "Copy the table"),
            ("Esc", "Leave the field"),
        ]

    def commands(self) -> list[Command]:
        return [Command("Joint stress: a scenario of your own", self.ask_scenario, "N")]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers():
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_N:
            self.ask_scenario()
        elif key == Qt.Key.Key_Escape and (self.scenario.isVisible() or self.says.isVisible()):
            self.scenario.hide()
            self.says.hide()
            self.view.setFocus()
        else:
            super().keyPressEvent(event)

    def _take_scenario(self) -> None:
        try:
            one = read_own(self.scenario.text())
        except BadFigure as error:
            self.say(str(error), is_wrong=True)
            return
        self._own = [other for other in self._own if other != one] if one in self._own else [*self._own, one]
        self._own = self._own[-MOST_OWN:]
        self.scenario.clear()
        self.says.hide()
        self.refresh()
