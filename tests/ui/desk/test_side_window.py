"""The bar of a window beside the main one keeps the mode in sight at any width."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.desk.side_window import SlimBar
from ui.markets import live_mode
from ui.panel import PanelServices


@pytest.mark.parametrize(("width", "words"), [(700, 2), (300, 1), (160, 0)])
def test_words_are_left_out_whole_and_the_mode_stays(
    services: PanelServices, qtbot: QtBot, width: int, words: int
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    bar = SlimBar(services, window)
    bar.show_market("Trade · Window 2", "Simulated exchange, seed 7", live_mode("Binance USDⓈ-M"))
    window.show()
    bar.resize(width, bar.height())
    shown = [label for label in (bar.workspace, bar.market) if not label.isHidden()]
    assert len(shown) == words
    assert all(label.width() >= label.sizeHint().width() for label in shown)
    assert bar.mode.isVisible()
