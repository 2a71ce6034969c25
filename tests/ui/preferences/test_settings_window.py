"""The settings window: every setting, in force at once, searched, reset; the scale and the restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.commands import Command, CommandSet
from ui.keys.entries import DESK, KeyEntry, conflicts, entries
from ui.keys.keymap import Keymap
from ui.keys.page import KeysPage
from ui.preferences.book import SettingsBook
from ui.preferences.controls import ChoiceControl, NumberControl, SwitchControl
from ui.preferences.scale import VARIABLE, apply_scale, same_program
from ui.preferences.window import DATA, KEYS, SettingsWindow
from ui.theme import ThemeSource
from workstation.settings import DECLARED, Settings, load_settings, value_at, with_value

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def book(tmp_path: Path) -> SettingsBook:
    return SettingsBook(Settings(), tmp_path)


@pytest.fixture
def commands() -> CommandSet:
    made = CommandSet(Keymap())
    made.add(
        Command("Search commands", lambda: None, "Ctrl+K", id="desk.palette"),
        Command("Close panel", lambda: None, "Ctrl+W", id="panel.close"),
        Command("Duplicate panel", lambda: None, "", id="panel.duplicate"),
    )
    return made


@pytest.fixture
def window(book: SettingsBook, commands: CommandSet, qtbot: QtBot) -> Iterator[SettingsWindow]:
    parent = QWidget()
    qtbot.addWidget(parent)
    themes = ThemeSource()
    page = KeysPage(commands.keymap, lambda: entries(commands, (), commands.keymap), {}, themes)
    made = SettingsWindow(book, page, lambda _declared: [("simulated", "Simulated exchange")], themes, parent)
    made.open_at()
    yield made
    made.close()
    parent.close()  # until here it keeps the window


def test_every_declared_setting_has_a_place_and_a_default_that_it_may_have() -> None:
    paths = [declared.path for declared in DECLARED]
    assert len(paths) == len(set(paths))
    for declared in DECLARED:
        usual = value_at(Settings(), declared.path)
        assert with_value(Settings(), declared.path, usual) == Settings()
        if declared.choices:
            assert usual in [value for value, _ in declared.choices]
            for value, _ in declared.choices:
                assert value_at(with_value(Settings(), declared.path, value), declared.path) == value


def test_a_wrong_value_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="scale_percent"):
        with_value(Settings(), "scale_percent", 400)


def test_what_is_chosen_is_in_force_and_kept(
    window: SettingsWindow, book: SettingsBook, tmp_path: Path
) -> None:
    changed: list[str] = []
    book.changed.connect(changed.append)
    motion, days = window.controls["reduced_motion"], window.controls["retention.trades.days"]
    assert isinstance(motion, SwitchControl)
    assert isinstance(days, NumberControl)
    motion.box.click()
    days.box.setValue(-1)
    assert changed == ["reduced_motion", "retention.trades.days"]
    kept, _ = load_settings(tmp_path)
    assert (kept.reduced_motion, kept.retention.trades.days) == (True, None)
    assert days.box.text() == "no limit"
    window._resets["reduced_motion"].click()
    assert not book.settings.reduced_motion
    assert window._resets["reduced_motion"].isHidden()


def test_a_setting_that_another_keeps_goes_through_it(window: SettingsWindow, book: SettingsBook) -> None:
    asked: list[object] = []
    book.setters["theme"] = asked.append
    theme = window.controls["theme"]
    assert isinstance(theme, ChoiceControl)
    theme.box.activated.emit(1)
    assert asked == ["light"]
    assert theme.box.currentText() == "Dark", "until the other has said so"


def test_the_scale_is_seen_from_the_next_start_and_offers_it(
    window: SettingsWindow, book: SettingsBook
) -> None:
    assert window.restart.isHidden()
    book.set("scale_percent", 150)
    assert "next start" in window.note.text()
    assert not window.restart.isHidden()


def test_search_leaves_the_pages_and_lines_that_answer(window: SettingsWindow) -> None:
    QTest.keyClicks(window.search, "colour-blind")
    assert [title for row, title in enumerate(window.titles) if not window.pages.item(row).isHidden()] == [
        "Look"
    ]
    assert window.controls["sides"].isVisible()
    assert not window.controls["density"].isVisible()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.search.text() == ""
    assert window.isVisible(), "Esc cleared the search first"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_it_blocks_nothing_and_counts_what_is_stored_when_looked_at(
    window: SettingsWindow, qtbot: QtBot
) -> None:
    assert not window.isModal()
    with qtbot.waitSignal(window.sizes_wanted):
        window.open_at(DATA)
    window.show_sizes({"trades": 4_200_000})
    assert "4.2" in window._sizes["trades"].text()


def test_a_key_is_recorded_its_conflict_told_and_taken_back(
    window: SettingsWindow, commands: CommandSet
) -> None:
    window.open_at(KEYS)
    page = window.keys
    page.choose("panel.duplicate")
    page.field.setFocus()
    QTest.keyClick(page.field, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert "taken by “Close panel”" in page.words.text()
    assert commands.keymap.changes == {}
    page.take.click()
    assert commands.keymap.changes == {"panel.duplicate": ("Ctrl+W",), "panel.close": ()}
    assert "Close panel" in page.words.text()
    page.undo.click()
    assert commands.keymap.changes == {}


def test_a_swap_gives_the_other_its_key_and_the_palette_never_loses_its_last(
    window: SettingsWindow, commands: CommandSet
) -> None:
    window.open_at(KEYS)
    page = window.keys
    page.choose("panel.duplicate")
    QTest.keyClick(page.field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    page.take.click()
    assert commands.keymap.changes == {}, "the search for commands keeps its key"
    page.choose("panel.close")
    QTest.keyClick(page.field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    page.swap.click()
    assert commands.keymap.changes == {"panel.close": ("Ctrl+K",), "desk.palette": ("Ctrl+W",)}


def test_a_pressed_key_finds_what_is_on_it(window: SettingsWindow) -> None:
    window.open_at(KEYS)
    QTest.keyClick(window.keys.search_key, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert window.keys.list.topLevelItemCount() == 1
    assert window.keys.current_id == "panel.close"


def test_a_plain_key_may_be_the_desk_s_and_a_panel_s_but_a_chord_is_one_s() -> None:
    desk = KeyEntry("a", "A", (DESK,), (), ("S", "Ctrl+S"))
    panel = KeyEntry("b", "B", ("chart",), (), ())
    assert conflicts("S", panel, [desk]) == []
    assert conflicts("Ctrl+S", panel, [desk]) == [desk]


def test_the_file_of_keys_goes_out_and_comes_in(
    window: SettingsWindow, commands: CommandSet, tmp_path: Path
) -> None:
    page, path = window.keys, tmp_path / "out.json"
    commands.keymap.change({"panel.close": ("F4",)})
    page.export_file(str(path))
    page.reset_all.click()
    page.import_file(str(tmp_path / "none.json"))
    assert "no file of keys" in page.words.text()
    page.import_file(str(path))
    assert commands.keymap.changes == {"panel.close": ("F4",)}


def test_the_scale_goes_into_the_environment_unless_one_is_named() -> None:
    ours: dict[str, str] = {}
    assert apply_scale(150, ours)
    assert ours == {VARIABLE: "1.5"}
    theirs = {VARIABLE: "2"}
    assert not apply_scale(150, theirs)
    assert theirs == {VARIABLE: "2"}
    restarted = {VARIABLE: "1.5", "PREFLIGHT_SCALE_IS_OURS": "1"}
    assert apply_scale(100, restarted)
    assert restarted == {}


def test_a_restart_has_the_same_arguments() -> None:
    line = same_program("/opt/python", ["python", "-m", "ui", "--data-dir", "here"])
    assert line == [str(Path("/opt/python")), "-m", "ui", "--data-dir", "here"]
