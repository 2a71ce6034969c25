"""Any venue that ccxt streams, through ccxt's own parsing: rows and news of what its watch calls return.

The way for venues whose messages we do not read ourselves. It costs more, knows no sequence of a book (every
book is whole, at most ten a second), and what passes between two calls beyond ccxt's cache is lost.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Literal

from workstation.exchange.batching import BatchBuilder, BookMessage
from workstation.exchange.decoding import BadMessage
from workstation.exchange.stream_rows import StreamRows
from workstation.exchange.venue_streams import Stream
from workstation.model.derivatives import DerivativeNews, Liquidation, MarkPrice, Ticker

BOOK_S = 0.1
MOST_LEVELS = 200


class UnifiedDecoder:
    """Turns ccxt's structures into rows of their symbols' builders and a list of news."""

    def __init__(
        self, venue: str, builders: Mapping[str, BatchBuilder], funding_hours: Mapping[str, float]
    ) -> None:
        """Take in for these symbols; see `BinanceStreamDecoder`."""
        del funding_hours
        self._venue = venue
        self._builders = builders
        self._booked_at: dict[str, float] = {}
        self.news: list[DerivativeNews] = []
        """What is not columns, in the order received; whoever takes it clears it."""
        self.skipped: list[tuple[str, int]] = []
        """Always empty: these trades are not counted."""

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[str]
    ) -> list[BadMessage]:
        """Nothing comes raw: all is ccxt's to read."""
        del recv_ns, payloads
        return [BadMessage(seq, "a raw message of a venue that ccxt reads") for seq in seqs]

    def take(self, stream: Stream, result: Any, symbol_of: Mapping[str, str], seq: int, recv_ns: int) -> None:
        """Take in what one watch call returned.

        Args:
            stream: what was watched.
            result: ccxt's structure, or a list or mapping of them.
            symbol_of: the venue's symbol by ccxt's.
            seq, recv_ns: as of a message.
        """
        rows = StreamRows()
        for item in _items(result):
            symbol = symbol_of.get(str(item.get("symbol")))
            if symbol is None or symbol not in self._builders:
                continue
            if stream is Stream.BOOKS:
                self._take_book(rows, symbol, item, seq, recv_ns)
            elif stream is Stream.TRADES:
                side = -1 if item.get("side") == "sell" else 1
                trade_id = _number_of(item)
                rows.trades[symbol].append(
                    (seq, recv_ns, _ms(item), trade_id, side, float(item["price"]), float(item["amount"]))
                )
            elif stream is Stream.QUOTES and item.get("bid") and item.get("ask"):
                best = (item["bid"], item.get("bidVolume") or 0, item["ask"], item.get("askVolume") or 0)
                rows.quotes[symbol].append((seq, recv_ns, _ms(item), -1, *map(float, best)))
            else:
                self._take_news(stream, symbol, item)
        rows.build(self._builders)

    def _take_book(
        self, rows: StreamRows, symbol: str, book: Mapping[str, Any], seq: int, recv_ns: int
    ) -> None:
        now = time.monotonic()
        if now - self._booked_at.get(symbol, 0.0) < BOOK_S:
            return
        self._booked_at[symbol] = now
        bids, asks = (
            [(float(level[0]), float(level[1])) for level in book[side][:MOST_LEVELS]]
            for side in ("bids", "asks")
        )
        rows.books[symbol].append(
            BookMessage(seq, recv_ns, _ms(book), int(book.get("nonce") or 0), 0, -1, True, bids, asks)
        )

    def _take_news(self, stream: Stream, symbol: str, item: Mapping[str, Any]) -> None:
        venue, event_ms = self._venue, _ms(item)
        if stream is Stream.MARKS and item.get("markPrice") is not None:
            index = item.get("indexPrice")
            self.news.append(
                MarkPrice(venue, symbol, event_ms, _decimal(item["markPrice"]), index and _decimal(index))
            )
        elif stream is Stream.LIQUIDATIONS and item.get("price") and item.get("contracts"):
            side: Literal["buy", "sell"] = "buy" if item.get("side") == "buy" else "sell"
            self.news.append(
                Liquidation(
                    venue, symbol, event_ms, side, _decimal(item["price"]), _decimal(item["contracts"])
                )
            )
        elif stream is Stream.TICKERS:
            day = [item.get(name) for name in ("last", "open", "high", "low", "baseVolume", "quoteVolume")]
            if None not in day:
                last, before, high, low, volume, turnover = map(_decimal, day)
                self.news.append(Ticker(venue, symbol, event_ms, last, before, high, low, volume, turnover))


def _items(result: Any) -> Iterable[Mapping[str, Any]]:
    """A structure, a list of them, or a mapping of them by symbol."""
    if isinstance(result, list):
        return result
    return [result] if "symbol" in result else list(result.values())


def _ms(item: Mapping[str, Any]) -> int:
    return int(item.get("timestamp") or 0)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _number_of(trade: Mapping[str, Any]) -> int:
    """A number that tells trades apart: the venue's where it is one."""
    text = str(trade.get("id") or f"{trade.get('timestamp')} {trade.get('price')} {trade.get('amount')}")
    if text.isdigit() and len(text) < 19:
        return int(text)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
