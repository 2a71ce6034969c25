"""Series from outside are chosen wherever a metric is: columns, alerts, expressions, rows of checklists."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.panels.conftest import Desk, instrument
from ui import format, metric_text
from ui.alerting.form import AlertForm
from ui.checklists.draft import new_row
from ui.checklists.row_form import RowForm
from ui.panels.watchlist import WatchlistPanel
from ui.scanner.columns import column_of
from ui.scanner.menus import fill_columns
from workstation.alerts.rules import Rule, Threshold
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.outside.book import OutsideBook
from workstation.outside.reading import Taken
from workstation.outside.source import Source
from workstation.trading.checklist_desk import written

KEY = "outside_gpu_hour"
SOURCE = Source("gpu_hour", "GPU hour", "json", "v", url="http://x.test/", unit="USD/h", decimals=3)


@pytest.fixture
def book(btc_desk: Desk, tmp_path: Path) -> Iterator[OutsideBook]:
    btc_desk.workstation.watch_outside(tmp_path)
    assert btc_desk.workstation.outside is not None
    found = btc_desk.workstation.outside.book
    found.declare((SOURCE,), ())
    now_ms = btc_desk.clock.now_ms()
    found.took(found.series["gpu_hour"], Taken(np.array([now_ms]), np.array([1.9])), now_ms)
    yield found
    METRIC_BY_KEY.outside = None


def titles(menu: QMenu) -> list[str]:
    group = next(action.menu() for action in menu.actions() if action.text() == "Outside")
    assert isinstance(group, QMenu)
    return [action.text() for action in group.actions()]


def test_column_menus_of_watchlist_and_scanner_offer_what_is_declared(
    btc_desk: Desk, book: OutsideBook
) -> None:
    panel = btc_desk.open(WatchlistPanel, 700, 300)
    assert titles(panel._columns_menu(None)) == ["GPU hour"]
    menu = QMenu(panel)
    fill_columns(menu, (), lambda _key: None, lambda: None)
    assert titles(menu) == ["GPU hour"]
    assert column_of(KEY, ()).title == "GPU hour USD/h"
    panel.set_metrics(["last", KEY])
    assert panel.table.visible_columns[-1] == "GPU hour USD/h"
    assert panel.table.visible_rows()[0][-1] == "1.900"
    book.declare((), ())
    panel._refreshes = 0
    panel.refresh()
    assert panel.table.visible_columns[-1] == "Gpu hour"
    assert panel.table.visible_rows()[0][-1] == format.NO_FIGURE


def test_the_alert_form_lists_them_and_keeps_one_whose_file_is_gone(
    btc_desk: Desk, book: OutsideBook, qtbot: QtBot
) -> None:
    form = AlertForm(btc_desk.services.themes)
    qtbot.addWidget(form)
    rule = Rule("r", "m", ("BTCUSDT",), Threshold(KEY, "above", 2.5))
    form.open("m", ["BTCUSDT"], "BTCUSDT", btc_desk.clock.now_ms, lambda _symbol: instrument())
    form.kind.setCurrentIndex(1)
    form.metric_box.setCurrentIndex(form.metric_box.findText("GPU hour"))
    form.value.setText("2.5")
    assert form.unit.text() == "USD/h"
    assert form.rule().condition == Threshold(KEY, "above", 2.5)
    assert KEY in form.expression._names.stringList()
    book.declare((), ())
    form.open("m", ["BTCUSDT"], "BTCUSDT", btc_desk.clock.now_ms, lambda _symbol: instrument(), rule)
    assert form.metric_box.currentData() == KEY
    form.open("m", ["BTCUSDT"], "BTCUSDT", btc_desk.clock.now_ms, lambda _symbol: instrument())
    assert form.metric_box.findData(KEY) < 0


def test_a_row_of_a_checklist_suggests_them_with_their_unit(book: OutsideBook, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    form = RowForm(parent)
    edited: list[object] = []
    form.edited.connect(lambda row, _field: edited.append(row))
    row = new_row("automatic", [])
    form.show_row(row, [row], {})
    place = form.measured.findText("GPU hour")
    assert place >= 0
    form.measured.setCurrentIndex(place)
    form.measured.activated.emit(place)
    assert getattr(edited[-1], "metric", "") == KEY
    form.show_row(edited[-1], [row], {})  # type: ignore[arg-type]
    assert form.unit.text() == "USD/h"
    words = written(KEY, 1.9, 2.5)
    assert (words.value, words.threshold) == ("1.900 USD/h", "2.5 USD/h")
    assert metric_text.explanation(METRIC_BY_KEY[KEY]).startswith("GPU hour, USD/h: ")
