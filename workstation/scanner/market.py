"""Every symbol of a venue: those that are followed, and those known by their day's figures alone."""

from workstation.market.coverage import TradeCoverage
from workstation.market.state import Market, SymbolState
from workstation.metrics.metric import Metric, Reading
from workstation.metrics.registry import MetricReader
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
        self._listed_reader.calendar, self._listed_reader.outside = (
            self._reader.calendar,
            self._reader.outside,
        )
        return self._listed_reader.read(metric, symbol)

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
