"""Binance's wire format: depth updates, snapshots, trades and quotes of USDⓈ-M, COIN-M and spot."""

from collections.abc import Callable

import msgspec

from workstation.exchange.batching import BatchBuilder, PriceAndSize
from workstation.exchange.decoding import UnknownMessage

# Field names are Binance's own. Numbers come as JSON strings and are read as floats without passing through
# Python: `strict=False` lets the decoder do it.


class _Depth(msgspec.Struct, gc=False):
    E: int  # event time, ms
    U: int  # first update id
    u: int  # last update id
    b: list[PriceAndSize]
    a: list[PriceAndSize]
    s: str
    T: int = 0  # transaction time, ms; futures only
    pu: int = -1  # last update id of the update before; futures only
    ps: str = ""  # pair; COIN-M only


class _Trade(msgspec.Struct, gc=False):
    T: int
    t: int
    p: float
    q: float
    m: bool  # the buyer was the maker: the taker sold


class _Quote(msgspec.Struct, gc=False):
    u: int
    b: float
    B: float
    a: float
    A: float
    T: int = 0


class _Snapshot(msgspec.Struct, gc=False):
    lastUpdateId: int  # noqa: N815 - Binance's name
    bids: list[PriceAndSize]
    asks: list[PriceAndSize]
    T: int = 0
    symbol: str = ""  # COIN-M only


class _DepthMessage(msgspec.Struct, gc=False):
    data: _Depth


class _TradeMessage(msgspec.Struct, gc=False):
    data: _Trade


class _QuoteMessage(msgspec.Struct, gc=False):
    data: _Quote


_decode_depth = msgspec.json.Decoder(_DepthMessage, strict=False).decode
_decode_trade = msgspec.json.Decoder(_TradeMessage, strict=False).decode
_decode_quote = msgspec.json.Decoder(_QuoteMessage, strict=False).decode
_decode_snapshot = msgspec.json.Decoder(_Snapshot, strict=False).decode

STREAM_PREFIX = b'{"stream":"'


def _take_depth(builder: BatchBuilder, seq: int, recv_ns: int, payload: bytes) -> None:
    data = _decode_depth(payload).data
    builder.add_book_update(seq, recv_ns, data.T or data.E, (data.U, data.u, data.pu), data.b, data.a)


def _take_trade(builder: BatchBuilder, seq: int, recv_ns: int, payload: bytes) -> None:
    data = _decode_trade(payload).data
    builder.add_trade(seq, recv_ns, data.T, data.t, -1 if data.m else 1, data.p, data.q)


def _take_quote(builder: BatchBuilder, seq: int, recv_ns: int, payload: bytes) -> None:
    data = _decode_quote(payload).data
    builder.add_quote(seq, recv_ns, data.T, data.u, data.b, data.B, data.a, data.A)


_Take = Callable[[BatchBuilder, int, int, bytes], None]
_TAKERS: dict[bytes, _Take] = {b"depth": _take_depth, b"trade": _take_trade, b"bookTicker": _take_quote}


class BinanceDecoder:
    """Decodes combined-stream messages and REST snapshots into the builders of their symbols."""

    def __init__(self, builders: dict[str, BatchBuilder]) -> None:
        """Decode for these symbols, in the venue's spelling."""
        self._builders = builders
        self._routes = {
            f"{symbol.lower()}@{kind.decode()}".encode(): (take, builder)
            for symbol, builder in builders.items()
            for kind, take in _TAKERS.items()
        }

    def decode(self, seq: int, recv_ns: int, payload: bytes) -> BatchBuilder:
        """See `Decoder.decode`; a snapshot that nobody knows the symbol of is an unknown message too."""
        if payload.startswith(STREAM_PREFIX):
            stream = payload[len(STREAM_PREFIX) : payload.find(b'"', len(STREAM_PREFIX))]
            route = self._routes.get(stream)
            if route is None:
                route = self._add_route(stream)
            take, builder = route
            take(builder, seq, recv_ns, payload)
            return builder
        return self._decode_snapshot(seq, recv_ns, payload)

    def _add_route(self, stream: bytes) -> tuple[_Take, BatchBuilder]:
        """Route a stream with a speed suffix, "btcusdt@depth@0ms", as the one without."""
        symbol, _, kind = stream.partition(b"@")
        route = self._routes.get(symbol + b"@" + kind.partition(b"@")[0])
        if route is None:
            raise UnknownMessage(f"stream {stream.decode(errors='replace')[:80]}")
        self._routes[stream] = route
        return route

    def _decode_snapshot(self, seq: int, recv_ns: int, payload: bytes) -> BatchBuilder:
        snapshot = _decode_snapshot(payload)
        # Only COIN-M names the symbol in a snapshot: elsewhere it is clear only if one symbol is followed.
        builder = self._builders.get(snapshot.symbol)
        if builder is None and not snapshot.symbol and len(self._builders) == 1:
            builder = next(iter(self._builders.values()))
        if builder is None:
            raise UnknownMessage("a snapshot that does not say of which symbol")
        ids = (snapshot.lastUpdateId, snapshot.lastUpdateId, -1)
        builder.add_book_update(
            seq, recv_ns, snapshot.T, ids, snapshot.bids, snapshot.asks, is_snapshot=True
        )
        return builder
