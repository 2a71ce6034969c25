"""Tells the desk how the data of each symbol arrive: a status whenever it changes, and counters."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workstation.errors import (
    DelistedSymbol,
    PreflightError,
    UnknownSymbol,
    VenueRateLimited,
    VenueRefused,
    VenueUnreachable,
    VenueUnsupported,
    WrongVenueAddress,
)
from workstation.exchange.feed_wire import FeedNews
from workstation.exchange.raw_client import RawClient
from workstation.exchange.symbol_feed import SymbolFeed
from workstation.exchange.venue_link import Keeper, VenueLink
from workstation.exchange.watchdog import Silence, Watchdog
from workstation.model.feed_status import FeedCounters, FeedProblem, FeedState, FeedStatus

COUNT_S = 1.0
_PROBLEMS: Mapping[type[PreflightError], FeedProblem] = {
    UnknownSymbol: FeedProblem.UNKNOWN_SYMBOL,
    DelistedSymbol: FeedProblem.DELISTED_SYMBOL,
    VenueUnreachable: FeedProblem.UNREACHABLE,
    WrongVenueAddress: FeedProblem.WRONG_URL,
    VenueRefused: FeedProblem.NO_PERMISSION,
    VenueRateLimited: FeedProblem.RATE_LIMITED,
    VenueUnsupported: FeedProblem.UNSUPPORTED,
}
_LASTING = (VenueRefused, WrongVenueAddress, VenueUnsupported)


@dataclass(slots=True)
class Counters:
    """`FeedCounters` under way."""

    messages: int = 0
    bad_messages: int = 0
    sequence_gaps: int = 0
    snapshots: int = 0
    reconnects: int = 0


class FeedReport:
    """Statuses and counters of one session."""

    def __init__(
        self, venue: str, title: str, tell: Callable[[FeedNews], None], queued_bytes: Callable[[], int]
    ) -> None:
        """Report under the desk's name of the venue.

        Args:
            venue: the desk's name.
            title: the name in sentences.
            tell: sends news to the desk.
            queued_bytes: bytes of frames that the desk has not read yet.
        """
        self._venue = venue
        self._title = title
        self._tell = tell
        self._queued_bytes = queued_bytes
        self.counters = Counters()
        self._watchdog = Watchdog()
        self._told: dict[str | None, FeedStatus] = {}
        self._heard: set[str] = set()
        self._counted_at = 0.0

    def venue(self, state: FeedState, words: str = "", problem: FeedProblem = FeedProblem.NONE) -> None:
        """Tell how the whole venue stands."""
        self._say(None, state, words, problem)

    def venue_failed(self, error: PreflightError) -> None:
        """Tell that the venue could not be opened."""
        state = FeedState.REFUSED if isinstance(error, _LASTING) else FeedState.DISCONNECTED
        self.venue(state, str(error), problem_of(error))

    def refused(self, symbol: str, error: PreflightError) -> None:
        """Tell that a symbol cannot be followed."""
        self._say(symbol, FeedState.REFUSED, str(error), problem_of(error))

    def follow(self, symbol: str) -> None:
        """Tell that a symbol is being connected."""
        self._say(symbol, FeedState.CONNECTING, f"Connecting to {self._title}.")

    def unfollow(self, symbol: str) -> None:
        """Forget a symbol."""
        self._told.pop(symbol, None)
        self._heard.discard(symbol)

    def arrived(self, symbol: str) -> None:
        """Note that data of a symbol came."""
        self._heard.add(symbol)

    def look(
        self, link: VenueLink, feeds: Mapping[str, SymbolFeed], under_way: Mapping[str, str], now: float
    ) -> None:
        """Judge every connection and symbol, drop what is dead, tell what has changed."""
        silences = self._watchdog.look(link.connections)
        of_symbol: dict[str, list[Keeper]] = {}
        for keeper in link.keepers:
            for symbol in keeper.symbols:
                of_symbol.setdefault(symbol, []).append(keeper)
        worst = FeedState.LIVE if feeds else FeedState.CONNECTING
        for symbol in feeds:
            status = self._judge(symbol, of_symbol.get(symbol, []), silences, under_way.get(symbol))
            self._say(symbol, *status)
            if status[0] is FeedState.DISCONNECTED:
                worst = FeedState.DISCONNECTED
        if worst is FeedState.LIVE and not self._heard:
            worst = FeedState.CONNECTING
        if worst is not FeedState.CONNECTING:
            words = "" if worst is FeedState.LIVE else f"Not connected to {self._title}; it is tried again."
            self.venue(worst, words)
        for client, silence in silences.items():
            if silence is Silence.DEAD:
                link.drop(client, "no data")
        if now - self._counted_at >= COUNT_S:
            self._counted_at = now
            self._tell(self._count(feeds))

    def _judge(
        self,
        symbol: str,
        keepers: list[Keeper],
        silences: Mapping[RawClient, Silence],
        repair: str | None,
    ) -> tuple[FeedState, str, FeedProblem]:
        for keeper in keepers:
            if keeper.error is not None:
                problem = problem_of(keeper.error)
                if isinstance(keeper.error, _LASTING) and symbol not in self._heard:
                    return FeedState.REFUSED, str(keeper.error), problem
                return FeedState.DISCONNECTED, str(keeper.error), problem
        if symbol not in self._heard:
            return FeedState.CONNECTING, repair or f"Connecting to {self._title}.", FeedProblem.NONE
        for keeper in keepers:
            client = keeper.client
            if client is not None and silences.get(client, Silence.NONE) is not Silence.NONE:
                since = datetime.fromtimestamp(self._watchdog.silent_since_ms(client) / 1000, UTC)
                words = f"Connected, but no data since {since:%H:%M:%S} UTC."
                return FeedState.STALE, words, FeedProblem.NONE
        if repair is not None:
            return FeedState.REPAIRING, repair, FeedProblem.NONE
        return FeedState.LIVE, "", FeedProblem.NONE

    def _say(
        self, symbol: str | None, state: FeedState, words: str, problem: FeedProblem = FeedProblem.NONE
    ) -> None:
        status = FeedStatus(self._venue, symbol, state, words, problem)
        if self._told.get(symbol) != status:
            self._told[symbol] = status
            self._tell(status)

    def _count(self, feeds: Mapping[str, SymbolFeed]) -> FeedCounters:
        counters = self.counters
        times = os.times()
        return FeedCounters(
            self._venue,
            counters.messages,
            counters.bad_messages,
            sum(feed.chain.duplicates for feed in feeds.values() if feed.chain is not None),
            sum(feed.guard.sequence_gaps for feed in feeds.values()),
            counters.snapshots,
            counters.reconnects,
            self._queued_bytes(),
            times.user + times.system,
            resident_bytes(),
        )


def problem_of(error: PreflightError) -> FeedProblem:
    """Return the kind of trouble behind a typed error."""
    return _PROBLEMS.get(type(error), FeedProblem.NONE)


def resident_bytes() -> int:
    """Memory this process holds; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
