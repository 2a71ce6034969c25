"""Liquidity's figures against plain reckoning: percentiles, walks through a book, late data, health."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.analytics.book_walk import walk_book
from workstation.analytics.feed_outages import Reliability, Uptime
from workstation.analytics.liquidity import (
    by_hour,
    by_session,
    curve_of,
    delay_bins,
    delay_quantile_ms,
    quantiles,
    share_below,
    walk_costs_bps,
)
from workstation.analytics.liquidity_health import venue_health
from workstation.analytics.liquidity_usual import COST, OwnTrading, own_hours, usual_liquidity
from workstation.model.liquidity import DELAY_BINS, DISTANCES_BPS, BookCoverage, LiquidityMinutes, no_minutes
from workstation.model.sessions import SESSION_STARTS_H

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
figures = st.floats(-1e9, 1e9) | st.just(np.nan)


def minutes(count: int, seed: int = 1, quiet_share: float = 1.0) -> LiquidityMinutes:
    """So many minutes of a book that is thin in its fastest minutes."""
    random = np.random.default_rng(seed)
    ranges = random.exponential(5.0, count)
    fast = ranges >= np.quantile(ranges, 0.95)
    depth = random.uniform(0.9, 1.1, count) * np.where(fast, quiet_share, 1.0)
    curve = (DISTANCES_BPS[None, :] * 1e5 * depth[:, None]).astype(np.float32)
    bid = 1_000 + random.integers(0, 10, count) * 0.1
    return LiquidityMinutes(
        480_000 * HOUR_MS + np.arange(count) * MINUTE_MS,
        bid,
        bid + 0.1,
        curve,
        curve,
        ranges,
        np.bincount(delay_bins(random.exponential(20.0, 5_000)), minlength=DELAY_BINS),
    )


@given(st.lists(figures, max_size=60))
def test_percentiles_are_those_of_the_sorted_values(values: list[float]) -> None:
    known = sorted(value for value in values if value == value)
    found = quantiles(np.array(values, np.float64))
    assert found.n == len(known)
    for share, got in ((0.05, found.low), (0.5, found.median), (0.95, found.high)):
        if not known:
            assert np.isnan(got)
            continue
        place = share * (len(known) - 1)
        below, above = known[int(place)], known[min(int(place) + 1, len(known) - 1)]
        assert below - 1e-6 <= got <= above + 1e-6
        assert got == pytest.approx(below + (above - below) * (place % 1), rel=1e-9, abs=1e-6)


@given(st.lists(figures, max_size=60), st.floats(-1e9, 1e9))
def test_the_share_below_counts_ties_by_halves(values: list[float], value: float) -> None:
    known = [one for one in values if one == one]
    share, n = share_below(value, np.array(values, np.float64))
    assert n == len(known)
    if known:
        assert share == pytest.approx(sum((one < value) + (one == value) / 2 for one in known) / len(known))


def test_infinite_costs_are_the_dearest_and_no_percentile_lies_between() -> None:
    found = quantiles(np.array([1.0] * 90 + [np.inf] * 10))
    assert (found.median, found.high) == (1.0, np.inf)


def test_hours_and_sessions_hold_the_minutes_that_begin_in_them() -> None:
    start_ms = 480_000 * HOUR_MS + np.arange(3 * 1_440) * MINUTE_MS
    hours = start_ms // HOUR_MS % 24
    values = hours.astype(np.float64)
    found = by_hour(start_ms, values)
    assert [one.n for one in found] == [180] * 24
    assert [one.median for one in found] == list(range(24))
    sessions = by_session(start_ms, values, SESSION_STARTS_H)
    assert [one.n for one in sessions] == [7 * 180, 6 * 180, 11 * 180]
    assert sessions[1].median == 9.5


levels = st.lists(
    st.tuples(st.integers(1, 900), st.integers(1, 500)), min_size=2, max_size=40, unique_by=lambda one: one[0]
)


@given(levels, st.floats(0.01, 0.99))
def test_a_walk_over_the_curve_is_a_walk_through_the_book(rungs: list[tuple[int, int]], share: float) -> None:
    """Between two distances of the curve money is taken to be even: so far, and no further, it may differ."""
    mid, rungs = 10_000.0, sorted(rungs)
    prices = np.array([mid + 0.1 * step for step, _ in rungs])  # 0.1 is 0.1 bp
    sizes = np.array([float(size) for _, size in rungs])
    distances, quote = prices / mid - 1, np.cumsum(prices * sizes)
    curve = curve_of(distances, quote)
    known = np.flatnonzero(~np.isnan(curve))
    held = curve[known[-1]] if len(known) else 0.0
    if held <= 0:
        return
    amount = held * share
    found = walk_costs_bps(curve[None, :], np.array([distances[0] * 1e4]), amount)[0]
    left, cost = amount, 0.0
    for distance, money in zip(distances * 1e4, prices * sizes, strict=True):
        taken = min(left, money)
        cost += taken * distance
        left -= taken
    widest = float(np.diff(np.concatenate(([0.0], DISTANCES_BPS[: known[-1] + 1]))).max())
    assert abs(found - cost / amount) <= widest + 1e-9


def test_more_than_the_book_held_costs_without_bound_and_an_unknown_book_nothing_known() -> None:
    curve = np.where(DISTANCES_BPS <= 10, DISTANCES_BPS * 100.0, np.nan)
    half = np.array([0.1])
    assert walk_costs_bps(curve[None, :], half, 1_000.1)[0] == np.inf
    assert np.isfinite(walk_costs_bps(curve[None, :], half, 999.9)[0])
    assert np.isnan(walk_costs_bps(np.full((1, len(DISTANCES_BPS)), np.nan), half, 1.0)[0])


def test_an_even_book_costs_half_its_depth() -> None:
    curve = DISTANCES_BPS * 1_000.0
    assert walk_costs_bps(curve[None, :], np.zeros(1), 20_000.0)[0] == pytest.approx(10.0)
    book = [(Decimal(100_000 + step), Decimal(1)) for step in range(1, 400)]
    walked = walk_book(book, Decimal(200))
    assert (float(walked.average_price) / 100_000 - 1) * 1e4 == pytest.approx(10.05)


def test_delays_are_found_again_to_a_bins_width() -> None:
    delays = np.random.default_rng(3).exponential(80.0, 20_000)
    counts = np.bincount(delay_bins(delays), minlength=DELAY_BINS)
    for share in (0.5, 0.95, 0.99):
        found = delay_quantile_ms(counts, share)
        assert found == pytest.approx(float(np.quantile(delays, share)), rel=0.05)
    assert delay_bins(np.array([1e12]))[0] == DELAY_BINS - 1


def test_the_usual_cost_is_of_the_traders_own_minutes() -> None:
    whole = minutes(2_880)
    own = OwnTrading(5.0, 3.0, frozenset({8, 9}))
    usual = usual_liquidity(whole, own, SESSION_STARTS_H, 1.0, is_inverse=False)
    mine = np.isin(whole.start_ms // HOUR_MS % 24, (8, 9))
    assert (usual.minutes, usual.own_minutes) == (2_880, int(mine.sum()))
    half = whole.spread_bps / 2
    costs = walk_costs_bps(whole.bid_curve, half, 5.0 * whole.mid)[mine]
    assert usual.measures[COST].own.median == pytest.approx(float(np.median(costs)))
    value = float(np.median(costs))
    plain = sum((cost < value) + (cost == value) / 2 for cost in costs.tolist()) / len(costs)
    assert usual.cost_percentile(value) == (pytest.approx(plain), len(costs))
    inverse = usual_liquidity(whole, OwnTrading(50.0), SESSION_STARTS_H, 100.0, is_inverse=True)
    assert inverse.measures[COST].own.median == pytest.approx(
        float(np.median(walk_costs_bps(whole.bid_curve, half, 5_000.0)))
    )


def test_own_hours_are_those_with_more_entries_than_an_even_spread() -> None:
    entries = np.array([8] * 15 + [14] * 8 + [3]) * HOUR_MS
    assert own_hours(entries) == {8, 14, 3}
    assert own_hours(np.concatenate((entries, np.array([8] * 40) * HOUR_MS))) == {8, 14}
    assert own_hours(entries[:10]) == frozenset()


def coverage(gap_share: float, hours: int = 100) -> BookCoverage:
    listened = hours * HOUR_MS
    return BookCoverage(1, listened, round(listened * (1 - gap_share)), 3, 1_000, 0, 0, listened)


def test_a_venues_score_is_its_formula() -> None:
    health = venue_health(minutes(4_000, quiet_share=0.6), coverage(0.002))
    assert health.stress_ratio == pytest.approx(0.6, abs=0.03)
    assert health.stress.n == 200
    p99 = health.delay_ms[2]
    delay = 1 - np.log(max(p99, 50) / 50) / np.log(40)
    expected = (30 * health.stress_ratio + 30 * 0.8 + 20 * delay) / 0.8
    assert health.score == pytest.approx(expected, abs=0.1)
    month = Uptime(700 * HOUR_MS, round(700 * HOUR_MS * 0.004), 3, HOUR_MS, 0)
    late = np.zeros(DELAY_BINS, np.int64)
    late[delay_bins(np.array([400.0]))[0]] = 10**9  # outlasts what the minutes know
    feed = Reliability((month,) * 3, (), late)
    health = venue_health(minutes(4_000, quiet_share=0.6), coverage(0.002), reliability=feed)
    assert health.delay_ms[2] == pytest.approx(400, rel=0.05)
    delay = 1 - np.log(health.delay_ms[2] / 50) / np.log(40)
    expected = 30 * health.stress_ratio + 30 * 0.8 + 20 * 0.6 + 20 * delay
    assert health.score == pytest.approx(expected, abs=0.1)
    assert health.withdrawals is None
    assert venue_health(minutes(4_000), coverage(0.0), withdrawals=False).score == 0.0


def test_what_is_not_known_of_a_venue_counts_neither_way() -> None:
    known = venue_health(minutes(100), coverage(0.0, hours=0))
    assert known.stress.score is None
    assert known.whole.score is None
    assert known.connected.score is None
    assert known.score == pytest.approx(100 * (known.delay.score or 0.0))
    assert venue_health(no_minutes(), coverage(0.0, hours=0)).score is None
