"""The card of a figure shows all that is said, of the first figure and of each after it."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui.help.answer import Answer
from ui.help.ask_card import AskCard
from ui.theme import DARK, ThemeSource


def test_a_card_that_is_open_shows_every_line_of_the_next_figure(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1200, 700)
    window.show()
    card = AskCard(ThemeSource(DARK), window)
    for name in ("Result of the day", "Cost of a frame"):
        said = Answer(name, "1.0", "ms", "a sum over " + "many words " * 20, "the desk", "now", "", "chart")
        card.show_answer(said, QRect(40, 40, 80, 20), "Esc end")
        shown = {label.text(): label for label in card.findChildren(QLabel) if label.isVisible()}
        assert {words for line in said.lines() for words in line} <= set(shown), name
        assert card.height() >= card.heightForWidth(card.width())
        assert all(card.rect().contains(label.geometry()) for label in shown.values())
