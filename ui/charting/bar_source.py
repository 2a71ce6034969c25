"""Which bars a chart shows: of a timeframe or cut by what was traded, as traded or as Heikin-Ashi."""

import numpy as np

from ui.charting.candle_item import BarStyle
from ui.widgets.plot_mapping import Floats
from workstation.market.candles import CANDLE, CandleSeries
from workstation.market.counted_bars import BarRule, CountedBars
from workstation.market.heikin_ashi import HeikinAshi
from workstation.market.past_reader import PastReader
from workstation.market.state import SymbolState
from workstation.market.trade_history import TradeHistory
from workstation.model.columns import Records


class BarSource:
    """Keeps up with one symbol's market."""

    def __init__(self) -> None:
        self.style = BarStyle.CANDLES
        self.rule: BarRule | None = None
        """What cuts the bars; None for the clock."""
        self.traded: Records = np.empty(0, CANDLE)
        """The bars as they were traded, rows of CANDLE."""
        self.settled: tuple[object, ...] = ()
        """Compares equal while only the newest of them has changed and bars were only added."""
        self.epoch = 0
        """Grows when what was held is void."""
        self._series: CandleSeries | None = None
        self._counted: CountedBars | None = None
        self._appended = 0
        self._past: TradeHistory | None = None
        self._past_taken = False
        self._version: object = None
        self._smoothed = HeikinAshi()

    def forget(self) -> None:
        """Another symbol, timeframe, rule or market: nothing of what was held is so any longer."""
        self.epoch += 1
        self._series = self._counted = self._past = None
        self._version = None
        self.traded = np.empty(0, CANDLE)

    def refresh(self, state: SymbolState, timeframe_ms: int, reader: PastReader | None) -> bool:
        """Read the market; True if anything is another than at the call before.

        Args:
            state: the symbol's.
            timeframe_ms: of candles.
            reader: reads the trades that were stored before those held, for bars that trades cut.
        """
        if self.rule is None:
            series = state.candles(timeframe_ms)
            version: object = (id(series), series.version)
            if series is not self._series:
                self._series = series
                self.epoch += 1
            settled: tuple[object, ...] = (self.epoch, series.settled_version)
            rows = series.rows()
        else:
            if reader is not None:
                self._want_past(state, reader)
            counted = self._count(state, self.rule)
            version, settled, rows = (id(counted), counted.version), (self.epoch,), counted.rows()
        if (version, settled) == self._version:
            return False
        self._version = (version, settled)
        self.traded, self.settled = rows, settled
        return True

    def _want_past(self, state: SymbolState, reader: PastReader) -> None:
        """Have the stored trades read that were before those held, and begin anew when they are there."""
        held = state.trades.rows()
        if self._past is None and len(held):
            instrument = state.instrument
            self._past = TradeHistory(instrument.venue, instrument.symbol, int(held["event_ms"][0]))
            self._past_taken = False
        if self._past is not None and not self._past_taken:
            reader.follow(self._past)
            if self._past.trades is not None:
                self._past_taken = True
                if len(self._past.trades):
                    self._counted = None

    @property
    def shown(self) -> Records:
        """The bars in their style, rows of CANDLE."""
        if self.style is BarStyle.HEIKIN_ASHI:
            return self._smoothed.rows(self.traded, self.settled)
        return self.traded

    @property
    def times(self) -> Floats | None:
        """When each bar opened, where bars are counted; else None."""
        return None if self._counted is None or self.rule is None else self._counted.times()

    def _count(self, state: SymbolState, rule: BarRule) -> CountedBars:
        ring = state.trades
        new = ring.appended - self._appended
        if self._counted is None or self._counted.rule != rule or not 0 <= new <= len(ring):
            if self._counted is not None and self._counted.rule == rule:
                self._past = None  # some were missed: by now they are stored
            self._counted = CountedBars(rule, float(state.instrument.tick_size))
            self.epoch += 1
            if self._past is not None and self._past.trades is not None:
                self._counted.add_trades(self._past.trades)
            new = len(ring)
        if new:
            self._counted.add_trades(ring.rows()[-new:])
        self._appended = ring.appended
        return self._counted
