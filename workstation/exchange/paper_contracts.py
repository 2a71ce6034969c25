"""How a symbol is traded on paper: fees and margin brackets where there is no account of the venue to ask."""

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec

from workstation.model.instrument import Instrument
from workstation.model.margin import TierTable
from workstation.trading.contracts import Contract, contract_of

_FILE = "paper_contracts.toml"
_OTHER = "other"
_MIN_NOTIONAL = Decimal(5)


class _Fees(msgspec.Struct):
    maker: Decimal
    taker: Decimal


class _Assumed(msgspec.Struct):
    fees: Mapping[str, _Fees]
    coins: Mapping[str, Sequence[str]]
    brackets: Mapping[str, Sequence[tuple[Decimal, Decimal, Decimal]]]


def paper_contract(instrument: Instrument) -> Contract:
    """Return the contract that a paper account trades an instrument by."""
    assumed = _assumed()
    fees = assumed.fees.get(instrument.venue) or assumed.fees[_OTHER]
    group = next((name for name, coins in assumed.coins.items() if instrument.base in coins), _OTHER)
    return contract_of(
        instrument,
        maker_rate=fees.maker,
        taker_rate=fees.taker,
        tiers=_table(group),
        min_size=instrument.lot_size,
        min_notional=_MIN_NOTIONAL,
    )


@cache
def _assumed() -> _Assumed:
    text = (files("workstation") / "resources" / _FILE).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Assumed, strict=False)


@cache
def _table(group: str) -> TierTable:
    rows, floor = [], Decimal(0)
    for cap, rate, leverage in _assumed().brackets[group]:
        rows.append((floor, cap, rate, leverage))
        floor = cap
    return TierTable.from_rates(rows)
