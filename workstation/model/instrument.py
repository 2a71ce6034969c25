"""What is traded: the venue's symbol with its steps and the rule that chains its book updates."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class ContractKind(Enum):
    """How a contract's size turns into money."""

    LINEAR = "linear"  # size in base units, margined and settled in quote
    INVERSE = "inverse"  # size in contracts of a fixed quote value, settled in base
    SPOT = "spot"  # the coin itself


class SequenceRule(Enum):
    """How a venue numbers its depth updates, and so what counts as a gap."""

    BINANCE_FUTURES = "binance_futures"  # `pu` must equal the `u` before it
    BINANCE_SPOT = "binance_spot"  # `U` must equal the `u` before it plus one
    PREVIOUS_ID = "previous_id"  # each update names the one before it, also the first after a snapshot
    FULL_SNAPSHOTS = "full_snapshots"  # each message is the whole book; nothing can be missing


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable symbol on one venue.

    Attributes:
        venue: lower-case name of the venue and its market, "binance_usdm".
        symbol: the venue's own spelling, "BTCUSDT".
        kind: how size turns into money.
        tick_size: smallest price step, quote per base unit.
        lot_size: smallest size step, in the unit the venue sends (base units, or contracts if inverse).
        contract_size: base units (quote units if inverse) in one unit of size.
        base, quote: the coins' names, for units on screen.
        sequence_rule: how its depth updates are chained.
    """

    venue: str
    symbol: str
    kind: ContractKind
    tick_size: Decimal
    lot_size: Decimal
    contract_size: Decimal
    base: str
    quote: str
    sequence_rule: SequenceRule

    @property
    def price_decimals(self) -> int:
        """Digits behind the decimal point that a price of this instrument needs."""
        return max(0, -int(self.tick_size.normalize().as_tuple().exponent))

    @property
    def size_decimals(self) -> int:
        """Digits behind the decimal point that a size of this instrument needs."""
        return max(0, -int(self.lot_size.normalize().as_tuple().exponent))

    @property
    def size_unit(self) -> str:
        """What one unit of size is called on screen: the coin, or contracts if inverse."""
        return "contracts" if self.kind is ContractKind.INVERSE else self.base
