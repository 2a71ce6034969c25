"""Liquidations stand where they happened, the largest first."""

from collections import deque
from decimal import Decimal
from typing import Literal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem

from ui.theme import DARK
from ui.widgets.liquidation_item import MOST_SHOWN, LiquidationItem
from ui.widgets.plot_mapping import PlotMapping
from workstation.model.derivatives import Liquidation


def item(*shown: Liquidation) -> LiquidationItem:
    made = LiquidationItem(DARK)
    made.place(QRectF(0, 0, 200, 100))
    made.view_changed(PlotMapping(0, 200, 0, 100, 200, 100, 100, 100))
    made.set_liquidations(deque(shown))
    return made


def forced(time_ms: int, price: int, size: int = 1, side: Literal["buy", "sell"] = "sell") -> Liquidation:
    return Liquidation("v", "BTCUSDT", time_ms, side, Decimal(price), Decimal(size))


def picture(of: LiquidationItem) -> QImage:
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    painter = QPainter(image)
    of.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    return image


def test_only_what_is_in_view_is_painted_and_the_largest_first(qapp: QApplication) -> None:
    made = item(forced(50, 50, 1), forced(60, 20, 9), forced(500, 50), forced(50, 500))
    assert [row[0] for row in made.in_view.tolist()] == [60, 50]
    crowd = item(*(forced(index % 200, 50, index) for index in range(1, 900)))
    assert len(crowd.in_view) == MOST_SHOWN
    assert crowd.in_view[0][2] == 899


def test_they_point_the_way_they_pushed_the_price(qapp: QApplication) -> None:
    down, up = picture(item(forced(100, 50, 1, "sell"))), picture(item(forced(100, 50, 1, "buy")))
    assert down.pixelColor(100, 53) == DARK.down
    assert up.pixelColor(100, 47) == DARK.up


def test_new_ones_are_taken_in_and_none_is_no_picture(qapp: QApplication) -> None:
    source: deque[Liquidation] = deque(maxlen=2)
    made = LiquidationItem(DARK)
    made.view_changed(PlotMapping(0, 200, 0, 100, 200, 100, 100, 100))
    made.set_liquidations(source)
    assert len(made.in_view) == 0
    for time_ms in (10, 20, 30):
        source.append(forced(time_ms, 50))
        made.refresh()
    assert sorted(row[0] for row in made.in_view.tolist()) == [20, 30]
    made.set_liquidations(None)
    assert len(made.in_view) == 0
