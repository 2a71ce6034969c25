import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from ui.theme import DARK
from ui.widgets.candle_item import CandleItem, bars, body_width, candle_rects, visible_range, volume_tick
from ui.widgets.plot_mapping import PlotMapping
from workstation.market.candles import CANDLE
from workstation.model.columns import Records

START_MS = 1_723_161_000_000
TIMEFRAME_MS = 5_000


def candles(*ohlcv: tuple[float, float, float, float, float], every: int = 1) -> Records:
    """Candles one after another, or one in every so many buckets."""
    rows = np.zeros(len(ohlcv), CANDLE)
    rows["open_ms"] = START_MS + np.arange(len(ohlcv)) * TIMEFRAME_MS * every
    for row, values in zip(rows, ohlcv, strict=True):
        row["open"], row["high"], row["low"], row["close"], row["volume"] = values
    rows["trades"] = 1
    return rows


def walk(count: int) -> Records:
    rng = np.random.default_rng(7)
    closes = 1000 + np.cumsum(rng.normal(0, 1, count))
    opens = np.concatenate(([1000.0], closes[:-1]))
    rows = np.zeros(count, CANDLE)
    rows["open_ms"] = START_MS + np.arange(count) * TIMEFRAME_MS
    rows["open"], rows["close"] = opens, closes
    rows["high"] = np.maximum(opens, closes) + rng.exponential(1, count)
    rows["low"] = np.minimum(opens, closes) - rng.exponential(1, count)
    rows["volume"], rows["trades"] = rng.exponential(5, count), 1
    return rows


def mapping_of(rows: Records, px_per_candle: float, *, height: int = 200, lower: int = 40) -> PlotMapping:
    """A view of exactly these rows."""
    span = float(rows["open_ms"][-1] + TIMEFRAME_MS - rows["open_ms"][0])
    width = span / TIMEFRAME_MS * px_per_candle
    low, high = float(rows["low"].min()) - 1, float(rows["high"].max()) + 1
    first = float(rows["open_ms"][0])
    return PlotMapping(first, first + span, low, high, width, height, height + 1, height + 1 + lower)


def painted(rows: Records, mapping: PlotMapping) -> QImage:
    item = CandleItem(DARK)
    item.view_changed(mapping)
    item.set_rows(rows, TIMEFRAME_MS)
    image = QImage(int(mapping.width), int(mapping.lower_bottom), QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    painter = QPainter(image)
    item.paint_settled(painter, mapping, DARK)
    item.paint(painter, None)
    painter.end()
    return image


def test_the_visible_range_is_what_overlaps_the_view() -> None:
    rows = walk(100)
    assert visible_range(rows, TIMEFRAME_MS, START_MS, START_MS + 10 * TIMEFRAME_MS) == (0, 10)
    # A candle of which a sliver is left belongs to it; one that ends where the view begins does not.
    assert visible_range(rows, TIMEFRAME_MS, START_MS + 4_999, START_MS + 5_001) == (0, 2)
    assert visible_range(rows, TIMEFRAME_MS, START_MS + 5_000, START_MS + 10_000) == (1, 2)
    assert visible_range(rows, TIMEFRAME_MS, START_MS - 9e9, START_MS) == (0, 0)
    assert visible_range(rows[:0], TIMEFRAME_MS, 0, 1e15) == (0, 0)


@given(st.integers(2, 3000), st.floats(0.01, 30))
def test_level_of_detail_keeps_extremes_and_ends(count: int, px_per_candle: float) -> None:
    rows = walk(count)
    drawn = bars(rows, TIMEFRAME_MS, mapping_of(rows, px_per_candle))
    assert drawn.high.max() == rows["high"].max()
    assert drawn.low.min() == rows["low"].min()
    assert drawn.volume.max() == rows["volume"].max()
    assert drawn.open[0] == rows["open"][0]
    assert drawn.close[-1] == rows["close"][-1]
    if px_per_candle >= 1:
        assert len(drawn) == count
    else:
        assert len(drawn) <= count * px_per_candle + 2
        assert len(np.unique(drawn.center)) == len(drawn)


def test_every_column_of_a_crowd_spans_its_own_candles() -> None:
    rows = walk(1000)
    mapping = mapping_of(rows, 0.1)
    drawn = bars(rows, TIMEFRAME_MS, mapping)
    columns = np.floor(mapping.xs(rows["open_ms"] + TIMEFRAME_MS / 2))
    for center, high, low in zip(drawn.center, drawn.high, drawn.low, strict=True):
        assert high == rows["high"][columns == center].max()
        assert low == rows["low"][columns == center].min()


@given(st.floats(0.05, 100))
def test_a_body_is_odd_and_narrower_than_its_pitch(px_per_candle: float) -> None:
    width = body_width(TIMEFRAME_MS, mapping_of(walk(50), px_per_candle))
    assert width % 2 == 1
    assert width <= max(1, px_per_candle)


def test_pixels_have_the_colour_of_the_candle_at_its_prices(qapp: QApplication) -> None:
    rows = candles((100, 112, 98, 110, 5), (110, 111, 95, 97, 10), (97, 99, 96, 98, 1))
    mapping = mapping_of(rows, 21)
    image = painted(rows, mapping)

    def color(index: int, price: float, aside: int = 0) -> QColor:
        x = int(mapping.x(float(rows["open_ms"][index]) + TIMEFRAME_MS / 2)) + aside
        return image.pixelColor(x, round(mapping.y(price)))

    assert color(0, 105) == DARK.up
    assert color(0, 105, 5) == DARK.up
    assert color(0, 111.5) == DARK.up  # the wick
    assert color(0, 111.5, 5) == DARK.panel  # beside the wick
    assert color(0, 96) == DARK.panel  # below the low
    assert color(1, 100) == DARK.down
    assert color(1, 95.5) == DARK.down
    assert color(1, 112) == DARK.panel
    assert color(2, 97.5) == DARK.up  # the newest, painted by itself


def test_a_candle_that_did_not_move_is_still_seen(qapp: QApplication) -> None:
    rows = candles((100, 101, 99, 100, 1), (100, 100, 100, 100, 1))
    mapping = mapping_of(rows, 21)
    image = painted(rows, mapping)
    x = int(mapping.x(START_MS + 1.5 * TIMEFRAME_MS))
    assert image.pixelColor(x + 4, round(mapping.y(100))) == DARK.up


def test_time_without_trades_stays_empty(qapp: QApplication) -> None:
    rows = candles((100, 112, 98, 110, 5), (110, 111, 95, 97, 10), (97, 99, 96, 98, 1), every=3)
    mapping = mapping_of(rows, 15)
    image = painted(rows, mapping)
    for bucket, traded in enumerate((True, False, False, True, False, False, True)):
        x = int(mapping.x(START_MS + (bucket + 0.5) * TIMEFRAME_MS))
        column = {image.pixelColor(x, y).name() for y in range(image.height())}
        assert (column != {DARK.panel.name()}) == traded


def test_volume_fills_its_pane_in_proportion(qapp: QApplication) -> None:
    rows = candles((100, 101, 99, 100, 10), (100, 101, 99, 99, 5), (99, 100, 98, 99, 0))
    mapping = mapping_of(rows, 21)
    image = painted(rows, mapping)

    def height(index: int) -> int:
        x = int(mapping.x(START_MS + (index + 0.5) * TIMEFRAME_MS))
        below = range(int(mapping.lower_top), int(mapping.lower_bottom))
        return sum(image.pixelColor(x, y) != DARK.panel for y in below)

    assert height(0) > 30
    assert height(1) == pytest.approx(height(0) / 2, abs=1)
    assert height(2) == 0


def test_only_changes_of_settled_candles_ask_for_a_new_painting(qapp: QApplication) -> None:
    rows = walk(50)
    mapping = mapping_of(rows, 10)
    item = CandleItem(DARK)
    item.view_changed(mapping)
    assert item.set_rows(rows, TIMEFRAME_MS)
    image = QImage(500, 250, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    item.paint_settled(painter, mapping, DARK)
    painter.end()
    assert not item.set_rows(rows, TIMEFRAME_MS)
    newest = rows.copy()
    newest["high"][-1] += 1
    newest["trades"][-1] += 1
    assert not item.set_rows(newest, TIMEFRAME_MS)
    late = newest.copy()
    late["high"][-3] += 1
    late["trades"][-3] += 1
    assert item.set_rows(late, TIMEFRAME_MS)
    assert item.set_rows(rows[:-1], TIMEFRAME_MS)


@pytest.mark.parametrize(
    "greatest, tick", [(10.0, 5.0), (300.0, 200.0), (0.012, 0.01), (1.05, 0.5), (0.0, None)]
)
def test_the_volume_scale_is_labelled_by_a_round_number(greatest: float, tick: float | None) -> None:
    assert volume_tick(greatest) == (None if tick is None else pytest.approx(tick))


def test_nothing_is_drawn_of_no_candles(qapp: QApplication) -> None:
    mapping = mapping_of(walk(10), 10)
    image = painted(walk(10)[:0], mapping)
    assert {image.pixelColor(x, y).name() for x in range(0, 100, 7) for y in range(0, 200, 7)} == {
        DARK.panel.name()
    }


def test_a_candle_far_out_of_a_held_scale_leaves_the_volume_pane_alone(qapp: QApplication) -> None:
    rows = candles((100, 112, 50, 110, 5), (110, 111, 95, 97, 10))
    view = mapping_of(rows, 21)
    mapping = PlotMapping(view.from_ms, view.to_ms, 105, 111, view.width, 200, 201, 241)
    rects, _ = candle_rects(bars(rows, TIMEFRAME_MS, mapping), body_width(TIMEFRAME_MS, mapping), mapping)
    assert (rects[:, 1] + rects[:, 3]).max() <= mapping.height + 4
    assert rects[:, 1].min() >= -3
