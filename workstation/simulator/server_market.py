"""The market behind the server: the engine advanced step by step, and what it did sent to who follows it."""

from workstation.simulator.exchange import SimulatedExchange
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.rest_info import price_text, size_text
from workstation.simulator.streams import Hub
from workstation.simulator.streams_paced import TICK_MS, PacedStreams
from workstation.simulator.streams_publish import Channel, Publisher
from workstation.simulator.trading.trader import Trader
from workstation.simulator.wire_events import EventWriter


class ServedMarket:
    """An exchange whose events go to the hub."""

    def __init__(self, exchange: SimulatedExchange, hub: Hub, faults: ActiveFaults) -> None:
        """Serve `exchange`."""
        self.exchange = exchange
        self.channels = {
            symbol: Channel(
                market,
                EventWriter(symbol, price_text(market.spec), size_text(market.spec)),
                symbol.lower() + "@",
            )
            for symbol, market in exchange.markets.items()
        }
        self._hub = hub
        self.trader = Trader(exchange.markets, hub, lambda: exchange.now_ms, lambda: faults.skew_ms)
        self._publisher = Publisher(self.channels, hub, faults)
        self._paced = PacedStreams(self.channels, hub, faults)

    @property
    def now_ms(self) -> int:
        """Simulated time."""
        return self.exchange.now_ms

    def step(self, due_ms: int) -> int:
        """Go one step toward `due_ms`, at most to the next tick of the paced streams, and return the time."""
        now_ms = self.exchange.now_ms
        if due_ms <= now_ms:
            return now_ms
        edge_ms = now_ms - now_ms % TICK_MS + TICK_MS
        to_ms = min(due_ms, edge_ms)
        self._run(to_ms)
        if to_ms == edge_ms:
            self._paced.tick(edge_ms)
        return to_ms

    def tell(self) -> None:
        """Publish what orders from outside have caused since the last step, at the present moment."""
        self._run(self.exchange.now_ms)

    def _run(self, to_ms: int) -> None:
        """Go to a time and let the account take part: what its orders cause is told at the same moment."""
        events = self.exchange.advance(to_ms)
        while True:
            self._publisher.publish(events)
            self.trader.take(events)
            events = self.exchange.advance(to_ms)
            if not events:
                return

    def advance(self, to_ms: int) -> None:
        """Go to `to_ms` at once and send what happened."""
        while self.step(to_ms) < to_ms:
            pass
        self.flush()

    def flush(self) -> None:
        """Send what was published."""
        self._hub.flush()
