"""The past of a simulated exchange, drawn at once as columns, ending where the live markets begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import numpy.typing as npt

from workstation.simulator.dated import carry_of
from workstation.simulator.derivatives import funding_rate, next_settlement
from workstation.simulator.events import AggTradeEvent, FundingEvent, TradeEvent
from workstation.simulator.flow import activity_of, mean_taker_lots, stress_of
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
from workstation.simulator.older import Joint
from workstation.simulator.past_shapes import basis_before, extremes, premium_of
from workstation.simulator.prices import DAY_MINUTES, MINUTE_MS, PriceProcess
from workstation.simulator.samples import Row
from workstation.simulator.universe import SymbolSpec, VenueProfile

BASIS_TAU_MINUTES = 120.0
SAMPLED_DAYS = 7
"""Marks, indices and premiums are kept as candles for the newest days only."""

TAPE_MINUTES = 20
_MOST_TAPE = 10_000
_INTEREST_MINUTES = 5
_SAMPLES_A_MINUTE = 12  # of the premium

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Past:
    """One market's past.

    Attributes:
        bars, marks, indices, premiums: one-minute rows; the last one is the part of the opening minute that
            had passed.
        settled: funding settlements, oldest first.
        premium_sum, premium_count: of the samples in the interval that is running.
        interest: base units and quote units every five minutes.
        joint: what an older past continues from.
        trades, aggregates: the tape of the last minutes, its ids ending before those of the live one.
    """

    bars: Rows
    marks: Rows
    indices: Rows
    premiums: Rows
    settled: list[FundingEvent]
    interval_hours: int
    premium_sum: float
    premium_count: int
    interest: Sequence[Row]
    joint: Joint
    trades: list[TradeEvent]
    aggregates: list[AggTradeEvent]


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a live market began.

    Attributes:
        basis: its premium over the index, a fraction.
        lots: open interest.
        first_id: of the first live trade and aggregate trade.
    """

    time_ms: int
    price_ticks: int
    basis: float
    basis_sd: float
    basis_mean: float
    lots: float
    first_id: int


def index_history(process: PriceProcess, end_ms: int, minutes: int) -> tuple[Floats, Floats]:
    """Return log index prices at minute boundaries (minutes + 2, symbols) and volatilities a row fewer.

    The last row of prices is the moment `end_ms`, the one before the start of its minute.
    """
    last = end_ms // MINUTE_MS
    first = last - minutes
    returns, vols = [], []
    for day in range(first // DAY_MINUTES, last // DAY_MINUTES + 1):
        drawn = process.day(day)
        low = max(0, first - day * DAY_MINUTES)
        high = min(DAY_MINUTES, last - day * DAY_MINUTES)
        returns.append(drawn.returns[low:high])
        vols.append(drawn.vol[low:high])
    path = process.minute(last).path
    moves = np.concatenate(returns)
    prices = np.empty((minutes + 2, moves.shape[1]))
    prices[minutes] = path[0]
    prices[:minutes] = path[0] - np.cumsum(moves[::-1], axis=0)[::-1]
    prices[minutes + 1] = path[(end_ms - last * MINUTE_MS) // 100]
    return prices, np.concatenate((*vols, process.vol(last)[None, :]))


def draw_past(
    spec: SymbolSpec,
    profile: VenueProfile,
    opening: Opening,
    log_index: Floats,
    vol: Floats,
    seed: Sequence[int],
) -> Past:
    """Draw one market's past from its index; see `index_history` for the shapes."""
    random = np.random.default_rng(seed)
    minutes = len(vol) - 1
    end_minute = opening.time_ms // MINUTE_MS
    open_ms = (np.arange(end_minute - minutes, end_minute + 1) * MINUTE_MS).astype(np.float64)
    share = np.ones(minutes + 1)  # of the minute that had passed
    share[-1] = (opening.time_ms - end_minute * MINUTE_MS) / MINUTE_MS
    at_ms = np.append(open_ms, opening.time_ms)
    keep_a_minute = exp(-1.0 / BASIS_TAU_MINUTES)
    away = opening.basis - opening.basis_mean
    basis = basis_before(away, opening.basis_sd, minutes + 2, keep_a_minute, random) + opening.basis_mean
    if spec.delivery_ms:
        basis += np.array([carry_of(spec, moment) for moment in (at_ms[0], at_ms[-1])]) @ _ramp(at_ms)
    tick = float(spec.tick_size)
    sigma = spec.hour_vol_bps * 1e-4 / sqrt(60.0) * vol * np.sqrt(share)
    high, low = extremes(log_index, sigma, random)
    indices = _rows(open_ms, np.exp(log_index), np.exp(high), np.exp(low))
    shift = np.maximum(basis[1:], basis[:-1])
    ticks = np.rint(np.exp(log_index) * (1.0 + basis) / tick + random.uniform(-0.5, 0.5, minutes + 2))
    ticks[-1] = opening.price_ticks
    top = np.maximum(np.rint(np.exp(high) * (1.0 + shift) / tick), np.maximum(ticks[1:], ticks[:-1]))
    bottom = np.minimum(
        np.rint(np.exp(low) * (1.0 + np.minimum(basis[1:], basis[:-1])) / tick),
        np.minimum(ticks[1:], ticks[:-1]),
    )
    bars = _rows(open_ms, ticks, top, bottom)
    _fill_volume(bars, spec, profile, vol, share, sigma, random)
    trades, aggregates = _draw_tape(bars, spec, opening, random)
    for column in (OPEN, HIGH, LOW, CLOSE):
        bars[:, column] *= tick
    premium = premium_of(basis, spec, profile)
    first, last = premium[:-1], premium[1:]
    premiums = _rows(open_ms, premium, np.maximum(first, last), np.minimum(first, last))
    indices[:, TRADES] = premiums[:, TRADES] = 1.0  # seen, if not traded
    marks = indices.copy()
    for column, carried in ((OPEN, basis[:-1]), (HIGH, shift), (LOW, shift), (CLOSE, basis[1:])):
        marks[:, column] *= 1.0 + carried
    marks[:, HIGH] = marks[:, OPEN : CLOSE + 1].max(axis=1)
    marks[:, LOW] = marks[:, OPEN : CLOSE + 1].min(axis=1)
    settled, hours, total, count = _settle(spec, open_ms, premium[1:], marks[:, CLOSE])
    fives = np.flatnonzero(open_ms % (_INTEREST_MINUTES * MINUTE_MS) == 0)
    joint = Joint(
        int(open_ms[0]), float(bars[0, OPEN]), open_ms[fives].astype(np.int64), marks[fives, OPEN].copy()
    )
    keep = -min(minutes + 1, SAMPLED_DAYS * DAY_MINUTES)
    return Past(
        bars=bars,
        marks=marks[keep:],
        indices=indices[keep:],
        premiums=premiums[keep:],
        settled=settled,
        interval_hours=hours,
        premium_sum=total,
        premium_count=count,
        joint=joint,
        interest=_interest(opening, open_ms, marks[:, OPEN], float(spec.lot_size), random),
        trades=trades,
        aggregates=aggregates,
    )


def _ramp(at_ms: Floats) -> Floats:
    """Weights of the first and the last of some moments, for what runs evenly between them."""
    share = (at_ms - at_ms[0]) / (at_ms[-1] - at_ms[0])
    return np.stack((1.0 - share, share))


def _rows(open_ms: Floats, values: Floats, high: Floats, low: Floats) -> Rows:
    rows = np.zeros((len(open_ms), COLUMNS))
    rows[:, OPEN_MS] = open_ms
    rows[:, OPEN] = values[:-1]
    rows[:, HIGH] = high
    rows[:, LOW] = low
    rows[:, CLOSE] = values[1:]
    return rows


def _fill_volume(
    bars: Rows,
    spec: SymbolSpec,
    profile: VenueProfile,
    vol: Floats,
    share: Floats,
    sigma: Floats,
    random: np.random.Generator,
) -> None:
    """Fill in sizes (base units) and counts of bars whose prices are in ticks."""
    count = len(bars)
    expected = 60.0 * spec.takers_per_s * profile.activity_scale * activity_of(vol) * share
    trades = np.rint(expected * random.gamma(1.6, 1.0 / 1.6, count) * 1.2)
    moved = np.log(bars[:, CLOSE] / bars[:, OPEN])
    trades = np.maximum(trades, (bars[:, HIGH] > bars[:, LOW]) * 2.0)
    mean_lots = mean_taker_lots(spec) * np.sqrt(stress_of(vol)) * np.exp(0.5 * random.standard_normal(count))
    lots = np.rint(trades / 1.2 * mean_lots)
    lots = np.maximum(lots, trades)
    bought = np.clip(0.5 + 0.2 * np.tanh(moved / sigma) + 0.12 * random.standard_normal(count), 0.02, 0.98)
    lot, tick = float(spec.lot_size), float(spec.tick_size)
    bars[:, TRADES] = trades
    bars[:, VOLUME] = lots * lot
    bars[:, BUY_VOLUME] = np.rint(lots * bought) * lot
    mean_price = 0.25 * bars[:, OPEN : CLOSE + 1].sum(axis=1) * tick
    bars[:, QUOTE_VOLUME] = bars[:, VOLUME] * mean_price
    bars[:, BUY_QUOTE] = bars[:, BUY_VOLUME] * mean_price


def _draw_tape(
    bars: Rows, spec: SymbolSpec, opening: Opening, random: np.random.Generator
) -> tuple[list[TradeEvent], list[AggTradeEvent]]:
    """Draw the trades of the last minutes and make their bars agree with them; prices are in ticks."""
    lot, tick = float(spec.lot_size), float(spec.tick_size)
    drawn: list[tuple[int, int, int, bool]] = []
    for row in bars[: -TAPE_MINUTES - 1 : -1]:
        count = int(row[TRADES])
        if len(drawn) + count > _MOST_TAPE:
            break
        if not count:
            continue
        span = MINUTE_MS if row is not bars[-1] else max(1, opening.time_ms % MINUTE_MS)
        span = min(span, opening.time_ms - int(row[OPEN_MS]))
        times = int(row[OPEN_MS]) + np.sort(random.integers(0, max(1, span), count))
        prices: npt.NDArray[np.int64] = _walk(row, count, random)
        lots = round(row[VOLUME] / lot)
        weights = np.exp(1.5 * random.standard_normal(count))
        sizes = 1 + np.floor((lots - count) * weights / weights.sum()).astype(np.int64)
        bought = random.random(count) < row[BUY_VOLUME] / row[VOLUME]
        row[OPEN], row[CLOSE] = prices[0], prices[-1]
        row[HIGH], row[LOW] = prices.max(), prices.min()
        row[VOLUME], row[BUY_VOLUME] = sizes.sum() * lot, sizes[bought].sum() * lot
        worth = prices * sizes
        row[QUOTE_VOLUME], row[BUY_QUOTE] = worth.sum() * lot * tick, worth[bought].sum() * lot * tick
        minute = zip(times.tolist(), prices.tolist(), sizes.tolist(), bought.tolist(), strict=True)
        drawn += reversed(list(minute))
    drawn.reverse()
    trades, aggregates = [], []
    for trade_id, (time_ms, price, size, taker_bought) in enumerate(drawn, opening.first_id - len(drawn)):
        sold = not taker_bought
        trades.append(TradeEvent(spec.symbol, time_ms, trade_id, price, size, sold))
        # A trade of the past is an order of its own, so both kinds of ids run together.
        aggregates.append(
            AggTradeEvent(spec.symbol, time_ms, trade_id, price, size, trade_id, trade_id, sold)
        )
    return trades, aggregates


def _walk(row: Floats, count: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return prices from the bar's open to its close that touch its high and its low, if there are enough."""
    low, high = row[LOW], row[HIGH]
    if count < 4 or high == low:
        points = np.array([row[OPEN], high, low, row[CLOSE]])[-count:] if count < 4 else np.full(count, low)
        few: npt.NDArray[np.int64] = np.rint(points).astype(np.int64)
        return few
    line = np.linspace(row[OPEN], row[CLOSE], count)
    bridge = np.cumsum(random.standard_normal(count))
    bridge -= np.linspace(bridge[0], bridge[-1], count)
    walk = line + bridge / max(1e-9, np.ptp(bridge)) * (high - low)
    prices: npt.NDArray[np.int64] = np.rint(np.clip(walk, low, high)).astype(np.int64)
    inner = 1 + random.permutation(count - 2)[:2]
    prices[inner[0]] = high
    prices[inner[-1]] = low
    prices[0], prices[-1] = row[OPEN], row[CLOSE]
    return prices


def _settle(
    spec: SymbolSpec, open_ms: Floats, premium: Floats, marks: Floats
) -> tuple[list[FundingEvent], int, float, int]:
    """Return settlements, the interval now, and the sum and number of the running interval's samples."""
    sums = np.concatenate(([0.0], np.cumsum(premium)))
    start = int(open_ms[0])
    settled: list[FundingEvent] = []
    hours = spec.funding_interval_hours
    if spec.delivery_ms:
        return settled, hours, 0.0, 0
    at = 0  # minutes from the start to where the running interval began
    while True:
        ends_ms = next_settlement(start + at * MINUTE_MS, hours)
        end = (ends_ms - start) // MINUTE_MS
        if end >= len(premium):
            count = (len(premium) - at) * _SAMPLES_A_MINUTE
            return settled, hours, float(sums[-1] - sums[at]) * _SAMPLES_A_MINUTE, count
        rate = funding_rate(float(sums[end] - sums[at]) / (end - at), hours)
        rate = min(spec.funding_cap, max(spec.funding_floor, rate))
        capped = rate in (spec.funding_cap, spec.funding_floor)
        following = 1 if capped else hours
        mark = float(marks[end - 1])
        settled.append(FundingEvent(spec.symbol, ends_ms, rate, mark, hours, following))
        hours, at = following, end


def _interest(
    opening: Opening, open_ms: Floats, marks: Floats, lot: float, random: np.random.Generator
) -> Sequence[Row]:
    """Return open interest at whole five minutes, walking backwards from the opening."""
    step_ms = _INTEREST_MINUTES * MINUTE_MS
    rows = np.flatnonzero(open_ms % step_ms == 0)[::-1]
    keep, spread = 0.999, 0.06
    noise = (spread * sqrt(1.0 - keep * keep) * random.standard_normal(len(rows))).tolist()
    level, levels = 0.0, []
    for step in noise:
        level = keep * level + step
        levels.append(level)
    sizes = opening.lots * lot * np.exp(np.array(levels))
    worth = sizes * marks[rows]
    figures = zip(sizes.tolist(), worth.tolist(), strict=True)
    return list(zip(open_ms[rows].astype(np.int64).tolist(), figures, strict=True))[::-1]
