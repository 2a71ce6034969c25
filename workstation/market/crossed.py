"""Notices a book that stays crossed: its updates chain, and it is wrong all the same."""

from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState

CROSSED_S = 0.5
"""A bid at or above an ask for longer than this is no passing thing."""

ASK_AGAIN_S = 5.0


class CrossedWatch:
    """Watches books update by update and says when one should be fetched anew."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def is_wrong(self, state: SymbolState, now: float) -> bool:
        """Look at a book after an update; true once it has been crossed for too long, and seldom again.

        Args:
            state: whose book was updated.
            now: monotonic seconds.
        """
        symbol, book = state.instrument.symbol, state.book
        if book.status is not BookStatus.LIVE or not book.best_bid >= book.best_ask:
            self._since.pop(symbol, None)
            return False
        since = self._since.setdefault(symbol, now)
        if now - since <= CROSSED_S:
            return False
        self._since[symbol] = now + ASK_AGAIN_S
        return True
