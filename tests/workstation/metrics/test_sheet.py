"""A sheet of many metrics answers what each of them answers alone, whatever happens in between."""

import pytest

from tests.workstation.metrics.made import steps, tell_a_story
from tests.workstation.metrics.test_registry import Venue
from workstation.metrics.metric import Reading
from workstation.metrics.registry import HOLD_S, METRIC_BY_KEY, METRICS, MetricReader
from workstation.metrics.sheet import MetricSheet

AS_OF_THEIR_INPUTS = {
    *("volume_day_multiple", "open_interest_change_24h_rate", "open_interest_quadrant"),
    *("correlation_btc", "correlation_eth", "correlation_book", "beta_btc", "beta_eth"),
}
"""They hold until one of their inputs comes again: a day ends there, candles of others are a minute old."""


def alone(venue: Venue, symbol: str, *, is_live: bool) -> dict[str, Reading]:
    """Every metric, read one by one by a reader that remembers nothing."""
    reader = MetricReader(venue.market, venue.clock, venue.covered, is_live=is_live)
    reader.calendar, reader.positions = venue.reader.calendar, venue.reader.positions
    return {metric.key: reader.read(metric, symbol) for metric in METRICS}


@pytest.mark.parametrize("is_live", [True, False])
def test_rows_equal_every_metric_read_alone_after_each_step(is_live: bool) -> None:
    venue = Venue(is_live=is_live)
    tell_a_story(venue)
    sheet = MetricSheet(venue.reader, venue.market, venue.clock, is_live=is_live)
    sheet.keep(METRICS[::2], METRICS[1::2])
    remembers = MetricReader(venue.market, venue.clock, venue.covered, is_live=is_live)
    known: set[str] = set()
    states: set[str] = set()
    for step in (lambda: None, *steps(venue)):
        step()
        remembers.calendar, remembers.positions = venue.reader.calendar, venue.reader.positions
        venue.clock.advance(2 * HOLD_S)
        for symbol in ("BTCUSDT", "ETHUSDT"):
            sheet.read(symbol)  # what is only shown is read behind what decides, and from the same data
            row = sheet.read(symbol, whole=True)
            if row is None:
                assert venue.market.state(symbol) is None
                continue
            for key, reading in alone(venue, symbol, is_live=is_live).items():
                told = sheet.reading(key, row)
                same = remembers.read(METRIC_BY_KEY[key], symbol)
                assert (told.value, told.state) == (same.value, same.state), (key, symbol)
                if key not in AS_OF_THEIR_INPUTS:
                    assert (told.value, told.state, told.time_ms) == (
                        reading.value,
                        reading.state,
                        reading.time_ms,
                    ), (key, symbol)
                states.add(told.state.value)
                if told.value is not None:
                    known.add(key)
    assert states == ({"ok", "stale", "no data"} if is_live else {"ok", "no data"})
    unknown = {metric.key for metric in METRICS} - known
    assert all(metric.inputs for metric in METRICS if metric.key in unknown)
    assert len(unknown) <= 25, f"the story leaves out what needs a store or a second market: {unknown}"


def test_what_is_not_kept_any_more_is_not_read() -> None:
    venue = Venue()
    tell_a_story(venue)
    sheet = MetricSheet(venue.reader, venue.market, venue.clock, is_live=True)
    sheet.keep(METRICS[:2])
    row = sheet.read("BTCUSDT")
    assert row is not None
    assert len(row.values) == 2
    sheet.keep(METRICS[1:4])
    assert sheet.row("BTCUSDT") is None, "values of other metrics stood in it"
    assert sheet.place(METRICS[0].key) is None
