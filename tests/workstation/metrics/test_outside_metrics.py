"""Series from outside as metrics: in alerts, expressions and checklists, whether they are declared or not."""

from collections.abc import Mapping

import numpy as np
import pytest

from workstation.alerts.expression import parse
from workstation.alerts.rules import Threshold
from workstation.metrics.metric import ReadingState
from workstation.metrics.outside_metrics import read_outside
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.outside.book import OutsideBook
from workstation.outside.reading import Taken
from workstation.outside.source import Source
from workstation.trading.checklist_desk import METRIC_KEYS
from workstation.trading.checklist_template import read_template

NOW_MS = 1_790_000_000_000
METRIC = METRIC_BY_KEY["outside_dominance"]
TEMPLATE = """
key = "mine"
name = "Mine"
version = 1

[[row]]
kind = "automatic"
key = "dominance"
title = "Dominance below 60"
metric = "outside_dominance"
operator = "<="
threshold = 60.0
"""


def book() -> OutsideBook:
    made = OutsideBook()
    made.declare((Source("dominance", "Dominance", "json", "v", url="http://x.test/"),), ())
    return made


def test_a_value_is_read_with_its_own_age_and_is_stale_after_three_intervals() -> None:
    held = book()
    held.took(held.series["dominance"], Taken(np.array([NOW_MS]), np.array([57.5])), NOW_MS)
    reading = read_outside(METRIC, held, NOW_MS + 60_000)
    assert (reading.value, reading.time_ms, reading.state) == (57.5, NOW_MS, ReadingState.OK)
    held.failed(held.series["dominance"], "It answers 404", NOW_MS + 60_000, 1000)
    assert read_outside(METRIC, held, NOW_MS + 61_000).is_ok
    stale = read_outside(METRIC, held, NOW_MS + 46 * 60_000)
    assert (stale.value, stale.state, stale.why) == (57.5, ReadingState.STALE, "It answers 404")


def test_without_a_value_or_a_source_it_is_no_data_and_why() -> None:
    for held, why in (
        (None, "No source declares"),
        (OutsideBook(), "No source declares"),
        (book(), "not been"),
    ):
        reading = read_outside(METRIC, held, NOW_MS)
        assert reading.state is ReadingState.NO_DATA
        assert why in reading.why


def test_rules_and_checklists_may_name_any_series() -> None:
    assert Threshold("outside_dominance", "above", 60).of is METRIC
    assert parse("outside_dominance > 60 and spread_bps < 5").metrics[0] is METRIC
    assert read_template(TEMPLATE, METRIC_KEYS).rows
    assert isinstance(METRIC_BY_KEY, Mapping)
    assert "outside_dominance" in METRIC_BY_KEY
    assert "outside_dominance" not in list(METRIC_BY_KEY)


@pytest.mark.parametrize("key", ["outside_", "outside_Bad", "outside", "outside_a b", "nothing"])
def test_other_names_are_no_metric(key: str) -> None:
    assert key not in METRIC_BY_KEY
    assert METRIC_BY_KEY.get(key) is None
