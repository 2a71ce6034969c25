"""What an order is judged from: itself, the market and the account around it, and what follows from them."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.book_walk import walk_book
from workstation.metrics.metric import NoData
from workstation.model.orders import OrderIntent, OrderKind, Side
from workstation.trading.account import Account, Correlation
from workstation.trading.contracts import Contract
from workstation.trading.pending import FilledAccount, with_pending
from workstation.trading.risk import Situation
from workstation.trading.sectors import Sectors


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order is judged from.

    Attributes:
        intent: as far as it is filled in.
        situation: the market and the account now.
        atr: average true range of the symbol, quote units; None where it is not known.
        correlation: of returns of two symbols.
        sectors: of coins.
    """

    intent: OrderIntent
    situation: Situation
    atr: float | None
    correlation: Correlation
    sectors: Sectors

    @property
    def contract(self) -> Contract:
        """How the symbol is traded.

        Raises:
            NoData: the venue has not said it yet.
        """
        contract = self.situation.market.contract
        if contract is None:
            raise NoData("The venue has not said yet how this symbol is traded")
        return contract

    @property
    def entry_price(self) -> Decimal:
        """What the order is expected to be filled at.

        Raises:
            NoData: there is no price yet, or the book cannot fill it.
        """
        intent, market = self.intent, self.situation.market
        price = intent.price if intent.price is not None else intent.trigger_price
        if intent.kind is not OrderKind.MARKET:
            if price is None or price <= 0:
                raise NoData("There is no entry price yet")
            return price
        levels = market.asks if intent.side is Side.BUY else market.bids
        walk = walk_book(levels, self.size) if levels else None
        if walk is None or walk.is_partial:
            raise NoData("The book does not hold that much")
        return walk.average_price

    @property
    def size(self) -> Decimal:
        """Of the order.

        Raises:
            NoData: there is none yet.
        """
        if self.intent.size <= 0:
            raise NoData("There is no size yet")
        return self.intent.size

    @property
    def stop_price(self) -> Decimal:
        """Of the protective stop.

        Raises:
            NoData: there is none yet.
        """
        if self.intent.bracket is None:
            raise NoData("There is no stop yet")
        return self.intent.bracket.stop_price

    @property
    def equity(self) -> Decimal:
        """Of the wallet that the order is settled in.

        Raises:
            NoData: the wallet is empty, or unknown.
        """
        equity = self.situation.account.figures().equity
        if equity <= 0:
            raise NoData("The account is empty, or not known yet")
        return equity

    @property
    def after(self) -> Account:
        """The account with the order filled.

        Raises:
            NoData: as of its parts.
        """
        intent = self.intent
        return self.situation.account.after(
            self.contract,
            intent.side,
            self.size,
            self.entry_price,
            leverage=intent.leverage,
            margin_mode=intent.margin_mode,
        )

    @property
    def after_all(self) -> FilledAccount:
        """The account with the order and with every other that works filled.

        Raises:
            NoData: as of its parts.
        """
        contract, entry, _ = self.contract, self.entry_price, self.size
        return with_pending(self.situation).with_order(self.intent, contract, entry)

    @property
    def worth(self) -> Decimal:
        """Notional of the order in the settlement coin.

        Raises:
            NoData: as of its parts.
        """
        entry = self.entry_price
        return self.contract.exposure(self.size, entry).notional(entry)
