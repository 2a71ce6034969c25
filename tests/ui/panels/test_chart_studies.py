"""Bars of other kinds and studies on the chart: panes, legends, values, layouts and the palette."""

import json
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.panels.chart_parts import START_MS, TIMEFRAME_MS, image_of, press, trade_candles
from ui import format
from ui.charting.candle_item import BarStyle
from ui.charting.study_form import StudyForm
from ui.links import Crosshair
from ui.panels.chart import ChartPanel
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import Study, StudyInputs
from workstation.market.candles import CANDLE
from workstation.market.counted_bars import BarRule, BarUnit


def study(key: str) -> Study:
    return next(known for known in STUDIES if known.key == key)


def test_heikin_ashi_says_it_is_synthetic_and_the_price_line_stays_true(
    btc_desk: Any, chart: ChartPanel
) -> None:
    chart.set_style(BarStyle.HEIKIN_ASHI)
    traded = btc_desk.workstation.market.states["BTCUSDT"].candles(TIMEFRAME_MS).rows()
    row, before = traded[-1], chart.bars.rows[-2]
    assert chart.bars.rows["close"][-1] == pytest.approx(
        (row["open"] + row["high"] + row["low"] + row["close"]) / 4
    )
    assert chart.bars.rows["open"][-1] == pytest.approx((before["open"] + before["close"]) / 2)
    assert chart.plot.price_axis.tags["last"].price == row["close"]
    assert "synthetic" in chart.header.subject[1]


def test_bars_of_trades_lie_side_by_side_and_know_their_moments(btc_desk: Any) -> None:
    trade_candles(btc_desk, 20)
    trade_candles(btc_desk, 20, first=500)  # much later
    chart = btc_desk.open(ChartPanel, 1000, 500)
    chart.set_rule(BarRule(BarUnit.TRADES, 2))
    assert len(chart.bars) == 60
    mapping = chart.plot.mapping
    opens = chart.bars.rows["open_ms"]
    steps = np.diff([mapping.x(float(opened)) for opened in opens])
    assert steps == pytest.approx(np.full(59, steps[0]))
    assert mapping.time_at(mapping.x_at(31.0)) == opens[31]
    chart.link.set_crosshair(Crosshair(float(opens[31]) + 1.0, None, None))
    assert chart.crosshair.index == 31
    assert "2-trade" in chart.header.subject[1]
    btc_desk.trade((2_600_000, 1, 61_000.0, 1.0))
    chart.refresh()
    assert len(chart.bars) == 61


def test_away_from_now_counted_bars_keep_the_moment_at_the_right(chart: ChartPanel, qtbot: Any) -> None:
    press(chart, qtbot, *(Qt.Key.Key_Left,) * 3)
    moment = chart.plot.mapping.to_ms
    chart.set_rule(BarRule(BarUnit.TRADES, 3))
    assert chart.plot.mapping.to_ms == pytest.approx(moment, abs=TIMEFRAME_MS)
    chart.set_timeframe(15_000)
    assert chart.rule is None
    assert chart.plot.mapping.to_ms == pytest.approx(moment, abs=3 * TIMEFRAME_MS)


def test_studies_have_their_panes_legends_and_values(btc_desk: Any, chart: ChartPanel) -> None:
    chart.add_study(study("ema"))
    chart.add_study(study("rsi"))
    assert [pane.key for pane in chart.panes] == ["volume", "rsi-1"]
    chart.refresh()
    rows = {row.key: row for row in chart.legends.item.rows}
    assert rows["ema-1"].title == "EMA 20"
    (figure,) = rows["ema-1"].figures
    closes = chart.bars.rows["close"]
    assert figure.text == format.price(float(exponential(closes, 20)[-1]), 1)
    chart.legends.item.asked.emit("rsi-1", "up")
    assert [pane.key for pane in chart.panes] == ["rsi-1", "volume"]
    chart.legends.item.asked.emit("rsi-1", "remove")
    chart.legends.item.asked.emit("ema-1", "remove")
    assert chart.studies.active == ()
    assert [pane.key for pane in chart.panes] == ["volume"]


def exponential(closes: Any, periods: int) -> Any:
    study_ = study("ema")
    rows = np.zeros(len(closes), CANDLE)
    rows["close"] = closes
    return study_.compute(StudyInputs(rows, TIMEFRAME_MS), {"periods": periods}).lines[0].values


def test_the_crosshair_reads_studies_at_its_bar(chart: ChartPanel) -> None:
    chart.add_study(study("ema"))
    chart.refresh()
    chart.link.set_crosshair(Crosshair(float(chart.bars.rows["open_ms"][100]), None, None))
    row = next(row for row in chart.legends.item.rows if row.key == "ema-1")
    assert row.figures[0].text == format.price(float(exponential(chart.bars.rows["close"], 20)[100]), 1)


def test_the_form_changes_a_study_at_once(chart: ChartPanel, qtbot: Any) -> None:
    chart.add_study(study("ema"))
    form = StudyForm(chart.studies, chart.studies.active[0], lambda *_: None, chart.plot)
    qtbot.addWidget(form)
    form._boxes["periods"].setValue(50)
    assert chart.studies.active[0].label == "EMA 50"


def test_studies_over_the_price_differ_in_colour_until_the_trader_says_otherwise(chart: ChartPanel) -> None:
    for key in ("ema", "sma", "vwap", "bollinger"):
        chart.add_study(study(key))
    assert len({item.layer.series for item in chart.studies.active}) == 4
    chart.studies.set_series("sma-1", 0)
    saved = chart.save_state()
    assert [entry["series"] for entry in saved["studies"]] == [0, 0, 2, 3]
    chart.add_study(study("macd"))
    chart.refresh()
    assert chart.studies.can_be_coloured("ema-1")
    assert not chart.studies.can_be_coloured("macd-1")  # its two lines must differ


def test_an_anchored_study_counts_from_the_bar_that_is_clicked(chart: ChartPanel, qtbot: Any) -> None:
    chart.add_study(study("anchored_vwap"))
    assert chart.legends.picking
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert not chart.legends.picking
    anchor = chart.studies.active[0].run.values["anchor_ms"]
    assert anchor == pytest.approx(chart.plot.mapping.time_at(300), abs=chart.plot.mapping.ms_per_px)


def test_a_tick_leaves_the_settled_pixels_of_studies_alone(btc_desk: Any, chart: ChartPanel) -> None:
    for key in ("ema", "rsi", "cvd"):
        chart.add_study(study(key))
    image_of(chart)
    asked = []
    chart.plot.repaint_settled = lambda: asked.append(1)
    btc_desk.trade((199 * TIMEFRAME_MS + 3000, 1, 61_012.0, 0.1))
    chart.refresh()
    assert asked == []


def test_a_layout_brings_back_bars_panes_and_studies(btc_desk: Any, chart: ChartPanel) -> None:
    chart.set_rule(BarRule(BarUnit.VOLUME, 7.5))
    chart.set_style(BarStyle.LINE)
    chart.add_study(study("macd"))
    chart.add_study(study("bollinger"))
    chart.studies.configure("bollinger-1", {"periods": 30, "width": 1.5})
    chart.panes.move("macd-1", -1)
    chart.panes.drag(chart.panes.pane("macd-1"), -30)
    chart.market_views.show("visible_profile", True)
    saved = json.loads(json.dumps(chart.save_state()))
    other = btc_desk.open(ChartPanel, 1000, 500)
    other.restore_state(saved)
    assert other.save_state() == saved
    assert [pane.key for pane in other.panes] == ["macd-1", "volume"]
    assert other.studies.find("bollinger-1").label == "Bollinger 30 1.5"


def test_the_palette_adds_changes_and_removes_studies(chart: ChartPanel) -> None:
    commands = {command.name: command for command in chart.commands()}
    commands["Add study RSI"].run()
    commands["Draw bars as Line"].run()
    assert chart.bar_style is BarStyle.LINE
    again = {command.name: command for command in chart.commands()}
    again["Remove study RSI 14"].run()
    assert chart.studies.active == ()


def test_typing_a_rule_shows_its_bars(chart: ChartPanel, qtbot: Any) -> None:
    chart.picker.typed.setText("4t")
    qtbot.keyClick(chart.picker.typed, Qt.Key.Key_Return)
    assert chart.rule == BarRule(BarUnit.TRADES, 4)
    assert chart.picker.menu_button.text() == "4t"
    press(chart, qtbot, Qt.Key.Key_4)
    assert chart.rule is None


def test_the_header_holds_volume_against_thirty_days(btc_desk: Any) -> None:
    hours = 24 * 31
    desk_state = btc_desk.workstation.market.states["BTCUSDT"]
    past = np.zeros(hours, CANDLE)
    past["open_ms"] = START_MS // 3_600_000 * 3_600_000 - 3_600_000 * np.arange(hours, 0, -1)
    past["open"] = past["high"] = past["low"] = past["close"] = 61_000.0
    past["volume"] = 720.0
    desk_state.candles(3_600_000).replace(past)
    trade_candles(btc_desk, 1)
    chart = btc_desk.open(ChartPanel, 1400, 500)
    # 720 an hour are 1 in five seconds; this candle has 3.5.
    assert "3.5 × 30-day" in chart.header.detail


def test_damaged_studies_are_left_out_of_a_layout(chart: ChartPanel) -> None:
    good = {"key": "ema-1", "study": "ema", "values": {"periods": 10**9, "shape": 3, "name": "x"}}
    chart.restore_state({"studies": [5, {"study": "astrology"}, {"study": "rsi", "values": 8}, good, good]})
    assert [item.label for item in chart.studies.active] == ["RSI 14", "EMA 5000", "EMA 5000"]
    assert len({item.key for item in chart.studies.active}) == 3
