"""The correlation panel reads closed bars, says on how many each figure stands, and shows a pair's course."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from ui.correlation.halves import Upper, halves
from ui.correlation.spans import SPANS
from ui.correlation.tiles import ink
from ui.panel import Condition
from ui.panels.correlation import CorrelationPanel
from ui.services import Notice
from ui.theme import DARK, LIGHT, QColor, Theme, contrast, opposed_lut
from workstation.analytics.correlation import beta, hayashi_yoshida, log_returns, pearson
from workstation.analytics.correlation_matrix import Method
from workstation.market.candles import CANDLE
from workstation.model.columns import TRADE, MarketBatch

HOUR_MS = 3_600_000
END_MS = 480_000 * HOUR_MS
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "TAOUSDT")


def hours(symbol: str, count: int) -> Any:
    """So many hours up to END_MS: all move with one driver, TAO against it and with a hole."""
    random = np.random.default_rng(1)
    common, own = random.normal(0, 0.01, 2_000), np.random.default_rng(len(symbol) + ord(symbol[0]))
    moves = (-1 if symbol == "TAOUSDT" else 1) * common + own.normal(0, 0.006, 2_000)
    rows = np.zeros(count, CANDLE)
    rows["open_ms"] = END_MS - np.arange(count, 0, -1) * HOUR_MS
    rows["close"] = 100 * np.exp(np.cumsum(moves))[-count:]
    return np.delete(rows, [count - 40, count - 39]) if symbol == "TAOUSDT" else rows


def known(desk: Any, instrument: Callable[..., Any], count: int = 1_300) -> Any:
    for symbol in SYMBOLS:
        desk.add(instrument(symbol, base=symbol.removesuffix("USDT")))
        state = desk.workstation.market.state(symbol)
        state.candles(HOUR_MS).replace(hours(symbol, count))
        state.market_ms = END_MS + 5_000
    return desk


def settle(panel: CorrelationPanel, qtbot: QtBot) -> CorrelationPanel:
    def done() -> None:
        panel.refresh()
        assert not panel.source.working

    qtbot.waitUntil(lambda: _holds(done), timeout=10_000)
    return panel


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except AssertionError:
        return False
    return True


@pytest.fixture
def panel(desk: Any, instrument: Callable[..., Any], qtbot: QtBot) -> Any:
    opened = settle(known(desk, instrument).open(CorrelationPanel, width=640, height=560), qtbot)
    yield opened
    opened.put_away()


def test_a_cell_is_its_pairs_correlation_and_says_what_it_stands_on(
    panel: CorrelationPanel, qtbot: QtBot
) -> None:
    assert panel.condition is Condition.LIVE
    matrix = panel.matrix
    row, column = matrix.symbols.index("BTCUSDT"), matrix.symbols.index("TAOUSDT")
    for key, times in ((Qt.Key.Key_Down, row + 1), (Qt.Key.Key_Right, column)):
        for _ in range(times):
            qtbot.keyClick(matrix, key)
    assert matrix.current_pair == ("BTCUSDT", "TAOUSDT")
    told = dict(line.split("\t") for line in matrix.text().splitlines())
    btc, tao = (hours(symbol, 1_300) for symbol in ("BTCUSDT", "TAOUSDT"))
    whole = np.full(1_300, np.nan)
    whole[np.searchsorted(btc["open_ms"], tao["open_ms"])] = tao["close"]
    value, count = pearson(log_returns(btc["close"])[-720:], log_returns(whole)[-720:])
    assert told["ρ, 30 d Pearson"] == f"{value:.3f}".replace("-", "−")
    assert count == 717
    assert told["n, 1 h returns"] == "717 of 720"
    assert told["missing in either, left out"] == "3"
    assert "β of BTC to ETH" in told


def test_likes_stand_together_until_the_watchlists_order_is_asked_for(
    panel: CorrelationPanel, qtbot: QtBot
) -> None:
    assert panel.matrix.symbols[-1] == "TAOUSDT" or panel.matrix.symbols[0] == "TAOUSDT"
    qtbot.keyClick(panel.matrix, Qt.Key.Key_O)
    assert panel.matrix.symbols == list(SYMBOLS)


def test_a_closed_hour_moves_it_on_and_an_open_one_does_not(panel: CorrelationPanel, qtbot: QtBot) -> None:
    before = panel.source.found
    assert before is not None
    for symbol in SYMBOLS:
        state = panel.services.workstation.market.state(symbol)
        assert state is not None
        last = state.candles(HOUR_MS).rows()[-1:].copy()
        last["open_ms"] += HOUR_MS
        last["close"] *= 1.01
        state.candles(HOUR_MS).add_candles(last)
    settle(panel, qtbot)
    assert panel.source.found is before
    for symbol in SYMBOLS:
        state = panel.services.workstation.market.state(symbol)
        assert state is not None
        state.market_ms += HOUR_MS
    settle(panel, qtbot)
    found = panel.source.found
    assert found is not None
    assert found.end_ms == before.end_ms + HOUR_MS
    expected, _ = pearson(found.returns[-720:, 0], found.returns[-720:, 1])
    assert found.values[0, 1] == pytest.approx(expected, abs=1e-12)
    np.testing.assert_array_equal(found.returns[:-1], before.returns[1:])


def test_a_click_shows_the_pairs_course_and_esc_leaves_it(panel: CorrelationPanel, qtbot: QtBot) -> None:
    places = [panel.matrix.symbols.index(symbol) for symbol in ("BTCUSDT", "ETHUSDT")]
    qtbot.mouseClick(
        panel.matrix, Qt.MouseButton.LeftButton, pos=panel.matrix.cell_center(places[0], places[1])
    )
    assert panel.pair_view.isVisible()
    assert panel.pair_view.title == "BTC × ETH"
    found = panel.source.found
    assert found is not None
    assert panel.pair_view.course[-1] == pytest.approx(found.values[0, 1], abs=1e-9)
    qtbot.keyClick(panel.pair_view, Qt.Key.Key_Escape)
    assert not panel.pair_view.isVisible()


def test_a_double_click_shows_the_rows_symbol_in_linked_panels(panel: CorrelationPanel, qtbot: QtBot) -> None:
    symbol = panel.matrix.symbols[2]
    qtbot.mouseDClick(panel.matrix, Qt.MouseButton.LeftButton, pos=panel.matrix.cell_center(2, 0))
    assert panel.link.symbol == symbol


def test_without_a_cell_the_whole_matrix_is_copied(panel: CorrelationPanel, qtbot: QtBot) -> None:
    qtbot.keyClick(panel.matrix, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].split("\t")[1:] == panel.matrix.symbols
    assert lines[1].split("\t")[1] == "1.000000"


def test_it_says_what_is_missing(desk: Any, instrument: Callable[..., Any], qtbot: QtBot) -> None:
    panel = desk.open(CorrelationPanel)
    assert panel.condition is Condition.EMPTY
    known(desk, instrument, count=60)
    desk.workstation.market.state("ETHUSDT").candles(HOUR_MS).clear()
    settle(panel, qtbot)
    assert panel.header.subject == ("Correlation", "3 of 4 symbols")
    for symbol in SYMBOLS[1:]:
        desk.workstation.market.state(symbol).candles(HOUR_MS).clear()
    settle(panel, qtbot)
    assert panel.condition is Condition.EMPTY
    assert "Too few bars" in panel.condition_sentence
    panel.put_away()


def test_while_a_market_is_opened_it_says_so(desk: Any) -> None:
    desk.services.notice = Notice(Condition.LOADING, "Opening the market…")
    panel = desk.open(CorrelationPanel)
    assert (panel.condition, panel.condition_sentence) == (Condition.LOADING, "Opening the market…")
    panel.put_away()


def test_its_choices_are_remembered(panel: CorrelationPanel, desk: Any, qtbot: QtBot) -> None:
    qtbot.keyClick(panel.matrix, Qt.Key.Key_BracketLeft)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_M)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_N)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_X)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_G)
    panel.show_pair("BTCUSDT", "SOLUSDT")
    other = desk.open(CorrelationPanel)
    other.restore_state(panel.save_state())
    assert (other.span, other.method, other.upper) == (SPANS[4], Method.SPEARMAN, Upper.NET)
    assert (other.without_crash, other.cut) == (True, 0.8)
    assert other.save_state() == panel.save_state()
    other.restore_state(
        {"window": 3, "method": None, "clustered": "yes", "pair": ["A"], "cut": 7.0, "upper": 1}
    )
    assert other.save_state() == panel.save_state()
    other.put_away()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_figure_reads_on_its_cell(theme: Theme) -> None:
    for word in opposed_lut(theme).tolist():
        back = QColor.fromRgba(word)
        assert contrast(ink(back), back) >= 4.5


def test_above_the_diagonal_stand_changes_or_what_is_left_without_btc(
    panel: CorrelationPanel, qtbot: QtBot
) -> None:
    found = panel.source.found
    assert found is not None
    order = found.tree.order
    for upper, expected in (
        (Upper.CHANGE, found.change),
        (Upper.NET, found.net),
        (Upper.MIRROR, found.values),
    ):
        shown, kinds = halves(found, order, upper)
        assert expected is not None
        above, below = np.triu_indices(4, 1), np.tril_indices(4, -1)
        np.testing.assert_array_equal(shown[above], expected[np.ix_(order, order)][above])
        np.testing.assert_array_equal(shown[below], found.values[np.ix_(order, order)][below])
        assert (kinds[above] >= 2).all() == (upper is Upper.CHANGE)
    # A change is faint where the longer window's correlation lies within the interval of the shorter's.
    shown, kinds = halves(found, order, Upper.CHANGE)
    first, second = order[0], order[1]
    before = found.values[first, second] - found.change[first, second]
    inside = found.low[first, second] <= before <= found.high[first, second]
    assert kinds[0, 1] == (3 if inside else 2)
    residuals = [
        found.window[:, column] - beta(found.window[:, column], found.window[:, 0]) * found.window[:, 0]
        for column in (1, 2)
    ]
    assert found.net is not None
    assert found.net[1, 2] == pytest.approx(pearson(*residuals)[0], abs=1e-9)


def test_without_the_crash_its_day_is_left_out_of_everything(
    desk: Any, instrument: Callable[..., Any], qtbot: QtBot
) -> None:
    known(desk, instrument)
    for symbol in SYMBOLS:
        rows = hours(symbol, 1_300)
        rows["close"][rows["open_ms"] >= END_MS - 101 * HOUR_MS] *= 0.5
        desk.workstation.market.state(symbol).candles(HOUR_MS).replace(rows)
    panel = settle(desk.open(CorrelationPanel, width=1_200, height=900), qtbot)
    found = panel.source.found
    assert found is not None
    assert len(found.crash_days_ms) == 1
    assert panel.method_button.isHidden()  # all choices stand in the row below
    qtbot.keyClick(panel.matrix, Qt.Key.Key_X)
    without = settle(panel, qtbot).source.found
    assert without is not None
    assert len(without.window) == 720 - 24
    assert without.values[0, 3] < 0 < found.values[0, 3]  # only the crash made them move alike
    value, _ = pearson(without.window[:, 0], without.window[:, 3])
    assert without.values[0, 3] == pytest.approx(value, abs=1e-12)
    panel.put_away()


def test_ticks_of_the_tape_are_correlated_as_they_come(
    desk: Any, instrument: Callable[..., Any], qtbot: QtBot
) -> None:
    random = np.random.default_rng(4)
    path = np.cumsum(random.normal(0, 1e-4, 9_000))
    ticks = {}
    for symbol in ("BTCUSDT", "ETHUSDT"):
        desk.add(instrument(symbol, base=symbol.removesuffix("USDT")))
        at = np.unique(np.r_[0, np.sort(random.choice(9_000, 700, replace=False))])
        prices = np.round(60_000 * np.exp(path[at]), 1)
        ticks[symbol] = at, prices
        rows = np.zeros(len(at), TRADE)
        begin = END_MS - 15 * 60_000
        rows["event_ms"], rows["price"], rows["size"], rows["side"] = begin + at * 100, prices, 1.0, 1
        desk._apply(MarketBatch("binance_usdm", symbol, trades=rows))
        desk.workstation.market.state(symbol).market_ms = END_MS + 5_000
    panel = desk.open(CorrelationPanel, width=900)
    panel.set_method(Method.TICKS)
    assert panel.span.title == "4 h"  # the longest that ticks are there for
    panel.set_span(SPANS[0])
    found = settle(panel, qtbot).source.found
    assert found is not None
    sides = [side for symbol in found.symbols for side in ticks[symbol]]
    _, expected = hayashi_yoshida(*(side.astype(float) for side in sides))
    assert found.values[0, 1] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(found.low[0, 1])  # no interval is made up
    assert not found.holds.any()
    # A symbol with too few bars, all its trades within some of them, is not left out.
    desk.add(instrument("TAOUSDT", base="TAO"))
    rows = rows[:90].copy()
    rows["event_ms"] = begin + np.arange(90) * 300
    desk._apply(MarketBatch("binance_usdm", "TAOUSDT", trades=rows))
    found = settle(panel, qtbot).source.found
    assert found is not None
    assert found.symbols[-1] == "TAOUSDT"
    assert np.isfinite(found.values[0, 2])
    panel.set_span(SPANS[4])
    assert panel.method is Method.PEARSON
    panel.put_away()


def test_the_cut_is_drawn_with_the_mouse(desk: Any, instrument: Callable[..., Any], qtbot: QtBot) -> None:
    panel = settle(known(desk, instrument).open(CorrelationPanel, width=1_200, height=700), qtbot)
    tree = panel.matrix._place().tree
    assert tree is not None
    before = panel.cut
    qtbot.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=tree.center().toPoint())
    assert panel.cut != before
    assert panel.pair is None
    panel.put_away()
