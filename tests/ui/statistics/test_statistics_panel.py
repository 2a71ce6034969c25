"""The statistics panel says what the engine says, of the choice in force, and leads to what it shows."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.statistics.made_ledger import KEY
from ui.panel import Condition, PanelServices
from ui.panels.passive import PassivePanel
from ui.panels.rule_ledger import RuleLedgerPanel
from ui.panels.statistics import StatisticsPanel
from workstation.journal.journal import Journal
from workstation.journal.statistics.days import DAY_MS
from workstation.journal.statistics.groups import groups
from workstation.journal.statistics.rules import rule_ledger
from workstation.journal.statistics.summary import summary
from workstation.journal.statistics.table import Measure, TripTable
from workstation.model.journal import Direction

Opened = Callable[..., Any]


def table_of(journal: Journal) -> TripTable:
    return TripTable.of(journal.trips(), journal.accounts(), {(KEY, "USDT"): 8_000.0})


def test_tiles_tables_and_rules_are_the_engines(opened: Opened, journal: Journal) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    table = table_of(journal)
    expected = summary(table)
    tiles = {tile.title: tile for tile in panel.tiles.tiles}
    assert tiles["Trades"].value == str(len(table))
    assert tiles["Win rate"].value == f"{(expected['win_rate'].value or 0) * 100:.1f} %"
    assert tiles["Expectancy"].value == f"+{expected['expectancy_r'].value:.2f} R"
    assert tiles["Max drawdown"].value == f"−{expected['drawdown_r'].value:.2f} R"
    panel.set_measure(Measure.SHARE)
    drawdown = next(tile for tile in panel.tiles.tiles if tile.title == "Max drawdown")
    assert drawdown.value.startswith("−")
    assert drawdown.value.endswith(" %")
    panel.set_measure(Measure.R)
    by = next(one for one in groups(table, Measure.R) if one.dimension.key == "setup")
    assert [(one.name, one.mean, one.stands_out) for one in panel.breakdown.groups.groups] == [
        (one.name, one.mean, one.stands_out) for one in by.groups
    ]
    assert panel.board.picture("rules").lines == rule_ledger(table)
    assert f"n {len(table)}" in panel.header.detail


def test_the_list_and_the_statistics_are_narrowed_down_together(
    opened: Opened, reading: PanelServices, journal: Journal, qtbot: QtBot
) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    setup = panel.breakdown.groups.groups[0].name
    panel.breakdown.chosen(setup)
    assert reading.selection.wanted.setups == {setup}
    count = sum(one.setup == setup and one.trip.closed_ms is not None for one in journal.trips())
    qtbot.waitUntil(lambda: len(panel.found.table) == count)
    reading.selection.set_wanted(replace(reading.selection.wanted, side=Direction.SHORT))
    qtbot.waitUntil(lambda: len(panel.found.table) < count)
    assert set(panel.found.table.sign) == {-1.0}
    # Balances are those that the trips had among all.
    whole = table_of(journal)
    places = [place for place, one in enumerate(whole.trips) if one in panel.found.table.trips]
    assert np.array_equal(panel.found.table.balance, whole.balance[places])


def test_a_click_in_a_picture_chooses_its_round_trip(
    opened: Opened, reading: PanelServices, qtbot: QtBot
) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    equity = panel.board.picture("equity")
    qtbot.mouseClick(equity, Qt.MouseButton.LeftButton, pos=QPointF(equity.box.right() - 20, 60).toPoint())
    assert reading.selection.trip_id == panel.found.table.trips[-1].trip.trip_id
    scatter = panel.board.picture("excursions")
    x, y = scatter._pixels(scatter._points, scatter.box)
    farthest = int(np.argmin(x))
    assert scatter.place_at(QPointF(float(x[farthest]), float(y[farthest])), scatter.box) == farthest
    scatter.activate(farthest)
    place = scatter._points.places[farthest]
    assert reading.selection.trip_id == panel.found.table.trips[place].trip.trip_id


def test_a_day_opens_with_its_round_trips_and_its_diary_is_written_in_place(
    opened: Opened, journal: Journal, qtbot: QtBot
) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    last = panel.found.table.trips[-1].trip
    day = last.closed_ms // DAY_MS
    panel.calendar.activate(day)
    assert not panel.drawer.isHidden()
    assert last.symbol in panel.drawer.trip_ids
    panel.drawer.diary.change(typed=True, text="Waited for the retest.")
    qtbot.keyClick(panel.drawer, Qt.Key.Key_Escape)
    assert panel.drawer.isHidden()
    assert journal.diary(panel.drawer.diary.key).text == "Waited for the retest."


def test_keys_show_one_picture_alone_step_and_go_back(opened: Opened, qtbot: QtBot) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    qtbot.keyClick(panel, Qt.Key.Key_3)
    assert panel.board.whole == "calendar"
    assert [one.key for one in panel.board.pictures if one.isVisible()] == ["calendar"]
    qtbot.keyClick(panel.board.picture("calendar"), Qt.Key.Key_BracketRight)
    assert panel.board.whole == "hours"
    hours = panel.board.picture("hours")
    qtbot.keyClick(hours, Qt.Key.Key_Right)
    assert hours.place is not None
    qtbot.keyClick(hours, Qt.Key.Key_Escape)
    assert hours.place is None
    qtbot.keyClick(hours, Qt.Key.Key_Escape)
    assert panel.board.whole == ""
    qtbot.keyClick(panel, Qt.Key.Key_U)
    assert panel.measure is Measure.MONEY


def test_a_choice_without_round_trips_says_so_and_escape_widens_it(
    opened: Opened, reading: PanelServices, qtbot: QtBot
) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    count = len(panel.found.table)
    reading.selection.set_wanted(replace(reading.selection.wanted, asset="BTC"))
    qtbot.waitUntil(lambda: not len(panel.found.table))
    assert "Widen it" in panel.board.picture("equity").missing()
    assert [tile.value for tile in panel.tiles.tiles][:2] == ["0", "—"]
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(panel.found.table) == count)


def test_every_picture_is_copied_as_a_table_that_no_spreadsheet_runs(opened: Opened) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    for picture in panel.board.pictures:
        QGuiApplication.clipboard().setText("")
        picture.copy_csv()
        lines = QGuiApplication.clipboard().text().splitlines()
        if picture.key not in ("fan", "passive"):
            assert len(lines) > 1, picture.key
        assert not any(line[:1] in "=+@" for line in lines[1:])


def test_histories_are_drawn_and_can_be_called_off(opened: Opened, qtbot: QtBot) -> None:
    panel: StatisticsPanel = opened(StatisticsPanel)
    panel.board.set_whole("fan")
    qtbot.waitUntil(lambda: panel.fan.result is not None)
    assert panel.fan.result.n == int(np.isfinite(panel.found.table.r).sum())
    assert "histories" in panel.fan.corner()
    panel.fan.draw()
    panel.fan.call_off()
    qtbot.wait(50)
    assert panel.fan.result is None
    assert not panel.fan.drawing.is_running
    assert panel.fan.missing().startswith("Called off")
    qtbot.keyClick(panel.fan, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: panel.fan.result is not None)


def test_an_unknown_start_is_asked_for_once_and_kept(opened: Opened, journal: Journal, qtbot: QtBot) -> None:
    (journal.data_dir / KEY / "paper.jsonl").unlink()
    panel: StatisticsPanel = opened(StatisticsPanel)
    assert not panel.start_button.isHidden()
    panel.set_measure(Measure.SHARE)
    assert "starting balance" in panel.board.picture("equity").missing()
    panel.ask_start()
    panel.start_form.figure.setText("9000")
    qtbot.keyClick(panel.start_form.figure, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.found.table.starts == {(KEY, "USDT"): 9_000.0})
    assert journal.start_said(KEY, "USDT") == Decimal(9_000)
    assert panel.start_button.isHidden()
    assert panel.board.picture("equity").missing() == ""


def test_plans_left_alone_are_shown_as_far_as_they_are_reckoned(opened: Opened) -> None:
    panel: PassivePanel = opened(PassivePanel)
    assert "not known" in panel.shown.missing()
    r = panel.found.table.r
    known = {one.trip.trip_id: 1.0 for one in panel.found.table.trips[:40]}
    panel.shown.show_passive(known, 12)
    assert panel.shown.both.actual[-1] == pytest.approx(r[:40].sum())
    assert panel.shown.both.passive[-1] == pytest.approx(40.0)
    assert panel.shown.corner() == "reckoning 40 of 52"


def test_without_a_journal_or_a_round_trip_it_says_so(
    services: PanelServices, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = RuleLedgerPanel(services)
    qtbot.addWidget(panel)
    panel.refresh()
    assert panel.condition is Condition.EMPTY
    with Journal(tmp_path / "none") as empty:
        services.journal = empty
        panel.refresh()
        assert panel.condition_sentence.startswith("No round trip yet")
        services.journal = None
    services.statistics.close()
