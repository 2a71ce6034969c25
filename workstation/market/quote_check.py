"""Proof that a rebuilt book is the venue's: its best prices against the venue's own quotes, by update id."""

from collections.abc import Iterable
from itertools import repeat

from workstation.market.order_book import BookTop
from workstation.model.columns import Records

KEPT_TOPS = 4_096
KEPT_QUOTES = 8_192
"""At least so many of each are kept, and up to twice as many."""

_Quote = tuple[Records, int]
"""A quote's rows and its place in them."""


class QuoteCheck:
    """Compares each quote with the state of the book that carries the same update id.

    The two streams race each other, so either may come first; the newest of both are kept until their partner
    comes. A venue whose quotes carry no such ids is never checked.
    """

    def __init__(self) -> None:
        self.checks = 0
        """Quotes whose update id equals that of a book state."""
        self.mismatches = 0
        """Of these, quotes that differ from the book in a price or a size."""
        self._tops: dict[int, BookTop] = {}
        self._quotes: dict[int, _Quote] = {}

    def add_quotes(self, quotes: Records) -> None:
        """Take in rows of QUOTE."""
        quotes = quotes.copy()  # what is kept must not keep all that came in the same frame
        new = dict(zip(quotes["update_id"].tolist(), zip(repeat(quotes), range(len(quotes))), strict=True))
        self._compare(new.keys() & self._tops.keys(), new, self._tops)
        self._quotes.update(new)
        if len(self._quotes) > 2 * KEPT_QUOTES:
            self._quotes = dict(list(self._quotes.items())[-KEPT_QUOTES:])

    def add_tops(self, tops: list[BookTop]) -> None:
        """Take in states of the book, oldest first."""
        new = {top[0]: top for top in tops}
        self._compare(new.keys() & self._quotes.keys(), self._quotes, new)
        self._tops.update(new)
        if len(self._tops) > 2 * KEPT_TOPS:
            self._tops = dict(list(self._tops.items())[-KEPT_TOPS:])

    def _compare(
        self, update_ids: Iterable[int], quotes: dict[int, _Quote], tops: dict[int, BookTop]
    ) -> None:
        for update_id in update_ids:
            rows, row = quotes[update_id]
            quote = rows[row]
            self.checks += 1
            seen = (
                update_id,
                float(quote["bid_price"]),
                float(quote["bid_size"]),
                float(quote["ask_price"]),
                float(quote["ask_size"]),
            )
            self.mismatches += seen != tops[update_id]
