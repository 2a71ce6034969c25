"""Metrics of tape and feed: what is traded now, in which session, and how old the data are."""

import numpy as np

from workstation.metrics.facts import SymbolFacts
from workstation.metrics.market_metrics import OWN_RULE, VENUE
from workstation.metrics.metric import Metric, NoData, Unit
from workstation.model.instrument import ContractKind
from workstation.model.sessions import SESSION_STARTS_H, SESSIONS

RATE_SPAN_MS = 5_000
FLOW_SPAN_MS = 300_000


def _volume_24h(facts: SymbolFacts) -> float:
    return float(facts.ticker.quote_volume)


def _volume_held(facts: SymbolFacts) -> float:
    session, instrument = facts.state.session, facts.state.instrument
    if not session.volume:
        raise NoData("Nothing has been traded yet")
    if instrument.kind is ContractKind.INVERSE:
        return session.volume * float(instrument.contract_size)
    return session.quote_volume


def _trade_rate(facts: SymbolFacts) -> float:
    state = facts.state
    if not len(state.seconds):
        raise NoData("Nothing has been traded yet")
    seconds = state.seconds.rows()[-RATE_SPAN_MS // 1000 - 1 :]
    begun_ms = facts.now_ms - facts.now_ms % 1000
    recent = seconds["open_ms"] >= begun_ms - RATE_SPAN_MS
    span_s = (RATE_SPAN_MS + facts.now_ms - begun_ms) / 1000
    return float(seconds["trades"][recent].sum()) / span_s


def _cvd_5m(facts: SymbolFacts) -> float:
    first = facts.now_ms - FLOW_SPAN_MS
    facts.whole_trades_since(first)
    seconds = facts.state.seconds.rows()
    rows = seconds[int(np.searchsorted(seconds["open_ms"], first)) :]
    return float((2 * rows["buy_volume"] - rows["volume"]).sum())


def _liquidations_5m(facts: SymbolFacts) -> float:
    first = facts.now_ms - FLOW_SPAN_MS
    began = facts.coverage.from_ms
    if began is None or began > first:
        raise NoData("The feed has not been followed for five minutes yet")
    instrument, total = facts.state.instrument, 0.0
    for liquidation in reversed(facts.state.liquidations):
        if liquidation.event_ms < first:
            break
        size = float(liquidation.size) * float(instrument.contract_size)
        total += size if instrument.kind is ContractKind.INVERSE else size * float(liquidation.price)
    return total


def _session(facts: SymbolFacts) -> float:
    if not facts.now_ms:
        raise NoData("The market's time is not known yet")
    hour = facts.now_ms // 3_600_000 % 24
    return float(np.searchsorted(SESSION_STARTS_H, hour, side="right") - 1)


def _feed_age_s(facts: SymbolFacts) -> float:
    if facts.age_s is None:
        raise NoData("Nothing has come yet")
    return facts.age_s


TAPE_METRICS = (
    Metric(
        "volume_24h",
        "Volume in 24 h",
        "Vol 24 h",
        Unit.QUOTE,
        ("ticker",),
        60_000,
        "traded in the last 24 hours",
        VENUE,
        _volume_24h,
    ),
    Metric(
        "volume_held",
        "Volume since the first trade held",
        "Vol",
        Unit.QUOTE,
        ("trades",),
        300_000,
        "Σ price · size of every trade held since the first",
        "our own trades",
        _volume_held,
    ),
    Metric(
        "trade_rate",
        "Trades a second",
        "Trades",
        Unit.PER_SECOND,
        ("trades", "feed"),
        300_000,
        f"trades of the last {RATE_SPAN_MS // 1000} s of market time, a second",
        "our own trades",
        _trade_rate,
        decimals=1,
    ),
    Metric(
        "cvd_5m",
        "Taker delta in 5 min",
        "CVD 5 m",
        Unit.SIZE,
        ("trades", "feed"),
        300_000,
        "taker buys − taker sells of the last five minutes; no data where any trade of them is missing",
        "domain, order flow",
        _cvd_5m,
        signed=True,
    ),
    Metric(
        "liquidations_5m",
        "Liquidated in 5 min",
        "Liq 5 m",
        Unit.QUOTE,
        ("liquidations", "feed"),
        30_000,
        "Σ price · size of the liquidations the venue published in the last five minutes: a sample, not all",
        VENUE,
        _liquidations_5m,
    ),
    Metric(
        "session",
        "Session",
        "Session",
        Unit.WORD,
        ("feed",),
        None,
        "by UTC hour: Asia from 0, Europe from 7, US from 13",
        OWN_RULE,
        _session,
        words=SESSIONS,
        scope="venue",
    ),
    Metric(
        "feed_age_s",
        "Age of the data",
        "Age",
        Unit.SECONDS,
        ("feed",),
        None,
        "seconds since anything of this symbol came",
        OWN_RULE,
        _feed_age_s,
        decimals=1,
    ),
)
