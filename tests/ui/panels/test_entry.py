"""The entry: what is said is kept as it is said, by keys alone, and what is typed stays words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.review.made_trips import made_journal
from ui.panel import Condition, PanelServices
from ui.panels.entry import EntryPanel
from workstation.journal.journal import Journal
from workstation.model.journal import Tag, TagGroup


@pytest.fixture
def journal(tmp_path: Path, services: PanelServices) -> Iterator[Journal]:
    with made_journal(tmp_path / "data") as made:
        services.journal = made
        services.selection.set_order([one.trip.trip_id for one in reversed(made.trips())])
        services.selection.choose(made.trips()[0].trip.trip_id)
        yield made


@pytest.fixture
def panel(services: PanelServices, journal: Journal, qtbot: QtBot) -> Iterator[EntryPanel]:
    made = EntryPanel(services)
    qtbot.addWidget(made)
    made.resize(480, 1_200)
    made.show()
    made.activateWindow()
    made.refresh()
    yield made
    made.put_away()


def test_without_a_choice_it_says_what_to_do(services: PanelServices, journal: Journal, qtbot: QtBot) -> None:
    services.selection.choose("")
    panel = EntryPanel(services)
    qtbot.addWidget(panel)
    panel.refresh()
    assert panel.condition is Condition.EMPTY
    panel.put_away()


def test_a_review_is_written_by_keys_alone(
    panel: EntryPanel, services: PanelServices, journal: Journal, qtbot: QtBot
) -> None:
    first = services.selection.trip_id
    QTest.keyClick(panel, Qt.Key.Key_G)
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_1):
        QTest.keyClick(panel.form.feelings, key)
    QTest.keyClick(panel, Qt.Key.Key_M)
    QTest.keyClicks(panel.form.tags.field, "early exit")
    QTest.keyClick(panel.form.tags.field, Qt.Key.Key_Return)
    QTest.keyClick(panel.form.tags.field, Qt.Key.Key_Escape)
    QTest.keyClick(panel, Qt.Key.Key_X)
    QTest.keyClicks(panel.form.verdict.broken, "exit rule")
    QTest.keyClick(panel, Qt.Key.Key_N)
    QTest.keyClicks(panel.form.notes.field, "a lesson")
    panel.save_and_next()
    note = journal.note(first)
    assert (note.before.tension, note.before.doubt, note.before.urge) == (2, 3, 1)
    assert note.tags == {Tag(TagGroup.MISTAKE, "early exit")}
    assert (note.followed, note.broken, note.text) == (False, "exit rule", "a lesson")
    assert note.reviewed_ms > 0
    assert services.selection.trip_id not in ("", first)


def test_what_was_typed_is_kept_when_another_round_trip_is_chosen(
    panel: EntryPanel, services: PanelServices, journal: Journal, qtbot: QtBot
) -> None:
    first = services.selection.trip_id
    panel.write()
    QTest.keyClicks(panel.form.notes.field, "half a sen")
    services.selection.choose(journal.trips()[1].trip.trip_id)
    assert journal.note(first).text == "half a sen"
    assert panel.form.notes.field.toPlainText() == ""


def test_undo_takes_back_step_by_step_and_redo_brings_it_again(
    panel: EntryPanel, services: PanelServices, journal: Journal, qtbot: QtBot
) -> None:
    trip_id = services.selection.trip_id
    QTest.keyClick(panel, Qt.Key.Key_Y)
    QTest.keyClick(panel, Qt.Key.Key_X)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(panel, Qt.Key.Key_Z, control)
    assert journal.note(trip_id).followed is True
    assert panel.form.verdict.yes.isChecked()
    QTest.keyClick(panel, Qt.Key.Key_Z, control | shift)
    assert journal.note(trip_id).followed is False


def test_tags_of_markup_and_pictures_in_notes_stay_words(panel: EntryPanel, tmp_path: Path) -> None:
    picture = tmp_path / "secret.png"
    QImage(8, 8, QImage.Format.Format_RGB32).save(str(picture))
    text = f"<img src='{QUrl.fromLocalFile(str(picture)).toString()}'> <b>x</b> ![y]({picture})"
    view = panel.form.notes.view
    view.show_markdown(text)
    shown = view.toPlainText()
    assert "<b>x</b>" in shown
    assert "<img src=" in shown
    assert "not loaded" in shown
    assert "￼" not in shown  # the letter that stands for a picture


def test_a_copied_picture_becomes_part_of_the_entry(
    panel: EntryPanel, services: PanelServices, journal: Journal, qtbot: QtBot
) -> None:
    image = QImage(64, 40, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    QGuiApplication.clipboard().setImage(image)
    QTest.keyClick(panel, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    trip_id = services.selection.trip_id
    qtbot.waitUntil(lambda: len(journal.note(trip_id).attachments) == 1)
    panel.refresh()
    (kept,) = panel.form.shots.shown
    assert journal.attachment_path(kept).is_file()
    panel.grab()
    qtbot.waitUntil(lambda: panel.form.shots.read_count == 1)
    panel.form.shots.removed.emit(kept)
    assert journal.note(trip_id).attachments == ()
    assert journal.attachment_path(kept).is_file()  # so that it can be undone


def test_the_diary_belongs_to_the_day_of_the_round_trip(
    panel: EntryPanel, journal: Journal, qtbot: QtBot
) -> None:
    QTest.keyClick(panel, Qt.Key.Key_D)
    panel.day_form.notes.edit()
    QTest.keyClicks(panel.day_form.notes.field, "calm")
    panel.diary.flush()
    QApplication.processEvents()
    assert journal.diary("2024-08-08").text == "calm"


def test_a_rule_and_exports_are_asked_for_once_what_was_typed_is_kept(
    panel: EntryPanel, services: PanelServices, journal: Journal
) -> None:
    rules: list[str] = []
    exports: list[str] = []
    services.selection.rule_wanted.connect(rules.append)
    services.selection.export_wanted.connect(exports.append)
    panel.draft.change(typed=True, broken="No chasing")
    panel.foot.rule.click()
    assert rules == [services.selection.trip_id]
    assert journal.note(rules[0]).broken == "No chasing"
    for action in panel.foot.menu.actions():
        action.trigger()
    assert exports == ["trade", "csv", "json", "parquet"]
