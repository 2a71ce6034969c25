"""Where ticks and the past of markets are kept, mended, let go of and pinned."""

from collections.abc import Sequence
from typing import Protocol

from workstation.model.columns import MarketBatch, Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.model.instrument import Instrument
from workstation.ports.feed import RecordingNews
from workstation.ports.history import History
from workstation.ports.stored import DepthColumns, KnownDepth, Pin, Recording


class TickStore(Protocol):
    """Where ticks are kept. Writing is asynchronous: rows are safe once `committed_seq` has passed them."""

    def open_recording(self, identity: str, source: str, instrument: Instrument) -> Recording:
        """Start a recording, or take up the one with this identity and instrument where it ended."""
        ...

    def next_part(self, recording: Recording, source: str) -> Recording:
        """Close a recording and go on in a new one, the next part of the same session, without waiting."""
        ...

    def write(
        self,
        recording_id: int,
        batches: Sequence[MarketBatch],
        depth: Sequence[DepthColumns],
        news: Sequence[RecordingNews] = (),
    ) -> None:
        """Queue rows to be committed in one transaction with the newest `last_seq` of `batches`.

        Rows at or before the recording's committed seq are the caller's to leave out.

        Raises:
            StoreFull, DataDirectoryError: an earlier write failed; nothing of this one is kept.
        """
        ...

    def wait_until_below(self, rows: int) -> None:
        """Wait until at most `rows` rows are queued: what keeps a full-speed replay from filling memory."""
        ...

    def end_recording(self, recording_id: int) -> None:
        """Queue the end of a recording that was recorded as long as was asked for."""
        ...

    def finish_recording(self, recording_id: int, *, complete: bool) -> None:
        """Wait until all queued rows are committed and mark how the recording ended."""
        ...

    def put_candles(self, venue: str, symbol: str, timeframe_ms: int, candles: Records, source: int) -> None:
        """Queue rows of CANDLE; one from a source of lower rank never takes the place of a higher one."""
        ...

    @property
    def queued_rows(self) -> int:
        """Rows handed over and not yet committed."""
        ...

    @property
    def committed_rows(self) -> dict[str, int]:
        """Rows committed by this process, by table."""
        ...

    def bytes_on_disk(self) -> int:
        """Size of the store's files."""
        ...

    def bytes_free(self) -> int:
        """Free space on the disk that they are on."""
        ...


class PastStore(Protocol):
    """Where the past of markets is kept, as venues tell it."""

    def put_candles(self, venue: str, symbol: str, timeframe_ms: int, candles: Records, source: int) -> None:
        """Queue rows of CANDLE; one from a source of lower rank never takes the place of a higher one."""
        ...

    def put_funding(self, settlements: Sequence[FundingSettlement]) -> None:
        """Queue settled funding; what is stored already is left as it is."""
        ...

    def put_open_interest(self, period_ms: int, samples: Sequence[OpenInterest]) -> None:
        """Queue samples of open interest; what is stored already is left as it is."""
        ...

    def drop_past_of(self, venue: str) -> None:
        """Delete all of a venue's past, and forget that it was covered."""
        ...

    def put_long_short(self, period_ms: int, samples: Sequence[LongShortRatio]) -> None:
        """Queue long/short ratios; what is stored already is left as it is."""
        ...

    def cover(
        self, venue: str, symbol: str, kind: HistoryKind, timeframe_ms: int, from_ms: int, to_ms: int
    ) -> None:
        """Note that from_ms ≤ time < to_ms of a series is stored and need not be asked for again."""
        ...

    def history(self) -> History:
        """A reader of its own."""
        ...


class KeptStore(TickStore, Protocol):
    """A tick store that can be mended and let go of what is no longer kept, between other writes."""

    @property
    def open_recordings(self) -> frozenset[int]:
        """Recordings that are being written; any other that has not ended was killed."""
        ...

    def end_killed(self, recording_id: int, ended_ms: int) -> None:
        """Note when a recording that was killed ended."""
        ...

    def put_depth_levels(
        self, recording_id: int, levels: Sequence[DepthColumns], known: Sequence[KnownDepth], to_ms: int
    ) -> None:
        """Keep coarser columns of a recording, and its stretches without a gap, up to `to_ms`."""
        ...

    def drop(self, recording_id: int, group: str) -> int:
        """Delete a group of tables' rows of one recording in short steps; return how many."""
        ...

    def drop_past(self, table: str, before_ms: int) -> int:
        """Delete rows of a table of the past that are older than `before_ms`; return how many."""
        ...

    def drop_feed_history(self, before_ms: int) -> int:
        """Delete how data arrived in runs of listening that ended before a moment; return rows."""
        ...

    def checkpoint(self) -> None:
        """Move the log into the file and give deleted rows' space back for new ones."""
        ...

    def history(self) -> History:
        """A reader of its own."""
        ...


class PinStore(Protocol):
    """A store that keeps for ever what is pinned."""

    def pin(self, *pins: Pin) -> None:
        """Keep what lies in stretches of venue time for ever, until `unpin` with the same reason."""
        ...

    def unpin(self, reason: str) -> None:
        """End every pin of this reason."""
        ...
