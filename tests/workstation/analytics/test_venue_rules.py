"""A venue's rules by hand: steps, smallest and largest, caps, and what each refusal says."""

from decimal import Decimal

import pytest

from workstation.analytics import venue_rules
from workstation.analytics.venue_rules import VenueRules, check_order
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable

D = Decimal
TIERS = TierTable.from_rates([(D(0), D(1000), D("0.01"), D(50)), (D(1000), D(5000), D("0.02"), D(20))])
RULES = VenueRules(D("0.5"), D("0.01"), min_size=D("0.02"), max_size=D(30), min_notional=D(5), tiers=TIERS)


def test_sizes_are_shortened_toward_zero() -> None:
    assert venue_rules.round_size(D("1.239"), D("0.01")) == D("1.23")
    assert venue_rules.round_size(D("-1.239"), D("0.01")) == D("-1.23")


def test_stops_move_toward_safety_and_limits_toward_thrift() -> None:
    assert venue_rules.round_stop(D(1), D("99.7"), D("0.5")) == 100
    assert venue_rules.round_stop(D(-1), D("99.7"), D("0.5")) == D("99.5")
    assert venue_rules.round_limit(True, D("99.7"), D("0.5")) == D("99.5")
    assert venue_rules.round_limit(False, D("99.7"), D("0.5")) == 100


@pytest.mark.parametrize(
    ("size", "price", "leverage", "held", "words"),
    [
        ("0", "100", 5, "0", "other than zero"),
        ("NaN", "100", 5, "0", "other than zero"),
        ("1", "0", 5, "0", "Price must be above zero"),
        ("1", "100.3", 5, "0", "not a multiple of 0.5"),
        ("0.009", "100", 5, "0", "smallest step"),
        ("0.01", "1000", 5, "0", "smallest order 0.02"),
        ("30.01", "1", 5, "0", "largest order"),
        ("0.04", "100", 5, "0", "worth less than the smallest"),
        ("10", "100", 50, "0", "20x at most"),
        ("5", "100", 50, "5", "20x at most"),
        ("1", "100", 5, "50", "at most 5000"),
        ("-30", "100", 5, "-21", "at most 5000"),
        ("1", "100", 1000, "0", "No venue offers"),
    ],
)
def test_what_the_venue_would_refuse_is_refused_first(
    size: str, price: str, leverage: int, held: str, words: str
) -> None:
    with pytest.raises(BadFigure, match=words):
        check_order(RULES, D(size), D(price), D(leverage), held_size=D(held))


def test_without_a_tier_table_no_position_is_opened() -> None:
    rules = VenueRules(D(1), D(1))
    with pytest.raises(BadFigure, match="not known yet") as refused:
        check_order(rules, D(1), D(100), D(5))
    assert refused.value.field == "tiers"


def test_closing_exactly_and_flipping_sides_are_checked_for_what_is_then_held() -> None:
    assert check_order(RULES, D(-10), D(100), D(50), held_size=D(10)) == -10
    assert check_order(RULES, D(-12), D(100), D(50), held_size=D(10)) == -12
    with pytest.raises(BadFigure):
        check_order(RULES, D(-30), D(100), D(50), held_size=D(10))


def test_the_largest_size_stays_below_the_border_of_the_next_bracket() -> None:
    assert venue_rules.largest_size(RULES, D(100), D(50)) == D("9.99")
    assert venue_rules.largest_size(RULES, D(100), D(20)) == 50
    with pytest.raises(BadFigure, match="may not be held"):
        venue_rules.largest_size(RULES, D(100), D(51))
    assert (
        venue_rules.largest_size(VenueRules(D(1), D(1), tiers=TierTable.flat(D("0.01"))), D(100), D(5))
        is None
    )


def test_an_inverse_order_is_worth_its_contracts() -> None:
    rules = VenueRules(
        D("0.1"), D(1), min_notional=D(200), contract_size=D(100), kind=ContractKind.INVERSE, tiers=TIERS
    )
    assert check_order(rules, D(2), D(50_000), D(5)) == 2
    with pytest.raises(BadFigure):
        check_order(rules, D(1), D(50_000), D(5))
