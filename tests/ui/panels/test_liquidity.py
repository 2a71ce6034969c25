"""The Liquidity panel shows what is stored by hour, marks own hours, and tells what an order costs."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.benchmarks.made_depth import replayed
from tests.benchmarks.made_month import MadeMonth, store_month
from ui.links import LinkGroups
from ui.panel import Condition, PanelServices
from ui.panels.liquidity import LiquidityPanel
from ui.panels.venues import VenuesPanel
from ui.theme import ThemeSource, load_fonts
from workstation.analytics.liquidity_usual import COST, SPREAD, depth_measure
from workstation.app import Workstation
from workstation.market.state import SymbolState
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import open_store

END_MS = 1_723_161_240_000
pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> SymbolState:
    return replayed(next((shared_data / "captures").glob("binance_usdm_BTCUSDT*")))


@pytest.fixture(scope="module")
def stored(recorded: SymbolState, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of minutes of BTCUSDT, the depth thickest at 14 UTC."""
    folder = tmp_path_factory.mktemp("liquidity")
    assert recorded.grid is not None
    with open_store(folder) as store:
        store_month(store, recorded.instrument, MadeMonth(recorded.grid.finished_columns(0), END_MS, 2, 0.1))
    return folder


@pytest.fixture
def services(stored: Path, recorded: SymbolState, qtbot: QtBot) -> Iterator[PanelServices]:
    load_fonts()
    workstation = Workstation(None, open_store(stored), SystemClock())
    workstation.market.states["BTCUSDT"] = recorded
    made = PanelServices(workstation, ThemeSource(), LinkGroups())
    for link in made.links:
        link.set_symbol("BTCUSDT")
    yield made
    workstation.close()


def opened(kind: Any, services: PanelServices, qtbot: QtBot) -> Any:
    panel = kind(services)
    qtbot.addWidget(panel)
    panel.resize(900, 400)
    panel.symbol_changed()
    panel.show()
    return panel


def read(panel: Any, services: PanelServices) -> Any:
    """Refresh until everything stored has been read and worked out."""
    book = services.workstation.liquidity
    instrument = services.workstation.market.states["BTCUSDT"].instrument
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        panel.refresh()
        market = book.market(instrument)
        if market is not None and market.is_whole and book.stored.instruments is not None:
            panel.refresh()
            return market
        time.sleep(0.01)
    raise AssertionError("not read in 30 s")


def test_hours_are_shown_with_what_they_stand_on(services: PanelServices, qtbot: QtBot) -> None:
    panel = opened(LiquidityPanel, services, qtbot)
    market = read(panel, services)
    panel.set_measure(depth_measure(10))
    assert panel.condition is Condition.LIVE
    told = [line.split("\t") for line in panel.hours.text().splitlines()]
    assert len(told) == 1 + 24 + 3 + 1
    hours = market.usual.measures[depth_measure(10)].hours
    assert [line[4] for line in told[1:25]] == [str(one.n) for one in hours]
    assert max(range(24), key=lambda hour: hours[hour].median) in range(11, 18)
    assert min(range(24), key=lambda hour: hours[hour].median) not in range(7, 20)
    qtbot.keyClick(panel.hours, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == panel.hours.text()
    panel.put_away()


def test_a_typed_size_gets_its_cost_and_a_percentile_that_every_reader_has(
    services: PanelServices, qtbot: QtBot
) -> None:
    panel = opened(LiquidityPanel, services, qtbot)
    read(panel, services)
    assert panel.tiles.tiles[0].figure == "—"
    qtbot.keyClick(panel, Qt.Key.Key_S)
    panel.size_field.setText("25")
    panel.size_field.editingFinished.emit()
    market = read(panel, services)
    assert market.usual.own.size == 25.0

    def percentile() -> float | None:
        panel.refresh()
        return services.workstation.metrics.read(METRIC_BY_KEY["walk_cost_percentile"], "BTCUSDT").value

    qtbot.waitUntil(lambda: percentile() is not None)
    value = percentile()
    assert value is not None
    assert panel.tiles.tiles[1].figure == f"P {value * 100:.0f}"
    assert market.usual.measures[COST].own.n == len(market.usual.costs_bps)
    panel.put_away()


def test_hours_are_marked_by_keys_kept_with_the_panel_and_given_back_to_the_journal(
    services: PanelServices, qtbot: QtBot
) -> None:
    panel = opened(LiquidityPanel, services, qtbot)
    read(panel, services)
    for _ in range(3):
        qtbot.keyClick(panel.hours, Qt.Key.Key_Right)
    qtbot.keyClick(panel.hours, Qt.Key.Key_Space)
    market = read(panel, services)
    assert market.usual.own.hours == {2}
    assert market.usual.own_minutes == market.usual.measures[SPREAD].hours[2].n
    saved = panel.save_state()
    qtbot.keyClick(panel, Qt.Key.Key_J)
    assert services.habits.hours is None
    panel.restore_state(saved)
    assert services.habits.hours == {2}
    panel.restore_state({"measure": 3, "sizes": ["x"], "hours": [99]})
    assert services.habits.hours == {2}
    panel.put_away()


def test_an_alarm_on_half_a_per_cent_is_typed_into_the_palette(services: PanelServices, qtbot: QtBot) -> None:
    typed: list[str] = []
    services.search = typed.append
    panel = opened(LiquidityPanel, services, qtbot)
    qtbot.keyClick(panel, Qt.Key.Key_A)
    assert typed == ["alert spread_rate >= 0.5%"]
    panel.put_away()


def test_a_venue_stands_in_a_row_with_its_health_and_what_is_not_known_said(
    services: PanelServices, qtbot: QtBot
) -> None:
    panel = opened(VenuesPanel, services, qtbot)
    panel.resize(1_700, 300)
    market = read(panel, services)
    (row,) = panel.table.visible_rows()
    named = dict(zip(panel.table.visible_columns, row, strict=True))
    assert named["Withdrawals"] == "unknown"
    assert named["Health"] == f"{market.health.score:.0f}"
    assert "Only one venue of BTC" in panel.words.text()
    tip = panel._tip("binance_usdm BTCUSDT", 1)
    assert f"n {market.health.stress.n} fast minutes" in tip
    assert "weights 30 : 30 : 20 : 20" in tip
    panel.put_away()
