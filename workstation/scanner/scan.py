"""Goes over all symbols a little at a time: which fit, how they stand to the checklist, in which order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import thread_time

from workstation.metrics.metric import Metric
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.metrics.sheet import SheetRow
from workstation.scanner.judging import (
    AccountView,
    AutomaticPart,
    InWords,
    Judge,
    Standing,
    in_words,
    own_reading,
)
from workstation.scanner.market import ScannedMarket
from workstation.scanner.narrowing import Narrowing
from workstation.scanner.ranking import SortKey, Worth, ranked
from workstation.trading.checklist_template import AutomaticRow
from workstation.trading.day_metrics import DAY_METRIC_BY_KEY

ROUND_S = 0.25
"""Every symbol is read anew so often."""
SPREAD = 0.9
"""Over this share of a round its symbols are spread evenly, so that no frame has to bear them all."""
WORDS_S = 1.0
"""What stands in a symbol's way is said anew when that was said so long ago."""
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
        self._shown: tuple[Metric, ...] = ()
        self._round: Iterator[int] | None = None
        self._count = 0
        self._began_s = float("-inf")
        self._is_asked = True
        self._view: AccountView | None = None
        self._viewed_s = float("-inf")
        self._asked: list[tuple[str, int | None, float | None] | None] = []
        self._own: dict[tuple[str, str], float | None] = {}
        self._judge_of: Judge | None = None
        self._judged: dict[str, Standing] = {}
        self._words: dict[str, tuple[float, Standing, str]] = {}
        self.found: Found | None = None
        """The newest answer; None before the first round has ended."""
        self.rounds = 0
        """How often all symbols have been looked over."""
        self.row_read: Callable[[str], None] = lambda _symbol: None
        """Called with a symbol whose row has just been read."""

    @property
    def query(self) -> Query:
        """What is asked."""
        return self._query

    def ask(self, query: Query) -> None:
        """Ask something else: the next round begins at once."""
        if query.part != self._query.part:
            self._judge_of = None if query.part is None else Judge(query.part)
            self._judged.clear()
            self._words.clear()
        if query != self._query:
            self._query = query
            self._begin_anew()

    def show(self, metrics: tuple[Metric, ...]) -> None:
        """Read these too of rows that are read whole, for whoever shows them."""
        if metrics != self._shown:
            self._shown = metrics
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._round = None
        self._began_s = float("-inf")
        self._is_asked = True
        self.market.keep(self._kept(), self._shown)

    def _kept(self) -> tuple[Metric, ...]:
        query = self._query
        expression = query.narrowing.expression
        named = () if expression is None else expression.metrics
        keys = tuple(METRIC_BY_KEY[key.key] for key in query.keys if key.key in METRIC_BY_KEY)
        judged = () if query.part is None else query.part.metrics.values()
        return (*named, *keys, *judged)

    def standing(self, symbol: str) -> Standing | None:
        """How a symbol stands to the checklist; None while it has not been judged."""
        return self._judged.get(symbol)

    def in_words(self, symbol: str) -> InWords | None:
        """The same in words, every row of it as it is now; None likewise."""
        part, view, state = self._query.part, self._view, self.market.state(symbol)
        if part is None or view is None or state is None or symbol not in self._judged:
            return None
        venue, read = state.instrument.venue, self.market.read
        return in_words(part, venue, symbol, lambda metric: read(metric, symbol), view, self._now_ms())

    def in_the_way(self, symbol: str) -> str | None:
        """What of it must pass and does not, in few words; "" for nothing, None while it is not judged."""
        judge, view, standing = self._judge_of, self._view, self._judged.get(symbol)
        row = self.market.row(symbol)
        if judge is None or view is None or standing is None or row is None:
            return None
        if standing.fits:
            return ""
        now_s, known = self._monotonic(), self._words.get(symbol)
        if known is not None and known[1] is standing and now_s - known[0] < WORDS_S:
            return known[2]
        part, venue, reading = judge.in_the_way(standing), row.state.instrument.venue, self.market.reading
        words = in_words(part, venue, symbol, lambda one: reading(one, row), view, self._now_ms()).in_the_way
        self._words[symbol] = now_s, standing, words
        return words

    def sector(self, symbol: str) -> str:
        """The sector of a symbol's coin."""
        state = self.market.state(symbol)
        return "" if state is None else self._sector_of(state.instrument.base)

    def step(self, budget_s: float) -> bool:
        """Go on for about so much work, one symbol at least; True if a round has ended with another answer.

        What other programs take of the processor meanwhile is not counted, or little would be read. A round
        is spread over its quarter of a second; the first one after another question is not.
        """
        ends, now_s = thread_time() + budget_s, self._monotonic()
        if self._round is None:
            since_s = now_s - self._began_s
            if since_s < ROUND_S:
                return False
            self._began_s = self._began_s + ROUND_S if since_s < 2 * ROUND_S else now_s
            self._round = self._go_round(self._query)
        due = float("inf")
        if not self._is_asked:
            due = self._count * (now_s - self._began_s) / (SPREAD * ROUND_S)
        before = self.found
        for read in self._round:
            if thread_time() >= ends or read > due:
                return False
        self._round = None
        self._is_asked = False
        self.rounds += 1
        return self.found != before

    def _go_round(self, query: Query) -> Iterator[int]:
        rows: list[str] = []
        worths: dict[str, Sequence[Worth]] = {}
        symbols, unsaid, fitting = self.market.symbols, 0, 0
        self._count = len(symbols)
        self._look_at_account()
        place = self.market.place
        places = [place(key.key) for key in query.keys]
        rows_asked = () if query.part is None else query.part.template.rows
        self._asked = [
            (row.metric, place(row.metric), row.max_age_s) if isinstance(row, AutomaticRow) else None
            for row in rows_asked
        ]
        for number, symbol in enumerate(symbols):
            if number:
                yield number
            row = self.market.row(symbol) if self._is_asked else None
            if row is None:
                row = self.market.read_row(symbol)
                if row is None:
                    continue
            fits = query.narrowing.fits(symbol, self.sector, self._told_of(row))
            unsaid += fits is None
            standing = self._judge(query.part, symbol, row) if fits else None
            self.row_read(symbol)
            if fits:
                is_fit = standing is not None and standing.fits
                if is_fit or not query.fitting_only:
                    rows.append(symbol)
                    fitting += is_fit
                    worths[symbol] = [
                        self._worth(key.key, symbol) if at is None else row.values[at]
                        for key, at in zip(query.keys, places, strict=True)
                    ]
        self.found = Found(query, ranked(rows, worths, query.keys), len(symbols), unsaid, fitting)

    def _told_of(self, row: SheetRow) -> Callable[[Metric], float | None]:
        place_of = self.market.place

        def told(metric: Metric) -> float | None:
            place = place_of(metric.key)
            return None if place is None else row.sure(place)

        return told

    def _look_at_account(self) -> None:
        now_s = self._monotonic()
        if self._query.part is not None and now_s - self._viewed_s >= VIEW_S:
            self._viewed_s = now_s
            self._view = self._view_of()
            self._own.clear()

    def _judge(self, part: AutomaticPart | None, symbol: str, row: SheetRow) -> Standing | None:
        view, judge = self._view, self._judge_of
        if part is None or view is None or judge is None:
            self._judged.pop(symbol, None)
            return None
        values: list[float | None] = []
        for asked in self._asked:
            if asked is None:
                values.append(None)
                continue
            key, place, may_be_old_s = asked
            if place is None:
                values.append(self._own_value(key, symbol, row, part, view))
            elif may_be_old_s is not None and self.market.age_s(place, row) > may_be_old_s:
                values.append(None)
            else:
                values.append(row.sure(place))
        standing = self._judged[symbol] = judge.standing(values, self._judged.get(symbol))
        return standing

    def _own_value(
        self, key: str, symbol: str, row: SheetRow, part: AutomaticPart, view: AccountView
    ) -> float | None:
        about = "" if key in DAY_METRIC_BY_KEY else symbol  # the day is the same under every symbol
        if (key, about) not in self._own:
            venue = row.state.instrument.venue
            reading = own_reading(key, venue, symbol, part.side, view, self._now_ms())
            self._own[key, about] = reading.value
        return self._own[key, about]

    def _worth(self, key: str, symbol: str) -> Worth:
        if key == SYMBOL:
            return symbol
        if key == SECTOR:
            return self.sector(symbol)
        standing = self.standing(symbol)
        return float(standing.passed) if key == PASSED and standing is not None else None
