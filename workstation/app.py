"""The composition root: the one place that names concrete feeds and stores and puts them together."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from workstation.account_desk import AccountDesk
from workstation.alerts.book import AlertBook
from workstation.alerts.engine import AlertEngine
from workstation.alerts.event_alerts import EventAlerts
from workstation.analytics.study import StudyInputs
from workstation.events.calendar import Calendar
from workstation.exchange.feed_wire import FeedNews
from workstation.exchange.live_feed import LiveFeed
from workstation.exchange.live_history import LiveHistory
from workstation.exchange.replay_feed import ReplayFeed
from workstation.exchange.venues import SIMULATED
from workstation.market.backfill import Backfill
from workstation.market.crossed import CrossedWatch
from workstation.market.feed_diary import FeedDiary
from workstation.market.intake import PART_S, Intake
from workstation.market.liquidity_book import LiquidityBook
from workstation.market.past_reader import PastReader
from workstation.market.ranges import missing_ranges
from workstation.market.recorder import Recorder
from workstation.market.state import Market
from workstation.market.study_inputs import study_inputs
from workstation.market.upkeep import Upkeep
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import DerivativeNews, FundingRate, MarkPrice
from workstation.model.feed_status import FeedState, FeedStatus, VenueBoard
from workstation.model.instrument import Instrument
from workstation.model.text import printable
from workstation.outside.source import FOLDER as OUTSIDE_FOLDER
from workstation.outside.watch import OutsideWatch
from workstation.paper_desk import PaperAccounts
from workstation.ports import LevelBook, RecordingNews
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock, SystemClock
from workstation.runtime.supervisor import Supervisor
from workstation.scanner.market import ScannedMarket
from workstation.settings import load_settings
from workstation.simulated_desk import DemoAccounts
from workstation.store.ticks import DuckTickStore, open_store

log = logging.getLogger(__name__)

REPLAY_MARKET = "replay"
"""The market, by name, that alerts of recordings belong to."""


class Workstation:
    """The headless program: a feed, the market it makes, and the store that keeps it.

    Without a screen it is driven by `take`; in a window by `start` and `stop` in the event loop.
    """

    def __init__(
        self,
        feed: ReplayFeed | None,
        store: DuckTickStore | None,
        clock: Clock | None = None,
        *,
        live: LiveFeed | None = None,
    ) -> None:
        """Put the parts together; the feed's instruments are followed, and recorded if there is a store.

        Args:
            feed: the recording to replay.
            store: keeps what arrives.
            clock: the machine's own by default.
            live: the venue to follow instead of a recording; its instruments come once it has answered.

        Raises:
            DataDirectoryError: the store cannot be written.
        """
        self.clock = clock or SystemClock()
        self.bus = Bus()
        self.supervisor = Supervisor(self.bus)
        self.market = Market(self.bus, self.clock)
        self.feed = feed
        self.live = live
        self.store = store
        self.recorder = Recorder(store, self.clock) if store else None
        self.past_reader = PastReader(store.history, self.clock) if store else None
        """Reads what is looked at of the stored past; None where nothing is stored."""
        self._intake = Intake(
            self.market,
            self.recorder,
            part_s=None if live is None else PART_S,
            keeps_candles=live is not None and _has_one_past(live),
            counts_ids=feed is not None and feed.counts_trades,
        )
        self.liquidity = LiquidityBook(store.history if store else None, self.clock)
        """What is usual of the liquidity of stored markets, and how the trader trades them."""
        self.metrics = MetricReader(self.market, self.clock, self._intake.coverage, is_live=live is not None)
        self.metrics.liquidity = self.liquidity
        self.metrics.positions = lambda: None if self.trading is None else self.trading.held_book()
        self.scanned = ScannedMarket(self.market, self.metrics, self.clock, is_live=live is not None)
        """Every symbol of the venue, also those that are not followed."""
        self.bus.subscribe(VenueBoard, self.scanned.take)
        self.alerts: AlertEngine | None = None
        """Watches the trader's alerts; None where nobody is there to be told."""
        self.trading: AccountDesk | None = None
        """The account that trades this market; None where there is none."""
        self.outside: OutsideWatch | None = None
        """Fetches the series from outside that the trader declares; None where nobody wants them."""
        self._paper: PaperAccounts | None = None
        self._demo: DemoAccounts | None = None
        self._crossed = CrossedWatch()
        if feed is not None:
            feed.on_rewind = self._rewind
            for instrument in feed.instruments:
                self.market.add(instrument)
                if self.recorder is not None:
                    self.recorder.open(feed.identity, printable(str(feed.path)), instrument)
        self.backfill: Backfill | None = None
        """Fills in the past of what is looked at; None where there is no venue to ask."""
        self._diary: FeedDiary | None = None
        if live is not None and store is not None:
            self._diary = FeedDiary(live.venue, store, self.clock, lambda: live.symbol_status)
        if live is not None:
            live.on_instruments = self._follow
            live.on_news = self._take_news
            self.backfill = Backfill(
                live.venue,
                self.market,
                LiveHistory(live),
                self._intake.coverage,
                store if _has_one_past(live) else None,
                self.bus,
                self.clock,
            )

    @classmethod
    def for_replay(cls, capture: Path, data_dir: Path, *, speed: float) -> "Workstation":
        """Open a capture and the store in `data_dir`, which is made if it is missing.

        Raises:
            BadCapture: the file is no capture.
            DataDirectoryError: the directory cannot be written or is in use.
        """
        return cls._beside_store(data_dir, feed=ReplayFeed(capture, speed=speed))

    @classmethod
    def for_venue(
        cls,
        entry: str,
        symbols: Sequence[str],
        data_dir: Path | None,
        *,
        venue: str | None = None,
        base_url: str | None = None,
    ) -> "Workstation":
        """Follow a venue live, recorded in `data_dir`, which is made if it is missing.

        Args:
            entry: key of the venue in `workstation.exchange.venues.VENUES`.
            symbols: what to follow, in the venue's spelling or ccxt's.
            data_dir: where it is recorded; None to record nothing.
            venue: the name under which it is shown and stored; None for the entry's own.
            base_url: where the venue is reached instead of its own address.

        Raises:
            DataDirectoryError: the directory cannot be written or is in use.
        """
        return cls._beside_store(data_dir, live=LiveFeed(entry, symbols, venue=venue, base_url=base_url))

    @classmethod
    def for_disk(cls, data_dir: Path) -> "Workstation":
        """Follow nothing: what is stored in `data_dir` can be looked at, and no process or network is used.

        Raises:
            DataDirectoryError: the directory cannot be used or is in use.
        """
        return cls._beside_store(data_dir)

    @classmethod
    def _beside_store(
        cls, data_dir: Path | None, feed: ReplayFeed | None = None, live: LiveFeed | None = None
    ) -> "Workstation":
        """Open the store in `data_dir`, if any, around a feed; where that fails, let go of both."""
        clock = SystemClock()
        with ExitStack() as undo:
            if feed is not None:
                undo.callback(feed.close)
            store = None if data_dir is None else open_store(data_dir, clock=clock)
            if store is not None:
                undo.callback(store.close)
            workstation = cls(feed, store, clock, live=live)
            undo.pop_all()
        return workstation

    def follow(self, symbols: Sequence[str]) -> None:
        """Follow these symbols of the venue too; how that goes is told as `FeedStatus` of each."""
        if self.live is not None:
            self.live.follow(symbols)

    def unfollow(self, symbol: str) -> None:
        """Follow a symbol of the venue no longer; what was recorded of it stays."""
        if self.live is not None:
            self.live.unfollow([symbol])
            self.market.remove(symbol)
            self._intake.forget(self.live.venue, symbol)

    def watch_alerts(
        self, book: AlertBook, levels: LevelBook | None = None, calendar: Calendar | None = None
    ) -> None:
        """Watch the alerts of a book, and of the levels that the trader has drawn; call before `start`.

        Args:
            calendar: of the trader: its windows hold for what is traded, its events are told ahead of time.
        """
        self.metrics.calendar = calendar
        if self.alerts is not None:
            self.alerts.close()
        self.alerts = AlertEngine(
            book,
            REPLAY_MARKET if self.live is None else self.live.entry,
            self.market,
            self.metrics,
            self.bus,
            self.clock,
            levels,
            goes_on=self.live is not None and _has_one_past(self.live),
            events=None if calendar is None else EventAlerts(book, calendar, self.clock),
        )

    def watch_outside(self, data_dir: Path) -> None:
        """Fetch the series from outside that are declared in a data directory; call before `start`."""
        self.outside = OutsideWatch(data_dir / OUTSIDE_FOLDER, self.store, self.clock)
        self.metrics.outside = METRIC_BY_KEY.outside = self.outside.book

    def trade_on_paper(self, data_dir: Path) -> None:
        """Open a paper account on this market; call before `start`, which tells what went wrong."""
        source = self.feed if self.live is None else self.live.venue
        if source is not None:
            self._paper = PaperAccounts(
                source, self.market, self.metrics, self.bus, self.clock, self.supervisor, data_dir
            )
            self.trading = self._paper.open()

    def trade_on_exchange(self, data_dir: Path) -> None:
        """Trade the account that the simulated exchange keeps, over the wire; call before `start`.

        It is opened once the exchange is reached, and anew whenever that has begun anew.
        """
        assert self.live is not None
        self._demo = DemoAccounts(
            self.live,
            self.market,
            self.metrics,
            self.bus,
            self.clock,
            self.supervisor,
            data_dir,
            self._trade_with,
        )

    def _trade_with(self, desk: AccountDesk | None) -> None:
        self.trading = desk
        self._follow_what_is_held()

    def study_inputs(self, symbol: str, timeframe_ms: int, needs: Sequence[str] = ()) -> StudyInputs | None:
        """What studies of a symbol are worked out from, with its gaps; None if it is not followed.

        Args:
            timeframe_ms: of its live candles.
            needs: names of the series wanted (`Study.needs`).
        """
        state = self.market.state(symbol)
        if state is None:
            return None
        told = self.backfill.told(symbol, timeframe_ms) if self.backfill is not None else []
        gaps = self._intake.coverage(symbol).gaps(state.market_ms)
        # Candles that the venue told are whole, whatever we missed.
        left = [part for gap in gaps for part in missing_ranges(gap, told)] if told else gaps
        return study_inputs(state, timeframe_ms, left, needs)

    def take(self, batch: MarketBatch) -> None:
        """Take in one batch from the feed."""
        if batch.symbol not in self.market.states:
            return  # it was under way when its symbol was given up
        self._intake.take(batch)
        state = self.market.states[batch.symbol]
        if self.trading is not None:
            self.trading.take(batch, state)
        health = state.health
        if self.feed is not None:
            health.lag_ms = self.feed.lag_ms
            health.bad_messages = self.feed.bad_lines
        elif self.live is not None:
            if self._diary is not None:
                self._diary.take(batch)
            health.lag_ms = self.live.lag_ms
            health.bad_messages = self.live.bad_messages
            if len(batch.updates) and self._crossed.is_wrong(state, self.clock.monotonic()):
                self.live.repair_book(batch.symbol)

    async def start(self) -> None:
        """Start the feed and the recorder as supervised tasks."""
        feed, recorder = self.feed, self.recorder
        if feed is not None:
            self.supervisor.start("Replay", lambda: feed.run(self.take))
            self.supervisor.start("Length of the recording", lambda: asyncio.to_thread(feed.measure))
        if self.live is not None:
            live = self.live
            self.supervisor.start(f"Feed of {live.venue}", lambda: live.run(self.take), restart=True)
        parts = (
            ("History", self.backfill),
            ("Alerts", self.alerts),
            ("Liquidity", self.liquidity),
            ("Outside series", self.outside),
            ("Feed history", self._diary),
            ("Demo account", self._demo),
        )
        for name, part in parts:
            if part is not None:
                self.supervisor.start(name, part.run, restart=True)
        if self._paper is not None:
            self._paper.tell()
        if self.trading is not None:
            self.trading.start(self.supervisor)
        if recorder is not None:
            self.supervisor.start("Recorder", lambda: recorder.run(self.bus), restart=True)
        if self.store is not None:
            data_dir = self.store.data_dir
            upkeep = Upkeep(self.store, lambda: load_settings(data_dir)[0].retention, self.clock, self.bus)
            self.supervisor.start("Upkeep of the store", upkeep.run, restart=True)

    async def stop(self) -> None:
        """End every task, store what is gathered, close the files."""
        await self.supervisor.stop_all()
        if self.trading is not None:
            await self.trading.finish()
        self.close()

    def close(self) -> None:
        """Store what is gathered and close the files; the tasks have ended."""
        feed = self.feed
        try:
            if self.alerts is not None:
                self.alerts.close()
            if self.trading is not None:
                self.trading.close()
            if self._diary is not None:
                self._diary.finish()
            if self.recorder is not None:
                self._intake.keep_candles()
                whole = feed is not None and feed.reached_end and not feed.truncated
                # A live session is complete when it ends because it was asked to.
                self.recorder.finish(complete=whole or self.live is not None)
        finally:
            if self.past_reader is not None:
                self.past_reader.close()
            self.liquidity.close()
            if self.store is not None:
                self.store.close()
            if feed is not None:
                feed.close()

    def _follow(self, instruments: Sequence[Instrument]) -> None:
        """Take up instruments that the venue has said it lists."""
        assert self.live is not None
        for instrument in instruments:
            self.market.add(instrument)
            if self.recorder is not None:
                self.recorder.open(self.live.identity, self.live.venue, instrument)
        if self.trading is not None:
            self.trading.add_instruments(instruments)
        self._follow_what_is_held()

    def _follow_what_is_held(self) -> None:
        """What is held or wanted must be followed, whatever the watchlist has become."""
        if self.trading is not None and self.live is not None:
            missing = self.trading.symbols_in_use - set(self.market.states)
            if missing:
                self.live.follow(sorted(missing))

    def _rewind(self) -> None:
        """A recording goes back: its market begins anew, and so does the account that traded it."""
        self._intake.rewind()
        if self.trading is not None and self._paper is not None:
            before, self.trading = self.trading, None
            self._paper.begin_anew(before, self._trade_with)

    def _take_news(self, news: FeedNews) -> None:
        """Take in what came beside columns: into the market's state and onto the bus."""
        symbol = getattr(news, "symbol", None)
        if symbol is not None and symbol not in self.market.states and not isinstance(news, FeedStatus):
            return  # it was under way when its symbol was given up
        if isinstance(news, RecordingNews):
            self._intake.take_news(news)
        if isinstance(news, FeedStatus) and self._diary is not None:
            self._diary.take_status(news)
        if isinstance(news, FeedStatus) and self._demo is not None and news.state is FeedState.LIVE:
            self._demo.look()
        if isinstance(news, DerivativeNews | FeedStatus):
            self.market.take_news(news)
            if self.trading is not None and isinstance(news, MarkPrice | FundingRate):
                self.trading.take_news(news)
        else:
            self.bus.publish(news)


def _has_one_past(live: LiveFeed) -> bool:
    """Whether what a venue tells of the past holds for later runs: a simulated one makes it up anew."""
    return live.entry != SIMULATED.key
