"""What the live feed asks a venue by REST: whole books, trades by id, open interest, the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workstation.exchange.batching import PriceAndSize
from workstation.model.derivatives import DerivativeNews

TradeRow = tuple[int, int, int, float, float]
"""Venue time (ms), trade id, taker's side, price, size."""


EVERY_OTHER = "*"
"""In place of a symbol: what holds for all that are not named."""


UNKNOWN_HOURS = 0.0
"""In place of hours: an interval that was known and is in doubt."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole order book.

    Attributes:
        event_ms: the venue's time; 0 where it sends none.
        update_id: id of the newest update in it.
        bids, asks: (price, size), best first.
    """

    event_ms: int
    update_id: int
    bids: Sequence[PriceAndSize]
    asks: Sequence[PriceAndSize]


@dataclass(frozen=True, slots=True)
class Backfill:
    """What a venue gave of a range of trades.

    Attributes:
        rows: the trades, oldest first; several may be summed up in one.
        found: how many trades those are.
        lost: ids of the range that lie before what the venue still gives.
    """

    rows: Sequence[TradeRow]
    found: int
    lost: int


class VenueRest(Protocol):
    """A venue's REST side, over the exchange object of ccxt that it is made with. Errors are ccxt's own."""

    async def server_ms(self) -> float:
        """The venue's clock, ms since 1970."""
        ...

    async def funding_hours(self) -> dict[str, float]:
        """Hours between two fundings, by symbol and, where one is usual, under `EVERY_OTHER`."""
        ...

    async def snapshot(self, symbol: str) -> Snapshot:
        """The whole book of a symbol, in the venue's spelling."""
        ...

    async def recent_trades(self, symbol: str) -> list[TradeRow]:
        """The newest trades, oldest first: as many as the venue gives at once."""
        ...

    async def trades_between(self, symbol: str, first_id: int, last_id: int) -> Backfill:
        """Trades of a range of ids, both included."""
        ...

    async def polled(self, symbol: str) -> list[DerivativeNews]:
        """What no stream tells: open interest, and where no stream has them, mark price and funding."""
        ...
