"""The weekly review is driven by keys alone, kept at every step, and ends in a rule that the gate holds."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.review.made_trips import DAY_MS, made_journal
from ui.rituals.week_pages import COMMITMENT, FELT, NOTES, STEPS, TRADES, UNREVIEWED
from ui.rituals.weekly_window import WeeklyWindow
from ui.theme import LIGHT, ThemeSource
from workstation.journal.journal import Journal
from workstation.journal.rituals.week import day_ms
from workstation.model.rituals import Commitment, RuleShape

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

MONDAY = date(2024, 8, 5)
NOW_MS = day_ms(MONDAY) + 6 * DAY_MS + 3_600_000
Made = Callable[[], WeeklyWindow]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with made_journal(tmp_path) as opened:
        yield opened


class Heard:
    """What the window asked for."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.promised: list[Commitment] = []


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def made(qtbot: QtBot, journal: Journal, heard: Heard) -> Iterator[Made]:
    parent = QWidget()
    qtbot.addWidget(parent)

    windows: list[WeeklyWindow] = []

    def make() -> WeeklyWindow:
        for before in windows:
            before.put_away()
        window = WeeklyWindow(
            journal,
            lambda: NOW_MS,
            heard.opened.append,
            heard.promised.append,
            ThemeSource(),
            lambda: 6,
            parent,
        )
        windows.append(window)
        window.open()
        qtbot.waitUntil(lambda: window.facts is not None)
        return window

    yield make
    for window in windows:
        window.put_away()


def press(window: WeeklyWindow, *keys: Qt.Key | str) -> None:
    """Press keys where the keyboard is."""
    for key in keys:
        target = window.focusWidget()
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key)
        QApplication.processEvents()


def test_keys_alone_lead_from_what_happened_to_a_commitment(
    made: Made, journal: Journal, heard: Heard, qtbot: QtBot
) -> None:
    window = made()
    assert window.facts is not None
    press(window, Qt.Key.Key_Return)
    assert window.step == TRADES
    press(window, Qt.Key.Key_Down, "o")
    assert window.facts.worst is not None
    assert heard.opened == [window.facts.worst.trip.trip_id]
    assert not window.isVisible()
    window.open()
    qtbot.waitUntil(lambda: window.facts is not None)
    assert window.step == TRADES
    press(window, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert window.step == FELT
    press(window, "4", "2", Qt.Key.Key_Return)
    assert window.step == UNREVIEWED
    press(window, Qt.Key.Key_Return, "Chased twice.")
    assert window.step == NOTES
    QTest.keyClick(window.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.step == COMMITMENT
    press(window, Qt.Key.Key_Down, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Up, Qt.Key.Key_Tab)
    assert not window.main.isEnabled()
    press(window, "six trades a day cost the week", Qt.Key.Key_Return)
    assert not window.isVisible()
    (promised,) = heard.promised
    assert (promised.rule.shape, promised.rule.figure) == (RuleShape.TRADES, Decimal(4))
    assert promised.until_ms == day_ms(MONDAY) + 14 * DAY_MS
    assert journal.rituals.commitment("2024-W32") == promised
    review = journal.rituals.week("2024-W32")
    assert (review.text, review.feelings.tension, review.feelings.doubt) == ("Chased twice.", 4, 2)
    assert review.finished_ms == NOW_MS


def test_esc_leaves_at_any_step_and_the_review_goes_on_there(made: Made, journal: Journal) -> None:
    window = made()
    window.go(COMMITMENT)
    press(window, Qt.Key.Key_Down, Qt.Key.Key_Down)
    window.go(NOTES)
    press(window, "Half a thou", Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert not journal.rituals.week("2024-W32").finished_ms
    again = made()
    assert (again.step, again.text.toPlainText()) == (NOTES, "Half a thou")
    assert again.form.shape is RuleShape.HOURS


def test_what_is_typed_is_on_the_disk_without_closing_anything(
    made: Made, journal: Journal, tmp_path: Path, qtbot: QtBot
) -> None:
    window = made()
    window.go(NOTES)
    press(window, "not lost")
    qtbot.waitUntil(lambda: journal.rituals.week("2024-W32").text == "not lost")
    assert journal.flush()
    with Journal(tmp_path, read_only=True) as after_a_kill:
        assert after_a_kill.rituals.week("2024-W32").text == "not lost"


def test_a_made_commitment_is_shown_and_not_made_twice(made: Made, heard: Heard) -> None:
    window = made()
    window.go(COMMITMENT)
    press(window, Qt.Key.Key_Down)
    window.form.reason.setText("a reason that is long enough")
    window.go_on()
    again = made()
    again.go(COMMITMENT)
    assert not again.form.isVisible()
    assert "Your commitment of 11 Aug: at most 3 entries a day" in again.pages.made_says.text()
    again.go_on()
    assert len(heard.promised) == 1


def test_another_week_is_shown_and_none_that_has_not_been(made: Made, qtbot: QtBot) -> None:
    window = made()
    QTest.keyClick(window, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.facts is not None)
    assert window.review.week == "2024-W31"
    assert window.facts is not None
    assert window.facts.week.n == 0
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert window.review.week == "2024-W32"


def test_every_step_takes_the_other_theme(made: Made) -> None:
    window = made()
    window.themes.set_theme(LIGHT)
    for step in range(len(STEPS)):
        window.go(step)
        assert not window.grab().isNull()


def test_a_trade_fills_in_the_commitment_and_nothing_is_promised_by_itself(
    made: Made, journal: Journal, heard: Heard
) -> None:
    window = made()
    one = journal.trips()[0]
    window.propose(one.trip.trip_id)
    assert window.step == COMMITMENT
    assert window.form.rule is not None
    assert one.trip.symbol in window.form.reason.text()
    assert heard.promised == []
