"""What a setup has won and lost on an account so far: the figures that Kelly's rule asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workstation.trading.portfolio import Portfolio
from workstation.trading.position_book import RoundTrip

ENOUGH = 30
"""Round trips below which a record says nothing."""
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SetupRecord:
    """Closed round trips of one setup.

    Attributes:
        count: how many. wins: of them with a profit after fees and funding.
        won, lost: money of those, and of the others (positive).
    """

    count: int = 0
    wins: int = 0
    won: Decimal = _ZERO
    lost: Decimal = _ZERO

    @property
    def is_few(self) -> bool:
        """Whether there are too few to say anything."""
        return self.count < ENOUGH

    @property
    def win_rate(self) -> Decimal | None:
        """Wins over all; None without any."""
        return None if not self.count else Decimal(self.wins) / self.count

    @property
    def payoff(self) -> Decimal | None:
        """Mean win over mean loss; None where one of the two is missing."""
        losses = self.count - self.wins
        if not self.won or not self.lost:
            return None
        return (self.won / self.wins) / (self.lost / losses)


class SetupRecords:
    """The records of every setup of an account, reckoned anew when a position was closed since."""

    def __init__(self, portfolio: Callable[[], Portfolio]) -> None:
        """Reckon from what an account has done."""
        self._portfolio = portfolio
        self._held: tuple[int, dict[str, SetupRecord]] | None = None

    def of(self, setup: str) -> SetupRecord:
        """The record of a setup, by its key."""
        portfolio = self._portfolio()
        if self._held is None or self._held[0] != portfolio.version:
            self._held = (portfolio.version, _records(portfolio))
        return self._held[1].get(setup, SetupRecord())


def _records(portfolio: Portfolio) -> dict[str, SetupRecord]:
    found: dict[str, SetupRecord] = {}
    for trip in portfolio.round_trips():
        setup, net = _setup_of(portfolio, trip), trip.net
        before = found.get(setup, SetupRecord())
        found[setup] = SetupRecord(
            before.count + 1,
            before.wins + (net > 0),
            before.won + max(net, _ZERO),
            before.lost + max(-net, _ZERO),
        )
    return found


def _setup_of(portfolio: Portfolio, trip: RoundTrip) -> str:
    """The setup of the order whose fill began a round trip; "" where none of ours did."""
    for fill in portfolio.fills(trip.symbol, trip.opened_ms):
        if fill.event_ms > trip.opened_ms:
            break
        order = portfolio.order(fill.client_order_id)
        if order is not None and fill.side.sign == trip.side:
            return order.intent.setup
    return ""
