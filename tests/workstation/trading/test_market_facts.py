"""What the gate is told of a market: its book, its prices, and how old they are."""

from decimal import Decimal

from tests.workstation.trading.market_made import CONTRACT, INSTRUMENT, SYMBOL, MadeMarket
from workstation.market.state import SymbolState
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import MarkPrice
from workstation.model.feed_status import FeedState, FeedStatus
from workstation.model.instrument import Instrument
from workstation.runtime.clock import ManualClock
from workstation.trading.market_facts import market_view


class _Told(MadeMarket):
    """Tells a symbol's state instead of a venue."""

    def __init__(self, state: SymbolState) -> None:
        super().__init__()
        self._state = state

    def _tell(self, batch: MarketBatch) -> None:
        self._state.apply(batch)


def made(instrument: Instrument = INSTRUMENT) -> tuple[SymbolState, ManualClock, MadeMarket]:
    clock = ManualClock()
    state = SymbolState(instrument, clock)
    return state, clock, _Told(state)


def test_a_symbol_that_is_not_followed_or_not_heard_of_has_nothing_to_go_by() -> None:
    assert "not followed" in market_view(None, CONTRACT, 0.0).frozen
    state, clock, _ = made()

    view = market_view(state, CONTRACT, clock.monotonic())

    assert (view.book_age_ms, view.mark_price, view.last_price, view.bids) == (None, None, None, ())


def test_prices_are_what_the_venue_sent_and_age_with_the_clock() -> None:
    state, clock, market = made()
    market.snapshot([(59_999.1, 0.3), (59_998.0, 1.0)], [(60_000.7, 0.001)])
    market.trade(1, 60_000.7, 0.5)
    state.take_news(MarkPrice("paper", SYMBOL, market.now_ms - 400, Decimal("60000.123")))
    clock.advance(1.5)

    view = market_view(state, CONTRACT, clock.monotonic())

    assert view.bids == ((Decimal("59999.1"), Decimal("0.3")), (Decimal("59998.0"), Decimal("1.0")))
    assert view.asks == ((Decimal("60000.7"), Decimal("0.001")),)
    assert (view.last_price, view.mark_price) == (Decimal("60000.7"), Decimal("60000.123"))
    assert (view.book_age_ms, view.mark_age_ms, view.now_ms) == (1500, 400, market.now_ms)
    assert view.frozen == ""


def test_a_feed_that_is_not_live_lets_nothing_be_opened() -> None:
    state, clock, market = made()
    market.snapshot([(59_999.0, 1.0)], [(60_000.0, 1.0)])
    state.take_news(FeedStatus("paper", SYMBOL, FeedState.STALE, "No data for 3 s"))

    assert market_view(state, CONTRACT, clock.monotonic()).frozen == "No data for 3 s"
