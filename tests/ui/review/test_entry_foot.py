"""The buttons below an entry keep their whole words, whatever the width."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.review.entry_foot import EntryFoot
from ui.theme import DARK


@pytest.mark.parametrize("width", [290, 420, 900])
def test_no_button_is_narrower_than_its_words(qtbot: QtBot, width: int) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(width, 300)
    foot = EntryFoot(lambda: 0.0, room)
    foot.set_theme(DARK)
    foot.resize(width, 90)
    room.show()
    qtbot.waitExposed(room)
    buttons = (foot.save, foot.rule, foot.export, foot.undo)
    rows = 1 if width == 900 else 2
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == rows)
    assert all(button.width() >= button.sizeHint().width() for button in buttons)
    assert all(button.geometry().right() < width for button in buttons)
