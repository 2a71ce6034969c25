"""The words and figures of a book for a header."""

from math import isnan

from ui import format
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState


def spread_parts(state: SymbolState) -> tuple[tuple[str, str], ...]:
    """The spread in quote and in basis points; () while there is no book."""
    book = state.book
    spread = book.best_ask - book.best_bid
    if book.status is not BookStatus.LIVE or isnan(spread):
        return ()
    spread_bps = spread / ((book.best_ask + book.best_bid) / 2) * 1e4
    text = format.price(spread, state.instrument.price_decimals)
    return ((f"spread {text} ({format.price(spread_bps, 2)} bp)", "muted"),)
