"""What is said of how data arrive: of a symbol, of a venue's feed, of the recorder."""

from collections import deque

from ui import format
from ui.feed_watch import FeedWatch, Standing
from ui.market_cells import MARKS
from ui.widgets.figures_view import Figure, Section, Verdict
from ui.widgets.table_rows import Cell, Column
from workstation.exchange.live_feed import LiveFeed
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.order_book import BookStatus
from workstation.market.recorder import Recorder
from workstation.market.state import SymbolState
from workstation.model.feed_status import FeedState

LATE_MS = 250.0
"""Data applied later than this after they were due are called late."""
OLD_S = 2.0
"""A symbol that brings nothing for longer is called stale."""
LOW_DISK_BYTES = 2_000_000_000
RATE_SPAN_S = 60
"""Seconds of message rates that a line shows."""

SYMBOL_COLUMNS = (
    Column("Symbol", "The venue's symbol, and how its data stand", 10, 0, left=True),
    Column("Msg/s", "Messages of the last second", 5, 0),
    Column("Book", "Age of the newest change of the book", 5, 1),
    Column("Trade", "Age of the newest trade; a quiet market has none for a while", 5, 2),
    Column("Quote", "Age of the newest best price", 5, 4),
    Column("Gaps", "Holes in the book's numbering; each was mended by a whole book", 4, 3),
    Column("Wrong", "Quotes of the venue that our book did not agree with, of all checked", 6, 5),
)


def symbol_cells(state: SymbolState, standing: Standing | None, now: float) -> tuple[Cell, ...]:
    """A symbol's row: how fresh each of its streams is, and whether its book can be trusted."""
    health, book, check, symbol = state.health, state.book, state.quote_check, state.instrument.symbol
    verdict, _ = live_verdict(state, standing, now)
    said = standing.state if standing is not None else FeedState.LIVE
    mark = f" · {MARKS[said]}" if said in MARKS else ""
    wrong = format.count(check.mismatches) if check.checks else format.NO_FIGURE
    rate = health.event_rate
    return (
        Cell(f"{symbol}{mark}", symbol, {Verdict.BAD: "danger", Verdict.WATCH: "warn"}.get(verdict, "text")),
        Cell(format.rate(rate).removesuffix("/s"), rate),
        _age_cell(health.last_book, now, is_late=True),
        _age_cell(health.last_trade, now, is_late=False),
        _age_cell(health.last_quote, now, is_late=False),
        Cell(format.count(book.sequence_gaps), book.sequence_gaps, "warn" if book.sequence_gaps else "muted"),
        Cell(wrong, check.mismatches, "danger" if check.mismatches else "muted"),
    )


def _age_cell(moment: float | None, now: float, *, is_late: bool) -> Cell:
    if moment is None:
        return Cell(format.NO_FIGURE, float("nan"), "muted")
    age = now - moment
    return Cell(format.age(age), age, "warn" if is_late and age > OLD_S else "muted")


def live_verdict(state: SymbolState, standing: Standing | None, now: float) -> tuple[Verdict, str]:
    """How a symbol that is followed live stands, the feed's own word first."""
    if standing is not None and standing.state in (FeedState.DISCONNECTED, FeedState.REFUSED):
        return Verdict.BAD, standing.words
    if standing is not None and standing.state is not FeedState.LIVE:
        return Verdict.WATCH, standing.words
    return symbol_verdict(state, None, now)


def feed_section(title: str, live: LiveFeed, watch: FeedWatch) -> Section:
    """The feed process and the way to the venue."""
    counters, skew, standing = live.counters, watch.skew, watch.standing(None)
    verdict, words = Verdict.OK, (standing.words if standing is not None else "") or "Connected"
    if standing is not None and standing.state is not FeedState.LIVE:
        is_lost = standing.state in (FeedState.DISCONNECTED, FeedState.REFUSED)
        verdict, words = Verdict.BAD if is_lost else Verdict.WATCH, standing.words_and_attempts
    elif watch.trades_lost:
        verdict, words = Verdict.WATCH, "Trades are missing that the venue would not give any more"
    latency = watch.latency_ms()
    skew_text = format.NO_FIGURE if skew is None else f"{format.signed(skew.skew_ms, 0)} ms"
    process = format.NO_FIGURE if live.process_id is None else str(live.process_id)
    figures = (
        Figure("Latency", _ms(latency), "warn" if latency > LATE_MS else "text"),
        Figure("of which in the desk", _ms(live.lag_ms), "warn" if live.lag_ms > LATE_MS else "text"),
        Figure("Venue's clock", skew_text),
        Figure("Messages", format.count(counters.messages)),
        Figure("Unreadable", format.count(live.bad_messages), "warn" if live.bad_messages else "text"),
        Figure("Books fetched", format.count(counters.snapshots)),
        Figure("Trades fetched late", format.count(watch.trades_fetched)),
        Figure("Trades lost", format.count(watch.trades_lost), "warn" if watch.trades_lost else "text"),
        Figure("Reconnects", format.count(counters.reconnects), "warn" if counters.reconnects else "text"),
        Figure("Waiting to be read", format.data_size(counters.queued_bytes)),
        Figure("Feed process", process),
        Figure("started again", format.count(live.restarts), "warn" if live.restarts else "text"),
        Figure("Processor", format.percent(watch.cpu_share, 0)),
        Figure("Memory", format.data_size(counters.resident_bytes or None)),
    )
    return Section(title, verdict, words, figures)


def _ms(value: float) -> str:
    text = format.price(value, 1 if value < 9.95 else 0)
    return text if text == format.NO_FIGURE else f"{text} ms"


def symbol_section(
    state: SymbolState, feed: ReplayFeed | None, now: float, rates: deque[tuple[float, float]]
) -> Section:
    """How a symbol's data arrive; `rates` are (monotonic seconds, messages/s), newest first."""
    health, book, check = state.health, state.book, state.quote_check
    verdict, words = symbol_verdict(state, feed, now)
    figures = (
        Figure("Messages", format.rate(health.event_rate)),
        Figure("Lag", f"{format.price(health.lag_ms, 0)} ms", "warn" if health.lag_ms > LATE_MS else "text"),
        Figure("Trades", format.count(health.trades)),
        Figure("Quotes", format.count(health.quotes)),
        Figure("Depth updates", format.count(health.depth_updates)),
        Figure("Snapshots", format.count(health.snapshots)),
        Figure("Gaps", format.count(book.sequence_gaps), "warn" if book.sequence_gaps else "text"),
        Figure("Crossed books", format.count(book.crossed_books), "warn" if book.crossed_books else "text"),
        Figure("Quotes checked", format.count(check.checks)),
        Figure("of these wrong", format.count(check.mismatches), "danger" if check.mismatches else "text"),
        Figure("Bad messages", format.count(health.bad_messages), "warn" if health.bad_messages else "text"),
    )
    line = tuple((float(int(now) - int(moment)), rate) for moment, rate in rates)
    return Section(state.instrument.symbol, verdict, words, figures, line, f"Messages, {RATE_SPAN_S} s")


def symbol_verdict(state: SymbolState, feed: ReplayFeed | None, now: float) -> tuple[Verdict, str]:
    """The worst of what is so, in one sentence without figures that run."""
    health, book, check = state.health, state.book, state.quote_check
    if check.mismatches:
        return Verdict.BAD, "The book disagrees with the venue's quotes"
    if book.status is BookStatus.BROKEN:
        return Verdict.BAD, "The book has a gap and waits for a snapshot"
    if health.last_data is None:
        return Verdict.WATCH, "No data yet"
    stands_still = feed is not None and (feed.paused or feed.finished)
    if now - health.last_data > OLD_S and not stands_still:
        return Verdict.WATCH, "No data for more than two seconds"
    if health.lag_ms > LATE_MS:
        return Verdict.WATCH, "Data are applied late: the machine cannot keep up"
    if book.status is BookStatus.EMPTY:
        return Verdict.WATCH, "No snapshot: trades only, no book"
    if book.crossed_books:
        return Verdict.WATCH, "The book was crossed"
    if book.sequence_gaps:
        return Verdict.WATCH, "There were gaps; a snapshot has mended the book"
    if health.bad_messages:
        return Verdict.WATCH, "Messages that could not be read were skipped"
    if feed is not None and feed.finished and feed.truncated:
        return Verdict.WATCH, "The recording is cut off in the middle"
    if check.checks:
        return Verdict.OK, "In step: the book agrees with every quote checked"
    return Verdict.OK, "In step with the venue's numbering"


def recorder_section(recorder: Recorder | None, rows_rate: float, disk: int, free: int) -> Section:
    """What is stored, and whether there is room; `rows_rate` is rows a second, `disk` and `free` bytes."""
    if recorder is None:
        return Section("Recorder", Verdict.NONE, "Not recording", ())
    verdict, words = Verdict.OK, "Recording"
    if recorder.failed is not None:
        verdict, words = Verdict.BAD, recorder.failed
    elif free < LOW_DISK_BYTES:
        verdict, words = Verdict.WATCH, "Recording, but the disk is nearly full"
    figures = (
        Figure("Queue", f"{format.count(recorder.queued_rows)} rows"),
        Figure("Stored", f"{format.rate(rows_rate)[:-2]} rows/s"),
        *(
            Figure(table.replace("_", " ").capitalize(), format.count(rows))
            for table, rows in recorder.rows_stored.items()
        ),
        Figure("Store", format.data_size(disk)),
        Figure("Disk free", format.data_size(free), "warn" if free < LOW_DISK_BYTES else "text"),
    )
    return Section("Recorder", verdict, words, figures)
