"""The seams of the house: what feeds, stores, histories, venues and the ledger must do."""

from workstation.ports.feed import Feed, RecordingNews, VenueHistory
from workstation.ports.history import History, MomentHistory
from workstation.ports.ledger import Ledger
from workstation.ports.level_book import LevelBook
from workstation.ports.stored import DepthColumns, KeptPart, KnownDepth, Pin, Recording
from workstation.ports.tick_store import KeptStore, PastStore, PinStore, TickStore
from workstation.ports.trading_venue import AccountEvent, TradingVenue

__all__ = [
    "AccountEvent",
    "DepthColumns",
    "Feed",
    "History",
    "KeptPart",
    "KeptStore",
    "KnownDepth",
    "Ledger",
    "LevelBook",
    "MomentHistory",
    "PastStore",
    "Pin",
    "PinStore",
    "Recording",
    "RecordingNews",
    "TickStore",
    "TradingVenue",
    "VenueHistory",
]
