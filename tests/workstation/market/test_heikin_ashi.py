import numpy as np
import pytest

from workstation.market.candles import CANDLE
from workstation.market.heikin_ashi import HeikinAshi
from workstation.model.columns import Records


def walk(count: int) -> Records:
    rng = np.random.default_rng(3)
    rows = np.zeros(count, CANDLE)
    rows["open_ms"] = np.arange(count) * 1_000
    rows["close"] = 60_000 + np.cumsum(rng.normal(0, 10, count))
    rows["open"] = np.concatenate(([60_000.0], rows["close"][:-1]))
    rows["high"] = np.maximum(rows["open"], rows["close"]) + rng.exponential(5, count)
    rows["low"] = np.minimum(rows["open"], rows["close"]) - rng.exponential(5, count)
    rows["volume"] = 1.0
    return rows


def one_by_one(candles: Records) -> list[tuple[float, float, float, float]]:
    """The definition, candle after candle."""
    made: list[tuple[float, float, float, float]] = []
    for row in candles:
        close = float(row["open"] + row["high"] + row["low"] + row["close"]) / 4
        opened = (made[-1][0] + made[-1][3]) / 2 if made else float(row["open"] + row["close"]) / 2
        made.append(
            (opened, max(float(row["high"]), opened, close), min(float(row["low"]), opened, close), close)
        )
    return made


def test_every_candle_follows_from_the_one_before() -> None:
    candles = walk(500)
    made = HeikinAshi().rows(candles, 0)
    for row, (opened, high, low, close) in zip(made, one_by_one(candles), strict=True):
        assert (row["open"], row["high"], row["low"], row["close"]) == pytest.approx(
            (opened, high, low, close), rel=1e-12
        )
    assert (made["volume"] == candles["volume"]).all()


def test_candles_that_come_one_by_one_are_those_that_come_at_once() -> None:
    candles = walk(300)
    grown = HeikinAshi()
    for count in (1, 2, 3, 50, 51, 200, 300):
        live = candles[:count].copy()
        live["close"][-1] += 3.0  # the newest was elsewhere a moment ago
        grown.rows(live, 0)
        made = grown.rows(candles[:count], 0)
    fresh = HeikinAshi().rows(candles, 0)
    for column in ("open", "high", "low", "close"):
        np.testing.assert_allclose(made[column], fresh[column], rtol=1e-12)


def test_a_changed_past_is_worked_out_anew() -> None:
    candles = walk(100)
    grown = HeikinAshi()
    grown.rows(candles, 0)
    candles["close"][10] += 500.0
    np.testing.assert_array_equal(grown.rows(candles, 1)["open"], HeikinAshi().rows(candles, 0)["open"])
