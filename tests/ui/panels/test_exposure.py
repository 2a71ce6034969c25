"""Exposure and joint stress on a real paper account: with the ticket, edited sectors, own scenarios."""

import os
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.panels.conftest import instrument
from tests.ui.panels.test_positions import bought, mark, trading
from ui.exposure.bars import FACTOR, GROUP, BarRow, _Scale, bar_rows
from ui.exposure.exposure_view import risk_rows
from ui.exposure.reading import ExposureReading, read_exposure
from ui.panels.exposure import ExposurePanel
from ui.panels.joint_stress import JointStressPanel
from ui.theme import LIGHT
from workstation.market.candles import CANDLE
from workstation.paper_desk import PaperDesk
from workstation.trading.book_exposure import Sides
from workstation.trading.sectors import OWN_FILE

__all__ = ["trading"]  # a fixture

HOUR_MS = 3_600_000
D = Decimal


def hours(desk: Any) -> None:
    """A month of hours of BTC, ETH at twice its moves, and TAO on its own, up to the market's time."""
    state = desk.workstation.market.state("BTCUSDT")
    random = np.random.default_rng(2)
    market = random.normal(0, 0.004, 900)
    courses = {
        "BTC": market,
        "ETH": 2 * market + random.normal(0, 1e-5, 900),
        "TAO": random.normal(0, 0.01, 900),
    }
    for coin, moves in courses.items():
        if coin != "BTC":
            desk.add(instrument(f"{coin}USDT", base=coin))
        other = desk.workstation.market.state(f"{coin}USDT")
        rows = np.zeros(900, CANDLE)
        rows["open_ms"] = (state.market_ms // HOUR_MS - np.arange(900, 0, -1)) * HOUR_MS
        rows["close"] = 100 * np.exp(np.cumsum(moves))
        other.candles(HOUR_MS).replace(rows)
        other.market_ms = state.market_ms + 5_000


def settled(panel: Any, qtbot: QtBot) -> Any:
    def done() -> bool:
        panel.refresh()
        return not panel.source.working and panel.source.movements is not None

    qtbot.waitUntil(done, timeout=10_000)
    panel.refresh()
    return panel


def reading_of(panel: ExposurePanel, account: PaperDesk) -> ExposureReading:
    found = read_exposure(account, panel.services.tickets, panel.link.symbol, panel.source.movements)
    assert found is not None
    return found


async def test_the_book_now_and_after_the_ticket_stand_side_by_side(
    trading: PaperDesk, desk: Any, qtbot: QtBot
) -> None:
    await bought(trading)  # 0.05 BTC: 3 000 of 10 000
    mark(desk, trading, 60_000)
    hours(desk)
    panel = settled(desk.open(ExposurePanel, width=600, height=500), qtbot)
    found = reading_of(panel, trading)
    assert found.after is None
    assert found.now.sectors["bitcoin"].long == pytest.approx(0.30, abs=0.001)
    assert [row[2] for row in risk_rows(found)] == ["", "", ""]
    desk.services.tickets.edit(
        "BTCUSDT", entry="60000", stop="59000", target="63000", size="0.05", leverage="5"
    )
    found = reading_of(panel, trading)
    assert found.planned is not None
    assert found.planned.words == "Buy 0.050 BTC limit 60\u2009000.0"
    assert found.after is not None
    assert found.after.sectors["bitcoin"].long == pytest.approx(0.60, abs=0.002)
    assert found.after.factors["BTC"].net == pytest.approx(0.60, abs=0.002)  # β 1 to itself
    assert found.after.deviation == pytest.approx(2 * found.now.deviation, rel=1e-3)
    assert found.now.bets == pytest.approx(1)
    assert found.after.bets == pytest.approx(1)
    rows, sums = bar_rows(found, FACTOR)
    assert {row.title for row in rows} == {"BTC", "ETH"}
    eth = next(row for row in rows if row.title == "ETH")
    assert eth.now.long == pytest.approx(0.15, abs=0.002)  # half of ETH's moves
    assert [row.title for row in bar_rows(found, GROUP)[0]] == ["A · 2 alike"]
    assert sums[0].title == "Net"
    for part in ("factor", "group", "sector"):
        panel.show_part(part)
        assert not panel.grab().isNull()
    qtbot.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "Bitcoin\t30" in QGuiApplication.clipboard().text()
    panel.put_away()


async def test_sectors_count_as_soon_as_they_are_saved_and_a_broken_file_changes_nothing(
    trading: PaperDesk, desk: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    await bought(trading)
    trading.data_dir = tmp_path
    panel = desk.open(ExposurePanel, width=600)
    panel.refresh()
    qtbot.keyClick(panel, Qt.Key.Key_E)
    file = tmp_path / OWN_FILE
    assert opened == [str(file)]
    panel.refresh()  # what it begins with is no change, and can be read
    assert trading.sectors.of("BTC") == "bitcoin"
    file.write_text('[sectors]\nmy_bets = ["BTC"]\n', encoding="utf-8")
    panel.refresh()
    assert "my_bets" in reading_of(panel, trading).now.sectors
    file.write_text("[sectors\n", encoding="utf-8")
    os.utime(file, (1, 1))
    panel.refresh()
    assert panel.says.isVisible()
    assert OWN_FILE in panel.says.text()
    assert trading.sectors.of("BTC") == "my_bets"
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    panel.refresh()  # told once, not at every look
    assert not panel.says.isVisible()
    panel.put_away()


async def test_joint_stress_has_a_row_for_each_position_and_both_books(
    trading: PaperDesk, desk: Any, qtbot: QtBot
) -> None:
    panel = desk.open(JointStressPanel, width=900, height=360)
    panel.refresh()
    assert not panel.view.rows[0].side  # nothing is held: sums only
    await bought(trading)
    mark(desk, trading, 60_000)
    hours(desk)
    settled(panel, qtbot)
    rows = {row.title: row for row in panel.view.rows}
    assert [cell.text for cell in rows["BTC"].cells[:3]] == ["−150", "−240", "−450"]
    assert (rows["BTC"].side, rows["Book"].cells[2].text) == ("long", "−4.5 %")
    desk.services.tickets.edit(
        "BTCUSDT", entry="60000", stop="59000", target="63000", size="0.05", leverage="5"
    )
    panel.refresh()
    rows = {row.title: row for row in panel.view.rows}
    assert rows["BTC"].side == "ticket"
    assert rows["Book now"].cells[2].text == "−4.5 %"
    assert rows["After the ticket"].cells[2].text == "−9.0 %"
    assert rows["Day limit −3 R"].cells[2].text == "past → past"
    assert rows["Day limit −3 R"].cells[0].text == "ok → past"
    desk.services.themes.set_theme(LIGHT)
    assert not panel.grab().isNull()
    panel.put_away()


async def test_own_scenarios_are_typed_named_kept_and_taken_back(
    trading: PaperDesk, desk: Any, qtbot: QtBot
) -> None:
    await bought(trading)
    panel = desk.open(JointStressPanel, width=1200)
    for text in ("soon", "btc -99"):
        qtbot.keyClick(panel, Qt.Key.Key_N)
        panel.scenario.setText(text)
        qtbot.keyClick(panel.scenario, Qt.Key.Key_Return)
        assert panel.says.isVisible() == (text == "soon")
    rows = {row.title: row for row in panel.view.rows}
    assert "BTC −99 %" in panel.view.text()
    assert rows["Liquidations"].cells[4].text in ("0", "1")
    again = desk.open(JointStressPanel, width=1200)
    again.restore_state({"scenarios": [*panel.save_state()["scenarios"], "rubbish", None]})
    assert again.save_state() == panel.save_state()
    panel.scenario.setText("-99")
    qtbot.keyClick(panel.scenario, Qt.Key.Key_Return)
    assert "−99 %" not in panel.view.text()
    for one in (panel, again):
        one.put_away()


@pytest.mark.parametrize("long", [0.004, 0.02, 0.1, 0.37, 1.0, 2.4])
def test_the_marks_of_the_axis_stand_where_they_say(long: float) -> None:
    scale = _Scale([BarRow("AI", Sides(long=long), None)], None, QRectF(0, 0, 400, 100))
    assert all(float(f"{tick * 100:.{scale.decimals}f}") == pytest.approx(tick * 100) for tick in scale.ticks)
