"""Binance's wire format: depth updates, snapshots, trades and quotes of USDⓈ-M, COIN-M and spot."""

from collections import defaultdict
from collections.abc import Callable, Sequence
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
            for seq, received, data in zip(
                seqs.tolist(), recv_ns.tolist(), (message.data for message in messages), strict=True
            )
        ]
    )


def _add_trades(
    builder: BatchBuilder, seqs: _Numbers, recv_ns: _Numbers, messages: list[_TradeMessage]
) -> None:
    data = [message.data for message in messages]
    rows = np.empty(len(data), TRADE)
    rows["seq"], rows["recv_ns"] = seqs, recv_ns
    rows["event_ms"] = [trade.T for trade in data]
    rows["trade_id"] = [trade.t for trade in data]
    rows["side"] = np.where([trade.m for trade in data], -1, 1)
    rows["price"] = [trade.p for trade in data]
    rows["size"] = [trade.q for trade in data]
    builder.add_trades(rows)


def _add_quotes(
    builder: BatchBuilder, seqs: _Numbers, recv_ns: _Numbers, messages: list[_QuoteMessage]
) -> None:
    data = [message.data for message in messages]
    rows = np.empty(len(data), QUOTE)
    rows["seq"], rows["recv_ns"] = seqs, recv_ns
    rows["event_ms"] = [quote.T for quote in data]
    rows["update_id"] = [quote.u for quote in data]
    rows["bid_price"] = [quote.b for quote in data]
    rows["bid_size"] = [quote.B for quote in data]
    rows["ask_price"] = [quote.a for quote in data]
    rows["ask_size"] = [quote.A for quote in data]
    builder.add_quotes(rows)


_STREAMS: dict[bytes, tuple[ManyDecoder, _Add]] = {
    b"depth": (ManyDecoder(_DepthMessage), _add_depth),
    b"trade": (ManyDecoder(_TradeMessage), _add_trades),
    b"bookTicker": (ManyDecoder(_QuoteMessage), _add_quotes),
}
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_snapshot = msgspec.json.Decoder(_Snapshot, strict=False).decode

# How a message begins as Binance writes it: sorted by these bytes alone, at a fraction of a decoding.
_STREAM = b'{"stream":"'
_DATA = b'","data":'

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
        bad: list[BadMessage] = []
        payloads = list(payloads)
        by_stream: defaultdict[bytes, list[int]] = defaultdict(list)
        for position, payload in enumerate(payloads):
            head, found, _ = payload.partition(_DATA)
            if found and head.startswith(_STREAM):
                by_stream[head].append(position)
            else:
                self._sort_out(seqs, recv_ns, position, payloads, by_stream, bad)
        # With a quote in its name a stream is one name and the beginning of another field.
        for head in [head for head in by_stream if b'"' in head[len(_STREAM) :]]:
            for position in by_stream.pop(head):
                self._sort_out(seqs, recv_ns, position, payloads, by_stream, bad)
            # They came late to their stream; rows go by the order received.
            for positions in by_stream.values():
                positions.sort()
        all_seqs, all_recv_ns = np.array(seqs, np.int64), np.array(recv_ns, np.int64)
        for head, positions in by_stream.items():
            symbol, _, kind = head[len(_STREAM) :].partition(b"@")
            builder = self._by_stream_symbol.get(symbol)
            # A stream may say its speed behind its kind: "btcusdt@depth@0ms".
            known = _STREAMS.get(kind.partition(b"@")[0])
            if builder is None or known is None:
                reason = f"no known stream: {head.decode(errors='replace')[len(_STREAM) : 80]}"
                bad += [BadMessage(seqs[position], reason) for position in positions]
                continue
            decoder, add = known
            read, messages = decoder.decode(
                [seqs[position] for position in positions],
                [payloads[position] for position in positions],
                bad,
            )
            if messages:
                rows = np.array(positions)[read]
                add(builder, all_seqs[rows], all_recv_ns[rows], messages)
                builder.note_seq(int(all_seqs[rows[-1]]))
        return bad

    def _sort_out(
        self,
        seqs: Sequence[int],
        recv_ns: Sequence[int],
        position: int,
        payloads: list[bytes],
        by_stream: defaultdict[bytes, list[int]],
        bad: list[BadMessage],
    ) -> None:
        """Sort a message that does not begin as Binance writes it: spaced otherwise, a snapshot, or bad.

        One that came without an envelope is put into one.
        """
        payload = payloads[position]
        try:
            envelope = _decode_envelope(payload)
        except UNREADABLE as error:
            bad.append(BadMessage(seqs[position], str(error)))
            return
        if envelope.stream:
            by_stream[_STREAM + envelope.stream.encode()].append(position)
        elif envelope.s:
            kind = _KIND_OF_EVENT.get(envelope.e, envelope.e)
            by_stream[_STREAM + f"{envelope.s.lower()}@{kind}".encode()].append(position)
            payloads[position] = b'{"data":' + payload + b"}"
        else:
            self._add_snapshot(seqs[position], recv_ns[position], payload, bad)

    def _add_snapshot(self, seq: int, recv_ns: int, payload: bytes, bad: list[BadMessage]) -> None:
        try:
            snapshot = _decode_snapshot(payload)
        except UNREADABLE as error:
            bad.append(BadMessage(seq, str(error)))
            return
        # Only COIN-M names the symbol in a snapshot: elsewhere it is clear only if one symbol is followed.
        builder = self._builders.get(snapshot.symbol)
        if builder is None and not snapshot.symbol and len(self._builders) == 1:
            builder = next(iter(self._builders.values()))
        if builder is None:
            bad.append(BadMessage(seq, "a snapshot that does not say of which symbol"))
            return
        update_id = snapshot.lastUpdateId
        builder.add_books(
            [
                BookMessage(
                    seq, recv_ns, snapshot.T, update_id, update_id, -1, True, snapshot.bids, snapshot.asks
                )
            ]
        )
        builder.note_seq(seq)
