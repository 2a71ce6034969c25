"""The way of what a feed tells into the desk: into the market's state first, then to the recorder."""

import numpy as np

from workstation.market.candle_merge import CandleSource
from workstation.market.candles import coarser_candles
from workstation.market.coverage import TradeCoverage
from workstation.market.order_book import ASK, BID, BookStatus
from workstation.market.recorder import Recorder
from workstation.market.state import Market, SymbolState
from workstation.model.columns import BOOK_UPDATE, LEVEL, MarketBatch, Records
from workstation.model.feed_status import TradesBackfilled
from workstation.ports import RecordingNews

PART_S = 1_800.0
"""A live session is recorded in parts of half an hour: what retention drops and a kill leaves to mend."""

KEPT_TIMEFRAME_MS = 60_000
"""Candles made of our own trades are kept for ever in this timeframe."""


class Intake:
    """Takes batches and news from a feed: panels see them at once, the store has them within a second."""

    def __init__(
        self,
        market: Market,
        recorder: Recorder | None,
        *,
        part_s: float | None = None,
        keeps_candles: bool = False,
        counts_ids: bool = False,
    ) -> None:
        """Feed `market` and, if there is one, `recorder`.

        Args:
            part_s: cut recordings into parts of this length; None leaves them whole, as a replay's must be.
            keeps_candles: store the candles that our own trades make, beside the trades.
            counts_ids: a trade id left out is a trade missing, see `TradeCoverage`.
        """
        self._market = market
        self._recorder = recorder
        self._part_s = part_s
        self._keeps_candles = keeps_candles
        self._counts_ids = counts_ids
        self._next_bucket: dict[str, int] = {}
        self._coverage: dict[str, TradeCoverage] = {}
        self._candles_kept_ms: dict[str, int] = {}

    def take(self, batch: MarketBatch) -> None:
        """Take in one batch."""
        state = self._market.apply(batch)
        self.coverage(batch.symbol).add_trades(batch.trades)
        if self._recorder is None:
            return
        self._recorder.add(batch)
        grid = state.grid
        if grid is not None:
            newest = grid.buckets[1] - 1
            from_bucket = self._next_bucket.get(batch.symbol, 0)
            if newest > from_bucket:
                self._recorder.add_depth(batch.venue, batch.symbol, grid.finished_columns(from_bucket))
                self._next_bucket[batch.symbol] = newest
        if self._part_s is not None and len(batch.updates):
            self._begin_part_when_due(state, batch)

    def take_news(self, news: RecordingNews) -> None:
        """Take in what came beside columns."""
        if isinstance(news, TradesBackfilled):
            state = self._market.states[news.symbol]
            self.coverage(news.symbol).add_repair(news, state.trades.rows())
        if self._recorder is not None:
            self._recorder.add_news(news)

    def coverage(self, symbol: str) -> TradeCoverage:
        """Which stretches of time hold every trade of a symbol."""
        return self._coverage.setdefault(symbol, TradeCoverage(counts_ids=self._counts_ids))

    def forget(self, venue: str, symbol: str) -> None:
        """End with a symbol that is no longer followed; what was recorded of it stays."""
        self._coverage.pop(symbol, None)
        self._next_bucket.pop(symbol, None)
        self._candles_kept_ms.pop(symbol, None)
        if self._recorder is not None:
            self._recorder.end(venue, symbol)

    def rewind(self) -> None:
        """Begin anew, as when a replay is rewound; what was recorded already is not recorded again."""
        self._market.reset()
        self._coverage.clear()

    def keep_candles(self) -> None:
        """Store the closed candles of every symbol that were made of our own trades since the last time."""
        for state in self._market.states.values():
            self._keep_candles(state)

    def _begin_part_when_due(self, state: SymbolState, batch: MarketBatch) -> None:
        assert self._recorder is not None
        assert self._part_s is not None
        # A book that is broken cannot begin a part: updates that wait for its snapshot lie in this one.
        if (
            self._recorder.part_age_s(batch.venue, batch.symbol) < self._part_s
            or state.book.status is not BookStatus.LIVE
        ):
            return
        self._recorder.begin_part(book_as_snapshot(state, batch))
        self._keep_candles(state)

    def _keep_candles(self, state: SymbolState) -> None:
        if self._recorder is None or not self._keeps_candles:
            return
        symbol = state.instrument.symbol
        # From the seconds: other series may hold candles that the venue told.
        seconds = state.seconds.rows()
        since = np.searchsorted(seconds["open_ms"], self._candles_kept_ms.get(symbol, 0))
        rows = coarser_candles(seconds[since:], KEPT_TIMEFRAME_MS)
        fresh = rows[rows["open_ms"] + KEPT_TIMEFRAME_MS <= state.market_ms]
        if not len(fresh):
            return
        self._candles_kept_ms[symbol] = int(fresh["open_ms"][-1]) + KEPT_TIMEFRAME_MS
        whole = self.coverage(symbol).complete(fresh["open_ms"], KEPT_TIMEFRAME_MS)
        for source, candles in ((CandleSource.OWN, fresh[whole]), (CandleSource.OWN_PARTIAL, fresh[~whole])):
            self._recorder.add_candles(state.instrument, KEPT_TIMEFRAME_MS, candles, source)


def book_as_snapshot(state: SymbolState, batch: MarketBatch) -> MarketBatch:
    """Return a live book as if the venue had sent it whole, in the place of the newest message of `batch`."""
    levels = np.concatenate([_side(state, BID), _side(state, ASK)])
    update = np.zeros(1, BOOK_UPDATE)
    update["seq"] = batch.last_seq
    update["recv_ns"] = batch.updates["recv_ns"][-1]
    update["event_ms"] = state.book.event_ms
    update["first_id"] = update["last_id"] = state.book.update_id
    update["prev_id"] = -1
    update["levels"] = len(levels)
    update["is_snapshot"] = True
    return MarketBatch(batch.venue, batch.symbol, updates=update, levels=levels, last_seq=batch.last_seq)


def _side(state: SymbolState, side: int) -> Records:
    held = state.book.bids if side == BID else state.book.asks
    levels = np.empty(len(held), LEVEL)
    levels["side"] = side
    levels["price"] = np.fromiter(held.keys(), np.float64, len(held))
    levels["size"] = np.fromiter(held.values(), np.float64, len(held))
    return levels
