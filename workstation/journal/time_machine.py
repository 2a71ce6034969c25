"""Plays a stored market again around a round trip: any moment, any speed, without a network or a feed."""

from collections.abc import Callable
from math import ceil
from typing import cast

import numpy as np

from workstation.journal.placing import PIECE_MS, Piece, Place, news_at, place_at, read_piece
from workstation.journal.stage import CursorClock, Stage
from workstation.journal.tape_map import Gap, TapeMap, frame_words, tape_map
from workstation.market.past_reader import Job, PastReader
from workstation.market.state import Market, MarketReset, SymbolState
from workstation.ports import History, MomentHistory
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0)
BEFORE_MS = 30 * 60_000
AFTER_MS = 4 * 3_600_000
NEAR_MS = 10_000
"""A seek forward within what is in memory is played, not placed anew."""
AHEAD_S = 2.0
"""Seconds of playing that are read ahead."""
LONGEST_FRAME_S = 0.25
"""A window that stood still for longer does not make the market jump."""


class TimeMachine:
    """One market between two moments, with a cursor in it. It lives on one thread, the window's.

    The window calls `refresh` at each frame. Whatever is read is read on the thread of `past_reader`; who
    shows the market reads `market` as if it were live, and hears `MarketReset` on `bus` after a jump.

    Attributes:
        market, bus, clock, past_reader: what panels of the desk read; what is stored of the time after the
            cursor is known to `past_reader`, and it is for them to hide, dim or show it.
        tape: what is stored; None until that is known.
        from_ms, to_ms: the first and last moment that can be gone to, venue's clock.
        moment_ms: the cursor.
        is_playing: it moves.
        speed: market seconds in a second, one of `SPEEDS`.
        notice: why it stands still by itself, one sentence; empty while there is no reason.
        error: why nothing can be read, one sentence; empty while all is well.
    """

    def __init__(
        self,
        reader: Callable[[], MomentHistory],
        clock: Clock,
        venue: str,
        symbol: str,
        from_ms: int,
        to_ms: int,
        *,
        start_ms: int | None = None,
        stage: Stage | None = None,
    ) -> None:
        """Open a market; nothing is read yet.

        Args:
            reader: gives a reader of the store.
            clock: the machine's own.
            from_ms, to_ms: what can be gone to.
            start_ms: where the cursor begins; `from_ms` by default.
            stage: what it is played into; one of its own by default.
        """
        self.venue, self.symbol = venue, symbol
        self.from_ms, self.to_ms = from_ms, to_ms
        if stage is None:
            bus, cursor = Bus(), CursorClock()
            stage = Stage(cursor, bus, Market(bus, cursor))
        self.clock, self.bus, self.market = stage.cursor, stage.bus, stage.market
        self.past_reader = PastReader(reader, clock)
        self.tape: TapeMap | None = None
        self.is_playing = False
        self.speed = 1.0
        self.notice = ""
        self.error = ""
        self.clock.moment_ms = min(max(from_ms if start_ms is None else start_ms, from_ms), to_ms)
        self._place: Place | None = None
        self._wanted: tuple[int, int | None] | None = (self.clock.moment_ms, None)
        self._pieces: dict[tuple[int, int], Piece] = {}
        self._last_s: float | None = None
        self._due_ms = 0.0  # of market time, less than the millisecond that the cursor moves by
        self._step = 0  # of one message, asked for before it was read

    # What the window asks and does.

    @property
    def moment_ms(self) -> int:
        """Where the cursor stands, or is on its way to."""
        return self._wanted[0] if self._wanted is not None else self.clock.moment_ms

    @property
    def state(self) -> SymbolState | None:
        """The market at the cursor; None until it has been read, or where nothing is stored."""
        return None if self._place is None else self._place.state

    @property
    def is_ready(self) -> bool:
        """The market is there as it was at `moment_ms`."""
        return self._place is not None and self._wanted is None

    @property
    def is_waiting(self) -> bool:
        """Something is being read that the cursor needs."""
        return not self.error and (self.tape is None or self._wanted is not None or self._lacks_piece())

    @property
    def gap(self) -> Gap | None:
        """Why the book is not known at the cursor; None where it is."""
        return None if self.tape is None else self.tape.gap_at(self.moment_ms)

    def play(self) -> None:
        """Go on from the cursor; at the end from the beginning, in a gap from its end."""
        if self.tape is not None and self.tape.instrument is None:
            return
        gap = self.gap
        self.notice = ""
        if self.moment_ms >= self.to_ms:
            self.seek(self.from_ms)
        elif gap is not None:
            if gap.to_ms >= self.to_ms:
                self.notice = _words(gap)
                return
            self.seek(gap.to_ms)
        self.is_playing, self._last_s = True, None

    def pause(self) -> None:
        """Stand still."""
        self.is_playing, self._last_s = False, None

    def set_speed(self, speed: float) -> None:
        """Play that many market seconds a second."""
        self.speed = min(max(speed, SPEEDS[0]), SPEEDS[-1])

    def seek(self, moment_ms: int) -> None:
        """Go to a moment; the market is there at one of the next refreshes."""
        moment_ms = min(max(moment_ms, self.from_ms), self.to_ms)
        if self.tape is not None and self.tape.instrument is None:
            self.clock.moment_ms = moment_ms  # nothing can be read there; candles stand for all of it
            return
        self.notice = ""
        if self._wanted is None and self._place is not None and self.tape is not None:
            ahead_ms = moment_ms - self.clock.moment_ms
            if 0 <= ahead_ms <= NEAR_MS and self.tape.gap_at(moment_ms) is None:
                self._advance(moment_ms)
                if self.clock.moment_ms == moment_ms:
                    return
        self._wanted, self._step = (moment_ms, None), 0
        self._last_s = None

    def step(self, step_ms: int) -> None:
        """Go forward by so much market time, back where it is negative."""
        self.seek(self.moment_ms + step_ms)

    def step_candle(self, timeframe_ms: int, direction: int) -> None:
        """Go to the next border of a timeframe, or to the one before."""
        at = self.moment_ms
        border = at // timeframe_ms if direction > 0 else -(-at // timeframe_ms)
        self.seek((border + (1 if direction > 0 else -1)) * timeframe_ms)

    def step_event(self, direction: int) -> None:
        """Let one message happen, or undo the last one."""
        place, piece = self._place, self._piece()
        if place is None or piece is None or self._wanted is not None:
            self._step = direction
            return
        self._step = 0
        index = int(np.searchsorted(piece.seqs, place.seq))
        if direction > 0:
            while piece is not None and index == len(piece.seqs):
                piece, index = self._following(piece), 0
            if piece is not None and piece.times[index] <= self.to_ms:
                self._apply(piece, int(piece.seqs[index]) + 1, int(piece.times[index]))
            return
        while piece is not None and index == 0:
            piece = self._pieces.get((piece.stretch, piece.number - 1))
            index = 0 if piece is None else len(piece.seqs)
        if piece is None:
            self.seek(self.clock.moment_ms - 1)
            return
        if piece.times[index - 1] > self.from_ms:
            before_ms = int(piece.times[index - 2]) if index > 1 else self.from_ms
            self._wanted = (max(before_ms, self.from_ms), int(piece.seqs[index - 1]))

    def _following(self, piece: Piece) -> Piece | None:
        """The next piece; where it is not there yet, its first message is waited for."""
        assert self.tape is not None
        following = self._pieces.get((piece.stretch, piece.number + 1))
        if following is None:
            if (piece.number + 1) * PIECE_MS < self.tape.stretches[piece.stretch].to_ms:
                self._step = 1
            elif piece.stretch + 1 < len(self.tape.stretches):
                self.seek(self.tape.stretches[piece.stretch + 1].from_ms)
        return following

    def refresh(self, now_s: float) -> bool:
        """Take in what was read and let the market move on; whether anything has changed.

        Args:
            now_s: monotonic seconds.
        """
        before = (self._place, self.clock.moment_ms, self.tape, self.notice)
        self.past_reader.follow(self)
        if self._step and self._wanted is None:
            self.step_event(self._step)
        if self.is_playing and self._place is not None and self._wanted is None:
            elapsed_s = 0.0 if self._last_s is None else min(now_s - self._last_s, LONGEST_FRAME_S)
            self._last_s = now_s
            due_ms = self._due_ms + elapsed_s * 1_000 * self.speed
            self._due_ms = due_ms % 1
            self._play_to(min(self.clock.moment_ms + int(due_ms), self.to_ms))
        return before != (self._place, self.clock.moment_ms, self.tape, self.notice)

    def close(self) -> None:
        """End reading and give the store's cursor back."""
        self.past_reader.close()

    # What it lacks, and what was read: `workstation.market.past_reader.Wanting`.

    def jobs(self, now: float) -> list[Job]:
        """What is lacking, the most wanted first."""
        del now
        tape = self.tape
        if tape is None:
            return [("map", self._read_map)]
        jobs: list[Job] = []
        if self._wanted is not None:
            moment_ms, seq = self._wanted
            jobs.append(
                (("place", moment_ms, seq), lambda history: self._read_place(history, moment_ms, seq))
            )
        at_ms = self.moment_ms
        ahead = ceil(self.speed * AHEAD_S * 1_000 / PIECE_MS) + 1
        for number in range(at_ms // PIECE_MS - 1, at_ms // PIECE_MS + ahead + 1):
            for key in self._keys(number):
                if key not in self._pieces:
                    jobs.append((("piece", *key), _piece_job(tape, *key)))
        return jobs

    def put(self, found: object, now: float) -> None:
        """Take in what a job found."""
        del now
        if isinstance(found, TapeMap):
            self.tape = found
            if found.instrument is None:
                self._wanted = None
                self.notice = (
                    "No trades and no book are kept of these moments: they were not recorded here, or are "
                    "older than what is kept."
                )
                if found.frame_ms:
                    words = frame_words(found.frame_ms)
                    self.notice += f" Price is shown by {words}s, with your own fills; nothing can be played."
        elif isinstance(found, Piece):
            self._pieces[found.stretch, found.number] = found
            self._let_go()
        elif isinstance(found, Place):
            self._take(found)

    # Below: moving.

    def _read_map(self, history: History) -> TapeMap:
        return tape_map(_moments(history), self.venue, self.symbol, self.from_ms, self.to_ms + 1)

    def _read_place(self, history: History, moment_ms: int, seq: int | None) -> Place | None:
        assert self.tape is not None
        return place_at(_moments(history), self.tape, moment_ms, self.clock, seq)

    def _take(self, place: Place) -> None:
        if self._wanted is None or place.moment_ms != self._wanted[0]:
            return  # the cursor has gone elsewhere since
        self._wanted = None
        self._place = place
        self.clock.moment_ms = place.moment_ms
        self.market.states[self.symbol] = place.state
        gap = self.gap
        self.notice = "" if gap is None else _words(gap)
        self.bus.publish(MarketReset(self.symbol))

    def _play_to(self, target_ms: int) -> None:
        tape = self.tape
        assert tape is not None
        here = tape.gap_at(self.clock.moment_ms)
        if here is not None:
            self.pause()
            self.notice = _words(here)
            return
        gap = tape.next_gap(self.clock.moment_ms)
        stop_ms = self.to_ms if gap is None else min(gap.from_ms, self.to_ms)
        self._advance(min(target_ms, stop_ms))
        if self.clock.moment_ms < stop_ms:
            return
        self.pause()
        if gap is not None and self.clock.moment_ms >= gap.from_ms:
            self.notice = _words(gap)

    def _advance(self, target_ms: int) -> None:
        """Let everything up to a moment happen, as far as it is in memory."""
        tape, place = self.tape, self._place
        assert tape is not None
        while place is not None and self.clock.moment_ms < target_ms:
            number = self.clock.moment_ms // PIECE_MS
            if place.stretch is None:
                return
            stretch = tape.stretches[place.stretch]
            if self.clock.moment_ms + 1 >= stretch.to_ms:
                # A part ends: the next one begins with the whole book, which is placed anew.
                self._wanted = (min(max(target_ms, stretch.to_ms), self.to_ms), None)
                return
            piece = self._pieces.get((place.stretch, number))
            if piece is None:
                return
            end_ms = min(target_ms, (number + 1) * PIECE_MS - 1, stretch.to_ms - 1)
            self._apply(piece, piece.seq_after(end_ms), end_ms)
            if end_ms < target_ms and end_ms == (number + 1) * PIECE_MS - 1:
                if self._pieces.get((place.stretch, number + 1)) is None:
                    return
                self.clock.moment_ms = end_ms + 1
                following = self._pieces[place.stretch, number + 1]
                self._apply(following, following.seq_after(end_ms + 1), end_ms + 1)
            place = self._place

    def _apply(self, piece: Piece, to_seq: int, moment_ms: int) -> None:
        place = self._place
        assert place is not None
        before_ms, self.clock.moment_ms = self.clock.moment_ms, moment_ms
        batch = piece.between(self.venue, self.symbol, place.seq, to_seq)
        if batch.events:
            place.state.apply(batch)
        self._tell_news(place.state, before_ms, moment_ms)
        place.state.market_ms = moment_ms
        self._place = Place(moment_ms, place.stretch, max(place.seq, to_seq), place.state)

    def _tell_news(self, state: SymbolState, before_ms: int, moment_ms: int) -> None:
        assert self.tape is not None
        for kind, (times, _) in self.tape.news.items():
            first, end = np.searchsorted(times, [before_ms, moment_ms], side="right").tolist()
            for place in range(first, end):
                state.take_news(news_at(self.tape, kind, place))
        for liquidation in self.tape.liquidations:
            if before_ms < liquidation.event_ms <= moment_ms:
                state.take_news(liquidation)

    def _piece(self) -> Piece | None:
        place = self._place
        if place is None or place.stretch is None:
            return None
        return self._pieces.get((place.stretch, self.clock.moment_ms // PIECE_MS))

    def _lacks_piece(self) -> bool:
        return self._place is not None and self._place.stretch is not None and self._piece() is None

    def _keys(self, number: int) -> list[tuple[int, int]]:
        """The pieces of a number: one for each stretch that reaches into it."""
        assert self.tape is not None
        from_ms, to_ms = number * PIECE_MS, (number + 1) * PIECE_MS
        return [
            (place, number)
            for place, stretch in enumerate(self.tape.stretches)
            if stretch.from_ms < to_ms and stretch.to_ms > from_ms
        ]

    def _let_go(self) -> None:
        """Forget the pieces that the cursor is not near any more."""
        at = self.moment_ms // PIECE_MS
        ahead = ceil(SPEEDS[-1] * AHEAD_S * 1_000 / PIECE_MS) + 2
        for key in [key for key in self._pieces if not at - 3 <= key[1] <= at + ahead]:
            del self._pieces[key]


def _piece_job(tape: TapeMap, stretch: int, number: int) -> Callable[[History], object]:
    return lambda history: read_piece(_moments(history), tape, stretch, number)


def _moments(history: History) -> MomentHistory:
    """The reader that this machine was given; `PastReader` knows it as a plain one."""
    return cast(MomentHistory, history)


def _words(gap: Gap) -> str:
    from_text, to_text = (
        np.datetime64(time, "ms").item().strftime("%H:%M:%S") for time in (gap.from_ms, gap.to_ms)
    )
    return f"The book is not known from {from_text} to {to_text} UTC: {gap.words}."
