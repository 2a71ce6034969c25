"""The ladder shows the book's sizes by price step, stands still, and says so when there is no book."""

from collections.abc import Callable
from decimal import Decimal
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.links import Crosshair
from ui.panel import Condition
from ui.panels.ladder import IMBALANCE_LEVELS, LadderPanel
from ui.theme import LIGHT
from ui.widgets.ladder_rows import MULTIPLES, PriceSteps, default_multiple, full_bar
from workstation.app import Workstation
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.order_book import OrderBook


def snapshot(desk: Any, middle: float = 61_700.0) -> None:
    desk.book(
        {round(middle - 0.1 * n, 1): 1.0 + n / 1000 for n in range(400)},
        {round(middle + 0.1 * n, 1): 2.0 + n / 1000 for n in range(1, 401)},
        snapshot=True,
    )


def refreshed(panel: LadderPanel) -> LadderPanel:
    for _ in range(6):
        panel.refresh()
    return panel


def expected(book: OrderBook, price: float, multiple: int, tick: float) -> tuple[float, float]:
    """Sizes of a row by decimal arithmetic over the whole book, the long way round."""
    step, row = Decimal(str(tick)) * multiple, Decimal(str(price))
    bids = [s for p, s in book.bids.items() if floor(Decimal(str(p)) / step) * step == row]
    asks = [s for p, s in book.asks.items() if ceil(Decimal(str(p)) / step) * step == row]
    return sum(bids), sum(asks)


@pytest.mark.parametrize("multiple", MULTIPLES)
def test_every_row_holds_the_book_sizes_of_its_price_step(btc_desk: Any, multiple: int) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    panel.set_multiple(multiple)
    book = btc_desk.workstation.market.state("BTCUSDT").book
    rows = panel.view.visible_rows()
    assert len(rows) == panel.view.row_count
    for row in rows:
        assert (row.bid, row.ask) == pytest.approx(expected(book, row.price, multiple, 0.1))
        assert not (row.bid and row.ask), "bids and asks never share a row"
    assert [row.best for row in rows if row.best] == [-1, 1]


def test_the_ladder_is_continuous_where_the_book_is_empty(btc_desk: Any) -> None:
    btc_desk.book({61_700.0: 1.0, 61_650.0: 5.0}, {61_710.0: 2.0}, snapshot=True)
    panel = btc_desk.open(LadderPanel)
    prices = [row.price for row in panel.view.visible_rows()]
    assert prices == [prices[0] - n for n in range(len(prices))]
    assert [row.price for row in panel.view.visible_rows() if row.best] == [61_710.0, 61_700.0]


def test_an_update_changes_only_the_row_it_touches(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    before = panel.view.visible_rows()
    btc_desk.book({61_699.5: 0.0}, {})
    panel.refresh()
    changed = [
        (old.price, round(old.bid - new.bid, 6))
        for old, new in zip(before, panel.view.visible_rows(), strict=True)
        if old is not new
    ]
    assert changed == [(61_699.0, 1.005)]


def test_the_default_row_step_of_a_bitcoin_book_is_one_dollar(btc_desk: Any) -> None:
    snapshot(btc_desk)
    assert btc_desk.open(LadderPanel).multiple == 10


def test_default_steps_are_offered_steps_at_any_price(instrument: Callable[..., Any]) -> None:
    btc = instrument()
    assert all(default_multiple(btc, price) in MULTIPLES for price in (0.5, 10.0, 1e3, 1e5, 1e9))
    assert default_multiple(btc, float("nan")) == 1


def test_the_view_stands_still_in_the_middle_third_and_follows_beyond(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    top = panel.view.visible_rows()[0].price
    snapshot(btc_desk, 61_702.0)
    panel.refresh()
    assert panel.view.visible_rows()[0].price == top
    snapshot(btc_desk, 61_715.0)
    panel.refresh()
    rows = panel.view.visible_rows()
    best = next(index for index, row in enumerate(rows) if row.best > 0)
    assert abs(best - len(rows) / 2) <= 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Home, Qt.Key.Key_C, Qt.Key.Key_Escape])
def test_scrolling_holds_the_view_until_it_is_centred(btc_desk: Any, qtbot: QtBot, key: Qt.Key) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    wheel(panel.view, 120)
    panel.refresh()
    held = [row.price for row in panel.view.visible_rows()]
    snapshot(btc_desk, 61_730.0)
    panel.refresh()
    assert [row.price for row in panel.view.visible_rows()] == held
    assert not panel.view.centred
    qtbot.keyClick(panel.view, key)
    panel.refresh()
    assert panel.view.centred
    assert any(row.best for row in panel.view.visible_rows())


def test_the_held_chip_says_where_the_market_is_and_leads_back(btc_desk: Any, qtbot: QtBot) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    qtbot.keyClick(panel.view, Qt.Key.Key_PageDown)
    qtbot.keyClick(panel.view, Qt.Key.Key_PageDown)
    panel.refresh()
    chip = panel.view.chip
    assert chip.isVisible()
    assert "▲" in chip.text()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert panel.view.centred
    assert not chip.isVisible()


def test_plus_and_minus_change_the_row_step_and_keep_the_price_in_view(btc_desk: Any, qtbot: QtBot) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    qtbot.keyClick(panel.view, Qt.Key.Key_Plus)
    assert panel.multiple == 20
    for _ in range(20):
        qtbot.keyClick(panel.view, Qt.Key.Key_Minus)
    assert panel.multiple == 1
    panel.refresh()
    assert any(row.best for row in panel.view.visible_rows())


def test_the_newest_trade_is_marked_with_its_side_where_it_was_filled(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    btc_desk.trade((0, 1, 61_700.1, 0.5))
    panel.refresh()
    assert [(row.price, row.last_side) for row in panel.view.visible_rows() if row.last_side] == [
        (61_701.0, 1)
    ]
    btc_desk.trade((5, -1, 61_699.3, 0.5))
    panel.refresh()
    assert [(row.price, row.last_side) for row in panel.view.visible_rows() if row.last_side] == [
        (61_699.0, -1)
    ]


def test_the_header_says_spread_and_imbalance(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = refreshed(btc_desk.open(LadderPanel, width=600))
    book = btc_desk.workstation.market.state("BTCUSDT").book
    assert f"imbalance {book.imbalance(IMBALANCE_LEVELS):.2f}".replace("-", "−") in panel.header.detail
    assert "spread 0.1 (0.02 bp)" in panel.header.detail
    assert panel.header.subject == ("BTCUSDT", "ladder")


@pytest.mark.parametrize("scrolled", [0, 60, -60])
def test_sums_add_up_from_the_best_price_wherever_the_view_stands(btc_desk: Any, scrolled: int) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    panel.sums_action.setChecked(True)
    panel.view.scroll_rows(scrolled)
    panel.refresh()
    book = btc_desk.workstation.market.state("BTCUSDT").book
    for row in panel.view.visible_rows():
        bids = sum(size for price, size in book.bids.items() if price >= row.price - 1e-9)
        asks = sum(size for price, size in book.asks.items() if price <= row.price + 1e-9)
        assert (row.bid_sum, row.ask_sum) == pytest.approx((bids, asks))


def test_the_traded_column_tells_each_price_from_what_was_bought_and_sold_there(
    btc_desk: Any, qtbot: QtBot
) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel, width=420)
    btc_desk.trade((0, 1, 61_700.1, 0.5), (1, 1, 61_700.7, 0.25), (2, -1, 61_699.3, 2.0))
    panel.refresh()
    traded = {row.price: (row.bought, row.sold) for row in panel.view.visible_rows() if row.traded_text}
    assert traded == {61_701.0: (0.75, 0.0), 61_699.0: (0.0, 2.0)}
    panel.count_anew()
    assert not any(row.traded_text for row in panel.view.visible_rows())
    btc_desk.trade((3, 1, 61_700.1, 4.0))
    panel.refresh()
    assert sum(row.bought for row in panel.view.visible_rows()) == 4.0
    qtbot.keyClick(panel.view, Qt.Key.Key_T)
    assert not panel.traded_action.isChecked()
    assert not any(row.traded_text for row in panel.view.visible_rows())


def test_a_narrow_ladder_has_no_room_for_the_traded_column(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel, width=260)
    btc_desk.trade((0, 1, 61_700.1, 0.5))
    panel.refresh()
    assert not any(row.traded_text for row in panel.view.visible_rows())


def test_what_is_shown_beside_the_book_is_remembered(btc_desk: Any, qtbot: QtBot) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    qtbot.keyClick(panel.view, Qt.Key.Key_S)
    qtbot.keyClick(panel.view, Qt.Key.Key_T)
    other = btc_desk.open(LadderPanel)
    other.restore_state(panel.save_state())
    assert (other.sums_action.isChecked(), other.traded_action.isChecked()) == (True, False)
    other.restore_state({"sums": "yes", "traded": 1})
    assert (other.sums_action.isChecked(), other.traded_action.isChecked()) == (True, False)


@pytest.mark.parametrize("width", [240, 3840])
def test_it_paints_at_any_width(btc_desk: Any, width: int) -> None:
    snapshot(btc_desk)
    panel = refreshed(btc_desk.open(LadderPanel, width=width, height=700))
    assert not panel.grab().isNull()
    assert len(panel.view.visible_rows()) > 25


def test_before_a_snapshot_and_after_a_gap_it_says_why_there_is_no_book(btc_desk: Any) -> None:
    panel = btc_desk.open(LadderPanel)
    assert panel.condition is Condition.LOADING
    assert "snapshot" in panel.condition_sentence
    snapshot(btc_desk)
    panel.refresh()
    assert panel.condition is Condition.LIVE
    btc_desk.book({61_699.0: 3.0}, {}, gap=True)
    panel.refresh()
    assert panel.condition is Condition.STALE
    assert "gap" in panel.condition_sentence
    assert panel.header.age_text == "repairing"
    snapshot(btc_desk)
    panel.refresh()
    assert panel.condition is Condition.LIVE


def test_without_a_symbol_it_says_what_to_do(desk: Any) -> None:
    panel = desk.open(LadderPanel)
    assert panel.condition is Condition.EMPTY


def test_a_rewound_market_is_read_afresh(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    btc_desk.workstation.market.reset()
    panel.market_reset()
    panel.refresh()
    assert panel.condition is Condition.LOADING
    snapshot(btc_desk, 50_000.0)
    panel.refresh()
    assert [row.price for row in panel.view.visible_rows() if row.best > 0] == [50_000.0]


def test_nothing_is_repainted_while_nothing_changes(btc_desk: Any, count_paints: Any) -> None:
    snapshot(btc_desk)
    panel = refreshed(btc_desk.open(LadderPanel))
    paints = count_paints(panel.view)
    refreshed(panel)
    assert paints.take() == 0
    btc_desk.book({61_699.5: 9.0}, {})
    panel.refresh()
    assert paints.take() == 1


def test_the_chosen_row_step_is_kept_by_symbol(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    panel.set_multiple(100)
    saved = panel.save_state()
    other = btc_desk.open(LadderPanel)
    other.restore_state(saved)
    other.refresh()
    assert other.multiple == 100
    other.restore_state({"row_ticks": {"BTCUSDT": 7, "X": "many"}})
    other.restore_state({"row_ticks": 5})
    other.refresh()
    assert other.multiple == 10


def test_the_crosshair_of_another_panel_marks_its_row_and_ours_is_sent(btc_desk: Any, qtbot: QtBot) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    heard: list[Crosshair] = []
    btc_desk.link.crosshair_moved.connect(heard.append)
    row = panel.view.visible_rows()[3]
    qtbot.mouseMove(panel.view, QPoint(20, panel.view.head_height + 3 * 22 + 5))
    assert heard[-1].price == row.price
    btc_desk.link.set_crosshair(Crosshair(None, 61_700.5, None))
    assert not panel.grab().isNull()


def test_it_takes_another_theme(btc_desk: Any) -> None:
    snapshot(btc_desk)
    panel = btc_desk.open(LadderPanel)
    btc_desk.services.themes.set_theme(LIGHT)
    corner = panel.view.grab().toImage().pixelColor(2, panel.view.height() - 40)
    assert corner == LIGHT.panel


def test_bars_have_a_round_scale_that_one_wall_does_not_flatten() -> None:
    sizes = [float(n) for n in range(1, 40)] + [5_000.0, 0.0]
    assert full_bar(sizes) == 50.0
    assert full_bar([]) == 1.0
    assert full_bar([0.004]) == pytest.approx(0.005)


def test_prices_of_ticks_are_the_floats_of_their_texts(instrument: Callable[..., Any]) -> None:
    for tick in ("0.1", "0.01", "0.00001", "1", "5", "0.25"):
        steps = PriceSteps(instrument(tick_size=Decimal(tick)), 1)
        for number, price in zip(range(61_000, 61_200), steps.tick_prices(61_000, 200), strict=True):
            assert price == float(str(Decimal(tick) * number))
            assert steps.ticks(price) == number


@pytest.mark.real_data
def test_the_rows_of_a_recorded_market_are_its_book(btc_desk: Any, shared_data: Path) -> None:
    feed = ReplayFeed(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz")
    workstation: Workstation = btc_desk.workstation
    panel = btc_desk.open(LadderPanel, height=900)
    compared = 0
    for number, batches in enumerate(feed.batches()):
        for batch in batches:
            workstation.take(batch)
        panel.refresh()
        book = workstation.market.states["BTCUSDT"].book
        if number % 6 or panel.condition is not Condition.LIVE:
            continue
        for row in panel.view.visible_rows():
            assert (row.bid, row.ask) == pytest.approx(expected(book, row.price, panel.multiple, 0.1))
            compared += 1
    feed.close()
    assert compared > 100


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
