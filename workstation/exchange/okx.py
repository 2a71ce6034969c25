"""OKX's v5 public stream: books by chain or checksum, trades, best prices, marks, funding, the day."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from workstation.exchange.batching import BatchBuilder, BookMessage, PriceAndSize
from workstation.exchange.decoding import UNREADABLE, BadMessage, Id, TimeMs
from workstation.exchange.okx_checksum import OkxBook, TextLevel
from workstation.exchange.stream_rows import StreamRows
from workstation.model.derivatives import DerivativeNews, FundingRate, Liquidation, MarkPrice, Ticker

BROKEN_ID = -2
"""In place of the id before it: an update after which the checksum was wrong continues nothing."""

# Field names are OKX's own. Numbers come as strings.


_Level = Annotated[list[str], msgspec.Meta(min_length=2, max_length=8)]
"""Price and size; behind them a field of older days and the number of orders."""


class _Arg(msgspec.Struct, gc=False):
    channel: str
    instId: str = ""


class _Book(msgspec.Struct, gc=False):
    bids: list[_Level]
    asks: list[_Level]
    ts: TimeMs
    seqId: int = -1
    prevSeqId: int = -1
    checksum: int = 0


class _Trade(msgspec.Struct, gc=False):
    tradeId: Id
    px: float
    sz: float
    side: Literal["buy", "sell"]  # the taker's
    ts: TimeMs


class _Ticker(msgspec.Struct, gc=False):
    last: Decimal
    open24h: Decimal
    high24h: Decimal
    low24h: Decimal
    vol24h: Decimal  # contracts, or the coin itself on spot
    volCcy24h: Decimal  # the coin, or quote on spot
    ts: TimeMs


class _Mark(msgspec.Struct, gc=False):
    markPx: Decimal
    ts: TimeMs


class _Funding(msgspec.Struct, gc=False):
    fundingRate: Decimal
    fundingTime: TimeMs
    nextFundingTime: TimeMs | Literal[""] = ""
    ts: TimeMs = 0


class _LiquidationDetail(msgspec.Struct, gc=False):
    side: Literal["buy", "sell"]
    bkPx: Decimal
    sz: Decimal
    ts: TimeMs


class _Liquidation(msgspec.Struct, gc=False):
    instId: str
    details: list[_LiquidationDetail]


class _Envelope(msgspec.Struct, gc=False):
    arg: _Arg
    data: msgspec.Raw
    action: str = ""


_read_envelope = msgspec.json.Decoder(_Envelope).decode
_read_books = msgspec.json.Decoder(list[_Book], strict=False).decode
_read_trades = msgspec.json.Decoder(list[_Trade], strict=False).decode
_read_tickers = msgspec.json.Decoder(list[_Ticker], strict=False).decode
_read_marks = msgspec.json.Decoder(list[_Mark], strict=False).decode
_read_funding = msgspec.json.Decoder(list[_Funding], strict=False).decode
_read_liquidations = msgspec.json.Decoder(list[_Liquidation], strict=False).decode


class OkxDecoder:
    """Decodes messages of OKX's public stream into their symbols' builders and a list of news.

    A book is chained by `seqId` and `prevSeqId`. Where a message has none, as in recordings of older days,
    its checksum is proven instead and updates are numbered here; after a wrong one the chain is broken.
    """

    def __init__(
        self, venue: str, builders: Mapping[str, BatchBuilder], funding_hours: Mapping[str, float]
    ) -> None:
        """Decode for these instruments; see `BinanceStreamDecoder`."""
        self._venue = venue
        self._builders = builders
        self._funding_hours = funding_hours
        self._checked: dict[str, OkxBook] = {}
        self._numbers: dict[str, int] = {}
        self.checksums_right = 0
        self.checksums_wrong = 0
        self.news: list[DerivativeNews] = []
        """What is not columns, in the order received; whoever takes it clears it."""
        self.skipped: list[tuple[str, int]] = []
        """Always empty: OKX counts trades only."""

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[str]
    ) -> list[BadMessage]:
        """See `Decoder.decode`."""
        bad: list[BadMessage] = []
        rows = StreamRows()
        for seq, received, payload in zip(seqs, recv_ns, payloads, strict=True):
            try:
                message = _read_envelope(payload)
                self._take(rows, seq, received, message)
            except UNREADABLE as error:
                bad.append(BadMessage(seq, str(error)))
        rows.build(self._builders)
        return bad

    def _take(self, rows: StreamRows, seq: int, recv_ns: int, message: _Envelope) -> None:
        channel, symbol = message.arg.channel, message.arg.instId
        if channel == "liquidation-orders":  # of every instrument of a type
            self._take_liquidations(message.data)
            return
        if symbol not in self._builders:
            raise ValueError(f"no instrument that is followed: {symbol[:40]}")
        if channel == "books":
            self._take_books(rows, seq, recv_ns, symbol, message)
        elif channel in ("trades", "trades-all"):
            for trade in _read_trades(message.data):
                side = 1 if trade.side == "buy" else -1
                rows.trades[symbol].append((seq, recv_ns, trade.ts, trade.tradeId, side, trade.px, trade.sz))
        elif channel == "bbo-tbt":
            for best in _read_books(message.data):
                bids, asks = _numbers(best.bids), _numbers(best.asks)
                if bids and asks:
                    rows.quotes[symbol].append((seq, recv_ns, best.ts, best.seqId, *bids[0], *asks[0]))
        else:
            self._take_news(channel, symbol, message.data)

    def _take_books(self, rows: StreamRows, seq: int, recv_ns: int, symbol: str, message: _Envelope) -> None:
        is_snapshot = message.action == "snapshot"
        for book in _read_books(message.data):
            bids, asks = _numbers(book.bids), _numbers(book.asks)
            if book.seqId >= 0:
                last_id, prev_id = book.seqId, -1 if is_snapshot else book.prevSeqId
            else:
                prev_id = self._numbers.get(symbol, 0)
                last_id = self._numbers[symbol] = prev_id + 1
                if not self._is_proven(symbol, book, is_snapshot):
                    prev_id = BROKEN_ID
                prev_id = -1 if is_snapshot else prev_id
            rows.books[symbol].append(
                BookMessage(seq, recv_ns, book.ts, last_id, last_id, prev_id, is_snapshot, bids, asks)
            )

    def _is_proven(self, symbol: str, book: _Book, is_snapshot: bool) -> bool:
        checked = self._checked.setdefault(symbol, OkxBook())
        bids, asks = _texts(book.bids), _texts(book.asks)
        if is_snapshot:
            checked.replace(bids, asks)
        else:
            checked.apply(bids, asks)
        if not book.checksum:
            return True
        right = checked.checksum == book.checksum
        self.checksums_right += right
        self.checksums_wrong += not right
        return right

    def _take_news(self, channel: str, symbol: str, data: msgspec.Raw) -> None:
        venue = self._venue
        if channel == "mark-price":
            for mark in _read_marks(data):
                self.news.append(MarkPrice(venue, symbol, mark.ts, mark.markPx))
        elif channel == "funding-rate":
            for funding in _read_funding(data):
                apart_ms = (funding.nextFundingTime or 0) - funding.fundingTime
                hours = apart_ms / 3_600_000 if apart_ms > 0 else self._funding_hours.get(symbol)
                if not hours:
                    continue
                self.news.append(
                    FundingRate(venue, symbol, funding.ts, funding.fundingRate, hours, funding.fundingTime)
                )
        elif channel == "tickers":
            for day in _read_tickers(data):
                self.news.append(
                    Ticker(
                        venue,
                        symbol,
                        day.ts,
                        day.last,
                        day.open24h,
                        day.high24h,
                        day.low24h,
                        day.vol24h,
                        day.volCcy24h * day.last,
                    )
                )
        else:
            raise ValueError(f"no known channel: {channel[:40]}")

    def _take_liquidations(self, data: msgspec.Raw) -> None:
        for item in _read_liquidations(data):
            if item.instId not in self._builders:
                continue
            for detail in item.details:
                self.news.append(
                    Liquidation(self._venue, item.instId, detail.ts, detail.side, detail.bkPx, detail.sz)
                )


def _numbers(levels: list[list[str]]) -> list[PriceAndSize]:
    return [(float(level[0]), float(level[1])) for level in levels]


def _texts(levels: list[list[str]]) -> list[TextLevel]:
    return [(level[0], level[1]) for level in levels]
