"""Every error the trader can cause or cure, each with a sentence that says what to do."""


class PreflightError(Exception):
    """Something the trader can act on; its text is shown as it is, on one line.

    The command line prints it to standard error and exits with status 2; a window shows it in the
    panel concerned or in the fault bar.
    """


class BadCapture(PreflightError):
    """The file is missing, unreadable or not a recording of a market."""


class DataDirectoryError(PreflightError):
    """The data directory cannot be created, opened or written."""


class DataDirectoryInUse(DataDirectoryError):
    """Another Preflight has this data directory open."""


class StoreFull(DataDirectoryError):
    """The disk took no more; what was committed before is kept."""


class StoreDamaged(DataDirectoryError):
    """The tick store cannot be opened or read because its file is damaged."""


class StoreForeign(StoreDamaged):
    """The file is none of our tick stores, or one of a newer version: there is nothing to mend."""


class LedgerDamaged(DataDirectoryError):
    """The ledger does not open because its file is damaged, no ledger, or from a newer version."""


class JournalDamaged(DataDirectoryError):
    """The journal does not open because its file is damaged, no journal, or from a newer version."""


class JournalReadOnly(DataDirectoryError):
    """Another Preflight writes this journal: it can be read here, and not be changed."""


class HistoryUnavailable(PreflightError):
    """A venue does not keep the past that was asked for, refuses it, or cannot be reached.

    Attributes:
        lasting: asking again does not help.
    """

    def __init__(self, words: str, *, lasting: bool = False) -> None:
        super().__init__(words)
        self.lasting = lasting


class VenueError(PreflightError):
    """A venue cannot be followed, or not as asked."""


class UnknownSymbol(VenueError):
    """The venue lists no such symbol."""


class DelistedSymbol(VenueError):
    """The venue listed the symbol once and trades it no longer."""


class VenueUnreachable(VenueError):
    """No answer: no network, a name that does not resolve, a venue that is down or too slow."""


class WrongVenueAddress(VenueError):
    """Something answers at that address, but not this venue."""


class VenueRefused(VenueError):
    """The venue answers that this user, place or key may not."""


class VenueRateLimited(VenueError):
    """The venue was asked too often and wants to be left alone for a while."""


class VenueUnsupported(VenueError):
    """Neither we nor ccxt can do this on this venue."""


class OrderRejected(VenueError):
    """The venue refused an order, with a code that says for certain that it did not take it.

    Whatever else goes wrong while an order is placed leaves it unknown: it may be at the venue.
    """

    def __init__(self, words: str, *, code: str = "") -> None:
        super().__init__(words)
        self.code = code


class FeedProcessFailed(VenueError):
    """The process that follows the venue cannot be started, or ended by itself."""


class BadFigure(PreflightError, ValueError):
    """A figure that cannot be right, or that leads to an order no venue and no sound rule would take.

    Attributes:
        field: the argument concerned ("entry_price"), so that a form can mark the field it belongs to.
    """

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
