"""Prices that the sample journal was traded on: minute candles of four coins, the same from the same seed."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from workstation.market.candles import CANDLE, coarser_candles
from workstation.model.columns import Records
from workstation.model.history import FundingSettlement

SAMPLE_VENUE = "sample"
"""What the made-up market is called wherever a venue is named: no exchange has this name."""
ASSET = "USDT"

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
SETTLED_EVERY_MS = 8 * HOUR_MS
_DAY_MINUTES = DAY_MS // MINUTE_MS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SampleCoin:
    """A perpetual of the made-up market.

    Attributes:
        symbol: as venues spell it.
        price: at which it begins, quote per base unit.
        tick, lot: steps of price and size.
        day_rate: standard deviation of its move in a day, a fraction; about that of the real coin's.
        beta: how much of the common move it takes part in.
    """

    symbol: str
    price: float
    tick: Decimal
    lot: Decimal
    day_rate: float
    beta: float


COINS = (
    SampleCoin("BTCUSDT", 61_400.0, Decimal("0.1"), Decimal("0.001"), 0.021, 0.9),
    SampleCoin("ETHUSDT", 2_960.0, Decimal("0.01"), Decimal("0.01"), 0.029, 0.85),
    SampleCoin("SOLUSDT", 142.0, Decimal("0.01"), Decimal("0.1"), 0.037, 0.75),
    SampleCoin("TAOUSDT", 388.0, Decimal("0.01"), Decimal("0.01"), 0.052, 0.6),
)


@dataclass(frozen=True, slots=True)
class SampleMarket:
    """What is known of one coin.

    Attributes:
        coin: which.
        candles: rows of CANDLE of a minute, without a gap.
        hours: the same by the hour.
        funding: settled every eight hours.
    """

    coin: SampleCoin
    candles: Records
    hours: Records
    funding: tuple[FundingSettlement, ...]

    def place(self, time_ms: int) -> int:
        """Row of the minute that holds a moment."""
        return int((time_ms - int(self.candles["open_ms"][0])) // MINUTE_MS)


def sample_markets(until_ms: int, days: int, seed: int) -> tuple[SampleMarket, ...]:
    """Make up the market of some days.

    Volatility comes in days, follows the hours of the world's sessions, and has fat tails; a drift that
    holds for hours to days gives trends. Nothing of it was ever traded anywhere.

    Args:
        until_ms: where it ends, a midnight (UTC).
        days: how many days before that it begins.
        seed: the same seed makes the same prices.
    """
    random = np.random.default_rng(seed)
    minutes = days * _DAY_MINUTES
    begins_ms = until_ms - minutes * MINUTE_MS
    loudness = _loudness(random, days)
    common = _moves(random, minutes, loudness)
    return tuple(_market(random, coin, begins_ms, loudness, common) for coin in COINS)


def _loudness(random: np.random.Generator, days: int) -> Floats:
    """How loud each minute is, 1 on average: by the day, and by the hour of the day."""
    by_day = np.empty(days)
    level = 0.0
    for day in range(days):
        level = 0.8 * level + 0.22 * random.standard_normal()
        by_day[day] = level
    hours = np.arange(24)
    by_hour = 0.75 + 0.35 * np.exp(-(((hours - 15) / 3.0) ** 2)) + 0.2 * np.exp(-(((hours - 8) / 2.0) ** 2))
    loud = np.repeat(np.exp(by_day), _DAY_MINUTES) * np.tile(np.repeat(by_hour, 60), days)
    found: Floats = loud / loud.mean()
    return found


def _moves(random: np.random.Generator, minutes: int, loudness: Floats) -> Floats:
    """Moves of a minute, of about 1 day⁻½: shocks with fat tails, and drifts that hold for hours to days."""
    shocks = random.standard_t(5, minutes) * np.sqrt(3 / 5) * loudness
    drift = np.empty(minutes)
    at = 0
    while at < minutes:
        length = int(random.integers(9 * 60, 42 * 60))
        drift[at : at + length] = random.standard_normal() * 0.8 / _DAY_MINUTES
        at += length
    found: Floats = shocks / np.sqrt(_DAY_MINUTES) + drift
    return found


def _market(
    random: np.random.Generator, coin: SampleCoin, begins_ms: int, loudness: Floats, common: Floats
) -> SampleMarket:
    minutes = len(common)
    own = _moves(random, minutes, loudness)
    moves = coin.day_rate * (coin.beta * common + np.sqrt(1 - coin.beta**2) * own)
    # Over all the days it neither multiplies nor vanishes: what is left is within a fifth.
    moves -= (moves.sum() - random.uniform(-0.2, 0.2)) / minutes
    tick = float(coin.tick)
    places = -int(coin.tick.as_tuple().exponent)
    closes = np.round(np.round(coin.price * np.exp(np.cumsum(moves)) / tick) * tick, places)
    opens = np.concatenate(([coin.price], closes[:-1]))
    reach = coin.day_rate / np.sqrt(_DAY_MINUTES) * loudness * 0.6
    above, below = np.abs(random.standard_normal((2, minutes))) * reach
    candles = np.empty(minutes, CANDLE)
    candles["open_ms"] = begins_ms + np.arange(minutes, dtype=np.int64) * MINUTE_MS
    candles["open"], candles["close"] = opens, closes
    upper, lower = np.maximum(opens, closes) * (1 + above), np.minimum(opens, closes) * (1 - below)
    candles["high"] = np.round(np.ceil(upper / tick) * tick, places)
    candles["low"] = np.round(np.floor(lower / tick) * tick, places)
    turnover = 900_000 * np.exp(0.5 * random.standard_normal(minutes)) * loudness
    lots = np.maximum(1, np.round(turnover / closes / float(coin.lot)))
    candles["volume"] = np.round(lots * float(coin.lot), 3)
    share = np.clip(0.5 + 0.25 * np.sign(closes - opens) + 0.1 * random.standard_normal(minutes), 0.05, 0.95)
    candles["buy_volume"] = np.round(candles["volume"] * share, 3)
    candles["trades"] = np.maximum(1, lots // 40).astype(np.int64)
    return SampleMarket(coin, candles, coarser_candles(candles, HOUR_MS), _funding(random, coin, candles))


def _funding(
    random: np.random.Generator, coin: SampleCoin, candles: Records
) -> tuple[FundingSettlement, ...]:
    """Settled rates: the usual hundredth of a per cent, more of it after a rise and less after a fall."""
    settled = np.flatnonzero(candles["open_ms"] % SETTLED_EVERY_MS == 0)
    closes = candles["close"]
    found = []
    for place in settled[3:]:
        rise = closes[place] / closes[place - _DAY_MINUTES] - 1
        rate = 0.0001 + 0.004 * rise + 0.00003 * random.standard_normal()
        rate = float(np.clip(rate, -0.00075, 0.00075))
        exact = Decimal(f"{rate:.6f}")
        found.append(FundingSettlement(SAMPLE_VENUE, coin.symbol, int(candles["open_ms"][place]), exact, 8.0))
    return tuple(found)
