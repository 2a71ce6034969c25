"""A market of the test's own making: a book and a tape, told to a paper venue as a feed would tell them."""

from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.workstation.trading.test_account import BINANCE_BTC
from workstation.analytics.venue_rules import VenueRules
from workstation.exchange.paper_venue import PaperVenue
from workstation.market.order_book import ASK, BID, OrderBook
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE, MarketBatch
from workstation.model.derivatives import FundingRate, MarkPrice
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.model.orders import GATE_SEAL, ApprovedOrder, OrderIntent, new_id
from workstation.trading.contracts import Contract
from workstation.trading.risk import MarketView

SYMBOL = "BTCUSDT"
INSTRUMENT = Instrument(
    "paper",
    SYMBOL,
    ContractKind.LINEAR,
    Decimal("0.1"),
    Decimal("0.001"),
    Decimal(1),
    "BTC",
    "USDT",
    SequenceRule.PREVIOUS_ID,
)
CONTRACT = Contract(
    "paper",
    SYMBOL,
    "BTC",
    "USDT",
    VenueRules(Decimal("0.1"), Decimal("0.001"), tiers=BINANCE_BTC),
    Decimal("0.0002"),
    Decimal("0.0005"),
)

Level = tuple[float, float]


class MadeMarket:
    """One symbol; every call is one message, a millisecond after the one before."""

    def __init__(self, venue: PaperVenue | None = None, *, start_ms: int = 1_000) -> None:
        self.book = OrderBook(INSTRUMENT)
        self.now_ms = start_ms
        self.venue = venue
        self.mark: Decimal | None = None
        self._seq = self._id = 0
        if venue is not None:
            venue.add_contract(CONTRACT)

    def snapshot(self, bids: list[Level], asks: list[Level]) -> None:
        self._update([(BID, *level) for level in bids] + [(ASK, *level) for level in asks], is_snapshot=True)

    def level(self, side: int, price: float, size: float) -> None:
        self._update([(side, price, size)])

    def trade(self, taker: int, price: float, size: float) -> None:
        self._step()
        row = np.array([(self._seq, 0, self.now_ms, self._seq, taker, price, size)], TRADE)
        self._tell(MarketBatch("paper", SYMBOL, trades=row, last_seq=self._seq))

    def mark_at(self, price: float) -> None:
        self._step()
        self.mark = Decimal(str(price))
        if self.venue is not None:
            self.venue.take_news(MarkPrice("paper", SYMBOL, self.now_ms, self.mark))

    def funding_at(self, rate: str, next_ms: int) -> None:
        self._step()
        if self.venue is not None:
            news = FundingRate("paper", SYMBOL, self.now_ms, Decimal(rate), 8, next_ms)
            self.venue.take_news(news)

    def wait(self, milliseconds: int) -> None:
        self.now_ms += milliseconds
        if self.venue is not None:
            self.venue.advance(self.now_ms)

    def view(self, _symbol: str = SYMBOL) -> MarketView:
        """What a desk knows of it."""
        bids, asks = (
            tuple(
                (Decimal(repr(float(p))), Decimal(repr(float(s))))
                for p, s in zip(*self.book.top(side, 20), strict=True)
            )
            for side in (BID, ASK)
        )
        last = self.mark
        return MarketView(CONTRACT, True, "", self.mark, 0, last, bids, asks, 0)

    def _update(self, levels: list[tuple[int, float, float]], *, is_snapshot: bool = False) -> None:
        self._step()
        before, self._id = self._id, self._id + 1
        row = (
            self._seq,
            0,
            self.now_ms,
            self._id,
            self._id,
            -1 if is_snapshot else before,
            len(levels),
            is_snapshot,
        )
        updates, held = np.array([row], BOOK_UPDATE), np.array(levels, LEVEL)
        self.book.apply(updates, held)
        self._tell(MarketBatch("paper", SYMBOL, updates=updates, levels=held, last_seq=self._seq))

    def _step(self) -> None:
        self._seq += 1
        self.now_ms += 1

    def _tell(self, batch: MarketBatch) -> None:
        if self.venue is not None:
            self.venue.take(batch, self.book)


def made_venue(folder: Path, *, latency_ms: int = 0, deposit: str = "10000") -> PaperVenue:
    """A paper venue of its own."""
    return PaperVenue("paper", folder / "paper.jsonl", deposit=Decimal(deposit), latency_ms=latency_ms)


def approved(intent: OrderIntent) -> ApprovedOrder:
    """An order as the gate would approve it: for what a venue does, whoever decided it."""
    return ApprovedOrder(intent, new_id(), 0, GATE_SEAL)
