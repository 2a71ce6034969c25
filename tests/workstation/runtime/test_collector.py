"""Python looks for circular garbage seldom, and still does."""

import gc
from collections.abc import Iterator

import pytest

from workstation.runtime.collector import collect_seldom


@pytest.fixture
def _thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("_thresholds")
def test_garbage_is_looked_for_a_hundred_times_less_often_and_not_never() -> None:
    gc.set_threshold(700, 10, 10)
    collect_seldom()
    assert gc.isenabled()
    assert gc.get_threshold()[0] == 100 * 700
