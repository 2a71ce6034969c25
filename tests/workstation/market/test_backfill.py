"""The past is filled in without gaps or doubles, once, and never over candles that hold every trade."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.workstation.market.made import make_instrument
from workstation.errors import HistoryUnavailable
from workstation.market import backfill
from workstation.market.backfill import Backfill, BackfillProgress
from workstation.market.candles import candles_from_trades
from workstation.market.intake import Intake
from workstation.market.state import Market
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.feed_status import TradesBackfilled
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import DuckTickStore, open_store

VENUE, SYMBOL, MINUTE = "binance_usdm", "BTCUSDT", 60_000
START_MS = 1_767_225_600_000


class Told:
    """A venue that knows every trade up to its own time."""

    def __init__(self, trades: Records) -> None:
        self.trades = trades
        self.now_ms = START_MS
        self.asked: list[tuple[HistoryKind, int, int, int]] = []
        self.fail: list[HistoryUnavailable] = []

    async def candles(self, symbol: str, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        self.asked.append((HistoryKind.CANDLES, timeframe_ms, from_ms, to_ms))
        await asyncio.sleep(0)
        if self.fail:
            raise self.fail.pop()
        known = self.trades[self.trades["event_ms"] <= self.now_ms]
        rows = candles_from_trades(known, timeframe_ms)
        return rows[(rows["open_ms"] >= from_ms) & (rows["open_ms"] < to_ms)]

    async def funding(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[FundingSettlement]:
        self.asked.append((HistoryKind.FUNDING, 0, from_ms, to_ms))
        return []

    async def open_interest(
        self, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[OpenInterest]:
        self.asked.append((HistoryKind.OPEN_INTEREST, period_ms, from_ms, to_ms))
        return []

    async def long_short(
        self, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[LongShortRatio]:
        self.asked.append((HistoryKind.LONG_SHORT, period_ms, from_ms, to_ms))
        return [LongShortRatio(VENUE, symbol, to_ms - period_ms, Decimal("1.25"), Decimal("0.75"))]

    def asked_candles(self, timeframe_ms: int) -> list[tuple[int, int]]:
        return [
            (first, last)
            for kind, asked_ms, first, last in self.asked
            if kind is HistoryKind.CANDLES and asked_ms == timeframe_ms
        ]


def made_trades(seed: int, minutes: int, a_minute: float = 6.0) -> Records:
    """Trades of so many minutes; sizes are dyadic, so that sums do not depend on their order."""
    random = np.random.default_rng(seed)
    rows = np.zeros(round(minutes * a_minute), TRADE)
    rows["event_ms"] = np.sort(random.integers(0, minutes * MINUTE, len(rows))) + START_MS
    rows["trade_id"] = np.arange(len(rows)) + 1
    rows["side"] = random.choice([-1, 1], len(rows))
    rows["price"] = 60_000 + np.cumsum(random.integers(-8, 9, len(rows)))
    rows["size"] = random.integers(1, 100, len(rows)) / 64
    return rows


class Desk:
    """A desk that follows a venue from some moment on."""

    def __init__(self, told: Told, store: DuckTickStore | None = None) -> None:
        self.told = told
        self.bus, self.clock = Bus(), ManualClock(START_MS)
        self.market = Market(self.bus, self.clock)
        self.state = self.market.add(make_instrument())
        self.intake = Intake(self.market, None)
        self.progress: list[BackfillProgress] = []
        self.bus.subscribe(BackfillProgress, self.progress.append)
        self.backfill = Backfill(VENUE, self.market, told, self.intake.coverage, store, self.bus, self.clock)

    def receive(self, from_ms: int, to_ms: int) -> None:
        """What was traded in this stretch, as one batch."""
        trades = self.told.trades
        part = trades[(trades["event_ms"] >= from_ms) & (trades["event_ms"] < to_ms)]
        self.told.now_ms = to_ms
        self.clock.advance((to_ms - from_ms) / 1_000)
        if len(part):
            self.intake.take(MarketBatch(VENUE, SYMBOL, trades=part))

    def lose(self, from_ms: int, to_ms: int) -> None:
        """What was traded in this stretch never comes, and the venue will not give it again."""
        trades = self.told.trades
        gone = trades[(trades["event_ms"] >= from_ms) & (trades["event_ms"] < to_ms)]
        self.told.now_ms = to_ms
        if len(gone):
            first, last = int(gone["trade_id"][0]), int(gone["trade_id"][-1])
            self.intake.take_news(TradesBackfilled(VENUE, SYMBOL, first, last, 0, len(gone)))

    def fill(self) -> None:
        async def until_done() -> None:
            while await self.backfill.step():
                pass

        asyncio.run(until_done())

    def rows(self, timeframe_ms: int) -> Records:
        return self.state.candles(timeframe_ms).rows().copy()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "CANDLES_BACK", 60)
    monkeypatch.setattr(backfill, "CANDLES_A_REQUEST", 25)


def assert_is_the_past(rows: Records, trades: Records, timeframe_ms: int, from_ms: int, to_ms: int) -> None:
    """Every closed candle that opens in the stretch is what all trades make of it, and there once."""
    true = candles_from_trades(trades, timeframe_ms)
    inside = (true["open_ms"] >= from_ms) & (true["open_ms"] + timeframe_ms <= to_ms)
    shown = (rows["open_ms"] >= from_ms) & (rows["open_ms"] + timeframe_ms <= to_ms)
    np.testing.assert_array_equal(rows[shown], true[inside])
    assert np.all(np.diff(rows["open_ms"]) > 0)


def test_what_was_before_the_first_trade_is_told_newest_first(small: None) -> None:
    told = Told(made_trades(1, 200))
    desk = Desk(told)
    begun, now = START_MS + 150 * MINUTE + 20_000, START_MS + 150 * MINUTE + 50_000
    desk.state.candles(MINUTE)
    desk.receive(begun, now)
    desk.fill()
    pages = told.asked_candles(MINUTE)
    end = START_MS + 150 * MINUTE
    assert pages == [
        (end - 25 * MINUTE, desk.state.market_ms + 1),
        (end - 50 * MINUTE, end - 25 * MINUTE),
        (end - 60 * MINUTE, end - 50 * MINUTE),
    ]
    assert_is_the_past(desk.rows(MINUTE), told.trades, MINUTE, end - 60 * MINUTE, end)
    open_candle = desk.rows(MINUTE)[-1:]
    so_far = candles_from_trades(told.trades[told.trades["event_ms"] < now], MINUTE)[-1:]
    np.testing.assert_array_equal(open_candle, so_far)
    of_candles = [p for p in desk.progress if p.kind is HistoryKind.CANDLES]
    assert [p.finished for p in of_candles] == [False, False, True]
    assert [round(p.share, 2) for p in of_candles] == [0.42, 0.83, 1.0]


def test_nothing_is_asked_twice_nor_for_what_our_own_trades_hold(small: None) -> None:
    told = Told(made_trades(2, 200))
    desk = Desk(told)
    desk.state.candles(MINUTE)
    at = START_MS + 100 * MINUTE + 1_000
    desk.receive(at, at + 30_000)
    desk.fill()
    before = len(told.asked)
    for step in range(60):
        desk.receive(at + (step + 1) * 30_000, at + (step + 2) * 30_000)
        desk.fill()
    later = [asked for asked in told.asked[before:] if asked[0] is HistoryKind.CANDLES]
    first = START_MS + 100 * MINUTE
    assert later == [(HistoryKind.CANDLES, MINUTE, first, first + MINUTE)]  # the first, once it had closed
    assert_is_the_past(desk.rows(MINUTE), told.trades, MINUTE, first - 50 * MINUTE, at + 30 * MINUTE)


def test_candles_with_a_hole_are_told_again_and_the_others_stay_ours(small: None) -> None:
    told = Told(made_trades(3, 200))
    desk = Desk(told)
    desk.state.candles(MINUTE)
    at = START_MS + 100 * MINUTE
    desk.receive(at, at + 5 * MINUTE)
    desk.fill()
    before = len(told.asked_candles(MINUTE))
    # The venue now tells nonsense about everything that we know better.
    truth = told.trades.copy()
    told.trades["price"][told.trades["event_ms"] < at + 4 * MINUTE] = 1.0
    desk.lose(at + 5 * MINUTE, at + 5 * MINUTE + 30_000)
    desk.receive(at + 5 * MINUTE + 30_000, at + 9 * MINUTE)
    desk.fill()
    asked = told.asked_candles(MINUTE)[before:]
    assert all(first >= at + 4 * MINUTE for first, _ in asked)
    assert_is_the_past(desk.rows(MINUTE), truth, MINUTE, at + MINUTE, at + 9 * MINUTE - 2_000)


@settings(max_examples=25)
@given(
    st.integers(0, 10**6),
    st.integers(60, 120).map(lambda minutes: minutes * MINUTE),
    st.integers(0, MINUTE),
    st.lists(st.tuples(st.integers(1_000, 5 * MINUTE), st.booleans()), min_size=1, max_size=8),
    st.lists(st.booleans(), max_size=6),
)
@example(
    0, 60 * MINUTE, 0, [(2_115, False), (1_000, False), (1_000, False), (109_307, True)], [False, True, True]
)
@example(0, 60 * MINUTE, 0, [(2_115, False), (1_000, False), (6_351, True)], [False, True, True])
def test_whatever_is_lost_and_whenever_it_fails_the_past_comes_out_whole(
    seed: int, begun: int, offset: int, stretches: list[tuple[int, bool]], failures: list[bool]
) -> None:
    told = Told(made_trades(seed, 200))
    desk = Desk(told)
    for timeframe_ms in (MINUTE, 5 * MINUTE, 15 * MINUTE):
        desk.state.candles(timeframe_ms)
    now = START_MS + begun + offset
    for index, (length, lost) in enumerate(stretches):
        if index < len(failures) and failures[index]:
            told.fail.append(HistoryUnavailable("Not now."))
        (desk.lose if lost and index else desk.receive)(now, now + length)
        now += length
        desk.fill()
    desk.receive(now, now + 2 * MINUTE)  # also leaves what failed behind
    # A failure waits for a question: one series may meet all that are left, one after each delay.
    for _ in range(len(told.fail) + 1):
        desk.fill()
        desk.clock.advance(120)
    settled = desk.state.market_ms - backfill.SETTLED_AFTER_MS
    for timeframe_ms in (MINUTE, 5 * MINUTE, 15 * MINUTE):
        if desk.state.market_ms:
            assert_is_the_past(desk.rows(timeframe_ms), told.trades, timeframe_ms, START_MS, settled)


def test_a_long_candle_that_is_open_goes_on_from_what_the_venue_told() -> None:
    told = Told(made_trades(5, 300))
    desk = Desk(told)
    hour = 60 * MINUTE
    desk.state.candles(hour)
    at = START_MS + 130 * MINUTE
    desk.receive(at, at + 10_000)
    desk.fill()
    for step in range(1, 60):
        desk.receive(at + step * 10_000, at + (step + 1) * 10_000)
    desk.state.candles(5 * MINUTE)
    desk.fill()  # another timeframe does not disturb this one
    now = at + 600_000
    true = candles_from_trades(told.trades[told.trades["event_ms"] < now], hour)
    rows = desk.rows(hour)
    np.testing.assert_array_equal(rows["open_ms"], true["open_ms"])
    for column in ("open", "high", "low", "close"):
        assert rows[column][-1] == true[column][-1]
    told_again = told.trades[(told.trades["event_ms"] >= at) & (told.trades["event_ms"] < at + 11_000)]
    assert abs(rows["volume"][-1] - true["volume"][-1]) <= told_again["size"].sum()


def test_the_next_session_asks_for_the_rest_only_and_shows_what_is_stored_at_once(
    tmp_path: Path, small: None
) -> None:
    trades = made_trades(6, 300)
    with open_store(tmp_path) as store:
        desk = Desk(Told(trades), store)
        desk.state.candles(MINUTE)
        desk.receive(START_MS + 100 * MINUTE, START_MS + 101 * MINUTE)
        desk.fill()
    with open_store(tmp_path) as store:
        told = Told(trades)
        desk = Desk(told, store)
        desk.state.candles(MINUTE)
        at = START_MS + 120 * MINUTE + 30_000
        desk.receive(at, at + 10_000)
        told.fail = [HistoryUnavailable("Not now.")]
        asyncio.run(desk.backfill.step())
        shown = desk.rows(MINUTE)
        assert START_MS + 60 * MINUTE <= shown["open_ms"][0] < START_MS + 63 * MINUTE
        desk.clock.advance(60)
        desk.fill()
        asked = told.asked_candles(MINUTE)
        assert min(first for first, _ in asked) >= START_MS + 99 * MINUTE
        assert_is_the_past(desk.rows(MINUTE), trades, MINUTE, START_MS + 60 * MINUTE, at - 30_000)
        of_others = {asked for asked in told.asked if asked[0] is not HistoryKind.CANDLES}
        half_hours = START_MS + 90 * MINUTE, START_MS + 120 * MINUTE
        assert of_others == {(HistoryKind.OPEN_INTEREST, 300_000, *half_hours)}
        (kept,) = desk.state.past.long_short  # from the store: nothing of it was asked for
        assert (kept.accounts, kept.top_positions) == (Decimal("1.25"), Decimal("0.75"))


def test_a_venue_that_refuses_for_good_is_not_asked_again_and_the_reason_is_told() -> None:
    told = Told(made_trades(7, 50))
    desk = Desk(told)
    desk.state.candles(5_000)
    told.fail = [HistoryUnavailable("It has no candles of 5 s.", lasting=True)] * 2
    desk.receive(START_MS + 10 * MINUTE, START_MS + 11 * MINUTE)
    for _ in range(5):
        desk.fill()
        desk.clock.advance(1_000)
    assert len(told.asked_candles(5_000)) == 1
    refused = [p for p in desk.progress if p.timeframe_ms == 5_000]
    assert refused[-1].finished
    assert refused[-1].words == "It has no candles of 5 s."
    assert desk.rows(5_000).tobytes() == candles_from_trades(desk.state.trades.rows(), 5_000).tobytes()


def test_a_venue_that_fails_is_asked_again_after_a_while() -> None:
    told = Told(made_trades(8, 50))
    desk = Desk(told)
    desk.state.candles(MINUTE)
    told.fail = [HistoryUnavailable("Not now.") for _ in range(2)]
    desk.receive(START_MS + 10 * MINUTE, START_MS + 11 * MINUTE)
    desk.fill()
    assert len(told.asked_candles(MINUTE)) == 1
    assert desk.progress[-1].words == "" or desk.progress[-3].words == "Not now."
    desk.clock.advance(backfill.RETRY_S[0])
    desk.fill()
    assert len(told.asked_candles(MINUTE)) == 2
    desk.clock.advance(backfill.RETRY_S[0])
    desk.fill()
    assert len(told.asked_candles(MINUTE)) == 2  # longer each time
    desk.clock.advance(backfill.RETRY_S[1])
    desk.fill()
    assert len(told.asked_candles(MINUTE)) > 2
    assert {p.finished for p in desk.progress[-1:]} == {True}


def test_nothing_is_asked_before_the_market_has_a_time() -> None:
    desk = Desk(Told(made_trades(9, 10)))
    desk.state.candles(MINUTE)
    desk.fill()
    assert desk.told.asked == []


@pytest.mark.usefixtures("small")
def test_an_open_candle_is_asked_for_again_when_the_question_fails() -> None:
    told = Told(made_trades(9, 300, a_minute=30))
    desk = Desk(told)
    hour = 60 * MINUTE
    desk.state.candles(hour)
    at = START_MS + 2 * hour + 10 * MINUTE
    told.fail.append(HistoryUnavailable("Not now."))
    desk.receive(at, at + MINUTE)
    desk.fill()
    desk.clock.advance(120)
    desk.fill()
    newest = desk.rows(hour)[-1]
    inside = (told.trades["event_ms"] >= newest["open_ms"]) & (told.trades["event_ms"] < at + MINUTE)
    assert newest["trades"] == np.count_nonzero(inside)
