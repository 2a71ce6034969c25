"""An estimate of where positions would be liquidated: rises of open interest over an assumed leverage mix.

It is a model, and shown as one: nobody outside a venue knows what leverage is held. Each rise of open
interest opened as many longs as shorts at the price of its time; the mix says with what leverage, the venue's
margin brackets say where that ends. What has closed since thins all that was open alike, and what price has
passed is gone.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.liquidation import Exposure, liquidation_point
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

ASSUMED_NOTIONAL = {ContractKind.LINEAR: Decimal(50_000), ContractKind.INVERSE: Decimal(1)}
"""What one of the assumed positions is worth, quote units (coin if inverse): it decides the bracket."""


@dataclass(frozen=True, slots=True)
class LeverageShare:
    """A part of what is opened, and the leverage it is opened with."""

    leverage: float
    share: float


USUAL_MIX = (
    LeverageShare(100, 0.10),
    LeverageShare(50, 0.20),
    LeverageShare(25, 0.30),
    LeverageShare(10, 0.25),
    LeverageShare(5, 0.15),
)


def checked_mix(mix: tuple[LeverageShare, ...]) -> tuple[LeverageShare, ...]:
    """Return a mix with its shares scaled to one, the highest leverage first.

    Raises:
        BadFigure: no shares, a negative one, or a leverage that cannot be.
    """
    if not mix or any(not 1 <= part.leverage <= 500 for part in mix):
        raise BadFigure("mix", "Leverage lies between 1 and 500")
    if any(part.share < 0 or part.share != part.share for part in mix):
        raise BadFigure("mix", "A share of the mix is not below 0")
    total = sum(part.share for part in mix)
    if not 0 < total < float("inf"):
        raise BadFigure("mix", "The shares of the mix add up to nothing")
    ordered = sorted(mix, key=lambda part: -part.leverage)
    if len({part.leverage for part in ordered}) < len(ordered):
        raise BadFigure("mix", "Each leverage stands in the mix once")
    return tuple(LeverageShare(part.leverage, part.share / total) for part in ordered)


def liquidation_ratio(
    leverage: float, is_long: bool, tiers: TierTable, kind: ContractKind = ContractKind.LINEAR
) -> float | None:
    """Return liquidation price / entry price of an isolated position of the assumed size.

    A leverage above what the brackets allow counts as the most they do. None where no price liquidates it.
    """
    most = max(tier.max_leverage for tier in tiers.tiers)
    chosen = min(Decimal(repr(leverage)), most)
    side = 1 if is_long else -1
    # At an entry price of one, notional is size in either kind of contract.
    fits = [tier for tier in tiers.tiers if tier.max_leverage >= chosen]
    notional = ASSUMED_NOTIONAL[kind]
    notional = min(notional, fits[-1].notional_cap or notional)
    point = liquidation_point(Exposure(side * notional, Decimal(1), kind=kind), notional / chosen, tiers)
    return None if point is None else float(point.price)


@dataclass(frozen=True, slots=True, eq=False)
class LiquidationMap:
    """What is estimated to be liquidated at each price, as of one moment.

    Attributes:
        mix: leverages and shares, the highest leverage first.
        row_height: of a row of price, quote units.
        first_row: number of the lowest row; its prices begin at first_row · row_height.
        longs, shorts: (k, rows) size that ends there, by leverage of the mix, in the sizes given.
        from_ms, to_ms: the stretch of open interest that it stands on.
        opened: size that its increases come to; left: of that what neither closed nor was passed, one side.
    """

    mix: tuple[LeverageShare, ...]
    row_height: float
    first_row: int
    longs: Floats
    shorts: Floats
    from_ms: int
    to_ms: int
    opened: float
    left_long: float
    left_short: float

    @property
    def prices(self) -> Floats:
        """(rows,) the middle of each row."""
        numbers = np.arange(self.longs.shape[1], dtype=np.float64)
        return (self.first_row + numbers + 0.5) * self.row_height


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What increases of open interest opened, and where it would end; of either side as much.

    Attributes:
        sizes: (n,) still open of each increase, thinned by what closed since.
        long_prices, short_prices: (n, k) where each leverage of the mix ends; nan where nowhere.
        long_left, short_left: (n, k) which of these price has not passed since.
    """

    sizes: Floats
    long_prices: Floats
    short_prices: Floats
    long_left: NDArray[np.bool_]
    short_left: NDArray[np.bool_]
    opened: float


def opened_positions(
    times: Times,
    sizes: Floats,
    open_ms: Times,
    highs: Floats,
    lows: Floats,
    closes: Floats,
    timeframe_ms: int,
    long_ratios: Floats,
    short_ratios: Floats,
) -> Opened:
    """Return what was opened at each increase of open interest.

    Args:
        times, sizes: (n,) samples of open interest, ascending; contracts or coins, never dollars.
        open_ms, highs, lows, closes: (m,) candles, ascending.
        timeframe_ms: width of a candle.
        long_ratios, short_ratios: (k,) of `liquidation_ratio`.
    """
    increases = np.diff(sizes, prepend=sizes[:1])
    # Of what was open before, a decrease leaves its share; the product from the end is what is left of each.
    kept = np.ones(len(sizes))
    falls = np.flatnonzero(increases < 0)
    kept[falls] = sizes[falls] / sizes[falls - 1]
    after = np.append(np.cumprod(kept[::-1])[::-1][1:], 1.0)
    # The price of a sample is the close of the candle that ended last; one without a candle is left out.
    places = np.searchsorted(open_ms, times - timeframe_ms, side="right") - 1
    known = (increases > 0) & (places >= 0)
    known[known] = times[known] - open_ms[places[known]] <= 3 * timeframe_ms
    where = np.flatnonzero(known)
    entries = closes[places[where]]
    long_prices = entries[:, None] * long_ratios
    short_prices = entries[:, None] * short_ratios
    # Extremes of all candles after the one that gave the price.
    lowest = np.append(np.minimum.accumulate(lows[::-1])[::-1][1:], np.inf)[places[where]]
    highest = np.append(np.maximum.accumulate(highs[::-1])[::-1][1:], -np.inf)[places[where]]
    return Opened(
        increases[where] * after[where],
        long_prices,
        short_prices,
        long_prices < lowest[:, None],
        short_prices > highest[:, None],
        float(increases[where].sum()),
    )


def liquidation_map(
    times: Times,
    sizes: Floats,
    open_ms: Times,
    highs: Floats,
    lows: Floats,
    closes: Floats,
    timeframe_ms: int,
    tiers: TierTable,
    row_height: float,
    low: float,
    high: float,
    mix: tuple[LeverageShare, ...] = USUAL_MIX,
    kind: ContractKind = ContractKind.LINEAR,
) -> LiquidationMap | None:
    """Return the map between two prices; None without two samples of open interest and a candle.

    Args:
        times, sizes, open_ms, highs, lows, closes, timeframe_ms: as in `opened_positions`.
        tiers: the symbol's margin brackets.
        row_height: height of a row, quote units.
        low, high: prices between which rows are made; what lies beyond is counted in `left_…` only.
        mix: checked by `checked_mix`.

    Raises:
        BadFigure: the rows have no height, or there would be too many.
    """
    if len(times) < 2 or not len(open_ms):
        return None
    if not (row_height > 0 and high > low) or (high - low) / row_height > 5_000:
        raise BadFigure("row_height", "The rows of the map are too many, or have no height")
    mix = checked_mix(mix)
    ratios = np.array(
        [
            [liquidation_ratio(part.leverage, is_long, tiers, kind) or np.nan for part in mix]
            for is_long in (True, False)
        ]
    )
    opened = opened_positions(times, sizes, open_ms, highs, lows, closes, timeframe_ms, ratios[0], ratios[1])
    first_row = int(np.floor(low / row_height))
    rows = int(np.floor(high / row_height)) - first_row + 1
    shares = np.array([part.share for part in mix])

    def binned(prices: Floats, left: NDArray[np.bool_]) -> tuple[Floats, float]:
        weights = np.where(left, opened.sizes[:, None] * shares, 0.0)
        numbers = np.floor(np.nan_to_num(prices, nan=-1.0) / row_height).astype(np.int64) - first_row
        inside = left & (numbers >= 0) & (numbers < rows)
        table = np.zeros((len(mix), rows))
        for part in range(len(mix)):
            chosen = inside[:, part]
            table[part] = np.bincount(numbers[chosen, part], weights[chosen, part], rows)
        return table, float(weights.sum())

    longs, left_long = binned(opened.long_prices, opened.long_left)
    shorts, left_short = binned(opened.short_prices, opened.short_left)
    return LiquidationMap(
        mix, row_height, first_row, longs, shorts, int(times[0]), int(times[-1]), opened.opened, left_long,
        left_short,
    )  # fmt: skip
