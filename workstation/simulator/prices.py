"""The price nobody sees: where each symbol's index goes, minute by minute and within the minute.

A return is a common factor, an altcoin factor, a sector factor and the symbol's own noise, each with fat
tails, all of them scaled by regimes of volatility that last from minutes to hours. Every minute's return
depends on the seed and the minute alone, so history can be drawn backwards from the present as one array,
and two exchanges of one seed that run at the same time see the same index.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workstation.simulator.universe import SymbolSpec

MINUTE_MS = 60_000
DAY_MINUTES = 1_440
STEP_MS = 100
STEPS = MINUTE_MS // STEP_MS

Floats = npt.NDArray[np.float64]

# Regimes of the whole market and of one symbol alone: volatility, share of the time, mean stay in minutes.
_MARKET_REGIMES = ((0.62, 0.50, 240.0), (1.05, 0.40, 120.0), (2.3, 0.10, 25.0))
_OWN_REGIMES = ((0.75, 0.93, 400.0), (2.6, 0.07, 30.0))
_DAY_VOL_SPREAD = 0.25  # of the logarithm of a day's volatility
_SECTORS = ("major", "ai", "meme")


@dataclass(frozen=True, slots=True)
class Day:
    """A day's minutes: returns (1440, symbols), and the market's and each symbol's volatility around 1."""

    returns: Floats
    market_vol: Floats
    vol: Floats


class PriceProcess:
    """Log index prices of a list of symbols, a function of seed and time."""

    def __init__(self, seed: int, specs: Sequence[SymbolSpec], anchor_ms: int) -> None:
        """Start every symbol at its start price at the midnight (UTC) before `anchor_ms`."""
        self._seed = seed
        self._specs = list(specs)
        self._days: dict[int, Day] = {}
        self._levels: dict[int, Floats] = {}
        self._paths: dict[int, Floats] = {}
        self._anchor_day = anchor_ms // MINUTE_MS // DAY_MINUTES
        self._levels[self._anchor_day] = np.log([spec.start_price for spec in specs])
        loads = np.array([spec.loadings for spec in specs]).reshape(-1, 3)
        self._own = np.sqrt(np.maximum(0.02, 1.0 - (loads**2).sum(axis=1)))
        self._sector_of = [_SECTORS.index(spec.sector) for spec in specs]
        self._loads = loads
        self._minute_vol = np.array([spec.hour_vol_bps for spec in specs]) * 1e-4 / np.sqrt(60.0)

    def day(self, number: int) -> Day:
        """Return one day of minutes; `number` counts days since the epoch."""
        held = self._days.get(number)
        if held is None:
            held = self._days[number] = self._draw_day(number)
        return held

    def day_open(self, number: int) -> Floats:
        """Return the log prices at a day's midnight."""
        held = self._levels.get(number)
        if held is not None:
            return held
        if number > self._anchor_day:
            level: Floats = self.day_open(number - 1) + self.day(number - 1).returns.sum(axis=0)
        else:
            level = self.day_open(number + 1) - self.day(number).returns.sum(axis=0)
        self._levels[number] = level
        return level

    def path(self, minute: int) -> Floats:
        """Return log prices (601, symbols) every 100 ms from the start of a minute to its end."""
        held = self._paths.get(minute)
        if held is None:
            held = self._draw_path(minute)
            self._paths = {key: kept for key, kept in self._paths.items() if key >= minute - 2}
            self._paths[minute] = held
        return held

    def vol(self, minute: int) -> Floats:
        """Return each symbol's volatility in a minute, 1 being its usual one."""
        day, row = divmod(minute, DAY_MINUTES)
        held: Floats = self.day(day).vol[row]
        return held

    def forget_before(self, minute: int) -> None:
        """Drop days that are over; they can be drawn again."""
        first = minute // DAY_MINUTES
        self._days = {number: day for number, day in self._days.items() if number >= first}

    def _draw_day(self, number: int) -> Day:
        market = np.random.default_rng((self._seed, 1, number))
        vol = _regimes(market, _MARKET_REGIMES) * np.exp(
            _DAY_VOL_SPREAD * market.standard_normal() - _DAY_VOL_SPREAD**2
        )
        factors = _fat(market, 2 + len(_SECTORS), 5.0)
        returns = np.empty((DAY_MINUTES, len(self._specs)))
        vols = np.empty_like(returns)
        for index, spec in enumerate(self._specs):
            # A symbol's own noise does not depend on what else is listed.
            own = np.random.default_rng((self._seed, 2, number, *spec.symbol.encode()))
            own_vol = _regimes(own, _OWN_REGIMES)
            noise = _fat(own, 1, 4.0)[:, 0]
            common, alt, sector = self._loads[index]
            shared = common * factors[:, 0] + alt * factors[:, 1]
            shared += sector * factors[:, 2 + self._sector_of[index]]
            # In a stressed market everything moves together, so the market's regime scales shared moves most.
            returns[:, index] = self._minute_vol[index] * (
                vol * shared + np.sqrt(vol) * own_vol * self._own[index] * noise
            )
            share = self._own[index] ** 2
            vols[:, index] = np.sqrt((1 - share) * vol**2 + share * vol * own_vol**2)
        return Day(returns, vol, vols)

    def _draw_path(self, minute: int) -> Floats:
        day, row = divmod(minute, DAY_MINUTES)
        start = self.day_open(day) + self.day(day).returns[:row].sum(axis=0)
        total = self.day(day).returns[row]
        random = np.random.default_rng((self._seed, 3, minute))
        count = len(self._specs)
        # A random clock makes some instants lively and most of them quiet; within it the price is a bridge.
        clock = random.gamma(0.4, 1.0, (STEPS, 1)) + 0.15
        clock /= clock.sum(axis=0)
        shared = random.standard_normal((STEPS, 1))
        steps = np.empty((STEPS, count))
        for index, spec in enumerate(self._specs):
            own = np.random.default_rng((self._seed, 4, minute, *spec.symbol.encode()))
            steps[:, index] = own.standard_normal(STEPS)
        steps = np.sqrt(clock) * (np.sqrt(1.0 - self._own**2) * shared + self._own * steps)
        steps *= self._minute_vol * self.vol(minute)
        path = np.zeros((STEPS + 1, count))
        np.cumsum(steps, axis=0, out=path[1:])
        elapsed = np.concatenate((np.zeros((1, 1)), np.cumsum(clock, axis=0)))
        path += elapsed * (total - path[-1])
        path += start
        return path


def _regimes(random: np.random.Generator, regimes: tuple[tuple[float, float, float], ...]) -> Floats:
    """Draw a day of a Markov chain's volatility, of mean square 1."""
    vols = np.array([regime[0] for regime in regimes])
    shares = np.array([regime[1] for regime in regimes])
    vols = vols / np.sqrt((shares * vols**2).sum())
    leave = shares / np.array([regime[2] for regime in regimes])  # flow out of each regime
    path = np.empty(DAY_MINUTES)
    state = int(random.choice(len(regimes), p=shares))
    at = 0
    while at < DAY_MINUTES:
        stay = 1 + int(random.exponential(regimes[state][2]))
        path[at : at + stay] = vols[state]
        at += stay
        weights = leave.copy()
        weights[state] = 0.0
        state = int(random.choice(len(regimes), p=weights / weights.sum()))
    return path


def _fat(random: np.random.Generator, columns: int, freedom: float) -> Floats:
    """Draw a day of Student's t of unit variance."""
    drawn = random.standard_t(freedom, (DAY_MINUTES, columns))
    scaled: Floats = np.clip(drawn, -12.0, 12.0) * np.sqrt((freedom - 2.0) / freedom)
    return scaled
