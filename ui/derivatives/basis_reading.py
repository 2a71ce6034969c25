"""Mark, index, spot and last of one symbol side by side: now, and over a span of time."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from ui.services import PanelServices
from workstation.analytics.book_walk import walk_book_by_notional
from workstation.analytics.funding import impact_notional, premium_index
from workstation.analytics.term_structure import TermPoint, expiry_of, term_points
from workstation.errors import BadFigure
from workstation.market.order_book import BookStatus
from workstation.market.state import Market, SymbolState
from workstation.model.basis import BasisMinutes
from workstation.model.instrument import ContractKind
from workstation.model.orders import Side

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

ALARM_RATE = 0.005
COLUMNS = 480
"""Bars of the history, whatever its span."""
SLACK_MS = 30_000
"""A price is taken for a moment that is so much later at most: what is older is a gap."""
NAMES = ("index", "spot", "last")


@dataclass(frozen=True, slots=True)
class BasisReading:
    """The four prices at one look.

    Attributes:
        mark, index, spot, last: quote per base unit; nan where it is not known.
        spot_symbol: the spot market whose price it is; "" where none is known.
        premium_rate: premium index of the book as it is now; None with its reason in `premium_words`.
        premium_words: at which impact notional, or why there is none.
    """

    mark: float
    index: float
    spot: float
    last: float
    spot_symbol: str
    premium_rate: float | None
    premium_words: str
    dated: tuple[TermPoint, ...] = ()
    """The coin's dated futures against spot, else the index; the nearest delivery first."""

    def deviation(self, name: str) -> float:
        """How far the mark stands above "index", "spot" or "last", a fraction; nan where unknown."""
        other: float = getattr(self, name)
        return self.mark / other - 1 if other > 0 else nan

    @property
    def alarming(self) -> tuple[str, ...]:
        """Of which the mark stands 0.5 % away or more."""
        # 60300 / 60000 − 1 is a hair below 0.005 in binary.
        return tuple(name for name in NAMES if abs(self.deviation(name)) >= ALARM_RATE - 1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class BasisHistory:
    """Deviations over a span, one value a bar and the extremes within it.

    Attributes:
        starts: (n,) UTC ms of each bar.
        values: by name (n,) mark less that, at the end of each bar, as a fraction; nan where unknown.
        low, high: by name (n,) the extremes within the bar.
        bar_ms: width of a bar.
    """

    starts: Times
    values: dict[str, Floats]
    low: dict[str, Floats]
    high: dict[str, Floats]
    bar_ms: float

    def extreme(self) -> tuple[str, float, int] | None:
        """Name, value and moment of the deviation furthest from zero; None where nothing is known."""
        best: tuple[str, float, int] | None = None
        for name in NAMES:
            for side in (self.low[name], self.high[name]):
                known = np.flatnonzero(np.isfinite(side))
                if not len(known):
                    continue
                place = int(known[np.argmax(np.abs(side[known]))])
                if best is None or abs(side[place]) > abs(best[1]):
                    best = name, float(side[place]), int(self.starts[place])
        return best


def spot_of(market: Market, state: SymbolState) -> SymbolState | None:
    """The spot market of the same coin that is followed beside a contract; None where none is."""
    wanted = state.instrument
    alike = [
        other
        for other in market.states.values()
        if other.instrument.kind is ContractKind.SPOT and other.instrument.base == wanted.base
    ]
    return next((other for other in alike if other.instrument.quote == wanted.quote), next(iter(alike), None))


def read_basis(services: PanelServices, state: SymbolState) -> BasisReading:
    """Gather the four prices and the premium index."""
    spot_state = spot_of(services.workstation.market, state)
    mark = index = nan
    if state.mark is not None:
        mark = float(state.mark.mark_price)
        index = nan if not state.mark.index_price else float(state.mark.index_price)
    last = state.last_price
    if not isfinite(last) and state.ticker is not None:
        last = float(state.ticker.last)
    spot, market = nan, ""
    if spot_state is not None:
        spot, market = spot_state.last_price, spot_state.instrument.symbol
    elif state.spot is not None:
        spot, market = float(state.spot.middle), f"{state.spot.market} spot"
    premium, words = _premium(services, state, index)
    against = spot if isfinite(spot) else index
    dated = term_points(dated_prices(services.workstation.market, state), against, state.market_ms)
    return BasisReading(mark, index, spot, last, market, premium, words, dated)


def dated_prices(market: Market, state: SymbolState) -> list[tuple[str, str, int, float]]:
    """Venue, symbol, delivery and price of the coin's dated futures, told beside it or followed."""
    instrument = state.instrument
    found = {
        (price.venue, price.future): (price.expires_ms, float(price.mark_price))
        for price in state.dated.values()
    }
    for other in market.states.values():
        expires_ms = expiry_of(other.instrument.symbol)
        if other.instrument.base != instrument.base or expires_ms is None:
            continue
        price = other.last_price if other.mark is None else float(other.mark.mark_price)
        if isfinite(price):
            found[other.instrument.venue, other.instrument.symbol] = expires_ms, price
    return [(*name, *values) for name, values in found.items()]


def _premium(services: PanelServices, state: SymbolState, index: float) -> tuple[float | None, str]:
    """The premium index of the book: impact prices against the index."""
    if not isfinite(index):
        return None, "the venue sends no index price"
    if state.book.status is not BookStatus.LIVE:
        return None, "the book is not known"
    if state.instrument.kind is not ContractKind.LINEAR:
        return None, "of linear contracts only"
    portfolio = services.portfolio
    contract = None if portfolio is None else portfolio.contracts.get(state.instrument.symbol)
    tiers = None if contract is None else contract.rules.tiers
    if tiers is None:
        return None, "the margin brackets are not known"
    notional = impact_notional(1 / max(tier.max_leverage for tier in tiers.tiers))
    try:
        bid, ask = (
            walk_book_by_notional(_levels(state, side), notional).average_price
            for side in (Side.SELL, Side.BUY)
        )
        rate = premium_index(bid, ask, Decimal(repr(index)))
    except BadFigure as error:
        return None, str(error)
    return float(rate), f"impact of {notional:,.0f}".replace(",", "\u2009")


def _levels(state: SymbolState, side: Side) -> list[tuple[Decimal, Decimal]]:
    """The best levels that an order of a side would take, best first."""
    book = state.book
    levels = book.asks if side is Side.BUY else book.bids
    prices = sorted(levels, reverse=side is Side.SELL)[:200]
    unit = state.instrument.contract_size
    return [(Decimal(repr(price)), Decimal(repr(levels[price])) * unit) for price in prices]


def history_work(
    services: PanelServices, state: SymbolState, span_ms: int, now_ms: int
) -> Callable[[], BasisHistory]:
    """Take the prices of a span out of the market, and return what makes their history of them."""
    from_ms = now_ms - span_ms

    def cut(times: Times, *columns: Floats) -> tuple[NDArray[np.generic], ...]:
        first = max(0, int(np.searchsorted(times, from_ms)) - 1)
        return tuple(column[first:].copy() for column in (times, *columns))

    def traded(of: SymbolState) -> tuple[Times, Floats]:
        rows = of.seconds.rows()
        first = max(0, int(np.searchsorted(rows["open_ms"], from_ms)) - 1)
        return rows["open_ms"][first:] + 1_000, rows["close"][first:].copy()

    times, marks = state.series.prices.series(0)
    _, indices = state.series.prices.series(1)
    taken = cut(times, marks, indices)
    spot_state = spot_of(services.workstation.market, state)
    last = traded(state)
    spot = None
    if spot_state is not None:
        spot = traded(spot_state)
    elif len(state.series.spot):
        at_ms, bids = state.series.spot.series(0)
        _, asks = state.series.spot.series(1)
        spot_times, middles = cut(at_ms, (bids + asks) / 2)
        spot = np.asarray(spot_times, np.int64), np.asarray(middles, np.float64)

    def work() -> BasisHistory:
        moments, mark, index = taken
        return basis_history(
            np.asarray(moments, np.int64),
            np.asarray(mark, np.float64),
            np.asarray(index, np.float64),
            last,
            spot,
            from_ms,
            now_ms,
        )

    return work


def basis_history(
    times: Times,
    marks: Floats,
    indices: Floats,
    last: tuple[Times, Floats],
    spot: tuple[Times, Floats] | None,
    from_ms: int,
    to_ms: int,
    columns: int = COLUMNS,
) -> BasisHistory:
    """Return how mark stood to index, spot and last, in so many bars between two moments.

    Args:
        times, marks, indices: (n,) mark prices as they were told, with the index of the same moment.
        last, spot: (m,) moments and the price traded until then; None where spot is not followed.
        from_ms, to_ms: the span. columns: bars that it is cut into.
    """
    bar_ms = (to_ms - from_ms) / columns
    starts = (from_ms + np.arange(columns) * bar_ms).astype(np.int64)
    deviations = {
        "index": marks / np.where(indices > 0, indices, nan) - 1,
        "last": marks / _as_of(*last, times) - 1,
        "spot": np.full(len(times), nan) if spot is None else marks / _as_of(*spot, times) - 1,
    }
    bars = np.floor((times - from_ms) / bar_ms).astype(np.int64)
    values, low, high = {}, {}, {}
    for name, line in deviations.items():
        known = np.isfinite(line) & (bars >= 0) & (bars < columns)
        where, found = bars[known], line[known]
        ends, least, most = (np.full(columns, nan) for _ in range(3))
        if len(found):
            # Ascending by time: of each bar the last place wins.
            ends[where] = found
            firsts = np.flatnonzero(np.diff(where, prepend=-1))
            least[where[firsts]] = np.minimum.reduceat(found, firsts)
            most[where[firsts]] = np.maximum.reduceat(found, firsts)
        values[name], low[name], high[name] = ends, least, most
    return BasisHistory(starts, values, low, high, bar_ms)


def stored_history(minutes: BasisMinutes, from_ms: int, to_ms: int, columns: int = COLUMNS) -> BasisHistory:
    """Return how mark stood to its other prices over a long span, out of stored minutes."""
    bar_ms = (to_ms - from_ms) / columns
    starts = (from_ms + np.arange(columns) * bar_ms).astype(np.int64)
    bars = np.floor((minutes.times - from_ms) / bar_ms).astype(np.int64)
    inside = (bars >= 0) & (bars < columns)
    values, low, high = {}, {}, {}
    for name in NAMES:
        known = inside & np.isfinite(minutes.values[name])
        where = bars[known]
        ends, least, most = (np.full(columns, nan) for _ in range(3))
        if len(where):
            ends[where] = minutes.values[name][known]
            firsts = np.flatnonzero(np.diff(where, prepend=-1))
            least[where[firsts]] = np.minimum.reduceat(minutes.low[name][known], firsts)
            most[where[firsts]] = np.maximum.reduceat(minutes.high[name][known], firsts)
        values[name], low[name], high[name] = ends, least, most
    return BasisHistory(starts, values, low, high, bar_ms)


def _as_of(times: Times, prices: Floats, moments: Times) -> Floats:
    """The newest price at each moment; nan before the first and where it is old."""
    if not len(times):
        return np.full(len(moments), nan)
    # A second's close stands from that second on: it was so somewhere within it.
    places = np.searchsorted(times, moments + 1_000, side="right") - 1
    found = np.where(places >= 0, prices[np.maximum(places, 0)], nan)
    stale = moments - times[np.maximum(places, 0)] > SLACK_MS
    return np.where(stale | ~(found > 0), nan, found)
