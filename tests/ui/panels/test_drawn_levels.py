from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from ui.panels.chart import ChartPanel
from ui.panels.depth import DepthPanel
from ui.panels.watchlist import WatchlistPanel
from workstation.alerts.engine import AlertEngine

ALT = Qt.KeyboardModifier.AltModifier
MARKET = ("binance_usdm", "BTCUSDT")


@pytest.fixture
def chart(btc_desk: Any) -> ChartPanel:
    """A minute of trades between 61 000 and 61 010."""
    btc_desk.trade(*((second * 1000, 1, 61_000.0 + second % 11, 1.0) for second in range(60)))
    opened: ChartPanel = btc_desk.open(ChartPanel, 1000, 500)
    return opened


def draw_level(chart: ChartPanel, qtbot: Any, price: float) -> float:
    """Draw a level with key and mouse; return the price that it got."""
    qtbot.keyClick(chart.plot, Qt.Key.Key_H, ALT)
    at = QPoint(400, round(chart.plot.mapping.y(price)))
    qtbot.mouseMove(chart.plot.viewport(), at)
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    return chart.drawings.shown[-1].anchors[0].price


def test_a_level_drawn_by_hand_tells_when_the_market_crosses_it(
    btc_desk: Any, chart: ChartPanel, qtbot: Any
) -> None:
    engine = btc_desk.workstation.alerts
    assert isinstance(engine, AlertEngine)
    price = draw_level(chart, qtbot, 61_005.0)
    btc_desk.trade((61_000, -1, price - 1, 1.0))
    assert engine.look() == []
    qtbot.keyClick(chart.plot, Qt.Key.Key_A, ALT)
    btc_desk.trade((62_000, -1, price - 0.5, 1.0))
    assert engine.look() == []
    btc_desk.trade((63_000, 1, price + 1, 1.0))
    fired = [firing for _ in range(3) for firing in engine.look()]
    assert [firing.symbol for firing in fired] == ["BTCUSDT"]


def test_chart_and_depth_map_show_the_level_and_another_symbol_does_not(
    btc_desk: Any, chart: ChartPanel, qtbot: Any, instrument: Any
) -> None:
    btc_desk.add(instrument("ETHUSDT"))
    depth = btc_desk.open(DepthPanel)
    price = draw_level(chart, qtbot, 61_005.0)
    assert [level.anchors[0].price for level in depth.levels.shown] == [price]
    btc_desk.link.set_symbol("ETHUSDT")
    assert chart.drawings.shown == depth.levels.shown == ()
    btc_desk.link.set_symbol("BTCUSDT")
    assert len(chart.drawings.shown) == len(depth.levels.shown) == 1


def test_the_palette_offers_the_tools_of_panels_that_have_them(btc_desk: Any, chart: ChartPanel) -> None:
    names = [command.name for command in chart.commands()]
    assert "Draw Fibonacci retracement" in names
    next(command for command in chart.commands() if command.name == "Draw ray").run()
    assert chart.drawings.hand.tool is not None
    assert [name for name in (c.name for c in btc_desk.open(DepthPanel).commands()) if "Draw" in name] == [
        "Draw level"
    ]
    assert btc_desk.open(WatchlistPanel).commands() == []
