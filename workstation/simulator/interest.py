"""Past open interest of one market: a figure every five minutes, as much as the venue keeps."""

from collections import deque
from collections.abc import Sequence

PERIOD_MS = 300_000
KEPT_MS = 31 * 86_400_000

Row = tuple[int, float, float]
"""Time, base units, quote units."""


class InterestHistory:
    """The newest month of open interest."""

    def __init__(self) -> None:
        """Begin with none."""
        self._rows: deque[Row] = deque(maxlen=KEPT_MS // PERIOD_MS)

    def note(self, time_ms: int, base: float, mark: float) -> None:
        """Take a figure, kept where a period ends; call every minute."""
        if time_ms % PERIOD_MS == 0:
            self._rows.append((time_ms, base, base * mark))

    def extend_back(self, rows: Sequence[Row]) -> None:
        """Put older figures before those held."""
        self._rows.extendleft(reversed(rows))

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
