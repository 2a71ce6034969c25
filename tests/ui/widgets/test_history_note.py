"""The chart says how much of its past is there, and nothing once it is."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.theme import DARK, LIGHT
from ui.widgets.history_note import WIDEST_PX, HistoryNote
from workstation.market.backfill import BackfillProgress
from workstation.model.history import HistoryKind


def progress(share: float, *, finished: bool = False, words: str = "") -> BackfillProgress:
    return BackfillProgress("v", "BTCUSDT", HistoryKind.CANDLES, 60_000, share, finished, words)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, ""),
        (progress(0.0), "History 0 %"),
        (progress(0.4567), "History 45 %"),
        (progress(1.0, finished=True), ""),
        (
            progress(0.5, words="The venue was asked too often."),
            "No more history: The venue was asked too often.",
        ),
    ],
)
def test_it_says_what_is_so(qtbot: QtBot, told: BackfillProgress | None, words: str) -> None:
    plot = QWidget()
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    note = HistoryNote(DARK, plot)
    plot.show()
    note.show_progress(told)
    assert note.words == words
    assert note.isVisible() is bool(words)
    note.set_theme(LIGHT)
    note.show_progress(progress(0.5, words="x" * 900))
    assert note.width() <= WIDEST_PX
    assert not note.grab().isNull()
