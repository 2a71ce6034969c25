"""Hyperliquid's live messages: books and trades as recorded, and what an asset's context tells."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from workstation.exchange.batching import BatchBuilder
from workstation.exchange.decoding import BadMessage, ManyDecoder
from workstation.exchange.hyperliquid import HyperliquidDecoder
from workstation.model.derivatives import DerivativeNews, FundingRate, MarkPrice, OpenInterest

FUNDING_HOURS = 1.0
"""Hyperliquid settles funding every hour."""

_CONTEXT = '{"channel":"activeAssetCtx"'


class _Context(msgspec.Struct, gc=False):
    funding: Decimal
    openInterest: Decimal
    oraclePx: Decimal
    markPx: Decimal


class _OfCoin(msgspec.Struct, gc=False):
    coin: str
    ctx: _Context


class _ContextMessage(msgspec.Struct, gc=False):
    data: _OfCoin


_contexts = ManyDecoder(_ContextMessage)


class HyperliquidStreamDecoder:
    """Decodes `l2Book`, `trades` and `activeAssetCtx` of the coins that are followed."""

    def __init__(
        self, venue: str, builders: Mapping[str, BatchBuilder], funding_hours: Mapping[str, float]
    ) -> None:
        """Decode for these coins; see `BinanceStreamDecoder`."""
        del funding_hours
        self._venue = venue
        self._builders = builders
        self._funding: dict[str, Decimal] = {}
        self._open: dict[str, Decimal] = {}
        self.news: list[DerivativeNews] = []
        """What is not columns, in the order received; whoever takes it clears it."""
        self.skipped: list[tuple[str, int]] = []
        """Always empty: Hyperliquid's trade ids do not count."""

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[str]
    ) -> list[BadMessage]:
        """See `Decoder.decode`; contexts carry no time of the venue, so ours stands in."""
        columns = [index for index, payload in enumerate(payloads) if not payload.startswith(_CONTEXT)]
        contexts = [index for index, payload in enumerate(payloads) if payload.startswith(_CONTEXT)]
        bad = HyperliquidDecoder(dict(self._builders)).decode(
            [seqs[index] for index in columns],
            [recv_ns[index] for index in columns],
            [payloads[index].encode() for index in columns],
        )
        read, messages, unread = _contexts.decode([payloads[index] for index in contexts])
        bad += [BadMessage(seqs[contexts[position]], reason) for position, reason in unread.items()]
        for position, message in zip(read, messages, strict=True):
            index = contexts[position]
            if message.data.coin in self._builders:
                self._add(message.data, recv_ns[index] // 1_000_000)
            else:
                bad.append(BadMessage(seqs[index], f"no coin that is followed: {message.data.coin[:40]}"))
        return bad

    def _add(self, of_coin: _OfCoin, event_ms: int) -> None:
        venue, coin, context = self._venue, of_coin.coin, of_coin.ctx
        self.news.append(MarkPrice(venue, coin, event_ms, context.markPx, context.oraclePx))
        if self._funding.get(coin) != context.funding:
            self._funding[coin] = context.funding
            self.news.append(FundingRate(venue, coin, event_ms, context.funding, FUNDING_HOURS))
        if self._open.get(coin) != context.openInterest:
            self._open[coin] = context.openInterest
            value = context.openInterest * context.markPx
            self.news.append(OpenInterest(venue, coin, event_ms, context.openInterest, value))
