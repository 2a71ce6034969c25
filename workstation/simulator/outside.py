"""What a market and those outside of it hand to one another: orders, their fills, views of the book."""

import msgspec

from workstation.simulator.events import Levels
from workstation.simulator.matching import TimeInForce

FIRST_CLIENT_OWNER = 100
"""Owner numbers from here on are those of orders sent from outside."""

ACCOUNT_OWNER = 101
"""The owner whose resting orders' fills are kept for `take_account_fills`."""


class DepthView(msgspec.Struct, frozen=True):
    """The book at one update id."""

    last_update_id: int
    time_ms: int
    bids: Levels
    asks: Levels


class NewOrder(msgspec.Struct, frozen=True):
    """An order from outside; no price makes it a market order."""

    side: int
    lots: int
    price_ticks: int | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    owner: int = FIRST_CLIENT_OWNER


class AccountFill(msgspec.Struct, frozen=True):
    """A fill of a resting order of the account."""

    engine_id: int
    price_ticks: int
    lots: int
    trade_id: int
    time_ms: int
