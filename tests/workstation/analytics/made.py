"""Positions, tables and an arithmetic of fractions, for properties that hold whatever the figures.

A case is made from a source of random numbers. In every run Hypothesis is that source, which looks for the
smallest case that breaks a rule; a campaign (PREFLIGHT_CASES=1000000, over all properties together) then goes
through as many seeds, thirty times faster.
"""

import os
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.analytics.liquidation import ClosingFee, Exposure
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable

CASES = int(os.environ.get("PREFLIGHT_CASES", "12000"))
_SEARCHED = 60  # by Hypothesis, of each property
_SHARES = 16  # of all properties together

Rule = Callable[[Random], None]


def holds(shares: int = 1) -> Callable[[Rule], Callable[[], None]]:
    """Make a test of a rule: searched by Hypothesis, then driven through its share of all cases."""

    def made(rule: Rule) -> Callable[[], None]:
        searched = settings(max_examples=_SEARCHED, deadline=None)(
            given(st.randoms(use_true_random=False))(lambda random: rule(random))
        )

        def test() -> None:
            searched()
            for seed in range(CASES * shares // _SHARES):
                try:
                    rule(Random(seed))
                except Exception as error:
                    raise AssertionError(f"{rule.__name__} breaks with seed {seed}: {error!r}") from error

        test.__name__ = test.__qualname__ = rule.__name__
        return test

    return made


def number(random: Random, least: int, most: int, places: int) -> Decimal:
    """Draw a number of so many decimal places, between two whole multiples of the last one."""
    return Decimal(random.randint(least, most)).scaleb(-places)


def price(random: Random) -> Decimal:
    """Draw anything from a millionth to a million."""
    return number(random, *random.choice(((1, 10**6, 6), (1, 10**8, 2), (10**4, 10**7, 1))))


def size(random: Random) -> Decimal:
    """Draw anything from a thousandth to ten million."""
    return number(random, *random.choice(((1, 10**6, 3), (1, 10**9, 2))))


def leverage(random: Random) -> Decimal:
    """Draw what venues offer."""
    return number(random, 10, 1250, 1)


def fee_rate(random: Random) -> Decimal:
    """Draw a rate up to 0.1 %."""
    return number(random, 0, 100, 5)


def kind(random: Random) -> ContractKind:
    """Draw a kind of contract that has margin."""
    return random.choice((ContractKind.LINEAR, ContractKind.INVERSE))


def convention(random: Random) -> ClosingFee:
    """Draw a venue's convention."""
    return random.choice(list(ClosingFee))


def step(random: Random) -> Decimal:
    """Draw a lot or a tick."""
    return Decimal(random.choice(("1", "0.001", "0.05", "1E-8", "10", "0.25", "100")))


def exposure(random: Random) -> Exposure:
    """Draw a long or a short of either kind."""
    contract = Decimal(random.choice(("1", "0.01", "10", "100")))
    return Exposure(size(random) * random.choice((1, -1)), price(random), contract, kind(random))


def table_around(
    random: Random, notional: Decimal, *, has_end: bool = False, leverages: tuple[int, ...] = (125,) * 6
) -> TierTable:
    """Draw a table whose borders lie about a notional, so that positions cross them on their way."""
    count = random.randint(1, 6)
    floor, rows = Decimal(0), []
    for rate, most in zip(sorted(random.randint(1, 60) for _ in range(count)), leverages, strict=False):
        # Six digits, as venues' borders have few.
        cap = floor + Decimal(f"{notional * random.randint(1, 400) / 100:.5e}")
        is_open = len(rows) == count - 1 and not has_end
        rows.append((floor, None if is_open else cap, Decimal(rate).scaleb(-3), Decimal(most)))
        floor = cap
    return TierTable.from_rates(rows)


# --- the same things in fractions, from cash flows and slices -----------------------------------------------


def sliced_margin(notional: Fraction, table: TierTable) -> Fraction:
    """Return the maintenance margin as a progressive tax: each slice of the notional at its own rate."""
    total = Fraction(0)
    for tier in table.tiers:
        floor = Fraction(tier.notional_floor)
        top = notional if tier.notional_cap is None else min(notional, Fraction(tier.notional_cap))
        if top > floor:
            total += (top - floor) * Fraction(tier.maintenance_rate)
    return total


def worth(held: Exposure, at: Fraction) -> Fraction:
    """Return the notional at a price: quote units, or coin if inverse."""
    amount = abs(Fraction(held.size)) * Fraction(held.contract_size)
    return amount / at if held.kind is ContractKind.INVERSE else amount * at


def gained(held: Exposure, at: Fraction) -> Fraction:
    """Return the profit as what is received less what was given: a long of an inverse owes dollars."""
    change = worth(held, at) - worth(held, Fraction(held.entry_price))
    return change if (held.size > 0) != (held.kind is ContractKind.INVERSE) else -change
