"""Signs on the map say their evidence when they are pointed at, and labels never lie on one another."""

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.workstation.market.test_walls import STANDS, Market
from ui.depth.wall_item import WallItem, bin_decimals, event_words, wall_words
from ui.theme import DARK
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.depth_grid import BUCKET_MS
from workstation.market.walls import Wall, WallEvent


@pytest.mark.parametrize("size, decimals", ((1.0, 0), (0.5, 1), (0.05, 2), (2.5, 1), (100.0, 0)))
def test_prices_of_walls_have_the_decimals_of_their_bins(size: float, decimals: int) -> None:
    assert bin_decimals(size) == decimals


def test_a_wall_in_words() -> None:
    wall = Wall(-1, 61_800.0, 24.6, 30.0, 1_000_000)
    assert wall_words(wall, 1_312_000, 0, "BTC") == "wall 61\u2009800 · 24.6 BTC · 5 m 12 s"


@pytest.mark.parametrize(
    "kind, words",
    (
        (
            "pulled",
            "Pulled: up to 24.6 BTC of bids at 61\u2009800 stood 12 s and went with 0.800 BTC traded there",
        ),
        ("eaten", "Eaten: up to 24.6 BTC of bids at 61\u2009800 stood 12 s; 0.800 BTC was traded there"),
        (
            "refilled",
            "Refilled: 0.800 BTC was traded at 61\u2009800 in 12 s, "
            "and never more than 24.6 BTC of bids shown",
        ),
    ),
)
def test_an_event_says_its_evidence(kind: str, words: str) -> None:
    assert event_words(WallEvent(kind, 1, 61_800.0, 0, 24.6, 0.8, 12_000), 0, "BTC") == words


def test_what_is_painted_can_be_pointed_at(qtbot: QtBot) -> None:
    market = Market()
    market.sizes |= {60_040: 60.0, 60_041: 80.0, 60_100: 70.0}
    market.live(STANDS + 40)
    del market.sizes[60_040]
    market.live(4)
    tracker = market.follow()
    window = QWidget()
    qtbot.addWidget(window)
    plot = TimePricePlot(DARK, parent=window)
    plot.resize(700, 400)
    window.resize(700, 400)
    item = WallItem(DARK)
    plot.add_overlay(item)
    item.set_tracker(tracker, 1.0, "BTC", 1)
    window.show()
    qtbot.waitExposed(window)
    plot.set_view(time=(tracker.now_ms - 60_000, tracker.now_ms + 5_000), price=(59_950, 60_150))
    QApplication.processEvents()
    (event,) = tracker.events
    mapping = plot.mapping
    at = mapping.x(event.time_ms), mapping.y(event.price + 0.5)
    assert item.event_at(*at).startswith("Pulled: up to ")
    assert item.event_at(at[0] - 40, at[1]) == ""
    assert item.words().startswith("wall 60\u2009041 · 79.9 BTC · 32 s")
    before = plot.viewport().grab().toImage()
    item.show_parts(labels=False, signs=False)
    QApplication.processEvents()
    assert plot.viewport().grab().toImage() != before
    assert item.event_at(*at) == ""
    plot.set_view(time=(tracker.now_ms - 60_000, tracker.now_ms - 10 * BUCKET_MS))
    assert item.words() == "", "a wall of now is none of the past"
