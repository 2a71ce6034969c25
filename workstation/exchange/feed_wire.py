"""What desk and feed process say to one another: commands one way, frames of columns and news the other.

A frame is its length, the length of its head, the head in MessagePack and the bytes of its columns as numpy
holds them: what the decoder wrote in one process is what the market reads in the other, without a loop over
rows on either side.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec
import numpy as np

from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records
from workstation.model.derivatives import (
    DatedPrice,
    DerivativeNews,
    FundingRate,
    Liquidation,
    LongShortRatio,
    MarkPrice,
    OpenInterest,
    SpotPrice,
    Ticker,
)
from workstation.model.feed_status import (
    ClockSkew,
    FeedCounters,
    FeedStatus,
    TradesBackfilled,
    VenueBoard,
    VenueListing,
)
from workstation.model.history import HistoryKind, HistoryPage
from workstation.model.instrument import Instrument

MOST_FRAME_BYTES = 1 << 30
_LENGTHS = struct.Struct("<II")
_COMMAND_LENGTH = struct.Struct("<I")

FeedNews = (
    DerivativeNews
    | FeedStatus
    | TradesBackfilled
    | HistoryPage
    | VenueListing
    | VenueBoard
    | ClockSkew
    | FeedCounters
)
"""All that a frame brings beside columns and instruments."""


class Open(msgspec.Struct, frozen=True, tag=True):
    """Begin to follow a venue: the first command, sent once.

    Attributes:
        entry: key of the venue's entry in `workstation.exchange.venues`, or `ccxt:<id>` for any other.
        venue: the name that instruments, batches and news carry.
        symbols: what to follow, in the venue's spelling or ccxt's.
        base_url: where the venue is reached instead of its own address, "http://127.0.0.1:8080".
        first_seq: number of the first message: a feed that is restarted goes on counting.
        trade_ids: newest trade id the desk has of each symbol: what is missing since is fetched.
    """

    entry: str
    venue: str
    symbols: tuple[str, ...]
    base_url: str | None = None
    first_seq: int = 0
    trade_ids: dict[str, int] = {}


class Subscribe(msgspec.Struct, frozen=True, tag=True):
    """Follow these symbols too."""

    symbols: tuple[str, ...]


class Unsubscribe(msgspec.Struct, frozen=True, tag=True):
    """Follow these symbols no longer."""

    symbols: tuple[str, ...]


class Reconnect(msgspec.Struct, frozen=True, tag=True):
    """Make every connection anew.

    Attributes:
        why: one sentence, shown while it lasts.
    """

    why: str


class RepairBook(msgspec.Struct, frozen=True, tag=True):
    """Fetch a symbol's whole book anew."""

    symbol: str


class FetchHistory(msgspec.Struct, frozen=True, tag=True):
    """Ask for the past of a symbol; a `HistoryPage` with this id answers.

    Attributes:
        request_id: tells answers apart.
        symbol: in the venue's spelling.
        kind: what is asked.
        timeframe_ms: of candles, or the period of samples; 0 for funding.
        from_ms, to_ms: half-open stretch of the venue's time.
    """

    request_id: int
    symbol: str
    kind: HistoryKind
    timeframe_ms: int
    from_ms: int
    to_ms: int


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Close every connection and end. The end of the command pipe says the same."""


Command = Open | Subscribe | Unsubscribe | Reconnect | RepairBook | FetchHistory | Stop


class _BatchHead(msgspec.Struct, frozen=True, array_like=True, gc=False):
    symbol: str
    trades: int
    quotes: int
    updates: int
    levels: int
    last_seq: int


class _Head(msgspec.Struct, frozen=True, omit_defaults=True):
    venue: str
    batches: Sequence[_BatchHead] = ()
    instruments: Sequence[Instrument] = ()
    marks: Sequence[MarkPrice] = ()
    funding: Sequence[FundingRate] = ()
    open_interest: Sequence[OpenInterest] = ()
    liquidations: Sequence[Liquidation] = ()
    tickers: Sequence[Ticker] = ()
    spots: Sequence[SpotPrice] = ()
    long_short: Sequence[LongShortRatio] = ()
    dated: Sequence[DatedPrice] = ()
    backfilled: Sequence[TradesBackfilled] = ()
    history: Sequence[HistoryPage] = ()
    listing: Sequence[VenueListing] = ()
    boards: Sequence[VenueBoard] = ()
    status: Sequence[FeedStatus] = ()
    skew: Sequence[ClockSkew] = ()
    counters: Sequence[FeedCounters] = ()


_LIST_OF_NEWS: dict[type, str] = {
    MarkPrice: "marks",
    FundingRate: "funding",
    OpenInterest: "open_interest",
    Liquidation: "liquidations",
    Ticker: "tickers",
    SpotPrice: "spots",
    LongShortRatio: "long_short",
    DatedPrice: "dated",
    TradesBackfilled: "backfilled",
    HistoryPage: "history",
    VenueListing: "listing",
    VenueBoard: "boards",
    FeedStatus: "status",
    ClockSkew: "skew",
    FeedCounters: "counters",
}
_encode_head = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(_Head).decode
_encode_command = msgspec.msgpack.Encoder().encode
_decode_command = msgspec.msgpack.Decoder(Command).decode


@dataclass(frozen=True, slots=True)
class Frame:
    """What happened on a venue since the frame before.

    Attributes:
        venue: the name the desk gave it.
        batches: columns, one batch a symbol.
        news: all else, each kind in the order it came.
        instruments: symbols that are followed from now on.
    """

    venue: str
    batches: Sequence[MarketBatch] = ()
    news: Sequence[FeedNews] = ()
    instruments: Sequence[Instrument] = field(default=())


def encode_frame(frame: Frame) -> bytes:
    """Return a frame as it goes through the pipe, its lengths included."""
    lists: dict[str, list[Any]] = {}
    for item in frame.news:
        lists.setdefault(_LIST_OF_NEWS[type(item)], []).append(item)
    heads = []
    columns: list[bytes] = []
    for batch in frame.batches:
        parts = (batch.trades, batch.quotes, batch.updates, batch.levels)
        trades, quotes, updates, levels = map(len, parts)
        heads.append(_BatchHead(batch.symbol, trades, quotes, updates, levels, batch.last_seq))
        columns += [part.tobytes() for part in parts if len(part)]
    head = _encode_head(_Head(frame.venue, heads, frame.instruments, **lists))
    body = b"".join(columns)
    return b"".join((_LENGTHS.pack(len(head) + len(body), len(head)), head, body))


def decode_frame(content: bytes, head_bytes: int) -> Frame:
    """Return the frame in `content`, whose columns are views of it.

    Raises:
        ValueError: it is no frame.
    """
    head = _decode_head(content[:head_bytes])
    offset = head_bytes
    batches: list[MarketBatch] = []
    for of_symbol in head.batches:
        trades, offset = _column(content, TRADE, of_symbol.trades, offset)
        quotes, offset = _column(content, QUOTE, of_symbol.quotes, offset)
        updates, offset = _column(content, BOOK_UPDATE, of_symbol.updates, offset)
        levels, offset = _column(content, LEVEL, of_symbol.levels, offset)
        batches.append(
            MarketBatch(head.venue, of_symbol.symbol, trades, quotes, updates, levels, of_symbol.last_seq)
        )
    news: list[FeedNews] = [
        *head.status,
        *head.marks,
        *head.funding,
        *head.open_interest,
        *head.liquidations,
        *head.tickers,
        *head.spots,
        *head.long_short,
        *head.dated,
        *head.backfilled,
        *head.history,
        *head.listing,
        *head.boards,
        *head.skew,
        *head.counters,
    ]
    return Frame(head.venue, batches, news, head.instruments)


def _column(content: bytes, dtype: np.dtype[Any], rows: int, offset: int) -> tuple[Records, int]:
    """Return a column that begins at `offset`, and where the next one begins."""
    column = np.frombuffer(content, dtype, rows, offset) if rows else np.empty(0, dtype)
    return column, offset + rows * dtype.itemsize


def read_frame(pipe: BinaryIO) -> Frame | None:
    """Wait for the next frame; None when the other side has ended, be it in the middle of one.

    Raises:
        ValueError: what comes is no frame.
    """
    lengths = pipe.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    frame_bytes, head_bytes = _LENGTHS.unpack(lengths)
    if not head_bytes <= frame_bytes <= MOST_FRAME_BYTES:
        raise ValueError(f"no frame is {frame_bytes} bytes long with a head of {head_bytes}")
    content = pipe.read(frame_bytes)
    if len(content) < frame_bytes:
        return None
    return decode_frame(content, head_bytes)


def encode_command(command: Command) -> bytes:
    """Return a command as it goes through the pipe, its length included."""
    content = _encode_command(command)
    return _COMMAND_LENGTH.pack(len(content)) + content


def read_command(pipe: BinaryIO) -> Command | None:
    """Wait for the next command; None when the desk has ended or closed the pipe.

    Raises:
        ValueError: what comes is no command.
    """
    length = pipe.read(_COMMAND_LENGTH.size)
    if len(length) < _COMMAND_LENGTH.size:
        return None
    content = pipe.read(*_COMMAND_LENGTH.unpack(length))
    return _decode_command(content) if content else None
