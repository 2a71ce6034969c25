"""The statistics of the last day as Binance writes them, in answers and on streams."""

from dataclasses import dataclass
from typing import Any

from workstation.simulator.market import SimulatedMarket
from workstation.simulator.ticker import Ticker24h
from workstation.simulator.wire_text import StepText


@dataclass(frozen=True, slots=True)
class _Texts:
    change: str
    percent: str
    average: str
    last: str
    last_size: str
    open: str
    high: str
    low: str
    volume: str
    quote_volume: str


def _texts(ticker: Ticker24h, price: StepText, size: StepText) -> _Texts:
    p, q = price.decimals, size.decimals
    change = ticker.last - ticker.open
    average = ticker.quote_volume / ticker.volume if ticker.volume else ticker.last
    return _Texts(
        change=f"{change:.{p}f}",
        percent=f"{100 * change / ticker.open:.3f}",
        average=f"{average:.{p}f}",
        last=f"{ticker.last:.{p}f}",
        last_size=size(ticker.last_lots),
        open=f"{ticker.open:.{p}f}",
        high=f"{ticker.high:.{p}f}",
        low=f"{ticker.low:.{p}f}",
        volume=f"{ticker.volume:.{q}f}",
        quote_volume=f"{ticker.quote_volume:.2f}",
    )


def ticker_row(market: SimulatedMarket, price: StepText, size: StepText, skew_ms: int) -> dict[str, Any]:
    """One symbol of /fapi/v1/ticker/24hr."""
    ticker = market.ticker_24h()
    texts = _texts(ticker, price, size)
    return {
        "symbol": market.spec.symbol,
        "priceChange": texts.change,
        "priceChangePercent": texts.percent,
        "weightedAvgPrice": texts.average,
        "lastPrice": texts.last,
        "lastQty": texts.last_size,
        "openPrice": texts.open,
        "highPrice": texts.high,
        "lowPrice": texts.low,
        "volume": texts.volume,
        "quoteVolume": texts.quote_volume,
        "openTime": ticker.open_ms + skew_ms,
        "closeTime": ticker.close_ms + skew_ms,
        "firstId": ticker.first_trade_id,
        "lastId": ticker.last_trade_id,
        "count": ticker.trades,
    }


def ticker_event(market: SimulatedMarket, price: StepText, size: StepText, skew_ms: int) -> bytes:
    """`<symbol>@ticker`."""
    ticker = market.ticker_24h()
    texts = _texts(ticker, price, size)
    return (
        f'{{"e":"24hrTicker","E":{ticker.close_ms + skew_ms},"s":"{market.spec.symbol}",'
        f'"p":"{texts.change}","P":"{texts.percent}","w":"{texts.average}","c":"{texts.last}",'
        f'"Q":"{texts.last_size}","o":"{texts.open}","h":"{texts.high}","l":"{texts.low}",'
        f'"v":"{texts.volume}","q":"{texts.quote_volume}","O":{ticker.open_ms + skew_ms},'
        f'"C":{ticker.close_ms + skew_ms},"F":{ticker.first_trade_id},"L":{ticker.last_trade_id},'
        f'"n":{ticker.trades}}}'
    ).encode()


def mini_ticker_event(market: SimulatedMarket, price: StepText, size: StepText, skew_ms: int) -> bytes:
    """`<symbol>@miniTicker`."""
    ticker = market.ticker_24h()
    texts = _texts(ticker, price, size)
    return (
        f'{{"e":"24hrMiniTicker","E":{ticker.close_ms + skew_ms},"s":"{market.spec.symbol}",'
        f'"c":"{texts.last}","o":"{texts.open}","h":"{texts.high}","l":"{texts.low}",'
        f'"v":"{texts.volume}","q":"{texts.quote_volume}"}}'
    ).encode()
