"""A stored market of a test's own making: a book, a tape, marks and candles in a real store."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from workstation.market.candle_merge import CandleSource
from workstation.market.candles import CANDLE
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE, MarketBatch
from workstation.model.derivatives import MarkPrice
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.model.journal import Direction, RoundTrip, TripFill
from workstation.model.orders import Bracket, Fill, OrderIntent, OrderKind, Purpose, Side, Target
from workstation.store.ticks import DuckTickStore

D = Decimal
VENUE, SYMBOL = "binance_usdm", "BTCUSDT"
START_MS = 1_700_000_000_000
Level = tuple[int, float, float]


def instrument(
    rule: SequenceRule = SequenceRule.PREVIOUS_ID, kind: ContractKind = ContractKind.LINEAR
) -> Instrument:
    """A contract with steps of 0.1 and 0.001."""
    return Instrument(VENUE, SYMBOL, kind, D("0.1"), D("0.001"), D(1), "BTC", "USDT", rule)


@dataclass
class StoredMarket:
    """Writes one recording, message by message."""

    store: DuckTickStore
    of: Instrument = field(default_factory=instrument)
    name: str = "a market"

    def __post_init__(self) -> None:
        self.recording = self.store.open_recording(self.name, "made up", self.of)
        self._seq = 0
        self._id = 100
        self._batches: list[MarketBatch] = []
        self._news: list[MarkPrice] = []

    def trade(self, at_ms: int, price: float, size: float = 1.0, side: int = 1) -> None:
        """One print."""
        row = np.array([(self._seq, at_ms * 1_000_000, at_ms, self._seq + 1, side, price, size)], TRADE)
        self._add(trades=row)

    def book(
        self,
        at_ms: int,
        levels: Sequence[Level],
        *,
        whole: bool = False,
        ids: tuple[int, int, int] | None = None,
    ) -> None:
        """A snapshot or an update; bids come first. Its ids continue the one before unless they are given."""
        levels = sorted(levels, key=lambda level: -level[0])
        first, last, previous = ids or (self._id + 1, self._id + 1, self._id)
        self._id = last
        row = (self._seq, at_ms * 1_000_000, at_ms, first, last, previous, len(levels), whole)
        self._add(updates=np.array([row], BOOK_UPDATE), levels=np.array(levels, LEVEL))

    def mark(self, at_ms: int, price: str) -> None:
        """A mark price."""
        self._news.append(MarkPrice(VENUE, SYMBOL, at_ms, D(price)))

    def done(self) -> int:
        """Commit everything; return the recording's id."""
        self.store.write(self.recording.recording_id, self._batches, [], self._news)
        self.store.finish_recording(self.recording.recording_id, complete=True)
        return self.recording.recording_id

    def _add(self, **columns: np.ndarray) -> None:
        self._batches.append(MarketBatch(VENUE, SYMBOL, last_seq=self._seq, **columns))
        self._seq += 1


def candles(
    store: DuckTickStore, frame_ms: int, rows: Sequence[tuple[int, float, float, float, float]]
) -> None:
    """Store candles: (opening time, open, high, low, close)."""
    made = np.array([(*row, 1.0, 0.5, 1) for row in rows], CANDLE)
    store.put_candles(VENUE, SYMBOL, frame_ms, made, int(CandleSource.VENUE))
    store.wait_until_below(0)


def fill(
    number: int, side: Side, price: str, size: str, at_ms: int, fee: str = "0", *, maker: bool = False
) -> Fill:
    """A fill of ours."""
    return Fill(
        VENUE,
        SYMBOL,
        number,
        f"c{number}",
        f"v{number}",
        side,
        D(price),
        D(size),
        D(fee),
        "USDT",
        maker,
        at_ms,
    )


def round_trip(
    fills: Sequence[Fill],
    *,
    stop: str | None = None,
    targets: Sequence[tuple[str, str]] = (),
    kind: ContractKind = ContractKind.LINEAR,
    trip_id: str = "a trip",
) -> RoundTrip:
    """A closed trade out of fills of one entry side, opened at one price."""
    opening = fills[0].side
    sign = opening.sign
    entry = fills[0].price
    parts = []
    for one in fills:
        opens = one.side is opening
        worth = (one.price - entry) if kind is ContractKind.LINEAR else (1 / entry - 1 / one.price)
        parts.append(TripFill(one, one.size, one.fee, opens, D(0) if opens else worth * one.size * sign))
    size = sum((part.size for part in parts if part.opens), D(0))
    intent = None
    if stop is not None:
        bracket = Bracket(D(stop), tuple(Target(D(price), D(share)) for price, share in targets))
        intent = OrderIntent(
            VENUE, SYMBOL, opening, OrderKind.LIMIT, size, Purpose.OPEN, price=entry, bracket=bracket
        )
    closed = [part for part in parts if not part.opens]
    return RoundTrip(
        trip_id,
        "paper",
        VENUE,
        SYMBOL,
        "USDT",
        Direction.LONG if sign > 0 else Direction.SHORT,
        fills[0].event_ms,
        fills[-1].event_ms if closed else None,
        size,
        entry,
        closed[-1].fill.price if closed else None,
        sum((part.pnl for part in parts), D(0)),
        sum((part.fee for part in parts), D(0)),
        D(0),
        tuple(parts),
        planned=intent,
        initial_risk=None if stop is None else abs(entry - D(stop)) * size,
        kind=kind,
    )
