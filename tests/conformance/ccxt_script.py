"""An unmodified ccxt `binanceusdm`, with only its addresses changed, against a simulated exchange.

Run as `python tests/conformance/ccxt_script.py http://127.0.0.1:PORT`: it calls every market-data method that
the exchange serves, checks the parsed answers for sense, and prints one line of JSON: what was checked, and
what failed. Exit status 0 if nothing failed.
"""

import asyncio
import json
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import ccxt.pro

SYMBOL = "BTC/USDT:USDT"
OTHERS = [SYMBOL, "ETH/USDT:USDT"]
DELISTED = "AGIX/USDT:USDT"
HOUR_MS = 3_600_000
WITHIN_S = 20.0

Check = Callable[[Any], Awaitable[None]]


def point_to(exchange: Any, base: str) -> None:
    """Send everything to the simulated exchange: whatever is not served there fails instead of leaving."""
    websocket = base.replace("http://", "ws://")
    exchange.urls["api"] = {
        name: base + "/" + address.split("/", 3)[3]
        for name, address in exchange.urls["api"].items()
        if isinstance(address, str)
    }
    exchange.urls["api"]["ws"] = {"linear": websocket + "/ws"}


async def load_markets(exchange: Any) -> None:
    markets = await exchange.load_markets()
    market = markets[SYMBOL]
    assert market["id"] == "BTCUSDT"
    assert market["linear"]
    assert market["swap"]
    assert market["active"]
    assert market["precision"]["price"] == 0.1
    assert market["precision"]["amount"] == 0.001
    assert market["limits"]["cost"]["min"] > 0
    assert market["contractSize"] == 1
    assert markets["1000PEPE/USDT:USDT"]["precision"]["price"] == 1e-7
    assert markets[DELISTED]["active"] is False
    assert sum(bool(market["active"]) for market in markets.values()) >= 12


async def fetch_time(exchange: Any) -> None:
    # At other speeds than 1 the exchange's clock runs ahead of ours.
    assert -2_000 < await exchange.fetch_time() - time.time() * 1000 < 10 * 60_000


async def refuse_unknown_and_delisted_symbols(exchange: Any) -> None:
    for symbol, error, code in (
        ("NOPEUSDT", ccxt.BadSymbol, "-1121"),
        ("AGIXUSDT", ccxt.ExchangeError, "-1122"),
    ):
        refusal = ""
        try:
            await exchange.fapiPublicGetDepth({"symbol": symbol})
        except error as refused:
            refusal = str(refused)
        assert code in refusal, f"{symbol} was not refused as {code}"


async def fetch_order_book(exchange: Any) -> None:
    book = await exchange.fetch_order_book(SYMBOL, 100)
    bids, asks = [level[0] for level in book["bids"]], [level[0] for level in book["asks"]]
    assert len(bids) == len(asks) == 100
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert bids[0] < asks[0]
    assert all(size > 0 for _, size in book["bids"] + book["asks"])
    assert book["nonce"] > 0


async def fetch_trades(exchange: Any) -> None:
    trades = await exchange.fetch_trades(SYMBOL, limit=50)  # aggregate trades, as ccxt prefers
    plain = await exchange.fetch_trades(SYMBOL, limit=50, params={"fetchTradesMethod": "fapiPublicGetTrades"})
    for rows in (trades, plain):
        assert len(rows) == 50
        ids = [int(trade["id"]) for trade in rows]
        assert ids == list(range(ids[0], ids[0] + 50))
        assert all(trade["price"] > 0 and trade["amount"] > 0 for trade in rows)
        assert {trade["side"] for trade in rows} <= {"buy", "sell"}
        times = [trade["timestamp"] for trade in rows]
        assert times == sorted(times)


async def fetch_aggregates_by_id(exchange: Any) -> None:
    newest = (await exchange.fapiPublicGetAggTrades({"symbol": "BTCUSDT", "limit": 1}))[0]
    first = int(newest["a"]) - 20
    rows = await exchange.fapiPublicGetAggTrades({"symbol": "BTCUSDT", "fromId": first, "limit": 20})
    assert [int(row["a"]) for row in rows] == list(range(first, first + 20))
    for row, following in pairwise(rows):
        assert int(row["l"]) + 1 == int(following["f"])


async def fetch_ohlcv(exchange: Any) -> None:
    minutes = await exchange.fetch_ohlcv(SYMBOL, "1m", limit=180)
    assert len(minutes) == 180
    opens = [row[0] for row in minutes]
    assert opens == list(range(opens[0], opens[0] + 180 * 60_000, 60_000))
    assert all(low <= min(first, last) and high >= max(first, last)
               for _, first, high, low, last, _ in minutes)  # fmt: skip
    hours = await exchange.fetch_ohlcv(SYMBOL, "1h", limit=3)
    inside = [row for row in minutes if hours[1][0] <= row[0] < hours[1][0] + HOUR_MS]
    if len(inside) == 60:
        assert hours[1][2] == max(row[2] for row in inside)
        assert abs(hours[1][5] - sum(row[5] for row in inside)) < 1e-6 * hours[1][5] + 1e-9
    for price in ("mark", "index", "premiumIndex"):
        rows = await exchange.fetch_ohlcv(SYMBOL, "1m", limit=10, params={"price": price})
        assert len(rows) == 10, price
        assert price == "premiumIndex" or abs(rows[-1][4] / minutes[-1][4] - 1) < 0.02, price


async def fetch_funding(exchange: Any) -> None:
    rate = await exchange.fetch_funding_rate(SYMBOL)
    assert abs(rate["fundingRate"]) < 0.02
    assert rate["fundingTimestamp"] > time.time() * 1000 - 60_000
    assert abs(rate["markPrice"] / rate["indexPrice"] - 1) < 0.02
    rates = await exchange.fetch_funding_rates()
    assert set(OTHERS) <= set(rates)
    intervals = await exchange.fetch_funding_intervals()
    assert intervals[SYMBOL]["interval"] == "8h"
    history = await exchange.fetch_funding_rate_history(SYMBOL, limit=3)
    assert history
    assert all(row["timestamp"] % (8 * HOUR_MS) < 60_000 for row in history)
    since = history[0]["timestamp"]
    again = await exchange.fetch_funding_rate_history(SYMBOL, since=since, limit=3)
    assert again[0]["timestamp"] == since


async def fetch_open_interest(exchange: Any) -> None:
    now = await exchange.fetch_open_interest(SYMBOL)
    assert now["openInterestAmount"] > 0
    history = await exchange.fetch_open_interest_history(SYMBOL, "5m", limit=12)
    times = [row["timestamp"] for row in history]
    assert len(times) == 12
    assert times == list(range(times[0], times[0] + 12 * 300_000, 300_000))
    assert all(row["openInterestAmount"] > 0 and row["openInterestValue"] > 0 for row in history)


async def fetch_long_short_ratios(exchange: Any) -> None:
    for period, step_ms in (("5m", 300_000), ("1h", HOUR_MS)):
        rows = await exchange.fetch_long_short_ratio_history(SYMBOL, period, limit=24)
        times = [row["timestamp"] for row in rows]
        assert times == list(range(times[0], times[0] + 24 * step_ms, step_ms)), period
        assert all(0.2 < row["longShortRatio"] < 5 for row in rows)
    since = times[4]
    again = await exchange.fetch_long_short_ratio_history(
        SYMBOL, "1h", since, 500, {"until": since + 2 * HOUR_MS}
    )
    assert [row["timestamp"] for row in again] == times[4:7]
    request = {"symbol": "BTCUSDT", "period": "5m", "limit": 2}
    for row in (
        *await exchange.fapiDataGetTopLongShortPositionRatio(request),
        *await exchange.fapiDataGetTopLongShortAccountRatio(request),
    ):
        assert abs(float(row["longAccount"]) + float(row["shortAccount"]) - 1) < 0.001
    try:
        await exchange.fapiDataGetGlobalLongShortAccountRatio(
            {**request, "startTime": times[0] - 40 * 24 * HOUR_MS}
        )
    except ccxt.BadRequest:
        pass
    else:
        raise AssertionError("a stretch of over thirty days ago was taken")


async def fetch_spot_prices(exchange: Any) -> None:
    prices = {row["symbol"]: float(row["price"]) for row in await exchange.publicGetTickerPrice()}
    marks = {row["symbol"]: row for row in await exchange.fapiPublicGetPremiumIndex()}
    assert abs(prices["BTCUSDT"] / float(marks["BTCUSDT"]["indexPrice"]) - 1) < 0.005
    assert abs(prices["PEPEUSDT"] * 1000 / float(marks["1000PEPEUSDT"]["indexPrice"]) - 1) < 0.005
    quotes = await exchange.publicGetTickerBookTicker({"symbols": '["BTCUSDT","PEPEUSDT"]'})
    assert [row["symbol"] for row in quotes] == ["BTCUSDT", "PEPEUSDT"]
    assert all(0 < float(row["bidPrice"]) < float(row["askPrice"]) for row in quotes)
    one = await exchange.publicGetTickerBookTicker({"symbol": "ETHUSDT"})
    assert one["symbol"] == "ETHUSDT"
    try:
        await exchange.publicGetTickerBookTicker({"symbols": '["BTCUSDT","NOPEUSDT"]'})
    except ccxt.BadSymbol:
        pass
    else:
        raise AssertionError("a spot market that is not listed was quoted")


async def fetch_dated_futures(exchange: Any) -> None:
    for base in ("BTC", "ETH"):
        dated = [
            market for market in exchange.markets.values() if market["future"] and market["base"] == base
        ]
        assert len(dated) == 2
        kinds = {market["info"]["contractType"] for market in dated}
        assert kinds == {"CURRENT_QUARTER", "NEXT_QUARTER"}
        years = []
        for market in dated:
            assert market["linear"]
            assert market["active"]
            assert market["id"] == f"{base}USDT_{exchange.yymmdd(market['expiry'])}"
            state = await exchange.fapiPublicGetPremiumIndex({"symbol": market["id"]})
            assert state["lastFundingRate"] == ""
            basis = float(state["markPrice"]) / float(state["indexPrice"]) - 1
            years.append(basis * 365 * 24 * HOUR_MS / (market["expiry"] - int(state["time"])))
            book = await exchange.fetch_order_book(market["symbol"], 5)
            assert book["bids"][0][0] < book["asks"][0][0]
            hours = await exchange.fetch_ohlcv(market["symbol"], "1h", limit=10)
            assert len(hours) == 10
        assert all(0.0 < rate < 0.15 for rate in years), years


async def fetch_old_hours(exchange: Any) -> None:
    since = (await exchange.fetch_time()) - 80 * 24 * HOUR_MS
    hours = await exchange.fetch_ohlcv(SYMBOL, "1h", since, 1000)
    opens = [row[0] for row in hours]
    assert len(opens) == 1000
    assert opens == list(range(opens[0], opens[0] + 1000 * HOUR_MS, HOUR_MS))
    assert all(low <= min(first, last) <= max(first, last) <= high for _, first, high, low, last, _ in hours)
    settled = await exchange.fetch_funding_rate_history(SYMBOL, since, 1000)
    assert len(settled) >= 239


async def fetch_leverage_tiers(exchange: Any) -> None:
    # The venue gives brackets to signed requests only; the demo key will do here.
    exchange.apiKey, exchange.secret = "preflight-demo-key", "preflight-demo-secret"
    tiers = (await exchange.fetch_leverage_tiers(OTHERS))[SYMBOL]
    assert tiers[0]["maxLeverage"] == 125
    assert tiers[0]["minNotional"] == 0
    for tier, following in pairwise(tiers):
        assert tier["maxNotional"] == following["minNotional"]
        assert tier["maintenanceMarginRate"] < following["maintenanceMarginRate"]
    exchange.secret = "wrong"
    try:
        await exchange.fetch_leverage_tiers(OTHERS)
    except ccxt.AuthenticationError:
        pass
    else:
        raise AssertionError("a wrong signature was taken")
    finally:
        exchange.apiKey = exchange.secret = None


async def fetch_tickers(exchange: Any) -> None:
    ticker = await exchange.fetch_ticker(SYMBOL)
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert ticker["baseVolume"] > 0
    assert set(OTHERS) <= set(await exchange.fetch_tickers())
    assert (await exchange.fetch_last_prices())[SYMBOL]["price"] > 0
    quotes = await exchange.fetch_bids_asks()
    assert quotes[SYMBOL]["bid"] < quotes[SYMBOL]["ask"]
    mark = await exchange.fetch_mark_price(SYMBOL)
    assert mark["markPrice"] > 0


async def watch_trades(exchange: Any) -> None:
    last = 0
    for _ in range(5):
        for trade in await exchange.watch_trades(SYMBOL):
            assert trade["price"] > 0
            assert trade["amount"] > 0
            assert int(trade["id"]) > 0
            assert not last or int(trade["id"]) == last + 1
            last = int(trade["id"])


async def watch_order_book(exchange: Any) -> None:
    books = 0
    while books < 20:
        book = await exchange.watch_order_book(SYMBOL)
        assert book["bids"][0][0] < book["asks"][0][0]
        books += 1
    both = {(await exchange.watch_order_book_for_symbols(OTHERS))["symbol"] for _ in range(20)}
    assert both <= set(OTHERS)


async def watch_tickers(exchange: Any) -> None:
    tickers = await exchange.watch_tickers(OTHERS)
    assert all(ticker["last"] > 0 for ticker in tickers.values())
    assert (await exchange.watch_ticker(SYMBOL))["last"] > 0
    assert await exchange.watch_tickers()


async def watch_ohlcv(exchange: Any) -> None:
    (row, *_) = await exchange.watch_ohlcv(SYMBOL, "1m")
    assert row[3] <= row[4] <= row[2]
    assert row[0] % 60_000 == 0


async def watch_marks(exchange: Any) -> None:
    mark = await exchange.watch_mark_price(SYMBOL)
    assert mark["markPrice"] > 0
    assert mark["indexPrice"] > 0
    assert set(OTHERS) & set(await exchange.watch_mark_prices())


async def watch_quotes(exchange: Any) -> None:
    quotes = await exchange.watch_bids_asks(OTHERS)
    assert all(quote["bid"] < quote["ask"] for quote in quotes.values())


async def watch_liquidations(exchange: Any) -> None:
    (liquidation, *_) = await exchange.watch_liquidations_for_symbols([])
    assert liquidation["price"] > 0
    assert liquidation["contracts"] > 0
    assert liquidation["side"] in ("buy", "sell")


CHECKS: tuple[Check, ...] = (
    load_markets,
    fetch_time,
    refuse_unknown_and_delisted_symbols,
    fetch_order_book,
    fetch_trades,
    fetch_aggregates_by_id,
    fetch_ohlcv,
    fetch_funding,
    fetch_open_interest,
    fetch_long_short_ratios,
    fetch_spot_prices,
    fetch_dated_futures,
    fetch_old_hours,
    fetch_leverage_tiers,
    fetch_tickers,
)
# Each on sockets of its own, so that they can run at once.
WATCHES: tuple[Check, ...] = (
    watch_trades,
    watch_order_book,
    watch_tickers,
    watch_ohlcv,
    watch_marks,
    watch_quotes,
    watch_liquidations,
)


async def main(base: str) -> int:
    """Run all checks and return how many failed."""
    exchange = ccxt.pro.binanceusdm({"newUpdates": True})
    point_to(exchange, base)
    failed: dict[str, str] = {}

    async def run(check: Check) -> None:
        try:
            await asyncio.wait_for(check(exchange), WITHIN_S)
        except Exception as error:
            trace = traceback.extract_tb(error.__traceback__)
            line = next((frame for frame in reversed(trace) if frame.filename == __file__), trace[-1])
            failed[check.__name__] = f"{type(error).__name__}: {error} at {line.lineno}: {line.line}"

    try:
        for check in CHECKS:
            await run(check)
        await asyncio.gather(*(run(watch) for watch in WATCHES))
    finally:
        await exchange.close()
    print(json.dumps({"checked": [check.__name__ for check in CHECKS + WATCHES], "failed": failed}))
    return len(failed)


if __name__ == "__main__":
    sys.exit(min(1, asyncio.run(main(sys.argv[1]))))
