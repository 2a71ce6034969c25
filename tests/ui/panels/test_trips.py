"""The list of round trips: what it says, how it is stepped through, and what it never shows together."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.review.made_trips import made_journal
from ui.panel import Condition, PanelServices
from ui.panels.trips import TripsPanel
from ui.review.trip_columns import Sort, TripColumn
from workstation.journal.journal import Journal
from workstation.model.journal import TripNote


@pytest.fixture
def journal(tmp_path: Path, services: PanelServices) -> Iterator[Journal]:
    with made_journal(tmp_path / "data") as made:
        services.journal = made
        yield made


@pytest.fixture
def panel(services: PanelServices, journal: Journal, qtbot: QtBot) -> TripsPanel:
    made = TripsPanel(services)
    qtbot.addWidget(made)
    made.resize(430, 900)
    made.show()
    made.refresh()
    return made


def test_without_a_trade_it_says_how_a_first_one_comes(services: PanelServices, qtbot: QtBot) -> None:
    panel = TripsPanel(services)
    qtbot.addWidget(panel)
    panel.refresh()
    assert panel.condition is Condition.EMPTY
    assert "journal" in panel.condition_sentence


def test_days_stand_over_their_round_trips_with_sum_and_count(panel: TripsPanel) -> None:
    shown = panel.list.visible_texts()
    days = [texts[0] for texts in shown if texts[-1].startswith("n ")]
    assert [texts[-1] for texts in shown if texts[-1].startswith("n ")] == ["n 2", "n 2", "n 1"]
    assert [day.split()[1] for day in days] == ["10", "9", "8"]
    assert panel.footer.first[0] == "n 5"


def test_keys_step_through_the_list_and_stop_at_its_ends(
    panel: TripsPanel, services: PanelServices, qtbot: QtBot
) -> None:
    order, selection = panel.list.order, services.selection
    assert selection.trip_id == order[0]
    QTest.keyClick(panel.list, Qt.Key.Key_J)
    assert selection.trip_id == order[1]
    QTest.keyClick(panel.list, Qt.Key.Key_End)
    assert selection.trip_id == order[-1]
    QTest.keyClick(panel.list, Qt.Key.Key_J)
    assert selection.trip_id == order[-1]
    QTest.keyClick(panel.list, Qt.Key.Key_K)
    assert selection.trip_id == order[-2]
    QTest.keyClick(panel.list, Qt.Key.Key_Home)
    assert selection.trip_id == order[0]


def test_a_search_narrows_list_and_sums_and_esc_takes_it_back(panel: TripsPanel, qtbot: QtBot) -> None:
    panel.search.setText("eth")
    qtbot.waitUntil(lambda: len(panel.list.order) == 2)
    assert panel.footer.first[0] == "n 2"
    QTest.keyClick(panel.list, Qt.Key.Key_Escape)
    assert len(panel.list.order) == 5
    assert panel.search.text() == ""


def test_the_next_one_that_waits_is_found_around_the_end(
    panel: TripsPanel, services: PanelServices, journal: Journal, qtbot: QtBot
) -> None:
    order = panel.list.order
    for trip_id in order[1:]:
        journal.save_note(TripNote(trip_id, followed=True, reviewed_ms=1))
    panel.refresh()
    services.selection.choose(order[2])
    QTest.keyClick(panel.list, Qt.Key.Key_N)
    assert services.selection.trip_id == order[0]
    assert panel.header.detail == "reviewed 4 of 5"


def test_a_sorted_list_has_no_days_and_copies_without_formulas(
    panel: TripsPanel, journal: Journal, services: PanelServices, qtbot: QtBot
) -> None:
    journal.save_note(TripNote(panel.list.order[0], setup="=HYPERLINK(1)"))
    panel.refresh()
    panel.list.set_sort(Sort(TripColumn.MONEY, descending=True))
    shown = [texts for texts in panel.list.visible_texts() if texts[-1].startswith("n ")]
    assert not shown
    panel.copy()
    cells = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert "'=HYPERLINK(1)" in [line[10] for line in cells]
    nets = [float(line[8]) for line in cells[1:]]
    assert nets == sorted(nets, reverse=True)
