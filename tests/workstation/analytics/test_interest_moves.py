"""Quadrants over time and spikes of open interest are what a query over the recorded hours says."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from workstation.analytics.interest_moves import change_path, interest_spike
from workstation.analytics.order_flow import open_interest_quadrant

HOUR_MS = 3_600_000
START_MS = 480_000 * HOUR_MS


def test_a_change_needs_both_ends() -> None:
    times = START_MS + np.array([0, 24, 25]) * HOUR_MS
    along, up = change_path(
        times,
        np.array([100.0, 110.0, 120.0]),
        times,
        np.array([10.0, 9.0, 9.5]),
        START_MS + np.array([20, 24, 25, 49]) * HOUR_MS,
        HOUR_MS,
    )
    assert np.isnan(along[[0, 3]]).all()
    assert along[1:3] == pytest.approx([-0.1, -0.05])
    assert up[1:3] == pytest.approx([0.1, 0.2])


def rise(prices: list[float], interest: list[float]):  # type: ignore[no-untyped-def]
    times = START_MS + np.arange(len(interest), dtype=np.int64) * HOUR_MS
    closes = np.array(prices)
    return interest_spike(
        times, np.array(interest), times, closes * 1.001, closes * 0.999, closes, int(times[-1])
    )


def test_a_spike_is_rejected_where_half_of_the_move_is_gone() -> None:
    spike = rise([100, 104, 108, 102], [100, 110, 118, 117])
    assert spike is not None
    assert spike.rise_rate == pytest.approx(0.18)
    assert spike.extreme_price == pytest.approx(108.108)
    assert spike.given_back == pytest.approx((108.108 - 102) / 8.108)
    assert spike.is_rejected
    held = rise([100, 104, 108, 107], [100, 110, 118, 117])
    assert held is not None
    assert not held.is_rejected
    down = rise([100, 96, 92, 99], [100, 110, 118, 117])
    assert down is not None
    assert down.went_rate < 0
    assert down.is_rejected


def test_a_slow_rise_and_one_of_yesterday_are_no_spikes() -> None:
    assert rise([100, 104, 108, 102], [100, 103, 107, 114]) is None
    assert rise([100.0] * 40, [100.0] * 3 + [130.0] * 37) is None


@pytest.mark.real_data
@pytest.mark.parametrize("coin", ["BTC", "HYPE"])
def test_recorded_quadrants_are_those_of_a_query(coin: str, shared_data: Path) -> None:
    folder = shared_data / "multivenue"
    # Hourly open interest is Hyperliquid's, whose candles end before it begins: prices are Binance's.
    query = """
        WITH o AS (SELECT date_trunc('hour', timestamp) t, avg(oi_usd) usd FROM read_parquet($1)
                   WHERE venue = 'hyperliquid' AND coin = $3 GROUP BY t),
             c AS (SELECT date_trunc('hour', timestamp) t, avg(c) p FROM read_parquet($2)
                   WHERE venue = 'binance' AND coin = $3 GROUP BY t),
             b AS (SELECT o.t, p, usd / p AS coins FROM o JOIN c USING (t))
        SELECT epoch_ms(b.t), b.p, b.coins, b.p / d.p - 1, b.coins / d.coins - 1,
               CASE WHEN b.p > d.p AND b.coins > d.coins THEN 'long build'
                    WHEN b.p > d.p AND b.coins < d.coins THEN 'short cover'
                    WHEN b.p < d.p AND b.coins > d.coins THEN 'short build'
                    WHEN b.p < d.p AND b.coins < d.coins THEN 'long unwind' END
        FROM b LEFT JOIN b AS d ON d.t = b.t - INTERVAL 24 HOUR ORDER BY b.t
    """
    paths = [str(folder / "open_interest.parquet"), str(folder / "candles.parquet"), coin]
    rows = duckdb.execute(query, paths).fetchall()
    times = np.array([row[0] for row in rows], np.int64)
    prices, coins = (np.array([row[place] for row in rows]) for place in (1, 2))
    along, up = change_path(times, coins, times, prices, times, 0)
    told = [row for row in rows if row[5] is not None]
    assert len(told) > 500
    assert len({row[5] for row in told}) == 4
    known = [place for place, row in enumerate(rows) if row[5] is not None]
    assert along[known] == pytest.approx(np.array([row[3] for row in told]), abs=1e-12)
    assert up[known] == pytest.approx(np.array([row[4] for row in told]), abs=1e-12)
    for place, row in zip(known, told, strict=True):
        quadrant = open_interest_quadrant(along[place], up[place])
        assert quadrant is not None
        assert quadrant.value == row[5]
