"""The venues that can be followed live, one entry each: ccxt's name, the streams, how they count.

Nothing here imports ccxt: the desk reads the names for its menu, the feed process does the work.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol

from workstation.errors import VenueUnsupported
from workstation.exchange.batching import BatchBuilder
from workstation.exchange.binance_rest import BinanceRest
from workstation.exchange.binance_stream import BinanceStreamDecoder
from workstation.exchange.binance_transport import BinanceTransport
from workstation.exchange.decoding import BadMessage
from workstation.exchange.past_rest import BinancePast, CcxtPast
from workstation.exchange.venue_rest import VenueRest
from workstation.model.derivatives import DerivativeNews
from workstation.model.instrument import SequenceRule


class Stream(Enum):
    """What can be streamed."""

    TRADES = "trades"
    BOOKS = "order books"
    QUOTES = "best prices"
    MARKS = "mark price and funding"
    LIQUIDATIONS = "liquidations"
    TICKERS = "24 h tickers"


class StreamDecoder(Protocol):
    """A decoder of live messages, which bring more than columns."""

    news: list[DerivativeNews]
    """What is not columns, in the order received; whoever takes it clears it."""
    skipped: list[tuple[str, int]]
    """Symbol and id of trades that are numbered but are none; whoever takes it clears it."""

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[str]
    ) -> list[BadMessage]:
        """See `Decoder.decode`; live messages come as text."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """How ccxt subscribes to a stream.

    Attributes:
        method: of the exchange object.
        one_by_one: it takes one symbol, not a list.
        params: handed on as `params`.
        limit: handed on as `limit` where it is not None.
    """

    method: str
    one_by_one: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class VenueEntry:
    """One venue.

    Attributes:
        key: how it is named in settings, commands and the store.
        title: its name on screen.
        ccxt_id: ccxt's name of it.
        streams: how each stream is subscribed to; those it has not are absent.
        market_data: how raw market data begin; all else is ccxt's to read.
        decoder: makes the decoder from (venue, builders by symbol, funding hours by symbol).
        rest: makes the REST side from (exchange, venue).
        sequence_rule: how its books are chained.
        trade_ids_count: its trade ids are numbers that increase by one.
        snapshots_streamed: books begin with a snapshot on the stream itself; a new subscription repairs one.
        options: ccxt's configuration beyond the usual.
        transport: overrides of ccxt's class, mixed in in front of it; `object` for none.
        wire_symbol: the symbol as messages spell it, from ccxt's market.
        past: makes what reads the past, from (exchange, venue, title).
        missing: what this venue has not, in sentences.
    """

    key: str
    title: str
    ccxt_id: str
    streams: Mapping[Stream, Call]
    market_data: tuple[str, ...]
    decoder: Callable[[str, Mapping[str, BatchBuilder], Mapping[str, float]], StreamDecoder]
    rest: Callable[[Any, str], VenueRest]
    sequence_rule: SequenceRule
    trade_ids_count: bool = False
    snapshots_streamed: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    transport: type = object
    wire_symbol: Callable[[Mapping[str, Any]], str] = lambda market: str(market["id"])
    past: Callable[[Any, str, str], CcxtPast] = CcxtPast
    missing: tuple[str, ...] = ()


BINANCE_USDM = VenueEntry(
    key="binance_usdm",
    title="Binance USDⓈ-M",
    ccxt_id="binanceusdm",
    streams={
        Stream.TRADES: Call("watch_trades_for_symbols", params={"name": "trade"}),
        Stream.BOOKS: Call("watch_order_book_for_symbols"),
        Stream.QUOTES: Call("watch_bids_asks"),
        Stream.MARKS: Call("watch_mark_prices"),
        Stream.LIQUIDATIONS: Call("watch_liquidations_for_symbols"),
        Stream.TICKERS: Call("watch_tickers", params={"name": "ticker"}),
    },
    market_data=('{"e":', '{"stream":'),
    decoder=BinanceStreamDecoder,
    rest=BinanceRest,
    sequence_rule=SequenceRule.BINANCE_FUTURES,
    trade_ids_count=True,
    options={"rateLimiterAlgorithm": "rollingWindow"},
    transport=BinanceTransport,
    past=BinancePast,
)

SIMULATED = replace(BINANCE_USDM, key="simulated", title="Simulated exchange")
"""The exchange of `workstation.simulator`: Binance's protocol, at whatever address it says when it starts."""

VENUES: Mapping[str, VenueEntry] = {entry.key: entry for entry in (SIMULATED, BINANCE_USDM)}
"""The venues whose raw messages we read ourselves, by key."""


def entry_for(key: str) -> VenueEntry:
    """Return the entry of a venue.

    Raises:
        VenueUnsupported: there is none.
    """
    entry = VENUES.get(key)
    if entry is None:
        raise VenueUnsupported(f"There is no venue {key!r}; there are {', '.join(VENUES)}.")
    return entry
