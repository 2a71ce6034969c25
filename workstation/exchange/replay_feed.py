"""Replays a capture: the recorded messages again, at any speed, with pause, step and seek."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from math import inf
from operator import attrgetter
from pathlib import Path

from workstation.errors import BadCapture
from workstation.exchange.batching import BatchBuilder
from workstation.exchange.binance import BinanceDecoder
from workstation.exchange.capture import NOT_A_LINE, CaptureReader, Messages, split_line, split_lines
from workstation.exchange.decoding import BadMessage, Decoder
from workstation.exchange.hyperliquid import HyperliquidDecoder
from workstation.exchange.recognise import recognise
from workstation.model.columns import MarketBatch
from workstation.model.instrument import Instrument

HEAD_LINES = 1_000
FULL_SPEED_LINES = 4_096
MOST_BYTES = 16 * 1024 * 1024
"""Of messages that are read at a time, however few: what is made of them takes many times the room."""

# The desk paints on the same loop: a slice of work stays well under a frame, whatever the speed.
SLICE_S = 0.004
TICK_S = 0.008
SLICE_LINES = 256

SILENCE_S = 5.0
"""A stretch of a recording without any message is called silent from this length on."""

LONGEST_WAIT_S = 1e9  # of recorded time, 31 years: no speed carries the replay beyond it


class ReplayFeed:
    """A `Feed` over a capture file.

    Times are those at which the messages were received. Seeking forward replays what lies between as fast as
    it can; seeking back begins again from the start, after `on_rewind`.
    """

    def __init__(self, path: Path, *, speed: float = 1.0) -> None:
        """Open a capture and read from its head what it holds.

        Args:
            speed: recorded seconds per second; `math.inf` for as fast as possible.

        Raises:
            BadCapture: it does not exist, cannot be read or is not a capture.
        """
        self.path = path
        self._reader = CaptureReader(path)
        try:
            head = self._read_head()
            self.instruments: tuple[Instrument, ...] = self._recognised(head)
        except BadCapture:
            self._reader.close()
            raise
        self.venue = self.instruments[0].venue
        self.start_ns, first_line = next(_messages(head))
        self.identity = hashlib.blake2b(first_line.rstrip(), digest_size=16).hexdigest()
        """Tells recordings apart by their first message: a longer copy of the same one continues it."""
        self.end_ns: int | None = None
        """Receive time of the last message; None until `measure` or a first pass has read the whole file."""
        self.silences: tuple[tuple[int, int], ...] = ()
        """Stretches of receive time (from, to) without any message, as far as `measure` has read."""
        self.position_ns = self.start_ns
        self.bad_lines = 0
        """Lines that could not be read; they are skipped."""
        self.first_bad_line: tuple[int, str] | None = None
        """Number (from 1) and reason of the first of them."""
        self.finished = False
        """The last message has been handed over; a seek back begins again."""
        self.reached_end = False
        """The last message has been handed over and taken at least once."""
        self.paused = False
        self.speed = speed
        self.lag_ms = 0.0
        """How far the replay is behind the time it should have reached."""
        self.on_rewind: Callable[[], None] = lambda: None
        """Called before the first batch of a replay that begins again."""
        self._builders: dict[str, BatchBuilder] = {}
        self._blocks: Iterator[list[bytes]] = iter(())
        self._ahead = Messages()  # read and not yet due, from `_next` on
        self._next = 0
        self._seq = 0  # number of the first line behind them
        self._steps = 0
        self._seek_ns: int | None = None
        self._anchor: tuple[float, int] | None = None
        self._closed = False
        self._begin()

    def batches(self) -> Iterator[list[MarketBatch]]:
        """Yield every batch of the capture, each of up to 4,096 lines, as fast as they are taken."""
        while not self.finished:
            self._read(FULL_SPEED_LINES, until_ns=None, deadline=None)
            yield self._take()
        self.reached_end = True

    @property
    def progress(self) -> float:
        """Share of the file read, 0 … 1."""
        return self._reader.read_bytes / max(1, self._reader.total_bytes)

    @property
    def truncated(self) -> bool:
        """Whether the file ended in the middle, as far as it has been read."""
        return self._reader.truncated

    async def run(self, publish: Callable[[MarketBatch], None]) -> None:
        """Hand over batches in recorded time until cancelled; at the end wait for a seek."""
        self._anchor = None
        while True:
            caught_up = self._advance()
            for batch in self._take():
                publish(batch)
            self.reached_end |= self.finished
            await asyncio.sleep(TICK_S if caught_up else 0)

    @property
    def counts_trades(self) -> bool:
        """Whether its trades have ids without gaps, so that one left out is a trade missing."""
        return self.venue.startswith("binance")

    def set_speed(self, speed: float) -> None:
        """Set recorded seconds per second; `math.inf` for as fast as possible.

        Raises:
            ValueError: the speed is not positive.
        """
        if not speed > 0:
            raise ValueError(f"a speed is positive, not {speed}")
        self.speed = speed
        self._anchor = None

    def pause(self) -> None:
        """Stand still."""
        self.paused = True

    def resume(self) -> None:
        """Go on from where the replay stands."""
        self.paused = False
        self._anchor = None

    def step(self, events: int = 1) -> None:
        """Pause and hand over the next messages.

        Raises:
            ValueError: `events` is not positive.
        """
        if events < 1:
            raise ValueError(f"a step is of at least one message, not {events}")
        self.pause()
        self._steps += events

    def seek(self, recv_ns: int) -> None:
        """Go to a moment: everything received before it has then been handed over."""
        self._seek_ns = max(recv_ns, self.start_ns)
        self._steps = 0

    def measure(self) -> None:
        """Read the whole file once to learn `end_ns` and `silences`; slow, but safe on another thread.

        Ends early when the feed is closed, so that no window waits for it to close.
        """
        reader = CaptureReader(self.path)
        end_ns = self.start_ns
        silences: list[tuple[int, int]] = []
        try:
            for recv_ns, _ in _messages(reader.lines()):
                if recv_ns - end_ns >= SILENCE_S * 1e9:
                    silences.append((end_ns, recv_ns))
                end_ns = max(end_ns, recv_ns)
                if self._closed:
                    return
        finally:
            reader.close()
        self.silences = tuple(silences)
        self.end_ns = end_ns

    def close(self) -> None:
        """Close the file; the replay is over."""
        self._closed = True
        self._reader.close()

    def _read_head(self) -> list[bytes]:
        head: list[bytes] = []
        held_bytes = 0
        for line in islice(self._reader.lines(), HEAD_LINES):
            head.append(line)
            held_bytes += len(line)
            if held_bytes > MOST_BYTES:
                break
        return head

    def _recognised(self, head: list[bytes]) -> tuple[Instrument, ...]:
        if not head:
            why = "is cut off or damaged before its first line ends" if self._reader.truncated else "is empty"
            raise BadCapture(f"{self.path} {why}")
        found = recognise(head)
        if not found.messages:
            raise BadCapture(
                f"{self.path} is not a capture of a market: no line reads '<receive ns> <JSON message>'"
            )
        instruments = found.instruments
        if not instruments:
            raise BadCapture(
                f"{self.path} does not begin with messages of a market that can be replayed: "
                "depth updates, trades or quotes of Binance, books or trades of Hyperliquid"
            )
        venues = sorted({instrument.venue for instrument in instruments})
        if len(venues) > 1:
            raise BadCapture(f"{self.path} mixes venues ({', '.join(venues)}); replay one at a time")
        return instruments

    def _begin(self) -> None:
        self._builders = {
            instrument.symbol: BatchBuilder(self.venue, instrument.symbol) for instrument in self.instruments
        }
        self._decoder: Decoder = (
            HyperliquidDecoder(self._builders)
            if self.venue == "hyperliquid"
            else BinanceDecoder(self._builders)
        )
        self._blocks = self._reader.blocks()
        self._ahead = Messages()
        self._next = 0
        self._seq = 0
        self.bad_lines = 0
        self.first_bad_line = None
        self.finished = False
        self.position_ns = self.start_ns

    def _advance(self) -> bool:
        """Read what is due now; return whether nothing more is due."""
        deadline = time.perf_counter() + SLICE_S
        if self._seek_ns is not None:
            return self._advance_to(self._seek_ns, deadline)
        if self._steps:
            self._steps -= self._read(self._steps, until_ns=None, deadline=deadline)
            if self.finished:
                self._steps = 0
            return not self._steps
        if self.paused or self.finished:
            self.lag_ms = 0.0
            self._anchor = None
            return True
        if self.speed == inf:
            self._read(FULL_SPEED_LINES, until_ns=None, deadline=deadline)
            return False
        now = time.perf_counter()
        if self._anchor is None:
            self._anchor = (now, self.position_ns)
        due_ns = self._anchor[1] + int(min((now - self._anchor[0]) * self.speed, LONGEST_WAIT_S) * 1e9)
        self._read(FULL_SPEED_LINES, until_ns=due_ns, deadline=deadline)
        caught_up = self._has_reached(due_ns)
        self.lag_ms = 0.0 if caught_up else (due_ns - self.position_ns) / 1e6 / self.speed
        if caught_up and not self.finished:
            self.position_ns = due_ns
        return caught_up

    def _advance_to(self, target_ns: int, deadline: float) -> bool:
        if target_ns < self.position_ns:
            self._begin()
            self.on_rewind()
        self._read(FULL_SPEED_LINES, until_ns=target_ns, deadline=deadline)
        if self._has_reached(target_ns):
            self._seek_ns = None
            self._anchor = None
            if not self.finished:
                self.position_ns = target_ns
        return False

    def _has_reached(self, recv_ns: int) -> bool:
        ahead = self._ahead.recv_ns
        return self.finished or (self._next < len(ahead) and ahead[self._next] > recv_ns)

    def _read(self, most: int, *, until_ns: int | None, deadline: float | None) -> int:
        """Decode up to `most` messages received by `until_ns`, fewer if they are huge; return how many.

        With a deadline they are decoded in pieces, and no further piece is begun once it has passed.
        """
        read = read_bytes = 0
        while read < most and not self.finished and not (until_ns and self._has_reached(until_ns)):
            payloads = self._read_piece(
                most - read if deadline is None else min(most - read, SLICE_LINES), until_ns
            )
            read += len(payloads)
            read_bytes += sum(map(len, payloads))
            if read_bytes > MOST_BYTES:
                break
            if deadline is not None and time.perf_counter() > deadline:
                break
        return read

    def _read_piece(self, most: int, until_ns: int | None) -> Sequence[bytes]:
        if self._next == len(self._ahead.seqs):
            self._read_ahead()
        start, ahead = self._next, self._ahead
        end = min(start + most, len(ahead.seqs))
        if until_ns is not None:
            end = next((index for index in range(start, end) if ahead.recv_ns[index] > until_ns), end)
        if end > start:
            recv_ns, payloads = ahead.recv_ns[start:end], ahead.payloads[start:end]
            self._count(self._decoder.decode(ahead.seqs[start:end], recv_ns, payloads))
            self.position_ns = max(self.position_ns, *recv_ns)
            self._next = end
            return payloads
        return ()

    def _read_ahead(self) -> None:
        lines = next(self._blocks, None)
        if lines is None:
            self.finished = True
            self.end_ns = self.position_ns
            return
        self._ahead = split_lines(lines, self._seq)
        self._next = 0
        self._seq += len(lines)
        self._count([BadMessage(seq, NOT_A_LINE) for seq in self._ahead.bad_seqs])

    def _count(self, bad: list[BadMessage]) -> None:
        if bad:
            self.bad_lines += len(bad)
            first = min(bad, key=attrgetter("seq"))
            if self.first_bad_line is None or first.seq + 1 < self.first_bad_line[0]:
                self.first_bad_line = (first.seq + 1, first.reason)

    def _take(self) -> list[MarketBatch]:
        builders = [builder for builder in self._builders.values() if not builder.is_empty]
        batches = [builder.take() for builder in builders]
        for builder in builders:
            self._count(builder.take_rejected())
        return batches


def _messages(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the receive time and the whole line of each that has a time and a message."""
    for line in lines:
        try:
            yield split_line(line)[0], line
        except ValueError:
            continue
