"""The guardrails of the trader's day: what shuts for a while, why, and until when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from workstation.metrics.metric import NoData
from workstation.model.orders import Order, OrderIntent, Purpose, Refusal
from workstation.trading.account import Account, Correlation
from workstation.trading.limit_book import LimitBook, Lock
from workstation.trading.limit_rules import DayRules
from workstation.trading.order_metrics import open_risk
from workstation.trading.pending import with_pending
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import Situation
from workstation.trading.tilt import Tilt, tilt_of
from workstation.trading.trading_day import BREAK_MS, DAY_MS, DayFacts

_NEAR = 0.75
"""Share of a limit from which it is watched."""
_REMEMBERED = 200  # entries that tilt is looked for in: more than anybody sends in an hour
_AHEAD_MS = 60_000  # a venue's clock may be so far before ours; a recording that was rewound is farther
LOSS, TRADES, SESSION, PAUSE, TILT, RISK = "loss", "trades", "session", "pause", "tilt", "risk"
OVERRIDABLE = frozenset({TRADES, PAUSE})
"""What a typed reason and a wait lift: a day's loss, a break that is due, tilt and the open risk never."""


class RailState(Enum):
    """How a guardrail stands; the value is the word on screen."""

    OPEN = "ok"
    NEAR = "near"
    SHUT = "locked"


@dataclass(frozen=True, slots=True)
class RailStanding:
    """One guardrail now.

    Attributes:
        key, title: of it.
        state: whether anything may be opened as far as it is concerned.
        figure: how much is used of how much, as text.
        words: why it is shut and when that ends, a sentence; empty while it is not.
        until_ms: the desk's clock when it opens by itself; 0 where that depends on the trader, or it is open.
    """

    key: str
    title: str
    state: RailState
    figure: str
    words: str = ""
    until_ms: int = 0


class Guardrails:
    """Every guardrail of one account, asked by the gate for what opens, and by panels for how they stand."""

    def __init__(
        self,
        book: LimitBook,
        portfolio: Callable[[], Portfolio],
        day: Callable[[], DayFacts],
        correlation: Correlation,
    ) -> None:
        """Hold the day against the limits of `book`.

        Args:
            book: limits in force; locks are written down in it.
            portfolio: of the account; asked late, for the gate is made before it.
            day: the trader's day so far.
            correlation: of returns, for the risk of all positions together.
        """
        self._book = book
        self._portfolio = portfolio
        self._day = day
        self._correlation = correlation
        self._entries: tuple[Portfolio | None, int, Sequence[Order]] = (None, 0, ())

    def refusals(self, intent: OrderIntent, situation: Situation, now_ms: int) -> Sequence[Refusal]:
        """Return why nothing may be opened now; see `workstation.trading.gate.Guardrail`."""
        del now_ms  # the day has the same clock
        day, rules = self._day(), self._book.rules()
        shut = [one for one in self._standings(day, rules, intent) if one.state is RailState.SHUT]
        found = [Refusal("", one.words, may_override=one.key in OVERRIDABLE) for one in shut]
        beyond = self._beyond_risk(intent, situation, rules)
        return [*found, Refusal("size", beyond)] if beyond else found

    def standings(self, account: Account | None = None) -> tuple[RailStanding, ...]:
        """Return how every guardrail stands now; with an account the risk of what is open too."""
        day, rules = self._day(), self._book.rules()
        found = self._standings(day, rules, None)
        return found if account is None else (*found, self._risk(account, rules))

    def tilt(self, intent: OrderIntent | None = None) -> Tilt:
        """Return the signs of tilt now."""
        return tilt_of(self._day(), self._newest_entries(), self._book.rules().session_ms, intent)

    def _newest_entries(self) -> Sequence[Order]:
        """Return the newest orders to open, looked for anew only once something has changed."""
        portfolio = self._portfolio()
        if self._entries[0] is not portfolio or self._entries[1] != portfolio.version:
            opening = [order for order in portfolio.orders if order.intent.purpose is Purpose.OPEN]
            self._entries = (portfolio, portfolio.version, opening[-_REMEMBERED:])
        return self._entries[2]

    def _standings(
        self, day: DayFacts, rules: DayRules, intent: OrderIntent | None
    ) -> tuple[RailStanding, ...]:
        return (
            self._loss(day, rules),
            _trades(day, rules),
            _session(day, rules),
            _pause(day, rules),
            self._tilt(day, rules, intent),
        )

    def _loss(self, day: DayFacts, rules: DayRules) -> RailStanding:
        title, rate = "Daily loss", day.loss_rate
        tomorrow_ms = (day.now_ms // DAY_MS + 1) * DAY_MS
        lock = self._book.lock(LOSS)
        most = min(rules.daily_loss_units * rules.risk_unit_rate, rules.daily_loss_rate)
        if rate is not None and rate >= most and (lock is None or not lock.holds(day.now_ms)):
            cost = f"Today has cost {_units(rate, rules).lstrip('+')} ({rate:.1%} of the equity)"
            lock = Lock(LOSS, day.now_ms // DAY_MS * DAY_MS, tomorrow_ms, cost)
            self._book.shut(lock)
        shown = (
            "not known"
            if rate is None
            else f"{_units(-rate, rules)} of −{float(most / rules.risk_unit_rate):.3g} R"
        )
        if lock is not None and lock.holds(day.now_ms):
            words = (
                f"{lock.words}: that is the limit of a day. Nothing is opened before 00:00 UTC, "
                f"in {_span(lock.until_ms - day.now_ms)}; exits are free"
            )
            return RailStanding(LOSS, title, RailState.SHUT, shown, words, lock.until_ms)
        if rate is None:
            words = "What today has cost is not known: a mark price or the account is missing"
            return RailStanding(LOSS, title, RailState.SHUT, shown, words)
        near = rate >= _NEAR * float(most)
        return RailStanding(LOSS, title, RailState.NEAR if near else RailState.OPEN, shown)

    def _tilt(self, day: DayFacts, rules: DayRules, intent: OrderIntent | None) -> RailStanding:
        tilt = tilt_of(day, self._newest_entries(), rules.session_ms, intent)
        lock, score = self._book.lock(TILT), tilt.score
        shown = f"{score:.2f} of {float(rules.tilt_lock):.2f}"
        held = lock is not None and lock.holds(day.now_ms)
        # What is only being typed shuts nothing for later: that follows from what was done.
        if not held and score >= rules.tilt_lock:
            lock = Lock(TILT, day.now_ms, day.now_ms + rules.tilt_lock_ms, tilt.words)
            if intent is None:
                self._book.shut(lock)
            held = True
        if held:
            assert lock is not None
            words = (
                f"This looks like tilt ({lock.words}): step back. Nothing is opened for "
                f"{_span(lock.until_ms - day.now_ms)}; exits are free"
            )
            return RailStanding(TILT, "Tilt", RailState.SHUT, shown, words, lock.until_ms)
        near = score >= _NEAR * float(rules.tilt_lock)
        words = f"Signs of tilt: {tilt.words}" if near else ""
        return RailStanding(TILT, "Tilt", RailState.NEAR if near else RailState.OPEN, shown, words)

    def _risk(self, account: Account, rules: DayRules) -> RailStanding:
        equity, most = account.figures().equity, rules.portfolio_risk_rate
        try:
            if equity <= 0:
                raise NoData("There is no equity")
            rate = float(open_risk(account, self._stops(account), self._correlation) / equity)
        except NoData as missing:
            return RailStanding(RISK, "Open risk", RailState.NEAR, "not known", str(missing))
        shown = f"{rate:.1%} of {float(most):.1%}".replace("%", "\u2009%")
        if rate >= most:
            words = "Open risk is at its cap: tighten a stop or close something before opening more"
            return RailStanding(RISK, "Open risk", RailState.SHUT, shown, words)
        near = rate >= _NEAR * float(most)
        return RailStanding(RISK, "Open risk", RailState.NEAR if near else RailState.OPEN, shown)

    def _beyond_risk(self, intent: OrderIntent, situation: Situation, rules: DayRules) -> str:
        """Why this order with all that is held and works would risk too much; empty where it does not."""
        account = situation.account
        contract = account.contracts.get(intent.symbol)
        price = intent.price or intent.trigger_price or account.marks.get(intent.symbol)
        if contract is None or price is None or intent.bracket is None or intent.size <= 0:
            return ""  # refused for that by the hard limits
        equity = account.figures().equity
        after = with_pending(situation).with_order(intent, contract, price)
        try:
            risk = open_risk(after.account, after.stops, self._correlation)
        except NoData as missing:
            return f"The risk of all positions together is not known: {missing}"
        if equity > 0 and risk / equity <= rules.portfolio_risk_rate:
            return ""
        share = "more than all" if equity <= 0 else f"{risk / equity:.1%}"
        return (
            f"All positions and open orders with this one would risk {share} of the equity together, "
            f"{rules.portfolio_risk_rate:.1%} at most: make it smaller or close something"
        )

    def _stops(self, account: Account) -> dict[str, Decimal]:
        found = ((symbol, self._portfolio().stop_price(symbol)) for symbol in account.positions)
        return {symbol: stop for symbol, stop in found if stop is not None}


def _trades(day: DayFacts, rules: DayRules) -> RailStanding:
    shown = f"{day.entries} of {rules.trades_per_day}"
    until_ms = (day.now_ms // DAY_MS + 1) * DAY_MS
    if day.entries >= rules.trades_per_day:
        words = (
            f"{day.entries} entries today, {rules.trades_per_day} at most: nothing is opened before "
            f"00:00 UTC, in {_span(until_ms - day.now_ms)}"
        )
        return RailStanding(TRADES, "Entries today", RailState.SHUT, shown, words, until_ms)
    near = day.entries + 1 == rules.trades_per_day
    return RailStanding(TRADES, "Entries today", RailState.NEAR if near else RailState.OPEN, shown)


def _session(day: DayFacts, rules: DayRules) -> RailStanding:
    shown = f"{_span(day.session_ms)} of {_span(rules.session_ms)}"
    if day.session_ms >= rules.session_ms:
        words = (
            f"A break is due after {_span(day.session_ms)} at the desk: nothing is opened until keyboard and "
            f"mouse have rested for {_span(BREAK_MS)}"
        )
        return RailStanding(SESSION, "Session", RailState.SHUT, shown, words)
    near = rules.session_ms - day.session_ms <= BREAK_MS
    return RailStanding(SESSION, "Session", RailState.NEAR if near else RailState.OPEN, shown)


def _pause(day: DayFacts, rules: DayRules) -> RailStanding:
    """After one loss a short pause, after several in a row a long one."""
    title = "Pause after losses"
    many = day.losses_in_row >= rules.losses_in_row
    length_ms = max(rules.cooldown_ms, rules.long_cooldown_ms) if many else rules.cooldown_ms
    shown = f"{day.losses_in_row} in a row" if day.losses_in_row else "no loss"
    until_ms = day.last_loss_ms + length_ms
    if day.losses_in_row and day.last_loss_ms - _AHEAD_MS <= day.now_ms < until_ms:
        what = f"{day.losses_in_row} losses in a row" if many else "A loss was just taken"
        words = f"{what}: pause for another {_span(until_ms - day.now_ms)}, until {_clock(until_ms)} UTC"
        return RailStanding(PAUSE, title, RailState.SHUT, shown, words, until_ms)
    near = day.losses_in_row + 1 >= rules.losses_in_row and day.losses_in_row > 0
    return RailStanding(PAUSE, title, RailState.NEAR if near else RailState.OPEN, shown)


def _units(rate: float, rules: DayRules) -> str:
    """A share of the equity in R, signed with a true minus."""
    units = round(rate / float(rules.risk_unit_rate), 1)
    return f"{units:+.1f} R".replace("-", "−") if units else "0.0 R"


def _span(ms: int) -> str:
    """A length of time as it is said: 1 h 42 m, 48 m, 30 s."""
    minutes, seconds = divmod(max(0, -(-ms // 1000)), 60)
    if not minutes:
        return f"{seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} m" if hours else f"{minutes} m"


def _clock(ms: int) -> str:
    minutes = ms // 60_000 % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
