"""Time and sales shows the newest trades of a size, holds its place on request, and copies plain figures."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.panel import Condition
from ui.panels.tape import TapePanel, offered_minimums
from ui.theme import LIGHT
from ui.widgets.tape_rows import TapeRows, notional
from workstation.exchange.replay_feed import ReplayFeed
from workstation.model.columns import TRADE
from workstation.model.instrument import ContractKind
from workstation.runtime.rings import Ring


def prices(panel: TapePanel) -> list[str]:
    return [row.price.replace("\u2009", "") for row in panel.view.visible_rows()]


def refreshed(panel: TapePanel) -> TapePanel:
    for _ in range(6):
        panel.refresh()
    return panel


def numbered(desk: Any, first: int, last: int, size: float = 0.5) -> None:
    """Trades at prices 1.0, 2.0 …, so that the price says which one it is."""
    desk.trade(*[(n * 10, 1 if n % 2 else -1, float(n), size) for n in range(first, last + 1)])


def wheel(view: Any, delta: int) -> None:
    at = QPointF(view.rect().center())
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_the_newest_trade_is_on_top_with_its_side_time_size_and_value(btc_desk: Any) -> None:
    btc_desk.trade((0, 1, 61_700.1, 0.5), (1_234, -1, 61_699.3, 0.052))
    panel = btc_desk.open(TapePanel)
    top, below = panel.view.visible_rows()
    assert (top.time, top.price, top.size, top.value, top.side) == (
        "23:54:16.234",
        "61\u2009699.3",
        "0.052",
        "3\u2009208",
        -1,
    )
    assert (below.side, below.value) == (1, "30\u2009850")


@pytest.mark.parametrize("burst", [1, 3, 200, 24_660])
def test_after_a_burst_of_any_size_the_rows_are_the_newest_trades(btc_desk: Any, burst: int) -> None:
    numbered(btc_desk, 1, 30)
    panel = btc_desk.open(TapePanel)
    numbered(btc_desk, 31, 30 + burst)
    panel.refresh()
    newest = 30 + burst
    shown = prices(panel)
    assert shown == [f"{newest - index}.0" for index in range(len(shown))]
    assert len(shown) == panel.view.row_count


def test_pixels_moved_for_a_few_trades_equal_pixels_painted_anew(btc_desk: Any) -> None:
    numbered(btc_desk, 1, 60)
    panel = btc_desk.open(TapePanel)
    QApplication.processEvents()
    for last in (62, 63, 68):
        numbered(btc_desk, int(float(prices(panel)[0])) + 1, last)
        panel.refresh()
        QApplication.processEvents()
    moved = panel.view.grab().toImage()
    panel.view.resume()
    assert panel.view.grab().toImage() == moved


def test_the_minimum_size_leaves_out_smaller_trades_now_and_later(btc_desk: Any) -> None:
    numbered(btc_desk, 1, 10, 0.01)
    numbered(btc_desk, 11, 12, 0.05)
    panel = btc_desk.open(TapePanel)
    panel.set_minimum(0.05)
    assert prices(panel) == ["12.0", "11.0"]
    numbered(btc_desk, 13, 13, 0.049)
    numbered(btc_desk, 14, 14, 7.0)
    panel.refresh()
    assert prices(panel) == ["14.0", "12.0", "11.0"]
    panel.set_minimum(0.0)
    assert prices(panel)[0:2] == ["14.0", "13.0"]


def test_plus_and_minus_step_the_minimum_size_in_one_two_five(btc_desk: Any, qtbot: QtBot) -> None:
    numbered(btc_desk, 1, 10, 0.016)
    panel = btc_desk.open(TapePanel)
    for expected in (0.01, 0.02, 0.05):
        qtbot.keyClick(panel.view, Qt.Key.Key_Plus)
        assert panel.minimum == pytest.approx(expected)
    for _ in range(3):
        qtbot.keyClick(panel.view, Qt.Key.Key_Minus)
    assert panel.minimum == 0.0


def test_scrolling_holds_the_trades_in_view_and_counts_the_new_ones(btc_desk: Any, qtbot: QtBot) -> None:
    numbered(btc_desk, 1, 200)
    panel = btc_desk.open(TapePanel)
    wheel(panel.view, -120)
    held = prices(panel)
    assert held[0] == "197.0"
    numbered(btc_desk, 201, 260)
    panel.refresh()
    assert prices(panel) == held
    assert "60 new" in panel.view.chip.text()
    qtbot.mouseClick(panel.view.chip, Qt.MouseButton.LeftButton)
    assert prices(panel)[0] == "260.0"
    assert not panel.view.chip.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Escape])
def test_home_end_and_escape_run_on(btc_desk: Any, qtbot: QtBot, key: Qt.Key) -> None:
    numbered(btc_desk, 1, 200)
    panel = btc_desk.open(TapePanel)
    qtbot.keyClick(panel.view, Qt.Key.Key_PageDown)
    assert panel.view.held
    qtbot.keyClick(panel.view, key)
    assert not panel.view.held
    assert prices(panel)[0] == "200.0"


def test_scrolling_back_to_the_top_runs_on(btc_desk: Any) -> None:
    numbered(btc_desk, 1, 200)
    panel = btc_desk.open(TapePanel)
    wheel(panel.view, -240)
    wheel(panel.view, 240)
    assert not panel.view.held


def test_the_view_ends_at_the_oldest_trade(btc_desk: Any, qtbot: QtBot) -> None:
    numbered(btc_desk, 1, 60)
    panel = btc_desk.open(TapePanel)
    for _ in range(20):
        qtbot.keyClick(panel.view, Qt.Key.Key_PageDown)
    assert "1.0" in prices(panel)


def test_selected_trades_are_copied_as_plain_figures(btc_desk: Any, qtbot: QtBot) -> None:
    btc_desk.trade(*[(n, -1 if n == 3 else 1, 61_700.0 + n, 0.5) for n in range(6)])
    panel = btc_desk.open(TapePanel)
    first = panel.view.head_height + 5
    qtbot.mouseClick(panel.view, Qt.MouseButton.LeftButton, pos=QPoint(30, first + 22))
    qtbot.mouseClick(
        panel.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(30, first + 44)
    )
    qtbot.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == [
        "time UTC\tside\tprice\tsize BTC\tvalue USDT",
        "2024-08-08 23:54:15.004\tbuy\t61704.0\t0.500\t30852.00",
        "2024-08-08 23:54:15.003\tsell\t61703.0\t0.500\t30851.50",
    ]


def test_the_selection_follows_the_keys(btc_desk: Any, qtbot: QtBot) -> None:
    numbered(btc_desk, 1, 100)
    panel = btc_desk.open(TapePanel)
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    for _ in range(40):
        qtbot.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    panel.view.copy()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert len(copied) == 42
    assert copied[-1].split("\t")[2] == "60.0"


def test_the_largest_hundredth_is_set_off(btc_desk: Any) -> None:
    numbered(btc_desk, 1, 500, 0.01)
    btc_desk.trade((6_000, 1, 501.0, 9.0))
    panel = btc_desk.open(TapePanel)
    panel.view.refresh()
    numbered(btc_desk, 502, 502, 0.01)
    btc_desk.trade((6_100, 1, 503.0, 9.0))
    panel.refresh()
    assert [row.large for row in panel.view.visible_rows()][:2] == [True, False]


def test_cvd_is_bought_less_sold_over_the_last_five_minutes(btc_desk: Any) -> None:
    btc_desk.trade((0, 1, 61_700.0, 100.0), (200_000, -1, 61_700.0, 2.0), (400_000, 1, 61_700.0, 5.5))
    panel = refreshed(btc_desk.open(TapePanel, width=500))
    assert panel.header.detail == "CVD 5 m +3.50"


def test_cvd_says_how_long_it_has_been_counted(btc_desk: Any) -> None:
    btc_desk.trade((0, -1, 61_700.0, 1.5), (40_000, 1, 61_700.0, 1.0))
    panel = refreshed(btc_desk.open(TapePanel, width=500))
    assert panel.header.detail == "CVD 41 s −0.500"


def test_values_of_inverse_contracts_are_their_face_value(desk: Any, instrument: Callable[..., Any]) -> None:
    inverse = instrument(
        kind=ContractKind.INVERSE, contract_size=Decimal(100), lot_size=Decimal(1), quote="USD"
    )
    assert notional(inverse, 61_700.0, 3.0) == 300.0
    desk.add(inverse)
    desk.trade((0, 1, 61_700.0, 3.0))
    (row,) = desk.open(TapePanel).view.visible_rows()
    assert (row.size, row.value) == ("3", "300")


def test_before_the_first_trade_it_waits(btc_desk: Any) -> None:
    panel = btc_desk.open(TapePanel)
    assert panel.condition is Condition.LOADING
    numbered(btc_desk, 1, 1)
    panel.refresh()
    assert panel.condition is Condition.LIVE


def test_a_rewound_market_begins_with_an_empty_tape(btc_desk: Any) -> None:
    numbered(btc_desk, 1, 100)
    panel = btc_desk.open(TapePanel)
    btc_desk.workstation.market.reset()
    panel.market_reset()
    panel.refresh()
    assert panel.condition is Condition.LOADING
    numbered(btc_desk, 7, 9)
    panel.refresh()
    assert prices(panel) == ["9.0", "8.0", "7.0"]


def test_nothing_is_repainted_without_a_new_trade(btc_desk: Any, count_paints: Any) -> None:
    numbered(btc_desk, 1, 100)
    panel = refreshed(btc_desk.open(TapePanel))
    paints = count_paints(panel.view)
    refreshed(panel)
    assert paints.take() == 0
    numbered(btc_desk, 101, 101)
    panel.refresh()
    assert paints.take() == 1


def test_the_minimum_size_is_kept_by_symbol(btc_desk: Any) -> None:
    numbered(btc_desk, 1, 3, 0.01)
    panel = btc_desk.open(TapePanel)
    panel.set_minimum(0.05)
    other = btc_desk.open(TapePanel)
    other.restore_state(panel.save_state())
    assert other.minimum == 0.05
    other.restore_state({"minimum_size": {"BTCUSDT": "big", "X": -1}})
    assert other.minimum == 0.0
    other.restore_state({"minimum_size": 3})


@pytest.mark.parametrize("width", [240, 3840])
def test_it_paints_at_any_width_and_in_any_theme(btc_desk: Any, width: int) -> None:
    numbered(btc_desk, 1, 100)
    panel = btc_desk.open(TapePanel, width=width, height=900)
    btc_desk.services.themes.set_theme(LIGHT)
    image = panel.view.grab().toImage()
    assert image.pixelColor(width - 20, 5) == LIGHT.panel


def test_rows_found_as_they_come_equal_rows_sought_in_the_whole_ring() -> None:
    draw = np.random.default_rng(7)
    ring = Ring(TRADE, 500)
    rows = TapeRows(ring, 0.5)
    for count in draw.integers(0, 300, 60):
        trades = np.zeros(int(count), TRADE)
        trades["size"] = draw.random(int(count))
        ring.append(trades)
        rows.update()
        oldest = ring.appended - len(ring)
        sought = (np.flatnonzero(ring.rows()["size"] >= 0.5) + oldest)[::-1].tolist()
        assert rows.newest(0, 10_000) == sought
        assert rows.newest(3, 5) == sought[3:8]
        assert len(rows) == len(sought)


@pytest.mark.real_data
def test_the_tape_of_a_recorded_market_is_its_trades(btc_desk: Any, shared_data: Path) -> None:
    feed = ReplayFeed(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz")
    panel = btc_desk.open(TapePanel)
    panel.set_minimum(0.1)
    for batches in feed.batches():
        for batch in batches:
            btc_desk.workstation.take(batch)
        panel.refresh()
    feed.close()
    state = btc_desk.workstation.market.states["BTCUSDT"]
    trades = state.trades.rows()
    assert len(trades) == 21_313
    large = trades[trades["size"] >= 0.1][::-1]
    for row, trade in zip(panel.view.visible_rows(), large, strict=False):
        assert row.price.replace("\u2009", "") == f"{trade['price']:.1f}"
        assert float(row.size) == trade["size"]
        assert row.side == trade["side"]
    assert 0.1 in offered_minimums(state)
    refreshed(panel)
    window = trades[trades["event_ms"] // 1000 > trades["event_ms"][-1] // 1000 - 300]
    assert panel.header.detail.startswith("CVD 5 m")
    assert float(panel.header.detail.split()[-1].replace("−", "-")) == pytest.approx(
        float((window["side"] * window["size"]).sum()), abs=0.06
    )


def test_a_narrow_header_keeps_the_delta_in_short(btc_desk: Any) -> None:
    btc_desk.trade((0, 1, 61_700.0, 41.3))
    panel = refreshed(btc_desk.open(TapePanel, width=285))
    assert panel.header.detail == "Δ +41.3"
    panel.resize(360, 500)
    refreshed(panel)
    assert panel.header.detail == "CVD 1 s +41.3"
