"""A paper account on the market that is open: play money, filled against what is seen of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workstation.account_desk import ASSET, AccountDesk
from workstation.errors import BadFigure, PreflightError
from workstation.exchange.paper_contracts import paper_contract
from workstation.exchange.paper_journal import PAPER_BOOK
from workstation.exchange.paper_venue import PaperVenue
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.order_book import ASK, BID
from workstation.market.state import Market, SymbolState
from workstation.metrics.registry import MetricReader
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import FundingRate, MarkPrice
from workstation.model.instrument import Instrument
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock
from workstation.runtime.supervisor import Supervisor
from workstation.trading.floor import MarketClock, TradingFloor
from workstation.trading.gate import Guardrail
from workstation.trading.risk import HardLimits, MarketView

FIRST_DEPOSIT = Decimal(10_000)
_MARK_EVERY_MS = 1_000
_FOLDER = "paper"
_ANEW = "Account of the next pass"


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


class PaperDesk(AccountDesk):
    """Trades play money on one venue's market, live or recorded."""

    title = "PAPER"
    meaning = "Play money: orders are filled against this market by its own rules, and reach no venue"
    floor_type = PaperFloor

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
            folder, market, metrics, bus, clock, data_dir, limits, guardrails: see `AccountDesk`.
            stands_still: of a recording, whether it is paused.

        Raises:
            PreflightError: ledger or journal cannot be used.
            BadFigure: the trader's own sectors cannot be read.
        """
        self._is_replay = stands_still is not None
        self._marked: dict[str, int] = {}
        self._paper = PaperVenue(venue, folder / PAPER_BOOK, deposit=FIRST_DEPOSIT, asset=ASSET)
        super().__init__(
            self._paper,
            folder,
            market,
            metrics,
            bus,
            clock,
            data_dir=data_dir,
            desk_clock=MarketClock(market, clock) if self._is_replay else clock,
            limits=limits,
            guardrails=guardrails,
            release=self._paper.close,
        )
        assert isinstance(self.floor, PaperFloor)
        self.floor.stands_still = stands_still
        self.add_instruments([state.instrument for state in market.states.values()])

    @property
    def symbols_in_use(self) -> frozenset[str]:
        """See `AccountDesk.symbols_in_use`."""
        return self._paper.symbols_in_use

    def queue_ahead(self, client_order_id: str) -> Decimal | None:
        """See `AccountDesk.queue_ahead`."""
        return self._paper.queue_ahead(client_order_id)

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
        self._paper.deposit(amount - balance.wallet)

    def add_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Trade these too."""
        for instrument in instruments:
            if instrument.venue == self.venue.venue:
                contract = paper_contract(instrument)
                self._paper.add_contract(contract)
                self.floor.add_contract(contract)

    def take(self, batch: MarketBatch, state: SymbolState) -> None:
        """Take in what the market did; the batch is in the state already."""
        if batch.venue != self.venue.venue:
            return
        self._paper.take(batch, state.book)
        if self._is_replay and state.mark is None:
            self._mark(state)

    def take_news(self, news: MarkPrice | FundingRate) -> None:
        """Take in a mark price or a funding rate."""
        if news.venue == self.venue.venue:
            self._paper.take_news(news)

    def _mark(self, state: SymbolState) -> None:
        """Stops and liquidations of a recording without mark prices go by the middle of its book."""
        symbol = state.instrument.symbol
        if state.market_ms < self._marked.get(symbol, 0) + _MARK_EVERY_MS:
            return
        bids, asks = (state.book.top(side, 1)[0] for side in (BID, ASK))
        if len(bids) and len(asks):
            self._marked[symbol] = state.market_ms
            middle = (Decimal(repr(float(bids[0]))) + Decimal(repr(float(asks[0])))) / 2
            self._paper.take_news(MarkPrice(self.venue.venue, symbol, state.market_ms, middle))


class PaperAccounts:
    """Keeps a paper account open: a venue's goes on from run to run, each pass of a recording has its own.

    A recording is traded anew in each pass because what was bought later than now cannot be held.
    """

    def __init__(
        self,
        source: ReplayFeed | str,
        market: Market,
        metrics: MetricReader,
        bus: Bus,
        clock: Clock,
        supervisor: Supervisor,
        data_dir: Path,
    ) -> None:
        """Prepare; `open` opens the first.

        Args:
            source: the recording, or the name of the venue that is followed.
            market, metrics, bus, clock: of the desks; supervisor: of their tasks.
            data_dir: accounts lie in its paper/<venue>, or in paper/replay/<when opened, UTC milliseconds>.
        """
        self._source = source
        self._market = market
        self._metrics = metrics
        self._bus = bus
        self._clock = clock
        self._supervisor = supervisor
        self._data_dir = data_dir
        self._fault: Fault | None = None

    def open(self) -> PaperDesk | None:
        """Return the account; None without a market, or where it cannot be opened: `tell` says why."""
        source = self._source
        if isinstance(source, str):
            venue = name = source
        elif source.instruments:
            venue = source.instruments[0].venue
            name = f"replay/{self._clock.now_ms()}"
        else:
            return None
        try:
            return PaperDesk(
                venue,
                self._data_dir / _FOLDER / name,
                self._market,
                self._metrics,
                self._bus,
                self._clock,
                data_dir=self._data_dir,
                stands_still=None if isinstance(source, str) else lambda: source.paused,
            )
        except PreflightError as error:
            self._fault = Fault("Paper account", str(error), error)
            return None

    def tell(self) -> None:
        """Publish what kept an account from being opened, if anything did."""
        if self._fault is not None:
            self._bus.publish(self._fault)

    def begin_anew(self, before: AccountDesk, use: Callable[[AccountDesk | None], None]) -> None:
        """Put an account away and open the one of the next pass; `use` is told which trades then."""

        async def next_pass() -> None:
            await before.stop(self._supervisor)
            desk = self.open()
            use(desk)
            if desk is not None:
                desk.start(self._supervisor)
            else:
                self.tell()

        if _ANEW not in self._supervisor.running:
            self._supervisor.start(_ANEW, next_pass)
