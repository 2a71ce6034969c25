"""What the funding panel shows, gathered from market, store, account and ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ui.services import PanelServices
from ui.ticket.draft import Unreadable, number
from workstation.analytics.funding import HOUR_MS, funding_cash_flow, settlement_times
from workstation.analytics.funding_history import FundingHistory
from workstation.errors import BadFigure
from workstation.market.state import SymbolState

BASELINE_8H_RATE = 0.0001
NOTED_8H_RATE = 0.0001
DANGER_8H_RATE = 0.0005
EXTREME_SHARE = 0.05
LEAST_SETTLEMENTS = 21
YEAR_MS = 365 * 86_400_000


@dataclass(frozen=True, slots=True)
class Money:
    """What funding comes to for something held or planned, in the account's coin; negative is paid.

    Attributes:
        words: what is held, or why there is no figure.
        asset: the coin.
        amount: at the next settlement; over the planned hold for a ticket. None where it cannot be said.
        day: for a day at the predicted rate.
        count: settlements that it is made of.
    """

    words: str
    asset: str = ""
    amount: float | None = None
    day: float | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FundingYear:
    """What a year of settlements comes to, worked out once as long as they stay the same.

    Attributes:
        history: the settlements.
        band: P5 and P95 for eight hours; None with too little known.
        settled_percentile: of the newest settlement; None without one.
    """

    history: FundingHistory
    band: tuple[float, float] | None
    settled_percentile: float | None

    @classmethod
    def of(cls, history: FundingHistory, now_ms: int) -> "FundingYear":
        """Return the year up to now."""
        year = history.since(now_ms - YEAR_MS)
        low, high = year.quantile(EXTREME_SHARE), year.quantile(1 - EXTREME_SHARE)
        band = None if low is None or high is None or len(year) < LEAST_SETTLEMENTS else (low, high)
        return cls(year, band, year.percentile(float(year.per_8h[-1])) if len(year) else None)


@dataclass(frozen=True, slots=True, eq=False)
class FundingReading:
    """Funding of one symbol at one look.

    Attributes:
        venue, symbol: the contract.
        now_ms: the venue's time.
        history: a year of its settlements as far as they are known.
        rate, rate_8h: predicted, a fraction for its interval and for eight hours; None before the first.
        interval_h, next_ms: of the prediction; next_ms 0 where the venue does not say.
        percentile, settled_percentile: share of time with lower rates, of the predicted and the settled one.
        band: P5 and P95 of the year, for eight hours; None with too little known.
        position, ticket: what it comes to.
        others: the same coin's settlements elsewhere, by venue and symbol.
    """

    venue: str
    symbol: str
    now_ms: int
    history: FundingHistory
    rate: float | None
    rate_8h: float | None
    interval_h: float
    next_ms: int
    percentile: float | None
    settled_percentile: float | None
    band: tuple[float, float] | None
    position: Money
    ticket: Money
    others: Mapping[tuple[str, str], FundingHistory]

    @property
    def settled_8h(self) -> float | None:
        """The rate settled last, for eight hours."""
        return float(self.history.per_8h[-1]) if len(self.history) else None

    @property
    def token(self) -> str:
        """The theme's colour of the prediction: whether it is out of the ordinary."""
        if self.rate_8h is None:
            return "muted"
        if abs(self.rate_8h) > DANGER_8H_RATE:
            return "danger"
        share = self.percentile
        if share is not None and not EXTREME_SHARE < share < 1 - EXTREME_SHARE:
            return "warn"
        return "text"

    @property
    def widest(self) -> tuple[float, str] | None:
        """How far the venues' newest settled rates lie apart for eight hours, and who is over whom."""
        rates = {self.venue: self.settled_8h}
        rates |= {
            venue: float(history.per_8h[-1])
            for (venue, _), history in self.others.items()
            if len(history) and self.now_ms - int(history.times[-1]) <= 9 * HOUR_MS
        }
        known = {venue: rate for venue, rate in rates.items() if rate is not None}
        if len(known) < 2:
            return None
        top, bottom = max(known, key=lambda v: known[v]), min(known, key=lambda v: known[v])
        return known[top] - known[bottom], f"{top} over {bottom}"


def pays(rate: float) -> str:
    """Who pays whom at a rate."""
    return "longs pay shorts" if rate > 0 else "shorts pay longs" if rate < 0 else "nobody pays"


def read_money(
    services: PanelServices,
    state: SymbolState,
    now_ms: int,
    rate: float | None,
    interval_h: float,
    next_ms: int,
) -> tuple[Money, Money]:
    """What the predicted funding comes to for the open position, and for the ticket's planned hold."""
    portfolio, trading = services.portfolio, services.trading
    symbol = state.instrument.symbol
    if portfolio is None or trading is None:
        return Money("No account trades here"), Money("No account trades here")
    contract = portfolio.contracts.get(symbol)
    position = portfolio.position(symbol) if portfolio.knows(symbol) else None
    mark = state.mark.mark_price if state.mark is not None else None
    held = Money("No position is open")
    asset = "" if contract is None else contract.settlement_asset
    if position is not None and not position.is_flat:
        held = Money("The mark price or the rate is not known")
        if contract is not None and mark is not None and rate is not None:
            side = 1 if position.size > 0 else -1
            notional = side * contract.exposure(position.size, mark).notional(mark)
            amount = float(funding_cash_flow(notional, Decimal(repr(rate))))
            side_word = "long" if side > 0 else "short"
            words = f"{side_word} {abs(position.size.normalize()):f} {state.instrument.size_unit}"
            held = Money(words, asset, amount, amount * 24 / interval_h, 1)
    if not services.tickets.is_armed(symbol):
        return held, Money("No order is planned")
    draft = services.tickets.draft(symbol)
    found = services.tickets.reckoned(symbol, trading)
    try:
        hold_ms = int(number(draft.hold, "Hold") * HOUR_MS)
        due = settlement_times(now_ms, hold_ms, next_ms, Decimal(repr(interval_h))) if next_ms else range(0)
    except (Unreadable, BadFigure):
        return held, Money("The ticket's hold cannot be read")
    if found.funding is None or found.notional is None or rate is None:
        return held, Money("The ticket is not complete yet")
    signed = found.notional * draft.side.sign
    each = float(funding_cash_flow(signed, Decimal(repr(rate))))
    words = f"hold {draft.hold} h, {'long' if draft.side.sign > 0 else 'short'}"
    # The ticket's own figure, so that both panels say the same.
    return held, Money(words, asset, -float(found.funding), each * 24 / interval_h, len(due))


def read_funding(
    services: PanelServices,
    state: SymbolState,
    now_ms: int,
    past: FundingYear,
    others: Mapping[tuple[str, str], FundingHistory],
) -> FundingReading:
    """Gather what there is to show of a symbol's funding."""
    told, instrument = state.funding, state.instrument
    year = past.history
    hours = float(year.hours[-1]) if len(year) else 8.0
    rate = rate_8h = percentile = None
    next_ms = 0
    if told is not None:
        rate, hours, next_ms = float(told.rate), told.interval_hours, told.next_funding_ms
        rate_8h = rate * 8 / hours
        percentile = year.percentile(rate_8h)
    held, planned = read_money(services, state, now_ms, rate, hours, next_ms)
    return FundingReading(
        instrument.venue,
        instrument.symbol,
        now_ms,
        year,
        rate,
        rate_8h,
        hours,
        next_ms,
        percentile,
        past.settled_percentile,
        past.band,
        held,
        planned,
        others,
    )
