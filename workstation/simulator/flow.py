"""Who trades: makers who keep a ladder of orders around a fair price, takers who arrive in clusters."""

from math import ceil, exp, floor, log, sqrt

import numpy as np
import numpy.typing as npt

from workstation.simulator.matching import BUY, SELL, MatchingEngine, Order
from workstation.simulator.universe import SymbolSpec, VenueProfile

MAKER = 1
"""Owner number of the makers' orders."""

_TABLE = 4096

# Where makers place: shares of their orders in zones by distance from the best price, in basis points, of
# majors and of the rest. What should rest within a distance grows with this power of it in the first two
# zones, in proportion to it in the third, and with its root beyond.
_MAJOR_ZONES, _MAJOR_GROWTH = ((0.0, 10.0, 30.0, 100.0, 250.0), (0.45, 0.34, 0.15, 0.06)), 1.6
_OTHER_ZONES, _OTHER_GROWTH = ((0.0, 20.0, 40.0, 50.0, 300.0), (0.38, 0.26, 0.16, 0.20)), 1.5

_SIZE_SPREAD = 1.1  # of the logarithm of a resting order's size
_ROUND_SIZE = 3.0  # orders at round prices are larger
_TOUCH_SHARES = (0.55, 0.3, 0.15)  # the best price is held by several orders
_FLICKER = 0.55  # chance of a small order coming or going at the best price at each step

# Makers stay where they are until the fair price is this many standard deviations of a second off; then they
# follow it step by step until it is close. So the best prices rest, and move in bursts.
_PATIENCE, _CLOSE_ENOUGH, _FOLLOW_SHARE = 1.3, 0.12, 0.45
_MOST_GAP_FILL = 10
_RETURN_SHARE = 0.08


class Draws:
    """Random numbers one by one at the price of drawing them by the thousand."""

    __slots__ = ("_generator", "_normals", "_uniforms")

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._uniforms: list[float] = []
        self._normals: list[float] = []

    def uniform(self) -> float:
        if not self._uniforms:
            self._uniforms = self._generator.random(1024).tolist()
        return self._uniforms.pop()

    def normal(self) -> float:
        if not self._normals:
            self._normals = self._generator.standard_normal(1024).tolist()
        return self._normals.pop()


class Makers:
    """Keeps the ladder of one symbol: as many orders, and as much resting at each distance, as it should."""

    def __init__(self, spec: SymbolSpec, profile: VenueProfile, engine: MatchingEngine, draws: Draws) -> None:
        self._engine = engine
        self._draws = draws
        self._tick = tick = float(spec.tick_size)
        self._bps_ticks = spec.start_price / tick * 1e-4
        self._half_spread_bps = spec.half_spread_bps * profile.spread_scale
        self._count = spec.levels
        self._refresh = spec.levels / 150.0
        self._patience_bps = _PATIENCE * spec.hour_vol_bps / 60.0
        self._follows = False
        lot_usd = spec.start_price * float(spec.lot_size)
        depth_lots = spec.depth_usd * profile.depth_scale / lot_usd
        self._touch_lots = depth_lots * 0.015
        self._distances_bps, self._sizes = _ladder(spec, depth_lots)
        noise = np.random.default_rng(7).standard_normal(_TABLE)
        noise = np.exp(_SIZE_SPREAD * noise)
        self._noise: list[float] = (noise / noise.mean()).tolist()
        self._center = 0.0
        self._orders: dict[int, list[Order]] = {BUY: [], SELL: []}

    @property
    def center(self) -> float:
        """What the makers quote around, in ticks."""
        return self._center

    def open(self, fair_ticks: float) -> None:
        """Fill an empty book."""
        self._bps_ticks = fair_ticks * 1e-4
        self._center = fair_ticks
        bid, ask = self._best(1.0)
        for side, best in ((BUY, bid), (SELL, ask)):
            self._touch(side, best, 1.0)
            while len(self._orders[side]) < self._count:
                self._place(side, best, 1.0)

    def step(self, fair_ticks: float, stress: float) -> None:
        """Follow the fair price: pull what is on the wrong side of it, fill what is missing, renew some.

        Args:
            fair_ticks: where the contract should trade.
            stress: volatility now over the usual one; spread and thinness grow with it.
        """
        self._bps_ticks = fair_ticks * 1e-4
        off = fair_ticks - self._center
        patience = self._patience_bps * self._bps_ticks * stress
        if abs(off) > patience:
            self._follows = True
        elif abs(off) < _CLOSE_ENOUGH * patience:
            self._follows = False
        if self._follows:
            self._center += _FOLLOW_SHARE * off
        bid, ask = self._best(stress)
        self._pull(BUY, bid)
        self._pull(SELL, -ask)
        self._follow(BUY, bid, stress)
        self._follow(SELL, ask, stress)
        self._flicker(BUY, stress)
        self._flicker(SELL, stress)

    def forget(self, order: Order) -> None:
        """An order of theirs is gone from the book."""
        held = self._orders[order.side]
        last = held.pop()
        if last is not order:
            held[order.slot] = last
            last.slot = order.slot

    def _best(self, stress: float) -> tuple[int, int]:
        half = self._half_spread_bps * self._bps_ticks * (stress if stress > 1.0 else 1.0)
        bid = max(1, floor(self._center - half))
        ask = ceil(self._center + half)
        return bid, ask if ask > bid else bid + 1

    def _pull(self, side: int, best_key: int) -> None:
        """Cancel their orders that are better than they want to quote."""
        engine = self._engine
        book = engine.bids if side == BUY else engine.asks
        if not book.keys or book.keys[-1] <= best_key:
            return
        for key in reversed(book.keys.copy()):
            if key <= best_key:
                return
            for order in list(book.levels[key].orders.values()):
                if order.owner == MAKER:
                    engine.cancel(order.order_id)
                    self.forget(order)

    def _follow(self, side: int, best: int, stress: float) -> None:
        engine = self._engine
        book = engine.bids if side == BUY else engine.asks
        held = self._orders[side]
        top = book.keys[-1] * side if book.keys else best - side * 50
        gap = (best - top) * side
        if gap > 0:
            self._touch(side, best, stress)
            # The gap the price left behind is filled as densely as the makers care to.
            share = min(1.0, 0.35 * _MOST_GAP_FILL / gap)
            for _ in range(min(_MOST_GAP_FILL, int(gap * share))):
                tick = best - side * (1 + int(self._draws.uniform() * gap))
                self._rest(side, tick, self._touch_lots * 0.3 / stress)
        # What a run of the price took away comes back over some steps.
        missing = max(0, self._count - len(held))
        for _ in range(int(self._refresh + _RETURN_SHARE * missing + self._draws.uniform())):
            self._place(side, best, stress)
        draws = self._draws
        while len(held) > self._count:
            order = held[int(draws.uniform() * len(held))]
            engine.cancel(order.order_id)
            self.forget(order)

    def _place(self, side: int, best: int, stress: float) -> None:
        pick = int(self._draws.uniform() * _TABLE)
        distance = int(self._distances_bps[pick] * self._bps_ticks)
        self._rest(side, best - side * distance, self._sizes[pick] / stress)

    def _touch(self, side: int, tick: int, stress: float) -> None:
        for share in _TOUCH_SHARES:
            self._rest(side, tick, self._touch_lots * share / stress)

    def _flicker(self, side: int, stress: float) -> None:
        """Let a small order come to the best price, or one of several there go."""
        book = self._engine.bids if side == BUY else self._engine.asks
        if not book.keys or self._draws.uniform() > _FLICKER:
            return
        key = book.keys[-1]
        held = book.levels[key].orders
        if len(held) <= len(_TOUCH_SHARES):
            self._rest(side, key * side, self._touch_lots * 0.15 / stress)
            return
        order = next(reversed(held.values()))
        if order.owner == MAKER:
            self._engine.cancel(order.order_id)
            self.forget(order)

    def _rest(self, side: int, tick: int, mean_lots: float) -> None:
        if tick <= 0:
            return
        other = self._engine.asks if side == BUY else self._engine.bids
        if other.keys and other.keys[-1] >= -tick * side:
            return  # someone else's order is there; they do not take it, they wait for it to trade
        lots = mean_lots * self._noise[int(self._draws.uniform() * _TABLE)]
        if not tick % 50:
            lots *= _ROUND_SIZE
        order = self._engine.rest(side, tick, max(1, int(lots + 0.5)), MAKER)
        held = self._orders[side]
        order.slot = len(held)
        held.append(order)


class Takers:
    """When takers come, which side they take and how much: clustered in time, persistent in side."""

    # Of all arrivals 82 % are caused by earlier ones: most of them within some hundredths of a second,
    # the rest within some seconds.
    _KERNELS = ((0.55, 30.0), (0.27, 0.4))

    def __init__(self, spec: SymbolSpec, profile: VenueProfile, draws: Draws) -> None:
        self._draws = draws
        branching = sum(share for share, _ in self._KERNELS)
        self._base_rate = spec.takers_per_s * profile.activity_scale * (1.0 - branching)
        self._excitement = [0.0 for _ in self._KERNELS]
        self._bias = 0.0
        self._size_spread = 2.05
        mean_lots = mean_taker_lots(spec)
        self._median_lots = mean_lots * exp(-(self._size_spread**2) / 2)
        self._largest_lots = max(2.0, mean_lots * 250.0)

    def next_after(self, activity: float, horizon: float) -> tuple[float, bool]:
        """Return seconds to the next arrival, or to the horizon if none comes before it.

        Exact for exponential kernels: the next one is the first of the independent next ones of each kernel
        and of the base rate, which nobody caused and `activity` scales.

        Returns:
            The seconds, and whether someone arrives.
        """
        uniform = self._draws.uniform
        wait = -log(1.0 - uniform()) / (self._base_rate * activity)
        for index, (_, decay) in enumerate(self._KERNELS):
            excitement = self._excitement[index]
            if excitement > 1e-9:
                left = 1.0 + decay * log(1.0 - uniform()) / excitement
                if left > 0.0:
                    candidate = -log(left) / decay
                    if candidate < wait:
                        wait = candidate
        arrives = wait < horizon
        if not arrives:
            wait = horizon
        for index, (share, decay) in enumerate(self._KERNELS):
            caused = share * decay if arrives else 0.0
            self._excitement[index] = self._excitement[index] * exp(-decay * wait) + caused
        return wait, arrives

    def side(self, lean: float) -> int:
        """Return the side of the next taker; `lean` > 0 favours buyers."""
        draws = self._draws
        self._bias = 0.98 * self._bias + 0.08 * draws.normal()
        push = min(0.95, max(-0.95, self._bias + lean))
        return BUY if draws.uniform() < 0.5 + 0.5 * push else SELL

    def lots(self, stress: float) -> int:
        """Return the size of the next taker order."""
        lots = self._median_lots * exp(self._size_spread * self._draws.normal()) * sqrt(stress)
        return max(1, int(min(lots, self._largest_lots) + 0.5))


def mean_taker_lots(spec: SymbolSpec) -> float:
    """Return the mean size of a taker order in a calm market."""
    mean_usd = spec.hour_volume_usd / 3600.0 / spec.takers_per_s
    return mean_usd / (spec.start_price * float(spec.lot_size))


def stress_of(vol: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the factor of a volatility (1: usual) on spreads and thinness; sizes grow by its root."""
    return np.clip(np.asarray(vol, dtype=np.float64), 0.7, 4.0)


def activity_of(vol: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the factor of a volatility (1: usual) on the arrivals of takers."""
    return np.clip(np.asarray(vol, dtype=np.float64), 0.5, 4.0)


def _ladder(spec: SymbolSpec, depth_lots: float) -> tuple[list[float], list[float]]:
    """Return distances from the best price, in basis points, and the mean size of an order at each.

    Sizes are such that what rests within 10 bp is `depth_lots`, however few orders makers keep there.
    """
    (edges, shares), growth = (
        (_MAJOR_ZONES, _MAJOR_GROWTH) if spec.sector == "major" else (_OTHER_ZONES, _OTHER_GROWTH)
    )
    quantiles = (np.arange(_TABLE) + 0.5) / _TABLE
    distances = np.interp(quantiles, np.concatenate(([0.0], np.cumsum(shares))), edges)
    zone = np.minimum(np.searchsorted(edges, distances, side="right") - 1, len(shares) - 1)
    orders = spec.levels * (np.array(shares) / np.diff(edges))[zone]  # per basis point
    knee, far = edges[2], edges[3]
    wanted = depth_lots * growth * 10.0**-growth * np.minimum(distances, knee) ** (growth - 1.0)
    wanted *= np.where(distances > far, np.sqrt(far / np.maximum(distances, far)), 1.0)
    return distances.tolist(), (wanted / orders).tolist()
