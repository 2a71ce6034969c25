"""A venue's REST side through ccxt's unified calls, for venues whose own we do not speak."""

from decimal import Decimal
from typing import Any

from workstation.errors import VenueUnsupported
from workstation.exchange.venue_rest import Backfill, Snapshot, TradeRow
from workstation.model.derivatives import DerivativeNews, FundingRate, MarkPrice, OpenInterest

SNAPSHOT_LEVELS = 200
_HOURS = {"1h": 1.0, "2h": 2.0, "4h": 4.0, "8h": 8.0}


class UnifiedRest:
    """A `VenueRest` over any ccxt exchange; what it does not offer is left out."""

    def __init__(
        self, exchange: Any, venue: str, *, open_interest: bool = True, funding: bool = True
    ) -> None:
        """Use `exchange`; news carry the name `venue`.

        Args:
            open_interest: poll it, for no stream brings it.
            funding: poll it and the mark price, for no stream brings them.
        """
        self._exchange = exchange
        self._venue = venue
        self._polls_open_interest = open_interest
        self._polls_funding = funding

    async def server_ms(self) -> float:
        """See `VenueRest.server_ms`."""
        return float(await self._exchange.fetch_time())

    async def funding_hours(self) -> dict[str, float]:
        """See `VenueRest.funding_hours`: the rates themselves say it."""
        return {}

    async def snapshot(self, symbol: str) -> Snapshot:
        """See `VenueRest.snapshot`."""
        book = await self._exchange.fetch_order_book(self._market(symbol), SNAPSHOT_LEVELS)
        bids, asks = (
            [(float(level[0]), float(level[1])) for level in book[side]] for side in ("bids", "asks")
        )
        return Snapshot(int(book.get("timestamp") or 0), int(book.get("nonce") or 0), bids, asks)

    async def recent_trades(self, symbol: str) -> list[TradeRow]:
        """See `VenueRest.recent_trades`: none, for without ids that count nothing can be put in its place."""
        del symbol
        return []

    async def trades_between(self, symbol: str, first_id: int, last_id: int) -> Backfill:
        """See `VenueRest.trades_between`.

        Raises:
            VenueUnsupported: always; ids that do not count leave no holes to be filled.
        """
        raise VenueUnsupported(f"{self._venue} numbers no trades of {symbol}: {first_id} to {last_id}")

    async def polled(self, symbol: str) -> list[DerivativeNews]:
        """See `VenueRest.polled`."""
        exchange, market = self._exchange, self._market(symbol)
        news: list[DerivativeNews] = []
        if self._polls_open_interest and exchange.has.get("fetchOpenInterest"):
            answer = await exchange.fetch_open_interest(market)
            size = answer.get("openInterestAmount")
            value = answer.get("openInterestValue")
            if size is not None:
                news.append(
                    OpenInterest(
                        self._venue, symbol, int(answer.get("timestamp") or 0), _decimal(size), _maybe(value)
                    )
                )
        if self._polls_funding and exchange.has.get("fetchFundingRate"):
            news += self._funding(symbol, await exchange.fetch_funding_rate(market))
        return news

    def _funding(self, symbol: str, answer: dict[str, Any]) -> list[DerivativeNews]:
        news: list[DerivativeNews] = []
        event_ms = int(answer.get("timestamp") or 0)
        if answer.get("markPrice") is not None:
            index = _maybe(answer.get("indexPrice"))
            news.append(MarkPrice(self._venue, symbol, event_ms, _decimal(answer["markPrice"]), index))
        hours = _HOURS.get(str(answer.get("interval")))
        # A rate whose interval nobody says would only mislead.
        if answer.get("fundingRate") is not None and hours is not None:
            next_ms = int(answer.get("fundingTimestamp") or 0)
            rate = _decimal(answer["fundingRate"])
            news.append(FundingRate(self._venue, symbol, event_ms, rate, hours, next_ms))
        return news

    def _market(self, symbol: str) -> str:
        for market in self._exchange.markets.values():
            if market.get("contract") and symbol in (market["id"], market.get("baseName"), market["symbol"]):
                return str(market["symbol"])
        return symbol


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _maybe(value: Any) -> Decimal | None:
    return None if value is None else _decimal(value)
