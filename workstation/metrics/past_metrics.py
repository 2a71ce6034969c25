"""Metrics that need the past: usual volume, volatility and its regime, and how a symbol moves with others."""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.correlation import beta, pearson
from workstation.analytics.sizing import ewma_volatility
from workstation.analytics.volatility import wilder_atr
from workstation.analytics.volume_multiple import (
    running_sums,
    usual_volumes,
    volume_multiple,
)
from workstation.market.state import SymbolState
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.market_metrics import OWN_RULE
from workstation.metrics.metric import Metric, NoData, Unit
from workstation.model.columns import Records

Floats = NDArray[np.float64]

ATR_HOURS = 20
ATR_MEAN_HOURS = 50
DAY_HOURS = 24
MONTH_HOURS = 30 * DAY_HOURS
LEAST_DAYS = 5
LEAST_PAIRS = 3 * DAY_HOURS
HOURS_A_YEAR = 8_760
DAY_MS = DAY_HOURS * HOUR_MS


def _volume_multiple(facts: SymbolFacts) -> float:
    """Of the newest hour: the one that is open where it has reached more than the last whole one."""
    hours, since = facts.hours(), facts.state.market_ms - 2 * HOUR_MS
    rows = facts.state.candles(HOUR_MS).rows()[-2:]
    told = zip(rows["open_ms"].tolist(), rows["volume"].tolist(), strict=True)
    newest = [one for one in told if one[0] > since]
    if not len(hours) or not newest:
        raise NoData("The hourly candles are not known yet")
    # What is usual changes when an hour has closed, or was corrected; volumes change with every trade.
    opens = [opened for opened, _ in newest]

    def work() -> tuple[float, list[float]]:
        sums = running_sums(hours["volume"])
        usual = usual_volumes(np.array(opens), HOUR_MS, hours["open_ms"], sums, HOUR_MS)
        return float(usual.known_days.min()), usual.volume.tolist()

    days, usual = facts.once("usual hour", (facts.hours_version, opens), work)
    if days < LEAST_DAYS:
        raise NoData(f"Only {days:.1f} days of volume are known: {LEAST_DAYS} are the least")
    multiples = (
        volume / own if own > 0 else math.nan for (_, volume), own in zip(newest, usual, strict=True)
    )
    return _finite(max(multiples), "Nothing was traded in 30 days")


def _volume_day_multiple(facts: SymbolFacts) -> float:
    hours = facts.hours()
    since = facts.now_ms - DAY_MS
    multiple, days = volume_multiple(
        since, DAY_MS, float(facts.ticker.volume), hours["open_ms"], hours["volume"]
    )
    if days < LEAST_DAYS:
        raise NoData(f"Only {days:.1f} days of volume are known: {LEAST_DAYS} are the least")
    return _finite(multiple, "Nothing was traded in 30 days")


def _unbroken(hours: Records) -> Records:
    """The newest candles that follow one another without a missing hour."""
    breaks = np.flatnonzero(np.diff(hours["open_ms"]) != HOUR_MS)
    return hours[int(breaks[-1]) + 1 :] if len(breaks) else hours


def _atr_line(facts: SymbolFacts, least: int) -> Floats:
    def work() -> tuple[int, Floats]:
        hours = _unbroken(facts.hours())
        if len(hours) < ATR_HOURS:
            return len(hours), np.zeros(0)
        return len(hours), wilder_atr(hours["high"], hours["low"], hours["close"], ATR_HOURS)

    known, line = facts.once("atr", facts.hours_version, work)
    if known < least:
        raise NoData(f"Only {known} hourly candles in a row are known: {least} are needed")
    return line


def _atr(facts: SymbolFacts) -> float:
    return float(_atr_line(facts, ATR_HOURS)[-1])


def _atr_rate(facts: SymbolFacts) -> float:
    return _atr(facts) / facts.last


def _atr_regime(facts: SymbolFacts) -> float:
    line = _atr_line(facts, ATR_HOURS + ATR_MEAN_HOURS - 1)
    mean = float(line[-ATR_MEAN_HOURS:].mean())
    return _finite(float(line[-1]) / mean if mean else math.nan, "The price has not moved in 50 hours")


def _day_volatilities(facts: SymbolFacts) -> Floats:
    """Standard deviation of the 24 hourly returns up to each hour of 30 days, newest last; nan at a hole."""
    _, returns = facts.hourly_returns(MONTH_HOURS)
    if len(returns) < DAY_HOURS:
        raise NoData(f"Only {len(returns)} hourly returns are known: {DAY_HOURS} are needed")
    windows = np.lib.stride_tricks.sliding_window_view(returns, DAY_HOURS)
    spread: Floats = windows.std(axis=1, ddof=1)
    return spread


def _volatility_year_rate(facts: SymbolFacts) -> float:
    newest = float(_day_volatilities(facts)[-1])
    return _finite(newest * math.sqrt(HOURS_A_YEAR), "An hour of the last day is missing")


def _volatility_percentile(facts: SymbolFacts) -> float:
    volatilities = _day_volatilities(facts)
    known = volatilities[np.isfinite(volatilities)]
    if not math.isfinite(volatilities[-1]):
        raise NoData("An hour of the last day is missing")
    if len(known) < LEAST_DAYS * DAY_HOURS:
        raise NoData(f"Only {len(known) / DAY_HOURS:.1f} days are known: {LEAST_DAYS} are the least")
    newest = known[-1]
    return float((known < newest).sum() + (known == newest).sum() / 2) / len(known)


def _volatility_usual_multiple(facts: SymbolFacts) -> float:
    """The usual volatility for the present one, which fades by hours."""
    _, returns = facts.hourly_returns(MONTH_HOURS)
    known = returns[np.isfinite(returns)]
    if len(known) < LEAST_DAYS * DAY_HOURS:
        raise NoData(f"Only {len(known) / DAY_HOURS:.1f} days are known: {LEAST_DAYS} are the least")
    present = ewma_volatility(known)
    return _finite(float(known.std(ddof=1)) / present if present else math.nan, "The price has not moved")


def _leader(facts: SymbolFacts, coin: str) -> SymbolState:
    """The market of a coin to compare with; of two, the one with the same quote."""
    states, own = facts.market.states, facts.state.instrument

    def work() -> list[SymbolState]:
        return [state for state in states.values() if state.instrument.base == coin]

    alike = facts.once_for_all(f"markets of {coin}", tuple(states), work)
    if not alike:
        raise NoData(f"{coin} is not followed")
    return next((state for state in alike if state.instrument.quote == own.quote), alike[0])


def _correlation(coin: str, facts: SymbolFacts) -> float:
    return correlation_of(facts, _leader(facts, coin))


def correlation_of(facts: SymbolFacts, leader: SymbolState) -> float:
    """Pearson's correlation of hourly log returns with another symbol's over up to 30 days.

    Raises:
        NoData: too few hours are known of both, or one has not moved.
    """
    return correlation_with(facts, *facts.hourly_returns(MONTH_HOURS, leader))


def correlation_with(facts: SymbolFacts, theirs: NDArray[np.int64], their_returns: Floats) -> float:
    """Pearson's correlation of hourly log returns of up to 30 days with others, of hours of their own.

    Raises:
        NoData: too few hours are known of both, or one has not moved.
    """
    correlation, pairs = pearson(*_paired(facts, theirs, their_returns))
    if pairs < LEAST_PAIRS:
        raise NoData(f"Only {pairs} hours are known of both: {LEAST_PAIRS} are the least")
    return _finite(correlation, "One of the two has not moved")


def _paired(facts: SymbolFacts, theirs: NDArray[np.int64], their_returns: Floats) -> tuple[Floats, Floats]:
    """Returns of this symbol and theirs in the hours that both have."""
    times, returns = facts.hourly_returns(MONTH_HOURS)
    _, mine_at, theirs_at = np.intersect1d(times, theirs, assume_unique=True, return_indices=True)
    return returns[mine_at], their_returns[theirs_at]


def _beta(coin: str, facts: SymbolFacts) -> float:
    mine, theirs = _paired(facts, *facts.hourly_returns(MONTH_HOURS, _leader(facts, coin)))
    pairs = int(np.count_nonzero(np.isfinite(mine) & np.isfinite(theirs)))
    if pairs < LEAST_PAIRS:
        raise NoData(f"Only {pairs} hours are known of both: {LEAST_PAIRS} are the least")
    return _finite(beta(mine, theirs), f"{coin} has not moved")


def _finite(value: float, why: str) -> float:
    if not math.isfinite(value):
        raise NoData(why)
    return value


def _correlation_metric(coin: str) -> Metric:
    return Metric(
        f"correlation_{coin.lower()}",
        f"Correlation with {coin}",
        f"ρ {coin}",
        Unit.NUMBER,
        ("hours", "minute"),
        300_000,
        f"Pearson's correlation of hourly log returns with {coin}'s over up to 30 days; hours missing in "
        f"either are left out, {LEAST_PAIRS} are the least",
        "domain, correlation",
        partial(_correlation, coin),
    )


def _beta_metric(coin: str) -> Metric:
    return Metric(
        f"beta_{coin.lower()}",
        f"Beta to {coin}",
        f"β {coin}",
        Unit.NUMBER,
        ("hours", "minute"),
        300_000,
        f"covariance of hourly log returns with {coin}'s over up to 30 days / variance of {coin}'s; hours "
        f"missing in either are left out, {LEAST_PAIRS} are the least",
        "domain, correlation",
        partial(_beta, coin),
    )


PAST_METRICS = (
    Metric(
        "volume_multiple",
        "Volume of the hour",
        "Vol",
        Unit.TIMES,
        ("hours", "trades"),
        300_000,
        "volume of the newest hour, open or whole, the larger / mean hour of the 30 days before it",
        OWN_RULE,
        _volume_multiple,
        decimals=1,
    ),
    Metric(
        "volume_day_multiple",
        "Volume of the day",
        "Vol d",
        Unit.TIMES,
        ("hours", "ticker", "minute"),
        300_000,
        "volume of the last 24 hours / mean day of the 30 days before them",
        OWN_RULE,
        _volume_day_multiple,
        decimals=1,
    ),
    Metric(
        "atr",
        "ATR(20)",
        "ATR",
        Unit.PRICE,
        ("hours",),
        300_000,
        "Wilder's average true range of 20 closed hourly candles",
        "Wilder 1978",
        _atr,
    ),
    Metric(
        "atr_rate",
        "ATR(20) of the price",
        "ATR",
        Unit.RATE,
        ("hours", "trades"),
        300_000,
        "ATR(20) of hourly candles / last",
        "Wilder 1978",
        _atr_rate,
    ),
    Metric(
        "atr_regime",
        "ATR(20) against its mean",
        "ATR reg",
        Unit.TIMES,
        ("hours",),
        300_000,
        "ATR(20) / mean of its last 50 values, hourly; above 1 the size is cut",
        OWN_RULE,
        _atr_regime,
    ),
    Metric(
        "volatility_year_rate",
        "Realised volatility",
        "Vol y",
        Unit.RATE,
        ("hours",),
        300_000,
        "standard deviation of the last 24 hourly log returns · √8 760",
        "domain, statistics",
        _volatility_year_rate,
        decimals=0,
    ),
    Metric(
        "volatility_percentile",
        "Volatility percentile",
        "Vol pc",
        Unit.RATE,
        ("hours",),
        300_000,
        "share of the 24 h volatilities of up to 30 days that were below the newest; ties count half",
        OWN_RULE,
        _volatility_percentile,
        decimals=0,
    ),
    Metric(
        "volatility_usual_multiple",
        "Usual volatility for the present one",
        "Vol use",
        Unit.TIMES,
        ("hours",),
        300_000,
        "standard deviation of up to 30 days of hourly log returns / the same with weights that fade by 0.94 "
        "an hour; below 1 it is wilder than usual",
        "domain, sizing",
        _volatility_usual_multiple,
    ),
    _correlation_metric("BTC"),
    _correlation_metric("ETH"),
    _beta_metric("BTC"),
    _beta_metric("ETH"),
)
