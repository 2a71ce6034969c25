"""The coins themselves: prices of the spot market that stands beside the contracts, in Binance's shapes.

There is no simulated spot book: the index is the coin's price on spot markets, so this one quotes around it.
"""

from collections.abc import Callable, Iterable
from math import ceil, floor
from typing import Any

import msgspec

from workstation.simulator import rest_errors
from workstation.simulator.market import SimulatedMarket
from workstation.simulator.rest_query import Query

_HALF_SPREAD = 0.2e-4
_DEPTH_SHARE = 0.02  # of what rests within 10 bp of the contract, at the best price
_THOUSAND = "1000"
_STEP = 1e-8  # of a price, as fine as the venue has them


class SpotMarket:
    """One spot market for each perpetual's coin."""

    def __init__(self, markets: Callable[[], Iterable[SimulatedMarket]]) -> None:
        """Quote the coins of the perpetuals among these."""
        self._markets = markets

    def _listed(self) -> dict[str, tuple[SimulatedMarket, float]]:
        """Each spot market by its name, with the coins in one unit of its contract."""
        found = {}
        for market in self._markets():
            spec = market.spec
            if not spec.delivery_ms:
                many = spec.base.startswith(_THOUSAND)
                coin = spec.base.removeprefix(_THOUSAND) if many else spec.base
                found[coin + spec.quote] = market, 1000.0 if many else 1.0
        return found

    def prices(self, query: Query) -> Any:
        """/api/v3/ticker/price."""
        return self._one_or_some(query, self._price_row)

    def book_tickers(self, query: Query) -> Any:
        """/api/v3/ticker/bookTicker."""
        return self._one_or_some(query, self._quote_row)

    def _one_or_some(self, query: Query, row: Callable[[str, SimulatedMarket, float], Any]) -> Any:
        listed = self._listed()
        one, some = query.optional("symbol"), query.optional("symbols")
        if one is not None and some is not None:
            raise rest_errors.ApiError(-1128, "Combination of optional parameters invalid.")
        try:
            names = list(listed) if some is None else msgspec.json.decode(some, type=list[str])
        except msgspec.DecodeError:
            raise rest_errors.not_valid("symbols") from None
        names = names if one is None else [one]
        if any(name not in listed for name in names):
            raise rest_errors.invalid_symbol()
        rows = [row(name, *listed[name]) for name in names]
        return rows if one is None else rows[0]

    def _price_row(self, name: str, market: SimulatedMarket, many: float) -> Any:
        return {"symbol": name, "price": f"{market.mark.index / many:.8f}"}

    def _quote_row(self, name: str, market: SimulatedMarket, many: float) -> Any:
        index = market.mark.index / many
        size = f"{market.spec.depth_usd * _DEPTH_SHARE / index:.5f}"
        return {
            "symbol": name,
            "bidPrice": f"{floor(index * (1 - _HALF_SPREAD) / _STEP) * _STEP:.8f}",
            "bidQty": size,
            "askPrice": f"{ceil(index * (1 + _HALF_SPREAD) / _STEP) * _STEP:.8f}",
            "askQty": size,
        }
