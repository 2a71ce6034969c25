"""The market's events as Binance's websocket JSON, one format string each because there are many."""

from workstation.simulator.events import (
    AggTradeEvent,
    BookTickerEvent,
    DepthEvent,
    Levels,
    LiquidationEvent,
    MarkPriceEvent,
    TradeEvent,
)
from workstation.simulator.wire_text import StepText


class EventWriter:
    """Writes the events of one symbol; times are moved by the skew that is on."""

    def __init__(self, symbol: str, price: StepText, size: StepText) -> None:
        """Write prices and sizes with these digits."""
        self.symbol = symbol
        self.price = price
        self.size = size

    def trade(self, event: TradeEvent, skew_ms: int = 0) -> bytes:
        """`<symbol>@trade`."""
        time_ms = event.time_ms + skew_ms
        return (
            f'{{"e":"trade","E":{time_ms},"T":{time_ms},"s":"{self.symbol}","t":{event.trade_id},'
            f'"p":"{self.price(event.price_ticks)}","q":"{self.size(event.lots)}","X":"MARKET",'
            f'"m":{"true" if event.buyer_is_maker else "false"}}}'
        ).encode()

    def agg_trade(self, event: AggTradeEvent, skew_ms: int = 0) -> bytes:
        """`<symbol>@aggTrade`."""
        time_ms = event.time_ms + skew_ms
        return (
            f'{{"e":"aggTrade","E":{time_ms},"s":"{self.symbol}","a":{event.agg_id},'
            f'"p":"{self.price(event.price_ticks)}","q":"{self.size(event.lots)}",'
            f'"f":{event.first_trade_id},"l":{event.last_trade_id},"T":{time_ms},'
            f'"m":{"true" if event.buyer_is_maker else "false"}}}'
        ).encode()

    def levels(self, levels: Levels) -> str:
        """Price and size pairs as a JSON array."""
        price, size = self.price, self.size
        return "[" + ",".join([f'["{price(ticks)}","{size(lots)}"]' for ticks, lots in levels]) + "]"

    def depth(self, event: DepthEvent, skew_ms: int = 0) -> bytes:
        """`<symbol>@depth` and `<symbol>@depth<levels>`."""
        time_ms = event.time_ms + skew_ms
        return (
            f'{{"e":"depthUpdate","E":{time_ms},"T":{time_ms},"s":"{self.symbol}","U":{event.first_id},'
            f'"u":{event.last_id},"pu":{event.prev_id},"b":{self.levels(event.bids)},'
            f'"a":{self.levels(event.asks)}}}'
        ).encode()

    def book_ticker(self, event: BookTickerEvent, skew_ms: int = 0) -> bytes:
        """`<symbol>@bookTicker`."""
        time_ms = event.time_ms + skew_ms
        price, size = self.price, self.size
        return (
            f'{{"e":"bookTicker","u":{event.update_id},"s":"{self.symbol}","b":"{price(event.bid_ticks)}",'
            f'"B":"{size(event.bid_lots)}","a":"{price(event.ask_ticks)}","A":"{size(event.ask_lots)}",'
            f'"T":{time_ms},"E":{time_ms}}}'
        ).encode()

    def mark_price(self, event: MarkPriceEvent, skew_ms: int = 0) -> bytes:
        """`<symbol>@markPrice`."""
        # A dated future pays no funding: its rate is empty, and nothing is settled.
        rate = f"{event.predicted_rate:.8f}" if event.next_funding_ms else ""
        settles_ms = event.next_funding_ms + skew_ms if event.next_funding_ms else 0
        return (
            f'{{"e":"markPriceUpdate","E":{event.time_ms + skew_ms},"s":"{self.symbol}",'
            f'"p":"{event.mark:.8f}","i":"{event.index:.8f}","P":"{event.estimated_settle:.8f}",'
            f'"r":"{rate}","T":{settles_ms}}}'
        ).encode()

    def liquidation(self, event: LiquidationEvent, skew_ms: int = 0) -> bytes:
        """`<symbol>@forceOrder`."""
        time_ms = event.time_ms + skew_ms
        average = event.average_ticks * float(self.price.step)
        if event.filled_lots >= event.lots:
            status = "FILLED"
        else:
            status = "PARTIALLY_FILLED" if event.filled_lots else "NEW"
        return (
            f'{{"e":"forceOrder","E":{time_ms},"o":{{"s":"{self.symbol}",'
            f'"S":"{"BUY" if event.side > 0 else "SELL"}","o":"LIMIT","f":"IOC",'
            f'"q":"{self.size(event.lots)}","p":"{self.price(event.price_ticks)}",'
            f'"ap":"{average:.{self.price.decimals}f}","X":"{status}","l":"{self.size(event.last_lots)}",'
            f'"z":"{self.size(event.filled_lots)}","T":{time_ms}}}}}'
        ).encode()
