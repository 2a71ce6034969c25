"""How the followed symbols moved over 30 days of hours, worked out beside the window's thread."""

from ui.correlation.source import Correlations, CorrelationSource
from ui.correlation.spans import USUAL_SPAN
from ui.exposure.reading import movements_of
from workstation.analytics.correlation_matrix import Method
from workstation.app import Workstation
from workstation.trading.book_exposure import Movements

MOST_SYMBOLS = 200


class MovementSource:
    """Keeps `movements` up to each closed hour."""

    def __init__(self) -> None:
        self._source = CorrelationSource()
        self._shown: Correlations | None = None
        self._workstation: Workstation | None = None
        self.movements: Movements | None = None
        """None before the first."""

    def refresh(self, workstation: Workstation) -> None:
        """Take in what was worked out, and ask anew if an hour has closed."""
        if workstation is not self._workstation:
            self._workstation = workstation
            self.forget()
        states = list(workstation.market.states.values())
        held = workstation.trading.symbols_in_use if workstation.trading is not None else frozenset()
        # Past the most, what is held comes first: it is what matters here.
        states.sort(key=lambda state: state.instrument.symbol not in held)
        self._source.refresh(states[:MOST_SYMBOLS], USUAL_SPAN, Method.PEARSON)
        if self._source.found is not self._shown:
            self._shown = self._source.found
            self.movements = movements_of(self._shown)

    @property
    def working(self) -> bool:
        """Something is being worked out."""
        return self._source.working

    def forget(self) -> None:
        """Another market, or one that begins anew."""
        self._source.forget()
        self._shown = self.movements = None

    def close(self) -> None:
        """Work nothing out any longer."""
        self._source.close()
