"""The header keeps the symbol whole: buttons fold into the panel's menu where there is no room for both."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ui.panel_header import PanelHeader
from ui.theme import DARK


@pytest.fixture
def made(qtbot: QtBot) -> Iterator[tuple[PanelHeader, list[QToolButton]]]:
    desk = QWidget()
    header = PanelHeader(DARK, parent=desk)
    buttons = [QToolButton() for _ in range(3)]
    for button, words in zip(buttons, ("Rules 12", "Studies", "Auto"), strict=True):
        button.setText(words)
        header.add_control(button)
    buttons[1].setMenu(QMenu(buttons[1]))
    buttons[2].setCheckable(True)
    header.menu.addAction("Close")
    header.set_subject("1000PEPEUSDT", "perpetual")
    desk.show()
    yield header, buttons
    desk.close()


@pytest.mark.parametrize("width", range(160, 520, 12))
def test_the_symbol_is_whole_while_a_button_can_be_folded(
    made: tuple[PanelHeader, list[QToolButton]], width: int
) -> None:
    header, buttons = made
    header.resize(width, header.height())
    header._layout.activate()
    subject = header._subject
    assert subject.width() >= subject.whole_symbol_px() or all(button.isHidden() for button in buttons)
    shown = [not button.isHidden() for button in buttons]
    assert shown == sorted(shown, reverse=True), "folded from the last"


def test_what_is_folded_is_in_the_menu_and_works_there(made: tuple[PanelHeader, list[QToolButton]]) -> None:
    header, buttons = made
    header.resize(120, header.height())
    for _ in range(2):
        header.menu.aboutToShow.emit()
    words = [action.text() for action in header.menu.actions() if not action.isSeparator()]
    assert words == ["Rules 12", "Studies", "Auto", "Close"]
    auto = header.menu.actions()[2]
    auto.trigger()
    assert buttons[2].isChecked()
    header.resize(900, header.height())
    header.menu.aboutToShow.emit()
    assert [action.text() for action in header.menu.actions()] == ["Close"]
    assert not any(button.isHidden() for button in buttons)


def test_a_button_left_out_is_in_the_menu_however_wide_the_panel_is(
    made: tuple[PanelHeader, list[QToolButton]],
) -> None:
    header, buttons = made
    header.resize(900, header.height())
    header.leave_out(buttons[0], True)
    header.menu.aboutToShow.emit()
    assert buttons[0].isHidden()
    assert header.menu.actions()[0].text() == "Rules 12"
    header.leave_out(buttons[0], False)
    assert not buttons[0].isHidden()
