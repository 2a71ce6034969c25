"""Breakouts of the three-day range, on hours that were laid out by hand."""

import numpy as np

from tests.workstation.metrics.test_registry import Venue
from workstation.metrics.breakout_metrics import BREAKOUT_WORDS
from workstation.metrics.metric import ReadingState

DAYS = 12


def hours_that_end(*closes: float, volume: float = 40.0) -> tuple[list[float], list[float]]:
    """Days around 100 with highs of 106 and lows of 94, then these closes on that volume."""
    quiet = [100.0 + (hour % 2) for hour in range(DAYS * 24 - len(closes))]
    return [*quiet, *closes], [*[10.0] * len(quiet), *[volume] * len(closes)]


def stage(venue: Venue, *closes: float, volume: float = 40.0) -> tuple[str, float]:
    prices, volumes = hours_that_end(*closes, volume=volume)
    venue.trade((0, 1, prices[-1], 1.0))
    venue.hours("BTCUSDT", np.array(prices), np.array(volumes))
    return BREAKOUT_WORDS[int(venue.value("breakout_stage"))], venue.value("breakout_level")


def test_a_price_within_its_range_names_the_nearer_end() -> None:
    assert stage(Venue(), 104.0) == ("inside", 106.0)
    assert stage(Venue(), 96.0) == ("inside", 95.0)


def test_a_close_beyond_the_range_counts_as_a_break_with_volume_alone() -> None:
    assert stage(Venue(), 110.0) == ("break", 106.0)
    assert stage(Venue(), 110.0, volume=10.0) == ("above level", 106.0)
    assert stage(Venue(), 90.0, volume=10.0) == ("below level", 95.0)


def test_what_falls_back_into_the_range_has_failed() -> None:
    assert stage(Venue(), 110.0, 112.0, 97.0) == ("failed break", 106.0)


def test_the_distance_is_of_the_newest_trade_from_the_level() -> None:
    venue = Venue()
    stage(venue, 110.0)
    assert abs(venue.value("breakout_distance_rate") - (110 / 106 - 1)) < 1e-12


def test_hours_that_are_missing_are_no_range() -> None:
    venue = Venue()
    prices, volumes = hours_that_end(104.0)
    venue.trade((0, 1, 104.0, 1.0))
    venue.hours("BTCUSDT", np.array(prices[-90:]), np.array(volumes[-90:]))
    reading = venue.read("breakout_stage")
    assert reading.state is ReadingState.NO_DATA
    assert "of the last 96 hours" in reading.why
