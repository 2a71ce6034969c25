"""The table of other exits: what happened stands in it to the last digit, exits lead to their moments."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.review.stored_trip import EXIT_MS, stored_trip
from ui.panel import Condition, PanelServices
from ui.panels import counterfactuals as counterfactuals_panel
from ui.panels.counterfactuals import CounterfactualsPanel
from ui.review import outcomes
from workstation.journal.counterfactuals import CounterfactualTable, counterfactuals
from workstation.journal.journal import Journal


@pytest.fixture
def journal(tmp_path: Path, services: PanelServices) -> Iterator[Journal]:
    with stored_trip(tmp_path / "data", services) as made:
        yield made


@pytest.fixture
def panel(services: PanelServices, journal: Journal, qtbot: QtBot) -> Iterator[CounterfactualsPanel]:
    made = CounterfactualsPanel(services)
    qtbot.addWidget(made)
    made.resize(1_000, 400)
    made.show()

    def reckoned() -> bool:
        made.refresh()
        return made.condition is Condition.LIVE and bool(made.notes.text())

    qtbot.waitUntil(reckoned)
    yield made
    made.put_away()


def test_what_happened_stands_first_to_the_last_digit(panel: CounterfactualsPanel, journal: Journal) -> None:
    actual = panel.table.rows[0]
    assert actual.net_pnl == journal.trips()[0].trip.net_pnl
    assert panel.table.texts(actual)[6][0] == "+1.93"


def test_exits_that_are_known_are_marked_for_the_chart(
    panel: CounterfactualsPanel, services: PanelServices
) -> None:
    known = [row for row in panel.table.rows[1:] if row.exits]
    assert known
    assert [mark.price for mark in services.selection.marks] == [float(row.exits[-1].price) for row in known]


def test_enter_goes_to_the_moment_of_an_exit(panel: CounterfactualsPanel, services: PanelServices) -> None:
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert services.selection.moment_ms == EXIT_MS


def test_the_table_is_copied_with_its_titles(panel: CounterfactualsPanel) -> None:
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].startswith("Exit\tWhen, UTC\tPrice")
    assert len(lines) == len(panel.table.rows) + 1


def test_what_is_stopped_keeps_its_rows_and_goes_on_from_the_beginning(
    services: PanelServices, journal: Journal, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    went_on = Event()

    def slowly(*arguments: Any) -> CounterfactualTable:
        history, trip, terms, progress, cancelled = arguments

        def told(table: CounterfactualTable) -> None:
            progress(table)
            if len(table.rows) == 3:
                went_on.wait(5)

        return counterfactuals(history, trip, terms, told, cancelled)

    monkeypatch.setattr(outcomes, "counterfactuals", slowly)
    monkeypatch.setattr(counterfactuals_panel, "LONG_S", 0.0)
    panel = CounterfactualsPanel(services)
    qtbot.addWidget(panel)
    panel.show()

    def rows() -> int:
        panel.refresh()
        return len(panel.table.rows)

    qtbot.waitUntil(lambda: rows() == 3)
    assert not panel.stop_button.isHidden()
    QTest.keyClick(panel.table, Qt.Key.Key_Escape)
    went_on.set()
    qtbot.waitUntil(lambda: rows() == 4)  # the row that was under way
    qtbot.wait(50)
    assert rows() == 4
    panel.stop_button.click()
    qtbot.waitUntil(lambda: rows() > 8)
    panel.put_away()
