"""Goes over all symbols a little at a time: which fit, how they stand to the checklist, in which order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from workstation.metrics.metric import Metric, Reading
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.scanner.judging import AccountView, AutomaticPart, Standing, standing_of
from workstation.scanner.market import ScannedMarket
from workstation.scanner.narrowing import Narrowing
from workstation.scanner.ranking import SortKey, Worth, ranked

ROUND_S = 0.25
"""A round over all symbols begins so long after the one before."""
JUDGE_S = 1.0
"""A checklist is judged anew for a symbol when it was judged so long ago."""
VIEW_S = 1.0
"""The account is looked at anew so long after the last look."""

SYMBOL, SECTOR, PASSED = "symbol", "sector", "passed"
"""Columns beside the metrics that rows can be sorted by."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of the symbols.

    Attributes:
        narrowing: which are shown.
        keys: what they are sorted by.
        part: of the checklist that they are judged by; None for none.
        fitting_only: those alone that satisfy it.
    """

    narrowing: Narrowing = field(default_factory=Narrowing)
    keys: tuple[SortKey, ...] = ()
    part: AutomaticPart | None = None
    fitting_only: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a round has found.

    Attributes:
        query: that was asked.
        rows: symbols shown, in order.
        of: how many symbols there are.
        unsaid: how many are not shown because the filter cannot be judged for them.
        fitting: how many of the rows satisfy the checklist.
    """

    query: Query
    rows: tuple[str, ...] = ()
    of: int = 0
    unsaid: int = 0
    fitting: int = 0


class Scan:
    """Keeps the newest answer to a query; `step` goes on with the next one for as long as it may take."""

    def __init__(
        self,
        market: ScannedMarket,
        sector_of: Callable[[str], str],
        view: Callable[[], AccountView | None],
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        """Scan `market`.

        Args:
            sector_of: of a coin.
            view: of the account; None while there is none, and nothing is judged.
            now_ms: our clock. monotonic: seconds that cannot be set.
        """
        self.market = market
        self._sector_of, self._view_of = sector_of, view
        self._now_ms, self._monotonic = now_ms, monotonic
        self._query = Query()
        self._round: Iterator[None] | None = None
        self._began_s = float("-inf")
        self._view: AccountView | None = None
        self._viewed_s = float("-inf")
        self._judged: dict[str, tuple[float, Standing]] = {}
        self.found: Found | None = None
        """The newest answer; None before the first round has ended."""
        self.rounds = 0
        """How often all symbols have been looked over."""

    @property
    def query(self) -> Query:
        """What is asked."""
        return self._query

    def ask(self, query: Query) -> None:
        """Ask something else: the next round begins at once."""
        if query.part != self._query.part:
            self._judged.clear()
        if query != self._query:
            self._query = query
            self._round = None
            self._began_s = float("-inf")

    def standing(self, symbol: str) -> Standing | None:
        """How a symbol stands to the checklist; None while it has not been judged."""
        judged = self._judged.get(symbol)
        return None if judged is None else judged[1]

    def sector(self, symbol: str) -> str:
        """The sector of a symbol's coin."""
        state = self.market.state(symbol)
        return "" if state is None else self._sector_of(state.instrument.base)

    def step(self, budget_s: float) -> bool:
        """Go on for about so long, one symbol at least; True if a round has ended with another answer."""
        ends = perf_counter() + budget_s
        if self._round is None:
            now_s = self._monotonic()
            if now_s - self._began_s < ROUND_S:
                return False
            self._began_s = now_s
            self._round = self._go_round(self._query)
        before = self.found
        for _ in self._round:
            if perf_counter() >= ends:
                return False
        self._round = None
        self.rounds += 1
        return self.found != before

    def _go_round(self, query: Query) -> Iterator[None]:
        rows: list[str] = []
        worths: dict[str, Sequence[Worth]] = {}
        symbols, unsaid, fitting = self.market.symbols, 0, 0
        self._look_at_account()
        for number, symbol in enumerate(symbols):
            if number:
                yield
            fits = query.narrowing.fits(symbol, self.sector(symbol), self._reader(symbol))
            unsaid += fits is None
            if fits:
                standing = self._judge(query.part, symbol)
                is_fit = standing is not None and standing.fits
                if is_fit or not query.fitting_only:
                    rows.append(symbol)
                    fitting += is_fit
                    worths[symbol] = [self._worth(key.key, symbol) for key in query.keys]
        self.found = Found(query, ranked(rows, worths, query.keys), len(symbols), unsaid, fitting)

    def _reader(self, symbol: str) -> Callable[[Metric], Reading]:
        return lambda metric: self.market.read(metric, symbol)

    def _look_at_account(self) -> None:
        now_s = self._monotonic()
        if self._query.part is not None and now_s - self._viewed_s >= VIEW_S:
            self._viewed_s = now_s
            self._view = self._view_of()

    def _judge(self, part: AutomaticPart | None, symbol: str) -> Standing | None:
        state, view = self.market.state(symbol), self._view
        if part is None or view is None or state is None:
            self._judged.pop(symbol, None)
            return None
        now_s = self._monotonic()
        held = self._judged.get(symbol)
        if held is not None and now_s - held[0] < JUDGE_S:
            return held[1]
        standing = standing_of(
            part, state.instrument.venue, symbol, self._reader(symbol), view, self._now_ms()
        )
        if held is not None and held[1] == standing:
            standing = held[1]  # the same object: its cells are not made anew
        self._judged[symbol] = now_s, standing
        return standing

    def _worth(self, key: str, symbol: str) -> Worth:
        if key == SYMBOL:
            return symbol
        if key == SECTOR:
            return self.sector(symbol)
        if key == PASSED:
            standing = self.standing(symbol)
            return None if standing is None else float(standing.passed)
        metric = METRIC_BY_KEY.get(key)
        return None if metric is None else self.market.read(metric, symbol).value
