"""Binance's wire format: depth updates, snapshots, trades and quotes of USDⓈ-M, COIN-M and spot."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from workstation.exchange.batching import BatchBuilder, BookMessage, PriceAndSize
from workstation.exchange.decoding import UNREADABLE, BadMessage, Id, ManyDecoder, TimeMs
from workstation.model.columns import QUOTE, TRADE

# Field names are Binance's own. Numbers come as JSON strings; the decoder reads them as floats.


class _Depth(msgspec.Struct, gc=False):
    E: TimeMs  # event time
    U: Id  # first update id
    u: Id  # last update id
    b: list[PriceAndSize]
    a: list[PriceAndSize]
    T: TimeMs = 0  # transaction time; futures only
    pu: Id = -1  # last update id of the update before; futures only


class _Trade(msgspec.Struct, gc=False):
    T: TimeMs
    t: Id
    p: float
    q: float
    m: bool  # the buyer was the maker: the taker sold


class _Quote(msgspec.Struct, gc=False):
    u: Id
    b: float
    B: float
    a: float
    A: float
    T: TimeMs = 0


class _Snapshot(msgspec.Struct, gc=False):
    lastUpdateId: Id
    bids: list[PriceAndSize]
    asks: list[PriceAndSize]
    T: TimeMs = 0
    symbol: str = ""  # COIN-M only


class _Envelope(msgspec.Struct, gc=False):
    stream: str = ""
    data: msgspec.Raw = msgspec.Raw()
    e: str = ""  # kind of event and symbol of a message that came without an envelope
    s: str = ""


class _DepthMessage(msgspec.Struct, gc=False):
    data: _Depth


class _TradeMessage(msgspec.Struct, gc=False):
    data: _Trade


class _QuoteMessage(msgspec.Struct, gc=False):
    data: _Quote


_Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
_Add = Callable[[BatchBuilder, _Numbers, _Numbers, list[Any]], None]


def _add_depth(
    builder: BatchBuilder, seqs: _Numbers, recv_ns: _Numbers, messages: list[_DepthMessage]
) -> None:
    builder.add_books(
        [
            BookMessage(seq, received, data.T or data.E, data.U, data.u, data.pu, False, data.b, data.a)
            for seq, received, message in zip(seqs.tolist(), recv_ns.tolist(), messages, strict=True)
            for data in (message.data,)
        ]
    )


def _add_trades(
    builder: BatchBuilder, seqs: _Numbers, recv_ns: _Numbers, messages: list[_TradeMessage]
) -> None:
    trades = [message.data for message in messages]
    rows = np.empty(len(trades), TRADE)
    rows["seq"], rows["recv_ns"] = seqs, recv_ns
    rows["event_ms"] = [trade.T for trade in trades]
    rows["trade_id"] = [trade.t for trade in trades]
    rows["side"] = np.where([trade.m for trade in trades], -1, 1)
    rows["price"] = [trade.p for trade in trades]
    rows["size"] = [trade.q for trade in trades]
    builder.add_trades(rows)


def _add_quotes(
    builder: BatchBuilder, seqs: _Numbers, recv_ns: _Numbers, messages: list[_QuoteMessage]
) -> None:
    quotes = [message.data for message in messages]
    rows = np.empty(len(quotes), QUOTE)
    rows["seq"], rows["recv_ns"] = seqs, recv_ns
    rows["event_ms"] = [quote.T for quote in quotes]
    rows["update_id"] = [quote.u for quote in quotes]
    rows["bid_price"] = [quote.b for quote in quotes]
    rows["bid_size"] = [quote.B for quote in quotes]
    rows["ask_price"] = [quote.a for quote in quotes]
    rows["ask_size"] = [quote.A for quote in quotes]
    builder.add_quotes(rows)


_STREAMS: dict[bytes, tuple[ManyDecoder, _Add]] = {
    b"depth": (ManyDecoder(_DepthMessage), _add_depth),
    b"trade": (ManyDecoder(_TradeMessage), _add_trades),
    b"bookTicker": (ManyDecoder(_QuoteMessage), _add_quotes),
}
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_snapshot = msgspec.json.Decoder(_Snapshot, strict=False).decode

_STREAM = b'{"stream":"'

# The stream of an event that came without an envelope; spot quotes do not even name their event.
_KIND_OF_EVENT = {"depthUpdate": "depth", "trade": "trade", "bookTicker": "bookTicker", "": "bookTicker"}


class BinanceDecoder:
    """Decodes messages of combined or single streams and REST snapshots into their symbols' builders."""

    def __init__(self, builders: dict[str, BatchBuilder]) -> None:
        """Decode for these symbols, in the venue's spelling."""
        self._builders = builders
        self._by_stream_symbol = {symbol.lower().encode(): builder for symbol, builder in builders.items()}

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[bytes]
    ) -> list[BadMessage]:
        """See `Decoder.decode`; a snapshot that nobody knows the symbol of is a bad message too."""
        by_head: defaultdict[bytes, list[int]] = defaultdict(list)
        for position, payload in enumerate(payloads):
            # As Binance writes it, a message begins with its stream: enough to sort it without decoding.
            by_head[payload[: payload.find(b'"', len(_STREAM))]].append(position)
        batch = _Batch(np.array(seqs, np.int64), np.array(recv_ns, np.int64), payloads)
        unusual: list[int] = []
        for head, positions in by_head.items():
            if head.startswith(_STREAM):
                chosen = [payloads[position] for position in positions]
                unusual += self._add(head[len(_STREAM) :], positions, chosen, batch)
            else:
                unusual += positions
        self._add_unusual(unusual, batch)
        return batch.bad

    def _add(self, stream: bytes, positions: list[int], payloads: list[bytes], batch: "_Batch") -> list[int]:
        """Add a stream's messages; return the positions of those that cannot be read."""
        symbol, _, kind = stream.partition(b"@")
        builder = self._by_stream_symbol.get(symbol)
        # A stream may say its speed behind its kind: "btcusdt@depth@0ms".
        known = _STREAMS.get(kind.partition(b"@")[0])
        if builder is None or known is None:
            reason = f"no known stream: {stream.decode(errors='replace')[:80]}"
            batch.bad += [BadMessage(int(batch.seqs[position]), reason) for position in positions]
            return []
        decoder, add = known
        read, messages, unread = decoder.decode(payloads)
        if messages:
            rows = np.array(positions)[read]
            add(builder, batch.seqs[rows], batch.recv_ns[rows], messages)
            builder.note_seq(int(batch.seqs[rows[-1]]))
        batch.reasons |= {positions[position]: reason for position, reason in unread.items()}
        return [positions[position] for position in unread]

    def _add_unusual(self, positions: list[int], batch: "_Batch") -> None:
        """Add messages that are written otherwise, have no envelope, are snapshots, or are bad."""
        by_stream: defaultdict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        for position in sorted(positions):
            payload = batch.payloads[position]
            try:
                envelope = _decode_envelope(payload)
                if envelope.stream:
                    by_stream[envelope.stream.encode()].append(
                        (position, b'{"data":' + bytes(envelope.data) + b"}")
                    )
                elif envelope.s:
                    kind = _KIND_OF_EVENT.get(envelope.e, envelope.e)
                    by_stream[f"{envelope.s.lower()}@{kind}".encode()].append(
                        (position, b'{"data":' + payload + b"}")
                    )
                else:
                    self._add_snapshot(int(batch.seqs[position]), int(batch.recv_ns[position]), payload)
            except UNREADABLE as error:
                batch.bad.append(BadMessage(int(batch.seqs[position]), str(error)))
        for stream, messages in by_stream.items():
            for position in self._add(
                stream, [at for at, _ in messages], [data for _, data in messages], batch
            ):
                batch.bad.append(BadMessage(int(batch.seqs[position]), batch.reasons[position]))

    def _add_snapshot(self, seq: int, recv_ns: int, payload: bytes) -> None:
        snapshot = _decode_snapshot(payload)
        # Only COIN-M names the symbol in a snapshot: elsewhere it is clear only if one symbol is followed.
        builder = self._builders.get(snapshot.symbol)
        if builder is None and not snapshot.symbol and len(self._builders) == 1:
            builder = next(iter(self._builders.values()))
        if builder is None:
            raise ValueError("a snapshot that does not say of which symbol")
        update_id = snapshot.lastUpdateId
        builder.add_books(
            [
                BookMessage(
                    seq, recv_ns, snapshot.T, update_id, update_id, -1, True, snapshot.bids, snapshot.asks
                )
            ]
        )
        builder.note_seq(seq)


@dataclass(slots=True)
class _Batch:
    """The messages of one call, and what could not be read of them."""

    seqs: _Numbers
    recv_ns: _Numbers
    payloads: Sequence[bytes]
    bad: list[BadMessage] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
