import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.drawings.sheet import START_MS, TIMEFRAME_MS, candles
from ui.drawings.magnet import Bars, pull, round_number
from ui.drawings.readout import bar_count, move_parts, risk_multiple
from ui.widgets.plot_mapping import PlotMapping
from workstation.model.drawings import Anchor, Drawing, DrawingKind, new_drawing

MAPPING = PlotMapping(START_MS, START_MS + 60 * TIMEFRAME_MS, 60_950.0, 61_250.0, 900.0, 450.0, 450.0, 450.0)


def test_a_bar_pulls_to_the_nearest_of_its_prices_at_its_middle() -> None:
    bars = candles()
    row = bars.rows[20]
    middle = MAPPING.x(START_MS + 20.5 * TIMEFRAME_MS)
    for field in ("high", "low", "open", "close"):
        outward = {"high": -2, "low": 2}.get(field, 0)
        found = pull(middle + 4, MAPPING.y(float(row[field])) + outward, MAPPING, bars, ())
        assert found is not None
        assert (found.price, found.what) == (row[field], field)
        assert found.time_ms == START_MS + 20.5 * TIMEFRAME_MS


def test_levels_pull_everywhere_and_ends_of_lines_before_bars() -> None:
    level = new_drawing(DrawingKind.LEVEL, (Anchor(0, 61_222.0),))
    found = pull(777.0, MAPPING.y(61_222.0) + 3, MAPPING, candles(), [level])
    assert found is not None
    assert (found.price, found.time_ms, found.what) == (61_222.0, None, "level")
    high = float(candles().rows["high"][20])
    end = Anchor(START_MS + 20 * TIMEFRAME_MS, high + 1)
    line = new_drawing(DrawingKind.TREND, (end, Anchor(START_MS, 61_000.0)))
    found = pull(MAPPING.x(end.time_ms) + 2, MAPPING.y(high + 1), MAPPING, candles(), [line])
    assert found is not None
    assert (found.time_ms, found.price) == (end.time_ms, end.price)


def test_where_nothing_else_is_near_round_numbers_pull_and_nothing_else_does() -> None:
    found = pull(100.0, MAPPING.y(61_200.0) + 3, MAPPING, None, ())
    assert found is not None
    assert (found.price, found.what) == (61_200.0, "round")
    assert pull(100.0, MAPPING.y(61_223.0), MAPPING, candles(), ()) is None


@given(price=st.floats(0.0001, 1e6), per_px=st.floats(1e-9, 1e3))
def test_a_round_number_is_the_nearest_of_those_that_lie_apart(price: float, per_px: float) -> None:
    number = round_number(price, per_px)
    step = abs(round_number(price + 48 * 2.5 * per_px, per_px) - number) or per_px
    assert abs(number - price) <= 48 * 2.5 * per_px / 2 + 1e-9
    assert step >= per_px


def test_bars_are_counted_by_the_clock_or_one_by_one() -> None:
    bars = candles()
    assert bar_count(START_MS, START_MS + 7.4 * TIMEFRAME_MS, bars) == 7
    uneven = bars.rows[[0, 1, 2, 30, 31]]
    assert bar_count(START_MS, START_MS + 30.5 * TIMEFRAME_MS, Bars(uneven, 0)) == 3
    assert bar_count(START_MS + 30.5 * TIMEFRAME_MS, START_MS, Bars(uneven, 0)) == -3


@pytest.mark.parametrize(
    ("stop", "entry", "target", "risks"),
    [(90.0, 100.0, 120.0, 2.0), (105.0, 100.0, 90.0, 2.0), (90.0, 100.0, 95.0, -0.5)],
)
def test_risk_is_counted_from_the_stop_for_longs_and_shorts(
    stop: float, entry: float, target: float, risks: float
) -> None:
    level = new_drawing(DrawingKind.LEVEL, (Anchor(0, stop),))
    named = Drawing(level.drawing_id, level.kind, level.anchors, name="stop")
    assert risk_multiple(entry, target, [named]) == pytest.approx(risks)
    assert risk_multiple(entry, target, [level]) is None


def test_a_move_is_told_without_bars_too() -> None:
    parts = move_parts(Anchor(0, 100.0), Anchor(5_400_000, 90.0), None, (), 1)
    assert [text for text, _ in parts] == ["−10.0", "−10.00 %", "1 h 30 m"]
    assert parts[0][1] == "down"
