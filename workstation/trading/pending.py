"""What is held with the orders that work filled as well: tickets under way count before they are filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workstation.model.orders import OrderIntent
from workstation.trading.account import Account
from workstation.trading.contracts import Contract
from workstation.trading.risk import Situation

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class FilledAccount:
    """An account as it stands once some orders are filled.

    Attributes:
        account: with those orders filled at their prices.
        stops: by symbol; of several for one position the one that loses more, none where a part has none.
    """

    account: Account
    stops: Mapping[str, Decimal]

    def with_order(
        self, intent: OrderIntent, contract: Contract, price: Decimal, fee_rate: Decimal | None = None
    ) -> "FilledAccount":
        """Return what it is once an order is filled too.

        Args:
            intent: of a positive size. contract: of its symbol.
            price: of the fill.
            fee_rate: None takes the taker's.
        """
        symbol, sign = intent.symbol, intent.side.sign
        before = self.account.positions.get(symbol)
        after = self.account.after(
            contract,
            intent.side,
            intent.size,
            price,
            leverage=intent.leverage,
            margin_mode=intent.margin_mode,
            fee_rate=fee_rate,
        )
        stops, held = dict(self.stops), after.positions.get(symbol)
        if held is None or held.size * sign < 0:
            return FilledAccount(after, stops)  # it only reduces: what is left keeps its stop
        stop = None if intent.bracket is None else intent.bracket.stop_price
        if stop is not None and before is not None and before.size * sign > 0:
            there = stops.get(symbol)
            stop = None if there is None else min(stop, there) if sign > 0 else max(stop, there)
        stops.pop(symbol, None)
        return FilledAccount(after, stops if stop is None else {**stops, symbol: stop})


def with_pending(situation: Situation) -> FilledAccount:
    """Return the account with every opening order that works filled, no fee taken.

    An order against what is held, or against one filled before it, is left out: what it may close one day
    makes no room today. So is one that cannot be reckoned: its contract or price is not known, or another
    coin settles it.
    """
    found = FilledAccount(situation.account, situation.stops)
    for one in situation.pending:
        contract = found.account.contracts.get(one.symbol)
        price = one.price or one.trigger_price or found.account.marks.get(one.symbol)
        held = found.account.positions.get(one.symbol)
        if contract is None or price is None or contract.settlement_asset != found.account.asset:
            continue
        if held is None or held.size * one.side.sign > 0:
            found = found.with_order(one, contract, price, _ZERO)
    return found
