"""Conditions are told only where they are known: by the hour, the moon, and what is stored of the market."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.workstation.trading.made import made_fill
from workstation.journal import follower as follower_module
from workstation.journal.conditions import (
    FUNDING,
    MOON,
    SESSION,
    VOLATILITY,
    funding_of,
    moon_of,
    session_of,
    volatility_of,
)
from workstation.journal.follower import JournalFollower, StoredConditions
from workstation.journal.journal import Journal
from workstation.market.candles import CANDLE
from workstation.model.columns import Records
from workstation.model.history import FundingSettlement
from workstation.model.journal import ContractTerms
from workstation.model.orders import Side
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger
from workstation.store.ticks import open_store

HOUR_MS = 3_600_000
OPENED_MS = 480_000 * HOUR_MS + 1_234_567


def hours(swings: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Records:
    """Candles in a row, the last of them closed before the entry; each as high as its swing."""
    rows = np.zeros(len(swings), CANDLE)
    last = OPENED_MS // HOUR_MS - 1
    rows["open_ms"] = (last - np.arange(len(swings))[::-1]) * HOUR_MS
    rows["open"] = rows["close"] = rows["low"] = 100.0
    rows["high"] = 100.0 + swings
    return rows


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "time, session",
    [("00:00", "Asia"), ("06:59", "Asia"), ("07:00", "Europe"), ("13:00", "US"), ("23:59", "US")],
)
def test_the_session_follows_the_hour_in_utc(time: str, session: str) -> None:
    assert session_of(at(f"2026-11-21T{time}:00")) == session


@pytest.mark.parametrize(
    "day, phase",  # phases by the US Naval Observatory: new 9, first quarter 17, full 24 November 2026
    [("2026-11-09", "new moon"), ("2026-11-17", "first quarter"), ("2026-11-24", "full moon")],
)
def test_the_moon_is_the_quarter_that_is_nearest(day: str, phase: str) -> None:
    assert moon_of(at(f"{day}T20:00:00")) == phase
    assert moon_of(-(10**12)) is None


def test_volatility_is_held_against_its_own_mean_and_unknown_with_a_hole_or_too_little() -> None:
    calm_then_wild = np.r_[np.full(200, 1.0), np.full(30, 5.0)]
    assert volatility_of(hours(calm_then_wild), OPENED_MS) == "ATR above its mean"
    assert volatility_of(hours(calm_then_wild[::-1].copy()), OPENED_MS) == "ATR below its mean"
    assert volatility_of(hours(calm_then_wild[-68:]), OPENED_MS) is None
    assert volatility_of(np.delete(hours(calm_then_wild), -40), OPENED_MS) is None
    assert volatility_of(hours(calm_then_wild), OPENED_MS + 3 * HOUR_MS) is None  # they end too early
    spoilt = hours(np.r_[calm_then_wild, 900.0])
    spoilt["open_ms"] += HOUR_MS  # the last one had not closed yet
    assert volatility_of(spoilt, OPENED_MS) == volatility_of(hours(calm_then_wild), OPENED_MS)


@pytest.mark.parametrize(
    "rate, interval, regime",
    [
        ("-0.0000001", 8, "negative"),
        ("0.0001", 8, "usual"),
        ("0.0001", 4, "raised"),  # for eight hours it is twice as much
        ("0.0005", 8, "raised"),
        ("0.0001", 1, "extreme"),
    ],
)
def test_funding_is_told_by_the_settlement_before_for_eight_hours(
    rate: str, interval: int, regime: str
) -> None:
    settled = FundingSettlement("v", "S", OPENED_MS - HOUR_MS, Decimal(rate), interval)
    later = replace(settled, settled_ms=OPENED_MS + 1, rate=Decimal(1))
    assert funding_of([settled, later], OPENED_MS) == regime
    assert funding_of([replace(settled, settled_ms=OPENED_MS - 17 * HOUR_MS)], OPENED_MS) is None
    assert funding_of([], OPENED_MS) is None


def test_the_follower_reads_trades_terms_and_hours_and_leaves_the_rest_to_the_stored_past(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path, clock=ManualClock(5))
    store.put_candles("paper", "TAOUSDT", HOUR_MS, hours(np.r_[np.full(200, 1.0), np.full(30, 5.0)]), 1)
    terms = ContractTerms("paper", "TAOUSDT", "USDT", Decimal(10))
    with open_ledger(tmp_path / "paper" / "v") as ledger, Journal(tmp_path) as journal:
        follower = JournalFollower(journal, lambda: [terms])
        ledger.append(
            made_fill(1, Side.BUY, Decimal(1), Decimal(100), event_ms=OPENED_MS),
            made_fill(2, Side.SELL, Decimal(1), Decimal(101), event_ms=OPENED_MS + 1),
        ).result()
        follower.look()
        assert journal.trips()[0].trip.pnl == 10
        assert journal.trips()[0].conditions.keys() == {SESSION, MOON}

        wanted = StoredConditions(follower)
        ((_, work),) = wanted.jobs(0)
        reader = store.history()
        wanted.put(work(reader), 0)
        reader.close()
        assert journal.trips()[0].conditions[VOLATILITY] == "ATR above its mean"
        assert FUNDING not in journal.trips()[0].conditions
        assert wanted.jobs(0) == []  # what is not stored is not asked for again and again
        follower.look()
        assert wanted.jobs(0) == []
    store.close()


@pytest.mark.logs_warnings
def test_the_thread_goes_on_after_an_error_and_ends_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "EVERY_S", 0.001)
    calls, went_on = [0], threading.Event()

    def terms() -> list[ContractTerms]:
        calls[0] += 1
        if calls[0] == 1:
            raise RuntimeError("not now")
        went_on.set()
        return []

    with Journal(tmp_path) as journal:
        follower = JournalFollower(journal, terms)
        follower.start()
        assert went_on.wait(10)
        follower.close()
        follower.close()
