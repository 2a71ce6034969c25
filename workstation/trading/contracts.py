"""What must be known of a symbol to trade it: the venue's rules, its fees, its coin, its convention."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.liquidation import VENUE_CLOSING_FEES, ClosingFee, Exposure
from workstation.analytics.venue_rules import VenueRules
from workstation.model.instrument import ContractKind, Instrument
from workstation.model.margin import TierTable


@dataclass(frozen=True, slots=True)
class Contract:
    """One symbol as it is traded.

    Attributes:
        venue, symbol, base: the instrument and its coin.
        settlement_asset: in which margin, profit and fees are: quote if linear, base if inverse.
        rules: steps, smallest and largest, margin tiers (None as long as the venue has not said them).
        maker_rate, taker_rate: fees, fractions of the notional; negative is a rebate.
        closing_fee: where the venue puts the fee of a liquidation.
    """

    venue: str
    symbol: str
    base: str
    settlement_asset: str
    rules: VenueRules
    maker_rate: Decimal
    taker_rate: Decimal
    closing_fee: ClosingFee = ClosingFee.LEFT_OUT

    def exposure(self, size: Decimal, entry_price: Decimal) -> Exposure:
        """Return a position of this contract for the calculations of margin and profit."""
        return Exposure(size, entry_price, self.rules.contract_size, self.rules.kind)


def contract_of(
    instrument: Instrument,
    *,
    maker_rate: Decimal,
    taker_rate: Decimal,
    tiers: TierTable | None = None,
    min_size: Decimal = Decimal(0),
    max_size: Decimal | None = None,
    min_notional: Decimal = Decimal(0),
) -> Contract:
    """Return the contract of an instrument with what the venue says beside its steps."""
    rules = VenueRules(
        instrument.tick_size,
        instrument.lot_size,
        min_size,
        max_size,
        min_notional,
        instrument.contract_size,
        instrument.kind,
        tiers,
    )
    is_inverse = instrument.kind is ContractKind.INVERSE
    return Contract(
        instrument.venue,
        instrument.symbol,
        instrument.base,
        instrument.base if is_inverse else instrument.quote,
        rules,
        maker_rate,
        taker_rate,
        VENUE_CLOSING_FEES.get(instrument.venue.split("_")[0], ClosingFee.LEFT_OUT),
    )
