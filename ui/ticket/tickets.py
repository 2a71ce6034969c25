"""The tickets of the desk, one a symbol: whoever changes one, panel or chart, is seen by all at once."""

import time
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from ui.ticket.draft import Draft
from ui.ticket.reckoned import Reckoned
from ui.ticket.reckoning import reckon
from workstation.account_desk import AccountDesk
from workstation.model.orders import new_id

FRESH_S = 0.15
"""So long an answer holds while its draft stays the same."""


class Tickets(QObject):
    """Drafts by symbol, and which of them are shown on charts."""

    changed = Signal(str)
    """Symbol whose draft is another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drafts: dict[str, Draft] = {}
        self._armed: set[str] = set()
        self._habits = Draft()
        self._reckoned: dict[str, tuple[AccountDesk, Reckoned, float]] = {}

    def draft(self, symbol: str) -> Draft:
        """What stands in the ticket of a symbol."""
        found = self._drafts.get(symbol)
        if found is None:
            # The next symbol's ticket begins with the habits of the last one, never with its prices.
            found = self._drafts[symbol] = replace(
                self._habits, entry="", far="", stop="", target="", size="", order_id=new_id()
            )
        return found

    def reckoned(self, symbol: str, trading: AccountDesk) -> Reckoned:
        """What a draft comes to now: panels and charts that ask within a moment share one answer."""
        draft, now = self.draft(symbol), time.monotonic()
        held = self._reckoned.get(symbol)
        if held is not None and held[0] is trading and held[1].draft is draft and now - held[2] < FRESH_S:
            return held[1]
        found = reckon(draft, symbol, trading)
        self._reckoned[symbol] = (trading, found, now)
        return found

    def ask_anew(self, symbol: str) -> None:
        """Something else than the draft has changed: an answer to a row, an order."""
        self._reckoned.pop(symbol, None)

    def is_armed(self, symbol: str) -> bool:
        """Whether the ticket has been taken up: its lines are on the chart."""
        return symbol in self._armed

    def edit(self, symbol: str, **changes: Any) -> None:
        """Change fields of a draft; it is taken up with that."""
        before = self.draft(symbol)
        after = replace(before, **changes)
        if after != before or symbol not in self._armed:
            self._armed.add(symbol)
            self._drafts[symbol] = self._habits = after
            self.changed.emit(symbol)

    def begin_with(self, **habits: Any) -> None:
        """Let tickets that nobody has taken up begin with these."""
        self._habits = replace(self._habits, **habits)
        for symbol in self._drafts.keys() - self._armed:
            self._drafts[symbol] = replace(self._drafts[symbol], **habits)

    def put_away(self, symbol: str) -> None:
        """Let go of a symbol's prices: nothing is planned there."""
        before = self.draft(symbol)
        self._armed.discard(symbol)
        self._drafts[symbol] = replace(
            before, entry="", far="", stop="", target="", size="", order_id=new_id()
        )
        self.changed.emit(symbol)

    def forget(self) -> None:
        """Another market is open: prices of the last one mean nothing in it."""
        self._drafts.clear()
        self._reckoned.clear()
        self._armed.clear()
