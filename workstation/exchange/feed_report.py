"""Tells the desk how the data of each symbol arrive: a status whenever it changes, and counters."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
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
from workstation.exchange.venue_streams import Call, Stream
from workstation.exchange.watchdog import CONNECTION, EXCUSED, STREAM, Silence, SilenceWatch, of_beat
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
_STEADY = (Stream.BOOKS, Stream.QUOTES, Stream.MARKS, Stream.TICKERS)
"""Streams with a habit to be judged by: trades come in clusters and are followed by their ids."""

_LASTING = (VenueRefused, WrongVenueAddress, VenueUnsupported)


_StreamOf = tuple[str, Stream]
"""One stream of one symbol."""


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
        self,
        venue: str,
        title: str,
        missing: Sequence[str],
        tell: Callable[[FeedNews], None],
        queued_bytes: Callable[[], int],
        streams: Mapping[Stream, Call],
    ) -> None:
        """Report under the desk's name of the venue.

        Args:
            venue: the desk's name.
            title: the name in sentences.
            missing: what this venue has not, told while it is live.
            tell: sends news to the desk.
            queued_bytes: bytes of frames that the desk has not read yet.
            streams: what is followed of every symbol.
        """
        self._venue = venue
        self._title = title
        self.missing = list(missing)
        self._tell = tell
        self._queued_bytes = queued_bytes
        self.counters = Counters()
        self._connections: SilenceWatch[RawClient] = SilenceWatch(CONNECTION)
        self._streams: SilenceWatch[_StreamOf] = SilenceWatch(STREAM)
        self._beats = {
            stream: SilenceWatch[str](of_beat(call.every_s))
            for stream, call in streams.items()
            if call.every_s is not None
        }
        self._told: dict[str | None, FeedStatus] = {}
        self._heard: set[str] = set()
        self._counted_at = 0.0

    def venue(self, state: FeedState, words: str = "", problem: FeedProblem = FeedProblem.NONE) -> None:
        """Tell how the whole venue stands."""
        self._say(None, state, words, problem)

    def venue_failed(self, error: PreflightError, attempts: int) -> None:
        """Tell that the venue could not be opened, so many times in a row."""
        state = FeedState.REFUSED if isinstance(error, _LASTING) else FeedState.DISCONNECTED
        self._say(None, state, str(error), problem_of(error), attempts)

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
        self,
        link: VenueLink,
        feeds: Mapping[str, SymbolFeed],
        under_way: Mapping[str, str],
        clock_words: str,
        now: float,
    ) -> None:
        """Judge every connection, stream and symbol, drop what is dead, tell what has changed.

        Args:
            under_way: what is being mended: a sentence by symbol.
            clock_words: what is wrong with the venue's time, empty for nothing.
            now: monotonic seconds.
        """
        stale_since = self._find_silent(link, feeds)
        keepers: dict[str, list[Keeper]] = {}
        for keeper in link.keepers:
            for symbol in keeper.symbols:
                keepers.setdefault(symbol, []).append(keeper)
        lost = 0
        for symbol in feeds:
            status = self._judge(
                symbol, keepers.get(symbol, []), stale_since.get(symbol), under_way.get(symbol)
            )
            attempts = 0
            if status[0] is FeedState.DISCONNECTED:
                attempts = max(1, *(keeper.failures for keeper in keepers[symbol]))
            self._say(symbol, *status, attempts)
            lost = max(lost, attempts)
        if lost:
            words = f"Not connected to {self._title}; it is tried again."
            self._say(None, FeedState.DISCONNECTED, words, FeedProblem.NONE, lost)
        elif self._heard:
            self.venue(FeedState.LIVE, " ".join(filter(None, (clock_words, *self.missing))))
        if now - self._counted_at >= COUNT_S:
            self._counted_at = now
            self._tell(self._count(feeds))

    def _find_silent(self, link: VenueLink, feeds: Mapping[str, SymbolFeed]) -> dict[str, tuple[str, int]]:
        """Return what is silent and since when (ms), by symbol; end the connections that are dead."""
        # A connection that carries nothing steady may well be silent: liquidations are, for hours.
        steady = {keeper.client for keeper in link.keepers if keeper.stream in _STEADY}
        connections = {
            client: client.last_data_ns
            for client in link.connections
            if client.isConnected and client in steady
        }
        silences = self._connections.look(connections, lambda client: client.url)
        dead = {client for client, silence in silences.items() if silence is Silence.DEAD}
        clients: dict[_StreamOf, RawClient] = {}
        newest_ns: dict[_StreamOf, int] = {}
        for keeper in link.keepers:
            client = keeper.client
            if keeper.stream not in _STEADY:
                continue
            for symbol in keeper.symbols:
                heard_ns = feeds[symbol].heard_ns.get(keeper.stream, 0) if symbol in feeds else 0
                if not heard_ns:
                    continue
                stands = client is not None and silences.get(client) is Silence.NONE
                # Where the connection is at fault, and that is said elsewhere, its streams are not judged.
                newest_ns[symbol, keeper.stream] = heard_ns if stands else EXCUSED
                if client is not None:
                    clients[symbol, keeper.stream] = client
        stale_since: dict[str, tuple[str, int]] = {}
        for stream, silence in self._streams.look(newest_ns, lambda stream: stream).items():
            if silence is not Silence.NONE:
                stale_since[stream[0]] = (stream[1].value, self._streams.silent_since_ms(stream))
            if silence is Silence.DEAD and stream in clients:
                dead.add(clients[stream])
        stale_since |= self._find_silent_symbols(newest_ns, feeds)
        for (symbol, _), client in clients.items():
            if silences.get(client, Silence.NONE) is not Silence.NONE:
                stale_since[symbol] = ("", self._connections.silent_since_ms(client))
        for client in dead:
            link.drop(client, "no data")
        return stale_since

    def _find_silent_symbols(
        self, newest_ns: Mapping[_StreamOf, int], feeds: Mapping[str, SymbolFeed]
    ) -> dict[str, tuple[str, int]]:
        """Return the symbols of which nothing comes although something must, as `_find_silent` does.

        No habit is asked: however thin a symbol is, its mark price comes every second.
        """
        found: dict[str, tuple[str, int]] = {}
        for beating, watch in self._beats.items():
            excused = {symbol for (symbol, _), at_ns in newest_ns.items() if at_ns == EXCUSED}
            newest_of = {
                symbol: EXCUSED if symbol in excused else max(feeds[symbol].heard_ns.values())
                for symbol, stream in newest_ns
                if stream is beating
            }
            for symbol, silence in watch.look(newest_of, lambda symbol: symbol).items():
                if silence is not Silence.NONE:
                    found[symbol] = ("", watch.silent_since_ms(symbol))
        return found

    def _judge(
        self,
        symbol: str,
        keepers: list[Keeper],
        stale_since: tuple[str, int] | None,
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
        if any(
            keeper.client is not None and not keeper.client.last_data_ns and keeper.stream in _STEADY
            for keeper in keepers
        ):
            return FeedState.CONNECTING, "Connected; the first data are awaited.", FeedProblem.NONE
        if stale_since is not None:
            what, since_ms = stale_since
            since = datetime.fromtimestamp(since_ms / 1000, UTC)
            words = f"Connected, but no {what or 'data'} since {since:%H:%M:%S} UTC."
            return FeedState.STALE, words, FeedProblem.NONE
        if repair is not None:
            return FeedState.REPAIRING, repair, FeedProblem.NONE
        return FeedState.LIVE, "", FeedProblem.NONE

    def _say(
        self,
        symbol: str | None,
        state: FeedState,
        words: str,
        problem: FeedProblem = FeedProblem.NONE,
        attempts: int = 0,
    ) -> None:
        status = FeedStatus(self._venue, symbol, state, words, problem, attempts)
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
            sum(feed.chain.duplicates for feed in feeds.values()),
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
