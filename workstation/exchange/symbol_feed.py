"""One followed symbol in the feed process: its columns under way, its book and its trades kept whole."""

from collections.abc import Callable

import numpy as np

from workstation.exchange.batching import BatchBuilder, BookMessage
from workstation.exchange.book_guard import BookGuard
from workstation.exchange.event_time import EventTimes
from workstation.exchange.recent_trades import RecentTrades
from workstation.exchange.trade_chain import TradeChain
from workstation.exchange.venue_rest import Snapshot, TradeRow
from workstation.exchange.venue_streams import Stream
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.model.instrument import Instrument

BEHIND_S = 1.0
"""How much earlier than the trades themselves another stream may speak of them."""


class SymbolFeed:
    """Collects what came of one symbol and hands it on, checked, as a batch.

    Whatever goes on has a sequence number above all that went on before: trades that were held, or fetched,
    are numbered anew when they go.
    """

    def __init__(
        self,
        instrument: Instrument,
        market: str,
        last_trade_id: int | None,
        now: float,
        times: EventTimes,
        *,
        snapshots_streamed: bool = False,
    ) -> None:
        """Begin with nothing.

        Args:
            instrument: the symbol.
            market: ccxt's spelling of it.
            last_trade_id: newest trade the desk has, -1 for none; None where the venue's ids do not count.
            now: monotonic seconds.
            times: of the venue, for all its symbols.
            snapshots_streamed: books begin with a snapshot on the stream itself.
        """
        self.instrument = instrument
        self.market = market
        self.builder = BatchBuilder(instrument.venue, instrument.symbol)
        self.guard = BookGuard(instrument.sequence_rule, now, snapshots_streamed=snapshots_streamed)
        self.chain = RecentTrades() if last_trade_id is None else TradeChain(last_trade_id)
        self._times = times
        self.heard_ns: dict[Stream, int] = {}
        """When the newest data of each stream came, our clock."""
        self._released: list[Records] = []
        self._announced_id = -1
        self._behind_since: float | None = None

    def add_snapshot(self, seq: int, recv_ns: int, snapshot: Snapshot) -> None:
        """Take in a book fetched by REST."""
        self.builder.add_books(
            [
                BookMessage(
                    seq,
                    recv_ns,
                    snapshot.event_ms,
                    snapshot.update_id,
                    snapshot.update_id,
                    -1,
                    True,
                    list(snapshot.bids),
                    list(snapshot.asks),
                )
            ]
        )

    def add_fetched_trades(self, rows: list[TradeRow], recv_ns: int, now: float) -> int:
        """Take in trades fetched by REST; return how many of them had not come by stream."""
        records = np.zeros(len(rows), TRADE)
        for name, column in zip(
            ("event_ms", "trade_id", "side", "price", "size"), zip(*rows, strict=True), strict=False
        ):
            records[name] = column
        records["recv_ns"] = recv_ns
        before = self.chain.duplicates
        self._released.append(self.chain.take(records, now))
        repeated = self.chain.duplicates - before
        self.chain.duplicates = before  # asked for twice, not sent twice
        return len(rows) - repeated

    def close_hole(self, first_id: int, last_id: int) -> None:
        """Wait no longer for trades of this range."""
        self._released.append(self.chain.close((first_id, last_id)))

    @property
    def is_idle(self) -> bool:
        """Whether nothing has come and nothing waits to go on: most symbols, at most moments."""
        return self.builder.is_empty and not self._released and not self.chain.is_waiting

    def hear(self, stream: Stream, now_ns: int) -> None:
        """Note that a stream has brought something."""
        self.heard_ns[stream] = now_ns

    def announce_trade(self, trade_id: int, now: float) -> None:
        """Note that another stream speaks of a trade: its own should have brought it."""
        self._announced_id = max(self._announced_id, trade_id)
        chain = self.chain
        if chain.last_id < 0 or chain.last_id >= self._announced_id:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now

    def is_behind(self, now: float) -> bool:
        """Whether trades that another stream spoke of are overdue."""
        chain = self.chain
        if self._behind_since is None or chain.last_id >= self._announced_id:
            self._behind_since = None
            return False
        return now - self._behind_since > BEHIND_S

    def take(
        self, newest_seq: int, next_seq: Callable[[], int], now: float, now_ns: int
    ) -> MarketBatch | None:
        """Return what can go on; None for nothing.

        Args:
            newest_seq: number of the newest message decoded.
            next_seq: gives a number above it, for what is numbered anew.
            now: monotonic seconds.
            now_ns: our clock, UTC nanoseconds.
        """
        chain = self.chain
        self._released.append(chain.overdue(now))
        if self.builder.is_empty and not any(map(len, self._released)):
            self._released.clear()
            return None
        batch = self.builder.take()
        for rows in (batch.trades, batch.quotes, batch.updates):
            self._times.hold(rows, now)
        if len(batch.updates):
            self.hear(Stream.BOOKS, now_ns)
            self.guard.take(batch.updates)
        if len(batch.quotes):
            self.hear(Stream.QUOTES, now_ns)
        trades = batch.trades
        if len(trades):
            self.hear(Stream.TRADES, now_ns)
            was_waiting = bool(chain.holes)
            trades = chain.take(trades, now)
            # What waited, or was put in order, lies behind its old number.
            if was_waiting or bool((np.diff(trades["seq"]) < 0).any()):
                self._released.append(trades)
                trades = trades[:0]
        if any(map(len, self._released)):
            newest_seq = next_seq()
            trades = np.concatenate([*self._released, trades])
            trades["seq"] = newest_seq
        self._released.clear()
        if len(batch.updates):  # a snapshot fetched by REST is no message of the stream
            newest_seq = max(newest_seq, int(batch.updates["seq"][-1]))
        batch = MarketBatch(
            batch.venue, batch.symbol, trades, batch.quotes, batch.updates, batch.levels, newest_seq
        )
        return batch if batch.events else None
