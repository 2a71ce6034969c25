"""Each metric is what its formula says, worked out here by another way; without data it says so and why."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from math import log, sqrt
from statistics import mean, stdev

import numpy as np
import pytest

from tests.workstation.market.made import make_instrument, make_updates
from workstation.market.candles import CANDLE
from workstation.market.coverage import TradeCoverage
from workstation.market.state import Market, SymbolState
from workstation.metrics.inputs import HOUR_MS, INPUTS
from workstation.metrics.metric import Reading, ReadingState, Unit
from workstation.metrics.registry import HOLD_S, METRIC_BY_KEY, METRICS, MetricReader
from workstation.model.columns import TRADE, MarketBatch
from workstation.model.derivatives import FundingRate, Liquidation, MarkPrice, OpenInterest, Ticker
from workstation.model.feed_status import FeedState, FeedStatus
from workstation.model.history import FundingSettlement
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock

VENUE = "binance_usdm"
NOW_MS = 1_772_460_000_000  # 2026-03-02 14:00 UTC
DAY_MS = 24 * HOUR_MS


class Venue:
    """Two symbols whose whole story is known."""

    def __init__(self, *, is_live: bool = True) -> None:
        self.clock = ManualClock(NOW_MS)
        self.market = Market(Bus(), self.clock)
        self.coverage: dict[str, TradeCoverage] = {}
        self.reader = MetricReader(self.market, self.clock, self.covered, is_live=is_live)
        self.btc = self.add("BTCUSDT", "BTC")
        self.eth = self.add("ETHUSDT", "ETH")

    def add(self, symbol: str, base: str) -> SymbolState:
        return self.market.add(replace(make_instrument(), symbol=symbol, base=base))

    def covered(self, symbol: str) -> TradeCoverage:
        return self.coverage.setdefault(symbol, TradeCoverage())

    def trade(self, *rows: tuple[int, int, float, float], symbol: str = "BTCUSDT") -> None:
        """(ms from now, taker's side, price, size)."""
        trades = np.zeros(len(rows), TRADE)
        for row, (after_ms, side, price, size) in zip(trades, rows, strict=True):
            row["event_ms"], row["side"], row["price"], row["size"] = NOW_MS + after_ms, side, price, size
        self.market.apply(MarketBatch(VENUE, symbol, trades=trades))
        self.covered(symbol).add_trades(trades)

    def hours(self, symbol: str, closes: np.ndarray, volumes: np.ndarray | None = None) -> np.ndarray:
        """Closed hourly candles that end now."""
        rows = np.zeros(len(closes), CANDLE)
        rows["open_ms"] = NOW_MS // HOUR_MS * HOUR_MS + np.arange(-len(closes), 0) * HOUR_MS
        rows["close"], rows["open"] = closes, np.append(closes[:1], closes[:-1])
        rows["high"] = np.maximum(rows["open"], rows["close"]) + 5
        rows["low"] = np.minimum(rows["open"], rows["close"]) - 5
        rows["volume"] = 10.0 if volumes is None else volumes
        state = self.market.states[symbol]
        state.candles(HOUR_MS).replace(rows)
        return rows

    def tell(self, *news: object) -> None:
        for item in news:
            self.market.take_news(item)  # type: ignore[arg-type]

    def read(self, key: str, symbol: str = "BTCUSDT") -> Reading:
        self.clock.advance(2 * HOLD_S)
        return self.reader.read(METRIC_BY_KEY[key], symbol)

    def value(self, key: str, symbol: str = "BTCUSDT") -> float:
        reading = self.read(key, symbol)
        assert reading.state is ReadingState.OK, (key, reading)
        assert reading.value is not None
        return reading.value


@pytest.fixture
def venue() -> Venue:
    return Venue()


def book(venue: Venue, bids: list[tuple[float, float]], asks: list[tuple[float, float]]) -> None:
    updates, levels = make_updates(((1, 1, -1), bids, asks), event_ms=[NOW_MS], snapshots=[0])
    venue.market.apply(MarketBatch(VENUE, "BTCUSDT", updates=updates, levels=levels))


def test_every_metric_is_declared_whole_and_once() -> None:
    assert len(METRIC_BY_KEY) == len(METRICS)
    for metric in METRICS:
        assert metric.key.isidentifier()
        assert metric.title
        assert metric.formula
        assert metric.source
        assert set(metric.inputs) <= set(INPUTS)
        assert bool(metric.words) == (metric.unit is Unit.WORD)
        assert (metric.unit is Unit.BPS) == metric.key.endswith("_bps")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_where_nothing_came_the_answer_is_no_data_with_a_reason(metric: object, venue: Venue) -> None:
    reading = venue.read(metric.key)  # type: ignore[attr-defined]
    assert (reading.value, reading.state) == (None, ReadingState.NO_DATA)
    assert reading.why
    assert venue.read(metric.key, "NOSUCH").state is ReadingState.NO_DATA  # type: ignore[attr-defined]


def test_spread_depth_and_imbalance_are_those_of_the_book(venue: Venue) -> None:
    bids = [(999.5, 2.0), (998.6, 1.0), (995.1, 4.0), (985.0, 3.0)]
    asks = [(1000.5, 1.0), (1001.0, 2.0), (1004.0, 4.0)]
    book(venue, bids, asks)
    assert venue.value("spread") == pytest.approx(1.0)
    assert venue.value("spread_bps") == pytest.approx(10.0)
    assert venue.value("spread_rate") == pytest.approx(0.001)
    assert venue.value("bid_depth_10bp") == pytest.approx(999.5 * 2)
    assert venue.value("bid_depth_50bp") == pytest.approx(999.5 * 2 + 998.6 + 995.1 * 4)
    assert venue.value("ask_depth_10bp") == pytest.approx(1000.5 + 1001.0 * 2)
    far = venue.read("ask_depth_100bp")
    assert far.state is ReadingState.NO_DATA, "the book says nothing about what lies beyond its last level"
    assert "0.40 %" in far.why
    assert venue.value("imbalance") == pytest.approx((10 - 7) / 17)


def test_prices_premium_and_changes(venue: Venue) -> None:
    venue.trade((-60_000, 1, 100.0, 1.0), (0, 1, 110.0, 2.0))
    venue.tell(
        MarkPrice(VENUE, "BTCUSDT", NOW_MS, Decimal("110.11"), Decimal("110")),
        Ticker(VENUE, "BTCUSDT", NOW_MS, *map(Decimal, ("110", "88", "120", "80", "1000", "100000"))),
    )
    assert venue.value("last") == 110
    assert venue.value("premium_bps") == pytest.approx(10)
    assert venue.value("last_mark_bps") == pytest.approx((110 / 110.11 - 1) * 1e4)
    assert venue.value("change_24h_rate") == pytest.approx(0.25)
    assert venue.value("change_held_rate") == pytest.approx(0.1)
    assert venue.value("volume_24h") == 100_000
    assert venue.value("volume_held") == pytest.approx(320)
    assert "spot" in venue.read("mark_spot_rate").why


def test_before_the_first_trade_the_days_figures_tell_the_last_price(venue: Venue) -> None:
    assert venue.read("last").value is None
    venue.tell(Ticker(VENUE, "BTCUSDT", NOW_MS, *map(Decimal, ("110", "88", "120", "80", "1", "1"))))
    assert venue.value("last") == 110
    venue.trade((0, 1, 111.0, 1.0))
    assert venue.value("last") == 111


def test_the_age_of_a_book_grows_while_nothing_comes(venue: Venue) -> None:
    book(venue, [(99.0, 1.0)], [(101.0, 1.0)])
    before = venue.value("book_age_s")
    venue.clock.advance(30)
    assert venue.value("book_age_s") == pytest.approx(before + 30, abs=1)


def test_delta_needs_every_trade_of_its_five_minutes(venue: Venue) -> None:
    venue.trade((-200_000, 1, 100.0, 4.0))
    assert "so far" in venue.read("cvd_5m").why
    venue = Venue()
    venue.trade(
        (-400_000, 1, 100.0, 50.0), (-200_000, 1, 100.0, 4.0), (-100_000, -1, 100.0, 1.5), (0, 1, 100.0, 0.25)
    )
    assert venue.value("cvd_5m") == pytest.approx(4 - 1.5 + 0.25)
    venue.covered("BTCUSDT").holes = [(NOW_MS - 150_000, NOW_MS - 140_000)]
    venue.trade((1_000, 1, 100.0, 1.0))
    assert "missing" in venue.read("cvd_5m").why


def test_liquidations_are_summed_in_quote(venue: Venue) -> None:
    venue.trade((-400_000, 1, 100.0, 1.0), (0, 1, 100.0, 1.0))
    for after_ms, size in ((-350_000, "5"), (-30_000, "2"), (-10_000, "1.5")):
        venue.tell(Liquidation(VENUE, "BTCUSDT", NOW_MS + after_ms, "sell", Decimal(90), Decimal(size)))
    assert venue.value("liquidations_5m") == pytest.approx(90 * 3.5)


def funding(rate: str, hours: float = 4.0, next_ms: int = NOW_MS + HOUR_MS) -> FundingRate:
    return FundingRate(VENUE, "BTCUSDT", NOW_MS, Decimal(rate), hours, next_ms)


def settled(*rates: str, hours: float = 4.0, last_ms: int = NOW_MS - 3 * HOUR_MS) -> list[FundingSettlement]:
    """Settlements up to `last_ms`, oldest first."""
    step = int(hours * HOUR_MS)
    return [
        FundingSettlement(VENUE, "BTCUSDT", last_ms - place * step, Decimal(rate), hours)
        for place, rate in zip(range(len(rates) - 1, -1, -1), rates, strict=True)
    ]


def test_funding_is_normalised_by_its_own_interval(venue: Venue) -> None:
    venue.trade((0, 1, 100.0, 1.0))
    venue.tell(funding("0.0002"))
    assert venue.value("funding_rate") == pytest.approx(0.0002)
    assert venue.value("funding_8h_rate") == pytest.approx(0.0004)
    assert venue.value("funding_day_rate") == pytest.approx(0.0012)
    assert venue.value("funding_year_rate") == pytest.approx(0.438)
    assert venue.value("funding_excess_8h_rate") == pytest.approx(0.0003)
    assert venue.value("funding_countdown_s") == pytest.approx(3600, abs=5)


def test_funding_is_sustained_from_the_interval_that_began_it(venue: Venue) -> None:
    venue.trade((0, 1, 100.0, 1.0))
    venue.tell(funding("0.0001"))
    venue.btc.past.add_funding(settled("0.00009", "0.00004", "0.00006", "0.00007"))
    # Two settlements, 3 h and 7 h ago, were above 0.00005 in 4 h; the older of them began 11 h ago.
    assert venue.value("funding_sustained_h") == pytest.approx(11, abs=0.01)
    venue.tell(funding("0.00005"))
    assert venue.value("funding_sustained_h") == 0
    assert venue.value("funding_trend_8h_rate") == pytest.approx(0.0001 - (0.00008 + 0.00012 + 0.00014) / 3)


def test_the_funding_percentile_needs_a_week_of_settlements(venue: Venue) -> None:
    venue.trade((0, 1, 100.0, 1.0))
    venue.tell(funding("0.0001", hours=8.0))
    venue.btc.past.add_funding(settled(*["0.0002"] * 20, hours=8.0))
    assert "20 settlements" in venue.read("funding_percentile").why
    venue.btc.past.add_funding(settled(*["0.00005"] * 10, hours=8.0, last_ms=NOW_MS - 300 * HOUR_MS))
    assert venue.value("funding_percentile") == pytest.approx(10 / 30)


def test_open_interest_is_compared_in_contracts_with_a_day_ago(venue: Venue) -> None:
    venue.trade((0, 1, 110.0, 1.0))
    venue.tell(OpenInterest(VENUE, "BTCUSDT", NOW_MS, Decimal(1_200)))
    venue.tell(MarkPrice(VENUE, "BTCUSDT", NOW_MS, Decimal(110)))
    assert venue.value("open_interest") == 1_200
    assert venue.value("open_interest_value") == pytest.approx(132_000)
    assert "past open interest" in venue.read("open_interest_change_24h_rate").why
    past = [
        OpenInterest(VENUE, "BTCUSDT", NOW_MS - DAY_MS + place * 300_000, Decimal(1_000 + place))
        for place in range(-3, 20)
    ]
    venue.btc.past.add_open_interest(past)
    assert venue.value("open_interest_change_24h_rate") == pytest.approx(0.2)
    venue.tell(Ticker(VENUE, "BTCUSDT", NOW_MS, *map(Decimal, ("110", "120", "120", "80", "1", "1"))))
    words = METRIC_BY_KEY["open_interest_quadrant"].words
    assert words[int(venue.value("open_interest_quadrant"))] == "short build"


def walk(seed: int, hours: int) -> np.ndarray:
    return 1_000 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, hours)))


def test_atr_and_its_regime_are_wilders(venue: Venue) -> None:
    venue.trade((0, 1, 1_000.0, 1.0))
    rows = venue.hours("BTCUSDT", walk(1, 300))
    ranges = [float(rows["high"][0] - rows["low"][0])] + [
        max(float(row["high"]), float(before["close"])) - min(float(row["low"]), float(before["close"]))
        for before, row in pairwise(rows)
    ]
    line = [mean(ranges[:20])]
    for spread in ranges[20:]:
        line.append((19 * line[-1] + spread) / 20)
    assert venue.value("atr") == pytest.approx(line[-1])
    assert venue.value("atr_rate") == pytest.approx(line[-1] / 1_000)
    assert venue.value("atr_regime") == pytest.approx(line[-1] / mean(line[-50:]))
    venue.hours("BTCUSDT", walk(1, 68))
    venue.trade((60_000, 1, 1_000.0, 1.0))
    assert "68 hourly candles" in venue.read("atr_regime").why


def test_volatility_and_its_percentile(venue: Venue) -> None:
    venue.trade((0, 1, 1_000.0, 1.0))
    closes = walk(2, 721)
    venue.hours("BTCUSDT", closes)
    returns = [log(after / before) for before, after in pairwise(closes)]
    spreads = [stdev(returns[place : place + 24]) for place in range(len(returns) - 23)]
    assert venue.value("volatility_year_rate") == pytest.approx(spreads[-1] * sqrt(8_760))
    below = sum(spread < spreads[-1] for spread in spreads) + 0.5
    assert venue.value("volatility_percentile") == pytest.approx(below / len(spreads))
    squares = weight = 0.0
    for value in returns:
        squares, weight = squares * 0.94 + value**2, weight * 0.94 + 1
    usual = stdev(returns) / sqrt(squares / weight)
    assert venue.value("volatility_usual_multiple") == pytest.approx(usual, rel=1e-6)


def test_correlation_leaves_out_hours_that_either_lacks(venue: Venue) -> None:
    venue.trade((0, 1, 1_000.0, 1.0))
    venue.trade((0, 1, 1_000.0, 1.0), symbol="ETHUSDT")
    btc, noise = walk(3, 400), walk(4, 400)
    eth = np.sqrt(btc * noise)
    venue.hours("BTCUSDT", btc)
    rows = venue.hours("ETHUSDT", eth)
    venue.eth.candles(HOUR_MS).replace(np.delete(rows, [100, 101, 250]))
    both = [place for place in range(1, 400) if not {place, place - 1} & {100, 101, 250}]
    x = [log(btc[place] / btc[place - 1]) for place in both]
    y = [log(eth[place] / eth[place - 1]) for place in both]
    assert venue.value("correlation_btc", "ETHUSDT") == pytest.approx(float(np.corrcoef(x, y)[0, 1]))
    assert venue.value("correlation_btc") == pytest.approx(1)
    venue.market.remove("BTCUSDT")
    venue.trade((60_000, 1, 1_000.0, 1.0), symbol="ETHUSDT")
    assert venue.read("correlation_btc", "ETHUSDT").why == "BTC is not followed"


def test_the_volume_multiple_is_of_the_newest_hour_against_thirty_days(venue: Venue) -> None:
    volumes = np.full(720, 10.0)
    volumes[-1] = 25.0
    venue.hours("BTCUSDT", walk(5, 720), volumes)
    venue.trade((60_000, 1, 1_000.0, 3.0))
    usual = 10.0  # of the 719 hours before the newest whole one
    assert venue.value("volume_multiple") == pytest.approx(25 / usual)
    venue.trade((120_000, 1, 1_000.0, 40.0))
    assert venue.value("volume_multiple") == pytest.approx(43 / (719 * 10 + 25) * 720)


def test_the_session_follows_the_markets_hour(venue: Venue) -> None:
    words = METRIC_BY_KEY["session"].words
    seen = []
    for hour in (0, 6, 7, 12, 13, 23):
        venue = Venue()
        venue.trade(((hour - 14) * HOUR_MS, 1, 1.0, 1.0))
        seen.append(words[int(venue.value("session"))])
    assert seen == ["Asia", "Asia", "Europe", "Europe", "US", "US"]


def test_what_is_older_than_it_may_be_is_stale_and_keeps_its_value(venue: Venue) -> None:
    book(venue, [(99.0, 1.0)], [(101.0, 1.0)])
    assert venue.value("spread") == 2
    venue.clock.advance(11)
    reading = venue.read("spread")
    assert (reading.value, reading.state) == (2, ReadingState.STALE)
    assert reading.why == "It is 12 s old"
    assert NOW_MS - 1_000 <= reading.time_ms <= NOW_MS + 1_000
    assert venue.value("feed_age_s") > 11, "an age is never stale"


def test_what_the_feed_says_is_lost_is_stale_at_once(venue: Venue) -> None:
    book(venue, [(99.0, 1.0)], [(101.0, 1.0)])
    venue.tell(FeedStatus(VENUE, "BTCUSDT", FeedState.DISCONNECTED, "The venue cannot be reached."))
    reading = venue.read("spread")
    assert (reading.state, reading.why) == (ReadingState.STALE, "The venue cannot be reached.")


def test_nothing_ages_in_a_recording_that_stands_still() -> None:
    venue = Venue(is_live=False)
    book(venue, [(99.0, 1.0)], [(101.0, 1.0)])
    venue.clock.advance(3_600)
    assert venue.value("spread") == 2


def test_a_reading_stands_for_a_quarter_second_and_unchanged_inputs_are_not_worked_out_again(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    metric = METRIC_BY_KEY["last"]

    def counted(compute: Callable[..., float]) -> Callable[..., float]:
        def run(facts: object) -> float:
            calls.append("")
            return compute(facts)

        return run

    counted_metric = replace(metric, compute=counted(metric.compute))
    venue.trade((0, 1, 100.0, 1.0))
    assert venue.reader.read(counted_metric, "BTCUSDT").value == 100
    venue.trade((10, 1, 101.0, 1.0))
    assert venue.reader.read(counted_metric, "BTCUSDT").value == 100
    venue.clock.advance(2 * HOLD_S)
    assert venue.reader.read(counted_metric, "BTCUSDT").value == 101
    venue.clock.advance(2 * HOLD_S)
    venue.reader.read(counted_metric, "BTCUSDT")
    assert len(calls) == 2
