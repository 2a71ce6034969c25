"""A paper account on the market that is open: venue, ledger, gate, checklists, all of one folder."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workstation.errors import BadFigure
from workstation.exchange.paper_contracts import paper_contract
from workstation.exchange.paper_venue import PaperVenue
from workstation.market.order_book import ASK, BID
from workstation.market.state import Market, SymbolState
from workstation.metrics.metric import Reading
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import FundingRate, MarkPrice
from workstation.model.instrument import Instrument
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock
from workstation.runtime.supervisor import Supervisor
from workstation.store.ledger import open_ledger
from workstation.trading.account import Account
from workstation.trading.checklist_desk import ChecklistDesk
from workstation.trading.floor import TradingFloor
from workstation.trading.gate import Guardrail
from workstation.trading.guardrails import Guardrails
from workstation.trading.limit_book import LimitBook
from workstation.trading.news import StopMissing
from workstation.trading.risk import HardLimits, MarketView, Situation
from workstation.trading.sectors import Sectors, load_sectors
from workstation.trading.trading_day import DayFacts, DeskSession, day_of

FIRST_DEPOSIT = Decimal(10_000)
ASSET = "USDT"
_MARK_EVERY_MS = 1_000
_JOURNAL = "paper.jsonl"
MOMENT_S = 0.05


class MarketClock:
    """The time of a recording, as far as it has been played; ages are still reckoned in our seconds."""

    def __init__(self, market: Market, clock: Clock) -> None:
        self._market = market
        self._clock = clock

    def now_ms(self) -> int:
        """Newest venue time of any symbol; our own before the first."""
        newest = max((state.market_ms for state in self._market.states.values()), default=0)
        return newest or self._clock.now_ms()

    def monotonic(self) -> float:
        """As the clock behind it."""
        return self._clock.monotonic()


class PaperFloor(TradingFloor):
    """A trading floor whose market may be a recording: it may stand still, and tell no mark prices."""

    stands_still: Callable[[], bool] | None = None
    """Whether the recording is paused; None on a market that is live."""

    def view(self, symbol: str) -> MarketView:
        """What is known of a symbol now; in a recording without mark prices the middle of the book is it."""
        view = super().view(symbol)
        if self.stands_still is None:
            return view
        if view.mark_price is None and view.bids and view.asks:
            view = replace(view, mark_price=(view.bids[0][0] + view.asks[0][0]) / 2, mark_age_ms=0)
        if self.stands_still() and view.book_age_ms is not None:
            view = replace(view, book_age_ms=0)
        return view


class PaperDesk:
    """Trades play money on one venue's market.

    Attributes:
        title: on the badge.
        floor: gate, desk, stops and portfolio.
        checklists: setups, answers, verdicts.
        sectors: of coins.
        session: how long the trader has been at it.
        limit_book, guardrails: the trader's own limits, and what follows from them for the day.
    """

    title = "PAPER"
    meaning = "Play money: orders are filled against this market by its own rules, and reach no venue"

    def __init__(
        self,
        venue: str,
        folder: Path,
        market: Market,
        metrics: MetricReader,
        bus: Bus,
        clock: Clock,
        *,
        data_dir: Path | None = None,
        stands_still: Callable[[], bool] | None = None,
        limits: Callable[[], HardLimits] | None = None,
        guardrails: Sequence[Guardrail] | None = None,
    ) -> None:
        """Open the account that is in `folder`, or make it with a first deposit.

        Args:
            venue: of the market, as its instruments name it.
            folder: of this account alone: what is play must not stand in the ledger of what is real.
            market, metrics: where books, marks and rows of checklists are read.
            data_dir: of the trader's own checklists and sectors.
            stands_still: of a recording, whether it is paused.
            limits, guardrails: asked anew for every intent; None takes the trader's own, kept in the ledger.

        Raises:
            PreflightError: ledger or journal cannot be used.
            BadFigure: the trader's own sectors cannot be read.
        """
        self.sectors: Sectors = load_sectors(data_dir)
        self._market = market
        self._metrics = metrics
        self._clock = clock
        self._is_replay = stands_still is not None
        self._marked: dict[str, int] = {}
        self._situations: dict[str, tuple[tuple[object, ...], Situation]] = {}
        desk_clock = MarketClock(market, clock) if self._is_replay else clock
        self.clock: Clock = desk_clock
        """Of the desk: the venue's time, that of the recording in a replay."""
        self._files = ExitStack()
        self.venue = PaperVenue(venue, folder / _JOURNAL, deposit=FIRST_DEPOSIT, asset=ASSET)
        self._files.callback(self.venue.close)
        try:
            ledger = open_ledger(folder, clock=clock)
            self._files.callback(ledger.close)
            self._files.callback(bus.subscribe(StopMissing, lambda news: bus.publish(_stop_fault(news))))
            self.limit_book = LimitBook(ledger, clock)
            self.guardrails = Guardrails(
                self.limit_book, lambda: self.floor.portfolio, self.day, self.correlation
            )
            self.limits = limits or self.limit_book.limits
            self.floor = PaperFloor(
                self.venue,
                ledger,
                market,
                bus,
                desk_clock,
                limits=self.limits,
                guardrails=(self.guardrails,) if guardrails is None else guardrails,
            )
        except BaseException:
            self.close()
            raise
        self.floor.stands_still = stands_still
        now_ms = clock.now_ms()
        self.session = DeskSession(now_ms, self.limit_book.session_before(now_ms))
        self.checklists = ChecklistDesk(metrics, self.situation, self.day, self.sectors, clock, data_dir)
        self.add_instruments([state.instrument for state in market.states.values()])

    # What panels ask.

    @property
    def symbols_in_use(self) -> frozenset[str]:
        """Symbols with a position or an order: their market must be followed."""
        return self.venue.symbols_in_use

    def correlation(self, first: str, second: str) -> float:
        """Of hourly returns; nan where it is not known."""
        return self._metrics.correlation(first, second)

    def read(self, key: str, symbol: str) -> Reading:
        """What a metric of the market is now, by its key."""
        return self._metrics.read(METRIC_BY_KEY[key], symbol)

    def situation(self, symbol: str) -> Situation:
        """Market and account of now; whoever asks within a moment is given the same, worked out once."""
        state = self._market.state(symbol)
        last_data = None if state is None else state.health.last_data
        mark = None if state is None else state.mark
        moment = self._clock.monotonic() // MOMENT_S
        key = (self.floor.portfolio.version, moment, last_data, mark, self.floor.desk.frozen)
        held = self._situations.get(symbol)
        if held is None or held[0] != key:
            held = self._situations[symbol] = (key, self.floor.desk.situation(symbol))
        return held[1]

    def account(self) -> Account:
        """The wallet with everything that hangs on it, at the marks of now."""
        portfolio = self.floor.portfolio
        marks = {symbol: self.floor.view(symbol).mark_price for symbol in portfolio.positions}
        return portfolio.account(ASSET, {symbol: mark for symbol, mark in marks.items() if mark is not None})

    def day(self) -> DayFacts:
        """The trader's day so far."""
        facts = day_of(self.floor.portfolio, self.account(), self.session, self.clock.now_ms())
        return replace(facts, session_ms=self.session.length_ms(self._clock.now_ms()))

    def touch(self) -> None:
        """The trader did something: the session goes on."""
        now_ms = self._clock.now_ms()
        self.session.touch(now_ms)
        self.limit_book.keep_session(self.session.began_ms, now_ms)

    def begin_with(self, amount: Decimal) -> None:
        """Set the balance of the account, which must hold nothing and want nothing.

        Raises:
            BadFigure: it is not flat, or the amount is none.
            DataDirectoryError: it could not be written down.
        """
        if not amount.is_finite() or amount <= 0:
            raise BadFigure("balance", "The balance must be above zero")
        if self.symbols_in_use or self.floor.portfolio.working():
            raise BadFigure("balance", "Close every position and cancel every order first")
        balance = self.floor.portfolio.balance(ASSET)
        if balance is None:
            raise BadFigure("balance", "The account is still being reconciled: try again in a moment")
        self.venue.deposit(amount - balance.wallet)

    # The market's side.

    def add_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Trade these too."""
        for instrument in instruments:
            if instrument.venue == self.venue.venue:
                contract = paper_contract(instrument)
                self.venue.add_contract(contract)
                self.floor.add_contract(contract)

    def take(self, batch: MarketBatch, state: SymbolState) -> None:
        """Take in what the market did; the batch is in the state already."""
        if batch.venue != self.venue.venue:
            return
        self.venue.take(batch, state.book)
        if self._is_replay and state.mark is None:
            self._mark(state)

    def take_news(self, news: MarkPrice | FundingRate) -> None:
        """Take in a mark price or a funding rate."""
        if news.venue == self.venue.venue:
            self.venue.take_news(news)

    # Running.

    def start(self, supervisor: Supervisor) -> None:
        """Let it run as supervised tasks."""
        self.floor.start(supervisor)

    async def stop(self, supervisor: Supervisor) -> None:
        """End its tasks and close it, while everything else goes on."""
        for name in self.floor.task_names:
            await supervisor.stop(name)
        await self.finish()

    async def finish(self) -> None:
        """Wait for what is under way and close; its tasks have ended."""
        await self.floor.finish()
        self.close()

    def close(self) -> None:
        """Release the files."""
        self._files.close()

    def _mark(self, state: SymbolState) -> None:
        """Stops and liquidations of a recording without mark prices go by the middle of its book."""
        symbol = state.instrument.symbol
        if state.market_ms < self._marked.get(symbol, 0) + _MARK_EVERY_MS:
            return
        bids, asks = (state.book.top(side, 1)[0] for side in (BID, ASK))
        if len(bids) and len(asks):
            self._marked[symbol] = state.market_ms
            middle = (Decimal(repr(float(bids[0]))) + Decimal(repr(float(asks[0])))) / 2
            self.venue.take_news(MarkPrice(self.venue.venue, symbol, state.market_ms, middle))


def _stop_fault(news: StopMissing) -> Fault:
    """What is shown loudly where a position stands without its stop."""
    words = (
        f"{news.symbol} has no working stop. {news.words}. In Positions R sends it again, Shift+X closes it"
    )
    return Fault("Protective stop", words)
