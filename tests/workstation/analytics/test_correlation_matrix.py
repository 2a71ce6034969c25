"""The rolling matrix against every pair worked out on its own: a year of hours, missing bars, new bars."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.workstation.analytics.vectors import Vector, vectors
from workstation.analytics import correlation
from workstation.analytics.correlation_matrix import (
    Method,
    RollingCorrelation,
    fisher_intervals,
    rank_correlations,
    rolling_correlation,
)
from workstation.errors import BadFigure

Floats = NDArray[np.float64]

PAIRWISE = {
    Method.PEARSON: correlation.pearson,
    Method.SPEARMAN: correlation.spearman,
    Method.EWMA: correlation.ewma_correlation,
}


def made(bars: int, symbols: int, seed: int = 5) -> Floats:
    """Returns with a common driver; every other column misses a fifth of its bars."""
    random = np.random.default_rng(seed)
    returns = (random.standard_t(3, (bars, symbols)) + random.normal(size=(bars, 1))) * 0.01
    returns[:, ::2][random.random((bars, len(range(0, symbols, 2)))) < 0.2] = np.nan
    return returns


@pytest.mark.parametrize("method", PAIRWISE)
def test_bar_by_bar_it_stays_every_pair_on_its_own(method: Method) -> None:
    returns = made(400, 5)
    rolling = RollingCorrelation(returns[:60], 120, method)  # begins half full
    for row in returns[60:]:
        rolling.add(row)
    np.testing.assert_array_equal(rolling.rows, returns[-120:])
    for i in range(5):
        for j in range(5):
            value, count = PAIRWISE[method](returns[-120:, i], returns[-120:, j])
            assert rolling.counts[i, j] == count
            assert rolling.matrix()[i, j] == pytest.approx(value, abs=1e-12)


def test_a_year_of_hours_of_sixty_symbols_is_numpys_own_to_1e_12(shared_data: Path) -> None:
    path = shared_data / "candles/binance_usdm_1h_2024-10_2025-10.parquet"
    columns = duckdb.execute("SELECT ts, symbol, close FROM read_parquet(?)", [str(path)]).fetchnumpy()
    hours, hour = np.unique(columns["ts"], return_inverse=True)
    symbols, symbol = np.unique(np.asarray(columns["symbol"], str), return_inverse=True)
    closes = np.full((len(hours), len(symbols)), np.nan)
    closes[hour, symbol] = columns["close"]
    returns = correlation.log_returns(closes)
    assert len(symbols) == 60
    rolling = RollingCorrelation(returns[:-200], 8_760)
    for row in returns[-200:]:
        rolling.add(row)
    window = returns[-8_760:]
    for i in range(60):
        for j in range(i):
            both = window[np.isfinite(window[:, [i, j]]).all(axis=1)][:, [i, j]]
            assert rolling.counts[i, j] == len(both)
            assert abs(rolling.matrix()[i, j] - np.asarray(np.corrcoef(both.T))[0, 1]) <= 1e-12


def test_betas_are_those_of_each_symbols_own_bars() -> None:
    returns = made(300, 4)
    rolling = RollingCorrelation(returns[:250], 200)
    for row in returns[250:]:
        rolling.add(row)
    for index, found in enumerate(rolling.betas(1)):
        assert found == pytest.approx(correlation.beta(returns[-200:, index], returns[-200:, 1]), abs=1e-12)


OF_A_MATRIX = ("beta", "fisher-ci", "absent")


@pytest.mark.parametrize(
    "vector", [vector for vector in vectors("correlation", exact=False) if vector.id in OF_A_MATRIX]
)
def test_the_vectors(vector: Vector) -> None:
    inputs: dict[str, Any] = vector["inputs"]
    if vector["id"] == "beta":
        returns = np.array([inputs["asset"], inputs["btc"]]).T
        rolling = RollingCorrelation(returns, 5)
        assert rolling.betas(1)[0] == pytest.approx(vector["expected"]["beta"], abs=vector["tolerance"])
        assert rolling.matrix()[0, 1] == pytest.approx(vector["expected"]["corr"], abs=vector["tolerance"])
    else:
        low, high = fisher_intervals(np.array([[inputs["r"]]]), np.array([[inputs["n"]]]))
        assert low[0, 0] == pytest.approx(vector["expected"]["lo"], abs=vector["tolerance"])
        assert high[0, 0] == pytest.approx(vector["expected"]["hi"], abs=vector["tolerance"])


def test_no_interval_where_there_is_nothing_to_say() -> None:
    low, high = fisher_intervals(np.array([0.5, 1.0, np.nan]), np.array([3, 50, 50]))
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_what_stands_still_correlates_with_nothing_until_it_moves() -> None:
    returns = made(80, 3, seed=2)
    returns[:, 1] = 0.1
    rolling = RollingCorrelation(returns, 40)
    assert np.isnan(rolling.matrix()[1]).all()
    returns[60:, 1] = np.random.default_rng(3).normal(size=20)
    for row in returns[60:]:
        rolling.add(row)
    value, _ = correlation.pearson(np.r_[np.full(20, 0.1), returns[60:, 1]], rolling.rows[:, 2])
    assert rolling.matrix()[1, 2] == pytest.approx(value, abs=1e-12)


def test_a_leap_that_has_left_the_window_leaves_nothing_behind() -> None:
    returns = made(300, 3)
    returns[100] = [5.0, -7.0, 3.0]
    rolling = RollingCorrelation(returns[:150], 60)
    for row in returns[150:]:
        rolling.add(row)
    expected, _ = correlation.correlation_matrix(returns[-60:])
    np.testing.assert_allclose(rolling.matrix(), expected, atol=1e-10)


def test_ranks_of_columns_that_miss_the_same_bars_are_taken_together_and_right() -> None:
    returns = np.round(made(90, 6), 2)  # ties
    returns[:, 2] = np.where(np.isnan(returns[:, 0]), np.nan, np.nan_to_num(returns[:, 2]))
    found = rank_correlations(returns)
    for i in range(6):
        for j in range(6):
            expected, _ = correlation.spearman(returns[:, i], returns[:, j])
            assert found[i, j] == pytest.approx(expected, abs=1e-12)


def test_each_point_of_a_rolling_correlation_is_its_windows() -> None:
    returns = made(200, 2)
    found = rolling_correlation(returns[:, 0], returns[:, 1], 50)
    assert np.isnan(found[:49]).all()
    for end in (50, 117, 200):
        value, _ = correlation.pearson(returns[end - 50 : end, 0], returns[end - 50 : end, 1])
        assert found[end - 1] == pytest.approx(value, abs=1e-10)


def test_what_is_no_window_is_refused() -> None:
    with pytest.raises(BadFigure):
        RollingCorrelation(np.zeros((5, 2)), 2)
    with pytest.raises(BadFigure):
        RollingCorrelation(np.zeros((5, 2)), 5).add(np.zeros(3))
    with pytest.raises(BadFigure):
        RollingCorrelation(np.zeros((5, 2)), 5, Method.TICKS)
