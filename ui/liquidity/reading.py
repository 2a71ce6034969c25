"""What the Liquidity panel says of a market now: the cost of the trader's size, against what is usual."""

from decimal import Decimal

import numpy as np

from ui import format
from ui.liquidity.tiles import Tile
from workstation.analytics.liquidity_usual import COST, LEAST_MINUTES
from workstation.app import Workstation
from workstation.market.liquidity_past import MarketLiquidity
from workstation.market.order_book import ASK, BID, BookStatus
from workstation.market.state import SymbolState
from workstation.metrics.liquidity_metrics import walk_cost_bps
from workstation.metrics.metric import NoData, Reading
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.instrument import ContractKind

SPREAD_ALARM = 0.005
THIN_SHARE = 0.95


def bps_text(value: float) -> str:
    """Hundredths of a per cent with three digits that mean something: "0.016", "1.25", "31.4"."""
    if value != value or abs(value) == float("inf"):
        return "all" if value > 0 and value == value else format.NO_FIGURE
    size = abs(value)
    return format.price(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.995 else 3)


def side_costs(state: SymbolState, size: Decimal | None) -> tuple[float | str, float | str]:
    """What buying and selling a size costs now, bp; why not, where it cannot be said."""
    if size is None or size <= 0:
        return "", ""
    if state.book.status is not BookStatus.LIVE:
        return "the book is not known", "the book is not known"
    found: list[float | str] = []
    for side in (ASK, BID):
        try:
            found.append(walk_cost_bps(state, side, size))
        except (NoData, ValueError, ArithmeticError) as why:
            found.append(str(why))
    return found[0], found[1]


def depth_now(state: SymbolState, fraction: float) -> float | None:
    """Quote units within a fraction of the middle on the thinner side; None where it is not known so far."""
    book, instrument = state.book, state.instrument
    mid = (book.best_bid + book.best_ask) / 2
    if book.status is not BookStatus.LIVE or mid != mid:
        return None
    found: list[float] = []
    for side in (BID, ASK):
        levels = book.bids if side == BID else book.asks
        prices = np.fromiter(levels.keys(), np.float64, len(levels))
        sizes = np.fromiter(levels.values(), np.float64, len(levels))
        distances = np.abs(prices / mid - 1)
        if not len(distances) or distances.max() < fraction:
            return None
        quote = sizes * float(instrument.contract_size)
        if instrument.kind is not ContractKind.INVERSE:
            quote = quote * prices
        found.append(float(quote[distances <= fraction * (1 + 1e-9)].sum()))
    return min(found)


def tiles_of(
    workstation: Workstation, state: SymbolState, market: MarketLiquidity | None, source: str
) -> tuple[Tile, ...]:
    """The tiles of a market, the most wanted first."""
    instrument = state.instrument
    book = workstation.liquidity
    own = book.own(instrument.venue, instrument.symbol)
    size = Decimal(repr(own.size)) if own.size > 0 else None
    unit = "contracts" if instrument.kind is ContractKind.INVERSE else instrument.base

    def read(key: str) -> Reading:
        return workstation.metrics.read(METRIC_BY_KEY[key], instrument.symbol)

    return (
        *_cost(state, size, unit, source),
        _percentile(read("walk_cost_percentile"), size, market),
        _usual(market, size),
        _spread(read("spread_bps"), read("spread_usual_bps")),
        _leverage(read("spread_rate"), read("spread_leverage_rate"), own.leverage),
    )


def _cost(state: SymbolState, size: Decimal | None, unit: str, source: str) -> tuple[Tile, ...]:
    if size is None:
        return (Tile("Your size", format.NO_FIGURE, "", source or "type it above", token="muted"),)
    buy, sell = side_costs(state, size)
    figures = [one for one in (buy, sell) if isinstance(one, float)]
    title = f"Cost of {size.normalize():f} {unit} now"
    tip = (
        "Average price of a market order of your size against the middle of the book:\n"
        f"half the spread is in it. The size is {source}."
    )
    if not figures:
        return (Tile(title, format.NO_FIGURE, "", str(buy), tip, "warn"),)
    words = [
        f"{name} {bps_text(one)}" if isinstance(one, float) else f"{name} not filled"
        for name, one in (("buy", buy), ("sell", sell))
    ]
    whole = len(figures) == 2
    worst = bps_text(max(figures)) if whole else "not filled"
    tip += "".join(f"\n{one}" for one in (buy, sell) if isinstance(one, str))
    return (Tile(title, worst, "bp" if whole else "", " · ".join(words), tip, "text" if whole else "danger"),)


def _percentile(reading: Reading, size: Decimal | None, market: MarketLiquidity | None) -> Tile:
    title = "Against your hours"
    if reading.value is None:
        words = "needs your size" if size is None else reading.why
        usual = None if market is None else market.usual
        cost = None if usual is None else usual.measures.get(COST)
        if size is not None and cost is not None and cost.own.n < LEAST_MINUTES:
            words = f"{LEAST_MINUTES - cost.own.n} minutes missing"
        return Tile(title, format.NO_FIGURE, "", words, reading.why, "muted")
    share = reading.value
    n = 0 if market is None or market.usual is None else market.usual.measures[COST].own.n
    percent = f"{share * 100:.0f}"
    if share >= THIN_SHARE:
        note, token = f"thinner than in {percent} % of your hours", "warn"
    else:
        note, token = f"cheaper in {percent} % of them", "text"
    tip = (
        f"Share of {format.count(n)} stored minutes of your hours in which your size cost less than now.\n"
        "From 95 % on the book is among the thinnest 5 % that you trade in."
    )
    return Tile(title, f"P {percent}", "", note, tip, token)


def _usual(market: MarketLiquidity | None, size: Decimal | None) -> Tile:
    title = "Usual cost of it"
    usual = None if market is None else market.usual
    cost = None if usual is None else usual.measures.get(COST)
    if size is None or cost is None:
        return Tile(
            title, format.NO_FIGURE, "", "needs your size" if size is None else "being read", "", "muted"
        )
    if not cost.own.n:
        return Tile(title, format.NO_FIGURE, "", "no minute of your hours is stored", "", "muted")
    lacking = LEAST_MINUTES - cost.own.n
    note = f"{lacking} minutes missing" if lacking > 0 else f"thinnest 5 % from {bps_text(cost.own.high)}"
    tip = (
        f"Median over {format.count(cost.own.n)} stored minutes of your hours; in 5 % of them it cost "
        f"{bps_text(cost.own.high)} bp or more, in 5 % {bps_text(cost.own.low)} bp or less."
    )
    return Tile(title, bps_text(cost.own.median), "bp", note, tip)


def _spread(now: Reading, usual: Reading) -> Tile:
    if now.value is None:
        return Tile("Spread now", format.NO_FIGURE, "", now.why, now.why, "muted")
    note = f"usual this hour {bps_text(usual.value)}" if usual.value is not None else usual.why
    token = "danger" if now.value >= SPREAD_ALARM * 1e4 else "text"
    return Tile("Spread now", bps_text(now.value), "bp", note, note, token)


def _leverage(rate: Reading, on_margin: Reading, leverage: float) -> Tile:
    title = f"Spread × {leverage:g}"
    if on_margin.value is None or rate.value is None:
        return Tile(title, format.NO_FIGURE, "", on_margin.why, on_margin.why, "muted")
    tip = (
        "What crossing the spread costs of the margin, at the leverage of the ticket.\n"
        "A spread of 0.5 % of the price is an alarm: A has you told."
    )
    token = "danger" if rate.value >= SPREAD_ALARM else "text"
    value = on_margin.value * 100
    figure = format.price(value, 4 if value < 0.1 else 2)
    return Tile(title, figure, "%", "of the margin", tip, token)
