"""Rows of live messages, gathered by symbol while a lot of messages is decoded."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from workstation.exchange.batching import BatchBuilder, BookMessage
from workstation.model.columns import QUOTE, TRADE

Row = tuple[int | float, ...]


class StreamRows:
    """What a lot of messages has brought, by symbol; `build` hands it over."""

    def __init__(self) -> None:
        self.trades: defaultdict[str, list[Row]] = defaultdict(list)
        self.quotes: defaultdict[str, list[Row]] = defaultdict(list)
        self.books: defaultdict[str, list[BookMessage]] = defaultdict(list)

    def build(self, builders: Mapping[str, BatchBuilder]) -> None:
        """Give each symbol's rows to its builder."""
        for symbol, trades in self.trades.items():
            builders[symbol].add_trades(np.array(trades, TRADE))
        for symbol, quotes in self.quotes.items():
            builders[symbol].add_quotes(np.array(quotes, QUOTE))
        for symbol, books in self.books.items():
            builders[symbol].add_books(books)
