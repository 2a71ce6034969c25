"""The strip under the map flags a spread that is too wide to trade, and shows balance by direction."""

from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui.depth.flow_strip_item import SPREAD_PX, STRIP_PX, FlowStripItem
from ui.theme import DARK
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.depth_map import DepthMap
from workstation.market.order_book import OrderBook
from workstation.model.columns import BOOK_UPDATE, LEVEL
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

FIRST = 3_446_322_000
INSTRUMENT = Instrument(
    venue="test",
    symbol="THINUSDT",
    kind=ContractKind.LINEAR,
    tick_size=Decimal("0.001"),
    lot_size=Decimal(1),
    contract_size=Decimal(1),
    base="THIN",
    quote="USDT",
    sequence_rule=SequenceRule.FULL_SNAPSHOTS,
)


def thin_grid(ask: float, bid_size: float, ask_size: float) -> DepthGrid:
    """Sixty columns of a market with a bid at 1.000 and an ask somewhere above."""
    book = OrderBook(INSTRUMENT)
    levels = np.array([(1, 1.0, bid_size), (-1, ask, ask_size)], LEVEL)
    update = np.zeros(1, BOOK_UPDATE)
    update["levels"], update["is_snapshot"] = 2, True
    book.apply(update, levels)
    grid = DepthGrid(INSTRUMENT, book)
    for bucket in range(FIRST, FIRST + 60):
        grid.advance(bucket * BUCKET_MS)
        grid.replace(bucket * BUCKET_MS)
    grid.settle()
    return grid


def picture(qtbot: QtBot, grid: DepthGrid) -> tuple[QImage, FlowStripItem, TimePricePlot]:
    window = QWidget()
    qtbot.addWidget(window)
    plot = TimePricePlot(DARK, lower_share=STRIP_PX / 400, parent=window)
    plot.resize(600, 426)
    window.resize(600, 426)
    item = FlowStripItem(DARK)
    plot.add_overlay(item)
    item.set_source(DepthMap(grid))
    window.show()
    qtbot.waitExposed(window)
    plot.set_view(time=(FIRST * BUCKET_MS, (FIRST + 60) * BUCKET_MS), price=(0.9, 1.1))
    QApplication.processEvents()
    return plot.viewport().grab().toImage(), item, plot


@pytest.mark.parametrize("ask, flagged", ((1.002, False), (1.006, True)))
def test_a_spread_of_half_a_per_cent_fills_the_strip_in_the_colour_of_warnings(
    qtbot: QtBot, ask: float, flagged: bool
) -> None:
    image, item, plot = picture(qtbot, thin_grid(ask, 10.0, 10.0))
    top = round(plot.mapping.lower_top)
    colours = {image.pixelColor(400, y).name() for y in range(top + 2, top + SPREAD_PX)}
    assert (DARK.warn.name() in colours) is flagged
    found = item.at((FIRST + 30.5) * BUCKET_MS)
    assert found is not None
    assert found[0] == pytest.approx(2 * (ask - 1) / (ask + 1))


@pytest.mark.parametrize("bids, asks", ((30.0, 10.0), (10.0, 30.0)))
def test_more_bids_stand_upwards_and_more_asks_downwards(qtbot: QtBot, bids: float, asks: float) -> None:
    image, item, plot = picture(qtbot, thin_grid(1.002, bids, asks))
    found = item.at((FIRST + 30.5) * BUCKET_MS)
    assert found is not None
    assert found[1] == pytest.approx((bids - asks) / (bids + asks), abs=0.01)
    middle = (plot.mapping.lower_top + SPREAD_PX + plot.mapping.lower_bottom) / 2
    above, below = (image.pixelColor(400, round(middle + step)) for step in (-4, 4))
    assert (above != DARK.panel, below != DARK.panel) == (bids > asks, asks > bids)


def test_nothing_is_drawn_where_the_book_is_not_known(qtbot: QtBot) -> None:
    grid = thin_grid(1.002, 30.0, 10.0)
    grid.gap[np.arange(FIRST + 30, FIRST + 50) % grid.columns] = True
    grid.best[np.arange(FIRST + 30, FIRST + 50) % grid.columns] = np.nan
    image, item, plot = picture(qtbot, grid)
    assert item.at((FIRST + 40.5) * BUCKET_MS) is None
    x = round(plot.mapping.x((FIRST + 40.5) * BUCKET_MS))
    rows = range(round(plot.mapping.lower_top) + 2, round(plot.mapping.lower_bottom))
    assert {image.pixelColor(x, y).name() for y in rows} <= {DARK.panel.name(), DARK.hairline.name()}
