"""Whatever the figures: no size is rounded up, no order passes a cap, no stop is loosened by rounding."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from tests.workstation.analytics import made
from tests.workstation.analytics.made import holds, number, table_around, worth
from workstation.analytics.figures import ZERO
from workstation.analytics.liquidation import Exposure
from workstation.analytics.sizing import reduced, size_by_risk, unit_risk
from workstation.analytics.venue_rules import (
    VenueRules,
    check_order,
    largest_size,
    round_limit,
    round_size,
    round_stop,
)
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind

TICK = Decimal("0.000001")


@holds(2)
def test_a_sized_position_never_risks_more_than_was_meant(random: Random) -> None:
    account, risk = number(random, 1, 10**9, 2), number(random, 1, 1000, 4)
    entry, fee, lot = made.price(random), made.fee_rate(random), made.step(random)
    stop = entry * number(random, 1, 30_000, 4)
    if stop == entry:
        return
    loss = unit_risk(
        entry, stop, entry_fee_rate=fee, exit_fee_rate=fee, slippage_rate=fee, funding_paid_rate=-fee
    )
    position = size_by_risk(account, risk, loss, lot)
    size = Fraction(position.size)
    # Cash in, cash out and fees on both ends: from another side than the unit risk.
    lost = size * abs(Fraction(entry) - Fraction(stop))
    lost += size * (Fraction(entry) * 2 + Fraction(stop)) * Fraction(fee)
    meant = Fraction(account) * Fraction(risk)
    assert lost <= meant * (1 + Fraction(1, 10**25))
    assert size % Fraction(lot) == 0
    assert meant - lost < Fraction(lot) * Fraction(loss) * (1 + Fraction(1, 10**20))
    smaller = reduced(position, [number(random, 0, 100, 2) for _ in range(random.randint(0, 2))], lot)
    assert smaller.size <= position.size
    assert Fraction(smaller.size) % Fraction(lot) == 0


@holds()
def test_rounding_moves_sizes_down_stops_to_safety_and_limits_to_thrift(random: Random) -> None:
    size, lot = number(random, -(10**12), 10**12, 5), made.step(random)
    side, price, tick = random.choice((1, -1)), made.price(random), made.step(random)
    rounded = round_size(size, lot)
    assert abs(rounded) <= abs(size) < abs(rounded) + lot
    assert Fraction(rounded) % Fraction(lot) == 0
    assert rounded * size >= 0
    try:
        stop = round_stop(Decimal(side), price, tick)
    except BadFigure:
        assert price < tick
        assert side < 0
    else:
        assert Fraction(stop) % Fraction(tick) == 0
        assert 0 <= side * (stop - price) < tick
    try:
        limit = round_limit(side > 0, price, tick)
    except BadFigure:
        assert price < tick
        assert side > 0
    else:
        assert Fraction(limit) % Fraction(tick) == 0
        assert 0 <= side * (price - limit) < tick


@holds(2)
def test_no_order_is_taken_above_a_cap_or_below_a_minimum(random: Random) -> None:
    size, side, price = made.size(random), random.choice((1, -1)), made.price(random)
    leverage, kind, lot = made.leverage(random), made.kind(random), made.step(random)
    offered = tuple(sorted((random.randint(1, 125) for _ in range(6)), reverse=True))
    around = Exposure(size, price, kind=kind).notional(price)
    table = table_around(random, around, has_end=True, leverages=offered)
    rules = VenueRules(
        TICK,
        lot,
        min_size=lot * random.randint(1, 5),
        max_size=lot * random.randint(1, 10**6),
        min_notional=Decimal(random.randint(0, 100)),
        kind=kind,
        tiers=table,
    )
    held = random.choice((ZERO, made.size(random) * random.choice((1, -1))))
    try:
        taken = check_order(rules, size * side, price, leverage, held_size=held)
    except BadFigure:
        return
    amount, after = abs(Fraction(taken)), Fraction(held) + Fraction(taken)
    assert amount <= Fraction(size)
    assert taken * side > 0
    assert Fraction(rules.min_size) <= amount <= Fraction(rules.max_size or 0)
    value = amount if kind is ContractKind.INVERSE else amount * Fraction(price)
    assert value >= rules.min_notional
    if abs(after) > abs(Fraction(held)):
        notional = worth(Exposure(Decimal(1), price, kind=kind), Fraction(price)) * abs(after)
        assert notional <= Fraction(table.largest_notional or 0)
        reached = [tier for tier in table.tiers if notional >= Fraction(tier.notional_floor)]
        assert leverage <= reached[-1].max_leverage


@holds()
def test_the_largest_size_is_taken_and_one_step_more_is_not(random: Random) -> None:
    held, leverage, lot = made.exposure(random), made.leverage(random), made.step(random)
    around = held.notional(held.entry_price)
    table = table_around(random, around, has_end=True, leverages=(125, 75, 50, 20, 10, 5))
    rules = VenueRules(TICK, lot, contract_size=held.contract_size, kind=held.kind, tiers=table)
    most = largest_size(rules, held.entry_price, leverage)
    assert most is not None
    if most > 0:
        assert check_order(rules, most, held.entry_price, leverage) == most
    with pytest.raises(BadFigure):
        check_order(rules, most + lot, held.entry_price, leverage)


def test_an_order_that_reduces_is_never_refused_for_its_size() -> None:
    table = table_around(Random(1), Decimal(1000), has_end=True)
    rules = VenueRules(TICK, Decimal("0.001"), tiers=table)
    held = Decimal(10**9)
    assert check_order(rules, -held / 2, Decimal(5), Decimal(100), held_size=held) == -held / 2
    assert check_order(replace(rules, tiers=None), -held, Decimal(5), Decimal(100), held_size=held) == -held
