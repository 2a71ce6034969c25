"""A venue followed live: starts the feed process, takes its frames, starts it again if it dies."""

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import BinaryIO

from workstation.errors import (
    DelistedSymbol,
    FeedProcessFailed,
    UnknownSymbol,
    VenueError,
    VenueRateLimited,
    VenueRefused,
    VenueUnreachable,
    VenueUnsupported,
    WrongVenueAddress,
)
from workstation.exchange.feed_wire import (
    Command,
    FeedNews,
    FetchHistory,
    Frame,
    Open,
    Reconnect,
    RepairBook,
    Stop,
    Subscribe,
    Unsubscribe,
    encode_command,
    read_frame,
)
from workstation.model.columns import MarketBatch
from workstation.model.feed_status import FeedCounters, FeedProblem, FeedState, FeedStatus
from workstation.model.history import HistoryPage
from workstation.model.instrument import Instrument
from workstation.runtime.child_process import end_child, start_child

log = logging.getLogger(__name__)

FEED_COMMAND = (sys.executable, "-m", "workstation.exchange.feed_process")
"""How the feed process is started; a bundled program names itself with a hidden command instead."""

SLICE_S = 0.004
"""Frames that piled up while the desk was busy are taken in pieces of this length, between paintings."""

RESTART_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_ERRORS: dict[FeedProblem, type[VenueError]] = {
    FeedProblem.UNKNOWN_SYMBOL: UnknownSymbol,
    FeedProblem.DELISTED_SYMBOL: DelistedSymbol,
    FeedProblem.UNREACHABLE: VenueUnreachable,
    FeedProblem.WRONG_URL: WrongVenueAddress,
    FeedProblem.NO_PERMISSION: VenueRefused,
    FeedProblem.RATE_LIMITED: VenueRateLimited,
    FeedProblem.UNSUPPORTED: VenueUnsupported,
    FeedProblem.FEED_PROCESS: FeedProcessFailed,
}


class LiveFeed:
    """A `Feed` over a venue, through a process of its own.

    A thread reads the frames as they come, so that the feed process never waits for the desk; the event loop
    takes them in, all that is there at each turn. What the desk has of every symbol is remembered: a feed
    process that is started again goes on counting messages and fetches the trades missed meanwhile.
    """

    def __init__(
        self,
        entry: str,
        symbols: Sequence[str],
        *,
        venue: str | None = None,
        base_url: str | None = None,
        command: Sequence[str] = FEED_COMMAND,
    ) -> None:
        """Prepare to follow a venue; `run` starts it.

        Args:
            entry: key of the venue's entry in `workstation.exchange.venues`.
            symbols: what to follow, in the venue's spelling or ccxt's.
            venue: the name under which it is shown and stored; None for the entry's own.
            base_url: where it is reached instead of its own address.
            command: starts the feed process.
        """
        self.entry = entry
        self.venue = venue or entry
        self.base_url = base_url
        self.identity = f"live {self.venue} {time.time_ns()}"
        """Tells this run's recordings from all others."""
        self.instruments: tuple[Instrument, ...] = ()
        """What is followed; grows when the venue has said what it lists."""
        self.on_instruments: Callable[[Sequence[Instrument]], None] = _ignore
        """Told of symbols that are followed from now on, before their first batch."""
        self.on_news: Callable[[FeedNews], None] = _ignore
        """Told of everything that is not columns, in order with the batches."""
        self.on_history: Callable[[HistoryPage], None] = _ignore
        """Told of the answers to `ask`."""
        self.status = FeedStatus(self.venue, None, FeedState.CONNECTING, "Starting the feed process.")
        self.symbol_status: dict[str, FeedStatus] = {}
        """How each symbol stands, those that cannot be followed among them."""
        self.counters = FeedCounters(self.venue)
        self.lag_ms = 0.0
        """How long the newest message was under way from the socket to the market."""
        self.restarts = 0
        self._command = tuple(command)
        self._symbols = list(dict.fromkeys(symbols))
        self._trade_ids: dict[str, int] = {}
        self._next_seq = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: deque[Frame | None] = deque()
        self._wake_is_due = False
        self._ended = asyncio.Event()
        self._bad_before = 0

    @property
    def bad_messages(self) -> int:
        """Messages that could not be read."""
        return self._bad_before + self.counters.bad_messages

    @property
    def queued_frames(self) -> int:
        """Frames that have arrived and are not taken in."""
        return len(self._frames)

    @property
    def process_id(self) -> int | None:
        """The feed process; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def run(self, publish: Callable[[MarketBatch], None]) -> None:
        """Follow the venue until cancelled; a feed process that dies is started again.

        Raises:
            FeedProcessFailed: it cannot be started at all.
        """
        failures = 0
        while True:
            began = time.monotonic()
            await self._run_once(publish)
            if self.status.problem is FeedProblem.UNSUPPORTED:
                await asyncio.Event().wait()  # it said so and ended: another one would say the same
            if time.monotonic() - began > RESTART_S[-1]:
                failures = 0
            delay = RESTART_S[min(failures, len(RESTART_S) - 1)]
            failures += 1
            self.restarts += 1
            self._tell(
                FeedStatus(
                    self.venue,
                    None,
                    FeedState.DISCONNECTED,
                    f"The feed process ended by itself; it is started again in {delay:g} s.",
                    FeedProblem.FEED_PROCESS,
                )
            )
            self._bad_before += self.counters.bad_messages
            self.counters = FeedCounters(self.venue)
            await asyncio.sleep(delay)

    def follow(self, symbols: Sequence[str]) -> None:
        """Follow these symbols too."""
        self._symbols += [symbol for symbol in symbols if symbol not in self._symbols]
        self._send(Subscribe(tuple(symbols)))

    def unfollow(self, symbols: Sequence[str]) -> None:
        """Follow these symbols no longer."""
        self._symbols = [symbol for symbol in self._symbols if symbol not in symbols]
        self.instruments = tuple(item for item in self.instruments if item.symbol not in symbols)
        for symbol in symbols:
            self.symbol_status.pop(symbol, None)
            self._trade_ids.pop(symbol, None)
        self._send(Unsubscribe(tuple(symbols)))

    def reconnect(self, why: str = "Reconnecting, as asked.") -> None:
        """Make every connection anew."""
        self._send(Reconnect(why))

    def repair_book(self, symbol: str) -> None:
        """Fetch a symbol's whole book anew."""
        self._send(RepairBook(symbol))

    def ask(self, question: FetchHistory) -> bool:
        """Ask for the past of a symbol; False when there is no feed process to ask. `on_history` answers."""
        return self._send(question)

    def error_of(self, symbol: str | None = None) -> VenueError | None:
        """The typed error behind the status of a symbol, or of the venue; None while there is none."""
        status = self.status if symbol is None else self.symbol_status.get(symbol)
        if status is None or status.problem is FeedProblem.NONE:
            return None
        return _ERRORS[status.problem](status.words)

    async def _run_once(self, publish: Callable[[MarketBatch], None]) -> None:
        """Run one feed process to its end."""
        self._ended = asyncio.Event()
        process = self._start()
        try:
            self._send(
                Open(
                    self.entry,
                    self.venue,
                    tuple(self._symbols),
                    self.base_url,
                    self._next_seq,
                    dict(self._trade_ids),
                )
            )
            assert process.stdout is not None
            loop = asyncio.get_running_loop()
            threading.Thread(
                target=self._read,
                args=(process.stdout, loop, publish),
                name=f"Frames of {self.venue}",
                daemon=True,
            ).start()
            await self._ended.wait()
        finally:
            await self._stop(process)

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            self._process = start_child(self._command)
        except OSError as error:
            raise FeedProcessFailed(f"The feed process cannot be started: {error.strerror}.") from None
        return self._process

    async def _stop(self, process: subprocess.Popen[bytes]) -> None:
        """Ask the process to end, wait for it a while, then end it."""
        self._send(Stop())
        self._process = None
        await end_child(process)

    def _send(self, command: Command) -> bool:
        process = self._process
        if process is None or process.stdin is None:
            return False
        try:
            process.stdin.write(encode_command(command))
            process.stdin.flush()
        except (OSError, ValueError):
            log.debug("the feed process is gone: %s was not sent", type(command).__name__)
            return False
        return True

    def _read(
        self,
        pipe: BinaryIO,
        loop: asyncio.AbstractEventLoop,
        publish: Callable[[MarketBatch], None],
    ) -> None:
        """Read frames to the end of the pipe, on a thread of its own."""
        frame: Frame | None = None
        while True:
            try:
                frame = read_frame(pipe)
            except (OSError, ValueError):
                log.exception("a frame of %s cannot be read", self.venue)
                frame = None
            self._frames.append(frame)
            if not self._wake_is_due:
                self._wake_is_due = True
                try:
                    loop.call_soon_threadsafe(self._take, loop, publish)
                except RuntimeError:
                    break  # the desk's loop is closed: nobody is there any more
            if frame is None:
                break
        pipe.close()

    def _take(self, loop: asyncio.AbstractEventLoop, publish: Callable[[MarketBatch], None]) -> None:
        """Take in the frames that have come, for no longer than a slice."""
        self._wake_is_due = False
        deadline = time.perf_counter() + SLICE_S
        while self._frames:
            frame = self._frames.popleft()
            if frame is None:
                self._ended.set()
                return
            try:
                self._take_frame(frame, publish)
            except Exception as error:
                # What cannot be taken in must not keep what follows; the loop shows it to the trader.
                message = f"Data of {self.venue} could not be taken in"
                loop.call_exception_handler({"message": message, "exception": error})
            if time.perf_counter() > deadline and self._frames:
                self._wake_is_due = True
                loop.call_later(0.001, self._take, loop, publish)
                return

    def _take_frame(self, frame: Frame, publish: Callable[[MarketBatch], None]) -> None:
        if frame.instruments:
            known = {item.symbol for item in self.instruments}
            added = tuple(item for item in frame.instruments if item.symbol not in known)
            if added:
                self.instruments += added
                self.on_instruments(added)
        for batch in frame.batches:
            self._next_seq = max(self._next_seq, batch.last_seq + 1)
            if len(batch.trades):
                self._trade_ids[batch.symbol] = int(batch.trades["trade_id"][-1])
            newest_ns = _newest_ns(batch)
            if newest_ns:
                self.lag_ms = (time.time_ns() - newest_ns) / 1e6
            publish(batch)
        for item in frame.news:
            self._tell(item)

    def _tell(self, item: FeedNews) -> None:
        if isinstance(item, FeedStatus):
            if item.symbol is None:
                self.status = item
            else:
                self.symbol_status[item.symbol] = item
        elif isinstance(item, FeedCounters):
            self.counters = item
        elif isinstance(item, HistoryPage):
            self.on_history(item)
            return
        self.on_news(item)


def _ignore(_: object) -> None:
    """Stands for a listener that nobody has set."""


def _newest_ns(batch: MarketBatch) -> int:
    return max(
        int(rows["recv_ns"][-1]) if len(rows) else 0 for rows in (batch.trades, batch.quotes, batch.updates)
    )
