"""The trader's day: what was won and lost since midnight, how many trades, how long at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workstation.model.orders import Purpose
from workstation.trading.account import Account
from workstation.trading.portfolio import Portfolio

DAY_MS = 86_400_000
BREAK_MS = 15 * 60_000
"""Nothing touched for so long is a break; the next touch begins another session."""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """The day so far, in UTC.

    Attributes:
        now_ms: the desk's clock.
        pnl: earned since midnight with open profits, in the account's coin; None where a mark is missing.
        equity_before: of the account at midnight, as far as this account's own book tells; None likewise.
        entries: orders to open that were sent today, those of one bracket counted once.
        losses_in_row: round trips lost one after another, up to now.
        last_loss_ms: when the newest of those was closed; 0 without one.
        session_ms: since the last break.
    """

    now_ms: int
    pnl: Decimal | None
    equity_before: Decimal | None
    entries: int
    losses_in_row: int
    last_loss_ms: int
    session_ms: int

    @property
    def loss_rate(self) -> float | None:
        """Lost today for the equity at midnight; negative is won, None where it is not known."""
        if self.pnl is None or self.equity_before is None or self.equity_before <= 0:
            return None
        return float(-self.pnl / self.equity_before)


class DeskSession:
    """How long the trader has been at the desk without a break."""

    def __init__(self, now_ms: int, began_ms: int | None = None) -> None:
        """Sit down now, or go on with a session that began earlier and that no break has ended."""
        self.began_ms = now_ms if began_ms is None else began_ms
        self._touched_ms = now_ms

    def touch(self, now_ms: int) -> None:
        """A key was pressed or the mouse moved."""
        if now_ms - self._touched_ms >= BREAK_MS or now_ms < self._touched_ms:
            self.began_ms = now_ms
        self._touched_ms = now_ms

    def length_ms(self, now_ms: int) -> int:
        """Time since the last break; 0 while one is being taken."""
        return 0 if now_ms - self._touched_ms >= BREAK_MS else max(0, now_ms - self.began_ms)


def day_of(portfolio: Portfolio, account: Account, session: DeskSession, now_ms: int) -> DayFacts:
    """Return the day so far.

    Args:
        portfolio: of the account's venue.
        account: with marks, for open profits.
        session: of the trader.
        now_ms: the desk's clock.
    """
    midnight_ms = now_ms // DAY_MS * DAY_MS
    earned = portfolio.net_since(account.asset, midnight_ms)
    pnl = equity_before = None
    if not account.unknown:
        # All of an open profit counts as today's: what it was at midnight the ledger does not keep.
        pnl = earned + sum(_open_profits(account).values(), Decimal(0))
        equity_before = account.wallet - earned
    entries = {
        order.intent.parent_id or order.intent.intent_id
        for order in portfolio.orders
        if order.intent.purpose is Purpose.OPEN and order.created_ms >= midnight_ms
    }
    losses, last_loss_ms = 0, 0
    for trip in reversed(portfolio.round_trips()):
        if trip.net >= 0:
            break
        losses += 1
        last_loss_ms = last_loss_ms or trip.closed_ms
    return DayFacts(now_ms, pnl, equity_before, len(entries), losses, last_loss_ms, session.length_ms(now_ms))


def _open_profits(account: Account) -> Mapping[str, Decimal]:
    profits = {symbol: account.unrealised_pnl(symbol) for symbol in account.positions}
    return {symbol: profit for symbol, profit in profits.items() if profit is not None}
