from dataclasses import replace
from decimal import Decimal
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.analytics.vectors import Vector, assert_close, vectors
from tests.workstation.journal.statistics.made_trips import (
    DAY_MS,
    HOUR_MS,
    MONDAY_MS,
    PAPER,
    STARTS,
    list_of,
    made,
    random_trips,
)
from workstation.analytics.drawdown import intratrade_fall
from workstation.journal.statistics.days import by_day, daily_returns
from workstation.journal.statistics.definitions import DEFINITIONS
from workstation.journal.statistics.summary import summary
from workstation.journal.statistics.table import Measure, TripTable
from workstation.model.journal import AccountKind, Excursion, JournalAccount, TripNote

KEYS = {
    "expectancy": "expectancy_money",
    "total": "total_money",
    "profit_factor": "profit_factor",
    "win_rate": "win_rate",
    "payoff": "payoff",
    "max_consec_losses": "losing_streak",
    "abs_dd": "drawdown_money",
    "correct": "drawdown_money",
    "rel_dd": "drawdown_share",
    "avg_mae": "mae_money",
    "avg_mfe": "mfe_money",
}
ELSEWHERE = {"expectancy_ratio", "abs_dd_rel", "rel_dd_abs", "freqtrade", "std_ddof1", "mean_over_std"}


@pytest.mark.real_data
@pytest.mark.parametrize("vector", vectors("performance", exact=False))
def test_vectors_of_trades_come_out_of_the_summary(vector: Vector) -> None:
    given_, expected = vector["inputs"], vector["expected"]
    if "R" in given_:
        found = summary(TripTable.of(list_of([str(10 * one) for one in given_["R"]])))
        assert_close(found["sqn"].value, expected["sqn_ddof1"], vector["tolerance"], "sqn")
        assert_close(found["expectancy_r"].value, expected["expectancy_R"], 1e-12, "expectancy_R")
        assert_close(found["profit_factor"].value, expected["profit_factor"], 1e-9, "profit_factor")
    elif "wins" in given_:
        results = [1.0] * given_["wins"] + [-1.0] * (given_["n"] - given_["wins"])
        rate = summary(TripTable.of(list_of(results)))["win_rate"].estimate
        assert_close((rate.low, rate.high), (expected["lo"], expected["hi"]), vector["tolerance"], "interval")
    elif "pnl" in given_:
        trips = list_of(given_["pnl"])
        if "mae" in given_:
            pairs = zip(given_["mae"], given_["mfe"], strict=True)
            trips = [
                replace(trip, excursion=Excursion(0, 0, 0, 0, mae, mfe, "tape"))
                for trip, (mae, mfe) in zip(trips, pairs, strict=True)
            ]
        starts = {("paper", "USDT"): float(given_["start"])} if given_.get("start") else {}
        table = TripTable.of(trips, [PAPER], starts)
        found = summary(table)
        for name, value in expected.items():
            if name == "closed_dd":
                assert_close(-(found["drawdown_money"].value or 0), value, vector["tolerance"], name)
            elif name == "intratrade_dd":
                fall = intratrade_fall(table.money, table.mae, table.mfe)
                assert_close(fall, value, vector["tolerance"], name)
            elif name not in ELSEWHERE:
                assert_close(found[KEYS[name]].value, value, vector["tolerance"], name)
    elif {"sharpe", "sortino"} & expected.keys() and given_.get("periods") == 252:
        balance = 1_000.0
        trips = []
        for day, rate in enumerate(given_["returns"]):
            trips.append(made(day, balance * rate))
            balance += balance * rate
        found = summary(TripTable.of(trips, [PAPER], STARTS))
        for name in {"sharpe", "sortino"} & expected.keys():
            assert found[name].value == pytest.approx(expected[name] * sqrt(365 / 252), rel=1e-7)


def test_every_figure_is_there_with_its_n_or_a_reason() -> None:
    without_stops = [made(0, 5, initial_risk=None), made(1, -5, initial_risk=None)]
    of_two_coins = [made(0, 5), made(1, 5, asset="BTC")]
    usual = (list_of([]), list_of([5]), list_of([5, 5]), list_of([0, 0]), random_trips(60, 3))
    for trips in (*usual, without_stops, of_two_coins):
        found = summary(TripTable.of(trips, [PAPER], STARTS))
        assert tuple(figure.what.key for figure in found) == tuple(DEFINITIONS)
        for figure in found:
            assert (figure.value is None) == bool(figure.reason), figure
            assert figure.few == (figure.n < 30)


def test_what_is_undefined_is_none_and_says_why() -> None:
    found = summary(TripTable.of(list_of([5, 7]), [PAPER]))
    assert found["profit_factor"].value is None
    assert "No losing trip" in found["profit_factor"].reason
    assert found["payoff"].value is None
    assert found["sharpe"].value is None
    assert "starting balance" in found["sharpe"].reason
    assert found["drawdown_money"].value == 0


def test_trips_without_a_stop_are_left_out_of_r_and_counted() -> None:
    trips = [*list_of([10, -10, 20]), made(3, 500, initial_risk=None)]
    found = summary(TripTable.of(trips))
    assert found["expectancy_r"].value == pytest.approx(2 / 3)
    assert found["expectancy_r"].n == 3
    assert found["expectancy_r"].left_out.startswith("1 of 4 left out")
    assert found["trades"].n == 4


def test_an_open_trip_is_counted_but_says_nothing_yet() -> None:
    open_one = made(1, 99, closed_ms=None)
    found = summary(TripTable.of([*list_of([3]), open_one]))
    assert (found["trades"].n, found.open_count, found["total_money"].value) == (1, 1, 3)


def test_money_of_unlike_coins_or_kinds_is_not_added_up() -> None:
    coins = summary(TripTable.of([made(0, 5), made(1, 5, asset="BTC")]))
    assert coins["expectancy_money"].value is None
    assert "BTC and USDT" in coins["expectancy_money"].reason
    assert coins["expectancy_r"].value == 0.5
    live = JournalAccount("live", "Live", AccountKind.LIVE)
    kinds = summary(TripTable.of([made(0, 5), made(1, 5, account="live")], [PAPER, live]))
    assert kinds["total_money"].value is None


def test_a_trip_that_breaks_even_to_the_last_digit_is_neither_won_nor_lost() -> None:
    even = made(0, 0, pnl=Decimal("0.3"), fees=Decimal("0.1"), funding=Decimal("-0.2"))
    found = summary(TripTable.of([even, *list_of([-1, -1])]))
    assert found["win_rate"].value == 0
    assert found["losing_streak"].value == 2


def test_days_without_a_trade_count_in_daily_returns() -> None:
    table = TripTable.of([made(0, 100), made(4, -110)], [PAPER], STARTS)
    returns, _ = daily_returns(table)
    assert returns is not None
    np.testing.assert_allclose(returns, [0.1, 0, 0, 0, -0.1])
    assert summary(table)["sharpe"].n == 5


def test_a_yearly_rate_of_less_than_thirty_days_is_refused() -> None:
    short, long = ([made(0, 50), made(day, -20), made(day + 1, 30)] for day in (5, 40))
    assert "30 days" in summary(TripTable.of(short, [PAPER], STARTS))["calmar"].reason
    assert summary(TripTable.of(long, [PAPER], STARTS))["calmar"].value == pytest.approx(
        (1.06 ** (365 / 42) - 1) / (20 / 1050)
    )


def test_the_balance_at_the_time_is_that_of_the_opening() -> None:
    first = made(0, 100, opened_ms=MONDAY_MS, closed_ms=MONDAY_MS + 4 * HOUR_MS)
    during = made(1, 50, opened_ms=MONDAY_MS + HOUR_MS, closed_ms=MONDAY_MS + 5 * HOUR_MS)
    after = made(2, 50, opened_ms=MONDAY_MS + 5 * HOUR_MS)
    table = TripTable.of([after, first, during], [PAPER], STARTS)
    assert table.balance.tolist() == [1000, 1000, 1150]
    np.testing.assert_allclose(table.results(Measure.SHARE), [0.1, 0.05, 50 / 1150])


def test_time_in_the_market_counts_overlaps_once() -> None:
    hours = ((0, 4), (1, 2), (3, 5), (9, 10))
    trips = [
        made(place, 1, opened_ms=MONDAY_MS + a * HOUR_MS, closed_ms=MONDAY_MS + b * HOUR_MS)
        for place, (a, b) in enumerate(hours)
    ]
    assert summary(TripTable.of(trips))["exposure"].value == pytest.approx(0.6)


def test_verdicts_split_r_in_two() -> None:
    verdicts = (True, True, False, None)
    trips = [
        made(place, net, note=TripNote("", followed=verdict))
        for place, (net, verdict) in enumerate(zip((20, 10, -10, 70), verdicts, strict=True))
    ]
    found = summary(TripTable.of(trips))
    assert found["followed"].value == pytest.approx(2 / 3)
    assert (found["followed_r"].value, found["broken_r"].value) == (1.5, -1.0)
    assert found["followed"].left_out == "1 of 4 left out: no verdict"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-500, 800), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_the_list_says_nothing_and_figures_are_those_of_plain_python(
    cents: list[int], random: object
) -> None:
    results = [Decimal(one) / 100 for one in cents]
    trips = list_of([str(one) for one in results])
    mixed = list(trips)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    found, again = (summary(TripTable.of(some, [PAPER], STARTS)) for some in (trips, mixed))
    assert found.figures == again.figures
    won, lost = sum(one for one in results if one > 0), -sum(one for one in results if one < 0)
    assert found["profit_factor"].value == (pytest.approx(float(won / lost)) if lost else None)
    assert found["total_money"].value == pytest.approx(float(sum(results)))
    peak = balance = Decimal(1000)
    fall = share = Decimal(0)
    for one in results:
        balance += one
        peak = max(peak, balance)
        fall, share = max(fall, peak - balance), max(share, (peak - balance) / peak)
    assert found["drawdown_money"].value == pytest.approx(float(fall), abs=1e-9)
    assert found["drawdown_share"].value == pytest.approx(float(share), abs=1e-12)
    days = by_day(TripTable.of(trips))
    assert days.results.sum() == pytest.approx(float(sum(results)))
    assert days.first == MONDAY_MS // DAY_MS
