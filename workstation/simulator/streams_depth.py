"""Depth streams slower than the engine's own: changes merged into one update whose ids still chain."""

from workstation.simulator.events import DepthEvent


class DepthMerge:
    """Collects the depth events of one symbol until the next update of a slower stream is due."""

    __slots__ = ("_asks", "_bids", "_first", "_last")

    def __init__(self) -> None:
        self._first: DepthEvent | None = None
        self._last: DepthEvent | None = None
        self._bids: dict[int, int] = {}
        self._asks: dict[int, int] = {}

    def add(self, event: DepthEvent) -> None:
        """Take one event; a later size of a level replaces an earlier one."""
        if self._first is None:
            self._first = event
        self._last = event
        self._bids.update(event.bids)
        self._asks.update(event.asks)

    def take(self) -> DepthEvent | None:
        """Return what was collected as one event and begin anew; None if nothing changed."""
        first, last = self._first, self._last
        if first is None or last is None:
            return None
        merged = DepthEvent(
            symbol=last.symbol,
            time_ms=last.time_ms,
            first_id=first.first_id,
            last_id=last.last_id,
            prev_id=first.prev_id,
            bids=sorted(self._bids.items(), reverse=True),
            asks=sorted(self._asks.items()),
        )
        self._first = self._last = None
        self._bids, self._asks = {}, {}
        return merged
