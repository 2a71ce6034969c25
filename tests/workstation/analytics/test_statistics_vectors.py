"""Ranges, correlations, order flow, performance and walk-forward equal papers, libraries and definitions."""

import calendar
from datetime import UTC, datetime
from math import sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.workstation.analytics.vectors import Vector, assert_expected, vectors
from workstation.analytics import (
    correlation,
    drawdown,
    moon,
    order_flow,
    performance,
    trade_statistics,
    validation,
)
from workstation.analytics.distributions import wilson_interval
from workstation.analytics.precision import Counting, Padding, Rounding, to_precision
from workstation.analytics.volatility import wilder_atr

pytestmark = pytest.mark.real_data


def array(values: Any) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize("vector", vectors("atr", exact=False))
def test_the_average_true_range_is_wilders(vector: Vector) -> None:
    high, low, close = array(vector["inputs"]["hlc"]).T
    averages = wilder_atr(high, low, close, vector["inputs"]["n"])
    figures = {"atr_last": averages[-1], "atr_from_index13": averages[13:].tolist()}
    assert_expected(vector, figures)


@pytest.mark.parametrize("vector", vectors("correlation", exact=False))
def test_correlations_are_those_of_their_definitions(vector: Vector) -> None:
    given = vector["inputs"]
    if vector["id"] == "hayashi-yoshida":
        x, y = array(given["x"]), array(given["y"])
        covariance, value = correlation.hayashi_yoshida(x[:, 0], x[:, 1], y[:, 0], y[:, 1])
        figures: dict[str, Any] = {"cov": covariance, "corr": value}
    elif vector["id"] == "ledoit-wolf":
        figures = {"shrinkage": correlation.ledoit_wolf(array(given["X"]))[1]}
    elif vector["id"] == "beta":
        asset, benchmark = array(given["asset"]), array(given["btc"])
        figures = {
            "beta": correlation.beta(asset, benchmark),
            "corr": correlation.pearson(asset, benchmark)[0],
        }
    else:
        test = correlation.fisher_interval(given["r"], given["n"])
        figures = {"lo": test.low, "hi": test.high, "t": test.t, "p": test.p_value}
    assert_expected(vector, figures)


@pytest.mark.parametrize("vector", vectors("orderflow", exact=False))
def test_order_flow_is_that_of_its_conventions(vector: Vector) -> None:
    given, name = vector["inputs"], vector["id"]
    figures: dict[str, Any]
    if name.startswith("imb"):
        aggressive, opposite = float(given["aggressive"]), float(given["opposite_diagonal"])
        buying, selling = order_flow.footprint_imbalances(
            array([0, aggressive]), array([opposite, 0]), threshold=given["threshold"]
        )
        assert not selling.any()
        figures = {
            "ratio": order_flow.diagonal_ratio(aggressive, opposite),
            "imbalance": bool(buying[1]),
        }
    elif name == "va-single-row":
        rows = sorted([*given["below"], given["poc"], *given["above"]])
        volumes = array([volume for _, volume in rows])
        reached = [order_flow.value_area(volumes, rows_at_once=1, target=t) for t in (1, 151, 241, 388)]
        figures = {
            "sums": [area.volume for area in reached],
            "val": rows[reached[-1].low][0],
            "vah": rows[reached[-1].high][0],
        }
    elif name == "va-two-row":
        rows = given["profile"]
        volumes = array([volume for _, volume in rows])
        area = order_flow.value_area(volumes, share=given["pct"])
        first = order_flow.value_area(volumes, target=51)
        vector = {**vector, "expected": {**vector["expected"]}}
        vector["expected"].pop("next")  # words; the end they lead to is checked
        figures = {
            "total": volumes.sum(),
            "target": given["pct"] * volumes.sum(),
            "poc": rows[area.poc][0],
            "steps": [[rows[first.poc + 1][0], rows[first.high][0]]],
            "acc": [volumes[area.poc], first.volume],
            "val": rows[area.low][0],
            "vah": rows[area.high][0],
            "final": area.volume,
        }
        assert figures["target"] == pytest.approx(vector["expected"].pop("target"))
    elif name == "book-imbalance":
        (bid, bid_size), (ask, ask_size) = given["bid"], given["ask"]
        figures = {
            "obi": order_flow.book_imbalance(bid_size, ask_size),
            "microprice": order_flow.microprice(bid, bid_size, ask, ask_size),
        }
    else:
        quadrants = [order_flow.open_interest_quadrant(*case) for case in given["cases"]]
        figures = {"label": [quadrant.value for quadrant in quadrants if quadrant]}
    assert_expected(vector, figures)


def trade_figures(given: dict[str, Any]) -> dict[str, Any]:
    pnl = array(given["pnl"])
    found = trade_statistics.trade_statistics(pnl)
    start = given.get("start")
    balance = drawdown.balances(pnl, start or 0.0)
    fall = drawdown.largest_fall(balance)
    figures: dict[str, Any] = {
        "expectancy": found.expectancy,
        "expectancy_ratio": found.expectancy_ratio,
        "profit_factor": found.profit_factor,
        "total": found.total,
        "win_rate": found.win_rate,
        "payoff": found.payoff,
        "max_consec_losses": found.most_losses_in_a_row,
        "std_ddof1": found.deviation,
        "mean_over_std": found.expectancy / (found.deviation or 1),
        "closed_dd": -fall.money,
        "correct": fall.money,
        "freqtrade": drawdown.largest_fall(np.cumsum(pnl)).money,  # the error it has: no starting balance
        "abs_dd": fall.money,
        "abs_dd_rel": fall.rate,
    }
    if start:
        deepest = drawdown.deepest_fall(balance)
        figures |= {"rel_dd": deepest.rate, "rel_dd_abs": deepest.money}
    if "mae" in given:
        adverse, favourable = array(given["mae"]), array(given["mfe"])
        figures |= {
            "avg_mae": adverse.mean(),
            "avg_mfe": favourable.mean(),
            "intratrade_dd": drawdown.intratrade_fall(pnl, adverse, favourable),
        }
    return figures


def return_figures(given: dict[str, Any]) -> dict[str, Any]:
    returns, periods = array(given["returns"]), given.get("periods", 1)
    path = float(np.prod(1 + returns))
    return {
        "sharpe": performance.sharpe_ratio(returns, periods),
        "sortino": performance.sortino_ratio(returns, periods),
        "downside": performance.downside_deviation(returns, periods),
        "vol": performance.volatility(returns, periods),
        "max_drawdown": drawdown.compounded_drawdown(returns),
        "cagr": performance.growth_rate(1, path, len(returns) / periods),
        "calmar": performance.calmar_ratio(returns, periods),
        "omega": performance.omega_ratio(returns, given.get("threshold", 0.0)),
    }


def performance_figures(vector: Vector) -> dict[str, Any]:
    given, name = vector["inputs"], vector["id"]
    if "returns" in given:
        return return_figures(given)
    if "pnl" in given:
        return trade_figures(given)
    if "equity" in given:
        return {"recovery_days": drawdown.longest_recovery(array(given["equity"]))}
    if name.startswith("ft-cagr"):
        return {"cagr": performance.growth_rate(given["start"], given["end"], given["days"] / 365)}
    if name.startswith("wilson"):
        low, high = wilson_interval(given["wins"], given["n"])
        return {"lo": low, "hi": high}
    if name.startswith("psr"):
        shape = (given["skew"], given["kurt"])
        return {"psr": validation.probabilistic_sharpe(given["sr"], given["T"], *shape, given["target"])}
    if name.startswith("dsr"):
        periods, trials = given["periods"], given["N"]
        variance = given["var_trials_annual"] / periods
        best = validation.expected_best_of(trials)
        deflated = validation.deflated_sharpe(
            given["sr_annual"] / sqrt(periods), given["T"], trials, variance, given["skew"], given["kurt"]
        )
        return {"sr0": sqrt(variance) * best, "expected_max_z": best, "dsr": deflated}
    if name == "mintrl":
        return {
            "years": [
                validation.shortest_track_record(
                    case["sr"] / sqrt(case["periods"]),
                    case["target"] / sqrt(case["periods"]),
                    case["skew"],
                    case["kurt"],
                    given["prob"],
                )
                / case["periods"]
                for case in given["cases"]
            ]
        }
    if name == "sqn":
        multiples = array(given["R"])
        found = trade_statistics.trade_statistics(multiples)
        return {
            "sqn_ddof1": trade_statistics.system_quality(multiples),
            # What another library has, from ours: the same with ddof 0.
            "sqn_ddof0_backtrader": sqrt(len(multiples)) * multiples.mean() / multiples.std(),
            "expectancy_R": found.expectancy,
            "profit_factor": found.profit_factor,
        }
    assert name == "ruin-gambler"
    return {
        "ruin": trade_statistics.risk_of_ruin(given["p"], given["units"]),
        "quantstats_wrong": ((1 - given["p"]) / (1 + given["p"])) ** given["units"],
    }


@pytest.mark.parametrize("vector", vectors("performance", exact=False))
def test_performance_is_that_of_papers_and_libraries(vector: Vector) -> None:
    assert_expected(vector, performance_figures(vector))


@pytest.mark.parametrize("vector", vectors("walkforward", exact=False))
def test_folds_step_by_the_test_and_purge(vector: Vector) -> None:
    given = dict(vector["inputs"])
    if "S" in given:
        figures: dict[str, Any] = {"splits": validation.cross_validation_splits(given["S"])}
    else:
        folds = validation.walk_forward(
            given["n"],
            given["train"],
            given["test"],
            purge=given.get("purged", 0),
            expanding=given.get("expanding", False),
            reduce_test=given.get("reduce_test", False),
        )
        figures = {"folds": [[list(fold.train), list(fold.test)] for fold in folds]}
    assert_expected(vector, figures)


@pytest.mark.parametrize("vector", vectors("precision_ccxt", exact=False))
def test_numbers_are_written_as_ccxt_writes_them(vector: Vector) -> None:
    given = vector["inputs"]
    text = to_precision(
        given["x"],
        given["precision"],
        rounding=Rounding(given["rounding"]),
        counting=Counting(given["counting"]),
        padding=Padding(given["padding"]),
    )
    assert_expected(vector, {"out": text})


@pytest.mark.parametrize("vector", vectors("moon", exact=False))
def test_the_moon_keeps_the_almanacs_time(vector: Vector) -> None:
    given, phase = vector["inputs"], moon.MoonPhase(vector["inputs"]["phase"])
    if "k" in given:
        assert_expected(vector, {"jde_td": moon.dynamical_day(phase, int(given["k"]))})
        return
    day = datetime.strptime(given["near"], "%Y-%m-%d").replace(tzinfo=UTC)
    event = moon.nearest_phase(phase, calendar.timegm(day.timetuple()) * 1000 + 43_200_000)
    expected = datetime.strptime(vector["expected"]["utc"], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    assert abs(event.time_ms / 1000 - expected.timestamp()) <= vector["tolerance"]
