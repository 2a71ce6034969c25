"""By what terms an account trades on Binance USDⓈ-M: exchangeInfo, leverageBracket and commissionRate."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from workstation.errors import BadFigure, VenueUnreachable
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.model.margin import MarginTier, TierTable
from workstation.trading.contracts import Contract, contract_of


class _Listed(msgspec.Struct):
    symbol: str
    baseAsset: str
    quoteAsset: str
    filters: list[dict[str, Any]]


class _Bracket(msgspec.Struct):
    initialLeverage: Decimal
    notionalCap: Decimal
    notionalFloor: Decimal
    maintMarginRatio: Decimal
    cum: Decimal


class _Brackets(msgspec.Struct):
    symbol: str
    brackets: list[_Bracket]


class _Fees(msgspec.Struct):
    makerCommissionRate: Decimal
    takerCommissionRate: Decimal


class AskedVenue(Protocol):
    """What is needed of a venue to ask it."""

    @property
    def venue(self) -> str: ...

    async def asked(
        self, name: str, parameters: dict[str, Any] | None = None, *, scope: str = "Private"
    ) -> Any: ...


async def ask_contracts(venue: AskedVenue, symbols: Sequence[str]) -> list[Contract]:
    """Return how each of these is traded by the account that asks; what is not listed is left out.

    Raises:
        VenueError: the venue does not say, or what it says cannot be read.
    """
    info, brackets = await asyncio.gather(
        venue.asked("GetExchangeInfo", scope="Public"), venue.asked("GetLeverageBracket")
    )
    try:
        rows = {str(row["symbol"]): row for row in info["symbols"]}
        listed = [
            msgspec.convert(rows[symbol], _Listed, strict=False) for symbol in symbols if symbol in rows
        ]
        tiers = {row.symbol: row for row in msgspec.convert(brackets, list[_Brackets], strict=False)}
        traded = [row for row in listed if row.symbol in tiers]
        answers = await asyncio.gather(
            *(venue.asked("GetCommissionRate", {"symbol": row.symbol}) for row in traded)
        )
        fees = msgspec.convert(answers, list[_Fees], strict=False)
        return [
            _contract(venue.venue, row, tiers[row.symbol], fee) for row, fee in zip(traded, fees, strict=True)
        ]
    except (KeyError, TypeError, ArithmeticError, msgspec.ValidationError, BadFigure) as error:
        raise VenueUnreachable(f"The terms of the contracts cannot be read: {error}") from None


def _contract(venue: str, listed: _Listed, brackets: _Brackets, fees: _Fees) -> Contract:
    filters: Mapping[str, Mapping[str, Any]] = {row["filterType"]: row for row in listed.filters}
    size = filters["LOT_SIZE"]
    instrument = Instrument(
        venue,
        listed.symbol,
        ContractKind.LINEAR,
        Decimal(str(filters["PRICE_FILTER"]["tickSize"])),
        Decimal(str(size["stepSize"])),
        Decimal(1),
        listed.baseAsset,
        listed.quoteAsset,
        SequenceRule.BINANCE_FUTURES,
    )
    table = (
        MarginTier(row.notionalFloor, row.notionalCap, row.maintMarginRatio, row.cum, row.initialLeverage)
        for row in brackets.brackets
    )
    return contract_of(
        instrument,
        maker_rate=fees.makerCommissionRate,
        taker_rate=fees.takerCommissionRate,
        tiers=TierTable(tuple(sorted(table, key=lambda tier: tier.notional_floor))),
        min_size=Decimal(str(size["minQty"])),
        max_size=Decimal(str(size["maxQty"])),
        min_notional=Decimal(str(filters["MIN_NOTIONAL"]["notional"])),
    )
