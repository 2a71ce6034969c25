"""The past before the minutes: an exchange's older days, drawn by the hour, as candles and settlements.

Minutes of a quarter of a year take seconds to draw. Whoever looks back so far looks at hours: so hours are
drawn, by the same factors and with the same volatility; each depends on the seed and the hour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt

from workstation.simulator.dated import carry_of
from workstation.simulator.derivatives import HOUR_MS, funding_rate
from workstation.simulator.events import FundingEvent
from workstation.simulator.flow import activity_of
from workstation.simulator.holders import HoldersPast, past_holders
from workstation.simulator.klines import (
    BUY_QUOTE,
    BUY_VOLUME,
    CLOSE,
    COLUMNS,
    HIGH,
    LOW,
    OPEN,
    OPEN_MS,
    QUOTE_VOLUME,
    TRADES,
    VOLUME,
    Rows,
)
from workstation.simulator.past_shapes import basis_before, extremes, premium_of
from workstation.simulator.prices import PriceProcess
from workstation.simulator.universe import SymbolSpec, VenueProfile

DAY_HOURS = 24
HOLDERS_DAYS = 31
_BASIS_TAU_HOURS = 2.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OlderPast:
    """One market's older past.

    Attributes:
        hours: candles; the last may be the first part of an hour.
        settled: funding settlements, oldest first.
        holders: who held, by the hour for the newest month of it, and every five minutes since.
    """

    hours: Rows
    settled: list[FundingEvent]
    holders: tuple[HoldersPast, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Where the minutes of one market's past begin, and its prices since.

    Attributes:
        first_ms, first_price: of the first minute.
        times, prices: (n,) every five minutes from there on.
    """

    first_ms: int
    first_price: float
    times: npt.NDArray[np.int64]
    prices: Floats


def older_days(first_ms: int, hours: int) -> range:
    """The days that so many hours before a moment lie in, numbered from the epoch."""
    last = -(-first_ms // HOUR_MS)
    return range((last - hours) // DAY_HOURS, (last - 1) // DAY_HOURS + 1) if hours else range(0)


def older_index(process: PriceProcess, first_ms: int, log_index: Floats, hours: int) -> tuple[Floats, Floats]:
    """Return log index prices at hour boundaries up to `first_ms`, and each hour's volatility around 1.

    Args:
        log_index: (symbols,) at `first_ms`, where the minutes begin.
        hours: how many.

    Returns:
        (hours + 1, symbols), (hours, symbols); the last row of prices is `log_index`. Where the minutes begin
        within an hour, the last hour is the part of it before.
    """
    last = -(-first_ms // HOUR_MS)  # the hour that the minutes begin in, or at
    first = last - hours
    if not hours:
        return log_index[None, :], np.empty((0, len(log_index)))
    days = older_days(first_ms, hours)
    drawn = [process.older_day(day) for day in days]
    low = first - days[0] * DAY_HOURS
    returns = np.concatenate([one[0] for one in drawn])[low : low + hours]
    vols = np.concatenate([one[1] for one in drawn])[low : low + hours]
    prices = np.empty((hours + 1, returns.shape[1]))
    prices[hours] = log_index
    prices[:hours] = log_index - np.cumsum(returns[::-1], axis=0)[::-1]
    return prices, vols


def older_past(
    spec: SymbolSpec,
    profile: VenueProfile,
    joint: Joint,
    log_index: Floats,
    vol: Floats,
    seed: Sequence[int],
) -> OlderPast:
    """Draw one market's older past, and who has held since.

    Args:
        joint: where its minutes begin.
        log_index, vol: its columns of `older_index`.
        seed: of what is drawn.
    """
    hours = len(vol)
    random = np.random.default_rng(seed)
    first_ms, first_price = joint.first_ms, joint.first_price
    if not hours:
        return OlderPast(np.empty((0, COLUMNS)), [], _holders(spec, joint, None, random))
    last = -(-first_ms // HOUR_MS)
    open_ms = (np.arange(last - hours, last) * HOUR_MS).astype(np.float64)
    ends_ms = np.append(open_ms[1:], first_ms)
    share = (ends_ms - open_ms) / HOUR_MS  # of the hour that lies before the minutes
    mean = 0.0 if spec.delivery_ms else profile.basis_mean_bps * 1e-4
    at_ms = np.append(open_ms, first_ms)
    carry = np.array([carry_of(spec, moment) for moment in at_ms.tolist()])
    spread = spec.basis_bps * profile.basis_scale * 1e-4
    now = first_price / exp(log_index[-1]) - 1.0 - float(carry[-1]) - mean
    basis = basis_before(now, spread, hours + 1, exp(-1.0 / _BASIS_TAU_HOURS), random) + mean + carry
    tick = float(spec.tick_size)
    prices = np.rint(np.exp(log_index) * (1.0 + basis) / tick) * tick
    prices[-1] = first_price
    sigma = spec.hour_vol_bps * 1e-4 * vol * np.sqrt(share)
    high, low = extremes(np.log(prices), sigma, random)
    rows = np.zeros((hours, COLUMNS))
    rows[:, OPEN_MS], rows[:, OPEN], rows[:, CLOSE] = open_ms, prices[:-1], prices[1:]
    rows[:, HIGH] = np.maximum(np.rint(np.exp(high) / tick) * tick, np.maximum(prices[:-1], prices[1:]))
    rows[:, LOW] = np.minimum(np.rint(np.exp(low) / tick) * tick, np.minimum(prices[:-1], prices[1:]))
    _fill_volume(rows, spec, profile, vol * share, random)
    newest = slice(-HOLDERS_DAYS * DAY_HOURS, None)
    return OlderPast(
        rows,
        _settle(spec, open_ms, premium_of(basis - carry, spec, profile), prices, first_ms),
        _holders(spec, joint, (open_ms[newest].astype(np.int64), prices[:-1][newest]), random),
    )


def _holders(
    spec: SymbolSpec,
    joint: Joint,
    hours: tuple[npt.NDArray[np.int64], Floats] | None,
    random: np.random.Generator,
) -> tuple[HoldersPast, ...]:
    """Who held, along the hours and then along the minutes."""
    found = [] if hours is None else [past_holders(spec, *hours, random)]
    if len(joint.times):
        found.append(past_holders(spec, joint.times, joint.prices, random, found[-1] if found else None))
    return tuple(found)


def _fill_volume(
    rows: Rows, spec: SymbolSpec, profile: VenueProfile, lively: Floats, random: np.random.Generator
) -> None:
    count = len(rows)
    luck = np.exp(0.6 * random.standard_normal(count))
    quote = spec.hour_volume_usd * profile.activity_scale * activity_of(lively) * luck
    lot = float(spec.lot_size)
    mean_price = 0.25 * rows[:, OPEN : CLOSE + 1].sum(axis=1)
    lots = np.maximum(1.0, np.rint(quote / mean_price / lot))
    moved = np.tanh(np.log(rows[:, CLOSE] / rows[:, OPEN]) / (spec.hour_vol_bps * 1e-4))
    bought = np.clip(0.5 + 0.05 * moved + 0.03 * random.standard_normal(count), 0.02, 0.98)
    rows[:, VOLUME] = lots * lot
    rows[:, BUY_VOLUME] = np.rint(lots * bought) * lot
    rows[:, QUOTE_VOLUME] = rows[:, VOLUME] * mean_price
    rows[:, BUY_QUOTE] = rows[:, BUY_VOLUME] * mean_price
    rows[:, TRADES] = np.maximum(1.0, np.rint(3600.0 * spec.takers_per_s * activity_of(lively) * luck * 1.2))


def _settle(
    spec: SymbolSpec, open_ms: Floats, premium: Floats, prices: Floats, first_ms: int
) -> list[FundingEvent]:
    """Settlements up to where the minutes begin, each of the mean premium of its interval."""
    if spec.delivery_ms:
        return []
    hours = spec.funding_interval_hours
    first = int(open_ms[0]) // HOUR_MS
    first_place = -first % hours  # of the first whole interval's beginning
    whole = (len(open_ms) - first_place) // hours
    ends = first_place + hours * np.arange(1, whole + 1)
    means = premium[first_place : first_place + whole * hours].reshape(whole, hours).mean(axis=1)
    marks = prices[ends].tolist()
    settled = []
    for at_hour, mean, mark in zip((first + ends).tolist(), means.tolist(), marks, strict=True):
        if at_hour * HOUR_MS <= first_ms:
            rate = min(spec.funding_cap, max(spec.funding_floor, funding_rate(mean, hours)))
            settled.append(FundingEvent(spec.symbol, at_hour * HOUR_MS, rate, mark, hours, hours))
    return settled
