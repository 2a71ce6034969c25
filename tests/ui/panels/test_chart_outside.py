"""Series from outside on the chart: chosen in its menu, in a pane of their own, kept with the layout."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.panels.conftest import START_MS, Desk
from ui.panels.chart import ChartPanel
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.outside.book import OutsideBook
from workstation.outside.reading import Taken
from workstation.outside.source import Source

MINUTE_MS = 60_000
SOURCE = Source("gpu", "GPU hour", "json", "v", url="http://x.test/", unit="USD/h", decimals=3, interval="1m")
NOW_MS = START_MS + 40 * MINUTE_MS


@pytest.fixture
def book(btc_desk: Desk, tmp_path: Path) -> Iterator[OutsideBook]:
    desk = btc_desk
    desk.clock._now_ms = NOW_MS
    desk.workstation.watch_outside(tmp_path)
    assert desk.workstation.outside is not None
    found = desk.workstation.outside.book
    found.declare((SOURCE,), ())
    times = START_MS + MINUTE_MS * np.arange(40, dtype=np.int64)
    found.took(found.series["gpu"], Taken(times, np.linspace(1.8, 2.1, 40)), NOW_MS)
    desk.link.set_timeframe(MINUTE_MS)
    desk.trade(*((minute * MINUTE_MS, 1, 60_000.0 + minute, 1.0) for minute in range(40)))
    yield found
    METRIC_BY_KEY.outside = None


def legend(panel: ChartPanel) -> str:
    panel._show_legends()
    row = next(row for row in panel.legends.item.rows if row.key == "outside_gpu-1")
    return " ".join([row.title, *(figure.text for figure in row.figures)])


def choose(panel: ChartPanel) -> None:
    menu = panel.controls.studies_menu
    menu.aboutToShow.emit()
    outside = panel.controls._outside_menu
    assert outside is not None
    next(action for action in outside.actions() if action.text() == "GPU hour").trigger()


def test_it_is_chosen_in_the_menu_and_drawn_on_a_scale_of_its_own(btc_desk: Desk, book: OutsideBook) -> None:
    panel = btc_desk.open(ChartPanel, 900, 600)
    choose(panel)
    pane = panel.panes.pane("outside_gpu-1")
    assert pane is not None
    assert (pane.title, pane.unit, pane.decimals, pane.empty) == ("GPU hour", "USD/h", 3, False)
    assert 1.7 < pane.low < 1.8 < 2.1 < pane.high < 2.2
    assert legend(panel) == "GPU hour 2.100 USD/h"
    assert any(command.name == "Add study GPU hour" for command in panel.commands())


def test_a_value_that_came_or_grew_old_is_shown_though_nothing_trades(
    btc_desk: Desk, book: OutsideBook
) -> None:
    panel = btc_desk.open(ChartPanel, 900, 600)
    choose(panel)
    series = book.series["gpu"]
    book.took(series, Taken(np.array([NOW_MS - 50_000]), np.array([2.5])), NOW_MS)
    panel.refresh()
    assert legend(panel) == "GPU hour 2.500 USD/h"
    btc_desk.clock.advance(600)
    panel.refresh()
    assert legend(panel) == "GPU hour 2.500 USD/h stale"


def test_it_is_kept_with_the_layout_and_outlives_its_declaration(btc_desk: Desk, book: OutsideBook) -> None:
    panel = btc_desk.open(ChartPanel, 900, 600)
    choose(panel)
    panel.panes.pane("outside_gpu-1").share = 0.3
    saved = panel.save_state()
    book.declare((), ())
    again = btc_desk.open(ChartPanel, 900, 600)
    again.restore_state(saved)
    again.refresh()
    assert again.panes.pane("outside_gpu-1").share == 0.3
    assert legend(again) == "Gpu no data in view"
    item = again.studies.find("outside_gpu-1")
    assert "No source declares it" in again.studies.tip(item)
    book.declare((SOURCE,), ())
    held = book.series["gpu"]
    book.took(held, Taken(np.array([NOW_MS - 50_000]), np.array([2.5])), NOW_MS)
    again.refresh()
    assert legend(again) == "GPU hour 2.500 USD/h"
    QTest.keyClick(again, Qt.Key.Key_End)
    again.studies.remove("outside_gpu-1")
    assert again.panes.pane("outside_gpu-1") is None
