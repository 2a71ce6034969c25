"""Figures of one market that the venue keeps for a month: open interest, who is long and who is short."""

from collections import deque
from collections.abc import Sequence

PERIOD_MS = 300_000
KEPT_MS = 31 * 86_400_000

Row = tuple[int, tuple[float, ...]]
"""Time (ms), and the figures of it."""


class Samples:
    """The newest month of some figures, one row where a period of five minutes ends."""

    def __init__(self) -> None:
        """Begin with none."""
        self._rows: deque[Row] = deque(maxlen=KEPT_MS // PERIOD_MS)

    def note(self, time_ms: int, *values: float) -> None:
        """Take figures, kept where a period ends; call every minute."""
        if time_ms % PERIOD_MS == 0:
            self._rows.append((time_ms, values))

    def extend_back(self, rows: Sequence[Row]) -> None:
        """Put older figures before those held."""
        room = KEPT_MS // PERIOD_MS - len(self._rows)
        self._rows.extendleft(reversed(rows[-room:] if room else []))

    def rows(
        self, period_ms: int, limit: int, start_ms: int | None = None, end_ms: int | None = None
    ) -> list[Row]:
        """Return figures at whole periods of at least five minutes, oldest first."""
        rows = [
            row
            for row in self._rows
            if row[0] % period_ms == 0
            and (start_ms is None or row[0] >= start_ms)
            and (end_ms is None or row[0] <= end_ms)
        ]
        return rows[-limit:] if start_ms is None else rows[:limit]
