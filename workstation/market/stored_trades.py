"""The stored trades of a symbol before those that are held, for what is made of single trades."""

from workstation.market.past_reader import PastReader
from workstation.market.state import SymbolState
from workstation.market.trade_history import TradeHistory
from workstation.model.columns import Records


class StoredTrades:
    """Has them read once for each market, behind the window's back."""

    def __init__(self) -> None:
        self._state: SymbolState | None = None
        self._history: TradeHistory | None = None

    def before(self, state: SymbolState, reader: PastReader | None) -> Records | None:
        """Return rows of TRADE, oldest first; None until they have been read, and where nothing is stored.

        They may have holes, where the desk was not running: whoever uses them holds them against candles.
        """
        held = state.trades
        if reader is None or not len(held):
            return None
        if state is not self._state or self._history is None:
            instrument = state.instrument
            before_ms = int(held.rows()["event_ms"][0])
            self._state = state
            self._history = TradeHistory(instrument.venue, instrument.symbol, before_ms)
        if self._history.trades is None:
            reader.follow(self._history)
        found = self._history.trades
        return found if found is not None and len(found) else None
