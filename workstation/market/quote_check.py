"""Proof that a rebuilt book is the venue's: its best prices against the venue's own quotes, by update id."""

from collections import deque

from workstation.market.order_book import BookTop
from workstation.model.columns import Records

KEPT_TOPS = 4_096
KEPT_QUOTES = 32_768


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
        self._quotes: deque[tuple[dict[int, int], Records]] = deque()
        self._quote_count = 0

    def add_quotes(self, quotes: Records) -> None:
        """Take in rows of QUOTE."""
        row_by_id = dict(zip(quotes["update_id"].tolist(), range(len(quotes)), strict=True))
        self._compare(row_by_id, quotes, self._tops)
        self._quotes.append((row_by_id, quotes))
        self._quote_count += len(quotes)
        while self._quote_count > KEPT_QUOTES and len(self._quotes) > 1:
            self._quote_count -= len(self._quotes.popleft()[1])

    def add_tops(self, tops: list[BookTop]) -> None:
        """Take in states of the book, oldest first."""
        new = {top[0]: top for top in tops}
        for row_by_id, quotes in self._quotes:
            self._compare(row_by_id, quotes, new)
        self._tops.update(new)
        if len(self._tops) > 2 * KEPT_TOPS:
            self._tops = dict(list(self._tops.items())[-KEPT_TOPS:])

    def _compare(self, row_by_id: dict[int, int], quotes: Records, tops: dict[int, BookTop]) -> None:
        for update_id in row_by_id.keys() & tops.keys():
            quote = quotes[row_by_id[update_id]]
            self.checks += 1
            seen = (
                update_id,
                float(quote["bid_price"]),
                float(quote["bid_size"]),
                float(quote["ask_price"]),
                float(quote["ask_size"]),
            )
            self.mismatches += seen != tops[update_id]
