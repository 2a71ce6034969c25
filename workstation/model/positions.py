"""What an account holds: positions, balances, what a symbol is set to, and what funding brought or cost."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.model.instrument import ContractKind
from workstation.model.margin import MarginMode


@dataclass(frozen=True, slots=True)
class Position:
    """One symbol's position in one-way mode.

    Money is in the settlement coin: quote if linear, base if inverse.

    Attributes:
        venue, symbol: the instrument.
        size: signed, long > 0, in the venue's unit; 0 is flat.
        entry_price: average of what is still open, quote per base unit; 0 when flat.
        margin_mode, leverage: what it is held with.
        margin: posted to it if isolated, funding included; 0 if cross or unknown.
        realised_pnl: of this round (since it was last flat), before fees and funding.
        fees: of this round, positive is paid; only those in the settlement coin.
        funding: of this round, positive was received.
        opened_ms, updated_ms: venue's time of the round's first and newest fill.
        contract_size, kind: how size turns into money.
    """

    venue: str
    symbol: str
    size: Decimal
    entry_price: Decimal
    margin_mode: MarginMode = MarginMode.CROSS
    leverage: Decimal = Decimal(1)
    margin: Decimal = Decimal(0)
    realised_pnl: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    funding: Decimal = Decimal(0)
    opened_ms: int = 0
    updated_ms: int = 0
    contract_size: Decimal = Decimal(1)
    kind: ContractKind = ContractKind.LINEAR

    @property
    def is_flat(self) -> bool:
        """Whether nothing is held."""
        return self.size == 0

    @property
    def net_pnl(self) -> Decimal:
        """What this round has brought so far: realised − fees + funding."""
        return self.realised_pnl - self.fees + self.funding


@dataclass(frozen=True, slots=True)
class Balance:
    """What a wallet holds of one coin.

    Attributes:
        venue, asset: whose, of what.
        wallet: deposits, realised profits, fees and funding; without open profits. The margin posted to
            isolated positions is within it.
        event_ms: venue's time.
    """

    venue: str
    asset: str
    wallet: Decimal
    event_ms: int


class PaymentKind(StrEnum):
    """What a payment that is no trade was for."""

    FUNDING = "funding"
    INSURANCE = (
        "insurance"  # at a liquidation: what the fund took of the margin left, or gave for what lacked
    )


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """One payment to or from one of our positions that no trade made: funding, or insurance at its end.

    Attributes:
        venue, symbol: the instrument.
        event_ms: of the payment; a symbol pays once at a time for a kind, which tells a repeated one.
        amount: in `asset`; positive was received.
        asset: the settlement coin.
        rate: settled, a fraction per interval; None where the venue does not say.
        position_size, mark_price: what it was reckoned on; None where the venue does not say.
        kind: what for.
    """

    venue: str
    symbol: str
    event_ms: int
    amount: Decimal
    asset: str
    rate: Decimal | None = None
    position_size: Decimal | None = None
    mark_price: Decimal | None = None
    kind: PaymentKind = PaymentKind.FUNDING


@dataclass(frozen=True, slots=True)
class SymbolSetting:
    """What a symbol is set to at the venue: with what the next position is opened.

    Attributes:
        symbol: the venue's spelling.
        leverage, margin_mode: as the venue says them.
    """

    symbol: str
    leverage: Decimal
    margin_mode: MarginMode
