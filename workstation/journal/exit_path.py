"""How price went after an entry: the tape where it is stored, else candles; and what a taker found."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workstation.analytics.book_walk import walk_book
from workstation.errors import BadFigure
from workstation.journal.tape_map import CANDLES_MS, Stretch, frame_words, stretches_of
from workstation.market.depth_grid import MAX_QUIET_MS
from workstation.market.order_book import BID, BookStatus, OrderBook
from workstation.market.rebuild import book_before
from workstation.model.derivatives import MarkPrice
from workstation.ports import MomentHistory

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LEVELS = 64


@dataclass(frozen=True, slots=True)
class Path:
    """Prices in order: single ones, or candles where the tape is not stored.

    Attributes:
        times: (n,) UTC ms; of a candle when it opened.
        opens, lows, highs, closes: (n,) quote per base unit; all the same for a single price.
        frames: (n,) length of the candle in ms; 0 for a single price.
    """

    times: Times
    opens: Floats
    lows: Floats
    highs: Floats
    closes: Floats
    frames: Times

    def __len__(self) -> int:
        return len(self.times)


class Taken(NamedTuple):
    """A part of what a taker was filled with: price, size, and what was read to know it."""

    event_ms: int
    price: Decimal
    size: Decimal
    source: str


@dataclass(slots=True)
class Market:
    """What is stored of a market after an entry; it lives on the thread that reads.

    Attributes:
        history: read on demand for the book.
        trades: every trade, then candles.
        marks: the mark price, then candles; the same as `trades` where none is stored.
        has_marks: whether it is.
        latency_ms: between an order that is sent and what it finds.
    """

    history: MomentHistory
    stretches: tuple[Stretch, ...]
    trades: Path
    marks: Path
    has_marks: bool
    latency_ms: int
    _books: dict[int, OrderBook | None] = field(default_factory=dict)

    @property
    def ends_ms(self) -> int:
        """The last moment of which anything is known."""
        return int(self.trades.times[-1] + self.trades.frames[-1]) if len(self.trades) else 0

    def take(self, sent_ms: int, size: Decimal, side: int, limit: Decimal | None = None) -> list[Taken]:
        """Return what an order finds that takes from the book; nothing where no price is known any more.

        Args:
            sent_ms: when it is sent or triggered; it arrives `latency_ms` later.
            size: positive.
            side: of the levels that it takes: BID to sell, ASK to buy.
            limit: trigger price of a stop: what it is filled at in a candle, which shows no book.
        """
        at_ms = sent_ms + self.latency_ms
        book = self._book(at_ms)
        if book is not None:
            found = _walk(book, side, size)
            if found:
                return [Taken(at_ms, price, part, "book") for price, part in found]
        times, frames = self.trades.times, self.trades.frames
        place = int(np.searchsorted(times, at_ms))
        if place and at_ms < times[place - 1] + frames[place - 1]:
            return [self._in_candle(place - 1, at_ms, size, side, limit)]
        if place == len(times):
            return []
        if frames[place]:
            return [self._in_candle(place, at_ms, size, side, limit)]
        return [Taken(int(times[place]), _exact(self.trades.closes[place]), size, "next trade")]

    def _in_candle(self, place: int, at_ms: int, size: Decimal, side: int, limit: Decimal | None) -> Taken:
        """What a candle says: a stop is filled where it stood, or at the opening if that is worse."""
        opened_ms, frame_ms = int(self.trades.times[place]), int(self.trades.frames[place])
        opened, closed = _exact(self.trades.opens[place]), _exact(self.trades.closes[place])
        if limit is None:
            price = opened if at_ms - opened_ms < frame_ms / 2 else closed
        else:
            price = min(limit, opened) if side == BID else max(limit, opened)
        return Taken(opened_ms if limit is not None else at_ms, price, size, frame_words(frame_ms))

    def _book(self, at_ms: int) -> OrderBook | None:
        """The book at a moment; None where it is not known."""
        if at_ms not in self._books:
            self._books[at_ms] = None
            stretch = next((one for one in self.stretches if one.from_ms <= at_ms < one.to_ms), None)
            if stretch is not None:
                recording = stretch.recording
                seq = self.history.seq_after(recording.recording_id, at_ms)
                book = book_before(self.history, recording.recording_id, recording.instrument, seq)
                if book.status is BookStatus.LIVE and at_ms - book.event_ms <= MAX_QUIET_MS:
                    self._books[at_ms] = book
        return self._books[at_ms]


def market_after(
    history: MomentHistory, venue: str, symbol: str, from_ms: int, to_ms: int, latency_ms: int
) -> Market:
    """Read how price went in from_ms < time < to_ms.

    Raises:
        StoreDamaged: the store cannot be read.
    """
    stretches = stretches_of(history, venue, symbol, from_ms, to_ms)
    tapes = [
        history.tape(one.recording.recording_id, max(one.from_ms, from_ms + 1), one.to_ms)
        for one in stretches
    ]
    candles = _Candles(history, venue, symbol)
    trades = _joined(candles, stretches, tapes, from_ms, to_ms)
    times, (prices,) = history.news_values(MarkPrice, ("mark_price",), venue, symbol, from_ms + 1, to_ms)
    marks = trades
    if len(times):
        parts = [(times >= one.from_ms) & (times < one.to_ms) for one in stretches]
        marks = _joined(candles, stretches, [(times[part], prices[part]) for part in parts], from_ms, to_ms)
    return Market(history, stretches, trades, marks, bool(len(times)), latency_ms)


@dataclass(slots=True)
class _Candles:
    history: MomentHistory
    venue: str
    symbol: str

    def between(self, from_ms: int, to_ms: int) -> list[Path]:
        """Candles of a hole in the tape, the finest that there are at each moment, oldest first."""
        found: list[Path] = []
        at_ms = from_ms
        for frame_ms in CANDLES_MS:
            if to_ms - at_ms < 1:
                break
            rows, _ = self.history.candles(
                self.venue, self.symbol, frame_ms, at_ms // frame_ms * frame_ms, to_ms
            )
            if not len(rows) or int(rows["open_ms"][0]) > at_ms + frame_ms:
                continue  # they begin later: a longer timeframe may know what comes first
            holes = np.flatnonzero(np.diff(rows["open_ms"]) > frame_ms)
            rows = rows[: int(holes[0]) + 1] if len(holes) else rows
            opens, lows = rows["open"].copy(), rows["low"].copy()
            highs, closes = rows["high"].copy(), rows["close"].copy()
            times, frames = rows["open_ms"].copy(), np.full(len(rows), frame_ms, np.int64)
            if times[0] < at_ms:
                # It began before what is asked for: only where it ended is known to be after that.
                opens[0] = lows[0] = highs[0] = closes[0]
                times[0], frames[0] = at_ms, times[0] + frame_ms - at_ms
            found.append(Path(times, opens, lows, highs, closes, frames))
            at_ms = int(times[-1] + frames[-1])
        return found


def _joined(
    candles: _Candles,
    stretches: tuple[Stretch, ...],
    singles: list[tuple[Times, Floats]],
    from_ms: int,
    to_ms: int,
) -> Path:
    """Single prices where they are stored, candles in between."""
    parts: list[Path] = []
    at_ms = from_ms + 1
    for stretch, (times, prices) in zip(stretches, singles, strict=True):
        if stretch.from_ms - at_ms > MAX_QUIET_MS:
            parts += candles.between(at_ms, stretch.from_ms)
        parts.append(Path(times, prices, prices, prices, prices, np.zeros(len(times), np.int64)))
        at_ms = max(at_ms, stretch.to_ms)
    if to_ms - at_ms > MAX_QUIET_MS:
        parts += candles.between(at_ms, to_ms)
    if not parts:
        empty = np.empty(0)
        return Path(np.empty(0, np.int64), empty, empty, empty, empty, np.empty(0, np.int64))
    return Path(
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.opens for part in parts]),
        np.concatenate([part.lows for part in parts]),
        np.concatenate([part.highs for part in parts]),
        np.concatenate([part.closes for part in parts]),
        np.concatenate([part.frames for part in parts]),
    )


def _walk(book: OrderBook, side: int, size: Decimal) -> list[tuple[Decimal, Decimal]]:
    """(price, size) of the levels that an order takes; what is not there is taken at the worst of them."""
    count = _LEVELS
    while True:
        prices, sizes = book.top(side, count)
        levels = [(_exact(price), _exact(there)) for price, there in zip(prices, sizes, strict=True)]
        if not levels:
            return []
        if sum(there for _, there in levels) >= size or len(levels) < count:
            break
        count *= 4
    try:
        walk = walk_book(levels, size)
    except BadFigure:
        return []
    found, left = [], walk.filled
    for price, there in levels[: walk.levels]:
        part = min(there, left)
        found.append((price, part))
        left -= part
    if walk.missing:
        found.append((walk.worst_price, walk.missing))
    return found


def _exact(value: float) -> Decimal:
    """A stored figure as it prints."""
    return Decimal(repr(float(value)))
