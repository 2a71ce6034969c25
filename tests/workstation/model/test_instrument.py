"""An instrument knows how many digits its numbers need and what one unit of size is called."""

from decimal import Decimal

import pytest

from workstation.model.instrument import ContractKind, Instrument, SequenceRule


def instrument(tick: str, lot: str, kind: ContractKind = ContractKind.LINEAR) -> Instrument:
    return Instrument(
        "binance_usdm",
        "BTCUSDT",
        kind,
        Decimal(tick),
        Decimal(lot),
        Decimal(1),
        "BTC",
        "USDT",
        SequenceRule.BINANCE_FUTURES,
    )


@pytest.mark.parametrize(
    ("step", "decimals"),
    [("0.10", 1), ("0.01", 2), ("1", 0), ("10", 0), ("1E+1", 0), ("1E-8", 8), ("0.5", 1)],
)
def test_digits_are_those_that_the_step_needs(step: str, decimals: int) -> None:
    assert instrument(step, "1").price_decimals == decimals
    assert instrument("1", step).size_decimals == decimals


def test_sizes_of_inverse_contracts_are_contracts() -> None:
    assert instrument("0.1", "1", ContractKind.INVERSE).size_unit == "contracts"
    assert instrument("0.1", "1", ContractKind.LINEAR).size_unit == "BTC"
    assert instrument("0.1", "1", ContractKind.SPOT).size_unit == "BTC"
