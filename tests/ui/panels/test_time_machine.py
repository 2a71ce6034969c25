"""The time machine: book, tape, money and lines are those of the cursor, whoever moved it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.review.made_trips import made_journal
from tests.ui.review.stored_trip import ENTRY_MS, EXIT_MS, stored_trip
from ui.panel import Condition, PanelServices
from ui.panels.time_machine import TimeMachinePanel
from ui.review.selection import ExitMark
from workstation.journal.journal import Journal
from workstation.journal.trip_machine import TripMachine
from workstation.market.candle_merge import CandleSource
from workstation.market.candles import CANDLE
from workstation.store.ticks import open_store


@pytest.fixture
def journal(tmp_path: Path, services: PanelServices) -> Iterator[Journal]:
    with stored_trip(tmp_path / "data", services) as made:
        yield made


@pytest.fixture
def panel(services: PanelServices, journal: Journal, qtbot: QtBot) -> Iterator[TimeMachinePanel]:
    made = TimeMachinePanel(services)
    qtbot.addWidget(made)
    made.resize(1_200, 800)
    made.show()
    settled(made, qtbot)
    yield made
    made.put_away()


def settled(panel: TimeMachinePanel, qtbot: QtBot) -> TripMachine:
    """Refresh as the frame clock does until the cursor stands."""

    def stands() -> bool:
        panel.refresh()
        machine = panel.machine
        return machine is not None and machine.is_ready and not machine.is_waiting

    qtbot.waitUntil(stands)
    assert panel.machine is not None
    return panel.machine


def test_it_begins_at_the_entry_with_the_book_of_then(panel: TimeMachinePanel) -> None:
    machine = panel.machine
    assert machine is not None
    assert panel.condition is Condition.LIVE
    assert machine.moment_ms == ENTRY_MS
    assert machine.state is not None
    assert (machine.state.book.best_bid, machine.state.book.best_ask) == (100.0, 100.2)
    rows = {label: value for label, value, _ in panel.view.figures.rows}
    assert rows["Open short"] == "1 @ 100.0"
    assert [moment.words for moment in panel.view.scrub.moments] == ["entry", "exit"]


def test_keys_step_and_jump_and_the_money_follows(panel: TimeMachinePanel, qtbot: QtBot) -> None:
    QTest.keyClick(panel, Qt.Key.Key_Period)
    assert settled(panel, qtbot).moment_ms == ENTRY_MS + 500
    QTest.keyClick(panel, Qt.Key.Key_Comma)
    assert settled(panel, qtbot).moment_ms == ENTRY_MS
    QTest.keyClick(panel, Qt.Key.Key_X)
    assert settled(panel, qtbot).moment_ms == EXIT_MS
    rows = {label: value for label, value, _ in panel.view.figures.rows}
    assert rows["Open short"] == "closed"
    assert rows["Running"] == "+1.93"  # 2 less the fees
    QTest.keyClick(panel, Qt.Key.Key_E)
    assert settled(panel, qtbot).moment_ms == ENTRY_MS


def test_it_plays_and_stands_still_by_the_same_key(panel: TimeMachinePanel, qtbot: QtBot) -> None:
    QTest.keyClick(panel, Qt.Key.Key_Space)
    machine = panel.machine
    assert machine is not None
    assert machine.is_playing

    def moved() -> bool:
        panel.refresh()
        return machine.moment_ms > ENTRY_MS

    qtbot.waitUntil(moved)
    QTest.keyClick(panel, Qt.Key.Key_Space)
    assert not machine.is_playing


def test_another_panel_moves_the_cursor_and_hears_of_it(
    panel: TimeMachinePanel, services: PanelServices, qtbot: QtBot
) -> None:
    services.selection.set_moment(ENTRY_MS + 5_000)
    assert settled(panel, qtbot).moment_ms == ENTRY_MS + 5_000
    panel.go_to_exit()
    settled(panel, qtbot)
    panel.refresh()
    assert services.selection.moment_ms == EXIT_MS


def test_what_came_later_is_hidden_when_that_is_wanted(
    panel: TimeMachinePanel, services: PanelServices, qtbot: QtBot
) -> None:
    services.selection.set_marks([ExitMark("A", EXIT_MS + 5_000, 97.5, "later")])
    panel.refresh()
    pictures = []
    for _ in range(3):
        panel.refresh()
        pictures.append(panel.view.plots.chart_plot.grab().toImage())
        QTest.keyClick(panel, Qt.Key.Key_H)
    assert len({image.bits().tobytes() for image in pictures}) == 3


def test_a_round_trip_of_which_nothing_is_stored_says_so(
    services: PanelServices, tmp_path: Path, qtbot: QtBot
) -> None:
    with made_journal(tmp_path / "other") as other:
        services.journal = other
        services.selection.choose(other.trips()[0].trip.trip_id)
        panel = TimeMachinePanel(services)
        qtbot.addWidget(panel)
        panel.refresh()
        assert panel.condition is Condition.EMPTY
        assert "No store" in panel.condition_sentence
        panel.put_away()


def test_where_only_candles_are_kept_they_are_shown_with_the_fills_and_that_is_said(
    tmp_path: Path, services: PanelServices, qtbot: QtBot
) -> None:
    hour_ms = 3_600_000
    with open_store(tmp_path / "ticks") as store, made_journal(tmp_path / "data") as journal:
        one = journal.trips()[0].trip
        rows = np.zeros(60, CANDLE)
        rows["open_ms"] = (one.opened_ms // hour_ms - 30 + np.arange(60)) * hour_ms
        for name in ("open", "high", "low", "close"):
            rows[name] = float(one.entry_price)
        rows["close"][rows["open_ms"] + hour_ms > one.opened_ms] *= 1.02
        store.put_candles(one.venue, one.symbol, hour_ms, rows, CandleSource.VENUE)
        store.wait_until_below(0)
        services.journal, services.workstation.store = journal, store
        services.selection.choose(one.trip_id)
        panel = TimeMachinePanel(services)
        qtbot.addWidget(panel)
        panel.show()

        def known() -> bool:
            panel.refresh()
            return panel.machine is not None and panel.machine.tape is not None

        qtbot.waitUntil(known)
        panel.refresh()
        assert panel.condition is Condition.LIVE
        assert "1 h candles" in panel.view.notice.text()
        assert panel.view.plots.bar_width_ms == hour_ms
        QTest.keyClick(panel, Qt.Key.Key_X)
        panel.refresh()
        assert panel.machine is not None
        assert panel.machine.moment_ms == one.closed_ms
        times, money = panel.machine.path()
        assert times[0] == one.opened_ms
        assert money[-1] == pytest.approx(float(one.net_pnl))
        at_exit = panel.machine.moment()
        assert at_exit.net_pnl == one.net_pnl
        panel.put_away()
        services.workstation.store = None
