"""Checklists are edited in their window: copied on edit, judged live, kept with a reason, taken back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, TradeFloor
from ui.checklists.watch import ChecklistWatch
from ui.checklists.window import ChecklistWindow
from workstation.model.ledger import SettingChange
from workstation.runtime.bus import Fault
from workstation.trading.checklist_template import AutomaticRow, ManualRow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
WHY = "five losses on wide spreads"


@pytest.fixture
async def floor(tmp_path: Path, qapp: QApplication) -> AsyncIterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def window(floor: TradeFloor, qtbot: QtBot) -> ChecklistWindow:
    await floor.begin()
    made = ChecklistWindow(floor.services, lambda: SYMBOL, None)
    qtbot.addWidget(made)
    made.open_at("plain")
    return made


def write(window: ChecklistWindow, name: str, text: str) -> None:
    line = window.form.lines[name]
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def column(window: ChecklistWindow, number: int) -> list[str]:
    items = (window.rows.topLevelItem(place) for place in range(window.rows.topLevelItemCount()))
    return [item.text(number) for item in items if item is not None]


async def saved(window: ChecklistWindow, why: str = WHY) -> None:
    window.sheet.reason.setText(why)
    window.save()
    await asyncio.gather(*window._tasks)


async def test_a_shipped_one_is_copied_on_edit_and_given_back(
    floor: TradeFloor, window: ChecklistWindow
) -> None:
    book = floor.account.checklists.book
    window.choose("hedge")
    shipped = book.template("hedge")
    assert shipped is not None
    place = next(place for place, title in enumerate(column(window, 0)) if title == "Spread")
    window.rows.choose(place)
    write(window, "threshold", "0.2")
    assert window.is_changed("hedge")
    await saved(window, "short")
    assert "hedge" not in book.templates.own  # no reason, no change
    assert "at least 12 letters" in window.sheet.said.text()
    await saved(window)
    kept = book.template("hedge")
    assert kept is not None
    row = kept.rows[place]
    assert isinstance(row, AutomaticRow)
    assert (kept.version, row.threshold) == (
        shipped.version + 1,
        0.002,
    )  # typed in per cent, kept as a fraction
    assert "hedge" in book.templates.own
    assert not window.is_changed("hedge")
    (change,) = window.sheet.changes.menu().actions()
    assert change.text().endswith(f"v{kept.version}   {WHY}")
    window.undo()
    await asyncio.gather(*window._tasks)
    assert "hedge" not in book.templates.own


async def test_rows_are_added_moved_removed_and_each_step_taken_back(window: ChecklistWindow) -> None:
    window.rows.setFocus()
    QTest.keyClick(window.rows, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert column(window, 0)[:2] == ["Risk ≤ 1 %", "Spread"]
    QTest.keyClick(window.rows, Qt.Key.Key_Delete)
    assert column(window, 0)[:2] == ["Risk ≤ 1 %", "Exit written"]
    window.add_row("manual")
    write(window, "title", "Slept well")
    write(window, "question", "Seven hours?")
    assert "Slept well" in column(window, 0)
    for left in (["Slept well", "Question"], ["Question"], []):  # question, title, the row itself
        window.undo()
        held = [title for title in column(window, 0) if title in ("Slept well", "Question")]
        assert held == left[:1]
    window.undo()
    window.undo()
    assert column(window, 0)[:2] == ["Spread", "Risk ≤ 1 %"]
    assert not window.is_changed("plain")
    window.redo()
    assert column(window, 0)[0] == "Risk ≤ 1 %"


async def test_a_row_shows_what_it_reads_now_while_it_is_edited(
    floor: TradeFloor, window: ChecklistWindow
) -> None:
    floor.mark(60_000)
    window.look()
    assert column(window, 2)[0].endswith("bp")
    assert column(window, 3)[0] == "✓ pass"
    window.rows.choose(0)
    write(window, "threshold", "0.001")
    assert column(window, 3)[0] == "✕ fail"
    write(window, "watch", "2")
    assert column(window, 3)[0] == "! watch"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("threshold", "wide", "is not a number"),
        ("threshold", "", "missing"),
        ("watch", "0.5", "lies above the strict one"),
        ("max_age", "-3", "between"),
        ("title", "", "needs a title"),
    ],
)
async def test_what_cannot_be_is_said_in_its_field_and_is_not_kept(
    floor: TradeFloor, window: ChecklistWindow, name: str, text: str, words: str
) -> None:
    window.rows.choose(0)
    write(window, name, text)
    if not text:
        QTest.keyClick(window.form.lines[name], Qt.Key.Key_Delete)
    assert words in window.form.lines[name].toolTip()
    assert words in window.sheet.fault.text()
    await saved(window)
    assert floor.account.checklists.book.template("plain") is not None
    assert not floor.account.checklists.book.history("plain")


async def test_a_metric_is_found_by_a_part_of_its_name(floor: TradeFloor, window: ChecklistWindow) -> None:
    window.add_row("automatic")
    box = window.form.measured
    place = box.findData("open_interest_change_24h_rate")
    completer = box.completer()
    assert completer is not None
    assert completer.filterMode() == Qt.MatchFlag.MatchContains
    box.activated.emit(place)
    write(window, "threshold", "-2.5")
    await saved(window)
    kept = floor.account.checklists.book.template("plain")
    assert kept is not None
    row = next(row for row in kept.rows if isinstance(row, AutomaticRow) and row.metric.startswith("open"))
    assert (row.threshold, row.title) == (-0.025, box.itemText(place))


async def test_one_begun_here_is_renamed_kept_and_removed(floor: TradeFloor, window: ChecklistWindow) -> None:
    book = floor.account.checklists.book
    window.begin_new()
    assert "needs a row" in window.sheet.said.text()
    window.sheet.name.setText("")
    QTest.keyClicks(window.sheet.name, "Fade the spike")
    window.add_row("manual")
    write(window, "title", "Spike is done")
    write(window, "question", "Has it turned?")
    await saved(window)
    made = next(one for one in book.templates.by_key.values() if one.name == "Fade the spike")
    assert made.rows == (ManualRow("spike_is_done", "Spike is done", question="Has it turned?"),)
    window.sheet.reason.setText(WHY)
    window.remove()
    await asyncio.gather(*window._tasks)
    assert book.template(made.key) is None
    changes = [entry.record for entry in floor.account.limit_book._ledger.entries(SettingChange)]
    assert [change.reason for change in changes if change.key == f"checklist.{made.key}"] == [WHY, WHY]  # type: ignore[union-attr]


async def test_a_broken_file_is_listed_with_its_line_and_an_edit_outlives_a_change_outside(
    floor: TradeFloor, window: ChecklistWindow, tmp_path: Path
) -> None:
    window.rows.choose(0)
    write(window, "threshold", "3")
    own = tmp_path / "checklists" / "plain.toml"
    own.write_text(own.read_text().replace('name = "Plain"', 'name = "Plainer"'))
    (tmp_path / "checklists" / "torn.toml").write_text('key = "torn"\nname =\n')
    told: list[Fault] = []
    floor.workstation.bus.subscribe(Fault, told.append)
    watch = ChecklistWatch(floor.services)
    for _ in range(2):
        watch.look()
    assert [fault.message.count("torn.toml, line 2:") for fault in told] == [1]  # once, with its line
    window.look()
    listed = [window.list.item(place).text() for place in range(window.list.count())]
    assert any("torn.toml" in words and "line 2" in words for words in listed)
    assert window.draft is not None
    assert window.draft.rows[0].threshold == "3"  # what was edited here is not thrown away
    window.discard()
    assert window.draft.name == "Plainer"
