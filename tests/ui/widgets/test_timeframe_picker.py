import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui.widgets.timeframe_picker import (
    GREATEST_TIMEFRAME_MS,
    TIMEFRAMES_MS,
    TimeframePicker,
    parse_rule,
    parse_timeframe,
    timeframe_text,
)
from workstation.market.counted_bars import BarRule, BarUnit


@pytest.mark.parametrize(
    "text, timeframe_ms",
    [
        ("1s", 1_000),
        ("30s", 30_000),
        (" 2 M ", 120_000),
        ("4h", 14_400_000),
        ("1d", 86_400_000),
        ("90s", 90_000),
    ],
)
def test_a_number_and_a_unit_is_a_timeframe(text: str, timeframe_ms: int) -> None:
    assert parse_timeframe(text) == timeframe_ms


@pytest.mark.parametrize("text", ["", "5", "s", "0s", "-5s", "1.5m", "5 parsecs", "99999d", "5s5s", "٣s" * 2])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="30s"):
        parse_timeframe(text)


@given(st.integers(1, GREATEST_TIMEFRAME_MS // 1000).map(lambda seconds: seconds * 1000))
def test_a_timeframe_is_written_in_its_largest_whole_unit(timeframe_ms: int) -> None:
    text = timeframe_text(timeframe_ms)
    if len(text) <= 6:
        assert parse_timeframe(text) == timeframe_ms


def test_the_nine_timeframes_are_the_desks() -> None:
    assert " ".join(map(timeframe_text, TIMEFRAMES_MS)) == "1s 5s 15s 1m 5m 15m 1h 4h 1d"


def test_a_button_and_a_typed_timeframe_are_picked(qtbot: QtBot) -> None:
    picker = TimeframePicker(5_000)
    qtbot.addWidget(picker)
    picked: list[int] = []
    picker.picked.connect(picked.append)
    picker.set_wide(True)
    picker.menu_button.menu().actions()[3].trigger()
    picker.typed.setText("2m")
    qtbot.keyClick(picker.typed, Qt.Key.Key_Return)
    assert picked == [60_000, 120_000]


def test_a_wrong_timeframe_is_answered_in_the_field(qtbot: QtBot) -> None:
    picker = TimeframePicker(5_000)
    qtbot.addWidget(picker)
    picked: list[int] = []
    picker.picked.connect(picked.append)
    picker.typed.setText("soon")
    qtbot.keyClick(picker.typed, Qt.Key.Key_Return)
    assert picked == []
    assert "30s" in picker.typed.placeholderText()


def test_the_narrow_picker_names_the_timeframe_in_force(qtbot: QtBot) -> None:
    picker = TimeframePicker(5_000)
    qtbot.addWidget(picker)
    assert picker.menu_button.text() == "5s"
    picker.set_timeframe(30_000)
    assert picker.menu_button.text() == "30s"
    picker.set_wide(True)
    assert picker.menu_button.text() == "30s"
    picker.set_timeframe(60_000)
    assert picker.menu_button.text() == "…"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("100t", BarRule(BarUnit.TRADES, 100)),
        (" 0.5 V", BarRule(BarUnit.VOLUME, 0.5)),
        ("20R", BarRule(BarUnit.RANGE, 20)),
    ],
)
def test_a_rule_is_a_number_and_a_letter(text: str, rule: BarRule) -> None:
    assert parse_rule(text) == rule
    assert parse_rule(str(rule)) == rule


@pytest.mark.parametrize("text", ["t", "0t", "1.5t", "-3v", "5x", "", "1e5v"])
def test_what_is_no_rule_is_refused_with_what_is_one(text: str) -> None:
    with pytest.raises(ValueError, match="100t"):
        parse_rule(text)


def test_a_typed_rule_is_picked(qtbot: QtBot) -> None:
    picker = TimeframePicker(5_000)
    qtbot.addWidget(picker)
    picked: list[object] = []
    picker.rule_picked.connect(picked.append)
    picker.typed.setText("50v")
    qtbot.keyClick(picker.typed, Qt.Key.Key_Return)
    assert picked == [BarRule(BarUnit.VOLUME, 50)]
    picker.set_rule(BarRule(BarUnit.VOLUME, 50))
    assert picker.menu_button.text() == "50v"
    picker.set_rule(None)
    assert picker.menu_button.text() == "5s"
