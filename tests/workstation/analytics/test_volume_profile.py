"""The profile counts every trade where it was made, and says what of it is only estimated."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.analytics.vectors import Vector, vectors
from workstation.analytics.volume_profile import VolumeProfile, fitting_row_ticks
from workstation.market.candles import CANDLE
from workstation.model.columns import TRADE, Records


def trades(prices: list[float], sizes: list[float], sides: list[int] | None = None) -> Records:
    rows = np.zeros(len(prices), TRADE)
    rows["price"], rows["size"] = prices, sizes
    rows["side"] = 1 if sides is None else sides
    return rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-4_000, 4_000), st.integers(1, 90), st.sampled_from([-1, 1])),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 7),
    st.integers(1, 20),
)
def test_every_trade_counts_in_its_row_however_they_come(
    made: list[tuple[int, int, int]], ticks: int, step: int
) -> None:
    profile = VolumeProfile(0.1 * ticks)
    prices = [float(Decimal(60_000) + Decimal(at) / 10) for at, _, _ in made]
    rows = trades(prices, [float(size) for _, size, _ in made], [side for _, _, side in made])
    for first in range(0, len(rows), step):
        profile.add_trades(rows[first : first + step])
    expected: dict[int, list[int]] = {}
    for at, size, side in made:
        held = expected.setdefault((600_000 + at) // ticks, [0, 0])
        held[0] += size
        held[1] += size if side > 0 else 0
    filled = np.flatnonzero(profile.volumes)
    assert {int(place) + profile.first_row for place in filled} == set(expected)
    for place in filled.tolist():
        row = expected[place + profile.first_row]
        assert (profile.volumes[place], profile.bought[place]) == (row[0], row[1])


@pytest.mark.parametrize(
    "vector", [item for item in vectors("orderflow", exact=False) if item.id in ("va-two-row", "absent")]
)
def test_the_value_area_is_that_of_the_two_row_rule(vector: Vector) -> None:
    profile = VolumeProfile(1.0)
    levels = vector["inputs"]["profile"]
    profile.add_trades(trades([price for price, _ in levels], [volume for _, volume in levels]))
    area = profile.area()
    assert area is not None
    expected = vector["expected"]
    assert (area.poc - 0.5, area.low, area.high - 1) == (expected["poc"], expected["val"], expected["vah"])


def test_a_candle_is_spread_over_the_rows_it_went_through_and_called_an_estimate() -> None:
    candles = np.zeros(2, CANDLE)
    candles["low"], candles["high"] = [10, 12], [13, 12]
    candles["volume"], candles["buy_volume"] = [8, 5], [2, np.nan]
    profile = VolumeProfile(1.0)
    profile.add_candles(candles)
    profile.add_trades(trades([10.5], [1.0]))
    at = slice(10 - profile.first_row, 14 - profile.first_row)
    np.testing.assert_allclose(profile.volumes[at], [3, 2, 7, 2])
    np.testing.assert_allclose(profile.bought[at], [1.5, 0.5, 3, 0.5])
    assert (profile.from_candles, profile.unsaid, profile.total) == (13, 5, 14)


def test_an_empty_profile_has_no_area() -> None:
    profile = VolumeProfile(1.0)
    profile.add_trades(trades([], []))
    profile.add_candles(np.zeros(3, CANDLE))
    assert profile.area() is None
    assert profile.total == 0


@pytest.mark.parametrize(
    ("span", "tick", "rows", "ticks"),
    [(100, 0.1, 100, 10), (130, 0.1, 100, 20), (1, 1, 50, 1), (7, 0.01, 2, 500)],
)
def test_rows_are_round_multiples_of_the_tick(span: float, tick: float, rows: int, ticks: int) -> None:
    assert fitting_row_ticks(span, tick, rows) == ticks
