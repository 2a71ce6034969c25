"""The venues that can be followed live, one entry each: ccxt's name, the streams, how they count.

Nothing here imports ccxt: the desk reads the names for its menu, the feed process does the work.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from workstation.errors import VenueUnsupported
from workstation.exchange.batching import BatchBuilder
from workstation.exchange.beside_contract import BesideContract, BinanceBeside, BybitBeside, OkxBeside
from workstation.exchange.binance_rest import BinanceRest
from workstation.exchange.binance_stream import BinanceStreamDecoder
from workstation.exchange.binance_transport import BinanceTransport
from workstation.exchange.bybit import BybitDecoder
from workstation.exchange.decoding import BadMessage
from workstation.exchange.hyperliquid_stream import HyperliquidStreamDecoder
from workstation.exchange.okx import OkxDecoder
from workstation.exchange.past_rest import BinancePast, BybitPast, CcxtPast, OkxPast
from workstation.exchange.unified_rest import UnifiedRest
from workstation.exchange.unified_stream import UnifiedDecoder
from workstation.exchange.venue_rest import VenueRest
from workstation.exchange.venue_streams import Call, Stream
from workstation.model.derivatives import DerivativeNews
from workstation.model.instrument import SequenceRule


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
class VenueEntry:
    """One venue.

    Attributes:
        key: how it is named in settings, commands and the store.
        title: its name on screen.
        ccxt_id: ccxt's name of it.
        streams: how each stream is subscribed to; those it has not are absent.
        market_data: how raw market data begin; all else is ccxt's to read.
        decoder: makes the decoder from (venue, builders by symbol, funding hours by symbol); hours that its
            messages contradict it marks as unknown there.
        rest: makes the REST side from (exchange, venue).
        sequence_rule: how its books are chained.
        trade_ids_count: its trade ids are numbers that increase by one.
        snapshots_streamed: books begin with a snapshot on the stream itself; a new subscription repairs one.
        options: ccxt's configuration beyond the usual.
        transport: overrides of ccxt's class, mixed in in front of it; `object` for none.
        wire_symbol: the symbol as messages spell it, from ccxt's market.
        past: makes what reads the past, from (exchange, venue, title).
        beside: makes what knows spot and dated futures, from (exchange, venue); None where nothing does.
        missing: what this venue has not, in sentences.
    """

    key: str
    title: str
    ccxt_id: str
    streams: Mapping[Stream, Call]
    market_data: tuple[str, ...]
    decoder: Callable[[str, Mapping[str, BatchBuilder], dict[str, float]], StreamDecoder]
    rest: Callable[[Any, str], VenueRest]
    sequence_rule: SequenceRule
    trade_ids_count: bool = False
    snapshots_streamed: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    transport: type = object
    wire_symbol: Callable[[Mapping[str, Any]], str] = lambda market: str(market["id"])
    past: Callable[[Any, str, str], CcxtPast] = CcxtPast
    beside: Callable[[Any, str], BesideContract] | None = None
    missing: tuple[str, ...] = ()


BINANCE_USDM = VenueEntry(
    key="binance_usdm",
    title="Binance USDⓈ-M",
    ccxt_id="binanceusdm",
    streams={
        Stream.TRADES: Call("watch_trades_for_symbols", params={"name": "trade"}),
        Stream.BOOKS: Call("watch_order_book_for_symbols"),
        Stream.QUOTES: Call("watch_bids_asks"),
        Stream.MARKS: Call("watch_mark_prices", every_s=1.0),
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
    beside=BinanceBeside,
)

BYBIT = VenueEntry(
    key="bybit",
    title="Bybit",
    ccxt_id="bybit",
    streams={
        Stream.TRADES: Call("watch_trades_for_symbols"),
        Stream.BOOKS: Call("watch_order_book_for_symbols", limit=200, most=1),
        Stream.QUOTES: Call("watch_bids_asks"),
        Stream.TICKERS: Call("watch_tickers"),
        Stream.LIQUIDATIONS: Call("watch_liquidations", one_by_one=True),
    },
    market_data=('{"topic":',),
    decoder=BybitDecoder,
    # Its ticker brings mark price, funding and open interest too.
    rest=partial(UnifiedRest, open_interest=False, funding=False),
    sequence_rule=SequenceRule.PREVIOUS_ID,
    snapshots_streamed=True,
    options={"options": {"defaultType": "swap", "fetchMarkets": {"types": ["linear"]}}},
    past=BybitPast,
    beside=BybitBeside,
    missing=("Trades missed while disconnected are not filled in: their ids do not count.",),
)

OKX = VenueEntry(
    key="okx",
    title="OKX",
    ccxt_id="okx",
    streams={
        Stream.TRADES: Call("watch_trades_for_symbols"),
        Stream.BOOKS: Call("watch_order_book_for_symbols", most=1),
        Stream.QUOTES: Call("watch_bids_asks"),
        Stream.MARKS: Call("watch_mark_prices"),
        Stream.FUNDING: Call("watch_funding_rates"),
        Stream.TICKERS: Call("watch_tickers"),
        Stream.LIQUIDATIONS: Call("watch_liquidations_for_symbols"),
    },
    market_data=('{"arg":',),
    decoder=OkxDecoder,
    rest=partial(UnifiedRest, funding=False),
    sequence_rule=SequenceRule.PREVIOUS_ID,
    snapshots_streamed=True,
    options={"options": {"defaultType": "swap", "fetchMarkets": {"types": ["swap", "future"]}}},
    past=OkxPast,
    beside=OkxBeside,
    missing=("Trades missed while disconnected are not filled in.", "The index price is not followed."),
)

HYPERLIQUID = VenueEntry(
    key="hyperliquid",
    title="Hyperliquid",
    ccxt_id="hyperliquid",
    streams={
        Stream.TRADES: Call("watch_trades", one_by_one=True),
        Stream.BOOKS: Call("watch_order_book", one_by_one=True),
        Stream.MARKS: Call("watch_ticker", one_by_one=True),
    },
    market_data=('{"channel":"l2Book"', '{"channel":"trades"', '{"channel":"activeAssetCtx"'),
    decoder=HyperliquidStreamDecoder,
    rest=partial(UnifiedRest, open_interest=False, funding=False),
    sequence_rule=SequenceRule.FULL_SNAPSHOTS,
    snapshots_streamed=True,
    wire_symbol=lambda market: str(market.get("baseName") or market["base"]),
    missing=(
        "Best prices come with the book, liquidations and 24 h figures not at all.",
        "Spot, dated futures and a long/short ratio are not followed.",
        "Trades missed while disconnected are not filled in: their ids do not count.",
    ),
)

_UNIFIED_STREAMS: Mapping[Stream, Call] = {
    Stream.TRADES: Call("watch_trades", one_by_one=True),
    Stream.BOOKS: Call("watch_order_book", one_by_one=True),
    Stream.QUOTES: Call("watch_bids_asks"),
    Stream.MARKS: Call("watch_mark_price", one_by_one=True),
    Stream.TICKERS: Call("watch_ticker", one_by_one=True),
    Stream.LIQUIDATIONS: Call("watch_liquidations", one_by_one=True),
}
"""What ccxt's own parsing is asked for; those that it has not for a venue are left out and said."""

UNIFIED = "ccxt:"
"""Before the name that ccxt has for a venue: follow it through ccxt's own parsing."""

SIMULATED = replace(
    BINANCE_USDM,
    key="simulated",
    title="Simulated exchange",
    # Its demo key: with a key old trades can be asked for by their ids.
    options={**BINANCE_USDM.options, "apiKey": "preflight-demo-key"},
)
"""The exchange of `workstation.simulator`: Binance's protocol, at whatever address it says when it starts."""

VENUES: Mapping[str, VenueEntry] = {
    entry.key: entry for entry in (SIMULATED, BINANCE_USDM, BYBIT, OKX, HYPERLIQUID)
}
"""The venues whose raw messages we read ourselves, by key."""


def entry_for(key: str) -> VenueEntry:
    """Return the entry of a venue.

    Raises:
        VenueUnsupported: there is none.
    """
    if key.startswith(UNIFIED):
        return _unified(key)
    entry = VENUES.get(key)
    if entry is None:
        raise VenueUnsupported(f"There is no venue {key!r}; there are {', '.join(VENUES)}.")
    return entry


def _unified(key: str) -> VenueEntry:
    name = key.removeprefix(UNIFIED)
    return VenueEntry(
        key=key,
        title=name,
        ccxt_id=name,
        streams=_UNIFIED_STREAMS,
        market_data=(),
        decoder=UnifiedDecoder,
        rest=UnifiedRest,
        sequence_rule=SequenceRule.FULL_SNAPSHOTS,
        snapshots_streamed=True,
        missing=(
            "ccxt reads its messages: books come whole and ten times a second at most, and nothing that is "
            "missing is noticed.",
        ),
    )
