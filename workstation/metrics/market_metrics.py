"""Metrics of price and book: what the market does now."""

from functools import partial

from workstation.market.order_book import BookStatus
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.metric import Metric, NoData, Unit
from workstation.model.instrument import ContractKind

IMBALANCE_LEVELS = 20

VENUE = "as the venue says it"
OWN_RULE = "a rule of Preflight's own"


def _last(facts: SymbolFacts) -> float:
    return facts.last


def _mark(facts: SymbolFacts) -> float:
    return float(facts.mark.mark_price)


def _index(facts: SymbolFacts) -> float:
    index = facts.mark.index_price
    if not index:
        raise NoData("The venue does not send its index price")
    return float(index)


def _premium_bps(facts: SymbolFacts) -> float:
    return (_mark(facts) / _index(facts) - 1) * 1e4


def _last_mark_bps(facts: SymbolFacts) -> float:
    return (facts.last / _mark(facts) - 1) * 1e4


def _mark_spot_rate(facts: SymbolFacts) -> float:
    base = facts.state.instrument.base
    spots = (
        state
        for state in facts.market.states.values()
        if state.instrument.kind is ContractKind.SPOT and state.instrument.base == base
    )
    spot = next(spots, None)
    if spot is None:
        told = facts.state.spot
        if told is None:
            raise NoData("The venue has told no spot price of this coin, and none is followed")
        return _mark(facts) / float(told.middle) - 1
    if spot.last_price != spot.last_price:
        raise NoData("Nothing has been traded on its spot market yet")
    return _mark(facts) / spot.last_price - 1


def _change_24h_rate(facts: SymbolFacts) -> float:
    opened = float(facts.ticker.open)
    if not opened:
        raise NoData("There was no price 24 hours ago")
    return facts.last / opened - 1


def _change_held_rate(facts: SymbolFacts) -> float:
    opened = facts.state.session.open
    if opened != opened:
        raise NoData("Nothing has been traded yet")
    return facts.state.last_price / opened - 1


def _spread(facts: SymbolFacts) -> float:
    return facts.spread()[0]


def _spread_rate(facts: SymbolFacts) -> float:
    spread, mid = facts.spread()
    return spread / mid


def _spread_bps(facts: SymbolFacts) -> float:
    return _spread_rate(facts) * 1e4


def _depth(side: str, fraction: float, facts: SymbolFacts) -> float:
    return facts.depth(side).within(fraction)


def _imbalance(facts: SymbolFacts) -> float:
    book = facts.state.book
    facts.spread()
    version = (book.version, book.status)
    return facts.once("imbalance", version, lambda: book.imbalance(IMBALANCE_LEVELS))


def _book_age_s(facts: SymbolFacts) -> float:
    state = facts.state
    if state.book.status is BookStatus.EMPTY or state.health.last_book is None:
        raise NoData("The book is not known")
    newest = max(state.book.event_ms, 0)
    return max(0.0, (facts.now_ms - newest) / 1000) if newest else 0.0


def _depth_metric(side: str, percent: str, fraction: float) -> Metric:
    return Metric(
        key=f"{side}_depth_{round(fraction * 1e4)}bp",
        title=f"{side.capitalize()}s within {percent} %",
        short=f"{side.capitalize()} {percent} %",
        unit=Unit.QUOTE,
        inputs=("book",),
        max_age_ms=10_000,
        formula=f"Σ price · size of the {side}s within {percent} % of the middle; no data where the levels "
        "known end before that",
        source=OWN_RULE,
        compute=partial(_depth, side, fraction),
    )


PRICE_METRICS = (
    Metric(
        "last", "Last", "Last", Unit.PRICE, ("trades",), 300_000, "price of the newest trade", VENUE, _last
    ),
    Metric(
        "change_24h_rate",
        "Change in 24 h",
        "24 h",
        Unit.RATE,
        ("trades", "ticker"),
        300_000,
        "last / price 24 hours ago − 1",
        VENUE,
        _change_24h_rate,
        signed=True,
    ),
    Metric(
        "change_held_rate",
        "Change since the first trade held",
        "Chg",
        Unit.RATE,
        ("trades",),
        300_000,
        "last / first price held − 1",
        "our own trades",
        _change_held_rate,
        signed=True,
    ),
    Metric("mark", "Mark price", "Mark", Unit.PRICE, ("mark",), 15_000, "mark price", VENUE, _mark),
    Metric("index", "Index price", "Index", Unit.PRICE, ("mark",), 15_000, "index price", VENUE, _index),
    Metric(
        "premium_bps",
        "Mark − index",
        "Prem",
        Unit.BPS,
        ("mark",),
        15_000,
        "(mark / index − 1) · 10 000",
        "domain, mark and index",
        _premium_bps,
        decimals=1,
        signed=True,
    ),
    Metric(
        "last_mark_bps",
        "Last − mark",
        "Last−mark",
        Unit.BPS,
        ("trades", "mark"),
        15_000,
        "(last / mark − 1) · 10 000",
        OWN_RULE,
        _last_mark_bps,
        decimals=1,
        signed=True,
    ),
    Metric(
        "mark_spot_rate",
        "Mark − spot",
        "Mark−spot",
        Unit.RATE,
        ("mark", "spot"),
        60_000,
        "mark / spot of the same coin − 1; above 0.5 % either way is stress",
        OWN_RULE,
        _mark_spot_rate,
        decimals=3,
        signed=True,
    ),
)

BOOK_METRICS = (
    Metric(
        "spread",
        "Spread",
        "Spread",
        Unit.PRICE,
        ("book",),
        10_000,
        "best ask − best bid",
        OWN_RULE,
        _spread,
    ),
    Metric(
        "spread_rate",
        "Spread of the price",
        "Sprd",
        Unit.RATE,
        ("book",),
        10_000,
        "(best ask − best bid) / middle; 0.5 % and more is an alarm",
        OWN_RULE,
        _spread_rate,
        decimals=3,
    ),
    Metric(
        "spread_bps",
        "Spread in basis points",
        "Sprd",
        Unit.BPS,
        ("book",),
        10_000,
        "(best ask − best bid) / middle · 10 000",
        OWN_RULE,
        _spread_bps,
    ),
    *(
        _depth_metric(side, percent, fraction)
        for percent, fraction in (("0.1", 0.001), ("0.5", 0.005), ("1", 0.01))
        for side in ("bid", "ask")
    ),
    Metric(
        "imbalance",
        "Book imbalance",
        "Imb",
        Unit.NUMBER,
        ("book",),
        10_000,
        f"(bids − asks) / (bids + asks) of the size in the best {IMBALANCE_LEVELS} levels of each side",
        "domain, order flow",
        _imbalance,
        signed=True,
    ),
    Metric(
        "book_age_s",
        "Age of the book",
        "Book age",
        Unit.SECONDS,
        ("book", "feed"),
        None,
        "the venue's time now − time of the newest update of the book",
        OWN_RULE,
        _book_age_s,
        decimals=1,
    ),
)
