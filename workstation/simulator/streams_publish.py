"""From events to the streams that carry each of them at once, and the count of what was emitted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workstation.simulator.events import (
    AggTradeEvent,
    BookTickerEvent,
    DepthEvent,
    LiquidationEvent,
    MarketEvent,
    MarkPriceEvent,
    TradeEvent,
)
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.market import SimulatedMarket
from workstation.simulator.streams import Hub
from workstation.simulator.streams_depth import DepthMerge
from workstation.simulator.wire_events import EventWriter

_MARK_SLOW_MS = 3_000  # the pace of marks without "@1s"


@dataclass(slots=True)
class Emitted:
    """What one symbol emitted since the exchange began: what a client that missed nothing has seen."""

    first_trade_id: int = 0
    last_trade_id: int = 0
    trades: int = 0
    last_agg_id: int = 0
    agg_trades: int = 0
    last_update_id: int = 0
    depth_events: int = 0
    quotes: int = 0
    liquidations: int = 0


@dataclass(slots=True)
class Channel:
    """One symbol: its writer, the names of its streams, and what waits for the pace of slower ones.

    Attributes:
        prefix: what the names of its streams begin with, "btcusdt@".
        merges: depth collected for slower streams, by pace in milliseconds; only those that are followed.
        quote, mark: the newest.
        liquidation: the newest since the last full second.
    """

    market: SimulatedMarket
    writer: EventWriter
    prefix: str
    emitted: Emitted = field(default_factory=Emitted)
    merges: dict[int, DepthMerge] = field(default_factory=dict)
    quote: BookTickerEvent | None = None
    mark: MarkPriceEvent | None = None
    liquidation: LiquidationEvent | None = None


class Publisher:
    """Publishes what happens in a market to the hub."""

    def __init__(self, channels: Mapping[str, Channel], hub: Hub, faults: ActiveFaults) -> None:
        """Publish the events of these symbols."""
        self._channels = channels
        self._hub = hub
        self._faults = faults

    def publish(self, events: Iterable[MarketEvent]) -> None:
        """Push events to the streams that carry them at once, and keep what slower streams need."""
        hub, channels, skew_ms = self._hub, self._channels, self._faults.skew_ms
        for event in events:
            channel = channels[event.symbol]
            emitted, prefix = channel.emitted, channel.prefix
            match event:
                case TradeEvent():
                    emitted.first_trade_id = emitted.first_trade_id or event.trade_id
                    emitted.last_trade_id = event.trade_id
                    emitted.trades += 1
                    if hub.follows(stream := prefix + "trade"):
                        hub.publish(stream, channel.writer.trade(event, skew_ms))
                case BookTickerEvent():
                    channel.quote = event
                    emitted.quotes += 1
                    if hub.follows(stream := prefix + "bookTicker"):
                        hub.publish(stream, channel.writer.book_ticker(event, skew_ms))
                case AggTradeEvent():
                    emitted.last_agg_id = event.agg_id
                    emitted.agg_trades += 1
                    if hub.follows(stream := prefix + "aggTrade"):
                        hub.publish(stream, channel.writer.agg_trade(event, skew_ms))
                case DepthEvent():
                    emitted.last_update_id = event.last_id
                    emitted.depth_events += 1
                    self._publish_depth(channel, event, skew_ms)
                case MarkPriceEvent():
                    channel.mark = event
                    if hub.follows(stream := prefix + "markPrice@1s"):
                        hub.publish(stream, channel.writer.mark_price(event, skew_ms))
                    if event.time_ms % _MARK_SLOW_MS == 0 and hub.follows(stream := prefix + "markPrice"):
                        hub.publish(stream, channel.writer.mark_price(event, skew_ms))
                case LiquidationEvent():
                    # As on the venue, only the newest of a second is told.
                    channel.liquidation = event
                    emitted.liquidations += 1
                case _:
                    pass  # a settlement has no stream: it shows in the mark's next rate and in the history

    def _publish_depth(self, channel: Channel, event: DepthEvent, skew_ms: int) -> None:
        hub, payload = self._hub, b""
        for speed in ("depth@100ms", "depth@0ms"):
            if hub.follows(stream := channel.prefix + speed):
                payload = payload or channel.writer.depth(event, skew_ms)
                hub.publish(stream, payload)
        for merge in channel.merges.values():
            merge.add(event)
