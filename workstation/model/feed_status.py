"""How well the data of a venue arrive, in states that a badge can show and words that a trader can act on."""

from dataclasses import dataclass
from enum import Enum

from workstation.model.derivatives import Ticker
from workstation.model.instrument import Instrument


class FeedState(Enum):
    """Where the data of a symbol, or of a whole venue, stand."""

    CONNECTING = "connecting"  # nothing has arrived yet
    LIVE = "live"
    STALE = "stale"  # connected, but silent for longer than this market ever is
    REPAIRING = "repairing"  # data arrive; something missing is being fetched
    DISCONNECTED = "disconnected"  # no connection; it is being tried again
    REFUSED = "refused"  # the venue will not serve this, and trying again does not help


class FeedProblem(Enum):
    """What is wrong, for those who must tell one from the other without reading the words."""

    NONE = "none"
    UNKNOWN_SYMBOL = "unknown symbol"
    DELISTED_SYMBOL = "delisted symbol"
    UNREACHABLE = "venue unreachable"
    WRONG_URL = "wrong address"
    NO_PERMISSION = "no permission"
    RATE_LIMITED = "rate limited"
    UNSUPPORTED = "unsupported"
    FEED_PROCESS = "feed process"


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A change in how the data arrive.

    Attributes:
        venue: the venue as the desk names it.
        symbol: whose data are meant; None for the whole venue.
        state: where they stand now.
        words: one sentence: what is so and what is being done; empty while live.
        problem: the kind of trouble.
        attempts: to connect that have failed since the connection last stood.
    """

    venue: str
    symbol: str | None
    state: FeedState
    words: str = ""
    problem: FeedProblem = FeedProblem.NONE
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class TradesBackfilled:
    """Trades that never came over the stream were asked for and put in their place.

    Attributes:
        venue, symbol: the instrument.
        first_id, last_id: the ids that were missing, both included.
        found: how many of them the venue gave; its own numbering may skip some.
        lost: how many it has but would not give any more: a hole in the record.
    """

    venue: str
    symbol: str
    first_id: int
    last_id: int
    found: int
    lost: int


@dataclass(frozen=True, slots=True)
class VenueListing:
    """What a venue trades now and can be followed on it.

    Attributes:
        venue: the venue.
        symbols: perpetuals in the venue's spelling, sorted.
    """

    venue: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VenueBoard:
    """What a venue says of symbols whether they are followed or not.

    Attributes:
        venue: the venue.
        instruments: that are traded; only those that the desk has not been told of yet.
        tickers: the day's figures.
    """

    venue: str
    instruments: tuple[Instrument, ...]
    tickers: tuple[Ticker, ...]


@dataclass(frozen=True, slots=True)
class ClockSkew:
    """How far the venue's clock is from ours.

    Attributes:
        venue: the venue.
        skew_ms: venue's clock minus ours, median of several samples.
        round_trip_ms: of the quickest sample; the skew is not known better than half of it.
    """

    venue: str
    skew_ms: float
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class FeedCounters:
    """What the feed process has done since it started; sent about once a second.

    Attributes:
        venue: the venue.
        messages: market data messages received.
        bad_messages: those that could not be read.
        duplicates: trades dropped because they had come before.
        sequence_gaps: holes found in a book's updates.
        snapshots: books fetched to begin or repair one.
        reconnects: connections made anew.
        queued_bytes: of frames the desk has not read yet.
        cpu_s: processor time used.
        resident_bytes: memory held; 0 where the system does not say.
    """

    venue: str
    messages: int = 0
    bad_messages: int = 0
    duplicates: int = 0
    sequence_gaps: int = 0
    snapshots: int = 0
    reconnects: int = 0
    queued_bytes: int = 0
    cpu_s: float = 0.0
    resident_bytes: int = 0
