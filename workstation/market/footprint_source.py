"""Brings footprints up to a market: of every bar whose trades are all held."""

from workstation.analytics.footprint import Footprint
from workstation.market.state import SymbolState


class FootprintSource:
    """The footprints of one symbol's bars at one height of rows."""

    def __init__(self) -> None:
        self.footprint = Footprint(1_000, 1.0)
        self._state: SymbolState | None = None
        self._appended = 0

    def refresh(self, state: SymbolState, bar_ms: int, row_height: float) -> bool:
        """Bring the footprints up to the market; True if they were made anew.

        Args:
            bar_ms: length of the chart's bars.
            row_height: quote units; the tick serves every zoom, see `BarFootprint.gathered`.
        """
        ring, held = state.trades, self.footprint
        new = ring.appended - self._appended
        same = state is self._state and (held.bar_ms, held.row_height) == (bar_ms, row_height)
        if same and 0 <= new <= len(ring):
            if new:
                held.add_trades(ring.rows()[-new:])
                self._appended = ring.appended
            return False
        self._state, self._appended = state, ring.appended
        self.footprint = Footprint(bar_ms, row_height)
        trades = ring.rows()
        self.footprint.add_trades(trades)
        if len(trades):
            # The bar in which the oldest trade held lies began before it, unless a bar begins with it.
            first = int(trades["event_ms"][0])
            self.footprint.forget_before(-(-first // bar_ms) * bar_ms)
        return True
