"""Figures of a trade under way are explained too: the planned ticket, what is held, the account with it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.help.test_terms import explained
from tests.ui.ticket.test_trade import write
from tests.ui.ticket.trade_floor import SYMBOL, TradeFloor
from ui.help.figures import Figure
from ui.panel import Panel
from ui.panels import PANELS

EXPECTED: dict[str, dict[str, str]] = {
    "positions": {
        "0.086": "Size held",
        "33.1 %": "Distance to liquidation",
        "58\u2009900.0": "Stop",
        "40\u2009153.9": "Liquidation price",
    },
    "portfolio": {},
    "exposure": {},
    "joint_stress": {},
    "funding": {"—": "Funding predicted"},
    "chart": {"long 0.086": "Own position or order"},
    "ladder": {"long 0.086": "Own order or position", "9.000": "Size asked", "4.000": "Size bid"},
}
"""Some figures of what is held, and their names."""


@pytest.fixture
async def floor(tmp_path: Path, qapp: QApplication) -> AsyncIterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    yield made
    await made.close()


def named(found: list[Figure]) -> dict[str, str]:
    """The text of the first figure of each name."""
    by_name: dict[str, str] = {}
    for one in found:
        assert one.term is not None
        by_name.setdefault(one.term.name, one.text)
    return by_name


async def test_every_figure_of_a_trade_is_explained(floor: TradeFloor, qtbot: QtBot) -> None:
    panel = await floor.ticket()
    qtbot.addWidget(panel)
    panel.resize(420, 1_200)
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_B)
    for name, text in (("entry", "59 990"), ("stop", "58 900"), ("target", "62 400"), ("risk", "1")):
        write(panel, name, text)
    panel.refresh()
    QApplication.processEvents()
    found = named(explained(panel, "ticket"))
    assert found["Entry"] == "59 990"
    assert found["Row of the checklist"] == "0.17 bp"
    assert found["Liquidation"] == "—"
    assert found["Distance to liquidation"] == "33.1 %"
    assert {"Costs of the round trip", "Break-even", "Margin tier", "Margin used", "Portfolio risk"} <= set(
        found
    )
    assert {"Portfolio risk", "Rows that pass", "Exposure of the sector", "Risk", "Size", "Leverage"} <= set(
        found
    )
    QTest.keyClick(panel, Qt.Key.Key_C)
    QTest.keyClick(panel.checklist, Qt.Key.Key_Space)
    QTest.keyClicks(panel.checklist.editor, "under the low")
    QTest.keyClick(panel.checklist.editor, Qt.Key.Key_Return)
    QTest.keyClick(panel.checklist, Qt.Key.Key_Down)
    QTest.keyClick(panel.checklist, Qt.Key.Key_4)
    QTest.keyClick(panel.checklist, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    portfolio = floor.account.floor.portfolio
    await floor.until(lambda: bool(portfolio.orders))
    await floor.pass_time()
    floor.trade(-1, 59_989.0, 1.0)
    await floor.until(lambda: portfolio.stop_price(SYMBOL) is not None)
    for name, wanted in EXPECTED.items():
        kind = next(kind for kind in PANELS if kind.kind == name)
        other: Panel = kind(floor.services)
        qtbot.addWidget(other)
        other.resize(1_000, 700)
        other.show()
        other.symbol_changed()
        other.refresh()
        found = named(explained(other, name))
        for text, term in wanted.items():
            assert found.get(term) == text, (name, found)
        other.put_away()
