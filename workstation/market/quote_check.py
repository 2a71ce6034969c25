"""Proof that a rebuilt book is the venue's: its best prices against the venue's own quotes, by update id."""

from typing import TypeVar

from workstation.market.order_book import BookTop
from workstation.runtime.rings import Ring

MOST_YOUNG = 8_192
"""At least so many quotes and book states wait for their partner, and up to twice as many."""

Kept = TypeVar("Kept")


class QuoteCheck:
    """Compares each quote with the state of the book that carries the same update id.

    The two streams race each other, so either may come first; the newest of both are kept until their partner
    comes. A venue whose quotes carry no such ids is never checked.
    """

    def __init__(self, quotes: Ring) -> None:
        """Compare the quotes of a ring of QUOTE, told of each time some were appended."""
        self.checks = 0
        """Quotes whose update id equals that of a book state."""
        self.mismatches = 0
        """Of these, quotes that differ from the book in a price or a size."""
        self._quotes = quotes
        # By update id, in a young and an old generation: to forget the oldest is to drop one dictionary.
        self._places: list[dict[int, int]] = [{}, {}]  # quotes: how many were appended before it
        self._tops: list[dict[int, BookTop]] = [{}, {}]

    def add_quotes(self, count: int) -> None:
        """Take in the newest `count` rows of the ring."""
        rows = self._quotes.rows()[-count:]
        first = self._quotes.appended - len(rows)
        new = dict(zip(rows["update_id"].tolist(), range(first, first + len(rows)), strict=True))
        for tops in self._tops:
            for update_id in new.keys() & tops.keys():
                self._compare(new[update_id], tops[update_id])
        self._places = _grown(self._places, new)

    def add_tops(self, tops: list[BookTop]) -> None:
        """Take in states of the book, oldest first."""
        new = {top[0]: top for top in tops}
        for places in self._places:
            for update_id in new.keys() & places.keys():
                self._compare(places[update_id], new[update_id])
        self._tops = _grown(self._tops, new)

    def _compare(self, place: int, top: BookTop) -> None:
        rows = self._quotes.rows()
        row = place - (self._quotes.appended - len(rows))
        if row < 0:
            return  # the ring has let the quote go
        quote = rows[row]
        self.checks += 1
        self.mismatches += top != (
            int(quote["update_id"]),
            float(quote["bid_price"]),
            float(quote["bid_size"]),
            float(quote["ask_price"]),
            float(quote["ask_size"]),
        )


def _grown(generations: list[dict[int, Kept]], new: dict[int, Kept]) -> list[dict[int, Kept]]:
    """Add to the young generation; when that is full it becomes the old one."""
    young, old = generations
    young.update(new)
    return [{}, young] if len(young) >= MOST_YOUNG else [young, old]
