"""Stored depth beside the live one: home, pages, dates, gaps, and what two panels share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QDateTime, Qt, QTimeZone
from PySide6.QtWidgets import QDateTimeEdit, QDialog
from pytestqt.qtbot import QtBot

from tests.ui.panels.conftest import START_MS
from tests.ui.panels.depth_parts import settle
from ui.depth.view import DEFAULT_SPAN_MS
from ui.panel import Condition
from ui.panels.depth import DepthPanel
from workstation.app import Workstation
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.order_book import OrderBook
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE, MarketBatch
from workstation.model.instrument import SequenceRule
from workstation.store.ticks import open_store


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


def test_what_was_stored_long_before_does_not_make_a_young_market_old(day: DepthDay) -> None:
    panel = day.open()
    for batch in (live_batch(0, snapshot=True), live_batch(10_000)):
        day.workstation.market.apply(batch)
    settle(panel, 1)
    panel.view.young = True
    assert panel.view.shown_span_ms() == 30_000
    panel.view.young = False
    assert panel.view.shown_span_ms() == DEFAULT_SPAN_MS
