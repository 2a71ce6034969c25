"""The quadrants name who opens and who leaves, in contracts, and say where nothing is known."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.panels.conftest import START_MS
from tests.workstation.analytics.vectors import Vector, vectors
from ui.derivatives.quadrants import quadrant_words, read_standings
from ui.panels.open_interest import OpenInterestPanel
from workstation.analytics.order_flow import open_interest_quadrant
from workstation.market.candles import CANDLE
from workstation.model.derivatives import OpenInterest, Ticker

DAY_MS = 86_400_000
MOVES = {"AUSDT": (1.02, 1.1), "BUSDT": (0.98, 1.1), "CUSDT": (1.02, 0.9), "DUSDT": (0.98, 0.9)}


def told(desk: Any, symbol: str, price: float, interest: float) -> None:
    """What the venue tells of a symbol whose price and open interest were 100 a day ago."""
    state = desk.workstation.market.state(symbol)
    desk.trade((0, 1, 100 * price, 1.0), symbol=symbol)
    hundred = Decimal(100)
    state.take_news(
        Ticker("v", symbol, START_MS, hundred, hundred, hundred, hundred, Decimal(1), Decimal(100))
    )
    state.past.add_open_interest([OpenInterest("v", symbol, START_MS - DAY_MS, hundred)])
    state.take_news(OpenInterest("v", symbol, START_MS, Decimal(repr(100 * interest))))


@pytest.fixture
def moved(desk: Any, instrument: Any) -> Any:
    for symbol, (price, interest) in MOVES.items():
        desk.add(instrument(symbol, base=symbol[0]))
        told(desk, symbol, price, interest)
    desk.add(instrument("EUSDT", base="E"))
    return desk


def test_each_symbol_stands_in_its_quadrant_by_contracts(moved: Any) -> None:
    states = list(moved.workstation.market.states.values())
    standings, missing = read_standings(moved.workstation.metrics, states)
    assert {one.symbol: quadrant_words(one) for one in standings} == {
        "AUSDT": "new longs",
        "BUSDT": "new shorts",
        "CUSDT": "shorts covering",
        "DUSDT": "longs leaving",
    }
    # In dollars the interest of A would have risen by 12 %.
    assert standings[0].interest_rate == pytest.approx(0.1)
    assert [symbol for symbol, _ in missing] == ["EUSDT"]


@pytest.mark.parametrize("vector", [p for p in vectors("orderflow", exact=False) if p.id == "oi-quadrant"])
def test_the_quadrants_are_those_of_the_vectors(vector: Vector) -> None:
    found = [open_interest_quadrant(*case) for case in vector["inputs"]["cases"]]
    assert [quadrant and quadrant.value for quadrant in found] == vector["expected"]["label"]


def test_arrows_step_through_the_symbols_and_a_copy_has_them_all(moved: Any, qtbot: QtBot) -> None:
    panel = moved.open(OpenInterestPanel, 420, 420)
    assert "4 of 5 symbols" in panel.header.subject[1]
    moved.link.set_symbol("AUSDT")
    panel.refresh()
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    assert moved.link.symbol == "CUSDT"
    panel.copy()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5
    moved.link.set_symbol("EUSDT")
    panel.refresh()
    assert panel.note.text().startswith("EUSDT: ")


def test_a_rejected_spike_is_told(btc_desk: Any) -> None:
    btc_desk.trade((0, 1, 101.0, 1.0))
    state = btc_desk.workstation.market.state("BTCUSDT")
    rows = np.zeros(8, CANDLE)
    rows["open_ms"] = START_MS // 900_000 * 900_000 - np.arange(8, 0, -1) * 900_000
    rows["close"] = [100, 102, 104, 106, 108, 105, 103, 101]
    rows["high"], rows["low"], rows["open"] = rows["close"] + 0.5, rows["close"] - 0.5, rows["close"]
    state.candles(900_000).replace(rows)
    sizes = [100, 104, 109, 114, 118, 118, 117, 117]
    state.past.add_open_interest(
        [
            OpenInterest("v", "BTCUSDT", at, Decimal(size))
            for at, size in zip((rows["open_ms"] + 60_000).tolist(), sizes, strict=True)
        ]
    )
    panel = btc_desk.open(OpenInterestPanel, 420, 420)
    assert panel.spike is not None
    assert panel.spike.is_rejected
    assert "Spike +18.0 %" in panel.note.text()
    assert "rejected" in panel.note.text()
