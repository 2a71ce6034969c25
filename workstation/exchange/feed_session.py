"""Follows one venue in the feed process: raw messages in, checked frames out, whatever is missing fetched."""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from workstation.errors import PreflightError, VenueRateLimited, VenueRefused, VenueUnsupported
from workstation.exchange.batching import BatchBuilder
from workstation.exchange.beside_watch import BesideWatch
from workstation.exchange.decoding import BadMessage
from workstation.exchange.event_time import EventTimes
from workstation.exchange.feed_repair import FeedRepair
from workstation.exchange.feed_report import FeedReport
from workstation.exchange.feed_wire import FeedNews, FetchHistory, Frame, Open
from workstation.exchange.instruments import instrument_of
from workstation.exchange.past_rest import fetch_history
from workstation.exchange.skew import ClockWatch, measure_skew
from workstation.exchange.symbol_feed import SymbolFeed
from workstation.exchange.unified_stream import UnifiedDecoder
from workstation.exchange.venue_board import BoardDesk
from workstation.exchange.venue_link import RETRY_S, Keeper, VenueLink
from workstation.exchange.venue_rest import UNKNOWN_HOURS, VenueRest
from workstation.exchange.venue_streams import Stream
from workstation.exchange.venues import VenueEntry
from workstation.model.derivatives import MarkPrice, Ticker
from workstation.model.feed_status import FeedState, VenueListing
from workstation.model.history import HistoryPage
from workstation.model.instrument import Instrument

log = logging.getLogger(__name__)

FRAME_S = 0.0005
"""Messages that come faster than this are decoded together; one that comes alone waits for nothing."""

TICK_S = 0.1
POLL_S = 30.0
"""Every symbol's open interest is asked for this often, evenly spread."""

INTERVALS_S = 300.0
DOUBTED_S = 5.0
"""Funding intervals are asked for so often, and so soon again where messages contradict one that is known."""


class FeedSession:
    """One venue, from the first command to the last frame."""

    def __init__(
        self,
        opening: Open,
        entry: VenueEntry,
        ship: Callable[[Frame], None],
        queued_bytes: Callable[[], int],
    ) -> None:
        """Prepare; `run` does the work.

        Args:
            opening: what to follow.
            entry: the venue.
            ship: takes each frame; never waits.
            queued_bytes: bytes shipped that the desk has not read yet.
        """
        self._opening = opening
        self._entry = entry
        self._ship = ship
        self.venue = opening.venue
        self._feeds: dict[str, SymbolFeed] = {}
        self._builders: dict[str, BatchBuilder] = {}
        self._funding_hours: dict[str, float] = {}
        self._decoder = entry.decoder(self.venue, self._builders, self._funding_hours)
        self._seq = itertools.count(opening.first_seq)
        self._inbox: list[tuple[int, str]] = []
        self._flush_is_due = False
        self._flushed_at = 0.0
        self._news: list[FeedNews] = []
        self._new_instruments: list[Instrument] = []
        self._wanted: list[str] = list(dict.fromkeys(opening.symbols))
        self._times = EventTimes()
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self.report = FeedReport(
            self.venue, entry.title, entry.missing, self.tell, queued_bytes, entry.streams
        )
        self._link = self._new_link(None)
        self._repair = FeedRepair(self)

    @property
    def feeds(self) -> dict[str, SymbolFeed]:
        """The followed symbols."""
        return self._feeds

    @property
    def rest(self) -> VenueRest:
        """The venue's REST side."""
        return self._rest

    def failed(self, what: str, error: Exception) -> float:
        """Note that a request failed; return how long the venue wants to be left alone, in seconds."""
        fault = self._link.fault_of(error)
        log.info("%s: %s", what, fault)
        return self._link.retry_after_s() if isinstance(fault, VenueRateLimited) else 0.0

    def tell(self, item: FeedNews) -> None:
        """Send news with the next frame."""
        self._news.append(item)
        self._flush_soon()

    async def renew_book(self, symbol: str) -> bool:
        """Subscribe to a symbol's book anew where that brings a snapshot; False where a request does."""
        if self._entry.snapshots_streamed:
            await self._link.renew(symbol, Stream.BOOKS)
        return self._entry.snapshots_streamed

    def number(self) -> int:
        """Return the number of a message that is taken in now."""
        return next(self._seq)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run something beside, until the session ends."""
        task = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def run(self) -> None:
        """Follow the venue until cancelled; then close every connection."""
        try:
            self.report.venue(FeedState.CONNECTING, f"Connecting to {self._entry.title}.")
            self._flush_soon()
            await self._load()
            self.tell(VenueListing(self.venue, self._link.listed()))
            self.report.missing += self._link.missing
            self.spawn(self._tick(), "Watchdog")
            self.spawn(self._learn_funding_hours(), "Funding intervals")
            self.spawn(self._poll(), "Polling")
            self.spawn(
                BoardDesk(self._entry, self.venue).keep_telling(
                    lambda: self._link.exchange, self.tell, self.failed
                ),
                "Everything listed",
            )
            self.spawn(self._measure_skew(), "Clock skew")
            watch = BesideWatch(
                lambda: self._feeds,
                lambda: self._beside,
                lambda: self._past,
                lambda: self._link.exchange,
                lambda: self._times.present_ms(time.monotonic()),
                self.tell,
                self.failed,
            )
            self.spawn(watch.spots(), "Spot prices")
            self.spawn(watch.dated(), "Dated futures")
            self.spawn(watch.ratios(), "Long/short ratios")
            self.follow(self._wanted)
            await asyncio.Event().wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._link.close()
            self.flush()

    def follow(self, symbols: Sequence[str]) -> None:
        """Follow these symbols too; one that cannot be followed is reported and does not stop the others."""
        self._wanted += [symbol for symbol in symbols if symbol not in self._wanted]
        if not self._link.exchange.markets:
            return  # they are followed once the venue has said what it lists
        found: dict[str, str] = {}
        for symbol in symbols:
            try:
                market = self._link.market(symbol)
                instrument = instrument_of(market, self._entry, self.venue)
            except PreflightError as error:
                self.report.refused(symbol, error)
                continue
            name = instrument.symbol
            if name in self._feeds:
                continue
            known_id = self._opening.trade_ids.get(name, -1) if self._entry.trade_ids_count else None
            self._feeds[name] = feed = SymbolFeed(
                instrument,
                str(market["symbol"]),
                known_id,
                time.monotonic(),
                self._times,
                snapshots_streamed=self._entry.snapshots_streamed,
            )
            self._builders[name] = feed.builder
            self._new_instruments.append(instrument)
            self.report.follow(name)
            found[name] = feed.market
        self._link.follow(found)
        for name in found:
            if name in self._opening.trade_ids:
                self._repair.reconcile(name)
        self._flush_soon()

    async def unfollow(self, symbols: Sequence[str]) -> None:
        """Follow these symbols no longer."""
        self._wanted = [symbol for symbol in self._wanted if symbol not in symbols]
        neighbours = await self._link.unfollow(symbols)
        for symbol in symbols:
            self._feeds.pop(symbol, None)
            self._builders.pop(symbol, None)
            self.report.unfollow(symbol)
        self._link.follow(neighbours)

    def reconnect(self, why: str) -> None:
        """Make every connection anew."""
        for client in self._link.connections:
            self._link.drop(client, why)

    def repair_book(self, symbol: str) -> None:
        """Fetch a symbol's whole book anew."""
        if symbol in self._feeds:
            self._feeds[symbol].guard.doubt("The order book is fetched anew, as asked.")

    async def fetch_history(self, asked: FetchHistory) -> None:
        """Ask the venue for the past of a symbol and send what it answers, or why it does not."""
        try:
            market = self._link.market(asked.symbol)
            page = await fetch_history(self._past, market, self.venue, asked)
        except Exception as error:
            fault = self._link.fault_of(error)
            lasting = getattr(fault, "lasting", isinstance(fault, VenueUnsupported | VenueRefused))
            page = HistoryPage(self.venue, asked.symbol, asked.request_id, error=str(fault), lasting=lasting)
        self.tell(page)

    def _take_raw(self, recv_ns: int, message: str) -> None:
        self._inbox.append((recv_ns, message))
        self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._flush_is_due:
            self._flush_is_due = True
            if time.perf_counter() - self._flushed_at >= FRAME_S:
                self._loop.call_soon(self.flush)
            else:
                self._loop.call_later(FRAME_S, self.flush)

    def flush(self) -> None:
        """Decode what was received and hand it on, with all news, as one frame."""
        self._flush_is_due = False
        self._flushed_at = time.perf_counter()
        inbox, self._inbox = self._inbox, []
        now, now_ns = time.monotonic(), time.time_ns()
        newest_seq = -1
        if inbox:
            recv_ns, messages = zip(*inbox, strict=True)
            seqs = list(itertools.islice(self._seq, len(inbox)))
            newest_seq = seqs[-1]
            self.report.counters.messages += len(inbox)
            self._count_bad(self._decode(seqs, recv_ns, messages))
        self._take_decoded(now, now_ns)
        batches = []
        for feed in [feed for feed in self._feeds.values() if not feed.is_idle]:
            if (batch := feed.take(newest_seq, self.number, now, now_ns)) is not None:
                batches.append(batch)
                self.report.arrived(batch.symbol)
            self._count_bad(feed.builder.take_rejected())
            self._repair.look(feed, now)
        if batches or self._news or self._new_instruments:
            frame = Frame(self.venue, batches, tuple(self._news), tuple(self._new_instruments))
            self._news.clear()
            self._new_instruments.clear()
            self._ship(frame)

    def _decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], messages: Sequence[str]
    ) -> list[BadMessage]:
        """Decode messages together; where one breaks the decoder, each by itself, that one set aside."""
        try:
            return self._decoder.decode(seqs, recv_ns, messages)
        except Exception:
            log.exception("a message broke the decoder")
        bad: list[BadMessage] = []
        for one in zip(seqs, recv_ns, messages, strict=True):
            try:
                bad += self._decoder.decode(*([part] for part in one))  # type: ignore[arg-type]
            except Exception as error:
                bad.append(BadMessage(one[0], f"{type(error).__name__}: {error}"))
        return bad

    def _take_parsed(self, keeper: Keeper, result: Any) -> None:
        """Take in what ccxt has parsed, on venues whose messages it reads for us."""
        if isinstance(self._decoder, UnifiedDecoder):
            symbol_of = dict(zip(keeper.markets, keeper.symbols, strict=True))
            now_ns = time.time_ns()
            if keeper.client is not None:
                keeper.client.last_data_ns = now_ns
            self._decoder.take(keeper.stream, result, symbol_of, self.number(), now_ns)
            self.report.counters.messages += 1
            self._flush_soon()

    def _take_decoded(self, now: float, now_ns: int) -> None:
        decoder = self._decoder
        if decoder.news:
            for item in decoder.news:
                feed = self._feeds.get(item.symbol)
                if feed is None:
                    continue
                self._news.append(self._times.hold_news(item, now))
                if isinstance(item, MarkPrice):
                    feed.hear(Stream.MARKS, now_ns)
                elif isinstance(item, Ticker):
                    feed.hear(Stream.TICKERS, now_ns)
                    feed.announce_trade(item.last_trade_id, now)
            decoder.news.clear()
        for symbol, trade_id in decoder.skipped:
            self._feeds[symbol].chain.skip(trade_id)
        decoder.skipped.clear()

    def _count_bad(self, bad: Sequence[BadMessage]) -> None:
        if bad:
            self.report.counters.bad_messages += len(bad)
            log.info("bad message %d: %s", bad[0].seq, bad[0].reason)

    def _new_link(self, old: VenueLink | None) -> VenueLink:
        link = VenueLink(
            self._entry,
            self._opening.base_url,
            self._take_raw,
            lambda reason: self._count_bad([BadMessage(-1, reason)]),
            self._renewed,
            self._take_parsed,
            old.exchange.markets if old is not None else None,
        )
        self._rest = self._entry.rest(link.exchange, self.venue)
        self._past = self._entry.past(link.exchange, self.venue, self._entry.title)
        make = self._entry.beside
        self._beside = None if make is None else make(link.exchange, self.venue)
        return link

    async def _load(self) -> None:
        failures = 0
        while True:
            try:
                await self._link.load_markets()
                break
            except PreflightError as error:
                delay = RETRY_S[min(failures + 1, len(RETRY_S) - 1)]
                failures += 1
                self.report.venue_failed(error, failures)
                self._flush_soon()
                await asyncio.sleep(delay)

    async def _learn_funding_hours(self) -> None:
        """Ask how often funding is settled, now and then again, and at once where messages contradict it."""
        while True:
            try:
                found = await self._rest.funding_hours()
                # All of it anew: a symbol that is usual again is no longer listed.
                self._funding_hours.clear()
                self._funding_hours.update(found)
                asked_at = time.monotonic()
                while time.monotonic() - asked_at < INTERVALS_S:
                    await asyncio.sleep(DOUBTED_S)
                    if UNKNOWN_HOURS in self._funding_hours.values():
                        break
            except Exception as error:
                await asyncio.sleep(max(2.0, self.failed("funding intervals", error)))

    def _renewed(self, keeper: Keeper) -> None:
        self.report.counters.reconnects += 1
        if keeper.stream is Stream.TRADES and self._entry.trade_ids_count:
            for symbol in keeper.symbols:
                self._repair.reconcile(symbol)

    async def _tick(self) -> None:
        clock = ClockWatch()
        while True:
            await asyncio.sleep(TICK_S)
            jumped = clock.jumped()
            if jumped is not None:
                await self._begin_anew(jumped)
            now = time.monotonic()
            self.report.look(self._link, self._feeds, self._repair.under_way, self._times.words, now)
            for feed in self._feeds.values():
                self._repair.look(feed, now)
            self.flush()

    async def _begin_anew(self, why: str) -> None:
        """Replace the exchange object: ccxt's limits and keep-alives run on the clock that has jumped."""
        old = self._link
        self._times.begin_anew()
        self.report.venue(FeedState.CONNECTING, why)
        followed = {name: feed.market for name, feed in self._feeds.items()}
        await old.close()
        self._link = self._new_link(old)
        self._link.follow(followed)
        self.report.counters.reconnects += 1
        if self._entry.trade_ids_count:
            for symbol in followed:
                self._repair.reconcile(symbol)

    async def _poll(self) -> None:
        while True:
            began = time.monotonic()
            for symbol in list(self._feeds):
                try:
                    for item in await self._rest.polled(symbol):
                        self.tell(item)
                except Exception as error:
                    await asyncio.sleep(self.failed(f"open interest of {symbol}", error))
                await asyncio.sleep(POLL_S / max(1, len(self._feeds)) / 2)
            await asyncio.sleep(max(1.0, began + POLL_S - time.monotonic()))

    async def _measure_skew(self) -> None:
        while True:
            try:
                self.tell(await measure_skew(self.venue, self._rest.server_ms))
            except Exception as error:
                self.failed("the venue's time", error)
            await asyncio.sleep(60.0)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("%s failed", task.get_name(), exc_info=task.exception())
