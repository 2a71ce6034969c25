"""A table of margin brackets that exists is contiguous and continuous."""

from dataclasses import replace
from decimal import Decimal

import pytest

from workstation.errors import BadFigure
from workstation.model.margin import MarginTier, TierTable

D = Decimal
FIRST = MarginTier(D(0), D(50_000), D("0.004"), D(0), D(125))
SECOND = MarginTier(D(50_000), D(250_000), D("0.005"), D(50), D(100))
TABLE = TierTable((FIRST, SECOND))


def test_a_border_belongs_to_the_bracket_above_it() -> None:
    assert TABLE.tier_of(D(0)) is FIRST
    assert TABLE.tier_of(D("49999.99")) is FIRST
    assert TABLE.tier_of(D(50_000)) is SECOND


def test_a_position_that_outgrew_the_table_keeps_the_last_bracket() -> None:
    assert TABLE.tier_of(D(10**9)) is SECOND
    assert TABLE.largest_notional == 250_000


def test_amounts_follow_from_rates() -> None:
    assert TierTable.from_rates(
        [(D(0), D(50_000), D("0.004"), D(125)), (D(50_000), D(250_000), D("0.005"), D(100))]
    ) == TierTable((FIRST, SECOND))


def test_one_rate_is_a_table_without_an_end() -> None:
    table = TierTable.flat(D("0.01"))
    assert table.largest_notional is None
    assert table.tier_of(D(10**12)).maintenance_rate == D("0.01")


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        ((), "No margin tiers"),
        ((SECOND,), "start at 0"),
        ((replace(FIRST, maintenance_amount=D(1)),), "must be 0"),
        ((FIRST, replace(SECOND, notional_floor=D(60_000))), "the one before ends at 50000"),
        ((replace(FIRST, notional_cap=None), SECOND), "ends nowhere"),
        ((FIRST, replace(SECOND, maintenance_rate=D("0.003"))), "lower rate"),
        ((FIRST, replace(SECOND, maintenance_amount=D(51))), "50 would"),
        ((FIRST, replace(SECOND, max_leverage=D(150))), "more leverage"),
        ((replace(FIRST, maintenance_rate=D(0)),), "no fraction"),
        ((replace(FIRST, maintenance_rate=D(1)),), "no fraction"),
        ((replace(FIRST, max_leverage=D("0.5")),), "1 or more"),
        ((replace(FIRST, notional_cap=D(0)),), "end above"),
        ((replace(FIRST, maintenance_rate=D("NaN")),), "finite"),
        ((replace(FIRST, notional_cap=D("Infinity")),), "finite"),
    ],
)
def test_an_unsound_table_is_refused(tiers: tuple[MarginTier, ...], words: str) -> None:
    with pytest.raises(BadFigure, match=words) as refused:
        TierTable(tiers)
    assert refused.value.field == "tiers"
