"""The seams of the house on one page: what feeds, stores, histories, venues and the ledger must do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from workstation.model.columns import MarketBatch, Records
from workstation.model.derivatives import DerivativeNews, OpenInterest
from workstation.model.feed_status import TradesBackfilled
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.model.instrument import Instrument
from workstation.model.ledger import LedgerEntry, LedgerRecord
from workstation.model.levels import AlertRule, Level
from workstation.model.liquidity import BookCoverage, LiquidityMinutes
from workstation.model.margin import MarginMode
from workstation.model.orders import ApprovedOrder, Fill, OrderReport
from workstation.model.positions import Balance, FundingPayment, Position, SymbolSetting

RecordingNews = DerivativeNews | TradesBackfilled
"""What is recorded beside columns."""

News = TypeVar("News")


class Feed(Protocol):
    """A source of market data: a recording today, a venue tomorrow."""

    @property
    def instruments(self) -> Sequence[Instrument]:
        """What this feed carries; known before `run`."""
        ...

    async def run(self, publish: Callable[[MarketBatch], None]) -> None:
        """Hand over batches in the order received until the source ends or the task is cancelled."""
        ...


class VenueHistory(Protocol):
    """What a venue tells about the past of one of its symbols.

    Every method asks for from_ms ≤ time < to_ms on the venue's clock, answers oldest first and turns as many
    pages as that takes. An answer may begin later than asked: the venue keeps no more.

    Raises (every method):
        HistoryUnavailable: the venue does not keep this, refuses it, or cannot be reached now.
    """

    async def candles(self, symbol: str, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        """Rows of CANDLE by opening time; the newest may still be open.

        `buy_volume` is nan and `trades` -1 where the venue does not say them. A timeframe that the venue
        does not offer is unavailable: nothing is resampled here.
        """
        ...

    async def funding(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[FundingSettlement]:
        """Funding settled."""
        ...

    async def open_interest(
        self, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[OpenInterest]:
        """Open interest sampled once a period."""
        ...


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


class History(Protocol):
    """Reading back what was stored. Each reader has its own cursor and may live on its own thread."""

    def recordings(self) -> Sequence[Recording]:
        """Every recording, oldest first."""
        ...

    def row_counts(self, recording_id: int) -> dict[str, int]:
        """Rows of a recording by table."""
        ...

    def trades(self, recording_id: int, from_seq: int, to_seq: int) -> Records:
        """Rows of TRADE with from_seq ≤ seq < to_seq, in order."""
        ...

    def quotes(self, recording_id: int, from_seq: int, to_seq: int) -> Records:
        """Rows of QUOTE with from_seq ≤ seq < to_seq, in order."""
        ...

    def book_batches(
        self, recording_id: int, to_seq: int, rows_per_batch: int = 200_000, from_seq: int = 0
    ) -> Iterator[MarketBatch]:
        """Snapshots and depth updates with from_seq ≤ seq < to_seq as batches in the order received."""
        ...

    def depth_columns(
        self, recording_id: int, bucket_ms: int, from_ms: int, to_ms: int
    ) -> DepthColumns | None:
        """Stored depth columns with from_ms ≤ start < to_ms, oldest first; None where there are none."""
        ...

    def last_depth_column(self, recording_id: int, bucket_ms: int) -> DepthColumns | None:
        """The newest stored depth column of a recording, alone; None where there is none."""
        ...

    def depth_series(
        self, recording_id: int, bucket_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[DepthColumns]:
        """Stored depth columns with from_ms ≤ start < to_ms by bin size, each oldest first."""
        ...

    def depth_level(
        self, venue: str, symbol: str, bucket_ms: int, step: int, from_ms: int, to_ms: int
    ) -> Sequence[DepthColumns]:
        """Columns of `step` base buckets with from_ms ≤ start < to_ms, of all recordings of a market.

        They are by recording and bin size, older recordings first, and each oldest first. What has not been
        made coarser yet is made so here, by the same law.
        """
        ...

    def depth_known(self, venue: str, symbol: str, bucket_ms: int) -> Sequence[KnownDepth]:
        """Every stretch of a market's stored depth, oldest recording first."""
        ...

    def uncoarsened_depth(self, bucket_ms: int) -> Sequence[tuple[int, int, int]]:
        """(recording, from_ms, to_ms) of stored base columns that are in no coarser level yet."""
        ...

    def trade_clusters(
        self, venue: str, symbol: str, time_step_ms: int, price_step: float, from_ms: int, to_ms: int
    ) -> npt.NDArray[np.float64]:
        """Stored trades with from_ms ≤ time < to_ms summed by side over a lattice of times and prices.

        Returns:
            (n, 4): means of time (UTC ms) and price weighted by size, taker's side, summed size.
        """
        ...

    def last_received_ns(self, recording_id: int) -> int:
        """Our clock at the newest message stored of a recording; 0 where there is none."""
        ...

    def candles(
        self, venue: str, symbol: str, timeframe_ms: int, from_ms: int, to_ms: int
    ) -> tuple[Records, npt.NDArray[np.int8]]:
        """Stored candles that open in from_ms ≤ time < to_ms, oldest first, and the source of each."""
        ...

    def funding(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> Sequence[FundingSettlement]:
        """Funding settled in from_ms ≤ time < to_ms, oldest first."""
        ...

    def open_interest(
        self, venue: str, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[OpenInterest]:
        """Samples of open interest as the venue told them in from_ms ≤ time < to_ms, oldest first."""
        ...

    def news_values(
        self, kind: type, names: Sequence[str], venue: str, symbol: str, from_ms: int, to_ms: int
    ) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.float64]]]:
        """What was heard in from_ms ≤ venue's time < to_ms: the times, rising, and a column for each name.

        Args:
            kind: MarkPrice, FundingRate or OpenInterest.
            names: attributes of it that are numbers; nan where the venue did not say.
        """
        ...

    def covered(self, venue: str, symbol: str, kind: HistoryKind, timeframe_ms: int) -> list[tuple[int, int]]:
        """Stretches of time of a series that need not be asked for again, oldest first."""
        ...

    def liquidity_span(self, venue: str, symbol: str) -> tuple[int, int]:
        """Times of the oldest and behind the newest stored depth and quotes of a market; 0, 0 of none."""
        ...

    def liquidity(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> LiquidityMinutes:
        """The minutes of a market with from_ms ≤ beginning < to_ms of which anything is known."""
        ...

    def liquidity_day(self, venue: str, symbol: str, day_ms: int, oldest_ms: int) -> LiquidityMinutes:
        """The minutes of a day that is over; read once and kept, with no day before `oldest_ms`."""
        ...

    def book_coverage(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> BookCoverage:
        """How long a market's book was known of the time that it was listened to."""
        ...

    def kept_parts(self) -> Sequence[KeptPart]:
        """What is stored of each recording, by group of tables; takes a moment in a large store."""
        ...

    def past_sizes(self) -> Mapping[str, tuple[int, int]]:
        """Rows and bytes of each table of the past."""
        ...

    def past_time_of_row(self, table: str, row: int) -> int:
        """The time of a row of a table of the past, counted from the oldest, from 0."""
        ...

    def pins(self) -> Sequence[Pin]:
        """Stretches that retention keeps."""
        ...

    def close(self) -> None:
        """Give the reader's cursor back; the store waits for that before it lets go of its file."""
        ...


class MomentHistory(History, Protocol):
    """What brings single moments of a market back, beside what every reader can."""

    def news(self, recording_id: int, kind: type[News]) -> list[News]:
        """Everything of one kind (MarkPrice, FundingRate …) that came, in order."""
        ...

    def event_spans(self, venue: str, symbol: str) -> Sequence[tuple[int, int, int, int, int]]:
        """(recording, first and last venue time of its book, of its trades) by time; 0 where it has none."""
        ...

    def seq_after(self, recording_id: int, moment_ms: int) -> int:
        """The first message of a recording that is later than a moment of the venue's clock."""
        ...

    def book_headers(self, recording_id: int, from_seq: int, to_seq: int) -> Records:
        """Rows of BOOK_UPDATE with from_seq ≤ seq < to_seq, in order, without their levels."""
        ...

    def last_snapshot(self, recording_id: int, to_seq: int) -> int | None:
        """The newest snapshot of a recording with seq < to_seq; None where there is none."""
        ...

    def levels_after(self, recording_id: int, snapshot_seq: int, from_seq: int, to_seq: int) -> Records:
        """Rows of LEVEL, bids first: a snapshot with updates of from_seq ≤ seq < to_seq applied."""
        ...

    def traded_candles(self, recording_id: int, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        """Rows of CANDLE made of a recording's trades with from_ms ≤ time < to_ms."""
        ...

    def tape(
        self, recording_id: int, from_ms: int, to_ms: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Times and prices of a recording's trades with from_ms ≤ time < to_ms, by time."""
        ...

    def tape_extremes(
        self, venue: str, symbol: str, spans: Sequence[tuple[int, int]]
    ) -> npt.NDArray[np.float64]:
        """(n, 4): low, its time, high, its time of the trades in each stretch, its ends included; or nan."""
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


class LevelBook(Protocol):
    """The prices that the trader has named, for whoever watches the market there."""

    @property
    def version(self) -> int:
        """Another after every change of any drawing: what was read at the same version still holds."""
        ...

    def levels(self, venue: str, symbol: str) -> tuple[Level, ...]:
        """The levels of a market, the lowest first; those that are not painted too."""
        ...

    def set_alert(self, venue: str, symbol: str, level_id: str, alert: AlertRule | None) -> None:
        """Watch a level, or do so no longer; one that is gone is passed over."""
        ...


AccountEvent = OrderReport | Fill | FundingPayment | Position | Balance
"""What a venue's account stream tells; any of it may come late, twice, or out of order."""


class TradingVenue(Protocol):
    """Where orders go. One account, one-way position mode.

    Raises (every question): VenueError; what it then says is nothing at all, least of all that an order is
    not there.
    """

    @property
    def venue(self) -> str:
        """The venue as the desk names it, "binance_usdm"."""
        ...

    @property
    def unseen_ms(self) -> int:
        """How long after sending a request may still arrive: an order not found before that is not absent.

        The venue's receive window and what the clocks may differ.
        """
        ...

    async def place(self, order: ApprovedOrder) -> OrderReport:
        """Send an order once and return what the venue says of it.

        Raises:
            OrderRejected: the venue said, with a code that means it, that it did not take the order.
            Exception: anything else: the order may or may not be at the venue.
        """
        ...

    async def cancel(self, symbol: str, client_order_id: str) -> None:
        """Ask the venue to cancel; a report tells when it is cancelled. One that is final is no error."""
        ...

    async def find_order(self, symbol: str, client_order_id: str) -> OrderReport | None:
        """Return what the venue knows of an order among open, conditional and closed ones; None: nothing."""
        ...

    async def open_orders(self) -> Sequence[OrderReport]:
        """Return every order that works, conditional ones too, also those placed elsewhere."""
        ...

    async def fills_since(self, symbol: str, from_ms: int) -> Sequence[Fill]:
        """Return our fills of a symbol with venue time at or after `from_ms`, oldest first, all pages."""
        ...

    async def payments_since(self, from_ms: int) -> Sequence[FundingPayment]:
        """Return funding and insurance paid with venue time at or after `from_ms`, oldest first."""
        ...

    async def positions(self) -> Sequence[Position]:
        """Return what is held; flat symbols may be left out. Of the money only `margin` is the venue's."""
        ...

    async def balances(self) -> Sequence[Balance]:
        """Return the wallet by coin."""
        ...

    async def setting(self, symbol: str) -> SymbolSetting:
        """Return the leverage and margin mode that a symbol is set to."""
        ...

    async def set_up(self, symbol: str, leverage: Decimal, margin_mode: MarginMode) -> None:
        """Set a symbol; that it is so already is success. Read it back with `setting`."""
        ...

    async def run(self, publish: Callable[[AccountEvent], None]) -> None:
        """Hand over what happens in the account until cancelled.

        After a lost connection it begins anew by itself and calls `publish` with every open order again, so
        that nothing is missed; what is said twice is taken once.
        """
        ...


class Ledger(Protocol):
    """The book of record: entries in a chain that is only ever added to."""

    def append(self, *records: LedgerRecord) -> "Future[int]":
        """Write records in one transaction; the future holds the newest seq once they are on the disk.

        A fill or a funding payment that is there already is left out, not written twice.

        Raises (in the future):
            StoreFull, DataDirectoryError: nothing of it was written.
        """
        ...

    def entries(self, *kinds: type, from_seq: int = 1) -> Sequence[LedgerEntry]:
        """Return entries of these kinds (all, if none is named) in the order they were written."""
        ...

    def close(self) -> None:
        """Write what is queued and release the file."""
        ...
