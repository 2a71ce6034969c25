"""What a simulated market tells the world: trades, book changes, quotes, marks, liquidations, settlements.

Prices are whole ticks and sizes whole lots wherever the matching engine made them; marks, indices and rates
are floats because a real exchange computes them off the tick grid too. `time_ms` is the simulated clock.
"""

import msgspec

Levels = list[tuple[int, int]]
"""(price in ticks, lots), best first; 0 lots: nothing rests there any more."""


class TradeEvent(msgspec.Struct, frozen=True, gc=False):
    """One fill: a taker met one resting order."""

    symbol: str
    time_ms: int
    trade_id: int
    price_ticks: int
    lots: int
    buyer_is_maker: bool


class AggTradeEvent(msgspec.Struct, frozen=True, gc=False):
    """The fills of one taker order at one price."""

    symbol: str
    time_ms: int
    agg_id: int
    price_ticks: int
    lots: int
    first_trade_id: int
    last_trade_id: int
    buyer_is_maker: bool


class DepthEvent(msgspec.Struct, frozen=True):
    """The levels that changed since the depth event before, with the size that rests there now.

    Attributes:
        first_id, last_id, prev_id: Binance's U, u and pu; ids grow and skip.
    """

    symbol: str
    time_ms: int
    first_id: int
    last_id: int
    prev_id: int
    bids: Levels
    asks: Levels


class BookTickerEvent(msgspec.Struct, frozen=True, gc=False):
    """The best prices of the book whose newest update is `update_id`."""

    symbol: str
    time_ms: int
    update_id: int
    bid_ticks: int
    bid_lots: int
    ask_ticks: int
    ask_lots: int


class MarkPriceEvent(msgspec.Struct, frozen=True, gc=False):
    """The mark of one second.

    Attributes:
        mark, index, estimated_settle: quote units per base unit.
        predicted_rate: the funding rate if the interval ended now, a fraction per interval.
        next_funding_ms: when it is settled.
    """

    symbol: str
    time_ms: int
    mark: float
    index: float
    estimated_settle: float
    predicted_rate: float
    next_funding_ms: int


class LiquidationEvent(msgspec.Struct, frozen=True, gc=False):
    """A position that its margin no longer carries was closed by force, at its bankruptcy price or better.

    Attributes:
        side: of the closing order: −1 sells out a long, +1 buys back a short.
        price_ticks: the order's limit, the bankruptcy price.
        average_ticks: what it was filled at; 0.0 if nothing was.
        last_lots: size of the last fill.
    """

    symbol: str
    time_ms: int
    side: int
    price_ticks: int
    average_ticks: float
    lots: int
    filled_lots: int
    last_lots: int


class FundingEvent(msgspec.Struct, frozen=True, gc=False):
    """A settlement: longs pay shorts `rate` of their notional at `mark` (shorts pay if it is negative)."""

    symbol: str
    time_ms: int
    rate: float
    mark: float
    interval_hours: int
    next_interval_hours: int


MarketEvent = (
    TradeEvent
    | AggTradeEvent
    | DepthEvent
    | BookTickerEvent
    | MarkPriceEvent
    | LiquidationEvent
    | FundingEvent
)
