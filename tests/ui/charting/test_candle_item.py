import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from ui.charting.bar_view import BarView
from ui.charting.candle_item import BarStyle, CandleItem, candle_rects
from ui.theme import DARK, Theme, with_sides
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


def mapping_of(rows: Records, px_per_candle: float, *, height: int = 200) -> PlotMapping:
    """A view of exactly these rows."""
    span = float(rows["open_ms"][-1] + TIMEFRAME_MS - rows["open_ms"][0])
    width = span / TIMEFRAME_MS * px_per_candle
    low, high = float(rows["low"].min()) - 1, float(rows["high"].max()) + 1
    first = float(rows["open_ms"][0])
    return PlotMapping(first, first + span, low, high, width, height, height, height)


def view_of(rows: Records) -> BarView:
    view = BarView()
    view.update(rows, TIMEFRAME_MS, 0)
    return view


def painted(
    rows: Records, mapping: PlotMapping, style: BarStyle = BarStyle.CANDLES, theme: Theme = DARK
) -> QImage:
    item = CandleItem(theme, view_of(rows))
    item.style = style
    item.view_changed(mapping)
    item.refresh()
    image = QImage(int(mapping.width), int(mapping.lower_bottom), QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    painter = QPainter(image)
    item.paint_settled(painter, mapping, theme)
    item.paint(painter, None)
    painter.end()
    return image


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


def test_without_colour_a_rising_candle_is_hollow_and_a_falling_one_full(qapp: QApplication) -> None:
    rows = candles((100, 112, 98, 110, 5), (110, 111, 95, 97, 10), (97, 110, 96, 108, 1))
    mapping = mapping_of(rows, 21)
    theme = with_sides("dark", "monochrome")
    image = painted(rows, mapping, theme=theme)
    middles = [int(mapping.x(float(row["open_ms"]) + TIMEFRAME_MS / 2)) + 4 for row in rows]
    inside = [image.pixelColor(x, round(mapping.y(104))) for x in middles]
    assert inside == [theme.panel, theme.down, theme.panel]
    edges = [
        image.pixelColor(x, round(mapping.y(float(row["close"]))))
        for x, row in zip(middles, rows, strict=True)
    ]
    assert edges == [theme.up, theme.down, theme.up]


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


def test_only_changes_of_settled_candles_ask_for_a_new_painting(qapp: QApplication) -> None:
    rows = walk(50)
    mapping = mapping_of(rows, 10)
    view = view_of(rows)
    item = CandleItem(DARK, view)
    item.view_changed(mapping)
    assert item.refresh()
    image = QImage(500, 250, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    item.paint_settled(painter, mapping, DARK)
    painter.end()
    assert not item.refresh()
    newest = rows.copy()
    newest["high"][-1] += 1
    view.update(newest, TIMEFRAME_MS, 0)
    assert not item.refresh()
    view.update(newest, TIMEFRAME_MS, 1)
    assert item.refresh()
    view.update(rows[:-1], TIMEFRAME_MS, 0)
    assert item.refresh()


def test_a_line_goes_through_every_close(qapp: QApplication) -> None:
    rows = candles((100, 112, 98, 110, 5), (110, 111, 95, 97, 10), (97, 99, 96, 98, 1))
    mapping = mapping_of(rows, 41)
    image = painted(rows, mapping, BarStyle.LINE)
    for row in rows:
        x, y = int(mapping.x(float(row["open_ms"]) + TIMEFRAME_MS / 2)), round(mapping.y(float(row["close"])))
        near = {image.pixelColor(x + dx, y + dy).name() for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        assert DARK.text.name() in near


def test_nothing_is_drawn_of_no_candles(qapp: QApplication) -> None:
    mapping = mapping_of(walk(10), 10)
    image = painted(walk(10)[:0], mapping)
    assert {image.pixelColor(x, y).name() for x in range(0, 100, 7) for y in range(0, 200, 7)} == {
        DARK.panel.name()
    }


def test_a_candle_far_out_of_a_held_scale_leaves_the_panes_below_alone(qapp: QApplication) -> None:
    rows = candles((100, 112, 50, 110, 5), (110, 111, 95, 97, 10))
    view = mapping_of(rows, 21)
    mapping = PlotMapping(view.from_ms, view.to_ms, 105, 111, view.width, 200, 201, 241)
    bars = view_of(rows)
    rects, _ = candle_rects(bars.drawn(0, 2, mapping), bars.body_width(mapping), mapping)
    assert (rects[:, 1] + rects[:, 3]).max() <= mapping.height + 4
    assert rects[:, 1].min() >= -3
