"""What is stored around a round trip: which recording knows which moment, gaps, seconds and news."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workstation.market.book_chain import runs
from workstation.market.candles import CANDLE
from workstation.market.depth_grid import MAX_QUIET_MS
from workstation.market.sequence import waits_for_snapshots
from workstation.model.columns import Records
from workstation.model.derivatives import FundingRate, Liquidation, MarkPrice, OpenInterest
from workstation.model.history import FundingSettlement
from workstation.model.instrument import Instrument, SequenceRule
from workstation.ports import MomentHistory, Recording

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SECOND_MS = 1_000
CANDLES_MS = (60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000)
"""Candles that stand in for what was not recorded, the finest first."""
AROUND = 40
"""So many of them before and after."""
HEADERS_AT_ONCE = 500_000

NEWS: dict[type, tuple[str, ...]] = {
    MarkPrice: ("mark_price", "index_price"),
    FundingRate: ("rate", "interval_hours", "next_funding_ms"),
    OpenInterest: ("size", "value"),
}
"""What is told as it happens, and the figures of it that are stored."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The moments from_ms ≤ time < to_ms, and the recording that knows them."""

    recording: Recording
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Moments from_ms ≤ time < to_ms at which the book is not known; `words` says why, for a trader."""

    from_ms: int
    to_ms: int
    words: str


@dataclass(frozen=True, slots=True)
class TapeMap:
    """What is stored of a market between two moments of the venue's clock.

    Attributes:
        venue, symbol: the market.
        from_ms, to_ms: what was asked for.
        instrument: None where nothing was recorded.
        stretches: oldest first, never overlapping.
        gaps: of the book within the stretches, and between them.
        seconds: rows of CANDLE of a second, made of the stored trades.
        news: by kind the times, rising, and a column for each of its `NEWS`.
        liquidations: by others, as the venue told them.
        funding: settled.
        candles: rows of CANDLE, read only where nothing was recorded: the finest kept of that time.
        frame_ms: how long each of them is; 0 where there is none.
    """

    venue: str
    symbol: str
    from_ms: int
    to_ms: int
    instrument: Instrument | None
    stretches: tuple[Stretch, ...]
    gaps: tuple[Gap, ...]
    seconds: Records
    news: dict[type, tuple[Times, list[Floats]]]
    liquidations: tuple[Liquidation, ...]
    funding: tuple[FundingSettlement, ...]
    candles: Records
    frame_ms: int

    def stretch_at(self, moment_ms: int) -> int | None:
        """Number of the stretch that knows a moment; None where none does."""
        for number, stretch in enumerate(self.stretches):
            if stretch.from_ms <= moment_ms < stretch.to_ms:
                return number
        return None

    def gap_at(self, moment_ms: int) -> Gap | None:
        """The gap that a moment lies in."""
        return next((gap for gap in self.gaps if gap.from_ms <= moment_ms < gap.to_ms), None)

    def next_gap(self, moment_ms: int) -> Gap | None:
        """The first gap that begins after a moment."""
        return next((gap for gap in self.gaps if gap.from_ms > moment_ms), None)


def tape_map(history: MomentHistory, venue: str, symbol: str, from_ms: int, to_ms: int) -> TapeMap:
    """Look up what is stored of a market in from_ms ≤ time < to_ms.

    Raises:
        StoreDamaged: the store cannot be read.
    """
    stretches = stretches_of(history, venue, symbol, from_ms, to_ms)
    seconds = [
        history.traded_candles(part.recording.recording_id, SECOND_MS, part.from_ms, part.to_ms)
        for part in stretches
    ]
    liquidations = [
        item
        for part in stretches
        for item in history.news(part.recording.recording_id, Liquidation)
        if part.from_ms <= item.event_ms < part.to_ms
    ]
    candles, frame_ms = (
        (np.empty(0, CANDLE), 0) if stretches else _candles(history, venue, symbol, from_ms, to_ms)
    )
    return TapeMap(
        venue,
        symbol,
        from_ms,
        to_ms,
        stretches[0].recording.instrument if stretches else None,
        stretches,
        tuple(_gaps(history, stretches, from_ms, to_ms)),
        np.concatenate(seconds) if seconds else np.empty(0, CANDLE),
        {
            kind: history.news_values(kind, names, venue, symbol, from_ms, to_ms)
            for kind, names in NEWS.items()
        },
        tuple(liquidations),
        tuple(history.funding(venue, symbol, from_ms, to_ms)),
        candles,
        frame_ms,
    )


def _candles(
    history: MomentHistory, venue: str, symbol: str, from_ms: int, to_ms: int
) -> tuple[Records, int]:
    """The finest candles that are kept of a stretch, with some around it for its look, and their length."""
    for frame_ms in CANDLES_MS:
        rows, _ = history.candles(
            venue, symbol, frame_ms, from_ms - AROUND * frame_ms, to_ms + AROUND * frame_ms
        )
        within = (rows["open_ms"] + frame_ms > from_ms) & (rows["open_ms"] < to_ms)
        if int(within.sum()) * frame_ms * 2 >= to_ms - from_ms:
            return rows, frame_ms
    return np.empty(0, CANDLE), 0


def frame_words(frame_ms: int) -> str:
    """Return what a candle is called: "1 h candle"."""
    minutes = frame_ms // 60_000
    if minutes < 60:
        return f"{minutes} min candle"
    hours = minutes // 60
    return f"{hours} h candle" if hours < 24 else f"{hours // 24} d candle"


def stretches_of(
    history: MomentHistory, venue: str, symbol: str, from_ms: int, to_ms: int
) -> tuple[Stretch, ...]:
    """Return which recording answers which moments: where several do, the one that began first."""
    recordings = {recording.recording_id: recording for recording in history.recordings()}
    found: list[Stretch] = []
    known_ms = from_ms
    for recording_id, *times in history.event_spans(venue, symbol):
        book_from, book_to, trades_from, trades_to = times
        first = min(time for time in (book_from, trades_from) if time)
        start, end = max(first, known_ms), min(max(book_to, trades_to) + 1, to_ms)
        if start < end:
            found.append(Stretch(recordings[recording_id], start, end))
            known_ms = end
    if not found:
        return ()
    # Between two parts of a session nothing happened, and nothing is missing.
    starts = [from_ms, *(stretch.to_ms for stretch in found[:-1])]
    ends = [*(stretch.from_ms for stretch in found[1:]), to_ms]
    return tuple(
        Stretch(
            stretch.recording,
            start if number == 0 and stretch.from_ms - start <= MAX_QUIET_MS else stretch.from_ms,
            end if end - stretch.to_ms <= MAX_QUIET_MS else stretch.to_ms,
        )
        for number, (stretch, start, end) in enumerate(zip(found, starts, ends, strict=True))
    )


def _gaps(history: MomentHistory, stretches: Sequence[Stretch], from_ms: int, to_ms: int) -> list[Gap]:
    gaps: list[Gap] = []
    at_ms = from_ms
    for stretch in stretches:
        if stretch.from_ms - at_ms > MAX_QUIET_MS:
            gaps.append(_not_recorded(at_ms, stretch.from_ms))
        gaps += _gaps_within(history, stretch)
        at_ms = stretch.to_ms
    if to_ms - at_ms > MAX_QUIET_MS:
        gaps.append(_not_recorded(at_ms, to_ms))
    return gaps


def _not_recorded(from_ms: int, to_ms: int) -> Gap:
    return Gap(from_ms, to_ms, "nothing was recorded, or it is no longer kept")


def _gaps_within(history: MomentHistory, stretch: Stretch) -> list[Gap]:
    """Where a recording's book is not known, or was quiet for too long to be."""
    recording_id = stretch.recording.recording_id
    rule = stretch.recording.instrument.sequence_rule
    first_seq = history.seq_after(recording_id, stretch.from_ms - 1)
    end_seq = history.seq_after(recording_id, stretch.to_ms - 1)
    newest = history.last_snapshot(recording_id, first_seq)
    from_seq = 0 if newest is None or waits_for_snapshots(rule) else newest
    headers = history.book_headers(recording_id, from_seq, end_seq)
    gaps: list[Gap] = []

    def add(from_ms: int, to_ms: int, words: str) -> None:
        from_ms, to_ms = max(from_ms, stretch.from_ms), min(to_ms, stretch.to_ms)
        if to_ms > from_ms:
            gaps.append(Gap(from_ms, to_ms, words))

    whole = np.flatnonzero(headers["is_snapshot"])
    if not len(whole):
        add(stretch.from_ms, stretch.to_ms, "no order book was recorded, or it is no longer kept")
        return gaps
    times = np.maximum.accumulate(headers["event_ms"])
    begins = int(times[whole[0]]) or stretch.from_ms
    if begins - stretch.from_ms > SECOND_MS:
        add(stretch.from_ms, begins, "the first order book had not come yet")
    # Where each message is the whole book nothing can be missing.
    for run in () if rule is SequenceRule.FULL_SNAPSHOTS else runs(rule, headers):
        if run.broken is not None:
            until_ms = stretch.to_ms if run.ends_ms is None else run.ends_ms
            add(int(run.updates["event_ms"][run.broken]), until_ms, "an update of the order book is missing")
    spans = times[times > 0]
    quiet = np.flatnonzero(np.diff(spans) > MAX_QUIET_MS)
    for place in quiet:
        add(int(spans[place]) + MAX_QUIET_MS, int(spans[place + 1]), "no update of the order book came")
    if len(spans) and stretch.to_ms - int(spans[-1]) > MAX_QUIET_MS:
        add(int(spans[-1]) + MAX_QUIET_MS, stretch.to_ms, "no update of the order book came")
    return sorted(gaps, key=lambda gap: gap.from_ms)
