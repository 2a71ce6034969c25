"""Hyperliquid's wire format: full order book snapshots and trades."""

import msgspec

from workstation.exchange.batching import BatchBuilder
from workstation.exchange.decoding import UnknownMessage


class _Level(msgspec.Struct, gc=False):
    px: float
    sz: float


class _Book(msgspec.Struct, gc=False):
    coin: str
    time: int  # ms
    levels: tuple[list[_Level], list[_Level]]  # bids, asks, best first


class _Trade(msgspec.Struct, gc=False):
    coin: str
    side: str  # "B": the taker bought; "A": the taker sold
    px: float
    sz: float
    time: int
    tid: int


class _BookMessage(msgspec.Struct, gc=False, tag_field="channel", tag="l2Book"):
    data: _Book


class _TradesMessage(msgspec.Struct, gc=False, tag_field="channel", tag="trades"):
    data: list[_Trade]


_decode = msgspec.json.Decoder(_BookMessage | _TradesMessage, strict=False).decode


class HyperliquidDecoder:
    """Decodes `l2Book` and `trades` messages into the builders of their coins."""

    def __init__(self, builders: dict[str, BatchBuilder]) -> None:
        """Decode for these coins."""
        self._builders = builders

    def decode(self, seq: int, recv_ns: int, payload: bytes) -> BatchBuilder:
        """See `Decoder.decode`."""
        message = _decode(payload)
        if isinstance(message, _BookMessage):
            book = message.data
            builder = self._builder(book.coin)
            bids, asks = ([(level.px, level.sz) for level in side] for side in book.levels)
            # A book has no number of its own; its time serves, for each message is whole.
            ids = (book.time, book.time, -1)
            builder.add_book_update(seq, recv_ns, book.time, ids, bids, asks, is_snapshot=True)
            return builder
        if not message.data:
            raise UnknownMessage("a trades message without a trade")
        for trade in message.data:
            builder = self._builder(trade.coin)
            side = 1 if trade.side == "B" else -1
            builder.add_trade(seq, recv_ns, trade.time, trade.tid, side, trade.px, trade.sz)
        return builder

    def _builder(self, coin: str) -> BatchBuilder:
        builder = self._builders.get(coin)
        if builder is None:
            raise UnknownMessage(f"coin {coin[:80]}")
        return builder
