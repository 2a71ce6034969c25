"""Indicators give what the established library and published tables give."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from workstation.analytics.averages import (
    exponential_average,
    fill_exponential,
    simple_average,
    weighted_average,
    wilder_average,
)
from workstation.analytics.indicators import (
    bollinger_bands,
    moving_average_convergence,
    relative_strength,
    vwap,
)
from workstation.analytics.volatility import true_range
from workstation.errors import BadFigure

VECTORS = msgspec.json.decode(Path(__file__).with_name("indicator_vectors.json").read_bytes())
HIGH, LOW, CLOSE = (np.array(VECTORS[name]) for name in ("high", "low", "close"))

# StockCharts, ChartSchool, "Relative Strength Index (RSI)": closes of QQQQ and their 14-day RSI.
PUBLISHED_CLOSES = (
    "44.3389 44.0902 44.1497 43.6124 44.3278 44.8264 45.0955 45.4245 45.8433 46.0826 45.8931 46.0328 45.6140 "
    "46.2820 46.2820 46.0028 46.0328 46.4116 46.2222 45.6439 46.2122 46.2521 45.7137 46.4515 45.7835 45.3548 "
    "44.0288 44.1783 44.2181 44.5672 43.4205 42.6628 43.1314"
)
PUBLISHED_RSI = (
    "70.53 66.32 66.55 69.41 66.36 57.97 62.93 63.26 56.06 62.38 54.71 50.42 39.99 41.46 41.87 45.46 37.30 "
    "33.08 37.77"
)


def expected(name: str) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in VECTORS["expected"][name]])


def agrees(ours: np.ndarray, name: str) -> None:
    theirs = expected(name)
    assert np.isfinite(theirs).sum() > 80
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-7, err_msg=name)


def test_averages_agree_with_the_library() -> None:
    agrees(simple_average(CLOSE, 20), "sma 20")
    agrees(exponential_average(CLOSE, 20), "ema 20")
    agrees(weighted_average(CLOSE, 20), "wma 20")


def test_bands_strength_and_convergence_agree_with_the_library() -> None:
    _, upper, lower = bollinger_bands(CLOSE)
    agrees(upper, "bollinger upper 20 2")
    agrees(lower, "bollinger lower 20 2")
    agrees(relative_strength(CLOSE), "rsi 14")
    macd, signal, histogram = moving_average_convergence(CLOSE)
    agrees(macd, "macd 12 26")
    agrees(signal, "macd signal 9")
    np.testing.assert_allclose(histogram, macd - signal)
    agrees(np.where(np.arange(len(CLOSE)) > 0, true_range(HIGH, LOW, CLOSE), np.nan), "true range")


def test_relative_strength_is_that_of_the_published_table() -> None:
    ours = relative_strength(np.array(PUBLISHED_CLOSES.split(), float))
    assert np.isnan(ours[:14]).all()
    np.testing.assert_allclose(ours[14:], np.array(PUBLISHED_RSI.split(), float), atol=0.006)


def test_a_market_that_stands_still_is_neither_strong_nor_weak() -> None:
    assert relative_strength(np.full(30, 5.0))[-1] == 50
    assert relative_strength(np.arange(30.0))[-1] == 100
    assert relative_strength(-np.arange(30.0))[-1] == 0


@pytest.mark.parametrize("periods", [1, 2, 14, 200])
def test_an_average_in_blocks_is_the_plain_recursion(periods: int) -> None:
    values = np.random.default_rng(periods).normal(size=1_000) + 60_000
    for average, weight in ((exponential_average, 2 / (periods + 1)), (wilder_average, 1 / periods)):
        value = values[:periods].mean()
        plain = [value]
        for item in values[periods:]:
            value += weight * (item - value)
            plain.append(value)
        line = average(values, periods)
        assert np.isnan(line[: periods - 1]).all()
        np.testing.assert_allclose(line[periods - 1 :], plain, rtol=1e-13)


def test_an_average_of_too_few_values_is_none_and_goes_on_once_there_are_enough() -> None:
    line = np.zeros(4)
    fill_exponential(np.ones(4), 5, line)
    assert np.isnan(line).all()
    longer = np.concatenate((line, np.zeros(3)))
    fill_exponential(np.array([1.0, 2, 3, 4, 5, 6, 7]), 5, longer, since=3)
    np.testing.assert_allclose(longer, [np.nan] * 4 + [3.0, 4.0, 5.0])


def test_vwap_keeps_its_digits_where_prices_are_large() -> None:
    offsets = np.array([0.0, 0.5, -0.5, 0.25])
    average, deviation = vwap(1e9 + offsets, np.array([1.0, 2, 1, 4]), np.zeros(4))
    assert average[-1] - 1e9 == pytest.approx(0.1875, abs=1e-6)
    assert deviation[-1] == pytest.approx(np.sqrt(1 / 8 - 0.1875**2), rel=1e-9)


def test_vwap_of_no_volume_or_no_session_is_none() -> None:
    average, _ = vwap(np.array([5.0, 6, 7]), np.array([1.0, 0, 2]), np.array([-1.0, 1, 1]))
    np.testing.assert_allclose(average, [np.nan, np.nan, 7])


def test_what_cannot_be_averaged_is_refused() -> None:
    with pytest.raises(BadFigure):
        simple_average(CLOSE, 0)
    with pytest.raises(BadFigure):
        moving_average_convergence(CLOSE, fast=30, slow=20)
