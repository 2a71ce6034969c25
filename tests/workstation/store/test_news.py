"""News are committed with the ticks they came with and come back as they were."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from workstation.model.derivatives import FundingRate, Liquidation, MarkPrice, OpenInterest, Ticker
from workstation.model.feed_status import TradesBackfilled
from workstation.ports import RecordingNews
from workstation.store.ticks import DuckTickStore

MARKET = ("binance_usdm", "BTCUSDT")
NEWS: list[RecordingNews] = [
    MarkPrice(*MARKET, 1, Decimal("61234.50000000"), Decimal("61230.12345678"), None),
    MarkPrice(*MARKET, 2, Decimal("61234.6"), None, Decimal("61234")),
    FundingRate(*MARKET, 3, Decimal("-0.00012345"), 8.0, 28_800_000),
    OpenInterest(*MARKET, 4, Decimal("81234.567"), Decimal("4974000000.12")),
    OpenInterest(*MARKET, 5, Decimal("81234.567"), None),
    Liquidation(*MARKET, 6, "sell", Decimal("61000.1"), Decimal("0.004")),
    Liquidation(*MARKET, 7, "buy", Decimal("61900.1"), Decimal("12")),
    Ticker(
        *MARKET,
        8,
        *(Decimal(text) for text in ("61234.5", "60000", "62000", "59000", "1234567.891", "75e9")),
        4711,
    ),
    TradesBackfilled(*MARKET, 10, 19, 8, 2),
]


@pytest.mark.parametrize(
    "kind", [MarkPrice, FundingRate, OpenInterest, Liquidation, Ticker, TradesBackfilled]
)
def test_every_kind_of_news_comes_back_as_it_was(
    store: DuckTickStore, source: Any, kind: type[RecordingNews]
) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    store.write(recording.recording_id, [source.part(0, 100)], [], NEWS)
    store.write(recording.recording_id, [], [], NEWS[:1])
    store.finish_recording(recording.recording_id, complete=True)
    history = store.history()
    expected = [news for news in [*NEWS, NEWS[0]] if isinstance(news, kind)]
    assert history.news(recording.recording_id, kind) == expected
    assert history.news(99, kind) == []
    history.close()
    assert store.committed_rows["mark_prices"] == 3
    assert store.committed_rows["trade_repairs"] == 1


@pytest.mark.logs_warnings
def test_news_are_stored_with_their_batch_or_not_at_all(store: DuckTickStore, source: Any) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    good = source.part(0, 100)
    spoilt = replace(good, trades=good.trades.copy())
    spoilt.trades["price"] = float("nan")
    store.write(recording.recording_id, [spoilt], [], NEWS)
    store.wait_until_below(0)
    history = store.history()
    assert history.news(recording.recording_id, MarkPrice) == []
    assert history.recordings()[0].committed_seq == -1
    history.close()
