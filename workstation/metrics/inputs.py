"""What metrics are made of: how to see that it has changed, and when it last came."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from zlib import crc32

from workstation.market.state import SymbolState
from workstation.model.derivatives import (
    DatedPrice,
    FundingRate,
    LongShortRatio,
    MarkPrice,
    OpenInterest,
    SpotPrice,
    Ticker,
)

HOUR_MS = 3_600_000
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Input:
    """One kind of data.

    Attributes:
        title: as it stands in a reading's source; empty for one that is not told there.
        version: equal as long as nothing of it has changed.
        arrived_s: monotonic seconds when the newest of it came; None before the first.
    """

    title: str
    version: Callable[[SymbolState], Hashable]
    arrived_s: Callable[[SymbolState], float | None]


def _news_of(kind: type) -> Callable[[SymbolState], float | None]:
    return lambda state: state.health.last_news.get(kind)


def _trades(state: SymbolState) -> Hashable:
    # Until something is traded, the day's figures tell the last price.
    return state.trades.appended or state.ticker


def _trades_arrived(state: SymbolState) -> float | None:
    traded = state.health.last_trade
    return state.health.last_news.get(Ticker) if traded is None else traded


def _funding_arrived(state: SymbolState) -> float | None:
    # It comes with the mark price, and is news only when it has changed.
    came, news = state.health.last_news.get(FundingRate), state.health.last_news
    return None if came is None else max(came, news.get(MarkPrice, came))


def hours_version(state: SymbolState) -> Hashable:
    """Equal as long as no closed hourly candle of a symbol is another."""
    series = state.candles(HOUR_MS)
    hour, newest = state.market_ms // HOUR_MS, series.newest_ms // HOUR_MS
    # Trades change the open hour alone; those that are late may still change one that has just closed.
    return len(series), series.settled_version, hour, 0 if newest >= hour else series.version


def _minute(state: SymbolState) -> Hashable:
    # Each symbol has its own second of it, so that not all are worked out anew at once.
    return (state.market_ms + crc32(state.instrument.symbol.encode()) % _MINUTE_MS) // _MINUTE_MS


INPUTS: dict[str, Input] = {
    "trades": Input("trades", _trades, _trades_arrived),
    "book": Input(
        "book",
        lambda state: (state.book.version, state.book.status),
        lambda state: state.health.last_book,
    ),
    "mark": Input("mark price", lambda state: state.mark, _news_of(MarkPrice)),
    "spot": Input("spot price", lambda state: state.spot, _news_of(SpotPrice)),
    "dated": Input("dated futures", lambda state: tuple(state.dated.values()), _news_of(DatedPrice)),
    "long_short": Input("long/short ratio", lambda state: state.long_short, _news_of(LongShortRatio)),
    "past_long_short": Input(
        "long/short history",
        lambda state: state.past.long_short_version,
        lambda state: state.health.last_data,
    ),
    "ticker": Input("24 h figures", lambda state: state.ticker, _news_of(Ticker)),
    "funding": Input("funding", lambda state: state.funding, _funding_arrived),
    "open_interest": Input("open interest", lambda state: state.open_interest, _news_of(OpenInterest)),
    "liquidations": Input(
        "liquidations",
        lambda state: state.liquidations[-1] if state.liquidations else None,
        lambda state: state.health.last_data,
    ),
    "hours": Input("hourly candles", hours_version, lambda state: state.health.last_trade),
    # Once a minute: candles of other symbols may come at any time, and a day that ends now goes on.
    "minute": Input("", _minute, lambda _: None),
    "past_funding": Input(
        "settled funding",
        lambda state: state.past.funding_version,
        lambda state: state.health.last_data,
    ),
    "past_open_interest": Input(
        "open interest history",
        lambda state: state.past.open_interest_version,
        lambda state: state.health.last_data,
    ),
    # Of no symbol: the reader knows their versions.
    "liquidity": Input("stored minutes", lambda _: 0, lambda _: None),
    "calendar": Input("calendar", lambda _: 0, lambda _: None),
    "held": Input("positions", lambda _: 0, lambda _: None),
    "positions": Input("positions", lambda _: 0, lambda _: None),
    "outside": Input("series from outside", lambda _: 0, lambda _: None),
    "feed": Input("feed", lambda state: state.health.last_data, lambda state: state.health.last_data),
}
"""By key; `Metric.inputs` name them."""
