"""Binance's USDⓈ-M events as they come live, without an envelope: market data and derivatives alike."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
import numpy as np

from workstation.exchange.batching import BatchBuilder, BookMessage, PriceAndSize
from workstation.exchange.decoding import BadMessage, Id, ManyDecoder, TimeMs
from workstation.exchange.venue_rest import EVERY_OTHER, UNKNOWN_HOURS
from workstation.model.columns import QUOTE, TRADE
from workstation.model.derivatives import DerivativeNews, FundingRate, Liquidation, MarkPrice, Ticker

HOUR_MS = 3_600_000

_MaybeNumber = Annotated[str, msgspec.Meta(pattern=r"^(-?[0-9]{1,24}(\.[0-9]{1,24})?)?$")]
"""A number in a string that Binance may leave empty."""

# Field names are Binance's own. Columns are floats, read from JSON strings; news keep the exact decimals.


class _Depth(msgspec.Struct, gc=False, tag_field="e", tag="depthUpdate"):
    s: str
    E: TimeMs
    U: Id
    u: Id
    b: list[PriceAndSize]
    a: list[PriceAndSize]
    T: TimeMs = 0
    pu: Id = -1


class _Trade(msgspec.Struct, gc=False, tag_field="e", tag="trade"):
    s: str
    T: TimeMs
    t: Id
    p: float
    q: float
    m: bool  # the buyer was the maker: the taker sold


class _AggregateTrade(msgspec.Struct, gc=False, tag_field="e", tag="aggTrade"):
    s: str
    T: TimeMs
    a: Id
    p: float
    q: float
    m: bool


class _Quote(msgspec.Struct, gc=False, tag_field="e", tag="bookTicker"):
    s: str
    u: Id
    b: float
    B: float
    a: float
    A: float
    T: TimeMs = 0


class _Mark(msgspec.Struct, gc=False, tag_field="e", tag="markPriceUpdate"):
    s: str
    E: TimeMs
    p: Decimal
    i: _MaybeNumber = ""
    P: _MaybeNumber = ""
    r: _MaybeNumber = ""
    T: TimeMs = 0  # next funding


class _ForcedOrder(msgspec.Struct, gc=False):
    s: str
    S: Literal["BUY", "SELL"]
    q: Decimal  # ordered
    p: Decimal
    T: TimeMs
    ap: _MaybeNumber = ""  # average price
    z: _MaybeNumber = ""  # filled


class _Liquidation(msgspec.Struct, gc=False, tag_field="e", tag="forceOrder"):
    o: _ForcedOrder


class _Ticker(msgspec.Struct, gc=False, tag_field="e", tag="24hrTicker"):
    s: str
    E: TimeMs
    c: Decimal
    o: Decimal
    h: Decimal
    l: Decimal  # noqa: E741
    v: Decimal
    q: Decimal
    L: Id = -1  # newest trade


_Event = _Depth | _Trade | _AggregateTrade | _Quote | _Mark | _Liquidation | _Ticker
_events = ManyDecoder(_Event)
_Row = tuple[int | float, ...]


class BinanceStreamDecoder:
    """Decodes the events of `/ws` connections into their symbols' builders and a list of news."""

    def __init__(
        self, venue: str, builders: Mapping[str, BatchBuilder], funding_hours: dict[str, float]
    ) -> None:
        """Decode for these symbols; both mappings are read at every message and may grow meanwhile.

        Args:
            venue: the name that news carry.
            builders: by symbol, in the venue's spelling.
            funding_hours: see `VenueRest.funding_hours`; until an interval is known its rate is no news. One
                that the time of the next settlement contradicts is set to `UNKNOWN_HOURS`.
        """
        self._venue = venue
        self._builders = builders
        self._funding_hours = funding_hours
        self._funding: dict[str, tuple[Decimal, int, float]] = {}
        self._settles_ms: dict[str, int] = {}
        self.news: list[DerivativeNews] = []
        """What is not columns, in the order received; whoever takes it clears it."""
        self.skipped: list[tuple[str, int]] = []
        """Symbol and id of trades that are none: Binance numbers some bookings like trades of size 0."""

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[str]
    ) -> list[BadMessage]:
        """See `Decoder.decode`; an event of a symbol that is not followed is a bad message."""
        read, events, unread = _events.decode(payloads)
        bad = [BadMessage(seqs[position], reason) for position, reason in unread.items()]
        trades: defaultdict[str, list[_Row]] = defaultdict(list)
        quotes: defaultdict[str, list[_Row]] = defaultdict(list)
        books: defaultdict[str, list[BookMessage]] = defaultdict(list)
        builders = self._builders
        for position, event in zip(read, events, strict=True):
            seq, received = seqs[position], recv_ns[position]
            symbol = event.o.s if type(event) is _Liquidation else event.s
            if symbol not in builders:
                bad.append(BadMessage(seq, f"no symbol that is followed: {symbol[:40]}"))
            elif type(event) is _Quote:
                quotes[symbol].append((seq, received, event.T, event.u, event.b, event.B, event.a, event.A))
            elif type(event) is _Trade:
                if not event.p or not event.q:
                    self.skipped.append((symbol, event.t))
                    continue
                side = -1 if event.m else 1
                trades[symbol].append((seq, received, event.T, event.t, side, event.p, event.q))
            elif type(event) is _Depth:
                books[symbol].append(
                    BookMessage(
                        seq, received, event.T or event.E, event.U, event.u, event.pu, False, event.b, event.a
                    )
                )
            elif type(event) is _AggregateTrade:
                side = -1 if event.m else 1
                trades[symbol].append((seq, received, event.T, event.a, side, event.p, event.q))
            else:
                self._add_news(event)
        for symbol, rows in trades.items():
            builders[symbol].add_trades(np.array(rows, TRADE))
        for symbol, rows in quotes.items():
            builders[symbol].add_quotes(np.array(rows, QUOTE))
        for symbol, messages in books.items():
            builders[symbol].add_books(messages)
        return bad

    def _add_news(self, event: _Mark | _Liquidation | _Ticker) -> None:
        if type(event) is _Mark:
            self._add_mark(event)
        elif type(event) is _Liquidation:
            order = event.o
            side: Literal["buy", "sell"] = "buy" if order.S == "BUY" else "sell"
            self.news.append(
                Liquidation(
                    self._venue,
                    order.s,
                    order.T,
                    side,
                    _decimal(order.ap) or order.p,
                    _decimal(order.z) or order.q,
                )
            )
        elif type(event) is _Ticker:
            self.news.append(
                Ticker(
                    self._venue,
                    event.s,
                    event.E,
                    event.c,
                    event.o,
                    event.h,
                    event.l,
                    event.v,
                    event.q,
                    event.L,
                )
            )

    def _add_mark(self, event: _Mark) -> None:
        self.news.append(
            MarkPrice(self._venue, event.s, event.E, event.p, _decimal(event.i), _decimal(event.P))
        )
        # Sent every second with the mark price; news only when it has changed. Symbols without funding
        # (delivery contracts) send an empty rate.
        rate = _decimal(event.r)
        hours = self._funding_hours.get(event.s, self._funding_hours.get(EVERY_OTHER))
        before_ms = self._settles_ms.get(event.s)
        self._settles_ms[event.s] = event.T
        if before_ms and event.T and hours and event.T not in (before_ms, before_ms + hours * HOUR_MS):
            # A settlement moved by anything but its interval: nobody says at which interval this rate counts.
            hours = self._funding_hours[event.s] = UNKNOWN_HOURS
        if rate is None or not hours or self._funding.get(event.s) == (rate, event.T, hours):
            return
        self._funding[event.s] = (rate, event.T, hours)
        self.news.append(FundingRate(self._venue, event.s, event.E, rate, hours, event.T))


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
