"""Brings footprints up to a market: of every bar of which trades are held or stored."""

from workstation.analytics.footprint import BarFootprint, Footprint
from workstation.market.state import SymbolState
from workstation.model.columns import Records

WHOLE_SHARE = 0.995
"""A footprint that holds less of its candle's volume lacks trades."""


class FootprintSource:
    """The footprints of one symbol's bars at one height of rows."""

    def __init__(self) -> None:
        self.footprint = Footprint(1_000, 1.0)
        self._state: SymbolState | None = None
        self._appended = 0
        self._past: Records | None = None

    def refresh(
        self, state: SymbolState, bar_ms: int, row_height: float, past: Records | None = None
    ) -> bool:
        """Bring the footprints up to the market; True if they were made anew.

        Args:
            bar_ms: length of the chart's bars.
            row_height: quote units; the tick serves every zoom, see `BarFootprint.gathered`.
            past: rows of TRADE from before those that the state holds.
        """
        ring, held = state.trades, self.footprint
        new = ring.appended - self._appended
        same = state is self._state and past is self._past
        same = same and (held.bar_ms, held.row_height) == (bar_ms, row_height)
        if same and 0 <= new <= len(ring):
            if new:
                held.add_trades(ring.rows()[-new:])
                self._appended = ring.appended
            return False
        self._state, self._appended, self._past = state, ring.appended, past
        self.footprint = Footprint(bar_ms, row_height)
        if past is not None:
            self.footprint.add_trades(past)
        self.footprint.add_trades(ring.rows())
        return True

    def whole_bar(self, candle: Records) -> BarFootprint | None:
        """The footprint of one candle, a row of CANDLE; None where trades of it are missing."""
        bar = self.footprint.bar(int(candle["open_ms"][0]))
        if bar is None or bar.volume < WHOLE_SHARE * float(candle["volume"][0]):
            return None
        return bar
