"""OKX's checksum of an order book: CRC32 over its best 25 levels, bids and asks in turn."""

from collections.abc import Sequence
from itertools import zip_longest
from zlib import crc32

CHECKED_LEVELS = 25
TextLevel = tuple[str, str]
"""Price and size as OKX writes them: the checksum is over the text."""


class OkxBook:
    """A book as OKX spells it, kept only to prove its checksum."""

    def __init__(self) -> None:
        self._bids: dict[str, str] = {}
        self._asks: dict[str, str] = {}

    def replace(self, bids: Sequence[TextLevel], asks: Sequence[TextLevel]) -> None:
        """Take a snapshot."""
        self._bids.clear()
        self._asks.clear()
        self.apply(bids, asks)

    def apply(self, bids: Sequence[TextLevel], asks: Sequence[TextLevel]) -> None:
        """Take an update; a size of zero removes its level."""
        for side, levels in ((self._bids, bids), (self._asks, asks)):
            for price, size in levels:
                if float(size):
                    side[price] = size
                else:
                    side.pop(price, None)

    @property
    def checksum(self) -> int:
        """CRC32 as a signed 32-bit number, of "bid:size:ask:size:…"; a side that ends early is left out."""
        bids = sorted(self._bids.items(), key=lambda level: -float(level[0]))[:CHECKED_LEVELS]
        asks = sorted(self._asks.items(), key=lambda level: float(level[0]))[:CHECKED_LEVELS]
        parts = [text for pair in zip_longest(bids, asks) for level in pair if level for text in level]
        unsigned = crc32(":".join(parts).encode())
        return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned
