"""The statistics of the comparison tell known markets apart."""

from math import isnan

import numpy as np
import pytest

from workstation.simulator.calibration import (
    depth_within,
    flow_statistics,
    kurtosis,
    return_statistics,
    touch_statistics,
)


def test_orders_that_come_by_chance_have_a_fano_factor_of_one_and_bursts_a_larger_one() -> None:
    random = np.random.default_rng(1)
    chance = np.sort(random.integers(0, 1_000_000, 20_000))
    bursts = np.sort(
        (random.integers(0, 500, 20_000) * 2_000 + random.exponential(150.0, 20_000)).astype(int)
    )
    sides = random.choice([-1, 1], 20_000)
    ones = np.ones(20_000)

    calm, wild = (flow_statistics(times, sides, ones, ones) for times in (chance, bursts))

    assert calm.fano[1] == pytest.approx(1.0, abs=0.15)
    assert wild.fano[1] > 5.0
    assert abs(calm.side_memory[1]) < 0.05


def test_trades_of_one_side_in_one_millisecond_are_one_order() -> None:
    found = flow_statistics(
        np.array([0, 0, 0, 500, 1_000]),
        np.array([1, 1, -1, 1, 1]),
        np.array([10.0, 11.0, 10.0, 10.0, 10.0]),
        np.array([1.0, 1.0, 2.0, 3.0, 4.0]),
    )

    assert found.orders_per_s == 4.0
    assert found.trades_per_s == 5.0
    assert found.size_mean_usd == pytest.approx((21.0 + 20.0 + 30.0 + 40.0) / 4)
    assert isnan(found.side_memory[2])


def test_quotes_count_for_as_long_as_they_stand() -> None:
    times = np.array([0, 1_000, 1_100, 41_100])
    bids, asks = np.array([99.0, 98.0, 99.0, 99.0]), np.array([101.0, 102.0, 101.0, 101.0])

    found = touch_statistics(times, bids, asks, 1.0)

    assert found.spread_ticks_p50 == 2.0
    assert found.spread_bps == pytest.approx(200.0, rel=0.01)
    assert found.moved_share == 0.0  # the middle stood still


def test_depth_is_the_mean_of_both_sides_within_a_distance() -> None:
    bids = [(99.99, 1.0), (99.96, 1.0), (99.0, 5.0)]
    asks = [(100.01, 3.0), (100.04, 1.0), (102.0, 9.0)]

    two, five, *_, hundred = depth_within(bids, asks)

    assert two == pytest.approx(0.5 * (99.99 + 3 * 100.01))
    assert five == pytest.approx(two + 0.5 * (99.96 + 100.04))
    assert hundred == pytest.approx(five + 0.5 * 5 * 99.0)


def test_returns_that_remember_their_size_are_told_from_those_that_do_not() -> None:
    random = np.random.default_rng(2)
    plain = random.standard_normal(8_000) * 1e-3
    regimes = np.repeat(random.choice([0.5, 2.0], 80), 100)

    even, clustered = return_statistics(plain), return_statistics(plain * regimes)

    assert even.vol_bps == pytest.approx(10.0, rel=0.05)
    assert even.kurtosis == pytest.approx(3.0, abs=0.3)
    assert abs(even.memory[0]) < 0.05
    assert clustered.memory[0] > 0.2
    assert clustered.kurtosis > even.kurtosis + 1.0
    assert isnan(kurtosis(np.zeros(5)))
