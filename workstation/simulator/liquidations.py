"""Leveraged positions nobody sees one by one: open interest in cohorts, each with its liquidation price."""

from heapq import heappop, heappush
from math import exp

from workstation.simulator.derivatives import bankruptcy_price, liquidation_price
from workstation.simulator.flow import Draws
from workstation.simulator.universe import SymbolSpec

# What traders choose: (leverage, share of the open interest).
_LEVERAGES = ((2, 0.18), (3, 0.18), (5, 0.24), (10, 0.24), (20, 0.10), (25, 0.04), (50, 0.015), (100, 0.005))
_ACCOUNT_USD = 20_000.0  # a typical position, which decides the margin tier
_ENTRY_SPREAD = 1.5  # of the first positions' entries, in daily standard deviations
_FIRST_COHORTS = 60
_MOST_COHORTS = 4_000  # of one side
_MOST_ORDERS = 3  # a cohort is closed in at most so many orders
_ORDER_USD, _ORDER_SPREAD = 4_000.0, 1.4


class Positions:
    """Open interest of one symbol, in lots. Longs and shorts are equal at all times."""

    def __init__(self, spec: SymbolSpec, draws: Draws, price: float) -> None:
        self._spec = spec
        self._draws = draws
        self._lot = float(spec.lot_size)
        self._heaps: dict[int, list[tuple[float, float, float]]] = {1: [], -1: []}
        # A closed lot is taken from every cohort alike: they hold lots divided by the scale they joined at.
        self._scale = {1: 1.0, -1: 1.0}
        self._opened = 0.0
        self._leverages = [pair for pair in _LEVERAGES if pair[0] <= spec.max_leverage]
        total = sum(share for _, share in self._leverages)
        self._leverages = [(leverage, share / total) for leverage, share in self._leverages]
        self.lots = self.target_lots = spec.open_interest_usd / price / self._lot
        self.turned_lots = 0.0
        """What was opened or handed over since the last minute."""
        self.liquidated = {1: 0.0, -1: 0.0}
        """Shares of a side's lots that were closed by force since then."""
        day_vol = spec.hour_vol_bps * 1e-4 * 24**0.5
        for _ in range(_FIRST_COHORTS):
            entry = price * exp(_ENTRY_SPREAD * day_vol * draws.normal())
            for side in (1, -1):
                self._join(side, self.lots / _FIRST_COHORTS, entry, price)

    @property
    def cohorts(self) -> int:
        """How many cohorts of both sides are kept."""
        return sum(len(heap) for heap in self._heaps.values())

    def traded(self, lots: int) -> None:
        """Take note of a taker's trade: it opens, closes or hands over positions."""
        pull = min(0.2, max(-0.2, 2.0 * (1.0 - self.lots / self.target_lots)))
        luck = self._draws.uniform()
        if luck <= 0.72 + pull:
            self.turned_lots += lots
        if luck < 0.28 + pull:
            self.lots += lots
            self._opened += lots
        elif luck > 0.72 + pull:
            closed = min(float(lots), 0.5 * self.lots)
            left = 1.0 - closed / self.lots
            self.lots *= left
            self._opened *= left
            self._scale[1] *= left
            self._scale[-1] *= left

    def settle_entries(self, price: float) -> None:
        """Give what was opened lately its leverage and its liquidation price; call every minute."""
        if self._opened:
            for side in (1, -1):
                self._join(side, self._opened, price, price)
                if len(self._heaps[side]) > _MOST_COHORTS:
                    self._heaps[side] = _merged(self._heaps[side])
            self._opened = 0.0

    def due(self, mark: float) -> list[tuple[int, int, float]]:
        """Remove the positions that the mark has reached and return the orders that close them.

        Returns:
            (side of the order, lots, bankruptcy price).
        """
        orders = []
        for side in (1, -1):
            heap = self._heaps[side]
            # A long's key is minus its liquidation price, so that the first to go is on top for both sides.
            while heap and (-side * heap[0][0] - mark) * side >= 0.0:
                _, raw, bankrupt = heappop(heap)
                lots = min(raw * self._scale[side], 0.9 * self.lots)
                left = 1.0 - lots / self.lots
                self.liquidated[side] += 1.0 - left
                self.lots -= lots
                self._opened *= left
                self._scale[-side] *= left
                orders += [(-side, size, bankrupt) for size in self._split(lots, mark)]
        return orders

    def _split(self, lots: float, price: float) -> list[int]:
        sizes = []
        most = max(1.0, lots / _MOST_ORDERS)
        while lots >= 0.5:
            usual = _ORDER_USD / price / self._lot * exp(_ORDER_SPREAD * self._draws.normal())
            size = min(lots, max(most, usual))
            sizes.append(max(1, round(size)))
            lots -= size
        return sizes

    def _join(self, side: int, lots: float, entry: float, price: float) -> None:
        size = _ACCOUNT_USD / entry
        for leverage, share in self._leverages:
            margin = _ACCOUNT_USD / leverage
            liquidation = liquidation_price(side, size, entry, margin, self._spec.brackets)
            if liquidation is None or (price - liquidation) * side <= 0.0:
                continue  # never liquidated, or it would have been before
            bankrupt = bankruptcy_price(side, size, entry, margin)
            heappush(self._heaps[side], (-side * liquidation, lots * share / self._scale[side], bankrupt))


def _merged(heap: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Make one cohort of every two whose liquidation prices are next to one another."""
    ordered = sorted(heap)
    merged = []
    for one, two in zip(ordered[::2], ordered[1::2], strict=False):
        lots = one[1] + two[1]
        share = two[1] / lots
        merged.append((one[0] + share * (two[0] - one[0]), lots, one[2] + share * (two[2] - one[2])))
    return merged + ordered[len(merged) * 2 :]  # sorted, and so a heap
