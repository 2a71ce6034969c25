"""The funding panel shows rates by their own interval, how usual they are, and what they come to in money."""

from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.panels.conftest import START_MS
from tests.ui.panels.test_positions import bought, trading
from ui.derivatives.funding_reading import FundingYear, read_funding
from ui.derivatives.funding_tiles import countdown
from ui.panel import Condition
from ui.panels.funding import FundingPanel
from workstation.analytics.funding_history import FundingHistory
from workstation.model.derivatives import FundingRate
from workstation.model.history import FundingSettlement
from workstation.model.instrument import ContractKind
from workstation.paper_desk import PaperDesk

__all__ = ["trading"]  # a fixture

HOUR_MS = 3_600_000


def settlements(count: int, hours: float, rate: float, ends_ms: int) -> list[FundingSettlement]:
    return [
        FundingSettlement(
            "binance_usdm", "BTCUSDT", ends_ms - round(place * hours * HOUR_MS), Decimal(repr(rate)), hours
        )
        for place in range(count)
    ]


def funded(desk: Any, rate: str = "0.0003", hours: float = 4.0) -> Any:
    """Thirty settlements every eight hours, then four every four, and a prediction."""
    desk.trade((0, 1, 60_000.0, 1.0))
    state = desk.workstation.market.state("BTCUSDT")
    newest = START_MS // (8 * HOUR_MS) * 8 * HOUR_MS
    state.past.add_funding(settlements(4, 4, 0.00005, newest))
    state.past.add_funding(settlements(30, 8, 0.0001, newest - 16 * HOUR_MS))
    state.take_news(
        FundingRate(
            "binance_usdm", "BTCUSDT", START_MS, Decimal(rate), hours, START_MS + 2 * HOUR_MS + 61_000
        )
    )
    return desk


def tile(panel: FundingPanel, title: str) -> Any:
    return next(tile for tile in panel.tiles.tiles if tile.title.startswith(title))


def test_a_rate_is_shown_for_eight_hours_whatever_its_interval(btc_desk: Any) -> None:
    panel = funded(btc_desk).open(FundingPanel, 900, 300)
    assert panel.condition is Condition.LIVE
    assert tile(panel, "Settled").figure == "+0.0100"
    assert tile(panel, "Settled").note.startswith("+0.0050 per 4 h · longs pay")
    assert tile(panel, "Predicted").figure == "+0.0600"
    assert tile(panel, "Predicted").token == "danger"
    assert tile(panel, "Predicted").note == "+0.180 %/d · +65.7 %/y simple"
    assert tile(panel, "Next").figure == "2:01:01"
    assert "8 h till" in tile(panel, "Next").note
    assert tile(panel, "Percentile").figure == "P 100"
    assert "+0.0500 over base" in tile(panel, "Percentile").note
    assert tile(panel, "Position").note == "No account trades here"
    # Every bar is as wide as its own interval and as high as its rate for eight hours.
    (bars,) = panel.chart.bars
    assert set(bars.rates[-3:]) == {0.0001}
    assert bars.ends[-1] - bars.starts[-1] == 4 * HOUR_MS
    assert bars.ends[0] - bars.starts[0] == 8 * HOUR_MS


def test_keys_change_span_and_path_and_copy_with_intervals(btc_desk: Any, qtbot: QtBot) -> None:
    panel = funded(btc_desk).open(FundingPanel, 900, 300)
    qtbot.keyClick(panel, Qt.Key.Key_BracketRight)
    qtbot.keyClick(panel, Qt.Key.Key_S)
    assert panel.save_state() == {"span": "60 d", "which": "those longs paid", "path": True}
    qtbot.keyClick(panel, Qt.Key.Key_P)
    assert panel.path.isHidden()
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 35
    assert lines[-1].endswith("\t5e-05\t4\t0.0001")
    again = FundingPanel(btc_desk.services)
    qtbot.addWidget(again)
    again.restore_state({"span": "1 y", "which": 5, "path": "no"})
    assert again.save_state()["span"] == "1 y"


def test_nothing_known_is_said_and_spot_has_none(desk: Any, instrument: Any) -> None:
    desk.add(instrument())
    desk.trade((0, 1, 60_000.0, 1.0))
    panel = desk.open(FundingPanel, 900, 300)
    assert tile(panel, "Predicted").note == "the venue has sent no rate yet"
    assert tile(panel, "Settled").figure == "—"
    desk.add(instrument("BTCUSDT_SPOT", kind=ContractKind.SPOT))
    desk.link.set_symbol("BTCUSDT_SPOT")
    panel.refresh()
    assert panel.condition is Condition.EMPTY


async def test_money_is_paid_by_a_long_at_a_positive_rate(trading: PaperDesk, desk: Any) -> None:
    assert countdown(7 * HOUR_MS + 11 * 60_000 + 53_999) == "7:11:53"
    await bought(trading)
    funded(desk)
    plan = {"entry": "59900", "stop": "59000", "target": "62000", "size": "0.02", "hold": "9"}
    desk.services.tickets.edit("BTCUSDT", **plan)
    panel = desk.open(FundingPanel, 1_000, 300)
    # A long of 0.05 at a mark of 60000 pays 0.03 %; six times that in a day of four-hour settlements.
    assert (tile(panel, "Position").figure, tile(panel, "Position").unit) == ("−0.90", "USDT")
    assert tile(panel, "Position").note == "paid, long 0.05 BTC · −5.40 a day"
    # The ticket is held through those in two and in six hours.
    assert tile(panel, "Ticket, 2 settlements").figure == "−0.72"
    assert tile(panel, "Ticket").token == "down"
    desk.services.tickets.edit("BTCUSDT", hold="soon")
    panel.refresh()
    assert tile(panel, "Ticket").note == "The ticket's hold cannot be read"


def test_two_venues_are_compared_in_windows_of_eight_hours(btc_desk: Any) -> None:
    funded(btc_desk)
    panel = FundingPanel(btc_desk.services)
    btc_desk.qtbot.addWidget(panel)
    state = btc_desk.workstation.market.state("BTCUSDT")
    ends = START_MS // (8 * HOUR_MS) * 8 * HOUR_MS
    hourly = FundingHistory.of(settlements(16, 1, 0.00002, ends))
    own = FundingYear.of(FundingHistory.of(state.past.funding), START_MS)
    others = {("hyperliquid", "BTC"): hourly}
    reading = read_funding(btc_desk.services, state, START_MS, own, others)
    panel.chart.show_reading(reading, 14 * 24 * HOUR_MS, 1)
    first, second = panel.chart.bars
    assert second.name == "hyperliquid (8 × 1 h)"
    assert [round(rate, 8) for rate in second.rates] == [0.00016, 0.00016]
    assert first.rates[-2] == 0.0001
    assert reading.widest is not None
    assert round(reading.widest[0], 8) == 0.00006
    assert reading.widest[1] == "hyperliquid over binance_usdm"
