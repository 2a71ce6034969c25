"""A venue is recorded without a screen: what came is stored and marked, what fails is said in one line."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from workstation.errors import PreflightError, UnknownSymbol, VenueUnreachable, VenueUnsupported
from workstation.market.order_book import BookStatus
from workstation.market.rebuild import rebuild_state
from workstation.model.derivatives import MarkPrice
from workstation.record import RecordStatus, RecordSummary, record
from workstation.runtime.clock import SystemClock
from workstation.simulator.server import SimulatorOptions, SimulatorServer
from workstation.store.ticks import open_store

SYMBOLS = ("BTCUSDT", "LPTUSDT")


@pytest.fixture
async def exchange() -> AsyncIterator[SimulatorServer]:
    server = SimulatorServer(SimulatorOptions(seed=5, days=0.1, speed=4, symbols=SYMBOLS))
    await server.start()
    yield server
    await server.stop()


async def recorded(
    url: str,
    data_dir: Path,
    for_s: float | None,
    symbols: tuple[str, ...] = SYMBOLS,
    notes: list[str] | None = None,
    seen: list[RecordStatus] | None = None,
    venue: str = "simulated",
) -> RecordSummary:
    async with asyncio.timeout(30):
        return await record(
            venue,
            symbols,
            data_dir,
            for_s=for_s,
            base_url=url,
            show=([] if seen is None else seen).append,
            note=([] if notes is None else notes).append,
        )


async def test_what_came_is_stored_whole_and_the_recordings_are_complete(
    exchange: SimulatorServer, tmp_path: Path
) -> None:
    seen: list[RecordStatus] = []
    notes: list[str] = []
    summary = await recorded(exchange.url, tmp_path, 2.5, notes=notes, seen=seen)
    assert notes == []
    assert summary.symbols == SYMBOLS
    assert summary.seconds >= 2.5
    assert summary.snapshots >= 2
    assert (summary.sequence_gaps, summary.lost_trades, summary.bad_messages) == (0, 0, 0)
    assert seen[-1].messages > 50
    assert seen[-1].bytes_free > seen[-1].bytes_on_disk > 0
    assert [s.elapsed_s for s in seen] == sorted(s.elapsed_s for s in seen)
    with open_store(tmp_path) as store:
        history = store.history()
        recordings = history.recordings()
        assert [r.instrument.symbol for r in recordings] == list(SYMBOLS)
        assert all(r.complete and r.ended_ms >= r.started_ms for r in recordings)
        counted = [history.row_counts(r.recording_id) for r in recordings]
        assert sum(rows["trades"] for rows in counted) == summary.trades
        assert sum(rows["snapshots"] for rows in counted) == summary.snapshots
        for recording in recordings:
            number = recording.recording_id
            state = rebuild_state(history, number, recording.instrument, 2**62, SystemClock())
            assert (state.book.status, state.book.sequence_gaps) == (BookStatus.LIVE, 0)
            ids = history.trades(number, 0, 2**62)["trade_id"]
            assert np.all(np.diff(ids) == 1)
            marks = history.news(number, MarkPrice)
            assert marks
            assert [m.event_ms for m in marks] == sorted(m.event_ms for m in marks)
        history.close()


async def test_an_interrupt_ends_it_cleanly(exchange: SimulatorServer, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    seen: list[RecordStatus] = []

    class Interrupting(list[RecordStatus]):
        def append(self, status: RecordStatus) -> None:
            super().append(status)
            if status.rows_stored > 2_000 and not seen:
                seen.append(status)
                loop.call_soon(os.kill, os.getpid(), signal.SIGINT)

    summary = await recorded(exchange.url, tmp_path, None, seen=Interrupting())
    assert seen
    assert summary.trades > 0
    with open_store(tmp_path) as store:
        history = store.history()
        assert all(r.complete and r.ended_ms for r in history.recordings())
        history.close()


@pytest.mark.parametrize(
    ("symbols", "venue", "url", "error", "words"),
    [
        (("BTCUSDT", "NOPE"), "simulated", "", UnknownSymbol, r"no symbol 'NOPE'"),
        (SYMBOLS, "simulated", "http://127.0.0.1:1", VenueUnreachable, r"check the network\.$"),
        (SYMBOLS, "nowhere", "", VenueUnsupported, r"no venue 'nowhere'"),
    ],
)
async def test_what_cannot_be_recorded_ends_it_in_one_sentence(
    exchange: SimulatorServer,
    tmp_path: Path,
    symbols: tuple[str, ...],
    venue: str,
    url: str,
    error: type[PreflightError],
    words: str,
) -> None:
    notes: list[str] = []
    with pytest.raises(error, match=words) as refused:
        await recorded(url or exchange.url, tmp_path, 5.0, symbols, notes, venue=venue)
    assert "\n" not in str(refused.value)
    assert notes == []
    open_store(tmp_path).close()  # and the store is free again


async def test_trouble_on_the_way_is_told_and_when_it_is_over(
    exchange: SimulatorServer, tmp_path: Path
) -> None:
    notes: list[str] = []
    recording = asyncio.create_task(recorded(exchange.url, tmp_path, 6.0, notes=notes))
    await asyncio.sleep(3.0)
    await exchange.stop()
    await asyncio.sleep(2.5)
    recording.cancel()
    await asyncio.wait([recording])
    assert any("BTCUSDT: " in note for note in notes), notes
