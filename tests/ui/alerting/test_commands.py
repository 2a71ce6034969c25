"""What is typed into the palette makes an alert, opens the form, or says what is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.alerting.commands import AlertCommands
from ui.alerting.notices import AlertNotices
from ui.commands import CommandSet
from ui.panel import PanelServices
from ui.panels.alerts import AlertsPanel
from workstation.alerts.rules import Formula, PriceCross
from workstation.app import Workstation
from workstation.settings import AlertSettings


@pytest.fixture
def panel(services: PanelServices, replayed: Workstation, qtbot: QtBot) -> AlertsPanel:
    made = AlertsPanel(services)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def commands(
    services: PanelServices, panel: AlertsPanel, qtbot: QtBot, tmp_path: Path
) -> Iterator[CommandSet]:
    window = QWidget()
    qtbot.addWidget(window)
    notices = AlertNotices(services, window, tmp_path, AlertSettings(), lambda _chosen: None)
    made = AlertCommands(services, notices, lambda: panel, lambda: services.links.first.symbol)
    offered = CommandSet()
    offered.add(*made.fixed())
    offered.add_source(made.typed)
    yield offered
    notices.close()


def test_a_typed_alert_is_the_first_offer_and_watched(commands: CommandSet, services: PanelServices) -> None:
    first, form, *_ = commands.matching("alert ETHUSDT > 4000")
    assert first.name == "alert ETHUSDT > 4000 · ETHUSDT: Last crosses above 4\u2009000.00, once"
    first.run()
    (rule,) = services.alerts.rules()
    assert (rule.symbols, rule.condition, rule.market) == (("ETHUSDT",), PriceCross(4_000.0, "up"), "replay")
    assert form.name.endswith("in the form first")


def test_it_can_be_looked_at_in_the_form_first(
    commands: CommandSet, services: PanelServices, panel: AlertsPanel
) -> None:
    commands.matching("alert all spread_bps > 20")[1].run()
    assert panel.form.isVisible()
    assert panel.form.expression.text() == "spread_bps > 20"
    assert panel.form.symbol.currentText() == "Every symbol"
    panel.form.save()
    (rule,) = services.alerts.rules()
    assert (rule.symbols, rule.condition) == ((), Formula("spread_bps > 20"))


def test_what_is_wrong_is_said_while_it_is_typed(commands: CommandSet) -> None:
    offer = commands.matching("alert BTCUSDT spred_bps > 20")[0]
    assert "did you mean spread_bps?" in offer.name


def test_each_way_of_telling_is_switched_and_only_the_other_way_is_offered(
    commands: CommandSet, services: PanelServices
) -> None:
    off, *others = commands.matching("alert sounds")
    assert off.name == "Alert sounds off"
    assert "Alert sounds on" not in [command.name for command in others]
    off.run()
    assert commands.matching("alert sounds")[0].name == "Alert sounds on"
    assert services.sound_note == "Sounds are off"
    commands.matching("do not disturb")[0].run()
    assert services.quiet
    assert commands.matching("let alerts be heard")
