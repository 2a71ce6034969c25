"""How what was stored is read back: whole stretches, and single moments of a market."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from workstation.model.basis import BasisMinutes
from workstation.model.columns import MarketBatch, Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.feed_history import FeedRecord
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.model.liquidity import BookCoverage, LiquidityMinutes
from workstation.ports.stored import DepthColumns, KeptPart, KnownDepth, Pin, Recording

News = TypeVar("News")


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

    def last_trades(
        self, venue: str, symbol: str, step_ms: int, from_ms: int, to_ms: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Times and prices of the last trade of each step with from_ms ≤ time < to_ms, oldest first."""
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

    def long_short(
        self, venue: str, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[LongShortRatio]:
        """Long/short ratios as the venue told them in from_ms ≤ time < to_ms, oldest first."""
        ...

    def feed_record(self, venue: str, symbol: str, from_ms: int) -> FeedRecord:
        """How a symbol's data arrived in runs that were still listening at `from_ms`."""
        ...

    def basis(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> BasisMinutes:
        """How far a contract's mark stood from its other prices in from_ms ≤ time < to_ms, by the minute."""
        ...

    def news_values(
        self, kind: type, names: Sequence[str], venue: str, symbol: str, from_ms: int, to_ms: int
    ) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.float64]]]:
        """What was heard in from_ms ≤ venue's time < to_ms: the times, rising, and a column for each name.

        Args:
            kind: MarkPrice, FundingRate, OpenInterest or SpotPrice.
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
