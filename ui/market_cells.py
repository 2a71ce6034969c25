"""The figures of a symbol as the watchlist shows them: from its venue where it says them, else from us."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from ui import format
from ui.feed_watch import Standing
from ui.widgets.table_rows import Cell, Column
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState
from workstation.model.feed_status import FeedState
from workstation.model.instrument import ContractKind

RATE_SPAN_MS = 5_000
HIGH_FUNDING_RATE = 0.0003
"""Funding of eight hours from which it is worth a look; the usual rate is a third of it."""
MARKS = {
    FeedState.CONNECTING: "connecting",
    FeedState.STALE: "stale",
    FeedState.DISCONNECTED: "lost",
    FeedState.REFUSED: "refused",
}
"""What stands beside a symbol whose figures hold no longer."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column's key in saved views, and the column."""

    key: str
    column: Column


def fields_of_replay(states: Sequence[SymbolState]) -> tuple[Field, ...]:
    """The columns of a recording; titles and tips carry the unit and the moment that hold for all symbols."""
    unit = _unit(states)
    starts = [int(state.seconds.rows()["open_ms"][0]) for state in states if len(state.seconds)]
    since = "since the first trade"
    if starts:
        since = f"since {format.utc_time(min(starts))} UTC, the first trade held"
    return (
        _SYMBOL,
        _LAST,
        Field("change", Column("Chg %", f"Change {since}", 6, 1)),
        Field("volume", Column(f"Vol {unit}", f"Traded {since}, in {unit}", 6, 2)),
        Field("spread", Column("Spread bp", _SPREAD_TIP, 6, 3)),
        Field("rate", Column("Trades/s", _RATE_TIP, 5, 4)),
    )


def fields_of_venue(states: Sequence[SymbolState]) -> tuple[Field, ...]:
    """The columns of a venue that is followed live."""
    unit = _unit(states)
    volume_tip = f"Traded in the last 24 hours, in {unit}, as the venue says"
    funding_tip = (
        "Funding rate that longs pay at the next settlement, if it stays; amber where it is high for "
        "its interval"
    )
    return (
        _SYMBOL,
        _LAST,
        Field("change", Column("24 h %", "Change in the last 24 hours, from the price then", 6, 1)),
        Field("funding", Column("Fund %", funding_tip, 7, 2)),
        Field("volume", Column(f"Vol 24 h {unit}", volume_tip, 6, 3)),
        Field("spread", Column("Spread bp", _SPREAD_TIP, 6, 4)),
        Field("rate", Column("Trades/s", _RATE_TIP, 5, 5)),
    )


def cells_of_replay(state: SymbolState) -> tuple[Cell, ...]:
    """A symbol's row in a recording."""
    instrument, session = state.instrument, state.session
    traded = session.quote_volume
    if instrument.kind is ContractKind.INVERSE:
        traded = session.volume * float(instrument.contract_size)
    return (
        Cell(instrument.symbol, instrument.symbol),
        Cell(format.price(state.last_price, instrument.price_decimals), state.last_price),
        _change(state.last_price / session.open - 1),
        _volume(traded),
        _spread(state),
        _rate(state),
    )


def cells_of_venue(state: SymbolState, standing: Standing | None) -> tuple[Cell, ...]:
    """A symbol's row on a venue; figures that hold no longer are pale, and the symbol says why."""
    instrument, ticker, funding = state.instrument, state.ticker, state.funding
    last = state.last_price
    if isnan(last) and ticker is not None:
        last = float(ticker.last)  # nothing was traded since we came
    change = traded = nan
    if ticker is not None:
        change = last / float(ticker.open) - 1 if ticker.open else nan
        traded = float(ticker.quote_volume)
    paid = nan if funding is None else float(funding.rate)
    is_high = funding is not None and abs(paid) * 8 / funding.interval_hours >= HIGH_FUNDING_RATE
    cells = (
        Cell(instrument.symbol, instrument.symbol),
        Cell(format.price(last, instrument.price_decimals), last),
        _change(change),
        Cell(format.signed(paid * 100, 4), paid, "warn" if is_high else "text"),
        _volume(traded),
        _spread(state),
        _rate(state),
    )
    mark = MARKS.get(standing.state) if standing is not None else None
    if mark is None:
        return cells
    return (
        Cell(f"{instrument.symbol} · {mark}", instrument.symbol, "warn"),
        *(Cell(cell.text, cell.value, "muted") for cell in cells[1:]),
    )


def cells_of_refused(symbol: str) -> tuple[Cell, ...]:
    """The row of a symbol that the venue does not serve."""
    nothing = tuple(Cell(format.NO_FIGURE, nan, "muted") for _ in range(5))
    # The word stands where there is room for a price; beside the symbol it would cut its name.
    return (Cell(symbol, symbol, "warn"), Cell(MARKS[FeedState.REFUSED], nan, "warn"), *nothing)


def _unit(states: Sequence[SymbolState]) -> str:
    quotes = {state.instrument.quote for state in states}
    return quotes.pop() if len(quotes) == 1 else "quote"


def _change(fraction: float) -> Cell:
    text = format.signed(fraction * 100, 2)
    token = "up" if text[0] == "+" else "down" if text[0] == format.MINUS else "text"
    return Cell(text, fraction, token)


def _volume(traded: float) -> Cell:
    return Cell(format.compact(traded) if traded else format.NO_FIGURE, traded)


def _spread(state: SymbolState) -> Cell:
    book, spread_bps = state.book, nan
    if book.status is BookStatus.LIVE:
        spread_bps = (book.best_ask - book.best_bid) / (book.best_ask + book.best_bid) * 2e4
    return Cell(format.price(spread_bps, 2), spread_bps, "muted")


def _rate(state: SymbolState) -> Cell:
    rate = nan
    if len(state.seconds):
        candles = state.seconds.rows()[-RATE_SPAN_MS // 1000 - 1 :]
        recent = candles["open_ms"] >= state.market_ms - state.market_ms % 1000 - RATE_SPAN_MS
        rate = float(candles["trades"][recent].sum()) / (RATE_SPAN_MS / 1000 + state.market_ms % 1000 / 1000)
    return Cell(format.price(rate, 1 if 0 < rate < 9.95 else 0), rate, "muted")


_SPREAD_TIP = "Best ask less best bid, in hundredths of a per cent of the price"
_RATE_TIP = f"Trades a second over the last {RATE_SPAN_MS // 1000} s of market time"
_SYMBOL = Field("symbol", Column("Symbol", "The venue's symbol", 10, 0, left=True))
_LAST = Field("last", Column("Last", "Price of the newest trade", 8, 0, fades=True))
