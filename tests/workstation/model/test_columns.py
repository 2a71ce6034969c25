"""Batches count messages, not levels, and start out empty with the right columns."""

import numpy as np

from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch


def test_an_empty_batch_has_the_columns_of_every_kind() -> None:
    batch = MarketBatch("binance_usdm", "BTCUSDT")
    assert (batch.trades.dtype, batch.quotes.dtype) == (TRADE, QUOTE)
    assert (batch.updates.dtype, batch.levels.dtype) == (BOOK_UPDATE, LEVEL)
    assert (batch.events, batch.last_seq) == (0, -1)


def test_levels_are_no_events() -> None:
    batch = MarketBatch(
        "binance_usdm",
        "BTCUSDT",
        np.zeros(2, TRADE),
        np.zeros(3, QUOTE),
        np.zeros(4, BOOK_UPDATE),
        np.zeros(500, LEVEL),
    )
    assert batch.events == 9
