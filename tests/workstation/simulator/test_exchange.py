"""The simulated exchange repeats by its seed, and a book rebuilt from its streams is the engine's."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.market.made import make_updates
from workstation.market.order_book import BookStatus, OrderBook
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.simulator.dated import dated_specs
from workstation.simulator.events import (
    AggTradeEvent,
    BookTickerEvent,
    DepthEvent,
    MarketEvent,
    MarkPriceEvent,
    TradeEvent,
)
from workstation.simulator.exchange import SimulatedExchange
from workstation.simulator.klines import BUY_VOLUME, HIGH, LOW, OPEN_MS, TRADES, VOLUME
from workstation.simulator.market import SimulatedMarket
from workstation.simulator.matching import BUY, SELL, TimeInForce
from workstation.simulator.outside import NewOrder
from workstation.simulator.universe import PROFILES, UNIVERSE

START_MS = 1_760_000_055_500
FEW = ("BTCUSDT", "TAOUSDT", "NMRUSDT")
MINUTE_MS = 60_000


def make_exchange(
    seed: int = 1, symbols: Sequence[str] | None = FEW, start_ms: int = START_MS, profile: str = "a"
) -> SimulatedExchange:
    return SimulatedExchange(seed=seed, profile=PROFILES[profile], start_ms=start_ms, symbols=symbols)


def of(events: list[MarketEvent], symbol: str) -> list[MarketEvent]:
    return [event for event in events if event.symbol == symbol]


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=12), st.integers(0, 3))
@settings(max_examples=12)
def test_the_stream_does_not_depend_on_how_time_is_cut(cuts: list[int], seed: int) -> None:
    whole, pieces = make_exchange(seed), make_exchange(seed)
    end = START_MS + sum(cuts)

    expected = whole.advance(end)
    got: list[MarketEvent] = []
    for cut in cuts:
        before = pieces.now_ms
        part = pieces.advance(before + cut)
        assert all(before < event.time_ms <= before + cut for event in part)
        got += part

    assert got == expected
    assert [event.time_ms for event in got] == sorted(event.time_ms for event in got)
    for symbol, market in whole.markets.items():
        other = pieces.markets[symbol]
        assert market.depth(1000) == other.depth(1000)
        assert market.mark == other.mark
        assert market.open_interest() == other.open_interest()
        assert (market.klines(MINUTE_MS) == other.klines(MINUTE_MS)).all()


def test_another_seed_or_profile_is_another_market() -> None:
    runs = [make_exchange(seed, profile=profile) for seed, profile in ((1, "a"), (2, "a"), (1, "b"))]
    streams = [run.advance(START_MS + 5_000) for run in runs]

    assert streams[0] != streams[1]
    assert streams[0] != streams[2]


def test_two_venues_of_one_seed_share_the_index_and_differ_in_liquidity() -> None:
    a, b = make_exchange(profile="a"), make_exchange(profile="b")
    a.advance(START_MS + 60_000)
    b.advance(START_MS + 60_000)

    for symbol in FEW:
        one, two = a.markets[symbol], b.markets[symbol]
        assert one.mark.index == two.mark.index
        assert resting_usd(one) > 1.3 * resting_usd(two)


def resting_usd(market: SimulatedMarket) -> float:
    view = market.depth(5_000)
    middle = 0.5 * (view.bids[0][0] + view.asks[0][0])
    near = [level for level in view.bids + view.asks if abs(level[0] / middle - 1.0) < 0.0025]
    unit = float(market.spec.tick_size * market.spec.lot_size)
    return sum(ticks * lots for ticks, lots in near) * unit


def test_what_a_symbol_does_does_not_depend_on_what_else_is_listed() -> None:
    alone, among = make_exchange(symbols=["TAOUSDT"]), make_exchange()

    assert alone.advance(START_MS + 5_000) == of(among.advance(START_MS + 5_000), "TAOUSDT")


def make_book(market: SimulatedMarket) -> OrderBook:
    spec = market.spec
    steps = (spec.tick_size, spec.lot_size, Decimal(1))
    book = OrderBook(
        Instrument(
            "binance_usdm",
            spec.symbol,
            ContractKind.LINEAR,
            *steps,
            spec.base,
            spec.quote,
            SequenceRule.BINANCE_FUTURES,
        )
    )
    view = market.depth(5_000)
    ids = (view.last_update_id, view.last_update_id, -1)
    book.apply(*make_updates((ids, view.bids, view.asks), snapshots=[0]))
    return book


def apply_depth(book: OrderBook, events: list[MarketEvent]) -> None:
    depth = [event for event in events if isinstance(event, DepthEvent)]
    if depth:
        messages = [((e.first_id, e.last_id, e.prev_id), e.bids, e.asks) for e in depth]
        book.apply(*make_updates(*messages))


@pytest.mark.parametrize("symbol", FEW)
def test_a_book_rebuilt_from_a_snapshot_and_updates_equals_the_engines_at_odd_moments(symbol: str) -> None:
    exchange = make_exchange(seed=9)
    market = exchange.markets[symbol]
    exchange.advance(START_MS + 37)  # a snapshot between two updates
    book = make_book(market)
    pending: list[MarketEvent] = []
    for step in (13, 250, 100, 999, 61, 5_000, 77, 12_345):
        pending += of(exchange.advance(exchange.now_ms + step), symbol)
        # Up to the next depth event the engine is ahead; there they are equal.
        while exchange.now_ms % 100:
            pending += of(exchange.advance(exchange.now_ms // 100 * 100 + 100), symbol)
        apply_depth(book, pending)
        pending = []
        view = market.depth(5_000)
        assert book.status is BookStatus.LIVE
        assert book.bids == dict(view.bids)
        assert book.asks == dict(view.asks)
    assert book.sequence_gaps == 0
    assert book.crossed_books == 0


def test_quotes_are_the_rebuilt_book_at_equal_update_ids() -> None:
    exchange = make_exchange(seed=3)
    compared = 0
    books = {symbol: make_book(market) for symbol, market in exchange.markets.items()}
    tops: dict[tuple[str, int], BookTickerEvent] = {}
    for event in exchange.advance(START_MS + 30_000):
        if isinstance(event, BookTickerEvent):
            assert event.bid_ticks < event.ask_ticks
            tops[event.symbol, event.update_id] = event
        elif isinstance(event, DepthEvent):
            book = books[event.symbol]
            apply_depth(book, [event])
            quote = tops.get((event.symbol, event.last_id))
            if quote is not None:
                compared += 1
                assert (book.best_bid, book.best_ask) == (quote.bid_ticks, quote.ask_ticks)
                assert book.size_at(1, book.best_bid) == quote.bid_lots
                assert book.size_at(-1, book.best_ask) == quote.ask_lots
    assert compared > 50


def test_update_ids_chain_and_skip() -> None:
    exchange = make_exchange()
    last = {symbol: market.engine.update_id for symbol, market in exchange.markets.items()}
    first = True
    skipped = 0
    for event in exchange.advance(START_MS + 10_000):
        if isinstance(event, DepthEvent):
            if not first:
                skipped += event.first_id > event.prev_id + 1
            assert event.prev_id < event.first_id <= event.last_id
            assert event.prev_id <= last[event.symbol]
            last[event.symbol] = event.last_id
            first = False
    assert skipped


def test_trade_ids_have_no_hole_and_aggregates_and_candles_hold_every_trade() -> None:
    exchange = make_exchange(start_ms=1_760_000_070_000)  # opens, 30 s before, on a whole minute less 20 s
    events = exchange.advance(exchange.now_ms + 100_000)
    for symbol, market in exchange.markets.items():
        mine = of(events, symbol)
        trades = [event for event in mine if isinstance(event, TradeEvent)]
        groups = [event for event in mine if isinstance(event, AggTradeEvent)]
        ids = [trade.trade_id for trade in trades]
        assert ids == list(range(ids[0], ids[0] + len(ids)))
        by_id = {trade.trade_id: trade for trade in trades}
        for group in groups:
            parts = [by_id[number] for number in range(group.first_trade_id, group.last_trade_id + 1)]
            assert sum(part.lots for part in parts) == group.lots
            assert {(part.price_ticks, part.buyer_is_maker, part.time_ms) for part in parts} == {
                (group.price_ticks, group.buyer_is_maker, group.time_ms)
            }
        assert sum(group.lots for group in groups) == sum(trade.lots for trade in trades)
        assert [trade.trade_id for trade in market.trades(5)] == ids[-5:]
        assert market.trades(3, from_id=ids[2]) == trades[2:5]
        check_candle(market, [trade for trade in trades if trade.time_ms // MINUTE_MS == 29_333_335])


def check_candle(market: SimulatedMarket, trades: list[TradeEvent]) -> None:
    (row,) = market.klines(MINUTE_MS, start_ms=29_333_335 * MINUTE_MS, limit=1)
    tick, lot = float(market.spec.tick_size), float(market.spec.lot_size)
    assert row[TRADES] == len(trades)
    assert row[VOLUME] == pytest.approx(sum(trade.lots for trade in trades) * lot)
    bought = sum(trade.lots for trade in trades if not trade.buyer_is_maker)
    assert row[BUY_VOLUME] == pytest.approx(bought * lot)
    if trades:
        assert row[HIGH] == pytest.approx(max(trade.price_ticks for trade in trades) * tick)
        assert row[LOW] == pytest.approx(min(trade.price_ticks for trade in trades) * tick)


def test_every_symbol_trades_quotes_and_is_marked() -> None:
    exchange = make_exchange(symbols=None)
    events = exchange.advance(START_MS + 60_000)

    assert set(exchange.markets) == set(UNIVERSE) | set(dated_specs(START_MS))
    for symbol, market in exchange.markets.items():
        kinds = {type(event) for event in of(events, symbol)}
        assert {DepthEvent, BookTickerEvent, MarkPriceEvent, TradeEvent, AggTradeEvent} <= kinds
        assert abs(market.mark.mark / market.mark.index - 1.0) < (0.06 if market.spec.delivery_ms else 0.02)


def test_an_order_from_outside_meets_the_book_and_is_told_with_the_next_events() -> None:
    exchange = make_exchange()
    market = exchange.markets["BTCUSDT"]
    before = market.depth(1)
    book = make_book(market)

    outcome = market.submit(NewOrder(BUY, before.asks[0][1] + 1, None, TimeInForce.IOC))
    resting = market.submit(NewOrder(SELL, 7, before.asks[0][0] + 100_000, TimeInForce.GTX)).resting

    assert outcome.filled_lots == before.asks[0][1] + 1
    assert outcome.fills[0].price_ticks == before.asks[0][0]
    assert resting is not None
    events = of(exchange.advance(START_MS + 1_500), "BTCUSDT")
    told = [event for event in events if isinstance(event, TradeEvent) and event.time_ms == START_MS]
    assert sum(event.lots for event in told) == outcome.filled_lots
    apply_depth(book, events)
    assert book.size_at(-1, before.asks[0][0] + 100_000) == 7
    assert market.cancel(resting.order_id) is resting
    assert market.cancel(resting.order_id) is None
    maker = next(iter(market.engine.orders))
    assert market.cancel(maker) is None  # not the caller's to cancel


def test_unknown_symbols_are_named() -> None:
    with pytest.raises(ValueError, match="NOSUCHUSDT"):
        make_exchange(symbols=["BTCUSDT", "NOSUCHUSDT"])


def test_the_clock_never_goes_back() -> None:
    exchange = make_exchange()

    assert exchange.advance(START_MS - 1) == []
    assert exchange.now_ms == START_MS
    assert exchange.markets["BTCUSDT"].klines(MINUTE_MS)[-1][OPEN_MS] <= START_MS
