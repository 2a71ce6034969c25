"""Costs, required profit, reward against risk, and stops that give a profit back."""

from decimal import Decimal

import pytest

from workstation.analytics import costs
from workstation.analytics.liquidation import Exposure
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind

D = Decimal
LONG, SHORT = Exposure(D(2), D(100)), Exposure(D(-2), D(100))


def test_each_fee_is_on_the_notional_at_its_own_price() -> None:
    fees = costs.round_trip_fees(LONG, D(110), D("0.0002"), D("0.0005"))
    assert (fees.entry, fees.exit, fees.total) == (D("0.04"), D("0.11"), D("0.15"))


def test_an_inverse_profit_is_in_coin() -> None:
    held = Exposure(D(100), D(50_000), D(100), ContractKind.INVERSE)
    assert held.profit(D(62_500)) == D(10_000) * (1 / D(50_000) - 1 / D(62_500))
    assert costs.net_pnl(held, D(62_500), D(0), D(0)) == D("0.04")


def test_break_even_lies_beyond_the_entry_by_both_fees_and_the_funding() -> None:
    fee = D("0.0005")
    assert costs.break_even_price(LONG, fee, fee) == D(100) * (1 + fee) / (1 - fee)
    assert costs.break_even_price(SHORT, fee, fee) == D(100) * (1 - fee) / (1 + fee)
    assert costs.break_even_price(LONG, D(0), D(0), D(-4)) == 102
    assert costs.break_even_price(SHORT, D(0), D(0), D(4)) == 102


def test_what_no_price_earns_back_is_refused() -> None:
    with pytest.raises(BadFigure):
        costs.break_even_price(SHORT, D(0), D(0), D(-200))


def test_required_profit_adds_up_everything() -> None:
    needed = costs.required_profit(
        LONG,
        D("0.0005"),
        D("0.0005"),
        spread_rate=D("0.001"),
        slippage_rate=D("0.002"),
        funding_cash_flow=D(-1),
    )
    assert (needed.spread, needed.fees, needed.slippage, needed.funding) == (D("0.2"), D("0.2"), D("0.4"), 1)
    assert (needed.total, needed.move_rate) == (D("1.8"), D("0.009"))


def test_reward_against_risk_before_and_after_costs() -> None:
    ratio = costs.reward_risk(LONG, D(95), D(110))
    assert (ratio.gross, ratio.net) == (2, 2)
    assert ratio.win_rate_needed == D(1) / 3
    costly = costs.reward_risk(SHORT, D(105), D(90), entry_rate=D("0.001"), exit_rate=D("0.001"))
    assert costly.gross == 2
    assert costly.net is not None
    assert costly.net < 2
    assert costs.reward_risk(LONG, D(99), D(110), funding_cash_flow=D(5)).net is None


@pytest.mark.parametrize(
    ("held", "stop", "target", "field"),
    [(LONG, 101, 110, "stop_price"), (LONG, 99, 100, "target_price"), (SHORT, 99, 90, "stop_price")],
)
def test_wrong_sides_are_refused(held: Exposure, stop: int, target: int, field: str) -> None:
    with pytest.raises(BadFigure) as refused:
        costs.reward_risk(held, D(stop), D(target))
    assert refused.value.field == field


def test_a_target_is_a_multiple_of_the_risk() -> None:
    assert costs.target_for(LONG, D(95), D(2)) == 110
    assert costs.target_for(SHORT, D(105), D(3)) == 85
    with pytest.raises(BadFigure):
        costs.target_for(SHORT, D(150), D(2))
    with pytest.raises(BadFigure):
        costs.target_for(SHORT, D(50), D(2))


def test_half_of_the_peak_and_half_of_the_increment_are_two_stops() -> None:
    # From 1000 to 2000 of profit: half of the peak keeps 1000, half of the increment keeps 1500.
    held = Exposure(D(10), D(1000))
    assert held.profit(costs.give_back_stop(held, D(1200))) == 1000
    assert held.profit(costs.give_back_stop(held, D(1200), locked_pnl=D(1000))) == 1500
    short = Exposure(D(-10), D(1000))
    assert costs.give_back_stop(short, D(800)) == 900


@pytest.mark.parametrize(("peak", "share", "locked"), [(1000, "0.5", 0), (1100, "1", 0), (1100, "0.5", 1000)])
def test_without_more_profit_the_stop_stays(peak: int, share: str, locked: int) -> None:
    with pytest.raises(BadFigure):
        costs.give_back_stop(Exposure(D(10), D(1000)), D(peak), D(share), locked_pnl=D(locked))


def test_a_two_percent_stop_at_fifty_times_loses_the_margin_not_the_account() -> None:
    margin, account = D(100), D(10_000)
    assert costs.account_loss_rate(margin * 50, D("0.02"), account) == D("0.01")


def test_contracts_are_not_coins() -> None:
    assert costs.size_in_contracts(D(120), D(10), ContractKind.LINEAR, D(5)) == 12
    assert costs.size_in_contracts(D("0.1"), D(100), ContractKind.INVERSE, D(50_000)) == 50
