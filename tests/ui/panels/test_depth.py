"""The depth panel shows the linked symbol's grid, follows or holds, and says so when there is no book."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QDateTime, QPoint, QPointF, Qt, QTimeZone
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDateTimeEdit, QDialog
from pytestqt.qtbot import QtBot

from tests.ui.panels.conftest import START_MS
from ui.depth.choices import OVERLAYS
from ui.depth.view import DEFAULT_SPAN_MS
from ui.links import Crosshair
from ui.panel import Condition
from ui.panels.depth import DepthPanel
from ui.theme import DARK, LIGHT
from ui.widgets.plot_mapping import PlotMapping
from workstation.app import Workstation
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.order_book import OrderBook
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE, MarketBatch
from workstation.model.instrument import SequenceRule
from workstation.store.ticks import open_store


def rest(desk: Any, middle: float = 61_700.0, after_ms: int = 0, *, snapshot: bool = True) -> None:
    """A book whose sizes grow away from the market, with a wall of 500 at 20 above it."""
    bids = {round(middle - 0.1 - 0.5 * n, 1): 0.1 + n / 10 for n in range(300)}
    asks = {round(middle + 0.1 + 0.5 * n, 1): 0.1 + n / 10 for n in range(300)}
    desk.book(bids, asks | {middle + 20.0: 500.0}, snapshot=snapshot, after_ms=after_ms)


def run(desk: Any, seconds: int, start_s: int = 0) -> None:
    """Let the market live: a snapshot, then an update and a trade each half second."""
    rest(desk, after_ms=start_s * 1000)
    for half in range(1, 2 * seconds):
        at_ms = start_s * 1000 + half * 500
        desk.book({61_699.9: 1.0 + half % 7}, {61_700.1: 2.0 + half % 5}, after_ms=at_ms)
        side = 1 if half % 3 else -1
        desk.trade((at_ms, side, 61_700.1 if side > 0 else 61_699.9, 0.1 * (1 + half % 20)))


def settle(panel: DepthPanel, times: int = 11) -> DepthPanel:
    for _ in range(times):
        panel.refresh()
        QApplication.processEvents()
    return panel


@pytest.fixture
def panel(btc_desk: Any) -> DepthPanel:
    run(btc_desk, 120)
    return settle(btc_desk.open(DepthPanel, 700, 400))


def newest_px(panel: DepthPanel) -> float:
    grid = panel.state.grid
    return panel.plot.mapping.x(grid.buckets[1] * grid.bucket_ms)


def test_without_a_symbol_the_panel_says_what_to_do(desk: Any) -> None:
    panel = desk.open(DepthPanel)
    assert panel.condition is Condition.EMPTY
    assert "symbol" in panel.condition_sentence


def test_before_the_first_snapshot_the_panel_waits_for_it(btc_desk: Any) -> None:
    btc_desk.trade((0, 1, 61_700.0, 1.0))
    panel = btc_desk.open(DepthPanel)
    assert panel.condition is Condition.LOADING
    run(btc_desk, 3)
    assert settle(panel).condition is Condition.LIVE


def test_a_recording_that_ended_without_a_snapshot_has_trades_only(
    btc_desk: Any, sample_capture: Path
) -> None:
    feed = ReplayFeed(sample_capture)
    assert list(feed.batches())
    feed.close()
    btc_desk.workstation.feed = feed
    btc_desk.trade((0, 1, 61_700.0, 1.0))
    panel = btc_desk.open(DepthPanel)
    assert panel.condition is Condition.EMPTY
    assert panel.condition_sentence == "This recording has no order book snapshot: trades only."


def test_the_newest_depth_keeps_its_place_while_the_view_follows(btc_desk: Any, panel: DepthPanel) -> None:
    place = newest_px(panel)
    assert panel.plot.mapping.width - 60 < place < panel.plot.mapping.width
    run(btc_desk, 30, start_s=120)
    assert settle(panel).following
    assert newest_px(panel) == pytest.approx(place, abs=0.01)
    assert panel.plot.mapping.to_ms - panel.plot.mapping.from_ms == pytest.approx(DEFAULT_SPAN_MS)


def test_moving_back_holds_the_view_and_end_resumes(btc_desk: Any, panel: DepthPanel, qtbot: QtBot) -> None:
    qtbot.keyClick(panel.plot, Qt.Key.Key_Left)
    held = panel.plot.mapping
    assert not panel.following
    assert panel.now_button.isVisibleTo(panel)
    run(btc_desk, 10, start_s=120)
    settle(panel)
    assert (panel.plot.mapping.from_ms, panel.plot.mapping.to_ms) == (held.from_ms, held.to_ms)
    qtbot.keyClick(panel.plot, Qt.Key.Key_End)
    assert panel.following
    assert not panel.now_button.isVisibleTo(panel)
    assert newest_px(panel) < panel.plot.mapping.width


def test_zooming_keeps_following_about_the_newest_depth(panel: DepthPanel, qtbot: QtBot) -> None:
    place = newest_px(panel)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Plus)
    settle(panel)
    assert panel.following
    assert panel.plot.mapping.to_ms - panel.plot.mapping.from_ms == pytest.approx(DEFAULT_SPAN_MS / 1.25)
    assert newest_px(panel) == pytest.approx(place, abs=1)


def test_the_price_scale_follows_the_market_until_it_is_held(
    btc_desk: Any, panel: DepthPanel, qtbot: QtBot
) -> None:
    def sees(mapping: PlotMapping, price: float) -> bool:
        return mapping.low < price < mapping.high

    rest(btc_desk, 61_800.0, after_ms=121_000)
    btc_desk.book({61_799.9: 2.0}, {}, after_ms=121_600)
    settle(panel)
    assert sees(panel.plot.mapping, 61_700.0)
    assert sees(panel.plot.mapping, 61_800.0)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Down)
    assert not panel.auto_price
    held = panel.plot.mapping.low
    rest(btc_desk, 61_950.0, after_ms=123_000)
    btc_desk.book({61_949.9: 2.0}, {}, after_ms=123_600)
    assert settle(panel).plot.mapping.low == held
    qtbot.keyClick(panel.plot, Qt.Key.Key_A)
    assert sees(settle(panel).plot.mapping, 61_950.0)


def test_the_header_says_the_cell_and_the_spread(panel: DepthPanel) -> None:
    assert panel.header.subject == ("BTCUSDT", "depth · 0.5 s × 1.0")
    assert "spread 0.2 (0.03 bp)" in panel.header.detail


def test_the_read_out_is_the_cell_under_the_crosshair(btc_desk: Any, panel: DepthPanel) -> None:
    grid = panel.state.grid
    at_ms = (grid.buckets[1] - 3) * grid.bucket_ms + 250.0
    btc_desk.link.set_crosshair(Crosshair(at_ms, 61_720.4, None))
    detail = panel.header.detail
    # The wall of 500 and the two levels of the ladder within 61,720 … 61,721.
    assert "61\u2009720.0" in detail
    assert "508 BTC" in detail
    assert "+0.033 % from mid" in detail
    assert panel.plot.crosshair.time_ms == at_ms
    btc_desk.link.set_crosshair(Crosshair(None, None, None))
    assert "from mid" not in panel.header.detail


def test_the_pointer_is_told_to_the_linked_panels(btc_desk: Any, panel: DepthPanel) -> None:
    heard: list[Crosshair] = []
    btc_desk.link.crosshair_moved.connect(heard.append)
    panel.plot.pointer_moved.emit(1.0, 61_700.0)
    assert (heard[-1].time_ms, heard[-1].price, heard[-1].source) == (1.0, 61_700.0, panel)


def test_the_legend_has_the_scale_its_unit_and_what_is_a_dot(panel: DepthPanel) -> None:
    zero, top, dots, scale = panel.legend.texts
    assert zero == "0"
    assert top.endswith(" BTC per 1.0")
    assert dots == "all trades"
    assert scale == "log, visible P99"


def test_a_narrow_panel_still_shows_depth_and_its_scale(btc_desk: Any) -> None:
    run(btc_desk, 120)
    panel = settle(btc_desk.open(DepthPanel, 240, 300))
    assert panel.plot.mapping.width > 120
    assert panel.heatmap.level.buckets > 1, "cells are not narrower than a pixel"
    assert panel.legend.texts[1].endswith("BTC")
    assert panel.legend.boundingRect().right() <= panel.plot.mapping.width
    assert 0 < newest_px(panel) < panel.plot.mapping.width


def test_a_rewound_replay_begins_anew(btc_desk: Any, panel: DepthPanel) -> None:
    panel.plot.pan_time(400)
    assert not panel.following
    btc_desk.workstation.market.reset()
    panel.market_reset()
    panel.refresh()
    assert panel.condition is Condition.LOADING
    btc_desk.last_ids.clear()
    run(btc_desk, 20)
    settle(panel)
    assert panel.condition is Condition.LIVE
    assert panel.following
    assert panel.heatmap.top_size is not None
    assert newest_px(panel) < panel.plot.mapping.width


def test_another_symbol_is_shown_by_its_own_steps(btc_desk: Any, panel: DepthPanel, instrument: Any) -> None:
    btc_desk.workstation.market.add(instrument("ETHUSDT", base="ETH"))
    btc_desk.book(
        {2_600.0 - n: 5.0 for n in range(50)},
        {2_601.0 + n: 5.0 for n in range(50)},
        snapshot=True,
        symbol="ETHUSDT",
    )
    btc_desk.book({2_599.0: 4.0}, {}, symbol="ETHUSDT", after_ms=700)
    btc_desk.link.set_symbol("ETHUSDT")
    settle(panel)
    assert panel.header.subject[0] == "ETHUSDT"
    assert panel.plot.mapping.low < 2_600.5 < panel.plot.mapping.high
    assert panel.plot.mapping.high < 3_000


def test_the_view_is_saved_and_restored_and_nonsense_is_ignored(btc_desk: Any, panel: DepthPanel) -> None:
    panel.plot.zoom_time(0.5)
    panel.set_auto_price(False)
    saved = panel.save_state()
    other = btc_desk.open(DepthPanel, 700, 400)
    other.restore_state(saved)
    assert settle(other).save_state() == saved
    for nonsense in (
        {"span_ms": "wide"},
        {"span_ms": -1},
        {"span_ms": float("nan")},
        {"span_ms": True},
        {"auto_price": 3},
        {},
    ):
        other.restore_state(nonsense)
        assert other.save_state() == saved


def test_a_broken_book_is_hatched_from_then_on(btc_desk: Any, panel: DepthPanel) -> None:
    btc_desk.book({61_699.9: 1.0}, {}, gap=True, after_ms=121_000)
    btc_desk.trade((125_000, 1, 61_700.0, 1.0))
    grid = panel.state.grid
    settle(panel)
    assert grid.gap[(grid.buckets[1] - 1) % grid.columns]
    assert panel.condition is Condition.LIVE
    mapping = panel.plot.mapping
    picture = panel.plot.viewport().grab().toImage()
    x = round(mapping.x(grid.buckets[1] * grid.bucket_ms)) - 1
    names = {picture.pixelColor(x, y).name() for y in range(60, 120)}
    assert DARK.panel.name() in names
    assert len(names) == 2


def test_nothing_is_painted_while_nothing_happens(panel: DepthPanel, count_paints: Any) -> None:
    counter = count_paints(panel.plot.viewport())
    settle(panel, 30)
    counter.take()
    settle(panel, 30)
    assert counter.take() == 0


def test_the_whole_panel_changes_with_the_theme(btc_desk: Any, panel: DepthPanel) -> None:
    btc_desk.services.themes.set_theme(LIGHT)
    settle(panel)
    picture = panel.grab().toImage()
    colours = np.array(
        [
            picture.pixelColor(x, y).lightnessF()
            for x in range(5, picture.width(), 9)
            for y in range(5, picture.height(), 9)
        ]
    )
    assert np.median(colours) > 0.85
    assert panel.plot.theme is LIGHT


@pytest.mark.real_data
def test_a_recorded_market_fills_the_panel(qtbot: QtBot, desk: Any, shared_data: Path) -> None:
    feed = ReplayFeed(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz")
    recorded = Workstation(feed, None)
    for batches in feed.batches():
        for batch in batches:
            recorded.take(batch)
    services = type(desk.services)(recorded, desk.services.themes, desk.services.links)
    desk.link.set_symbol("BTCUSDT")
    panel = DepthPanel(services)
    qtbot.addWidget(panel)
    panel.resize(1200, 500)
    panel.symbol_changed()
    panel.show()
    settle(panel)
    picture = panel.plot.viewport().grab().toImage()
    colours = {
        picture.pixelColor(x, y).name() for x in range(0, picture.width(), 5) for y in range(60, 400, 5)
    }
    assert len(colours) > 200
    assert panel.header.detail.startswith("wall 61\u2009800 · 504 BTC · 3 m")
    assert "spread 0.1" in panel.header.detail
    assert 5 < panel.heatmap.top_size < 200
    assert panel.dots.threshold > 0
    recorded.close()


class DepthDay:
    """A desk on a store that holds an hour of depth and trades from before this session."""

    def __init__(self, qtbot: QtBot, desk: Any, data_dir: Path, instrument: Any) -> None:
        self.qtbot = qtbot
        grid = grid_of_an_hour(desk, instrument)
        with open_store(data_dir) as store:
            recording = store.open_recording("before", "a test", instrument())
            store.write(recording.recording_id, [an_old_trade()], [grid.finished_columns(0)])
            store.finish_recording(recording.recording_id, complete=True)
        self.end_ms = (grid.buckets[1] - 1) * grid.bucket_ms
        self.begin_ms = grid.buckets[0] * grid.bucket_ms
        self.workstation = Workstation(None, open_store(data_dir), desk.clock)
        self.workstation.market.add(instrument())
        self.services = type(desk.services)(self.workstation, desk.services.themes, desk.services.links)
        desk.link.set_symbol("BTCUSDT")

    def open(self, width: int = 900, height: int = 500) -> DepthPanel:
        panel = DepthPanel(self.services)
        self.qtbot.addWidget(panel)
        panel.resize(width, height)
        panel.symbol_changed()
        panel.show()
        return self.read(panel)

    def read(self, panel: DepthPanel) -> DepthPanel:
        """Refresh until everything that is in view has been read."""

        def there() -> bool:
            settle(panel, 1)
            past = panel.source.past if panel.source is not None else None
            return past is not None and past.covered_at > float("-inf") and past.share_of(panel) == 1.0

        self.qtbot.waitUntil(there, timeout=10_000)
        return settle(panel)


def grid_of_an_hour(desk: Any, instrument: Any) -> DepthGrid:
    """The grid of a market that lived an hour ago, twenty minutes long."""
    book = OrderBook(instrument(sequence_rule=SequenceRule.FULL_SNAPSHOTS))
    rows = np.zeros(600, LEVEL)
    steps = np.arange(300)
    rows["side"] = np.repeat((1, -1), 300)
    rows["price"] = np.round(np.concatenate((61_699.9 - steps * 0.5, 61_700.1 + steps * 0.5)), 1)
    rows["size"] = 0.1 + np.tile(steps, 2) / 10
    update = np.zeros(1, BOOK_UPDATE)
    update["levels"], update["is_snapshot"] = len(rows), True
    book.apply(update, rows)
    grid = DepthGrid(instrument(), book)
    first = (START_MS - 3_600_000) // BUCKET_MS
    for bucket in range(first, first + 2_400):
        grid.advance(bucket * BUCKET_MS)
        grid.replace(bucket * BUCKET_MS)
    grid.settle()
    return grid


def an_old_trade() -> MarketBatch:
    trades = np.zeros(1, TRADE)
    trades["event_ms"], trades["side"], trades["price"], trades["size"] = (
        START_MS - 3_000_000,
        1,
        61_702.5,
        7.0,
    )
    return MarketBatch("binance_usdm", "BTCUSDT", trades=trades, last_seq=0)


@pytest.fixture
def day(qtbot: QtBot, desk: Any, tmp_path: Path, instrument: Any) -> Iterator[DepthDay]:
    made = DepthDay(qtbot, desk, tmp_path, instrument)
    yield made
    made.workstation.close()


def test_without_a_feed_the_stored_depth_is_shown_and_says_until_when(day: DepthDay) -> None:
    panel = day.open()
    assert panel.condition is Condition.LIVE
    assert panel.following
    assert panel.header.detail.startswith("stored until 2024-08-08 23:14:14")
    middle = (panel.plot.mapping.from_ms + panel.plot.mapping.to_ms) / 2
    assert panel.heatmap.size_at(middle, 61_710.5) is not None
    assert panel.heatmap.top_size is not None


def test_home_is_the_oldest_depth_and_pages_lead_back_to_now(day: DepthDay, qtbot: QtBot) -> None:
    panel = day.open()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Home)
    day.read(panel)
    view = panel.plot.mapping
    assert view.from_ms == day.begin_ms
    assert not panel.following
    assert panel.header.detail.startswith("2024-08-08 22:54:15 – 22:59:15")
    assert panel.heatmap.size_at(day.begin_ms + 60_000, 61_710.5) is not None
    pages = 0
    while not panel.following:
        before = panel.plot.mapping.from_ms
        qtbot.keyClick(panel.plot, Qt.Key.Key_PageDown)
        settle(panel, 1)
        assert panel.plot.mapping.from_ms > before
        pages += 1
    assert pages == 4
    qtbot.keyClick(panel.plot, Qt.Key.Key_PageUp)
    assert not panel.following
    for _ in range(9):
        qtbot.keyClick(panel.plot, Qt.Key.Key_PageUp)
    assert panel.plot.mapping.from_ms == day.begin_ms, "not beyond the oldest"


def test_a_time_can_be_gone_to(day: DepthDay, qtbot: QtBot) -> None:
    panel = day.open()
    qtbot.keyClick(panel.plot, Qt.Key.Key_G)
    dialog = panel.findChild(QDialog)
    dialog.findChild(QDateTimeEdit).setDateTime(
        QDateTime.fromMSecsSinceEpoch(day.begin_ms + 345_000, QTimeZone.utc())
    )
    dialog.accept()
    assert panel.plot.mapping.from_ms == day.begin_ms + 345_000
    assert panel.now_button.isVisibleTo(panel)


def test_live_and_stored_stand_in_one_view_with_the_gap_between(day: DepthDay) -> None:
    panel = day.open(1200)
    state = day.workstation.market.state("BTCUSDT")
    assert state is not None
    live = live_batch(0, snapshot=True), live_batch(700)
    for batch in live:
        day.workstation.market.apply(batch)
    panel.view.span_ms = 5_400_000
    day.read(panel)
    assert panel.following
    source = panel.source
    assert source.grid is state.grid
    stored_ms, live_ms = day.begin_ms + 600_000, START_MS + 200
    assert panel.heatmap.size_at(stored_ms, 61_710.5) is not None
    assert panel.heatmap.size_at(live_ms, 61_710.5) is not None
    assert panel.heatmap.size_at(START_MS - 1_000_000, 61_710.5) is None
    assert source.gaps(day.begin_ms, START_MS + 1_000) == [(day.end_ms, START_MS // BUCKET_MS * BUCKET_MS)]
    clusters = panel.layers.trades.clusters(panel.plot.mapping)
    assert clusters.sizes.tolist() == [7.0], "the trade of an hour ago is read back too"


def live_batch(after_ms: int, *, snapshot: bool = False) -> MarketBatch:
    updates = np.zeros(1, BOOK_UPDATE)
    updates["event_ms"], updates["first_id"], updates["last_id"] = START_MS + after_ms, 101, 101
    updates["prev_id"], updates["levels"], updates["is_snapshot"] = 100, 200, snapshot
    if not snapshot:
        updates["first_id"] = updates["last_id"] = 102
        updates["prev_id"] = 101
    levels = np.zeros(200, LEVEL)
    levels["side"] = np.repeat((1, -1), 100)
    levels["price"] = np.concatenate((61_699.5 - np.arange(100), 61_700.5 + np.arange(100)))
    levels["size"] = 2.0
    return MarketBatch("binance_usdm", "BTCUSDT", updates=updates, levels=levels)


def test_two_panels_read_one_grid_and_one_past(day: DepthDay) -> None:
    day.workstation.market.apply(live_batch(0, snapshot=True))
    day.workstation.market.apply(live_batch(700))
    first, second = day.open(), day.open(600, 300)
    first.view.go_to_oldest()
    day.read(first)
    assert first.source.grid is second.source.grid is day.workstation.market.state("BTCUSDT").grid
    assert first.source.past is second.source.past
    blocks = first.source.past.nbytes
    second.view.go_to_oldest()
    settle(second, 1)
    assert second.heatmap.size_at(day.begin_ms + 10_000, 61_710.5) is not None, "read once for both"
    assert second.source.past.nbytes == blocks
    first.put_away()
    assert second.source.past.nbytes == blocks
    second.put_away()


def test_a_size_set_by_hand_scales_the_colours_of_its_symbol_alone(panel: DepthPanel, btc_desk: Any) -> None:
    panel.set_top_size(3.0)
    settle(panel)
    assert panel.heatmap.top_size == pytest.approx(3.0, rel=0.002)
    assert panel.legend.texts[1].startswith("3.00 BTC")
    assert panel.legend.texts[-1] == "log, fixed"
    panel.legend.on_scaled(6.0)
    assert panel.heatmap.top_size == pytest.approx(6.0, rel=0.002)
    saved = panel.save_state()
    other = btc_desk.open(DepthPanel, 700, 400)
    other.restore_state(saved)
    assert settle(other).heatmap.top_size == pytest.approx(6.0, rel=0.002)
    assert other.choices.scale("ETHUSDT").top_size is None
    panel.legend.on_automatic()
    assert settle(panel).legend.texts[-1] == "log, visible P99"
    assert panel.heatmap.top_size != pytest.approx(6.0, rel=0.01)


def test_the_wheel_on_the_legend_scales_and_elsewhere_zooms(panel: DepthPanel, qtbot: QtBot) -> None:
    def turn(at: QPointF) -> None:
        event = QWheelEvent(
            at,
            panel.plot.viewport().mapToGlobal(at),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(panel.plot.viewport(), event)

    top, span = panel.heatmap.top_size, panel.view.span_ms
    turn(panel.legend.boundingRect().center())
    assert panel.heatmap.top_size > top * 1.05
    assert panel.view.span_ms == span
    turn(QPointF(300, 250))
    assert panel.view.span_ms < span


def test_every_overlay_is_switched_in_the_menu_and_remembered(btc_desk: Any, panel: DepthPanel) -> None:
    panel.depth_menu.show_choices()
    for name in OVERLAYS:
        before = panel.grab().toImage()
        action = panel.depth_menu.switch(name)
        assert action.isChecked()
        action.trigger()
        assert panel.save_state()[name] is False
        if name in ("bubbles", "best", "book", "strip"):  # of the others this market has none, or a hairline
            assert settle(panel).grab().toImage() != before, name
    other = btc_desk.open(DepthPanel, 700, 400)
    other.restore_state(panel.save_state())
    assert not any(getattr(other.choices, name) for name in OVERLAYS)
    other.depth_menu.show_choices()
    assert not any(other.depth_menu.switch(name).isChecked() for name in OVERLAYS)


def test_a_wall_is_named_in_the_header_with_size_and_age(btc_desk: Any, panel: DepthPanel) -> None:
    for half in range(60):
        btc_desk.book({}, {61_720.0: 2_000.0}, after_ms=120_000 + half * 500)
    settle(panel)
    assert "wall 61\u2009720 · 2.0 k BTC · 29 s" in panel.header.detail
    panel.choices.walls = False
    panel._choices_changed()
    settle(panel)
    assert "wall" not in panel.header.detail


def test_spread_and_imbalance_are_read_out_at_the_crosshair(btc_desk: Any, panel: DepthPanel) -> None:
    grid = panel.state.grid
    at_ms = (grid.buckets[1] - 3) * grid.bucket_ms + 250.0
    btc_desk.link.set_crosshair(Crosshair(at_ms, None, None))
    assert "spread 0.03 bp" in panel.header.detail
    near = np.array([0.1 + n / 10 for n in range(300)])[: 2 * 61].sum()
    expected = -500 / (2 * near + 500)
    (spoken,) = re.findall(r"imbalance \u2212(\S+)", panel.header.detail)
    assert -float(spoken) == pytest.approx(expected, abs=0.02), "the wall of 500 asks stands near"


def test_volume_by_price_is_what_was_traded_in_view(btc_desk: Any, panel: DepthPanel) -> None:
    prices, sums, step = panel.layers.volume.rows()
    trades = panel.state.trades.rows()
    assert sums.sum() == pytest.approx(trades["size"].sum())
    bought = trades["size"][trades["side"] > 0].sum()
    assert sums[:, 0].sum() == pytest.approx(bought)
    assert prices[0] <= trades["price"].min() < prices[0] + step
    panel.choices.profile = "session"
    panel._choices_changed()
    assert panel.layers.volume.rows()[1].sum() == pytest.approx(trades["size"].sum())


def test_what_was_stored_long_before_does_not_make_a_young_market_old(day: DepthDay) -> None:
    panel = day.open()
    for batch in (live_batch(0, snapshot=True), live_batch(10_000)):
        day.workstation.market.apply(batch)
    settle(panel, 1)
    panel.view.young = True
    assert panel.view.shown_span_ms() == 30_000
    panel.view.young = False
    assert panel.view.shown_span_ms() == DEFAULT_SPAN_MS
