"""What a contract has beside trades and a book: mark, funding, open interest, spot and futures beside it …"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class MarkPrice:
    """The price that margins and liquidations are reckoned at, as the venue last said it.

    Attributes:
        venue, symbol: the instrument.
        event_ms: the venue's time.
        mark_price: quote per base unit.
        index_price: the underlying's price over several spot markets; None where the venue does not send it.
        settle_price: what the venue expects to settle at; only of use in the last hour before delivery.
    """

    venue: str
    symbol: str
    event_ms: int
    mark_price: Decimal
    index_price: Decimal | None = None
    settle_price: Decimal | None = None

    @property
    def premium_rate(self) -> Decimal | None:
        """How far the mark price is above the index, as a fraction of the index; None without an index."""
        if not self.index_price:
            return None
        return self.mark_price / self.index_price - 1


@dataclass(frozen=True, slots=True)
class FundingRate:
    """What longs pay shorts at the next settlement, if it stays as it is now.

    A rate means nothing without its interval, so it never travels without one.

    Attributes:
        venue, symbol: the instrument.
        event_ms: the venue's time of this estimate.
        rate: fraction of the position's notional per interval; negative: shorts pay longs.
        interval_hours: hours between two settlements.
        next_funding_ms: venue's time of the next settlement; 0 where it is not known.
    """

    venue: str
    symbol: str
    event_ms: int
    rate: Decimal
    interval_hours: float
    next_funding_ms: int = 0

    @property
    def yearly_rate(self) -> Decimal:
        """The rate times the settlements of 365 days: simple, not compounded."""
        return self.rate * Decimal(24 * 365) / Decimal(str(self.interval_hours))


@dataclass(frozen=True, slots=True)
class OpenInterest:
    """Contracts that are open.

    Attributes:
        venue, symbol: the instrument.
        event_ms: the venue's time.
        size: in the instrument's unit of size (base units, or contracts if inverse); one side counted.
        value: the same in quote units; None where the venue does not say.
    """

    venue: str
    symbol: str
    event_ms: int
    size: Decimal
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A position that the venue closed by force. Venues publish a sample of them, not all.

    Attributes:
        venue, symbol: the instrument.
        event_ms: the venue's time.
        side: of the closing order: "sell" closes a long, "buy" closes a short.
        price: average price where the venue says it, else the order's (the bankruptcy price).
        size: in the instrument's unit of size.
    """

    venue: str
    symbol: str
    event_ms: int
    side: Literal["buy", "sell"]
    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class Ticker:
    """The rolling last 24 hours, as the venue sums them up.

    Attributes:
        venue, symbol: the instrument.
        event_ms: the venue's time.
        last, open, high, low: quote per base unit.
        volume: in the instrument's unit of size.
        quote_volume: in quote units.
        last_trade_id: of the newest trade counted; -1 where the venue does not say.
    """

    venue: str
    symbol: str
    event_ms: int
    last: Decimal
    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    quote_volume: Decimal
    last_trade_id: int = -1

    @property
    def change_rate(self) -> Decimal | None:
        """Change since 24 hours ago as a fraction; None where there was no price."""
        return self.last / self.open - 1 if self.open else None


@dataclass(frozen=True, slots=True)
class SpotPrice:
    """Best prices of the coin itself, on the same venue's spot market.

    Attributes:
        venue, symbol: the contract that it stands beside.
        event_ms: the venue's time; where it sends none, that of its newest message when the answer came.
        market: the spot market, "BTCUSDT".
        bid, ask: quote per base unit of the contract: of one of a thousand coins a thousand times.
    """

    venue: str
    symbol: str
    event_ms: int
    market: str
    bid: Decimal
    ask: Decimal

    @property
    def middle(self) -> Decimal:
        """Halfway between bid and ask."""
        return (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True)
class LongShortRatio:
    """How many hold longs for each who holds a short. Contracts are as many on either side; people are not.

    Attributes:
        venue, symbol: the instrument.
        event_ms: the venue's time of the sample.
        accounts: accounts with a long / accounts with a short, of all traders; 1 is balance.
        top_positions: longs / shorts in size of the largest accounts; None where the venue does not say.
    """

    venue: str
    symbol: str
    event_ms: int
    accounts: Decimal
    top_positions: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DatedPrice:
    """What a dated future of a followed contract's coin is marked at.

    Attributes:
        venue, symbol: the contract that it stands beside.
        event_ms: the venue's time.
        future: the dated future, "BTCUSDT_261225".
        expires_ms: its delivery, UTC.
        mark_price: quote per base unit.
        index_price: what it settles to; None where the venue does not send it.
    """

    venue: str
    symbol: str
    event_ms: int
    future: str
    expires_ms: int
    mark_price: Decimal
    index_price: Decimal | None = None


DerivativeNews = (
    MarkPrice | FundingRate | OpenInterest | Liquidation | Ticker | SpotPrice | LongShortRatio | DatedPrice
)
"""Whatever of these a venue tells."""
