"""Orders, fills and reports drawn at random, and what they must come to by another path."""

import os
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from random import Random

from workstation.model.instrument import ContractKind
from workstation.model.orders import (
    Fill,
    Order,
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Purpose,
    Side,
    new_id,
)

SEQUENCES = int(os.environ.get("PREFLIGHT_SEQUENCES", "3000"))
"""Sequences that the properties of fills go through; the campaign has 1,000,000."""

VENUE, SYMBOL, ASSET = "paper", "TAOUSDT", "USDT"


def made_intent(size: Decimal, side: Side = Side.BUY, price: Decimal = Decimal(100)) -> OrderIntent:
    """A plain limit order."""
    return OrderIntent(VENUE, SYMBOL, side, OrderKind.LIMIT, size, Purpose.OPEN, price=price)


def made_order(size: Decimal, side: Side = Side.BUY) -> Order:
    """The same, approved a moment ago."""
    return Order(made_intent(size, side), new_id(), OrderState.CREATED)


def made_fill(
    trade_id: int,
    side: Side,
    size: Decimal,
    price: Decimal,
    *,
    event_ms: int = 0,
    fee: Decimal = Decimal(0),
    fee_asset: str = ASSET,
    client_order_id: str = "",
    symbol: str = SYMBOL,
) -> Fill:
    """One fill."""
    return Fill(
        VENUE,
        symbol,
        trade_id,
        client_order_id,
        "7",
        side,
        price,
        size,
        fee,
        fee_asset,
        True,
        event_ms or trade_id,
    )


def made_report(order: Order, state: OrderState, event_ms: int, filled: Decimal) -> OrderReport:
    """What the venue says of an order."""
    intent = order.intent
    return OrderReport(
        VENUE,
        SYMBOL,
        order.client_order_id,
        "7",
        state,
        event_ms,
        filled,
        intent.side,
        intent.kind,
        intent.size,
    )


def drawn_fills(random: Random, most: int = 12) -> list[Fill]:
    """Draw fills of one symbol that add, reduce, close and flip; several may share a millisecond."""
    fills, now = [], 1
    for trade_id in range(1, random.randint(2, most) + 1):
        now += random.randint(0, 3)
        size = Decimal(random.randint(1, 400)).scaleb(-random.randint(0, 3))
        price = Decimal(random.randint(1, 10**7)).scaleb(-random.randint(0, 5))
        fee = Decimal(random.randint(-50, 500)).scaleb(-6)
        side = random.choice((Side.BUY, Side.SELL))
        fills.append(made_fill(trade_id, side, size, price, event_ms=now, fee=fee))
    return fills


def delivered(random: Random, events: list[Fill]) -> Iterator[Fill]:
    """Hand events over late, out of order and more than once, each at least once."""
    twice = events + [random.choice(events) for _ in range(random.randint(0, len(events)))]
    random.shuffle(twice)
    yield from twice


def cash(fill: Fill, kind: ContractKind, contract_size: Decimal) -> Fraction:
    """What a fill brings into the account before fees: of an inverse contract, coin."""
    amount = Fraction(fill.size) * Fraction(contract_size)
    if kind is ContractKind.INVERSE:
        return fill.side.sign * amount / Fraction(fill.price)
    return -fill.side.sign * amount * Fraction(fill.price)
