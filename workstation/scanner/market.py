"""Every symbol of a venue: those that are followed, and those known by their day's figures alone."""

from collections.abc import Sequence

from workstation.market.coverage import TradeCoverage
from workstation.market.state import Market, SymbolState
from workstation.metrics.metric import Metric, Reading
from workstation.metrics.registry import MetricReader
from workstation.metrics.sheet import MetricSheet, SheetRow
from workstation.model.derivatives import Ticker
from workstation.model.feed_status import VenueBoard
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock


class ScannedMarket:
    """Answers metrics of symbols whether they are followed or not.

    What is not followed has no book and no trades here, so whatever needs them is "no data" by its own rule.
    """

    def __init__(self, market: Market, reader: MetricReader, clock: Clock, *, is_live: bool) -> None:
        self._market, self._reader = market, reader
        self._nobody = Bus()
        self._clock = clock
        self._listed = Market(self._nobody, clock)
        nothing = TradeCoverage()
        self._listed_reader = MetricReader(self._listed, clock, lambda _symbol: nothing, is_live=is_live)
        self._sheet = MetricSheet(reader, market, clock, is_live=is_live)
        self._listed_sheet = MetricSheet(self._listed_reader, self._listed, clock, is_live=is_live)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Those followed, in the order they were added, then the others by name."""
        followed = self._market.states
        return (*followed, *(symbol for symbol in self._listed.states if symbol not in followed))

    def is_followed(self, symbol: str) -> bool:
        """Whether its book and trades come in."""
        return symbol in self._market.states

    def state(self, symbol: str) -> SymbolState | None:
        """What is known of a symbol; of one that is not followed, its day's figures."""
        return self._market.state(symbol) or self._listed.state(symbol)

    def read(self, metric: Metric, symbol: str) -> Reading:
        """What a metric is now; never raises."""
        if symbol in self._market.states:
            return self._reader.read(metric, symbol)
        self._tell_listed()
        return self._listed_reader.read(metric, symbol)

    def _tell_listed(self) -> None:
        own, listed = self._reader, self._listed_reader
        listed.calendar, listed.outside, listed.positions = own.calendar, own.outside, own.positions

    # Many metrics of one symbol at once.

    def keep(self, metrics: Sequence[Metric], shown: Sequence[Metric]) -> None:
        """Read these from now on, wherever a row is read; those only shown, where it is read whole."""
        self._tell_listed()
        self._sheet.keep(metrics, shown)
        self._listed_sheet.keep(metrics, shown)

    def place(self, key: str) -> int | None:
        """Where a metric stands in rows; None where it is not kept."""
        return self._sheet.place(key)

    def row(self, symbol: str) -> SheetRow | None:
        """A symbol's row as it was read last; None before that."""
        return (self._sheet if symbol in self._market.states else self._listed_sheet).row(symbol)

    def read_row(self, symbol: str, *, whole: bool = False) -> SheetRow | None:
        """Read a symbol's row now; None where there is no such symbol.

        Args:
            whole: with what is only shown.
        """
        sheet = self._sheet if symbol in self._market.states else self._listed_sheet
        return sheet.read(symbol, whole=whole)

    def age_s(self, place: int, row: SheetRow) -> float:
        """How old the oldest is of what a metric of a row is made of."""
        return self._sheet.age_s(place, row)

    def reading(self, metric: Metric, row: SheetRow) -> Reading:
        """A metric of a row that was read, without its words; one that is not kept is read now."""
        if self._sheet.place(metric.key) is None:
            return self.read(metric, row.state.instrument.symbol)
        return self._sheet.reading(metric.key, row)

    def take(self, board: VenueBoard) -> None:
        """Take in what the venue says of all it lists."""
        for instrument in board.instruments:
            symbol = instrument.symbol
            if symbol not in self._market.states and symbol not in self._listed.states:
                self._listed.states[symbol] = SymbolState(instrument, self._clock, kept=1)
        for ticker in board.tickers:
            self._take_ticker(ticker)

    def _take_ticker(self, ticker: Ticker) -> None:
        state = self._listed.state(ticker.symbol)
        if state is not None:
            state.take_news(ticker)
            state.market_ms = max(state.market_ms, ticker.event_ms)
