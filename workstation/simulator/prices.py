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
DAY_HOURS = 24
STEP_MS = 100
STEPS = MINUTE_MS // STEP_MS

Floats = npt.NDArray[np.float64]

# Regimes of the whole market and of one symbol alone: volatility, share of the time, mean stay in minutes.
_MARKET_REGIMES = ((0.62, 0.52, 300.0), (1.05, 0.41, 180.0), (2.7, 0.07, 60.0))
_OWN_REGIMES = ((0.75, 0.94, 400.0), (2.9, 0.06, 60.0))
# Volatility also has its weeks and its days: spreads of the logarithm.
_WEEK_SPREAD, _DAY_SPREAD = 0.30, 0.30
# Now and then everything falls, or one symbol leaps: chance a day, size in hourly deviations, minutes.
_CRASH_CHANCE, _CRASH_SIZE, _CRASH_MINUTES = 1.0 / 60.0, 4.0, 25
_LEAP_CHANCE, _LEAP_SIZE, _LEAP_MINUTES = 1.0 / 60.0, 5.0, 15
_LIVELY_MS, _LIVELY_SPREAD = 6_000.0, 1.2  # within a minute: memory, and spread of the logarithm
_SHOCK_VOL = 2.5
_UNSHOCKED = 0.91  # of the volatility that recordings show, shocks being the rest
_OLDER_DAY_SPREAD, _OLDER_HOUR_SPREAD = 0.42, 0.35
_WEEKDAY = 3  # the epoch began on a Thursday
_SECTORS = ("major", "ai", "meme")


@dataclass(frozen=True, slots=True)
class Day:
    """A day's minutes: returns (1440, symbols), and the market's and each symbol's volatility around 1."""

    returns: Floats
    market_vol: Floats
    vol: Floats


@dataclass(frozen=True, slots=True)
class Minute:
    """The inside of a minute, in steps of 100 ms.

    Attributes:
        path: log prices (601, symbols), both ends included.
        liveliness: of each step, 1 on average.
    """

    path: Floats
    liveliness: list[float]


class PriceProcess:
    """Log index prices of a list of symbols, a function of seed and time."""

    def __init__(self, seed: int, specs: Sequence[SymbolSpec], anchor_ms: int) -> None:
        """Start every symbol at its start price at the midnight (UTC) before `anchor_ms`."""
        self._seed = seed
        self._specs = list(specs)
        self._days: dict[int, Day] = {}
        self._levels: dict[int, Floats] = {}
        self._paths: dict[int, Minute] = {}
        self._older_days: dict[int, tuple[Floats, Floats]] = {}
        self._anchor_day = anchor_ms // MINUTE_MS // DAY_MINUTES
        self._levels[self._anchor_day] = np.log([spec.start_price for spec in specs])
        loads = np.array([spec.loadings for spec in specs]).reshape(-1, 3)
        self._own = np.sqrt(np.maximum(0.02, 1.0 - (loads**2).sum(axis=1)))
        self._sector_of = [_SECTORS.index(spec.sector) for spec in specs]
        self._loads = loads
        self._minute_vol = np.array([spec.hour_vol_bps for spec in specs]) * 1e-4 / np.sqrt(60.0) * _UNSHOCKED

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

    def older_day(self, number: int) -> tuple[Floats, Floats]:
        """Return a day drawn by the hour: returns (24, symbols), and each hour's volatility around 1.

        For days so long ago that nobody looks at their minutes; other draws than those of `day`.
        """
        held = self._older_days.get(number)
        if held is None:
            held = self._older_days[number] = self._draw_older_day(number)
        return held

    def _draw_older_day(self, number: int) -> tuple[Floats, Floats]:
        market = np.random.default_rng((self._seed, 8, number))
        day_vol = np.exp(_OLDER_DAY_SPREAD * market.standard_normal() - _OLDER_DAY_SPREAD**2)
        hour_vol = day_vol * np.exp(
            _OLDER_HOUR_SPREAD * market.standard_normal(DAY_HOURS) - _OLDER_HOUR_SPREAD**2
        )
        factors = _fat_of(market, (DAY_HOURS, 2 + len(_SECTORS)), 4.5)
        returns = np.empty((DAY_HOURS, len(self._specs)))
        for index, spec in enumerate(self._specs):
            own = np.random.default_rng((self._seed, 9, number, *spec.symbol.encode()))
            noise = _fat_of(own, (DAY_HOURS,), 3.5)
            common, alt, sector = self._loads[index]
            shared = common * factors[:, 0] + alt * factors[:, 1]
            shared += sector * factors[:, 2 + self._sector_of[index]]
            scale = spec.hour_vol_bps * 1e-4
            returns[:, index] = scale * (hour_vol * shared + np.sqrt(hour_vol) * self._own[index] * noise)
        return returns, np.repeat(hour_vol[:, None], len(self._specs), axis=1)

    def minute(self, minute: int) -> Minute:
        """Return the inside of a minute, numbered from the epoch."""
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
        self._older_days.clear()
        self._days = {number: day for number, day in self._days.items() if number >= first}

    def _draw_day(self, number: int) -> Day:
        market = np.random.default_rng((self._seed, 1, number))
        week = np.random.default_rng((self._seed, 6, (number + _WEEKDAY) // 7)).standard_normal()
        luck = _WEEK_SPREAD * week + _DAY_SPREAD * market.standard_normal()
        vol = _regimes(market, _MARKET_REGIMES) * np.exp(luck - _WEEK_SPREAD**2 - _DAY_SPREAD**2)
        factors = _fat(market, 2 + len(_SECTORS), 4.5)
        shock = _shock(market, _CRASH_CHANCE, _CRASH_SIZE, _CRASH_MINUTES)
        factors[:, 0] -= np.abs(shock)
        vol = np.maximum(vol, _SHOCK_VOL * (shock != 0.0))
        returns = np.empty((DAY_MINUTES, len(self._specs)))
        vols = np.empty_like(returns)
        for index, spec in enumerate(self._specs):
            # A symbol's own noise does not depend on what else is listed.
            own = np.random.default_rng((self._seed, 2, number, *spec.symbol.encode()))
            own_vol = _regimes(own, _OWN_REGIMES)
            noise = _fat(own, 1, 3.5)[:, 0]
            leap = _shock(own, _LEAP_CHANCE, _LEAP_SIZE, _LEAP_MINUTES)
            noise += leap
            own_vol = np.maximum(own_vol, _SHOCK_VOL * (leap != 0.0))
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

    def _draw_path(self, minute: int) -> Minute:
        day, row = divmod(minute, DAY_MINUTES)
        start = self.day_open(day) + self.day(day).returns[:row].sum(axis=0)
        total = self.day(day).returns[row]
        random = np.random.default_rng((self._seed, 3, minute))
        count = len(self._specs)
        # A random clock makes some seconds lively and most of them quiet; within it the price is a bridge.
        liveliness = _liveliness(random)
        clock = (liveliness * (random.gamma(0.2, 5.0, STEPS) * 0.9 + 0.1))[:, None]
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
        return Minute(path, (liveliness / liveliness.mean()).tolist())


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


def _liveliness(random: np.random.Generator) -> Floats:
    """Draw how lively each step of a minute is: the exponential of a walk that forgets within seconds."""
    keep = np.exp(-STEP_MS / _LIVELY_MS)
    noise = random.standard_normal(STEPS) * np.sqrt(1.0 - keep**2)
    noise[0] = random.standard_normal()
    level, levels = 0.0, []
    for step in noise.tolist():
        level = keep * level + step
        levels.append(level)
    lively: Floats = np.exp(_LIVELY_SPREAD * np.array(levels))
    return lively


def _shock(random: np.random.Generator, chance: float, size: float, minutes: int) -> Floats:
    """Draw a day's minutes of a shock, in minutes' deviations: nothing on most days."""
    shock = np.zeros(DAY_MINUTES)
    happens, sign, start = random.random(), random.random(), int(random.integers(DAY_MINUTES - minutes))
    whole = size * np.sqrt(60.0) * (1.0 + random.exponential())
    if happens < chance:
        weights = random.gamma(0.7, 1.0, minutes)
        shock[start : start + minutes] = (1.0 if sign < 0.55 else -1.0) * whole * weights / weights.sum()
        # The shock is scaled by the volatility it causes when it enters a return.
        shock /= _SHOCK_VOL
    return shock


def _fat(random: np.random.Generator, columns: int, freedom: float) -> Floats:
    """Draw a day of Student's t of unit variance."""
    return _fat_of(random, (DAY_MINUTES, columns), freedom)


def _fat_of(random: np.random.Generator, shape: tuple[int, ...], freedom: float) -> Floats:
    drawn = random.standard_t(freedom, shape)
    scaled: Floats = np.clip(drawn, -12.0, 12.0) * np.sqrt((freedom - 2.0) / freedom)
    return scaled
