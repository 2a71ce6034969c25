"""The portfolio panel on a real paper account: sums, stress, guardrails, and limits that loosen slowly."""

import asyncio
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.panels.test_positions import bought, mark, trading, until
from ui.panels.portfolio import HISTORY, LIMIT_PART, PortfolioPanel
from ui.widgets.figures_view import Verdict
from workstation.paper_desk import PaperDesk

__all__ = ["trading"]  # a fixture


def figures(panel: PortfolioPanel) -> dict[str, str]:
    panel.refresh()
    return {label: value for _, label, value in panel.view.visible_rows()}


async def test_sums_risk_and_stress_follow_the_position(trading: PaperDesk, desk: Any) -> None:
    await bought(trading)
    mark(desk, trading, 60_500)
    panel = desk.open(PortfolioPanel, width=1200)
    shown = figures(panel)
    assert shown["Equity"] == "10\u2009023.50 USDT"
    assert shown["Day"] == "+23.50 USDT"
    assert shown["Day in R"] == "+0.2 R of −3 R"
    assert shown["Open risk √w′Cw"].startswith("0.7")
    assert shown["Independent bets"] == "1.0"
    assert shown["−5 %"].startswith("−151.25 · −1.5 %")
    assert shown["12 minutes, −15 %"].startswith("−9")  # the stop is hit on the way
    assert panel.view.verdicts["Guardrails"][0] is Verdict.OK


async def test_a_scenario_names_whom_it_liquidates_and_sectors_have_bars(
    trading: PaperDesk,
    desk: Any,
    qtbot: QtBot,
) -> None:
    await bought(trading)
    panel = desk.open(PortfolioPanel, width=1200)
    qtbot.keyClick(panel, Qt.Key.Key_N)
    panel.scenario.setText("-60")
    qtbot.keyClick(panel.scenario, Qt.Key.Key_Return)
    assert "   liquidates BTCUSDT" in figures(panel)
    assert panel.view.verdicts["Stress"][0] is Verdict.BAD
    (sector,) = panel.view.sections[3].figures
    ((share, token),) = sector.bar
    assert (round(share, 2), token) == (0.3, "up")


async def test_an_own_scenario_is_played_remembered_and_removed(
    trading: PaperDesk,
    desk: Any,
    qtbot: QtBot,
) -> None:
    panel = desk.open(PortfolioPanel, width=1200)
    qtbot.keyClick(panel, Qt.Key.Key_N)
    for text in ("soon", "−20 in 30"):
        panel.scenario.setText(text)
        qtbot.keyClick(panel.scenario, Qt.Key.Key_Return)
        assert panel.says.isVisible() == (text == "soon")
    assert "30 minutes, −20 %" in figures(panel)
    again = desk.open(PortfolioPanel)
    again.restore_state(panel.save_state())
    assert "30 minutes, −20 %" in figures(again)
    panel.scenario.setText("-20 in 30")
    qtbot.keyClick(panel.scenario, Qt.Key.Key_Return)
    assert "30 minutes, −20 %" not in figures(panel)


async def test_a_limit_tightens_at_once_and_a_looser_one_waits_and_is_taken_back(
    trading: PaperDesk,
    desk: Any,
    qtbot: QtBot,
) -> None:
    panel = desk.open(PortfolioPanel, width=1200)
    panel.show_part(LIMIT_PART)
    key = next(row for row in panel.limits._given if row.endswith("\tleverage"))
    book = trading.limit_book
    panel.edit_limit(key)
    panel.form.figure.setText("5")
    assert not panel.form.reason.isVisible()
    qtbot.keyClick(panel.form.figure, Qt.Key.Key_Return)
    await asyncio.sleep(0.05)
    assert trading.limits().leverage == 5

    panel.edit_limit(key)
    panel.form.figure.setText("8")
    qtbot.keyClick(panel.form.figure, Qt.Key.Key_Return)
    assert panel.form.isVisible()
    assert panel.form.says.text() == "30 more letters"
    panel.form.reason.setText("a month of results within the plan")
    qtbot.keyClick(panel.form.reason, Qt.Key.Key_Return)
    await asyncio.sleep(0.05)
    panel.refresh()
    assert trading.limits().leverage == Decimal(5)
    row = next(cells for cells in panel.limits.visible_rows() if cells[0] == "Leverage")
    assert row[1:4] == ("5x", "8x", "12 h 0 m")
    panel.take_back(key)
    await asyncio.sleep(0.05)
    assert book.pending("leverage") is None
    panel.show_part(HISTORY)
    assert [cells[3] for cells in panel.history.visible_rows()] == ["5x", "8x", "5x"]


async def test_a_paper_account_begins_with_the_balance_typed_and_refuses_it_while_something_is_held(
    trading: PaperDesk,
    desk: Any,
    qtbot: QtBot,
) -> None:
    panel = desk.open(PortfolioPanel, width=1200)
    for text, may in (("", False), ("ten", False), ("5", False), ("25 000", True)):
        qtbot.keyClick(panel, Qt.Key.Key_B)
        panel.balance.figure.setText(text)
        assert panel.balance.button.isEnabled() is may, text
    qtbot.keyClick(panel.balance.figure, Qt.Key.Key_Return)
    assert "begins with 25\u2009000.00 USDT" in panel.says.text()
    await until(trading, lambda: figures(panel)["Equity"] == "25\u2009000.00 USDT", "the balance is told")

    await bought(trading)
    (command,) = [one for one in panel.commands() if one.name.startswith("Starting balance")]
    command.run_if_available()
    qtbot.keyClick(panel.balance.figure, Qt.Key.Key_Return)
    assert panel.says.text() == "Close every position and cancel every order first"
