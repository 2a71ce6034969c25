"""What a venue knows beside a contract, by REST: the coin's own spot price, and its dated futures."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from workstation.model.derivatives import DatedPrice, SpotPrice
from workstation.model.instrument import ContractKind, Instrument

LISTED_S = 3_600.0
"""Which spot markets there are is asked for so often."""

MOST_NAMES = 100
"""Spot markets in one question: Binance weighs it the same as one of two."""

_MANY_COINS = re.compile(r"^(?P<first>10{3,6}|1M)(?P<coin>[A-Z].*)$|^(?P<name>[A-Z]+)(?P<last>10{3,6})$")

Quote = tuple[Decimal, Decimal]
"""Best bid and best ask."""


class BesideContract(Protocol):
    """What is asked of one venue over ccxt's exchange object. Errors are ccxt's own.

    Attributes:
        spot_every_s: how often spot prices are asked for.
    """

    spot_every_s: float

    async def spot_prices(self, contracts: Sequence[Instrument], now_ms: int) -> list[SpotPrice]:
        """The spot prices of the contracts' coins; those without a spot market are left out.

        Args:
            now_ms: the venue's time, for venues that send none with their prices.
        """
        ...

    async def dated_prices(self, contract: Instrument) -> list[DatedPrice]:
        """What every dated future of the contract's coin is marked at."""
        ...


def coin_of(base: str) -> tuple[str, int]:
    """Return the coin in a contract's base and how many of it make one: ("PEPE", 1000) of "1000PEPE"."""
    found = _MANY_COINS.match(base)
    if found is None:
        return base, 1
    many = found["first"] or found["last"]
    return found["coin"] or found["name"], 1_000_000 if many == "1M" else int(many)


def dated_markets(exchange: Any, contract: Instrument) -> list[Mapping[str, Any]]:
    """ccxt's markets of the dated futures beside a contract, the nearest delivery first."""
    found = [
        market
        for market in exchange.markets.values()
        if market.get("future")
        and market.get("active") is not False
        and market.get("expiry")
        and (market["base"], market["quote"]) == (contract.base, contract.quote)
        and bool(market.get("linear")) == (contract.kind is ContractKind.LINEAR)
    ]
    return sorted(found, key=lambda market: int(market["expiry"]))


class _Beside:
    """What venues have in common; each knows how its spot markets are named and asked for."""

    spot_every_s = 10.0

    def __init__(self, exchange: Any, venue: str) -> None:
        """Use `exchange`; news carry the name `venue`."""
        self._exchange = exchange
        self._venue = venue

    def _spot_name(self, coin: str, quote: str) -> str:
        return coin + quote

    async def _quotes(self, names: Sequence[str]) -> dict[str, Quote]:
        """Best prices by the spot market's name; at least of those asked for, where there are any."""
        raise NotImplementedError

    async def spot_prices(self, contracts: Sequence[Instrument], now_ms: int) -> list[SpotPrice]:
        """See `BesideContract.spot_prices`."""
        wanted = {}
        for contract in contracts:
            if contract.kind is not ContractKind.SPOT:
                coin, many = coin_of(contract.base)
                wanted[contract.symbol] = self._spot_name(coin, contract.quote), many
        quotes = await self._quotes([name for name, _ in wanted.values()]) if wanted else {}
        return [
            SpotPrice(self._venue, symbol, now_ms, name, quote[0] * many, quote[1] * many)
            for symbol, (name, many) in wanted.items()
            if (quote := quotes.get(name)) is not None
        ]


class BinanceBeside(_Beside):
    """Binance: the spot market of the same account's venue, and marks of delivery contracts."""

    # Weighs 4 of the spot market's 6,000 a minute.
    spot_every_s = 3.0

    def __init__(self, exchange: Any, venue: str) -> None:
        super().__init__(exchange, venue)
        self._listed: frozenset[str] = frozenset()
        self._listed_at = 0.0

    async def _quotes(self, names: Sequence[str]) -> dict[str, Quote]:
        if not self._listed or time.monotonic() - self._listed_at > LISTED_S:
            # A name that is not listed spoils the whole question.
            rows = await self._exchange.publicGetTickerPrice()
            self._listed = frozenset(str(row["symbol"]) for row in rows)
            self._listed_at = time.monotonic()
        known = sorted({name for name in names if name in self._listed})
        found: dict[str, Quote] = {}
        for first in range(0, len(known), MOST_NAMES):
            some = json.dumps(known[first : first + MOST_NAMES], separators=(",", ":"))
            rows = await self._exchange.publicGetTickerBookTicker({"symbols": some})
            found |= _quotes_of(rows, "symbol", "bidPrice", "askPrice")
        return found

    async def dated_prices(self, contract: Instrument) -> list[DatedPrice]:
        """See `BesideContract.dated_prices`."""
        found = []
        for market in dated_markets(self._exchange, contract):
            row = await self._exchange.fapiPublicGetPremiumIndex({"symbol": market["id"]})
            found.append(
                DatedPrice(
                    self._venue,
                    contract.symbol,
                    int(row["time"]),
                    str(market["id"]),
                    int(market["expiry"]),
                    Decimal(row["markPrice"]),
                    _price(row.get("indexPrice")),
                )
            )
        return found


class BybitBeside(_Beside):
    """Bybit: one question brings every spot market, and one each dated future."""

    async def _quotes(self, names: Sequence[str]) -> dict[str, Quote]:
        del names
        answer = await self._exchange.publicGetV5MarketTickers({"category": "spot"})
        return _quotes_of(answer["result"]["list"], "symbol", "bid1Price", "ask1Price")

    async def dated_prices(self, contract: Instrument) -> list[DatedPrice]:
        """See `BesideContract.dated_prices`."""
        found = []
        for market in dated_markets(self._exchange, contract):
            category = "linear" if market.get("linear") else "inverse"
            answer = await self._exchange.publicGetV5MarketTickers(
                {"category": category, "symbol": market["id"]}
            )
            for row in answer["result"]["list"]:
                mark = _price(row.get("markPrice"))
                if mark is not None:
                    found.append(
                        DatedPrice(
                            self._venue,
                            contract.symbol,
                            int(answer["time"]),
                            str(market["id"]),
                            int(market["expiry"]),
                            mark,
                            _price(row.get("indexPrice")),
                        )
                    )
        return found


class OkxBeside(_Beside):
    """OKX: one question brings every spot market, and one the marks of a coin's dated futures."""

    def _spot_name(self, coin: str, quote: str) -> str:
        return f"{coin}-{quote}"

    async def _quotes(self, names: Sequence[str]) -> dict[str, Quote]:
        del names
        answer = await self._exchange.publicGetMarketTickers({"instType": "SPOT"})
        return _quotes_of(answer["data"], "instId", "bidPx", "askPx")

    async def dated_prices(self, contract: Instrument) -> list[DatedPrice]:
        """See `BesideContract.dated_prices`."""
        markets = {str(market["id"]): market for market in dated_markets(self._exchange, contract)}
        if not markets:
            return []
        underlying = f"{contract.base}-{contract.quote}"
        marks = await self._exchange.publicGetPublicMarkPrice(
            {"instType": "FUTURES", "instFamily": underlying}
        )
        index = await self._exchange.publicGetMarketIndexTickers({"instId": underlying})
        level = next((_price(row.get("idxPx")) for row in index["data"]), None)
        return [
            DatedPrice(
                self._venue,
                contract.symbol,
                int(row["ts"]),
                row["instId"],
                int(markets[row["instId"]]["expiry"]),
                mark,
                level,
            )
            for row in marks["data"]
            if row["instId"] in markets and (mark := _price(row.get("markPx"))) is not None
        ]


def _quotes_of(rows: Sequence[Mapping[str, Any]], name: str, bid: str, ask: str) -> dict[str, Quote]:
    """Quotes by name out of rows of a venue; a row without both prices is left out."""
    found = {}
    for row in rows:
        best = _price(row.get(bid)), _price(row.get(ask))
        if best[0] is not None and best[1] is not None:
            found[str(row[name])] = best[0], best[1]
    return found


def _price(text: Any) -> Decimal | None:
    try:
        price = Decimal(str(text or 0))
    except InvalidOperation:
        return None
    return price if price.is_finite() and price > 0 else None
