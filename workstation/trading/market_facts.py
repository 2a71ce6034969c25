"""What an intent is judged in: a market's state and the account, put together at one moment."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from math import isnan

from workstation.market.order_book import ASK, BID, BookStatus
from workstation.market.state import SymbolState
from workstation.model.feed_status import FeedState
from workstation.trading.contracts import Contract
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import Levels, MarketView, Situation

LEVELS = 100
"""Of each side of the book, for what a market order would be filled at."""


def market_view(state: SymbolState | None, contract: Contract | None, monotonic: float) -> MarketView:
    """Return what is known of a symbol now.

    Args:
        state: of the market; None where the symbol is not followed.
        contract: None where the venue has not said how it is traded.
        monotonic: seconds of the desk's clock, against which the age of the book is reckoned.
    """
    if state is None:
        return MarketView(contract, frozen="This symbol is not followed: open its market first")
    status = state.status
    frozen = ""
    if status is not None and status.state is not FeedState.LIVE:
        frozen = status.words or f"The market data are {status.state.value}"
    book_age_ms = None
    if state.book.status is BookStatus.LIVE and state.health.last_data is not None:
        book_age_ms = max(0, round((monotonic - state.health.last_data) * 1000))
    mark = state.mark
    return MarketView(
        contract,
        frozen=frozen,
        mark_price=None if mark is None else mark.mark_price,
        mark_age_ms=0 if mark is None else max(0, state.market_ms - mark.event_ms),
        last_price=None if isnan(state.last_price) else Decimal(repr(state.last_price)),
        bids=_levels(state, BID),
        asks=_levels(state, ASK),
        book_age_ms=book_age_ms,
        funding=state.funding,
        now_ms=state.market_ms,
    )


def situation_of(
    portfolio: Portfolio, view: MarketView, market: Callable[[str], MarketView], symbol: str
) -> Situation:
    """Return all that an intent in a symbol is judged in.

    Args:
        portfolio: what is ours.
        view: of the symbol, with why nothing may be opened in it.
        market: what is known of the other symbols, for their marks.
        symbol: the venue's spelling.
    """
    marks = {} if view.mark_price is None else {symbol: view.mark_price}
    stops = {}
    for held in portfolio.positions:
        mark = market(held).mark_price
        if mark is not None:
            marks[held] = mark
        stop = portfolio.stop_price(held)
        if stop is not None:
            stops[held] = stop
    pending = tuple(
        replace(order.intent, size=order.remaining_size)
        for order in portfolio.working()
        if not order.intent.purpose.reduces and order.remaining_size
    )
    asset = "" if view.contract is None else view.contract.settlement_asset
    account, missing = portfolio.account(asset, marks), portfolio.missing_size(symbol)
    return Situation(view, account, stops, pending, missing)


def _levels(state: SymbolState, side: int) -> Levels:
    prices, sizes = state.book.top(side, LEVELS)
    return tuple(
        (Decimal(repr(price)), Decimal(repr(size)))
        for price, size in zip(prices.tolist(), sizes.tolist(), strict=True)
    )
