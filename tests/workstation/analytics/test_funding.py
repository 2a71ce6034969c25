"""Funding over a planned hold, whatever the interval; rates made as the venues make them."""

from decimal import Decimal

import pytest

from workstation.analytics import funding
from workstation.errors import BadFigure

D = Decimal
HOUR = funding.HOUR_MS


def times(hold_hours: float, next_hours: float, interval: int, now: int = 0) -> list[float]:
    found = funding.settlement_times(
        now, round(hold_hours * HOUR), now + round(next_hours * HOUR), D(interval)
    )
    return [(time - now) / HOUR for time in found]


def test_settlements_within_the_hold_are_counted_by_the_symbols_own_interval() -> None:
    assert times(24, 8, 8) == [8, 16, 24]
    assert times(24, 3, 8) == [3, 11, 19]
    assert times(24, 3, 4) == [3, 7, 11, 15, 19, 23]
    assert len(times(24, 1, 1)) == 24
    assert times(2, 3, 8) == []


def test_a_settlement_at_the_moment_of_opening_is_not_paid_and_one_of_closing_is() -> None:
    assert times(8, 0, 8) == [8]
    assert times(8, 8, 8) == [8]


def test_a_settlement_time_in_the_past_is_taken_forward() -> None:
    assert times(9, -3, 8) == [5]
    assert times(9, -8, 8, now=10**12) == [8]


def test_longs_pay_and_shorts_receive_a_positive_rate_with_the_last_known_rate_going_on() -> None:
    plan = {"now_ms": 0, "hold_ms": 24 * HOUR, "next_funding_ms": 8 * HOUR, "interval_hours": D(8)}
    long = funding.expected_funding(D(10_000), [D("0.0005"), D("0.0001")], **plan)
    assert [settlement.cash_flow for settlement in long] == [-5, -1, -1]
    short = funding.expected_funding(D(-10_000), [D("0.0005")], **plan)
    assert funding.total_cash_flow(short) == 15


def test_fifteen_settlements_of_a_twentieth_of_a_percent_are_three_quarters_of_a_percent() -> None:
    held = funding.expected_funding(
        D(1), [D("0.0005")], now_ms=0, hold_ms=120 * HOUR, next_funding_ms=8 * HOUR, interval_hours=D(8)
    )
    assert (len(held), funding.total_cash_flow(held)) == (15, D("-0.0075"))


def test_the_rate_is_clamped_and_capped_both_ways() -> None:
    assert funding.funding_rate(D("-0.0008"), D(8)) == D("-0.0003")
    assert funding.funding_rate(D("0.02"), D(8), cap=D("0.003")) == D("0.003")
    assert funding.funding_rate(D("-0.02"), D(8), cap=D("0.003")) == D("-0.003")
    # Hyperliquid pays an eighth of the eight-hour rate each hour.
    assert funding.funding_rate(D("0.0008"), D(1)) == D("0.0003") / 8


def test_means_are_plain_or_weighted_by_time() -> None:
    samples = [D(1), D(2), D(6)]
    assert funding.mean_premium(samples) == 3
    assert funding.mean_premium(samples, weighted_by_time=True) == D(23) / 6
    with pytest.raises(BadFigure):
        funding.mean_premium([])


def test_the_impact_notional_comes_from_the_margin_rate_not_from_open_interest() -> None:
    assert funding.impact_notional(D("0.008")) == 25_000


def test_display_rates_and_excess_over_the_baseline() -> None:
    assert funding.yearly_rate(D("0.0001"), D(8)) == D("0.1095")
    assert funding.rate_per(D("0.0001"), D(1), D(8)) == D("0.0008")
    assert funding.excess_over_baseline(D("0.0001"), D(8)) == 0
    assert funding.excess_over_baseline(D("0.0001"), D(4)) == D("0.00005")


def test_a_percentile_counts_ties_half_and_needs_a_past() -> None:
    assert funding.percentile_of(D(2), [D(1), D(2), D(3), D(4)]) == D("0.375")
    assert funding.percentile_of(D(2), []) is None
    assert funding.captured_share(D(10), D(8)) == D("0.8")
    assert funding.captured_share(D(0), D(8)) is None


@pytest.mark.parametrize(
    ("hold", "interval", "rates", "field"),
    [
        (-1, "8", ["0"], "hold"),
        (1, "0", ["0"], "interval_hours"),
        (1, "8", [], "rates"),
        (1, "1e-9", ["0"], "interval_hours"),
        (10**12, "0.001", ["0"], "hold"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(hold: int, interval: str, rates: list[str], field: str) -> None:
    with pytest.raises(BadFigure) as refused:
        funding.expected_funding(
            D(1), [*map(D, rates)], now_ms=0, hold_ms=hold, next_funding_ms=1, interval_hours=D(interval)
        )
    assert refused.value.field == field


def test_compounding_what_takes_everything_is_refused() -> None:
    with pytest.raises(BadFigure):
        funding.compounded_yearly_rate(D(-1), D(8))
