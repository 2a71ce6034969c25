"""A sheet of many metrics answers what each of them answers alone, whatever happens in between."""

from dataclasses import replace

import pytest

from tests.workstation.metrics.made import steps, tell_a_story
from tests.workstation.metrics.test_registry import NOW_MS, Venue
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


def _comes_again(venue: Venue) -> None:
    """A minute later everything of a symbol that such metrics hold until it comes, has come."""
    for symbol, state in venue.market.states.items():
        later_ms = state.market_ms - NOW_MS + 61_000
        venue.trade((later_ms, 1, state.last_price, 1.0), symbol=symbol)
        if state.open_interest is not None:
            venue.tell(replace(state.open_interest, event_ms=NOW_MS + later_ms))


def test_what_holds_until_its_inputs_come_again_is_then_what_it_would_be_anew() -> None:
    venue = Venue(is_live=True)
    tell_a_story(venue)
    sheet = MetricSheet(venue.reader, venue.market, venue.clock, is_live=True)
    sheet.keep(METRICS[1::2], METRICS[::2])
    known: set[str] = set()
    for step in (lambda: None, *steps(venue)):
        step()
        sheet.read("ETHUSDT", whole=True)  # of the time between
        _comes_again(venue)
        venue.clock.advance(2 * HOLD_S)
        for symbol in ("BTCUSDT", "ETHUSDT"):
            row = sheet.read(symbol, whole=True)
            if row is None:
                continue
            readings = alone(venue, symbol, is_live=True)
            for key in AS_OF_THEIR_INPUTS:
                told, anew = sheet.reading(key, row), readings[key]
                assert (told.value, told.state, told.time_ms) == (anew.value, anew.state, anew.time_ms), key
                if told.value is not None:
                    known.add(key)
    assert known == AS_OF_THEIR_INPUTS


def test_what_is_only_shown_stays_until_a_row_is_read_whole() -> None:
    venue = Venue()
    tell_a_story(venue)
    sheet = MetricSheet(venue.reader, venue.market, venue.clock, is_live=True)
    last, change = METRIC_BY_KEY["last"], METRIC_BY_KEY["change_24h_rate"]
    sheet.keep([last], [last, change])
    row = sheet.read("BTCUSDT", whole=True)
    assert row is not None
    price, moved = row.values
    venue.trade((1_000, 1, 1_200.0, 1.0))
    sheet.read("BTCUSDT")
    assert row.values == [1_200.0, moved] != [price, moved]
    sheet.read("BTCUSDT", whole=True)
    assert row.values == [1_200.0, pytest.approx(1_200 / 970 - 1)]


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
