"""The plots that tests of drawing work on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.drawings.sheet import COUNT, START_MS, TIMEFRAME_MS, Sheet, candles, instrument
from ui.drawings.board import DrawingBoard
from ui.drawings.store import DrawingStore
from ui.theme import DARK, ThemeSource
from ui.widgets.time_price_plot import TimePricePlot


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DrawingStore]:
    """Drawings kept under the test's own folder."""
    made = DrawingStore(tmp_path)
    yield made
    made.close()


@pytest.fixture
def make_sheet(qtbot: QtBot, store: DrawingStore) -> Callable[..., Sheet]:
    """Makes plots of the hour of bars, all on the same drawings."""

    def make(
        width: int = 900, height: int = 480, *, levels_only: bool = False, closed_by_test: bool = False
    ) -> Sheet:
        plot = TimePricePlot(DARK)
        if not closed_by_test:
            qtbot.addWidget(plot)
        plot.set_price_decimals(1)
        bars = candles()
        board = DrawingBoard(plot, store, ThemeSource(), bars=lambda: bars, levels_only=levels_only)
        board.set_instrument(instrument())
        board.set_magnet(False)
        plot.resize(width, height)
        plot.show()
        qtbot.waitExposed(plot)
        plot.set_view(time=(START_MS, START_MS + COUNT * TIMEFRAME_MS), price=(60_950.0, 61_250.0))
        return Sheet(plot, board, store, qtbot)

    return make


@pytest.fixture
def sheet(make_sheet: Callable[..., Sheet]) -> Sheet:
    """One plot with a board; the magnet is off."""
    return make_sheet()
