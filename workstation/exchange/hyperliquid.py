"""Hyperliquid's wire format: full order book snapshots and trades."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from workstation.exchange.batching import BatchBuilder, BookMessage
from workstation.exchange.decoding import BadMessage, Id, ManyDecoder, TimeMs
from workstation.model.columns import TRADE


class _Level(msgspec.Struct, gc=False):
    px: float
    sz: float


class _Book(msgspec.Struct, gc=False):
    coin: str
    time: TimeMs
    levels: tuple[list[_Level], list[_Level]]  # bids, asks, best first


class _Trade(msgspec.Struct, gc=False):
    coin: str
    side: Literal["A", "B"]  # B: the taker bought; A: the taker sold
    px: float
    sz: float
    time: TimeMs
    tid: Id


class _BookMessage(msgspec.Struct, gc=False, tag_field="channel", tag="l2Book"):
    data: _Book


class _TradesMessage(msgspec.Struct, gc=False, tag_field="channel", tag="trades"):
    data: list[_Trade]


_messages = ManyDecoder(_BookMessage | _TradesMessage)


class HyperliquidDecoder:
    """Decodes `l2Book` and `trades` messages into the builders of their coins."""

    def __init__(self, builders: dict[str, BatchBuilder]) -> None:
        """Decode for these coins."""
        self._builders = builders

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[bytes]
    ) -> list[BadMessage]:
        """See `Decoder.decode`."""
        read, messages, unread = _messages.decode(payloads)
        bad = [BadMessage(seqs[position], reason) for position, reason in unread.items()]
        for position, message in zip(read, messages, strict=True):
            coins = (
                [message.data.coin]
                if isinstance(message, _BookMessage)
                else list({trade.coin for trade in message.data})
            )
            if not coins or any(coin not in self._builders for coin in coins):
                bad.append(BadMessage(seqs[position], f"no coin that is followed: {', '.join(coins)[:80]}"))
            elif isinstance(message, _BookMessage):
                self._add_book(seqs[position], recv_ns[position], message.data)
            else:
                self._add_trades(seqs[position], recv_ns[position], message.data)
        return bad

    def _add_book(self, seq: int, recv_ns: int, book: _Book) -> None:
        bids, asks = ([(level.px, level.sz) for level in side] for side in book.levels)
        builder = self._builders[book.coin]
        # A book has no number of its own; its time serves, for each message is whole.
        builder.add_books([BookMessage(seq, recv_ns, book.time, book.time, book.time, -1, True, bids, asks)])
        builder.note_seq(seq)

    def _add_trades(self, seq: int, recv_ns: int, trades: list[_Trade]) -> None:
        for trade in trades:
            side = 1 if trade.side == "B" else -1
            row = (seq, recv_ns, trade.time, trade.tid, side, trade.px, trade.sz)
            builder = self._builders[trade.coin]
            builder.add_trades(np.array([row], TRADE))
            builder.note_seq(seq)
