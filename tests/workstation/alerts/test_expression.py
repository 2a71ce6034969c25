"""The language of custom alerts: what it means, what it refuses and where, and that it does nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.alerts.expression import MOST_CHARACTERS, ExpressionError, parse
from workstation.metrics.metric import Metric, Reading, ReadingState
from workstation.metrics.registry import METRIC_BY_KEY

VALUES = {"spread_bps": 25.0, "funding_8h_rate": 0.0004, "imbalance": -0.6, "session": 1.0, "last": 100.0}


def read(metric: Metric) -> Reading:
    value = VALUES.get(metric.key)
    state = ReadingState.NO_DATA if value is None else ReadingState.OK
    return Reading(value, 0, "", state, "" if value is not None else "It is not known")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("spread_bps > 20 and funding_8h_rate > 0.0005", False),
        ("spread_bps > 20 and funding_8h_rate > 0.03%", True),
        ("funding_8h_rate >= 0.04 %", True),
        ("abs(imbalance) > 0.5", True),
        ("max(spread_bps, 30) == 30 and min(1, 2) < max(1, 2)", True),
        ("1 + 2 * 3 == 7 and (1 + 2) * 3 == 9", True),
        ("10 - 4 - 3 == 3 and 8 / 4 / 2 == 1 and -2 * -3 == 6", True),
        ("not spread_bps > 20 or last < 1", False),
        ("1 < 2 or 1 > 2 and 1 > 2", True),
        ('session == "europe"', True),
        ("'Asia' != session", True),
        ("last > 0.00001M and last < .5k and 30m == 1800 and 2h == 120m and 1d == 24h", True),
        ("spread_bps ≥ 25 and spread_bps ≤ 25 and last − 1 == 9.9e1", True),
    ],
)
def test_it_means_what_it_says(text: str, holds: bool) -> None:
    assert parse(text).holds(read) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("mark > 1", None),
        ("mark > 1 and last > 1", None),
        ("mark > 1 and last < 1", False),
        ("mark > 1 or last > 1", True),
        ("mark > 1 or last < 1", None),
        ("not mark > 1", None),
        ("max(mark, last) > 1", None),
        ("last / (spread_bps - 25) > 1", None),
    ],
)
def test_what_is_not_known_decides_nothing_unless_the_rest_does(text: str, holds: bool | None) -> None:
    assert parse(text).holds(read) is holds


@pytest.mark.parametrize(
    ("text", "words", "concerned"),
    [
        ("", "Nothing is written", ""),
        ("spread_bps >", "missing at the end", ""),
        ("spred_bps > 20", "did you mean spread_bps?", "spred_bps"),
        ("spread_bps = 20", "equal is written ==", "="),
        ("spread_bps > 20 last < 1", "operator is missing", "last"),
        ("(spread_bps > 20", "never closed", "("),
        ("spread_bps > 20)", "never opened", ")"),
        ("spread_bps", "compare it with something", "spread_bps"),
        ("1 < last < 3", "joined by “and”", "<"),
        ("last > 1 and 5", "joins comparisons", "5"),
        ("abs last > 1", "needs brackets", "abs"),
        ("abs(1, 2) > 1", "one number", "abs(1, 2)"),
        ("max(1) > 1", "2 to 8 numbers", "max(1)"),
        ('session == "Mars"', "Asia, Europe, US", '"Mars"'),
        ('session > "Asia"', "== or !=", ">"),
        ("session == 1", "Words are compared with words", "session"),
        ('last == "Asia"', "metric in words", '"Asia"'),
        ("last > 5x", "neither a number nor a name", "5x"),
        ("last.price > 1", "means nothing here", "."),
        ("last > 1; last", "means nothing here", ";"),
        ("__import__('os') > 1", "no metric __import__", "__import__"),
        ("(" * 60 + "1" + ")" * 60 + " > 0", "nested too deeply", "("),
        ("1" * (MOST_CHARACTERS + 1), "at most", "1"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, words: str, concerned: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert words in str(refused.value)
    assert text[refused.value.start : refused.value.end] == concerned


SIGNS = ["(", ")", ",", "+", "-", "*", "/", "<", ">=", "==", "and", "or", "not", "abs", "min", "max", "."]
OTHERS = [
    "1",
    "0",
    "2.5e3",
    "5%",
    "4h",
    "1e308",
    "1e999",
    "[",
    "lambda",
    '"Asia"',
    "__class__",
    "\n",
    "½",
    "٣",
]
PIECES = st.sampled_from([*METRIC_BY_KEY, *SIGNS, *OTHERS])


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map(" ".join)))
def test_whatever_is_typed_it_reads_or_refuses_and_nothing_else(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionError as refused:
        error = refused
    else:
        assert expression.holds(read) in (True, False, None)
        assert set(expression.metrics) <= set(METRIC_BY_KEY.values())
        return
    assert str(error)
    assert 0 <= error.start <= error.end <= len(text) + 1


class Bait:
    """Says so when anything of it but the value is reached for."""

    value = 1.0
    is_ok = True

    def __getattribute__(self, name: str) -> Any:
        assert name in ("value", "is_ok"), name
        return object.__getattribute__(self, name)


@given(st.lists(PIECES, max_size=25).map(" ".join))
def test_an_expression_reaches_nothing_of_a_reading_but_its_value(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionError:
        return
    expression.holds(lambda _metric: Bait())  # type: ignore[arg-type, return-value]


@given(st.integers(1, 199))
def test_long_chains_of_signs_are_read(count: int) -> None:
    assert parse("-" * count + "1 < 2").holds(read) is True
    assert parse("not " * (count // 3) + "1 < 2").holds(read) is (count // 3 % 2 == 0)
