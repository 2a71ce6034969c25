"""The order of the scanner's rows: none jumps away under the pointer, or where a key has just moved."""

from time import monotonic

HOLD_S = 3.0
"""Rows stay where they are for so long after a key has moved the cursor."""


class HeldOrder:
    """The rows shown, and those that wait until nothing holds them any more."""

    def __init__(self) -> None:
        self.rows: tuple[str, ...] = ()
        """Symbols in the order shown."""
        self.pointer_in = False
        """The pointer is on the rows."""
        self._next: tuple[str, ...] | None = None
        self._keyed_s = float("-inf")

    def key_moved(self) -> None:
        """A key has moved the cursor."""
        self._keyed_s = monotonic()

    @property
    def is_held(self) -> bool:
        """Rows keep their places now."""
        return self.pointer_in or monotonic() - self._keyed_s < HOLD_S

    @property
    def waiting(self) -> int:
        """How many rows would move, come or go if nothing held them."""
        if self._next is None:
            return 0
        pairs = zip(self._next, self.rows, strict=False)
        return sum(a != b for a, b in pairs) + abs(len(self._next) - len(self.rows))

    def put(self, rows: tuple[str, ...], *, now: bool) -> bool:
        """Show these rows, or let them wait; True if others are shown than before.

        Args:
            now: the trader asked for it: it waits for nothing.
        """
        if rows == self.rows:
            self._next = None
            return False
        if self.is_held and self.rows and not now:
            self._next = rows
            return False
        self.rows, self._next = rows, None
        return True

    def settle(self) -> bool:
        """Show the order that waits, if nothing holds the old one any more; True if it is shown now."""
        if self._next is None or self.is_held:
            return False
        self.rows, self._next = self._next, None
        return True
