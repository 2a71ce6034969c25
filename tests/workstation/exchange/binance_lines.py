"""Lines as Binance would send them, and what the decoder makes of them."""

import json

from tests.workstation.exchange.wire import (
    builders,
    packed,
)
from workstation.exchange.binance import BinanceDecoder
from workstation.exchange.decoding import BadMessage
from workstation.model.columns import MarketBatch


def decoded(
    *payloads: bytes, symbols: tuple[str, ...] = ("BTCUSDT",)
) -> tuple[list[MarketBatch], list[BadMessage]]:
    """Batches by symbol and the bad messages, rejected ones included; sequence numbers count from 0."""
    made = builders(*symbols)
    decoder = BinanceDecoder(made)
    bad = decoder.decode(range(len(payloads)), [7_000 + at for at in range(len(payloads))], payloads)
    batches = [builder.take() for builder in made.values()]
    for builder in made.values():
        bad += builder.take_rejected()
    return batches, sorted(bad, key=lambda message: message.seq)


def spaced(message: bytes) -> bytes:
    return json.dumps(json.loads(message), indent=1).replace("\n", "\r").encode()


def without_envelope(message: bytes) -> bytes:
    return packed(json.loads(message)["data"])
