"""A ring that keeps the newest rows of a record type and shows them as one contiguous array."""

from typing import Any

import numpy as np

from workstation.model.columns import Records


class Ring:
    """The newest `capacity` rows, oldest first, always readable without a copy.

    The buffer is twice the capacity and the kept rows are moved to its front when it runs out, so an append
    costs a copy of its own rows and, once per `capacity` rows, a copy of the kept ones.
    """

    def __init__(self, dtype: np.dtype[Any], capacity: int) -> None:
        self._buffer: Records = np.empty(capacity * 2, dtype)
        self._capacity = capacity
        self._end = 0
        self.appended = 0
        """Rows ever appended: a reader that remembers it knows how many of `rows()` are new."""

    def append(self, rows: Records) -> None:
        """Add rows, newest last; of more than `capacity` only the newest are kept."""
        self.appended += len(rows)
        rows = rows[-self._capacity :]
        if self._end + len(rows) > len(self._buffer):
            keep = min(self._end, self._capacity - len(rows))
            self._buffer[:keep] = self._buffer[self._end - keep : self._end].copy()
            self._end = keep
        self._buffer[self._end : self._end + len(rows)] = rows
        self._end += len(rows)

    def rows(self) -> Records:
        """The kept rows, oldest first: a read-only view, valid until the next append."""
        view = self._buffer[max(0, self._end - self._capacity) : self._end]
        view.flags.writeable = False
        return view

    def clear(self) -> None:
        """Forget every row; `appended` starts again from 0."""
        self._end = 0
        self.appended = 0

    def __len__(self) -> int:
        return min(self._end, self._capacity)
