"""The depth panel shows the linked symbol's grid, follows or holds, and says so when there is no book."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.panels.depth_parts import rest, run, settle
from ui.depth.choices import OVERLAYS
from ui.depth.view import DEFAULT_SPAN_MS
from ui.links import Crosshair
from ui.panel import Condition
from ui.panels.depth import DepthPanel
from ui.theme import DARK, LIGHT
from ui.widgets.plot_mapping import PlotMapping
from workstation.app import Workstation
from workstation.exchange.replay_feed import ReplayFeed


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
