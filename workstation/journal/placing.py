"""Puts a market's state at one past moment together from the store, and cuts what follows into pieces."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from workstation.journal.tape_map import SECOND_MS, Floats, TapeMap, Times
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.order_book import BookStatus
from workstation.market.rebuild import book_before
from workstation.market.state import SymbolState
from workstation.model.columns import BOOK_UPDATE, LEVEL, MarketBatch, Records
from workstation.model.derivatives import FundingRate, MarkPrice, OpenInterest
from workstation.ports import MomentHistory
from workstation.runtime.clock import Clock

PIECE_MS = 10_000
TAIL_MS = 120_000
"""Trades of so long before a moment are there one by one; older ones as seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cursor stands.

    Attributes:
        moment_ms: the venue's clock.
        stretch: number of the stretch; None where nothing is stored.
        seq: the first message that has not happened yet.
        state: the market as it was; None in an answer about a moment of which nothing is stored.
    """

    moment_ms: int
    stretch: int | None
    seq: int
    state: SymbolState


@dataclass(frozen=True, slots=True)
class Piece:
    """What one recording holds of the messages from_seq ≤ seq < to_seq, ready to be applied bit by bit.

    Attributes:
        stretch, number: which piece; it holds what came in number · PIECE_MS and the PIECE_MS after it.
        trades, updates, levels: rows, in order.
        level_ends: (len(updates),) where the levels of each update end.
        seqs, times: every message, and the newest venue time up to it.
    """

    stretch: int
    number: int
    from_seq: int
    to_seq: int
    trades: Records
    updates: Records
    levels: Records
    level_ends: Times
    seqs: Times
    times: Times

    def seq_after(self, moment_ms: int) -> int:
        """The first message later than a moment."""
        place = int(np.searchsorted(self.times, moment_ms, side="right"))
        return int(self.seqs[place]) if place < len(self.seqs) else self.to_seq

    def between(self, venue: str, symbol: str, from_seq: int, to_seq: int) -> MarketBatch:
        """The messages from_seq ≤ seq < to_seq."""
        first, last = np.searchsorted(self.updates["seq"], [from_seq, to_seq]).tolist()
        first_level = int(self.level_ends[first - 1]) if first else 0
        last_level = int(self.level_ends[last - 1]) if last else 0
        first_trade, last_trade = np.searchsorted(self.trades["seq"], [from_seq, to_seq]).tolist()
        return MarketBatch(
            venue,
            symbol,
            trades=self.trades[first_trade:last_trade],
            updates=self.updates[first:last],
            levels=self.levels[first_level:last_level],
            last_seq=to_seq - 1,
        )


def read_piece(history: MomentHistory, tape: TapeMap, stretch: int, number: int) -> Piece:
    """Read one piece of a stretch; runs on the reader's thread."""
    recording_id = tape.stretches[stretch].recording.recording_id
    from_seq = history.seq_after(recording_id, number * PIECE_MS - 1)
    to_seq = history.seq_after(recording_id, (number + 1) * PIECE_MS - 1)
    batches = list(history.book_batches(recording_id, to_seq, from_seq=from_seq))
    updates = np.concatenate([np.empty(0, BOOK_UPDATE), *(batch.updates for batch in batches)])
    levels = np.concatenate([np.empty(0, LEVEL), *(batch.levels for batch in batches)])
    trades = history.trades(recording_id, from_seq, to_seq)
    seqs = np.concatenate((updates["seq"], trades["seq"]))
    times = np.concatenate((updates["event_ms"], trades["event_ms"]))
    order = np.argsort(seqs, kind="stable")
    return Piece(
        stretch,
        number,
        from_seq,
        to_seq,
        trades,
        updates,
        levels,
        np.cumsum(updates["levels"], dtype=np.int64),
        seqs[order],
        np.maximum.accumulate(times[order]),
    )


def place_at(
    history: MomentHistory, tape: TapeMap, moment_ms: int, clock: Clock, seq: int | None = None
) -> Place | None:
    """Return the market as it was at a moment; None where nothing was ever recorded of it.

    Args:
        seq: stand before this message instead of after the last one that is not later than the moment.
    """
    if tape.instrument is None:
        return None
    state = SymbolState(tape.instrument, clock)
    number = tape.stretch_at(moment_ms)
    tail_ms = (moment_ms - TAIL_MS) // SECOND_MS * SECOND_MS
    seconds = tape.seconds
    state.seconds.add_candles(seconds[seconds["open_ms"] < tail_ms])
    at_seq = -1
    for part, stretch in enumerate(tape.stretches):
        if stretch.to_ms <= tail_ms or stretch.from_ms > moment_ms:
            continue
        recording_id = stretch.recording.recording_id
        from_seq = history.seq_after(recording_id, max(tail_ms, stretch.from_ms) - 1)
        to_seq = history.seq_after(recording_id, min(moment_ms, stretch.to_ms - 1))
        if part == number:
            at_seq = to_seq = to_seq if seq is None else seq
        trades = history.trades(recording_id, from_seq, to_seq)
        trades = trades[trades["event_ms"] >= tail_ms]
        if len(trades):
            state.apply(MarketBatch(tape.venue, tape.symbol, trades=trades))
    if number is not None:
        _put_book(history, tape, number, at_seq, moment_ms, state)
    _put_news(tape, moment_ms, state)
    state.market_ms = moment_ms
    _put_ages(state, moment_ms)
    return Place(moment_ms, number, at_seq, state)


def _put_book(
    history: MomentHistory, tape: TapeMap, number: int, seq: int, moment_ms: int, state: SymbolState
) -> None:
    recording = tape.stretches[number].recording
    state.book = book_before(history, recording.recording_id, recording.instrument, seq)
    if state.book.status is not BookStatus.LIVE or not (state.book.bids or state.book.asks):
        return
    bucket_ms = moment_ms // BUCKET_MS * BUCKET_MS
    # The grid goes on with the column that ended just before, so its cells are those that were shown.
    before = history.depth_columns(recording.recording_id, BUCKET_MS, bucket_ms - BUCKET_MS, bucket_ms)
    state.grid = DepthGrid(state.instrument, state.book, continued=before)
    state.grid.advance(moment_ms)
    state.grid.settle()


def _put_news(tape: TapeMap, moment_ms: int, state: SymbolState) -> None:
    series = {
        MarkPrice: state.series.prices,
        FundingRate: state.series.funding,
        OpenInterest: state.series.open_interest,
    }
    for kind, (times, columns) in tape.news.items():
        end = int(np.searchsorted(times, moment_ms, side="right"))
        if not end:
            continue
        kept = series[kind]
        width = len(kept.series(0)[1:]) if kind is OpenInterest else 2
        kept.put_before(times[: end - 1], *(column[: end - 1] for column in columns[:width]))
        state.take_news(news_at(tape, kind, end - 1))
    for liquidation in tape.liquidations:
        if liquidation.event_ms <= moment_ms:
            state.take_news(liquidation)
    state.past.add_funding([settled for settled in tape.funding if settled.settled_ms <= moment_ms])


def _put_ages(state: SymbolState, moment_ms: int) -> None:
    """Data are as old as they were then: the seconds of the cursor's clock are those of the venue."""
    health, trades = state.health, state.trades.rows()
    health.last_book = state.book.event_ms / 1_000 if state.book.event_ms else None
    health.last_trade = float(trades["event_ms"][-1]) / 1_000 if len(trades) else None
    health.last_data = max(
        (at for at in (health.last_book, health.last_trade) if at is not None), default=None
    )
    for kind in health.last_news:
        news = {MarkPrice: state.mark, FundingRate: state.funding, OpenInterest: state.open_interest}.get(
            kind
        )
        health.last_news[kind] = (moment_ms if news is None else news.event_ms) / 1_000


def news_at(tape: TapeMap, kind: type, place: int) -> MarkPrice | FundingRate | OpenInterest:
    """One piece of news as the venue said it."""
    times, columns = tape.news[kind]
    at_ms = int(times[place])
    first, second = (exact(column[place]) for column in columns[:2])
    if kind is MarkPrice:
        assert first is not None
        return MarkPrice(tape.venue, tape.symbol, at_ms, first, second)
    if kind is FundingRate:
        assert first is not None
        next_ms = float(columns[2][place])
        hours = float(columns[1][place])
        return FundingRate(
            tape.venue, tape.symbol, at_ms, first, hours, 0 if np.isnan(next_ms) else int(next_ms)
        )
    assert first is not None
    return OpenInterest(tape.venue, tape.symbol, at_ms, first, second)


def exact(value: float) -> Decimal | None:
    """A stored figure as it prints; None for one that the venue did not say."""
    return None if np.isnan(value) else Decimal(repr(float(value)))


def closes(seconds: Records) -> tuple[Times, Floats]:
    """When each second ended and the price at which it did."""
    return seconds["open_ms"] + SECOND_MS, seconds["close"].astype(np.float64)
