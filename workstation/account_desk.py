"""One account on the market that is open: a venue, its ledger, gate and checklists, all of one folder."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workstation.market.state import Market, SymbolState
from workstation.metrics.held_book import HeldBook
from workstation.metrics.metric import Reading
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import FundingRate, MarkPrice
from workstation.model.instrument import Instrument
from workstation.model.ledger import Evidence
from workstation.model.orders import OrderIntent
from workstation.ports import TradingVenue
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock
from workstation.runtime.supervisor import Supervisor
from workstation.store.ledger import open_ledger
from workstation.trading.account import Account
from workstation.trading.book_exposure import held_book
from workstation.trading.checklist_desk import ChecklistDesk
from workstation.trading.commitments import CommitmentBook
from workstation.trading.event_guard import EventGuard
from workstation.trading.floor import TradingFloor
from workstation.trading.gate import Guardrail
from workstation.trading.guardrails import Guardrails
from workstation.trading.limit_book import LimitBook
from workstation.trading.news import StopMissing
from workstation.trading.risk import HardLimits, Situation
from workstation.trading.ritual_guard import RitualGuard
from workstation.trading.sectors import Sectors, load_sectors
from workstation.trading.setup_record import SetupRecords
from workstation.trading.trading_day import DayFacts, DeskSession, day_of

ASSET = "USDT"
MOMENT_S = 0.05


class AccountDesk:
    """Trades one account; what the account is, and how the market reaches its venue, is its heirs' affair.

    Attributes:
        title: on the badge.
        meaning: in its tool tip.
        venue: where the orders go.
        floor: gate, desk, stops and portfolio.
        checklists: setups, answers, verdicts.
        data_dir: of the trader's own files; None without one.
        sectors: of coins; `reload_sectors` reads the trader's file anew.
        session: how long the trader has been at it.
        limit_book, guardrails: the trader's own limits, and what follows from them for the day.
        events: what the calendar's windows forbid and cut.
        rituals: the trader's commitments, losses to look back on, and the ramp of size.
        records: what each setup has won and lost on this account.
        clock: of the desk: the venue's time, that of the recording in a replay.
    """

    title: str
    meaning: str
    floor_type: type[TradingFloor] = TradingFloor

    def __init__(
        self,
        venue: TradingVenue,
        folder: Path,
        market: Market,
        metrics: MetricReader,
        bus: Bus,
        clock: Clock,
        *,
        data_dir: Path | None = None,
        limits_folder: Path | None = None,
        desk_clock: Clock | None = None,
        limits: Callable[[], HardLimits] | None = None,
        guardrails: Sequence[Guardrail] | None = None,
        release: Callable[[], None] | None = None,
    ) -> None:
        """Open the ledger that is in `folder`, or make it.

        Args:
            venue: where the orders go.
            folder: of this account alone: what is play must not stand in the ledger of what is real.
            market, metrics: where books, marks and rows of checklists are read.
            clock: of the machine.
            data_dir: of the trader's own checklists and sectors.
            limits_folder: of the trader's own limits where they outlive the account; None for `folder`.
            desk_clock: follows the venue's time; None where the machine's does.
            limits, guardrails: asked anew for every intent; None takes the trader's own, kept in the ledger.
            release: lets go of the venue, once, when the desk is closed or cannot be opened.

        Raises:
            PreflightError: a ledger cannot be used.
            BadFigure: the trader's own sectors cannot be read.
        """
        self._files = ExitStack()
        if release is not None:
            self._files.callback(release)
        self.venue = venue
        self.clock: Clock = desk_clock or clock
        self._market = market
        self._metrics = metrics
        self._clock = clock
        self._situations: dict[str, tuple[tuple[object, ...], Situation]] = {}
        self.data_dir = data_dir
        try:
            self.sectors: Sectors = load_sectors(data_dir)
            ledger = open_ledger(folder, clock=clock)
            self._files.callback(ledger.close)
            limits_ledger = ledger
            if limits_folder is not None:
                limits_ledger = open_ledger(limits_folder, clock=clock)
                self._files.callback(limits_ledger.close)
            self._files.callback(bus.subscribe(StopMissing, lambda news: bus.publish(_stop_fault(news))))
            self.limit_book = LimitBook(limits_ledger, clock)
            self.guardrails = Guardrails(
                self.limit_book, lambda: self.floor.portfolio, self.day, self.correlation
            )
            self.events = EventGuard(lambda: metrics.calendar, lambda: self.limit_book.rules().risk_unit_rate)
            self.rituals = RitualGuard(
                CommitmentBook(limits_ledger, clock, self.limit_book.rules),
                self.limit_book.rules,
                self.day,
                lambda: self.floor.portfolio,
                lambda: self.account().figures().equity,
                self._evidence,
            )
            self.limits = limits or self.limit_book.limits
            self.floor = self.floor_type(
                venue,
                ledger,
                market,
                bus,
                self.clock,
                limits=self.limits,
                guardrails=(self.guardrails, self.events, self.rituals) if guardrails is None else guardrails,
            )
            now_ms = clock.now_ms()
            self.session = DeskSession(now_ms, self.limit_book.session_before(now_ms))
            self.checklists = ChecklistDesk(
                metrics, self.situation, self.day, self.sectors, clock, data_dir, limits_ledger
            )
            self.records = SetupRecords(lambda: self.floor.portfolio)
        except BaseException:
            self.close()
            raise

    def _evidence(self, intent: OrderIntent) -> Sequence[Evidence]:
        verdict = self.checklists.verdict(intent)
        return () if verdict is None else verdict.evidence

    # What panels ask.

    @property
    def symbols_in_use(self) -> frozenset[str]:
        """Symbols with a position or an order: their market must be followed."""
        portfolio = self.floor.portfolio
        return frozenset({*portfolio.positions, *(order.intent.symbol for order in portfolio.working())})

    @property
    def is_read(self) -> bool:
        """Whether the venue has said what the account holds: before that, nothing held means nothing."""
        return self.floor.portfolio.balance(ASSET) is not None

    def queue_ahead(self, client_order_id: str) -> Decimal | None:  # noqa: ARG002 - venues do not say it
        """The size before an order in the queue of its level; None where nobody says it."""
        return None

    def reload_sectors(self) -> None:
        """Read the trader's own sectors anew; everyone who asks gets the new ones.

        Raises:
            BadFigure: the file cannot be read; the sectors stay as they are.
        """
        self.sectors.become(load_sectors(self.data_dir))

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

    def held_book(self) -> HeldBook | None:
        """What is held, for the equity; None while that is not known, or nothing is left of it."""
        return held_book(self.account(), self.sectors, self.floor.portfolio.version)

    def day(self) -> DayFacts:
        """The trader's day so far."""
        facts = day_of(self.floor.portfolio, self.account(), self.session, self.clock.now_ms())
        return replace(facts, session_ms=self.session.length_ms(self._clock.now_ms()))

    def touch(self) -> None:
        """The trader did something: the session goes on."""
        now_ms = self._clock.now_ms()
        self.session.touch(now_ms)
        self.limit_book.keep_session(self.session.began_ms, now_ms)

    # The market's side.

    def add_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Take note that these are followed too."""

    def take(self, batch: MarketBatch, state: SymbolState) -> None:
        """Take in what the market did; the batch is in the state already."""

    def take_news(self, news: MarkPrice | FundingRate) -> None:
        """Take in a mark price or a funding rate."""

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


def _stop_fault(news: StopMissing) -> Fault:
    """What is shown loudly where a position stands without its stop."""
    words = (
        f"{news.symbol} has no working stop. {news.words}. In Positions R sends it again, Shift+X closes it"
    )
    return Fault("Protective stop", words)
