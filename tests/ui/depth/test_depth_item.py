"""Every pixel of the heatmap is the palette's colour of the cell that lies under it, at every zoom."""

from decimal import Decimal
from math import floor

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui.depth.depth_image import DepthImage
from ui.depth.depth_item import DepthItem
from ui.depth.depth_palette import CHANGE_BY, DepthPalette, settled_top, top_code
from ui.theme import DARK, LIGHT
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.depth_level import UNKNOWN_CODE, DepthLevel, level_codes
from workstation.market.depth_map import DepthMap
from workstation.market.order_book import OrderBook
from workstation.market.size_code import decode, encode
from workstation.model.columns import BOOK_UPDATE, LEVEL
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

FIRST = 3_446_322_000  # bucket number of 2024-08-08 23:50 UTC
INSTRUMENT = Instrument(
    venue="test",
    symbol="BTCUSDT",
    kind=ContractKind.LINEAR,
    tick_size=Decimal("0.1"),
    lot_size=Decimal("0.001"),
    contract_size=Decimal(1),
    base="BTC",
    quote="USDT",
    sequence_rule=SequenceRule.FULL_SNAPSHOTS,
)


def snapshot(book: OrderBook, middle: float, seed: int) -> None:
    """Give the book sizes of every magnitude on about two of three prices around the middle."""
    rng = np.random.default_rng(seed)
    steps = np.flatnonzero(rng.random(4_000) < 0.7)
    levels = np.zeros(2 * len(steps), LEVEL)
    levels["side"] = np.repeat((1, -1), len(steps))
    levels["price"] = np.round(np.concatenate((middle - 0.1 - steps * 0.1, middle + 0.1 + steps * 0.1)), 1)
    levels["size"] = np.round(10 ** rng.uniform(-3, 2.5, 2 * len(steps)), 3)
    update = np.zeros(1, BOOK_UPDATE)
    update["levels"], update["is_snapshot"] = len(levels), True
    book.apply(update, levels)


def make_grid(buckets: int, *, gap: tuple[int, int] = (0, 0), move_at: int | None = None) -> DepthGrid:
    """A grid of so many buckets from FIRST, its book another every five; then a gap, or a moved market."""
    book = OrderBook(INSTRUMENT)
    snapshot(book, 61_700.0, 0)
    grid = DepthGrid(INSTRUMENT, book)
    for number in range(buckets):
        at_ms = (FIRST + number) * BUCKET_MS
        grid.advance(at_ms)
        if gap[0] <= number < gap[1]:
            book.clear()
            grid.settle()
        elif number % 5 == 0 or number == gap[1] or number == move_at:
            moved = move_at is not None and number >= move_at
            snapshot(book, 62_000.0 if moved else 61_700.0, number)
            grid.replace(at_ms)
            grid.settle()
        else:
            grid.take(np.zeros(0, LEVEL), at_ms)
    return grid


class Canvas:
    """A plot with a heatmap alone, and its pixels."""

    def __init__(self, qtbot: QtBot, grid: DepthGrid | None) -> None:
        # pyqtgraph's view must not be closed by itself: it is shown inside a window, as in a panel.
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.plot = TimePricePlot(DARK, parent=self.window)
        self.plot.resize(700, 420)
        self.window.resize(700, 420)
        self.item = DepthItem(DARK)
        self.plot.add_overlay(self.item)
        self.item.set_source(None if grid is None else DepthMap(grid))
        self.window.show()
        qtbot.waitExposed(self.window)

    def look(self, first: float, end: float, low: float, high: float) -> QImage:
        """Show buckets first…end (counted from FIRST) and prices low…high; return what is painted."""
        time = (FIRST + first) * BUCKET_MS, (FIRST + end) * BUCKET_MS
        self.plot.set_view(time=time, price=(low, high))
        QApplication.processEvents()
        return self.picture()

    def picture(self) -> QImage:
        return self.plot.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)

    def colour(self, picture: QImage, bucket: float, price: float) -> int:
        mapping = self.plot.mapping
        x = floor(mapping.x((FIRST + bucket) * BUCKET_MS))
        return picture.pixel(x, floor(mapping.y(price))) & 0xFFFFFFFF

    @property
    def lut(self) -> np.ndarray:
        assert self.item.top_size is not None
        return DepthPalette(DARK).lut(int(encode(np.array([self.item.top_size]))[0]))


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    return Canvas(qtbot, make_grid(120))


@pytest.fixture(scope="module")
def long_grid() -> DepthGrid:
    """More buckets than the grid's ring holds."""
    return make_grid(5_200)


def code_of(grid: DepthGrid, bucket: int, price: float) -> int:
    """The grid's cell at a price, by the letter of its law; unknown outside the column's window."""
    row = (FIRST + bucket) % grid.columns
    price_bin = floor(price / grid.bin_size + 1e-9)
    if grid.gap[row] or not grid.first_bin[row] <= price_bin < grid.first_bin[row] + grid.bins:
        return UNKNOWN_CODE
    return int(grid.codes[row, price_bin % grid.bins])


def test_a_pixel_has_the_palette_colour_of_its_cell(canvas: Canvas) -> None:
    grid = make_grid(120)
    picture = canvas.look(0, 120, 61_640, 61_760)
    assert canvas.item.level == DepthLevel(1, 1)
    coloured = set()
    for bucket in range(1, 119, 7):
        for price in np.arange(61_642.5, 61_760, 9.0).tolist():
            colour = canvas.colour(picture, bucket + 0.5, price)
            assert colour == canvas.lut[code_of(grid, bucket, price)]
            coloured.add(colour)
    assert len(coloured) > 50, "the sizes are of every magnitude, and so are their colours"


def test_prices_stay_right_where_the_price_ring_wraps(qtbot: QtBot) -> None:
    grid = make_grid(30)
    wrap = float(grid.window[1] // grid.bins * grid.bins) * grid.bin_size
    assert grid.window[0] * grid.bin_size < wrap < grid.window[1] * grid.bin_size
    canvas = Canvas(qtbot, grid)
    picture = canvas.look(0, 30, wrap - 40, wrap + 40)
    for price in np.arange(wrap - 38.5, wrap + 39, 1.0).tolist():
        assert canvas.colour(picture, 12.5, price) == canvas.lut[code_of(grid, 12, price)]


def test_times_stay_right_where_the_time_rings_wrap(qtbot: QtBot, long_grid: DepthGrid) -> None:
    grid = long_grid
    assert grid.buckets[0] > FIRST, "the grid's own ring has wrapped"
    canvas = Canvas(qtbot, grid)
    # Step by step through more columns than the image has, and over the end of the grid's own ring.
    for first in range(3_000, 5_100, 150):
        picture = canvas.look(first, first + 100, 61_690, 61_720)
        for bucket in range(first + 1, first + 99, 13):
            colour = canvas.colour(picture, bucket + 0.5, 61_700.5)
            assert colour == canvas.lut[code_of(grid, bucket, 61_700.5)]


def test_what_has_left_the_grid_is_not_shown(qtbot: QtBot, long_grid: DepthGrid) -> None:
    grid = long_grid
    canvas = Canvas(qtbot, grid)
    oldest = grid.buckets[0] - FIRST
    picture = canvas.look(oldest - 50, oldest + 50, 61_690, 61_720)
    painted = {canvas.colour(picture, oldest + 20.5, 61_690.5 + n) for n in range(29)}
    assert len(painted) > 10
    grid_lines_and_panel = {canvas.colour(picture, oldest - 30.5, 61_690.5 + n) for n in range(29)}
    assert len(grid_lines_and_panel) <= 2


def test_a_gap_is_hatched_and_never_coloured(qtbot: QtBot) -> None:
    canvas = Canvas(qtbot, make_grid(60, gap=(20, 30)))
    picture = canvas.look(0, 60, 61_640, 61_760)
    mapping = canvas.plot.mapping
    left, right = (mapping.x((FIRST + bucket) * BUCKET_MS) for bucket in (20, 30))
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(round(left) + 2, round(right) - 2)
        for y in range(10, floor(mapping.height) - 10)
    }
    assert len(seen) == 2, "the panel's surface and the hatch"
    assert DARK.panel.name() in seen


def test_a_gap_shorter_than_a_pixel_is_still_seen(qtbot: QtBot) -> None:
    grid = make_grid(3_000, gap=(1_501, 1_502))
    canvas = Canvas(qtbot, grid)
    picture = canvas.look(0, 3_000, 61_640, 61_760)
    mapping = canvas.plot.mapping
    x = floor(mapping.x((FIRST + 1_501) * BUCKET_MS))
    names = [
        {picture.pixelColor(at, y).name() for y in range(floor(mapping.height))} for at in (x - 6, x + 1)
    ]
    assert len(names[0]) > 5
    assert len(names[1]) == 2


def test_prices_that_entered_later_are_blank_in_older_columns(qtbot: QtBot) -> None:
    grid = make_grid(80, move_at=40)
    below, above = grid.first_bin[FIRST % grid.columns], grid.window[0]
    assert above > below, "the window has moved with the market"
    canvas = Canvas(qtbot, grid)
    entered = (below + grid.bins + 20) * grid.bin_size
    left = (above - 20) * grid.bin_size
    for middle in (entered, left):
        picture = canvas.look(0, 80, middle - 60, middle + 60)
        for price in np.arange(middle - 55.5, middle + 56, 3.0).tolist():
            for bucket in (12, 62):
                colour = canvas.colour(picture, bucket + 0.5, price)
                assert colour == canvas.lut[code_of(grid, bucket, price)]
    unknown = DARK.panel.rgba()
    assert canvas.lut[UNKNOWN_CODE] == unknown
    assert canvas.lut[0] != unknown, "nothing resting is not the same as not known"


@pytest.mark.parametrize("span, height", ((2_600, 1_000), (1_200, 900), (5_000, 600)))
def test_zoomed_out_a_pixel_is_the_end_of_its_time_and_the_sum_of_its_prices(
    qtbot: QtBot, span: int, height: int
) -> None:
    grid = make_grid(1_300)
    canvas = Canvas(qtbot, grid)
    low = 61_700 - height / 2
    picture = canvas.look(1_300 - span, 1_300, low, low + height)
    level = canvas.item.level
    assert level != DepthLevel(1, 1)
    checked = 0
    for number in range((FIRST + 400) // level.buckets, (FIRST + 1_290) // level.buckets, 9):
        end = number * level.buckets + level.buckets - 1 - FIRST
        for price_bin in range(int(61_600 / level.bins), int(61_800 / level.bins), 3):
            prices = [(price_bin * level.bins + n + 0.5) * grid.bin_size for n in range(level.bins)]
            sizes = decode(np.array([code_of(grid, end, price) for price in prices], np.uint16))
            code = (
                int(encode(sizes.sum(keepdims=True))[0]) if level.bins > 1 else code_of(grid, end, prices[0])
            )
            middle = (number + 0.5) * level.buckets - FIRST
            price = (price_bin + 0.5) * level.bins * grid.bin_size
            assert canvas.colour(picture, middle, price) == canvas.lut[code]
            checked += 1
    assert checked > 100


def test_only_columns_that_changed_are_written() -> None:
    book = OrderBook(INSTRUMENT)
    snapshot(book, 61_700.0, 0)
    grid = DepthGrid(INSTRUMENT, book)
    for number in range(100):
        grid.advance((FIRST + number) * BUCKET_MS)
    image, lut, source = DepthImage(), DepthPalette(DARK).lut(34_000), DepthMap(grid)
    image.reserve(600, 400)
    window = (FIRST, FIRST + 200), (61_600, 61_800)
    assert image.show(source, DepthLevel(), *window, lut) == 100
    assert image.show(source, DepthLevel(), *window, lut) == 0
    snapshot(book, 61_700.0, 1)
    grid.replace((FIRST + 99) * BUCKET_MS)
    grid.settle()
    assert image.show(source, DepthLevel(), *window, lut) == 1, "the open column"
    grid.advance((FIRST + 101) * BUCKET_MS)
    assert image.show(source, DepthLevel(), *window, lut) == 3, "the one that closed and the two new ones"
    assert image.show(source, DepthLevel(), (FIRST + 5, FIRST + 150), (61_590, 61_790), lut) == 0
    expected = level_codes(grid, DepthLevel(), np.arange(FIRST, FIRST + 102), 61_600, 200)
    assert (image.codes(*window).T[:102, ::-1] == expected).all()


def test_a_change_repaints_only_from_the_open_column_on(canvas: Canvas) -> None:
    grid = make_grid(120)
    canvas.item.set_source(DepthMap(grid))
    canvas.look(0, 120, 61_640, 61_760)
    canvas.item.refresh()
    QApplication.processEvents()
    asked = []
    canvas.item.update = asked.append  # type: ignore[method-assign]
    canvas.item.refresh()
    assert not asked, "nothing has changed"
    grid.take(np.zeros(0, LEVEL), (FIRST + 119) * BUCKET_MS)
    canvas.item.refresh()
    (rect,) = asked
    open_px = canvas.plot.mapping.x((FIRST + 119) * BUCKET_MS)
    assert open_px - 4 <= rect.left() <= open_px


def test_colours_follow_the_theme(canvas: Canvas) -> None:
    grid = make_grid(120)
    canvas.look(0, 120, 61_640, 61_760)
    canvas.plot.set_theme(LIGHT)
    canvas.item.set_theme(LIGHT)
    QApplication.processEvents()
    picture = canvas.picture()
    assert canvas.item.top_size is not None
    lut = DepthPalette(LIGHT).lut(int(encode(np.array([canvas.item.top_size]))[0]))
    for bucket in (3, 60, 110):
        assert canvas.colour(picture, bucket + 0.5, 61_700.5) == lut[code_of(grid, bucket, 61_700.5)]


def test_the_scale_ends_at_the_99th_percentile_of_what_rests_in_view(canvas: Canvas) -> None:
    grid = make_grid(120)
    canvas.look(0, 120, 61_640, 61_760)
    codes = level_codes(grid, DepthLevel(), np.arange(FIRST, FIRST + 120), 61_640, 120)
    expected = decode(np.percentile(codes[codes > 1], [99], method="lower").astype(np.uint16))[0]
    assert canvas.item.top_size == pytest.approx(expected, rel=0.02)


def test_the_scale_stays_until_it_is_clearly_off() -> None:
    assert settled_top(None, 30_000) == 30_000
    assert settled_top(30_000, 30_000 + CHANGE_BY) == 30_000
    assert settled_top(30_000, 30_000 + CHANGE_BY + 1) == 30_001 + CHANGE_BY
    assert settled_top(30_000, None) == 30_000
    assert top_code(np.full((3, 3), UNKNOWN_CODE, np.uint16)) is None


@pytest.mark.parametrize("theme", (DARK, LIGHT))
def test_more_size_is_never_a_colour_nearer_to_nothing(theme: object) -> None:
    lut = DepthPalette(theme).lut(33_000)  # type: ignore[arg-type]
    stops = [stop.rgba() for stop in theme.depth_stops]  # type: ignore[attr-defined]
    assert lut[0] == stops[0]
    assert (lut[33_000:] == stops[-1]).all()
    first = np.array([lut[2]]).view(np.uint8)[:3].astype(int)
    away = np.abs(lut[2:].copy().view(np.uint8).reshape(-1, 4)[:, :3].astype(int) - first).sum(axis=1)
    assert away[0] == 0
    assert (np.diff(away[::256]) >= -12).all()


def test_the_read_out_is_the_cell_on_screen(canvas: Canvas) -> None:
    grid = make_grid(120)
    canvas.look(0, 120, 61_640, 61_760)
    size = canvas.item.size_at((FIRST + 50.3) * BUCKET_MS, 61_688.7)
    assert size == pytest.approx(float(decode(np.array([code_of(grid, 50, 61_688.7)], np.uint16))[0]))
    assert canvas.item.size_at((FIRST + 500) * BUCKET_MS, 61_688.7) is None
    assert canvas.item.size_at((FIRST + 50) * BUCKET_MS, 10.0) is None
