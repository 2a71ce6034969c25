"""Own fills, orders and positions on a chart, out of a real portfolio."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.ui.panels.conftest import START_MS, instrument
from tests.workstation.trading.made import made_fill
from ui.charting.own_trades import OwnLine, fill_words, own_lines
from ui.charting.own_trades_item import OwnTradesItem
from ui.theme import DARK
from ui.widgets.plot_mapping import PlotMapping
from workstation.model.orders import Side
from workstation.trading.contracts import contract_of
from workstation.trading.portfolio import Portfolio

TAO = instrument("TAOUSDT", venue="paper", base="TAO")


@pytest.fixture
def portfolio() -> Portfolio:
    """Bought 2 at 100, sold 0.5 at 104."""
    made = Portfolio("paper")
    made.add_contract(contract_of(TAO, maker_rate=Decimal("0.0002"), taker_rate=Decimal("0.0005")))
    made.take(
        made_fill(1, Side.BUY, Decimal(2), Decimal(100), event_ms=START_MS + 10_000, fee=Decimal("0.04"))
    )
    made.take(made_fill(2, Side.SELL, Decimal("0.5"), Decimal(104), event_ms=START_MS + 20_000))
    return made


def test_a_position_has_a_line_at_its_entry(portfolio: Portfolio) -> None:
    (entry,) = own_lines(portfolio, TAO, {})
    assert entry.price == 100
    assert entry.words == "long 1.500"
    assert own_lines(Portfolio("paper"), TAO, {}) == []


def test_a_fill_says_what_it_was(portfolio: Portfolio) -> None:
    words = fill_words(portfolio.fills("TAOUSDT")[0], TAO)
    assert words.startswith("Bought 2.000 TAO at 100.0")
    assert "23:54:25.000 UTC" in words
    assert words.endswith("maker · fee 0.04 USDT")


def test_buys_stand_below_their_price_and_sales_above(portfolio: Portfolio, qapp: QApplication) -> None:
    item = OwnTradesItem(DARK)
    item.view_changed(PlotMapping(START_MS, START_MS + 30_000, 90, 110, 300, 200, 200, 200))
    item.show_own(portfolio.fills("TAOUSDT"), own_lines(portfolio, TAO, {}))
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    painter = QPainter(image)
    item.paint(painter, None)
    painter.end()
    bought, sold = QPointF(100, 100), QPointF(200, 60)
    assert image.pixelColor(100, 110) == DARK.up
    assert image.pixelColor(200, 50) == DARK.down
    assert image.pixelColor(200, 70) == DARK.panel
    assert image.pixelColor(100, 90) == DARK.panel
    assert item.fill_at(bought + QPointF(0, 9)) is portfolio.fills("TAOUSDT")[0]
    assert item.fill_at(sold - QPointF(0, 9)) is portfolio.fills("TAOUSDT")[1]
    assert item.fill_at(sold + QPointF(0, 9)) is None


def test_words_of_lines_that_lie_close_stand_beside_one_another() -> None:
    item = OwnTradesItem(DARK)
    item.view_changed(PlotMapping(START_MS, START_MS + 30_000, 90, 110, 600, 200, 200, 200))
    prices = (100.0, 100.4, 100.8, 109.0, 200.0)
    item.show_own((), [OwnLine(f"order {price}", price, "sell 1.000", "down") for price in prices])
    boxes = [box for _, box in item.boxes()]
    assert len(boxes) == 4  # one is out of view
    for number, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[:number])
    assert boxes[3].right() == boxes[0].right()
