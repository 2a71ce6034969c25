"""What the store says of what it keeps: recordings, stretches of them, their size, and pins."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workstation.model.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Recording:
    """One unbroken stretch of messages from one source, as the store knows it.

    Attributes:
        recording_id: the store's key.
        identity: what makes two runs over the same source the same recording.
        instrument: what was recorded.
        committed_seq: newest message whose rows are committed; -1 when none is.
        complete: the source was read to its end.
        part: a long session is cut into recordings of the same identity, numbered from 0.
        started_ms, ended_ms: our clock; ended_ms is 0 while it is written, and for ever if that was killed.
    """

    recording_id: int
    identity: str
    instrument: Instrument
    committed_seq: int
    complete: bool
    part: int = 0
    started_ms: int = 0
    ended_ms: int = 0


@dataclass(frozen=True, slots=True)
class DepthColumns:
    """Finished columns of a depth grid, ready to store.

    Attributes:
        bucket_ms: width of a column.
        bin_size: height of a cell, quote units.
        start_ms: (n,) int64, venue's time at which each column's bucket opens.
        first_bin: (n,) int64, price bin of each column's lowest cell (its price = first_bin · bin_size).
        gap: (n,) bool, no book was known at the end of this bucket.
        cells: (n, bins) uint16, size codes (`workstation.market.size_code`).
        best: (n, 2) float64, best bid and ask at the end of each bucket; nan where there was none, in a gap,
            and in what was stored before best prices were.
    """

    bucket_ms: int
    bin_size: float
    start_ms: npt.NDArray[np.int64]
    first_bin: npt.NDArray[np.int64]
    gap: npt.NDArray[np.bool_]
    cells: npt.NDArray[np.uint16]
    best: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start_ms)


@dataclass(frozen=True, slots=True)
class KnownDepth:
    """A stretch of stored depth columns without a gap.

    Attributes:
        from_ms, to_ms: half-open stretch of venue time.
        bin_size: height of its cells, quote units.
    """

    from_ms: int
    to_ms: int
    bin_size: float


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One group of tables of one recording.

    Attributes:
        recording_id: the store's key.
        group: what leaves together: "trades", "quotes", "book", "depth" or "news".
        venue, symbol: the instrument.
        started_ms, ended_ms: our clock; ended_ms is 0 where the recording was not closed.
        rows, nbytes: what it holds, and the space that takes in the file.
        event_span: oldest and newest venue time; None where that was not looked up.
    """

    recording_id: int
    group: str
    venue: str
    symbol: str
    started_ms: int
    ended_ms: int
    rows: int
    nbytes: int
    event_span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A stretch of a market that must stay, such as the minutes around a fill.

    Attributes:
        venue, symbol: the market.
        from_ms, to_ms: half-open stretch of venue time.
        reason: what for; a pin ends by its reason.
    """

    venue: str
    symbol: str
    from_ms: int
    to_ms: int
    reason: str
