"""Performance where it is undefined, drawdowns from the start, and validation that is not fooled by luck."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.analytics import drawdown, performance, trade_statistics, validation
from workstation.analytics.averages import simple_average
from workstation.analytics.distributions import (
    normal_cdf,
    normal_quantile,
    student_t_p_value,
    wilson_interval,
)
from workstation.analytics.volatility import true_range, wilder_atr
from workstation.errors import BadFigure


def test_what_is_undefined_is_none_and_never_a_made_up_number() -> None:
    gains = np.array([0.01, 0.02])
    assert performance.sortino_ratio(gains) is None
    assert performance.omega_ratio(gains) is None
    assert performance.calmar_ratio(gains) is None
    assert performance.sharpe_ratio(np.array([0.01, 0.01])) is None
    assert performance.sharpe_ratio(np.array([0.01])) is None
    assert performance.volatility(np.array([0.01])) is None
    found = trade_statistics.trade_statistics(np.array([5.0, 1.0]))
    assert (found.profit_factor, found.payoff, found.expectancy_ratio, found.mean_loss) == (None,) * 4
    assert trade_statistics.system_quality(np.array([1.0, 1.0])) is None


@pytest.mark.parametrize("bad", [[], [np.nan], [np.inf, 1.0]])
def test_no_returns_and_missing_ones_are_refused(bad: list[float]) -> None:
    with pytest.raises(BadFigure):
        performance.sharpe_ratio(np.array(bad))
    with pytest.raises(BadFigure):
        trade_statistics.trade_statistics(np.array(bad))


def test_crypto_years_have_365_days() -> None:
    returns = np.array([0.01, -0.02, 0.03])
    assert performance.sharpe_ratio(returns) == pytest.approx(
        returns.mean() / returns.std(ddof=1) * sqrt(365)
    )


def test_growth_needs_a_start_and_time_and_ends_at_nothing() -> None:
    assert performance.growth_rate(100, -5, 1) == -1
    for arguments in ((0, 1, 1), (1, 1, 0)):
        with pytest.raises(BadFigure):
            performance.growth_rate(*arguments)


def test_moments_are_raw() -> None:
    skewness, kurtosis = performance.moments(np.random.default_rng(1).normal(size=200_000))
    assert skewness == pytest.approx(0, abs=0.05)
    assert kurtosis == pytest.approx(3, abs=0.1)
    with pytest.raises(BadFigure):
        performance.moments(np.ones(5))


def test_an_opening_loss_counts_from_the_starting_balance() -> None:
    balance = drawdown.balances(np.array([-100.0, 50.0]), 1000.0)
    fall = drawdown.largest_fall(balance)
    assert (fall.money, fall.rate, fall.peak, fall.trough) == (100, 0.1, 0, 1)
    assert drawdown.largest_fall(np.array([1.0, 2.0])).money == 0
    with pytest.raises(BadFigure):
        drawdown.deepest_fall(np.array([0.0, -1.0]))
    with pytest.raises(BadFigure):
        drawdown.largest_fall(np.array([]))


def test_an_unfinished_fall_is_no_recovery() -> None:
    assert drawdown.longest_recovery(np.array([100.0, 90, 80])) == 0
    assert drawdown.longest_recovery(np.array([1.0, 2, 3])) == 0
    assert drawdown.intratrade_fall(np.array([]), np.array([]), np.array([])) == 0


def test_reshuffled_histories_are_the_same_for_the_same_seed_and_keep_streaks() -> None:
    pnl = np.array([-10.0, -10, -10, 30, 5, 5])
    falls = drawdown.bootstrapped_falls(pnl, 100.0, block=3, runs=500, seed=3)
    np.testing.assert_array_equal(falls, drawdown.bootstrapped_falls(pnl, 100.0, block=3, runs=500, seed=3))
    assert (np.diff(falls) >= 0).all()
    assert falls[-1] <= 60
    assert np.median(falls) >= 10
    for block, runs in ((0, 1), (7, 1), (1, 0)):
        with pytest.raises(BadFigure):
            drawdown.bootstrapped_falls(pnl, 100.0, block=block, runs=runs, seed=1)


def test_excursions_are_signed_and_start_at_the_entry() -> None:
    tape = np.array([101.0, 97.0, 104.0])
    long = trade_statistics.excursion(True, 100.0, tape)
    assert (long.adverse, long.favourable) == (-3, 4)
    short = trade_statistics.excursion(False, 100.0, tape)
    assert (short.adverse, short.favourable) == (-4, 3)
    never = trade_statistics.excursion(True, 90.0, tape)
    assert never.adverse == 0
    assert trade_statistics.excursion(True, 1.0, tape[:0]).favourable == 0


def test_without_an_edge_ruin_is_certain() -> None:
    assert trade_statistics.risk_of_ruin(0.5, 100) == 1
    assert trade_statistics.risk_of_ruin(0.4, 1) == 1
    assert trade_statistics.risk_of_ruin(1.0, 1) == 0
    with pytest.raises(BadFigure):
        trade_statistics.risk_of_ruin(1.1, 1)


def test_ruin_is_what_gamblers_meet() -> None:
    random, ruined, games = np.random.default_rng(5), 0, 4000
    for _ in range(games):
        path = 5 + np.cumsum(random.choice([1, -1], size=400, p=[0.55, 0.45]))
        ruined += bool((path <= 0).any())
    assert ruined / games == pytest.approx(trade_statistics.risk_of_ruin(0.55, 5), abs=0.03)


def test_r_counts_from_the_first_risk() -> None:
    assert trade_statistics.r_multiple(-150, 100) == -1.5
    with pytest.raises(BadFigure):
        trade_statistics.r_multiple(1, 0)
    assert trade_statistics.system_quality(np.tile([2.0, -1.0], 200)) == pytest.approx(
        10 * 0.5 / np.tile([2.0, -1.0], 200).std(ddof=1)
    )


@given(
    st.integers(1, 60),
    st.integers(1, 10),
    st.integers(1, 10),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
def test_no_observation_is_judged_twice_or_seen_before_it_is_judged(
    count: int, train: int, test: int, purge: int, expanding: bool, reduce_test: bool
) -> None:
    folds = list(
        validation.walk_forward(
            count, train, test, purge=purge, embargo=1, expanding=expanding, reduce_test=reduce_test
        )
    )
    judged = [index for fold in folds for index in fold.test]
    assert len(judged) == len(set(judged))
    for fold in folds:
        assert fold.train.stop + purge + 1 == fold.test.start
        assert len(fold.train) >= train
        assert fold.test.stop <= count
    if reduce_test and count > train + purge + 1:
        assert judged[-1] == count - 1


@pytest.mark.parametrize(("train", "test", "purge"), [(0, 1, 0), (1, 0, 0), (1, 1, -1)])
def test_folds_that_cannot_be_are_refused(train: int, test: int, purge: int) -> None:
    with pytest.raises(BadFigure):
        list(validation.walk_forward(5, train, test, purge=purge))


def test_more_trials_need_a_better_ratio() -> None:
    assert validation.expected_best_of(1) == 0
    assert validation.expected_best_of(1000) > validation.expected_best_of(10)
    best = [np.random.default_rng(seed).normal(size=100).max() for seed in range(3000)]
    assert validation.expected_best_of(100) == pytest.approx(float(np.mean(best)), abs=0.05)
    one = validation.deflated_sharpe(0.1, 500, 1, 0.01)
    assert one == validation.probabilistic_sharpe(0.1, 500)
    assert validation.deflated_sharpe(0.1, 500, 50, 0.01) < one


def test_proof_that_cannot_be_is_refused() -> None:
    for call in (
        lambda: validation.probabilistic_sharpe(0.1, 1),
        lambda: validation.probabilistic_sharpe(5.0, 10, skewness=5.0),
        lambda: validation.expected_best_of(0),
        lambda: validation.deflated_sharpe(0.1, 10, 5, -1.0),
        lambda: validation.shortest_track_record(1.0, 1.0),
        lambda: validation.cross_validation_splits(3),
        lambda: normal_quantile(1.0),
        lambda: student_t_p_value(1.0, 0),
        lambda: wilson_interval(2, 1),
        lambda: wilson_interval(0, 0),
    ):
        with pytest.raises(BadFigure):
            call()


def test_student_has_the_tables_values() -> None:
    # Two-sided 5 % points of the usual table.
    for degrees, t in ((1, 12.7062047), (2, 4.3026527), (10, 2.2281389), (30, 2.0422725), (1000, 1.9623391)):
        assert student_t_p_value(t, degrees) == pytest.approx(0.05, abs=1e-7)
    assert student_t_p_value(0.0, 5) == pytest.approx(1)
    assert student_t_p_value(1e9, 5) == pytest.approx(0, abs=1e-12)
    assert normal_cdf(1.959963985) == pytest.approx(0.975)


def test_an_interval_of_wins_is_symmetric_and_stays_within_its_bounds() -> None:
    low, high = wilson_interval(3, 10)
    mirrored = wilson_interval(7, 10)
    assert mirrored == pytest.approx((1 - high, 1 - low))
    assert wilson_interval(5, 5)[1] == 1


def test_ranges_need_equal_arrays_and_enough_candles() -> None:
    high, low, close = np.array([2.0, 5.0]), np.array([1.0, 4.0]), np.array([1.5, 4.5])
    np.testing.assert_allclose(true_range(high, low, close), [1, 3.5])
    np.testing.assert_array_equal(high, [2, 5])
    assert np.isnan(wilder_atr(high, low, close, 3)).all()
    for call in (
        lambda: true_range(high, low, close[:1]),
        lambda: wilder_atr(high, low, close, 0),
        lambda: simple_average(close, 0),
    ):
        with pytest.raises(BadFigure):
            call()
    np.testing.assert_allclose(simple_average(np.array([1.0, 2, 3]), 2), [np.nan, 1.5, 2.5])
    assert np.isnan(simple_average(np.array([1.0]), 2)).all()
