from itertools import product
from math import sqrt

import numpy as np
import pytest

from workstation.analytics.distributions import student_t_p_value, student_t_quantile
from workstation.journal.statistics.chance import Resampler, Shuffled, discoveries
from workstation.journal.statistics.figure import mean_of
from workstation.journal.statistics.streaks import chance_band, longest_run, longest_run_probability


@pytest.mark.parametrize(
    "degrees, t", [(1, 12.7062047), (2, 4.3026527), (5, 2.5705818), (30, 2.0422725), (1000, 1.9623391)]
)
def test_students_quantile_is_that_of_the_tables(degrees: int, t: float) -> None:
    assert student_t_quantile(degrees) == pytest.approx(t, abs=1e-6)
    assert student_t_p_value(student_t_quantile(degrees, 0.9), degrees) == pytest.approx(0.1)


@pytest.mark.parametrize("n, rate", [(1, 0.4), (7, 0.55), (10, 0.3)])
def test_the_longest_run_is_as_likely_as_counting_every_sequence_says(n: int, rate: float) -> None:
    for longest in range(n + 1):
        counted = 0.0
        for flags in product((False, True), repeat=n):
            if longest_run(np.array(flags)) <= longest:
                hits = sum(flags)
                counted += rate**hits * (1 - rate) ** (n - hits)
        assert longest_run_probability(n, rate, longest) == pytest.approx(counted)


def test_beyond_five_thousand_trips_the_limit_agrees_with_the_recursion() -> None:
    for longest in (8, 11, 15):
        below, above = (longest_run_probability(n, 0.55, longest) for n in (5_000, 5_001))
        assert below == pytest.approx(above, abs=2e-3)


def test_the_band_of_chance_holds_what_shuffling_shows() -> None:
    random = np.random.default_rng(5)
    runs = [longest_run(random.random(212) < 0.547) for _ in range(4_000)]
    low, high = chance_band(212, 0.547)
    assert abs(np.quantile(runs, 0.05) - low) <= 1
    assert abs(np.quantile(runs, 0.95) - high) <= 1
    assert chance_band(10, 0.0) == (0, 0)
    assert chance_band(10, 1.0) == (10, 10)


def test_the_permutation_test_counts_what_all_choices_would() -> None:
    values = np.array([-1.0, -1, -1, 2, 3, -1, 0.5, 4])
    group = values[[3, 4, 7]]
    gaps = [
        abs(np.mean([values[a], values[b], values[c]]) - values.mean())
        for a in range(8)
        for b in range(a)
        for c in range(b)
    ]
    exact = np.mean(np.array(gaps) >= abs(group.mean() - values.mean()) - 1e-12)
    assert Shuffled(values).p_value(group) == pytest.approx(exact, abs=0.01)


def test_a_group_and_its_rest_are_equally_surprising() -> None:
    values = np.random.default_rng(1).normal(size=600)
    shuffled = Shuffled(values)
    for size in (20, 80, 300):
        one, rest = shuffled.p_value(values[:size]), shuffled.p_value(values[size:])
        assert one == pytest.approx(rest, abs=0.03)


def test_luck_alone_seldom_stands_out_and_an_edge_does() -> None:
    random = np.random.default_rng(7)
    alarms = 0
    for seed in range(40):
        values = np.where(random.random(200) < 0.4, random.exponential(2, 200), -1)
        shuffled = Shuffled(values, seed)
        groups = np.array_split(random.permutation(200), 10)
        alarms += bool(discoveries(np.array([shuffled.p_value(values[one]) for one in groups])).any())
    assert alarms <= 9  # one in ten of 40, with room
    values[:40] += 2
    shuffled = Shuffled(values)
    found = discoveries(np.array([shuffled.p_value(values[at : at + 40]) for at in range(0, 200, 40)]))
    assert found[0]


def test_discoveries_are_benjamini_and_hochbergs() -> None:
    p_values = np.array([0.01, np.nan, 0.02, 0.03, 0.9, 0.5])
    assert discoveries(p_values, 0.05).tolist() == [True, False, True, True, False, False]
    assert not discoveries(np.array([0.02, 0.5, 0.9]), 0.05).any()
    assert discoveries(np.array([0.02, 0.03, 0.04]), 0.05).all()  # the last one carries those before it


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(11)
    resampler = Resampler()
    held = {"t": 0, "bootstrap": 0, "gap": 0}
    for _ in range(300):
        values, others = (np.where(random.random(n) < 0.5, 1.2, -1.0) for n in (40, 90))
        student = mean_of(values)
        assert student.low is not None
        assert student.high is not None
        held["t"] += student.low <= 0.1 <= student.high
        low, high = resampler.mean_interval(values) or (1, 0)
        held["bootstrap"] += low <= 0.1 <= high
        low, high = resampler.gap_interval(values, others) or (1, 0)
        held["gap"] += low <= 0 <= high
    assert all(0.91 <= count / 300 <= 0.985 for count in held.values()), held


def test_above_a_hundred_trips_the_limit_agrees_with_resampling() -> None:
    values = np.random.default_rng(2).exponential(size=101)
    resampler = Resampler()
    few, many = (np.std(resampler.means(some)) for some in (values[:100], values))
    assert few == pytest.approx(values[:100].std(ddof=1) / sqrt(100), rel=0.08)
    assert many == pytest.approx(values.std(ddof=1) / sqrt(101), rel=0.08)
