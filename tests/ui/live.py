"""A venue for tests of the window: what its feed would say is said by hand, no process is started."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from workstation.app import Workstation
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE, MarketBatch
from workstation.model.feed_status import FeedProblem, FeedState, FeedStatus
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

START_MS = 1_723_161_255_000
VENUE = "binance_usdm"


@dataclass
class SpokenFeed:
    """A program that follows a venue, and the voice of its feed."""

    workstation: Workstation

    def say(
        self,
        state: FeedState,
        words: str = "",
        symbol: str | None = None,
        problem: FeedProblem = FeedProblem.NONE,
        attempts: int = 0,
    ) -> None:
        """Let the feed tell how it stands."""
        live = self.workstation.live
        assert live is not None
        live._tell(FeedStatus(VENUE, symbol, state, words, problem, attempts))

    def list(self, symbol: str, base: str = "BTC") -> None:
        """Let the venue serve a symbol."""
        live = self.workstation.live
        assert live is not None
        instrument = Instrument(
            venue=VENUE,
            symbol=symbol,
            kind=ContractKind.LINEAR,
            tick_size=Decimal("0.1"),
            lot_size=Decimal("0.001"),
            contract_size=Decimal(1),
            base=base,
            quote="USDT",
            sequence_rule=SequenceRule.BINANCE_FUTURES,
        )
        live.instruments += (instrument,)
        live.on_instruments((instrument,))

    def trade(self, symbol: str, price: float, after_ms: int = 0) -> None:
        """Let a trade come."""
        rows = np.zeros(1, TRADE)
        rows["event_ms"], rows["price"], rows["size"], rows["side"] = START_MS + after_ms, price, 1.0, 1
        self.workstation.take(MarketBatch(VENUE, symbol, trades=rows))

    def book(self, symbol: str, bid: float, ask: float) -> None:
        """Let a whole book come."""
        updates, levels = np.zeros(1, BOOK_UPDATE), np.zeros(2, LEVEL)
        updates["event_ms"], updates["levels"], updates["is_snapshot"] = START_MS, 2, True
        updates["first_id"] = updates["last_id"] = 1
        levels["side"], levels["price"], levels["size"] = (1, -1), (bid, ask), 1.0
        self.workstation.take(MarketBatch(VENUE, symbol, updates=updates, levels=levels))
