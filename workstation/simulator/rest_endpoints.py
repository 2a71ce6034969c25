"""Every path of the REST half: its weight and its answer, from the engine's books, tapes and histories."""

from collections.abc import Callable
from typing import Any

from workstation.runtime.clock import Clock
from workstation.simulator import rest_errors
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.klines import Rows
from workstation.simulator.rest import Endpoint
from workstation.simulator.rest_info import DELISTED, exchange_info, funding_info, leverage_brackets
from workstation.simulator.rest_query import Query
from workstation.simulator.rest_spot import SpotMarket
from workstation.simulator.server_market import ServedMarket
from workstation.simulator.streams_publish import Channel
from workstation.simulator.wire_rows import kline_rows, price_rows
from workstation.simulator.wire_ticker import ticker_row

_HOUR_MS = 3_600_000
_RATIO_DAYS_MS = 30 * 24 * _HOUR_MS
_DEPTH_WEIGHTS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
_DEFAULT_DEPTH = 500
_DEFAULT_KLINES, _MOST_KLINES = 500, 1500

Answer = Callable[[Query], Any]


def endpoints(
    market: ServedMarket, faults: ActiveFaults, clock: Clock, weight_per_minute: int
) -> dict[str, Endpoint]:
    """Return what is served, by path."""
    data = _MarketData(market, faults, clock, weight_per_minute)
    all_or_one: Callable[[int, int], Callable[[Query], int]] = lambda one, every: (  # noqa: E731
        lambda query: one if query.optional("symbol") else every
    )
    spot = SpotMarket(lambda: [channel.market for channel in market.channels.values()])
    return {
        "/api/v3/ticker/price": Endpoint(all_or_one(2, 4), spot.prices),
        "/api/v3/ticker/bookTicker": Endpoint(all_or_one(2, 4), spot.book_tickers),
        "/fapi/v1/ping": Endpoint(_weighs(1), lambda _: {}),
        "/fapi/v1/time": Endpoint(_weighs(1), data.time),
        "/fapi/v1/exchangeInfo": Endpoint(_weighs(1), data.exchange_info),
        "/fapi/v1/depth": Endpoint(_depth_weight, data.depth),
        "/fapi/v1/trades": Endpoint(_weighs(5), data.trades),
        "/fapi/v1/historicalTrades": Endpoint(_weighs(20), data.historical_trades),
        "/fapi/v1/aggTrades": Endpoint(_weighs(20), data.agg_trades),
        "/fapi/v1/klines": Endpoint(_kline_weight, data.klines, of_old=True),
        "/fapi/v1/continuousKlines": Endpoint(_kline_weight, data.continuous_klines, of_old=True),
        "/fapi/v1/markPriceKlines": Endpoint(_kline_weight, data.mark_klines),
        "/fapi/v1/indexPriceKlines": Endpoint(_kline_weight, data.index_klines),
        "/fapi/v1/premiumIndexKlines": Endpoint(_kline_weight, data.premium_klines),
        "/fapi/v1/premiumIndex": Endpoint(all_or_one(1, 10), data.premium_index),
        "/fapi/v1/fundingRate": Endpoint(_weighs(1), data.funding_rate, of_old=True),
        "/fapi/v1/fundingInfo": Endpoint(_weighs(1), data.funding_info),
        "/fapi/v1/openInterest": Endpoint(_weighs(1), data.open_interest),
        "/futures/data/openInterestHist": Endpoint(_weighs(1), data.open_interest_history),
        "/futures/data/globalLongShortAccountRatio": Endpoint(_weighs(1), data.accounts_ratio, of_old=True),
        "/futures/data/topLongShortAccountRatio": Endpoint(_weighs(1), data.top_accounts_ratio, of_old=True),
        "/futures/data/topLongShortPositionRatio": Endpoint(
            _weighs(1), data.top_positions_ratio, of_old=True
        ),
        "/fapi/v1/ticker/24hr": Endpoint(all_or_one(1, 40), data.ticker),
        "/fapi/v1/ticker/price": Endpoint(all_or_one(1, 2), data.ticker_price),
        "/fapi/v2/ticker/price": Endpoint(all_or_one(1, 2), data.ticker_price),
        "/fapi/v1/ticker/bookTicker": Endpoint(all_or_one(2, 5), data.book_ticker),
        "/fapi/v1/leverageBracket": Endpoint(_weighs(1), data.leverage_bracket),
    }


def _weighs(weight: int) -> Callable[[Query], int]:
    return lambda _: weight


def _depth_weight(query: Query) -> int:
    return _DEPTH_WEIGHTS.get(query.integer("limit") or _DEFAULT_DEPTH, 20)


def _kline_weight(query: Query) -> int:
    limit = query.integer("limit") or _DEFAULT_KLINES
    if limit < 100:
        return 1
    if limit < 500:
        return 2
    return 5 if limit <= 1000 else 10


class _MarketData:
    def __init__(
        self, market: ServedMarket, faults: ActiveFaults, clock: Clock, weight_per_minute: int
    ) -> None:
        self._market = market
        self._faults = faults
        self._clock = clock
        self._weight_per_minute = weight_per_minute

    @property
    def _now_ms(self) -> int:
        return self._market.now_ms + self._faults.skew_ms

    def _channel(self, query: Query, name: str = "symbol") -> Channel:
        symbol = query.text(name)
        channel = self._market.channels.get(symbol)
        if channel is None:
            raise rest_errors.invalid_symbol_status() if symbol in DELISTED else rest_errors.invalid_symbol()
        return channel

    def _one_or_all(self, query: Query, row: Callable[[Channel], Any]) -> Any:
        if query.optional("symbol") is not None:
            return row(self._channel(query))
        return [row(channel) for channel in self._market.channels.values()]

    # --- what is listed -------------------------------------------------------------------------------

    def time(self, _: Query) -> Any:
        return {"serverTime": self._now_ms}

    def exchange_info(self, _: Query) -> Any:
        return exchange_info(
            [channel.market.spec for channel in self._market.channels.values()],
            self._now_ms,
            self._weight_per_minute,
        )

    def leverage_bracket(self, query: Query) -> Any:
        query.require_signature(self._clock.now_ms() + self._faults.skew_ms, self._now_ms)
        rows = self._one_or_all(query, lambda channel: leverage_brackets(channel.market.spec))
        return rows if isinstance(rows, list) else [rows]

    # --- book and tape --------------------------------------------------------------------------------

    def depth(self, query: Query) -> Any:
        channel = self._channel(query)
        limit = query.limit_of(tuple(_DEPTH_WEIGHTS), _DEFAULT_DEPTH)
        view = channel.market.depth(limit)
        price, size = channel.writer.price, channel.writer.size
        time_ms = view.time_ms + self._faults.skew_ms
        return {
            "lastUpdateId": view.last_update_id,
            "E": time_ms,
            "T": time_ms,
            "bids": [(price(ticks), size(lots)) for ticks, lots in view.bids],
            "asks": [(price(ticks), size(lots)) for ticks, lots in view.asks],
        }

    def trades(self, query: Query) -> Any:
        channel = self._channel(query)
        return self._trade_rows(channel, query.limit(500, 1000), None)

    def historical_trades(self, query: Query) -> Any:
        query.require_key()
        channel = self._channel(query)
        return self._trade_rows(channel, query.limit(100, 1000), query.integer("fromId"))

    def _trade_rows(self, channel: Channel, limit: int, from_id: int | None) -> Any:
        price, size = channel.writer.price, channel.writer.size
        skew_ms = self._faults.skew_ms
        worth = price.step * size.step
        return [
            {
                "id": trade.trade_id,
                "price": price(trade.price_ticks),
                "qty": size(trade.lots),
                "quoteQty": str(worth * (trade.price_ticks * trade.lots)),
                "time": trade.time_ms + skew_ms,
                "isBuyerMaker": trade.buyer_is_maker,
                "isRPITrade": False,
            }
            for trade in channel.market.trades(limit, from_id)
        ]

    def agg_trades(self, query: Query) -> Any:
        channel = self._channel(query)
        limit, from_id = query.limit(500, 1000), query.integer("fromId")
        start_ms, end_ms = query.times()
        if from_id is not None and (start_ms is not None or end_ms is not None):
            raise rest_errors.ApiError(-1128, "Combination of optional parameters invalid.")
        if start_ms is not None and end_ms is not None and end_ms - start_ms > _HOUR_MS:
            raise rest_errors.ApiError(-1127, "More than 1 hours between startTime and endTime.")
        price, size = channel.writer.price, channel.writer.size
        skew_ms = self._faults.skew_ms
        return [
            {
                "a": trade.agg_id,
                "p": price(trade.price_ticks),
                "q": size(trade.lots),
                "f": trade.first_trade_id,
                "l": trade.last_trade_id,
                "T": trade.time_ms + skew_ms,
                "m": trade.buyer_is_maker,
            }
            for trade in channel.market.agg_trades(limit, from_id, start_ms, end_ms)
        ]

    # --- candles --------------------------------------------------------------------------------------

    def klines(self, query: Query) -> Any:
        return self._trade_candles(self._channel(query), query)

    def continuous_klines(self, query: Query) -> Any:
        wanted = self._channel(query, "pair").writer.symbol, query.text("contractType")
        specs = ((channel, channel.market.spec) for channel in self._market.channels.values())
        channel = next((one for one, spec in specs if (spec.pair, spec.contract_type) == wanted), None)
        if channel is None:
            raise rest_errors.not_valid("contractType")
        return self._trade_candles(channel, query)

    def _trade_candles(self, channel: Channel, query: Query) -> Any:
        interval_ms = query.interval_ms()
        rows = _rows(channel.market.klines, interval_ms, query)
        return kline_rows(rows, interval_ms, channel.writer.price, channel.writer.size)

    def mark_klines(self, query: Query) -> Any:
        return _price_candles(self._channel(query).market.funding.mark_klines.candles, query)

    def index_klines(self, query: Query) -> Any:
        return _price_candles(self._channel(query, "pair").market.funding.index_klines.candles, query)

    def premium_klines(self, query: Query) -> Any:
        return _price_candles(self._channel(query).market.funding.premium_klines.candles, query)

    # --- the derivative -------------------------------------------------------------------------------

    def premium_index(self, query: Query) -> Any:
        return self._one_or_all(query, self._premium_row)

    def _premium_row(self, channel: Channel) -> Any:
        state = channel.market.mark
        skew_ms = self._faults.skew_ms
        settles = channel.market.spec.delivery_ms == 0
        return {
            "symbol": channel.writer.symbol,
            "markPrice": f"{state.mark:.8f}",
            "indexPrice": f"{state.index:.8f}",
            "estimatedSettlePrice": f"{state.estimated_settle:.8f}",
            # The venue's name for the rate that the running interval is heading for.
            "lastFundingRate": f"{state.predicted_rate:.8f}" if settles else "",
            "interestRate": f"{state.interest_rate:.8f}" if settles else "",
            "nextFundingTime": state.next_funding_ms + skew_ms if settles else 0,
            "time": state.time_ms + skew_ms,
        }

    def funding_rate(self, query: Query) -> Any:
        start_ms, end_ms = query.times()
        limit = query.limit(100, 1000)
        channels = [self._channel(query)] if query.optional("symbol") else self._market.channels.values()
        rows: list[dict[str, Any]] = [
            {
                "symbol": event.symbol,
                "fundingTime": event.time_ms,
                "fundingRate": f"{event.rate:.8f}",
                "markPrice": f"{event.mark:.8f}",
            }
            for channel in channels
            for event in channel.market.funding.history(start_ms, end_ms, limit)
        ]
        rows.sort(key=lambda row: row["fundingTime"])
        return rows[-limit:] if start_ms is None else rows[:limit]

    def funding_info(self, _: Query) -> Any:
        return [
            funding_info(channel.market.spec, channel.market.funding.interval_hours)
            for channel in self._market.channels.values()
            if not channel.market.spec.delivery_ms
        ]

    def open_interest(self, query: Query) -> Any:
        channel = self._channel(query)
        return {
            "symbol": channel.writer.symbol,
            "openInterest": f"{channel.market.open_interest():.{channel.writer.size.decimals}f}",
            "time": self._now_ms,
        }

    def open_interest_history(self, query: Query) -> Any:
        channel = self._channel(query)
        start_ms, end_ms = query.times()
        rows = channel.market.interest.rows(query.period_ms(), query.limit(30, 500), start_ms, end_ms)
        return [
            {
                "symbol": channel.writer.symbol,
                "sumOpenInterest": f"{row[1][0]:.8f}",
                "sumOpenInterestValue": f"{row[1][1]:.8f}",
                "timestamp": row[0],
            }
            for row in rows
        ]

    def accounts_ratio(self, query: Query) -> Any:
        return self._ratios(query, 0)

    def top_accounts_ratio(self, query: Query) -> Any:
        return self._ratios(query, 1)

    def top_positions_ratio(self, query: Query) -> Any:
        return self._ratios(query, 2)

    def _ratios(self, query: Query, column: int) -> Any:
        channel = self._channel(query)
        start_ms, end_ms = query.times()
        if start_ms is not None and start_ms < self._now_ms - _RATIO_DAYS_MS:
            raise rest_errors.not_valid("startTime")
        rows = channel.market.ratios.rows(query.period_ms(), query.limit(30, 500), start_ms, end_ms)
        return [
            {
                "symbol": channel.writer.symbol,
                "longAccount": f"{ratio / (1 + ratio):.4f}",
                "longShortRatio": f"{ratio:.4f}",
                "shortAccount": f"{1 / (1 + ratio):.4f}",
                "timestamp": row[0],
            }
            for row in rows
            for ratio in (row[1][column],)
        ]

    # --- tickers --------------------------------------------------------------------------------------

    def ticker(self, query: Query) -> Any:
        skew_ms = self._faults.skew_ms
        return self._one_or_all(
            query,
            lambda channel: ticker_row(channel.market, channel.writer.price, channel.writer.size, skew_ms),
        )

    def ticker_price(self, query: Query) -> Any:
        return self._one_or_all(query, self._price_row)

    def _price_row(self, channel: Channel) -> Any:
        last = channel.market.ticker_24h().last
        return {
            "symbol": channel.writer.symbol,
            "price": f"{last:.{channel.writer.price.decimals}f}",
            "time": self._now_ms,
        }

    def book_ticker(self, query: Query) -> Any:
        return self._one_or_all(query, self._book_ticker_row)

    def _book_ticker_row(self, channel: Channel) -> Any:
        view = channel.market.depth(1)
        price, size = channel.writer.price, channel.writer.size
        (bid, bid_lots), (ask, ask_lots) = (*view.bids, (0, 0))[0], (*view.asks, (0, 0))[0]
        return {
            "symbol": channel.writer.symbol,
            "bidPrice": price(bid),
            "bidQty": size(bid_lots),
            "askPrice": price(ask),
            "askQty": size(ask_lots),
            "time": view.time_ms + self._faults.skew_ms,
            "lastUpdateId": view.last_update_id,
        }


def _rows(candles: Callable[..., Rows], interval_ms: int, query: Query) -> Rows:
    start_ms, end_ms = query.times()
    return candles(interval_ms, start_ms, end_ms, query.limit(_DEFAULT_KLINES, _MOST_KLINES))


def _price_candles(candles: Callable[..., Rows], query: Query) -> Any:
    interval_ms = query.interval_ms()
    return price_rows(_rows(candles, interval_ms, query), interval_ms)
