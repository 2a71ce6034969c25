"""Ticks of a window that came before this run are read from the store: as if they had been held."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.workstation.market.made import make_instrument
from ui.correlation.source import Correlations, CorrelationSource
from ui.correlation.spans import SPANS, Span
from workstation.analytics.correlation import hayashi_yoshida
from workstation.analytics.correlation_matrix import Method
from workstation.market.past_reader import PastReader
from workstation.market.state import Market, SymbolState
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import DuckTickStore, open_store

END_MS = 480_000 * 3_600_000
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


def trades(symbol: str, minutes: int) -> Records:
    """So many minutes up to END_MS, now and then, of one path that all share."""
    path = np.cumsum(np.random.default_rng(4).normal(0, 1e-4, minutes * 600))
    random = np.random.default_rng(len(symbol) + ord(symbol[0]))
    at = np.sort(random.choice(minutes * 600, minutes * 40, replace=False))
    rows = np.zeros(len(at), TRADE)
    rows["event_ms"] = END_MS - minutes * 60_000 + at * 100
    rows["price"] = np.round(60_000 * np.exp(path[at] + np.cumsum(random.normal(0, 3e-4, len(at)))), 1)
    rows["size"], rows["side"], rows["seq"], rows["trade_id"] = 1.0, 1, np.arange(len(at)), np.arange(len(at))
    return rows


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckTickStore]:
    with open_store(tmp_path) as opened:
        yield opened


def market(rows: dict[str, Records]) -> list[SymbolState]:
    made = Market(Bus(), ManualClock())
    for symbol, own in rows.items():
        made.add(replace(make_instrument(), symbol=symbol, base=symbol.removesuffix("USDT")))
        made.apply(MarketBatch("binance_usdm", symbol, trades=own))
        made.states[symbol].market_ms = END_MS + 5_000
    return list(made.states.values())


def found(states: list[SymbolState], span: Span, reader: PastReader | None) -> Correlations:
    source = CorrelationSource()
    until, looks = time.monotonic() + 30, 0
    try:
        # What was read may come after what was worked out without it: it is asked anew.
        while time.monotonic() < until and looks < 5:
            source.refresh(states, span, Method.TICKS, reader=reader)
            lacking = any(past.jobs(0.0) for past in source._pasts.values())
            looks = 0 if source.working or lacking else looks + 1
            time.sleep(0.005)
        assert source.found is not None
        return source.found
    finally:
        source.close()


@pytest.mark.parametrize("span", SPANS[:3], ids=lambda span: span.title)
def test_what_this_run_has_not_seen_of_the_window_comes_from_the_store(
    store: DuckTickStore, span: Span
) -> None:
    minutes = span.bars * span.timeframe_ms // 60_000
    whole = {symbol: trades(symbol, minutes + 3) for symbol in SYMBOLS}
    begins = {symbol: END_MS - (minutes * 60_000) // (3 + place) for place, symbol in enumerate(SYMBOLS)}
    for symbol, rows in whole.items():
        instrument = replace(make_instrument(), symbol=symbol, base=symbol.removesuffix("USDT"))
        recording = store.open_recording("before", "test", instrument)
        batch = MarketBatch("binance_usdm", symbol, trades=rows, last_seq=len(rows) - 1)
        store.write(recording.recording_id, [batch], [])
    store.wait_until_below(0)
    now = {symbol: rows[rows["event_ms"] >= begins[symbol]] for symbol, rows in whole.items()}
    reader = PastReader(store.history, ManualClock())
    try:
        with_store = found(market(now), span, reader)
    finally:
        reader.close()
    in_memory = found(market(whole), span, None)
    without = found(market(now), span, None)
    np.testing.assert_array_equal(with_store.values, in_memory.values)
    np.testing.assert_array_equal(with_store.counts, in_memory.counts)
    assert with_store.counts.min() > 2 * without.counts.max()
    # And by a query and a loop that know nothing of either.
    sides: list[NDArray[np.float64]] = []
    with store._root.cursor() as cursor:
        for symbol in SYMBOLS[:2]:
            asked = cursor.execute(
                f"SELECT event_ms // {span.tick_ms}, arg_max(price, trade_id) FROM trades "
                "WHERE recording_id = (SELECT recording_id FROM recordings JOIN instruments "
                "USING (instrument_id) WHERE symbol = ?) AND event_ms >= ? AND event_ms < ? GROUP BY 1 "
                "ORDER BY 1",
                [symbol, END_MS - minutes * 60_000, END_MS],
            ).fetchall()
            sides += [np.array([row[0] for row in asked], float), np.array([row[1] for row in asked])]
    at = [with_store.symbols.index(symbol) for symbol in SYMBOLS[:2]]
    _, expected = hayashi_yoshida(*sides)
    assert with_store.values[at[0], at[1]] == pytest.approx(expected, abs=1e-12)


def test_where_nothing_is_stored_what_is_held_stays_alone(store: DuckTickStore) -> None:
    states = market({symbol: trades(symbol, 6) for symbol in SYMBOLS})
    reader = PastReader(store.history, ManualClock())
    try:
        with_store = found(states, SPANS[0], reader)
    finally:
        reader.close()
    np.testing.assert_array_equal(with_store.values, found(states, SPANS[0], None).values)
    assert np.isfinite(with_store.values).all()
