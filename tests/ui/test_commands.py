"""Commands by name and by key."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from ui.commands import Command, CommandSet

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, text: str = "") -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)


@pytest.fixture
def commands() -> CommandSet:
    made = CommandSet()
    made.add(
        Command("Show chart", lambda: None, "Ctrl+1"),
        Command("Show keys", lambda: None, "?"),
        Command("Play or pause", lambda: None, "Space"),
        Command("Slower", lambda: None, "["),
        Command("Symbol BTCUSDT", lambda: None),
        Command("Hide chart", lambda: None, "H", available=lambda: False),
    )
    return made


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (press(Qt.Key.Key_Space, text=" "), "Play or pause"),
        (press(Qt.Key.Key_Question, SHIFT, "?"), "Show keys"),
        (press(Qt.Key.Key_BracketLeft, NONE, "["), "Slower"),
        (press(Qt.Key.Key_1, CTRL, ""), "Show chart"),
        (press(Qt.Key.Key_1, NONE, "1"), None),
        (press(Qt.Key.Key_H, NONE, "h"), None),
        (press(Qt.Key.Key_Shift, SHIFT, ""), None),
    ],
)
def test_a_key_is_what_was_typed_however_it_was_typed(
    commands: CommandSet, event: QKeyEvent, name: str | None
) -> None:
    command = commands.of_key(event)
    assert (command.name if command else None) == name


@pytest.mark.parametrize(
    ("query", "first"),
    [("btc", "Symbol BTCUSDT"), ("ch", "Show chart"), ("pause", "Play or pause"), ("shch", "Show chart")],
)
def test_a_few_letters_find_a_command(commands: CommandSet, query: str, first: str) -> None:
    assert commands.matching(query)[0].name == first


def test_every_command_that_can_be_done_is_listed_and_no_other(commands: CommandSet) -> None:
    assert [command.name for command in commands.matching("")] == [
        "Show chart",
        "Show keys",
        "Play or pause",
        "Slower",
        "Symbol BTCUSDT",
    ]
    assert commands.matching("zzz") == []


def test_a_key_means_one_thing(commands: CommandSet) -> None:
    with pytest.raises(ValueError, match="Ctrl\\+1 already means 'Show chart'"):
        commands.add(Command("Other", lambda: None, "ctrl+1"))


def test_a_source_is_asked_with_what_is_typed_and_goes_first(commands: CommandSet) -> None:
    asked: list[str] = []

    def source(query: str) -> list[Command]:
        asked.append(query)
        return [Command(f"Follow {query.upper()}", lambda: None)] if query else []

    commands.add_source(source)
    assert commands.matching("tao")[0].name == "Follow TAO"
    assert commands.matching("")[0].name == "Show chart"
    assert asked == ["tao", ""]
    assert len(list(commands)) == 6


def test_letters_from_anywhere_in_a_name_find_nothing() -> None:
    commands = CommandSet()
    commands.add(Command("Symbol SOLUSDT", lambda: None), Command("Add study Bollinger bands", lambda: None))
    assert [command.name for command in commands.matching("boll")] == ["Add study Bollinger bands"]
    assert [command.name for command in commands.matching("asb")] == ["Add study Bollinger bands"]
    assert commands.matching("yol") == []


def test_other_words_find_a_command_after_those_that_are_called_so() -> None:
    commands = CommandSet()
    commands.add(
        Command("Add chart", lambda: None, words="new open"),
        Command("New window", lambda: None),
    )
    assert [command.name for command in commands.matching("new")] == ["New window", "Add chart"]
    assert [command.name for command in commands.matching("new chart")] == ["Add chart"]
