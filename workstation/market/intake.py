"""The way of a batch into the desk: into the market's state first, then to the recorder."""

from workstation.market.recorder import Recorder
from workstation.market.state import Market
from workstation.model.columns import MarketBatch


class Intake:
    """Takes batches from a feed: panels see them at once, the store has them within a second."""

    def __init__(self, market: Market, recorder: Recorder | None) -> None:
        """Feed `market` and, if there is one, `recorder`."""
        self._market = market
        self._recorder = recorder
        self._next_bucket: dict[str, int] = {}

    def take(self, batch: MarketBatch) -> None:
        """Take in one batch."""
        state = self._market.apply(batch)
        if self._recorder is None:
            return
        self._recorder.add(batch)
        grid = state.grid
        if grid is not None:
            newest = grid.buckets[1] - 1
            from_bucket = self._next_bucket.get(batch.symbol, 0)
            if newest > from_bucket:
                self._recorder.add_depth(batch.venue, batch.symbol, grid.finished_columns(from_bucket))
                self._next_bucket[batch.symbol] = newest

    def rewind(self) -> None:
        """Begin anew, as when a replay is rewound; what was recorded already is not recorded again."""
        self._market.reset()
