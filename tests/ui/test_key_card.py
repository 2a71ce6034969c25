"""The key card: within its window however many keys there are, and away at any key that does not scroll."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui.key_card import KeyCard
from ui.theme import ThemeSource


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(640, 400)
    made.show()
    return made


def test_more_keys_than_the_window_holds_are_scrolled_to(window: QWidget) -> None:
    card = KeyCard(ThemeSource(), window)
    card.open([("Everywhere", [(f"Ctrl+{n}", f"Does {n}") for n in range(60)])])
    assert window.rect().contains(card.geometry())
    before = card._scroll.verticalScrollBar().value()
    QTest.keyClick(card, Qt.Key.Key_PageDown)
    assert card.isVisible()
    assert card._scroll.verticalScrollBar().value() > before
    QTest.keyClick(card, Qt.Key.Key_A)
    assert not card.isVisible()


def test_it_shows_only_what_it_was_opened_with_last(window: QWidget) -> None:
    card = KeyCard(ThemeSource(), window)
    card.open([("Chart", [("A", "first"), ("B", "second")])])
    QTest.keyClick(card, Qt.Key.Key_Down)
    assert not card.isVisible(), "nothing to scroll: any key puts it away"
    card.open([("Chart", [("C", "third")])])
    shown = {label.text() for label in card.findChildren(QLabel) if label.isVisible()}
    assert shown == {"Chart", "C", "third", "Any key puts this card away"}
