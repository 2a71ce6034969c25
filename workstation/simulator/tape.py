"""The tape of one market: its newest trades and aggregate trades, by id."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeVar

from workstation.simulator.events import AggTradeEvent, MarketEvent, TradeEvent
from workstation.simulator.matching import Fill

_KEEP = 60_000  # a burst of some seconds must still be there for who fills a gap
_SLACK = 5_000  # so that the list is shortened seldom

Numbered = TypeVar("Numbered", TradeEvent, AggTradeEvent)


class Tape:
    """Numbers trades without a hole and keeps the newest of them."""

    def __init__(self, symbol: str, *, first_id: int) -> None:
        self._symbol = symbol
        self._trades: list[TradeEvent] = []
        self._aggregates: list[AggTradeEvent] = []
        self.last_id = self._last_aggregate_id = first_id - 1

    def print(self, time_ms: int, bought: bool, fills: Sequence[Fill], out: list[MarketEvent]) -> None:
        """Write down the fills of one taker order and tell of them."""
        symbol = self._symbol
        trades = self._trades
        price, lots, first = 0, 0, 0
        for fill in fills:
            if fill.price_ticks != price:
                if lots:
                    self._aggregate(time_ms, price, lots, first, bought, out)
                price, lots, first = fill.price_ticks, 0, self.last_id + 1
            lots += fill.lots
            self.last_id += 1
            trade = TradeEvent(symbol, time_ms, self.last_id, fill.price_ticks, fill.lots, not bought)
            out.append(trade)
            trades.append(trade)
        if lots:
            self._aggregate(time_ms, price, lots, first, bought, out)
        if len(trades) > _KEEP + _SLACK:
            del trades[: len(trades) - _KEEP]
            del self._aggregates[: max(0, len(self._aggregates) - _KEEP)]

    def _aggregate(
        self, time_ms: int, price: int, lots: int, first: int, bought: bool, out: list[MarketEvent]
    ) -> None:
        self._last_aggregate_id += 1
        event = AggTradeEvent(
            self._symbol, time_ms, self._last_aggregate_id, price, lots, first, self.last_id, not bought
        )
        out.append(event)
        self._aggregates.append(event)

    def extend_back(self, trades: list[TradeEvent], aggregates: list[AggTradeEvent]) -> None:
        """Put older trades before those held; their ids end where the held ones begin."""
        self._trades[:0] = trades
        self._aggregates[:0] = aggregates

    def trades(self, limit: int, from_id: int | None = None) -> list[TradeEvent]:
        """Return trades by id: the newest, or those from an id on; those held reach back some minutes."""
        first = self._trades[0].trade_id if self._trades else 0
        return _page(self._trades, limit, None if from_id is None else max(0, from_id - first))

    def agg_trades(
        self,
        limit: int,
        from_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> list[AggTradeEvent]:
        """Return aggregate trades: the newest, those from an id on, or those of a span (ends inclusive)."""
        held = self._aggregates
        if from_id is not None:
            first = held[0].agg_id if held else 0
            return _page(held, limit, max(0, from_id - first))
        low = 0 if start_ms is None else bisect_left(held, start_ms, key=_time_ms)
        high = len(held) if end_ms is None else bisect_left(held, end_ms + 1, key=_time_ms)
        return _page(held[low:high], limit, None if start_ms is None else 0)


def _time_ms(event: AggTradeEvent) -> int:
    return event.time_ms


def _page(held: Sequence[Numbered], limit: int, start: int | None) -> list[Numbered]:
    if limit <= 0:
        return []
    return list(held[-limit:] if start is None else held[start : start + limit])
