"""The time machine on a recorded market: seeks, playing at 50×, other exits of a trade."""

import statistics
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.benchmarks.result import Result
from tests.workstation.journal.stored_market import fill, round_trip
from workstation.journal.counterfactuals import counterfactuals
from workstation.journal.exit_rules import contract_of_trip, terms_of
from workstation.journal.time_machine import TimeMachine
from workstation.market.rebuild import rebuild_book
from workstation.model.orders import Side
from workstation.replay import replay
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import DuckTickStore, open_store

CAPTURE = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"
FIRST_MS, LAST_MS = 1_723_161_258_000, 1_723_161_600_000
ENTRY_MS = 1_723_161_309_900
SEEKS = 60
FRAME_S = 1 / 60
ROUNDS = 9


def _rest(machine: TimeMachine) -> None:
    while not machine.is_ready or machine.is_waiting:
        machine.refresh(time.monotonic())
        time.sleep(0.001)


def _seek(machine: TimeMachine, moment_ms: int) -> float:
    started = time.perf_counter()
    machine.seek(moment_ms)
    while not machine.is_ready:
        machine.refresh(time.monotonic())
        time.sleep(0.001)
    return (time.perf_counter() - started) * 1_000


@dataclass
class _Played:
    share: float
    frame_ms: float


def _play(machine: TimeMachine) -> _Played:
    """Play five seconds of ours at 50×; how much of it was kept up with, and what a frame cost."""
    machine.seek(FIRST_MS)
    _rest(machine)
    machine.set_speed(50)
    machine.play()
    began, frames = time.monotonic(), []
    machine.refresh(began)
    while time.monotonic() - began < 5:
        started = time.perf_counter()
        machine.refresh(time.monotonic())
        frames.append((time.perf_counter() - started) * 1_000)
        time.sleep(max(0.0, FRAME_S - frames[-1] / 1_000))
    share = (machine.moment_ms - FIRST_MS) / 1_000 / 50 / (time.monotonic() - began)
    machine.pause()
    return _Played(share, sorted(frames)[int(len(frames) * 0.99)])


def _table(store: DuckTickStore) -> tuple[float, int]:
    trip = round_trip(
        [
            fill(1, Side.SELL, "61830.0", "0.8", ENTRY_MS, "9.8928", maker=True),
            fill(2, Side.BUY, "61719.0", "0.8", ENTRY_MS + 135_000, "24.6876"),
        ],
        stop="61862",
        targets=(("61700", "0.5"), ("61600", "0.5")),
    )
    history = store.history()
    terms = terms_of(trip, contract_of_trip(history, trip))
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        table = counterfactuals(history, trip, terms)
        spent.append((time.perf_counter() - started) * 1_000)
    history.close()
    assert table.rows[0].net_pnl == trip.net_pnl
    assert table.rows[0].net_pnl == Decimal(111) * Decimal("0.8") - Decimal("34.5804")
    return statistics.median(spent), sum(row.is_known for row in table.rows)


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure on the recording of 345 s."""
    replay(shared_data / CAPTURE, scratch / "recorded", lambda _: None)
    with open_store(scratch / "recorded") as store:
        machine = TimeMachine(store.history, SystemClock(), "binance_usdm", "BTCUSDT", FIRST_MS, LAST_MS)
        started = time.perf_counter()
        _rest(machine)
        opened_ms = (time.perf_counter() - started) * 1_000
        draw = Random(7)
        seeks = [_seek(machine, draw.randrange(FIRST_MS, LAST_MS)) for _ in range(SEEKS)]
        state = machine.state
        assert state is not None
        history = store.history()
        recording = history.recordings()[0]
        seq = history.seq_after(recording.recording_id, machine.moment_ms)
        plain = rebuild_book(history, recording.recording_id, recording.instrument, seq)
        same = (state.book.bids, state.book.asks) == (plain.bids, plain.asks)
        history.close()
        played = _play(machine)
        machine.close()
        table_ms, rows = _table(store)
    worst = sorted(seeks)[int(len(seeks) * 0.95)]
    return [
        Result("time machine: open a trade", opened_ms, "ms"),
        Result(
            "time machine: seek to any moment",
            statistics.median(seeks),
            "ms",
            "≤ 150",
            statistics.median(seeks) <= 150,
            f"95 % within {worst:.0f} ms; the book equals the one rebuilt update by update: {same}",
        ),
        Result(
            "time machine: of 50×, kept up with",
            played.share * 100,
            "%",
            "≥ 99",
            played.share >= 0.99,
            f"99 % of frames within {played.frame_ms:.1f} ms",
        ),
        Result("counterfactuals of one trade", table_ms, "ms", "≤ 1,000", table_ms <= 1_000, f"{rows} rows"),
    ]
