"""Records a venue without a screen until a time has passed or it is told to end, and sums up what came."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workstation.app import Workstation
from workstation.errors import PreflightError
from workstation.exchange.live_feed import LiveFeed
from workstation.exchange.venues import entry_for
from workstation.model.feed_status import FeedProblem, FeedState, FeedStatus, TradesBackfilled
from workstation.runtime.bus import Fault
from workstation.runtime.ending import AskedToEnd

LOOK_S = 0.25
RETRIED = "; it is tried again by itself."
"""What the feed says of a venue that cannot be reached; before the first data the recording ends instead."""


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """How a recording goes.

    Attributes:
        elapsed_s: since the first data; 0 before.
        messages: received so far; event_rate: in the last second.
        lag_ms: from the socket to the market.
        gaps: holes found in books, all of them mended by a new snapshot; lost_trades: gone for good.
        rows_stored: committed; rows_queued: on their way.
        bytes_on_disk, bytes_free: the store's size and the room on its disk.
        words: what is wrong now; empty while all is well.
    """

    elapsed_s: float
    messages: int
    event_rate: float
    lag_ms: float
    gaps: int
    lost_trades: int
    rows_stored: int
    rows_queued: int
    bytes_on_disk: int
    bytes_free: int
    words: str


class RecordSummary(msgspec.Struct, frozen=True):
    """What a recording holds, over all its symbols.

    Attributes:
        venue, symbols: what was recorded.
        trades, depth_updates, quotes, snapshots: messages by kind.
        sequence_gaps: times an update did not continue the one before; a snapshot mended each.
        fetched_trades: asked for because the stream left them out.
        lost_trades: left out, and the venue would not give them.
        bad_messages: could not be read.
        rows_stored: rows committed, by table.
        seconds: from the first data to the end.
    """

    venue: str
    symbols: tuple[str, ...]
    trades: int
    depth_updates: int
    quotes: int
    snapshots: int
    sequence_gaps: int
    fetched_trades: int
    lost_trades: int
    bad_messages: int
    rows_stored: dict[str, int]
    seconds: float


async def record(
    venue: str,
    symbols: Sequence[str],
    data_dir: Path,
    *,
    for_s: float | None,
    base_url: str | None,
    show: Callable[[RecordStatus], None],
    note: Callable[[str], None],
) -> RecordSummary:
    """Record until `for_s` seconds of data have come, or until SIGINT or SIGTERM; all that came is stored.

    Args:
        venue: key of the venue's entry.
        symbols: in the venue's spelling or ccxt's.
        data_dir: where the store is; made if it is missing.
        for_s: None for no end of its own.
        base_url: where the venue is reached instead of its own address.
        show: called a few times a second.
        note: told in sentences of what goes wrong on the way and when it is well again.

    Raises:
        DataDirectoryError: the store cannot be opened, or takes no more.
        VenueError: the venue or one of the symbols cannot be followed; nothing was recorded.
    """
    entry_for(venue)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    with AskedToEnd() as asked:
        asked.tell(lambda: loop.call_soon_threadsafe(ended.set))
        workstation = Workstation.for_venue(venue, symbols, data_dir, base_url=base_url)
        watch = _Watch(workstation, note)
        try:
            await workstation.start()
            while not ended.is_set() and (for_s is None or watch.elapsed_s < for_s):
                watch.look()
                show(watch.status())
                remaining = LOOK_S if for_s is None else min(LOOK_S, for_s - watch.elapsed_s)
                try:
                    await asyncio.wait_for(ended.wait(), max(0.0, remaining))
                except TimeoutError:
                    continue
        finally:
            await workstation.stop()
    watch.look_at_store()
    return watch.summary()


class _Watch:
    """Watches a recording for what must end it, and counts."""

    def __init__(self, workstation: Workstation, note: Callable[[str], None]) -> None:
        assert workstation.live is not None
        assert workstation.recorder is not None
        self._workstation = workstation
        self._live: LiveFeed = workstation.live
        self._recorder = workstation.recorder
        self._note = note
        self._began: float | None = None
        self._fetched = 0
        self._lost = 0
        self._failed: PreflightError | None = None
        self._noted: dict[str | None, str] = {}
        workstation.bus.subscribe(FeedStatus, self._standing)
        workstation.bus.subscribe(TradesBackfilled, self._repaired)
        workstation.bus.subscribe(Fault, self._fault)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first data."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    def look(self) -> None:
        """Begin to count with the first data.

        Raises:
            PreflightError: the recording cannot begin or go on.
        """
        self.look_at_store()
        if self._failed is not None:
            raise self._failed
        states = self._workstation.market.states.values()
        if self._began is not None:
            return
        if any(state.health.last_data is not None for state in states):
            self._began = time.monotonic()

    def look_at_store(self) -> None:
        """Raises: DataDirectoryError: the store takes no more."""
        if self._recorder.error is not None:
            raise self._recorder.error

    def status(self) -> RecordStatus:
        """How it goes."""
        states = self._workstation.market.states.values()
        health = [state.health for state in states]
        return RecordStatus(
            elapsed_s=self.elapsed_s,
            messages=sum(h.trades + h.quotes + h.depth_updates + h.snapshots for h in health),
            event_rate=sum(h.event_rate for h in health),
            lag_ms=self._live.lag_ms,
            gaps=sum(state.book.sequence_gaps for state in states),
            lost_trades=self._lost,
            rows_stored=sum(self._recorder.rows_stored.values()),
            rows_queued=self._recorder.queued_rows,
            bytes_on_disk=self._recorder.bytes_on_disk(),
            bytes_free=self._recorder.bytes_free(),
            words=" ".join(self._noted.values()),
        )

    def summary(self) -> RecordSummary:
        """What there is in the end."""
        states = self._workstation.market.states.values()
        health = [state.health for state in states]
        return RecordSummary(
            venue=self._live.venue,
            symbols=self._workstation.market.symbols,
            trades=sum(h.trades for h in health),
            depth_updates=sum(h.depth_updates for h in health),
            quotes=sum(h.quotes for h in health),
            snapshots=sum(h.snapshots for h in health),
            sequence_gaps=sum(state.book.sequence_gaps for state in states),
            fetched_trades=self._fetched,
            lost_trades=self._lost,
            bad_messages=self._live.bad_messages,
            rows_stored=self._recorder.rows_stored,
            seconds=round(self.elapsed_s, 1),
        )

    def _standing(self, status: FeedStatus) -> None:
        name = status.symbol or self._live.venue
        if self._began is None:
            # Once data have come the feed goes on trying; before that there is nobody to wait for.
            refused = status.state is FeedState.REFUSED or status.problem is FeedProblem.UNREACHABLE
            error = self._live.error_of(status.symbol) if refused else None
            if error is not None and self._failed is None:
                self._failed = type(error)(str(error).replace(RETRIED, "."))
            return
        if status.words and status.state is not FeedState.CONNECTING:
            if self._noted.get(status.symbol) != status.words:
                self._noted[status.symbol] = status.words
                self._note(f"{name}: {status.words}")
        elif self._noted.pop(status.symbol, None) is not None and status.state is FeedState.LIVE:
            self._note(f"{name}: live again.")

    def _repaired(self, repair: TradesBackfilled) -> None:
        self._fetched += repair.found
        self._lost += repair.lost
        if repair.lost:
            self._note(f"{repair.symbol}: {repair.lost} trades are lost, the venue does not give them again.")

    def _fault(self, fault: Fault) -> None:
        if isinstance(fault.error, PreflightError) and self._began is None:
            self._failed = fault.error
        else:
            self._note(f"{fault.where}: {fault.message}")
