"""Binance's USDⓈ-M REST side, through ccxt's own endpoints, limits and errors."""

from decimal import Decimal
from typing import Any

from workstation.exchange.venue_rest import EVERY_OTHER, Backfill, Snapshot, TradeRow
from workstation.model.derivatives import DerivativeNews, OpenInterest

SNAPSHOT_LEVELS = 1000
USUAL_FUNDING_HOURS = 8.0
MOST_TRADES = 1000
MOST_OLD_TRADES = 500
MOST_PAGES = 40
"""Pages of trades fetched for one hole at most: a longer outage is said to have lost the rest."""


class BinanceRest:
    """A `VenueRest` over a ccxt `binanceusdm`."""

    def __init__(self, exchange: Any, venue: str) -> None:
        """Use `exchange`; news carry the name `venue`."""
        self._exchange = exchange
        self._venue = venue

    async def server_ms(self) -> float:
        """See `VenueRest.server_ms`."""
        return float((await self._exchange.fapiPublicGetTime())["serverTime"])

    async def funding_hours(self) -> dict[str, float]:
        """See `VenueRest.funding_hours`: Binance lists those that differ from 8 hours."""
        rows = await self._exchange.fapiPublicGetFundingInfo()
        listed = {row["symbol"]: float(row["fundingIntervalHours"]) for row in rows}
        return {EVERY_OTHER: USUAL_FUNDING_HOURS, **listed}

    async def snapshot(self, symbol: str) -> Snapshot:
        """See `VenueRest.snapshot`."""
        answer = await self._exchange.fapiPublicGetDepth({"symbol": symbol, "limit": SNAPSHOT_LEVELS})
        bids, asks = (
            [(float(price), float(size)) for price, size in answer[side]] for side in ("bids", "asks")
        )
        return Snapshot(int(answer.get("T") or 0), int(answer["lastUpdateId"]), bids, asks)

    async def recent_trades(self, symbol: str) -> list[TradeRow]:
        """See `VenueRest.recent_trades`."""
        answer = await self._exchange.fapiPublicGetTrades({"symbol": symbol, "limit": MOST_TRADES})
        return [_row(trade) for trade in _rows_of(answer)]

    async def trades_between(self, symbol: str, first_id: int, last_id: int) -> Backfill:
        """See `VenueRest.trades_between`.

        The newest thousand are free for all. Older ones Binance gives by id to whoever has a key, and to
        everybody else in aggregates of one taker order at one price: such a row has the size of them all
        and the id of the last.
        """
        recent = await self.recent_trades(symbol)
        rows = [row for row in recent if first_id <= row[1] <= last_id]
        known_from = recent[0][1]
        if known_from <= first_id:
            return Backfill(rows, len(rows), 0)
        before = min(last_id, known_from - 1)
        fetch = self._old_trades if self._exchange.apiKey else self._aggregates
        older = await fetch(symbol, first_id, before)
        return Backfill([*older.rows, *rows], older.found + len(rows), older.lost)

    async def _old_trades(self, symbol: str, first_id: int, last_id: int) -> Backfill:
        rows: list[TradeRow] = []
        from_id = first_id
        for _ in range(MOST_PAGES):
            answer = _rows_of(
                await self._exchange.fapiPublicGetHistoricalTrades(
                    {"symbol": symbol, "fromId": from_id, "limit": MOST_OLD_TRADES}
                )
            )
            rows += [_row(trade) for trade in answer if int(trade["id"]) <= last_id]
            if int(answer[-1]["id"]) >= last_id:
                return Backfill(rows, len(rows), 0)
            from_id = int(answer[-1]["id"]) + 1
        return Backfill(rows, len(rows), last_id + 1 - from_id)

    async def _aggregates(self, symbol: str, first_id: int, last_id: int) -> Backfill:
        # Aggregates are numbered by themselves: the page that holds `first_id` is found backwards from now.
        pages: list[list[dict[str, Any]]] = []
        request: dict[str, Any] = {"symbol": symbol, "limit": MOST_TRADES}
        known_from = last_id + 1
        for _ in range(MOST_PAGES):
            answer = _rows_of(await self._exchange.fapiPublicGetAggTrades(request))
            pages.insert(0, answer)
            known_from = int(answer[0]["f"])
            if known_from <= first_id or int(answer[0]["a"]) <= 1:
                break
            request["fromId"] = max(1, int(answer[0]["a"]) - MOST_TRADES)
        rows: list[TradeRow] = []
        found = 0
        newest = -1
        for aggregate in (aggregate for page in pages for aggregate in page):
            first, last = int(aggregate["f"]), int(aggregate["l"])
            # Pages overlap where the first aggregates have numbers below a page's size.
            if first < first_id or last > last_id or last <= newest:
                continue
            newest = last
            side = -1 if aggregate["m"] else 1
            price, size = float(aggregate["p"]), float(aggregate["q"])
            rows.append((int(aggregate["T"]), last, side, price, size))
            found += last - first + 1
        return Backfill(rows, found, max(0, min(known_from, last_id + 1) - first_id))

    async def polled(self, symbol: str) -> list[DerivativeNews]:
        """See `VenueRest.polled`: open interest alone has no stream."""
        answer = await self._exchange.fapiPublicGetOpenInterest({"symbol": symbol})
        return [
            OpenInterest(self._venue, symbol, int(answer.get("time") or 0), Decimal(answer["openInterest"]))
        ]


def _rows_of(answer: Any) -> list[dict[str, Any]]:
    """The rows of an answer about trades that are known to exist.

    Raises:
        ValueError: it has none: an empty body is a failure like any other, no news of an empty market.
    """
    if not isinstance(answer, list) or not answer:
        raise ValueError("it answered without any trades")
    return answer


def _row(trade: dict[str, Any]) -> TradeRow:
    side = -1 if trade["isBuyerMaker"] else 1
    return int(trade["time"]), int(trade["id"]), side, float(trade["price"]), float(trade["qty"])
