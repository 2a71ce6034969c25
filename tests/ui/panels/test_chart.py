"""The chart paints candles where their prices are, follows or holds, and keeps its view in layouts."""

from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from tests.ui.panels.chart_parts import START_MS, TIMEFRAME_MS, image_of, press, trade_candles
from ui.links import Crosshair
from ui.panel import Condition, PanelServices
from ui.panels.chart import ChartPanel
from ui.theme import DARK, LIGHT
from ui.widgets.time_price_plot import RIGHT_MARGIN_PX
from workstation.app import Workstation
from workstation.exchange.replay_feed import ReplayFeed


def newest_end_x(chart: ChartPanel) -> float:
    return chart.plot.mapping.x(float(chart.bars.rows["open_ms"][-1]) + chart.link.timeframe_ms)


def view(chart: ChartPanel) -> tuple[float, float, float, float]:
    mapping = chart.plot.mapping
    return mapping.from_ms, mapping.to_ms, mapping.low, mapping.high


def test_candles_are_painted_where_their_prices_are(chart: ChartPanel) -> None:
    image, mapping = image_of(chart), chart.plot.mapping
    for row in chart.bars.rows[-30:]:
        x = int(mapping.x(float(row["open_ms"]) + TIMEFRAME_MS / 2))
        middle = round(mapping.y((float(row["open"]) + float(row["close"])) / 2))
        assert image.pixelColor(x, middle) == DARK.up
        assert image.pixelColor(x, round(mapping.y(float(row["low"]))) + 4) != DARK.up


def test_the_newest_candle_follows_each_trade(btc_desk: Any, chart: ChartPanel) -> None:
    btc_desk.trade((199 * TIMEFRAME_MS + 3000, -1, 60_990.0, 1.0))
    chart.refresh()
    image, mapping = image_of(chart), chart.plot.mapping
    x = int(mapping.x(START_MS + 199.5 * TIMEFRAME_MS))
    assert image.pixelColor(x, round(mapping.y(60_995.0))) == DARK.down
    assert chart.plot.price_axis.tags["last"].price == 60_990.0


def test_a_tick_leaves_the_settled_pixels_alone(btc_desk: Any, chart: ChartPanel) -> None:
    image_of(chart)
    asked = []
    chart.plot.repaint_settled = lambda: asked.append(1)
    btc_desk.trade((199 * TIMEFRAME_MS + 3000, 1, 61_010.0, 0.1))
    chart.refresh()
    assert asked == []
    btc_desk.trade((200 * TIMEFRAME_MS, 1, 61_010.0, 0.1))
    chart.refresh()
    assert asked


def test_nothing_is_done_while_nothing_happened(chart: ChartPanel, qtbot: Any, count_paints: Any) -> None:
    paints = count_paints(chart.plot.viewport())
    chart.refresh()
    chart.refresh()
    assert paints.take() == 0


def test_time_without_trades_stays_empty(btc_desk: Any) -> None:
    trade_candles(btc_desk, 5)
    trade_candles(btc_desk, 5, first=15)
    chart = btc_desk.open(ChartPanel, 1000, 500)
    image, mapping = image_of(chart), chart.plot.mapping
    for bucket in range(20):
        x = int(mapping.x(START_MS + (bucket + 0.5) * TIMEFRAME_MS))
        colors = [image.pixelColor(x, y) for y in range(int(mapping.height))]
        assert (DARK.up in colors) == (bucket < 5 or bucket >= 15)


def test_the_volume_scale_is_labelled_in_round_volumes(btc_desk: Any) -> None:
    for size, label in ((23.0, "20"), (0.7, "0.5"), (0.012, "0.01"), (56_000.0, "50.0 k")):
        btc_desk.workstation.market.reset()
        btc_desk.trade((0, 1, 61_000.0, size))
        pane = btc_desk.open(ChartPanel, 600, 400).panes.pane("volume")
        assert label in [pane.tick_text(tick).replace("\u2009", " ") for tick in pane.ticks()]


def test_the_view_follows_the_newest_candle_with_a_margin(btc_desk: Any, chart: ChartPanel) -> None:
    for bucket in (200, 201, 240):
        trade_candles(btc_desk, 1, first=bucket)
        chart.refresh()
        assert newest_end_x(chart) == pytest.approx(chart.plot.mapping.width - RIGHT_MARGIN_PX, abs=0.1)


def test_panning_stops_following_until_the_trader_jumps_to_now(
    btc_desk: Any, chart: ChartPanel, qtbot: Any
) -> None:
    assert chart.now_button.isHidden()
    press(chart, qtbot, Qt.Key.Key_Left)
    assert not chart.following
    assert not chart.now_button.isHidden()
    before = view(chart)[:2]
    trade_candles(btc_desk, 3, first=200)
    chart.refresh()
    assert view(chart)[:2] == before
    press(chart, qtbot, Qt.Key.Key_End)
    assert chart.following
    assert chart.now_button.isHidden()
    assert newest_end_x(chart) == pytest.approx(chart.plot.mapping.width - RIGHT_MARGIN_PX, abs=0.1)


def test_panning_back_to_the_newest_candle_follows_again(chart: ChartPanel, qtbot: Any) -> None:
    press(chart, qtbot, Qt.Key.Key_Left, Qt.Key.Key_Left)
    assert not chart.following
    press(chart, qtbot, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert chart.following


def test_zooming_by_key_keeps_following(chart: ChartPanel, qtbot: Any) -> None:
    span = chart.plot.mapping.to_ms - chart.plot.mapping.from_ms
    press(chart, qtbot, Qt.Key.Key_Plus)
    assert chart.plot.mapping.to_ms - chart.plot.mapping.from_ms == pytest.approx(span / 1.25)
    assert chart.following
    press(chart, qtbot, Qt.Key.Key_Minus, Qt.Key.Key_Minus)
    assert chart.plot.mapping.to_ms - chart.plot.mapping.from_ms == pytest.approx(span * 1.25)
    assert newest_end_x(chart) == pytest.approx(chart.plot.mapping.width - RIGHT_MARGIN_PX, abs=0.1)


def test_auto_scale_shows_every_candle_in_view(btc_desk: Any, chart: ChartPanel, qtbot: Any) -> None:
    btc_desk.trade(
        (199 * TIMEFRAME_MS + 3000, 1, 61_500.0, 0.1), (199 * TIMEFRAME_MS + 3500, 1, 60_800.0, 0.1)
    )
    chart.refresh()
    for keys in ((), (Qt.Key.Key_Left,) * 5, (Qt.Key.Key_Minus,) * 3, (Qt.Key.Key_End,)):
        press(chart, qtbot, *keys)
        first, end = chart.bars.visible(chart.plot.mapping)
        visible = chart.bars.rows[first:end]
        assert chart.plot.mapping.low < visible["low"].min()
        assert visible["high"].max() < chart.plot.mapping.high


def test_a_held_scale_stays_whatever_is_traded(btc_desk: Any, chart: ChartPanel, qtbot: Any) -> None:
    press(chart, qtbot, Qt.Key.Key_A)
    assert not chart.auto_scale
    before = view(chart)[2:]
    btc_desk.trade((199 * TIMEFRAME_MS + 3000, 1, 62_500.0, 0.1))
    chart.refresh()
    assert view(chart)[2:] == before
    press(chart, qtbot, Qt.Key.Key_A)
    assert chart.auto_scale
    assert chart.plot.mapping.high > 62_500


def test_zooming_price_by_hand_holds_the_scale_and_frees_it_to_the_hand(chart: ChartPanel) -> None:
    chart.plot.zoom_price(2.0)
    assert not chart.auto_scale
    assert chart.plot.price_free


def test_a_double_click_resets_scale_zoom_and_place(chart: ChartPanel, qtbot: Any) -> None:
    before = view(chart)
    press(chart, qtbot, Qt.Key.Key_Minus, Qt.Key.Key_Left)
    chart.plot.zoom_price(2.0)
    chart.plot.reset_requested.emit()
    assert view(chart) == pytest.approx(before)
    assert chart.auto_scale
    assert chart.following


def test_another_width_keeps_the_pitch_and_the_right_edge(chart: ChartPanel, qtbot: Any) -> None:
    pitch = TIMEFRAME_MS / chart.plot.mapping.ms_per_px
    chart.resize(700, 400)
    QApplication.processEvents()
    assert TIMEFRAME_MS / chart.plot.mapping.ms_per_px == pytest.approx(pitch)
    assert newest_end_x(chart) == pytest.approx(chart.plot.mapping.width - RIGHT_MARGIN_PX, abs=0.1)
    press(chart, qtbot, Qt.Key.Key_Left, Qt.Key.Key_Left)
    right = chart.plot.mapping.to_ms
    chart.resize(900, 400)
    QApplication.processEvents()
    assert TIMEFRAME_MS / chart.plot.mapping.ms_per_px == pytest.approx(pitch)
    assert chart.plot.mapping.to_ms == pytest.approx(right)


def test_the_keys_one_to_nine_choose_the_timeframe_of_the_group(chart: ChartPanel, qtbot: Any) -> None:
    press(chart, qtbot, Qt.Key.Key_4)
    assert chart.link.timeframe_ms == 60_000
    assert len(chart.bars.rows) == 17
    assert "1m" in chart.header.subject[1]
    press(chart, qtbot, Qt.Key.Key_9)
    assert chart.link.timeframe_ms == 86_400_000


def test_the_candles_keep_their_pitch_in_another_timeframe(chart: ChartPanel) -> None:
    pitch = TIMEFRAME_MS / chart.plot.mapping.ms_per_px
    chart.link.set_timeframe(30_000)
    assert 30_000 / chart.plot.mapping.ms_per_px == pytest.approx(pitch)
    assert newest_end_x(chart) == pytest.approx(chart.plot.mapping.width - RIGHT_MARGIN_PX, abs=0.1)


def test_away_from_now_another_timeframe_keeps_the_moment_at_the_right(chart: ChartPanel, qtbot: Any) -> None:
    press(chart, qtbot, *(Qt.Key.Key_Left,) * 3)
    right = chart.plot.mapping.to_ms
    chart.link.set_timeframe(15_000)
    assert chart.plot.mapping.to_ms == pytest.approx(right)
    assert not chart.following


def test_the_pointer_tells_the_group_and_the_group_moves_the_crosshair(chart: ChartPanel) -> None:
    heard: list[Crosshair] = []
    chart.link.crosshair_moved.connect(heard.append)
    chart.plot.point_at(QPointF(400, 100))
    assert heard[-1].time_ms == pytest.approx(chart.plot.mapping.time_at(400))
    assert heard[-1].price == pytest.approx(chart.plot.mapping.price_at(100))
    assert heard[-1].source is chart
    chart.plot.point_at(None)
    assert heard[-1].time_ms is None
    assert chart.plot.crosshair.lines() == []


def test_a_linked_crosshair_stands_on_its_candle_and_reads_it_out(chart: ChartPanel) -> None:
    row = chart.bars.rows[-20]
    chart.link.set_crosshair(Crosshair(float(row["open_ms"]) + 1234.0, 61_004.0, None))
    assert chart.plot.crosshair.time_ms == row["open_ms"] + TIMEFRAME_MS / 2
    assert chart.plot.crosshair.price == 61_004.0
    assert chart.plot.time_axis.tag_text == "9 Aug 00:09:15"
    assert f"O {row['open']:,.1f}".replace(",", "\u2009") in chart.header.detail
    assert f"C {row['close']:,.1f}".replace(",", "\u2009") in chart.header.detail


def test_a_crosshair_where_nothing_traded_says_so(btc_desk: Any) -> None:
    trade_candles(btc_desk, 3)
    trade_candles(btc_desk, 3, first=10)
    chart = btc_desk.open(ChartPanel, 1000, 500)
    chart.link.set_crosshair(Crosshair(START_MS + 5.5 * TIMEFRAME_MS, None, None))
    assert chart.header.detail == "no trades in this candle"
    chart.link.set_crosshair(Crosshair(None, None, None))
    assert chart.header.detail.startswith("O ")


def test_figures_keep_their_width(btc_desk: Any, chart: ChartPanel) -> None:
    widths = set()
    for index in range(-30, 0):
        row = chart.bars.rows[index]
        chart.link.set_crosshair(Crosshair(float(row["open_ms"]), None, None))
        widths.add(len(chart.header.detail))
    assert len(widths) == 1


def test_a_chart_of_another_group_does_not_hear_this_one(chart: ChartPanel) -> None:
    first = chart.services.links.first
    other = chart.services.links.group("amber")
    assert other is not None
    other.set_symbol("BTCUSDT")
    chart.set_link(other)
    first.set_crosshair(Crosshair(START_MS + 1.0, 61_000.0, None))
    assert chart.plot.crosshair.lines() == []
    other.set_crosshair(Crosshair(float(chart.bars.rows["open_ms"][-3]), 61_000.0, None))
    assert len(chart.plot.crosshair.lines()) == 2


def test_without_a_symbol_the_chart_says_what_to_do(desk: Any) -> None:
    chart = desk.open(ChartPanel)
    assert chart.condition is Condition.EMPTY
    assert "symbol" in chart.condition_sentence


def test_before_the_first_trade_the_chart_waits_for_it(btc_desk: Any) -> None:
    chart = btc_desk.open(ChartPanel)
    assert chart.condition is Condition.LOADING
    assert "BTCUSDT" in chart.condition_sentence
    trade_candles(btc_desk, 1)
    chart.refresh()
    assert chart.condition is Condition.LIVE


def test_a_rewound_market_empties_the_chart_and_fills_it_anew(
    btc_desk: Any, chart: ChartPanel, qtbot: Any
) -> None:
    press(chart, qtbot, Qt.Key.Key_Left)
    btc_desk.workstation.market.reset()
    chart.market_reset()
    assert chart.condition is Condition.LOADING
    assert len(chart.bars.rows) == 0
    assert chart.following
    trade_candles(btc_desk, 4, price=50_000.0)
    chart.refresh()
    assert len(chart.bars.rows) == 4
    assert chart.plot.mapping.low < 50_000 < chart.plot.mapping.high < 51_000


def test_another_symbol_has_its_own_decimals_and_scale(
    btc_desk: Any, chart: ChartPanel, instrument: Any
) -> None:
    btc_desk.add(instrument("ETHUSDT", base="ETH"))
    btc_desk.trade((0, 1, 2_684.5, 1.0), (1000, 1, 2_690.0, 1.0), symbol="ETHUSDT")
    chart.plot.zoom_price(2.0)
    chart.link.set_symbol("ETHUSDT")
    assert chart.header.subject[0] == "ETHUSDT"
    assert chart.plot.mapping.low < 2_684.5 < 2_690.0 < chart.plot.mapping.high < 2_800
    assert "ETH" in chart.header.detail


@pytest.mark.parametrize("width, height", [(240, 160), (180, 80), (2400, 1200)])
def test_the_chart_can_be_very_small_and_very_large(btc_desk: Any, width: int, height: int) -> None:
    trade_candles(btc_desk, 50)
    chart = btc_desk.open(ChartPanel, width, height)
    image = image_of(chart)
    assert image.width() == width
    row, mapping = chart.bars.rows[-2], chart.plot.mapping
    x = int(mapping.x(float(row["open_ms"]) + TIMEFRAME_MS / 2))
    assert 0 < x < mapping.width
    assert DARK.up in [image.pixelColor(x, y) for y in range(int(mapping.height))]


def test_the_theme_recolours_the_candles(chart: ChartPanel) -> None:
    chart.services.themes.set_theme(LIGHT)
    image, mapping = image_of(chart), chart.plot.mapping
    row = chart.bars.rows[-10]
    x = int(mapping.x(float(row["open_ms"]) + TIMEFRAME_MS / 2))
    assert image.pixelColor(x, round(mapping.y((float(row["open"]) + float(row["close"])) / 2))) == LIGHT.up
    assert image.pixelColor(3, 3) == LIGHT.panel


def test_a_layout_brings_back_timeframe_zoom_and_scale(btc_desk: Any, chart: ChartPanel, qtbot: Any) -> None:
    press(chart, qtbot, Qt.Key.Key_3, Qt.Key.Key_Minus, Qt.Key.Key_A)
    saved = chart.save_state()
    chart.link.set_timeframe(5_000)
    other = btc_desk.open(ChartPanel, 1000, 500)
    other.restore_state(saved)
    assert other.save_state() == saved
    assert other.link.timeframe_ms == 15_000
    assert not other.auto_scale


@pytest.mark.parametrize(
    "saved",
    [
        {},
        {"timeframe": 5, "pitch_px": "wide", "auto_scale": "yes"},
        {"timeframe": "soon", "pitch_px": -1.0, "auto_scale": None},
        {"pitch_px": float("nan")},
        {"rule": "0t", "style": "bricks", "volume": 1, "studies": None, "panes": {"key": "volume"}},
        {
            "rule": 7,
            "style": ["line"],
            "panes": [{"key": 3, "share": 0.2}, {"key": "volume", "share": "wide"}, 5],
        },
        {"views": "all", "drawings": [1], "panes": None},
    ],
)
def test_a_damaged_layout_changes_nothing(chart: ChartPanel, saved: dict[str, object]) -> None:
    before, shown = chart.save_state(), view(chart)
    chart.restore_state(saved)
    assert chart.save_state() == before
    assert view(chart) == shown


def test_every_key_is_listed(chart: ChartPanel) -> None:
    listed = " ".join(keys for keys, _ in chart.keys())  # noqa: SIM118
    for key in ("+", "−", "←", "→", "End", "A", "B", "S", "V", "T", "1 … 9"):
        assert key in listed


@pytest.fixture
def recorded(shared_data: Path) -> Iterator[Workstation]:
    """The recorded five minutes of 2024-08-08, taken in whole."""
    feed = ReplayFeed(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz", speed=inf)
    made = Workstation(feed, None)
    for batches in feed.batches():
        for batch in batches:
            made.take(batch)
    yield made
    made.close()


@pytest.mark.real_data
def test_the_recorded_market_is_painted_candle_by_candle(recorded: Workstation, desk: Any) -> None:
    services = PanelServices(recorded, desk.services.themes, desk.services.links)
    desk.link.set_symbol("BTCUSDT")
    chart = ChartPanel(services)
    desk.qtbot.addWidget(chart)
    chart.resize(1200, 600)
    chart.show()
    chart.refresh()
    trades = recorded.market.states["BTCUSDT"].trades.rows()
    buckets = np.unique(trades["event_ms"] // TIMEFRAME_MS)
    assert len(chart.bars.rows) == len(buckets)
    image, mapping = image_of(chart), chart.plot.mapping
    for bucket in buckets[1:-1]:
        prices = trades["price"][trades["event_ms"] // TIMEFRAME_MS == bucket]
        x = int(mapping.x((bucket + 0.5) * TIMEFRAME_MS))
        inked = [y for y in range(int(mapping.height)) if image.pixelColor(x, y) in (DARK.up, DARK.down)]
        assert inked
        assert inked[0] == pytest.approx(mapping.y(float(prices.max())), abs=1.5)
        assert inked[-1] == pytest.approx(mapping.y(float(prices.min())), abs=1.5)
