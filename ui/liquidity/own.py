"""How the trader trades: the ticket's size and leverage, or a typed size, and the hours they trade in."""

from decimal import Decimal

import numpy as np

from ui.ticket.draft import Unreadable, number
from ui.ticket.tickets import Tickets
from workstation.account_desk import AccountDesk
from workstation.analytics.liquidity_usual import OwnTrading, own_hours
from workstation.app import Workstation
from workstation.journal.accounts import without_sample
from workstation.journal.journal import Journal

SAME_WITHIN = 0.05
"""A size that follows from the risk moves with every tick; what is usual is worked out anew beyond this."""
ALL_HOURS = frozenset(range(24))


class OwnHabits:
    """What was typed or marked by hand, and what the ticket and the journal say where nothing was.

    Attributes:
        sizes: as typed, by symbol.
        hours: marked by hand; None while the journal tells them.
    """

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets
        self.sizes: dict[str, str] = {}
        self.hours: frozenset[int] | None = None
        self._from_journal: tuple[object, frozenset[int]] = (None, frozenset())

    def hours_of(self, journal: Journal | None) -> tuple[frozenset[int], str]:
        """(their UTC hours, empty for all; where they come from)."""
        if self.hours is not None:
            return self.hours, "marked by hand"
        if journal is None:
            return frozenset(), "all hours"
        if self._from_journal[0] != (id(journal), journal.version):
            entries = np.array([trip.trip.opened_ms for trip in without_sample(journal.trips())], np.int64)
            self._from_journal = (id(journal), journal.version), own_hours(entries)
        hours = self._from_journal[1]
        return hours, "from your entries" if hours else "all hours"

    def size_of(self, symbol: str, trading: AccountDesk | None) -> tuple[Decimal | None, str]:
        """(the size of their order, where it comes from or why there is none)."""
        if self._tickets.is_armed(symbol):
            draft = self._tickets.draft(symbol)
            try:
                return number(draft.size, "The size"), "from the ticket"
            except Unreadable:
                reckoned = None if trading is None else self._tickets.reckoned(symbol, trading).size
                if reckoned:
                    return reckoned, "from the ticket's risk"
        typed = self.sizes.get(symbol, "")
        if not typed:
            return None, "plan an order, or type a size"
        try:
            return number(typed, "The size"), "typed"
        except Unreadable as error:
            return None, str(error)

    def tell(self, workstation: Workstation, journal: Journal | None, symbol: str) -> str:
        """Tell the desk how a market is traded; return where the size comes from."""
        state, book = workstation.market.state(symbol), workstation.liquidity
        if state is None:
            return ""
        size, source = self.size_of(symbol, workstation.trading)
        hours, _ = self.hours_of(journal)
        try:
            leverage = float(number(self._tickets.draft(symbol).leverage, "The leverage"))
        except Unreadable:
            leverage = 1.0
        venue = state.instrument.venue
        before = book.own(venue, symbol)
        wanted = 0.0 if size is None else float(size)
        follows = source == "from the ticket's risk" and before.size > 0
        if follows and abs(wanted / before.size - 1) <= SAME_WITHIN:
            wanted = before.size
        own = OwnTrading(wanted, leverage, hours)
        if own != before:
            book.set_own(venue, symbol, own)
        return source
