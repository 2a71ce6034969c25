"""What the live feed has said about itself and when: what badges, chips and the status bar show."""

from dataclasses import dataclass
from math import nan

import numpy as np

from workstation.app import Workstation
from workstation.market.backfill import BackfillProgress
from workstation.model.feed_status import (
    ClockSkew,
    FeedCounters,
    FeedProblem,
    FeedState,
    FeedStatus,
    TradesBackfilled,
    VenueListing,
)
from workstation.model.history import HistoryKind

LATENCY_TRADES = 50
"""Trades whose way to us makes up the latency shown."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the data of a symbol or of the venue stand.

    Attributes:
        state: as the feed last said.
        words: one sentence; empty while live.
        for_s: seconds since it said so.
        problem: the kind of trouble.
        attempts: to connect that have failed since.
    """

    state: FeedState
    words: str
    for_s: float
    problem: FeedProblem = FeedProblem.NONE
    attempts: int = 0

    @property
    def words_and_attempts(self) -> str:
        """The words, and how often it was tried in vain if that was more than once."""
        return f"{self.words} ({self.attempts} attempts so far)" if self.attempts > 1 else self.words


class FeedWatch:
    """Listens to one program's feed; of a replay it never hears anything."""

    def __init__(self, workstation: Workstation) -> None:
        self._workstation = workstation
        self._said: dict[str | None, tuple[FeedStatus, float]] = {}
        if workstation.live is not None:
            self._note(workstation.live.status)
        self.skew: ClockSkew | None = None
        """The venue's clock against ours; None while it is not known."""
        self.trades_fetched = 0
        """Trades that never came over the stream and were fetched."""
        self.trades_lost = 0
        """Trades that the venue would not give any more."""
        self.cpu_share = nan
        """Of one processor, what the feed process takes; nan until it is known."""
        self._history: dict[tuple[str, int], BackfillProgress] = {}
        self._counted: tuple[FeedCounters, float] | None = None
        self.listed: tuple[str, ...] = ()
        """Symbols that the venue trades; () until it has said so."""
        self._unsubscribe = (
            workstation.bus.subscribe(VenueListing, self._take_listing),
            workstation.bus.subscribe(FeedStatus, self._note),
            workstation.bus.subscribe(ClockSkew, self._take_skew),
            workstation.bus.subscribe(FeedCounters, self._take_counters),
            workstation.bus.subscribe(BackfillProgress, self._take_history),
            workstation.bus.subscribe(TradesBackfilled, self._take_backfilled),
        )

    def close(self) -> None:
        """Listen no more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def standing(self, symbol: str | None) -> Standing | None:
        """Where a symbol stands, or with None the venue; None for a replay, and for a symbol not followed.

        While the whole feed is being started anew, what was said about a symbol before is void.
        """
        if self._workstation.live is None:
            return None
        venue = self._said.get(None)
        said = self._said.get(symbol) if symbol else venue
        if venue is not None and said is not venue:
            status, since = venue
            is_anew = status.state is FeedState.CONNECTING or status.problem is FeedProblem.FEED_PROCESS
            was_refused = status.state is FeedState.REFUSED
            is_up = status.state in (FeedState.LIVE, FeedState.REPAIRING)
            if said is None and is_up:
                return None
            if said is None or was_refused or (is_anew and since >= said[1]):
                said = venue
        if said is None:
            return None
        status, since = said
        for_s = self._workstation.clock.monotonic() - since
        return Standing(status.state, status.words, for_s, status.problem, status.attempts)

    def data_age_s(self) -> float | None:
        """Seconds since the newest data of any symbol; None when there never were any."""
        newest = [
            state.health.last_data
            for state in self._workstation.market.states.values()
            if state.health.last_data is not None
        ]
        return self._workstation.clock.monotonic() - max(newest) if newest else None

    def venue_now_ms(self) -> float:
        """The venue's time now, as far as its clock's difference from ours is known."""
        return self._workstation.clock.now_ms() + (self.skew.skew_ms if self.skew is not None else 0.0)

    def history_of(self, symbol: str, timeframe_ms: int) -> BackfillProgress | None:
        """How far the candles of a symbol are filled in; None where nothing is being asked for."""
        return self._history.get((symbol, timeframe_ms))

    def latency_ms(self) -> float:
        """How long a message is under way from the venue to the desk: median of the newest trades, ms.

        The clocks' difference is taken out; nan while there is none, or no difference known.
        """
        live, skew = self._workstation.live, self.skew
        states = self._workstation.market.states.values()
        if live is None or skew is None or not states:
            return nan
        busiest = max(states, key=lambda state: state.health.last_trade or 0.0)
        trades = busiest.trades.rows()[-LATENCY_TRADES:]
        if not len(trades):
            return nan
        under_way = trades["recv_ns"] / 1e6 - trades["event_ms"] + skew.skew_ms
        # A venue writes whole milliseconds, and the difference is not known better than half a round trip.
        return max(0.0, float(np.median(under_way))) + live.lag_ms

    def _note(self, status: FeedStatus) -> None:
        before = self._said.get(status.symbol)
        now = self._workstation.clock.monotonic()
        # Another attempt that failed is the same loss: it began when it began.
        goes_on = before is not None and before[0].state is status.state is FeedState.DISCONNECTED
        self._said[status.symbol] = (status, before[1] if before is not None and goes_on else now)

    def _take_listing(self, listing: VenueListing) -> None:
        self.listed = listing.symbols

    def _take_skew(self, skew: ClockSkew) -> None:
        self.skew = skew

    def _take_counters(self, counters: FeedCounters) -> None:
        now = self._workstation.clock.monotonic()
        if self._counted is not None:
            before, since = self._counted
            self.cpu_share = max(0.0, counters.cpu_s - before.cpu_s) / max(now - since, 0.001)
        self._counted = counters, now

    def _take_history(self, progress: BackfillProgress) -> None:
        if progress.kind is HistoryKind.CANDLES:
            self._history[progress.symbol, progress.timeframe_ms] = progress

    def _take_backfilled(self, repair: TradesBackfilled) -> None:
        self.trades_fetched += repair.found
        self.trades_lost += repair.lost
