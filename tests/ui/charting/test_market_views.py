"""Profiles, footprints and breakouts on a chart: painted where they belong, and never by colour alone."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.workstation.market.made import make_instrument
from ui.charting.bar_view import BarView
from ui.charting.breakout_item import BreakoutItem, words
from ui.charting.footprint_item import LEAST_PITCH_PX, FootprintLayer
from ui.charting.market_views import BREAKOUTS, FOOTPRINT, MARKET_VIEWS, SESSION, VISIBLE, MarketViews
from ui.charting.price_layers import PriceLayers
from ui.charting.profile_item import ProfileItem
from ui.charting.view_form import ViewForm
from ui.theme import DARK, LIGHT, Theme
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.time_price_plot import TimePricePlot
from workstation.analytics.breakout import Breakout, BreakoutRules, Event, Stage
from workstation.analytics.footprint import FootprintRules
from workstation.analytics.volume_profile import VolumeProfile
from workstation.market.state import SymbolState
from workstation.market.study_inputs import study_inputs
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.model.levels import Level
from workstation.runtime.clock import ManualClock

START_MS = 1_767_225_600_000
WIDTH, HEIGHT = 600, 400


def trades(made: list[tuple[int, float, float, int]]) -> Records:
    """Rows of TRADE from (ms after the start, price, size, side)."""
    rows = np.zeros(len(made), TRADE)
    for row, (after_ms, price, size, side) in zip(rows, made, strict=True):
        row["event_ms"], row["price"], row["size"], row["side"] = START_MS + after_ms, price, size, side
    return rows


def state_of(rows: Records) -> SymbolState:
    state = SymbolState(make_instrument(), ManualClock(START_MS))
    state.apply(MarketBatch("binance_usdm", "BTCUSDT", trades=rows))
    return state


def mapping(low: float, high: float, span_ms: float = 60_000) -> PlotMapping:
    return PlotMapping(START_MS, START_MS + span_ms, low, high, WIDTH, HEIGHT, HEIGHT, HEIGHT)


def painted(paint: Callable[[QPainter], None], theme: Theme = DARK) -> np.ndarray:
    """What was painted on the panel's colour, as rows of pixels."""
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(HEIGHT, -1)[:, :WIDTH].copy()


def touched(pixels: np.ndarray, theme: Theme = DARK) -> np.ndarray:
    different: np.ndarray = pixels != np.uint32(theme.panel.rgb())
    return different


def overlay_pixels(item: ProfileItem | BreakoutItem, view: PlotMapping, theme: Theme = DARK) -> np.ndarray:
    item.theme = theme
    item.place(QRectF(0, 0, WIDTH, HEIGHT))
    item.view_changed(view)
    return painted(lambda painter: item.paint(painter, None), theme)  # type: ignore[arg-type]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_profile_lies_at_its_edge_with_the_busiest_price_the_longest(qtbot: QtBot, theme: Theme) -> None:
    profile = VolumeProfile(1.0)
    profile.add_trades(trades([(0, 105.5, 8.0, 1), (0, 105.5, 2.0, -1), (0, 103.5, 5.0, -1)]))
    view = mapping(100, 110)
    seen = {}
    for side in ("left", "right"):
        item = ProfileItem(theme, side)
        assert not touched(overlay_pixels(item, view, theme), theme).any()
        item.set_profile(profile, "Visible", "from trades")
        pixels = overlay_pixels(item, view, theme)
        seen[side] = touched(pixels, theme)
        edge = 0 if side == "left" else WIDTH - 1
        inward = 1 if side == "left" else -1
        busiest, other = 170, 255  # rows of pixels, beside the line of the point of control
        assert seen[side][busiest, edge]
        assert seen[side][busiest, edge + inward * round(item.width - 2)]
        assert seen[side][other, edge + inward * round(item.width / 2 - 3)]
        assert not seen[side][other, edge + inward * round(item.width / 2 + 3)]
        assert not seen[side][:120, edge].any()  # nothing was traded above
        # What was sold is hatched as well as coloured.
        sold = pixels[other - 8 : other + 8, edge + inward * 20 : edge + inward * 60 : inward]
        bought = pixels[busiest - 8 : busiest + 8, edge + inward * 20 : edge + inward * 60 : inward]
        assert len(np.unique(sold)) > len(np.unique(bought)) == 1


def bars_of(state: SymbolState, timeframe_ms: int = 5_000) -> BarView:
    bars = BarView()
    bars.update(state.candles(timeframe_ms).rows(), timeframe_ms, 0)
    return bars


def test_cells_take_the_place_of_candles_only_where_they_can_be_read(qtbot: QtBot) -> None:
    made = [
        (500 + at * 700, 60_000 + (at * 7) % 5 / 10, 1.0 + at % 3, 1 if at % 3 else -1) for at in range(60)
    ]
    state = state_of(trades(made))
    layer = FootprintLayer(bars_of(state))
    close = mapping(59_999, 60_002, 5_000 * WIDTH / (LEAST_PITCH_PX + 1))
    far = mapping(59_999, 60_002, 5_000 * WIDTH / (LEAST_PITCH_PX - 1))
    assert not layer.refresh(state, 5_000, far)
    said = [layer.why_not]
    assert layer.refresh(state, 5_000, close)
    said.append(layer.why_not)
    assert ["zoom in" in words for words in said] == [True, False]
    assert not layer.refresh(state, 5_000, close)
    count = len(state.candles(5_000))
    pixels = touched(painted(lambda painter: layer.paint(painter, close, DARK, 0, count)))
    pitch = int(LEAST_PITCH_PX + 1)
    assert pixels[:, pitch + 10 : 2 * pitch - 4].any()
    # A bar whose cells do not add up to its volume stays a candle.
    told = state.candles(5_000).rows().copy()
    told["volume"][1] *= 1.1
    state.candles(5_000).replace(told)
    pixels = touched(painted(lambda painter: layer.paint(painter, close, DARK, 0, count)))
    assert pixels[:, 10 : pitch - 4].any()
    assert not pixels[:, pitch + 1 : 2 * pitch].any()
    assert layer.refresh(state, 5_000, far)
    assert not touched(painted(lambda painter: layer.paint(painter, far, DARK, 0, count))).any()


def test_a_bar_tells_its_delta_and_volume(qtbot: QtBot) -> None:
    state = state_of(trades([(0, 60_000.0, 2.0, 1), (5_100, 60_000.0, 5.0, 1), (5_200, 60_000.1, 3.0, -1)]))
    layer = FootprintLayer(bars_of(state))
    layer.refresh(state, 5_000, mapping(59_999, 60_001, 20_000))
    assert [figure.text for figure in layer.figures(1)] == ["+2.00", "8.00"]


def breakout(stage: Stage, retests: int) -> Breakout:
    events = (
        Event(Stage.BROKEN, 1, START_MS + 10_000, 104.0),
        Event(Stage.PULLBACK, 3, START_MS + 30_000, 102.0),
        Event(stage, 4, START_MS + 40_000, 102.5, retests),
    )
    return Breakout(102.0, 1, 1.83, 0.5, stage, retests, 2, events)


def test_a_breakout_says_what_broke_with_how_much_volume_and_how_many_retests_held() -> None:
    assert words(breakout(Stage.CONFIRMED, 2), 1) == "level 102.0 · broke with 1.8 × volume · retest 2 of 2"
    assert words(breakout(Stage.PULLBACK, 0), 1).endswith("pulled back to it")
    assert words(breakout(Stage.FAILED, 1), 1).endswith("retest 1 of 2 · failed")


def test_a_breakout_is_drawn_from_its_break_on_and_ends_where_it_failed(qtbot: QtBot) -> None:
    item = BreakoutItem(DARK)
    item.set_breakouts((breakout(Stage.HOLDING, 1),), 5_000, 1)
    view = mapping(95, 115)
    pixels = touched(overlay_pixels(item, view))
    level = 260
    assert not pixels[level, :115].any()
    assert pixels[level, 560:].any()
    item.set_breakouts((breakout(Stage.FAILED, 1),), 5_000, 1)
    assert not touched(overlay_pixels(item, view))[level, 480:].any()
    item.set_breakouts((), 5_000, 1)
    assert not touched(overlay_pixels(item, view)).any()


def test_what_is_shown_is_chosen_kept_and_follows_the_market(qtbot: QtBot) -> None:
    plot = TimePricePlot(DARK)
    qtbot.addWidget(plot)
    plot.resize(WIDTH, HEIGHT)
    closes = [99.0, 99.5, 103.0, 104.0, 101.0, 103.5, 104.0]
    made = [
        (minute * 60_000 + at * 10_000, price + at / 10, 50.0 if minute == 32 else 1.0, 1)
        for minute, price in enumerate([98.0 + place % 3 for place in range(30)] + closes)
        for at in range(5)
    ]
    state = state_of(trades(made))
    bars = bars_of(state, 60_000)
    views = MarketViews(plot, bars, PriceLayers(DARK, bars))
    assert views.shown == (BREAKOUTS.key,)
    views.restore({"shown": [view.key for view in MARKET_VIEWS] + ["unknown"]})
    assert views.shown == tuple(view.key for view in MARKET_VIEWS)
    plot.set_view(time=(START_MS + 10 * 60_000, START_MS + 37 * 60_000), price=(90.0, 110.0))
    level = Level("one", "binance_usdm", "BTCUSDT", 101.0, "", None)
    hours = np.arange(-720, 0) * 3_600_000 + START_MS
    told = study_inputs(state, 60_000)
    inputs = type(told)(told.candles, 60_000, {**told.series, "hourly_volume": (hours, np.full(720, 600.0))})
    views.refresh(state, 60_000, lambda _needs: inputs, lambda: (level,))
    (found,) = views.watch.breakouts
    assert (found.level, found.direction) == (101.0, 1)
    assert found.multiple == pytest.approx(25.0)
    assert views.session._profile is not None
    assert views.session._profile.total == pytest.approx(state.session.volume)
    assert views.visible._profile is not None
    assert views.visible._profile.total < state.session.volume
    views.refresh(state, 60_000, lambda _needs: None, lambda: ())
    views.restore({"shown": [SESSION.key]})
    assert views.shown == (SESSION.key,)
    for key in (VISIBLE.key, FOOTPRINT.key):
        views.show(key, False)
    assert views.shown == (SESSION.key,)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_rules_are_set_in_a_form_hold_at_once_and_are_kept(qtbot: QtBot) -> None:
    plot = TimePricePlot(DARK)
    qtbot.addWidget(plot)
    bars = BarView()
    views = MarketViews(plot, bars, PriceLayers(DARK, bars))
    assert views.save() == {"shown": [BREAKOUTS.key], "values": {}}
    assert views.watch.rules == BreakoutRules()
    assert views.footprint.rules == FootprintRules()
    views.edit(BREAKOUTS.key)
    (form,) = plot.findChildren(ViewForm)
    form.boxes["retests"].setValue(1)
    form.boxes["multiple"].setValue(2.5)
    assert views.watch.rules == BreakoutRules(multiple=2.5, retests=1)
    views.configure(FOOTPRINT.key, {"ratio": 4.0, "least_percent": 2.0})
    assert views.footprint.rules == FootprintRules(ratio=4.0, least_share=0.02)
    saved = views.save()
    form.set_defaults()
    form.close()
    assert views.watch.rules == BreakoutRules()
    views.restore({"shown": "all", "values": {FOOTPRINT.key: {"ratio": "wide"}, BREAKOUTS.key: 3}})
    assert views.footprint.rules.ratio == 4.0
    other = MarketViews(plot, bars, PriceLayers(DARK, bars))
    other.restore(saved)
    assert other.save() == saved
    assert other.watch.rules.retests == 1
