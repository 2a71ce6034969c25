"""A wallet's figures: liquidations before and after an order, risk, heat, sectors, crashes."""

from dataclasses import replace
from decimal import Decimal
from math import isclose, nan, sqrt
from pathlib import Path
from random import Random

import pytest

from tests.workstation.analytics import made as analytics
from workstation.analytics.liquidation import ClosingFee
from workstation.analytics.venue_rules import VenueRules
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.model.margin import MarginMode, TierTable
from workstation.model.orders import Side
from workstation.model.positions import Position
from workstation.trading.account import Account, portfolio_heat, risk_to_stop, sector_exposure
from workstation.trading.contracts import Contract, contract_of
from workstation.trading.sectors import OWN_FILE, load_sectors
from workstation.trading.stress import Scenario, fast_crash, jump, run_scenario

D = Decimal
BINANCE_BTC = TierTable.from_rates(
    [
        (D(0), D(50_000), D("0.004"), D(125)),
        (D(50_000), D(250_000), D("0.005"), D(100)),
        (D(250_000), D(1_000_000), D("0.01"), D(50)),
        (D(1_000_000), D(5_000_000), D("0.025"), D(20)),
        (D(5_000_000), None, D("0.05"), D(10)),
    ]
)


def contract(symbol: str, base: str = "", tiers: TierTable | None = BINANCE_BTC) -> Contract:
    rules = VenueRules(D("0.01"), D("0.001"), tiers=tiers)
    return Contract(
        "paper", symbol, base or symbol.removesuffix("USDT"), "USDT", rules, D("0.0002"), D("0.0005")
    )


def held(
    symbol: str, size: str, entry: str, mode: MarginMode = MarginMode.CROSS, leverage: str = "10"
) -> Position:
    margin = abs(D(size)) * D(entry) / D(leverage) if mode is MarginMode.ISOLATED else D(0)
    return Position("paper", symbol, D(size), D(entry), mode, D(leverage), margin)


def account(wallet: str, *positions: Position, marks: dict[str, str] | None = None) -> Account:
    entries = {one.symbol: one.entry_price for one in positions}
    prices = {symbol: D(price) for symbol, price in (marks or {}).items()}
    return Account(
        "USDT",
        D(wallet),
        {one.symbol: one for one in positions},
        {**entries, **prices},
        {one.symbol: contract(one.symbol) for one in positions},
    )


def test_an_order_pulls_the_liquidation_of_the_other_cross_positions_nearer() -> None:
    before = account("10000", held("BTCUSDT", "0.5", "60000"), marks={"ETHUSDT": "3000"})

    after = before.after(contract("ETHUSDT"), Side.BUY, D(10), D(3000), leverage=D(10))

    now, then = before.liquidations()["BTCUSDT"], after.liquidations()["BTCUSDT"]
    assert now is not None
    assert then is not None
    assert now.price < then.price
    # By hand: (10000 − fee 15 − 0.5 · 60000 − ETH's margin 30000 · 0.004) / (0.5 · (0.004 − 1))
    by_hand = (D(9985) - 30_000 - 120) / (D("0.5") * (D("0.004") - 1))
    assert abs(then.price - by_hand) < D("1e-20")
    assert after.wallet == D(9985)


def test_at_its_liquidation_price_a_position_has_its_maintenance_margin_left() -> None:
    """From cash flows: wallet + profits equals the sliced margins of all, in fractions, for any book."""
    for seed in range(40):
        random = Random(seed)
        positions, marks, contracts = {}, {}, {}
        for symbol in ("AUSDT", "BUSDT", "CUSDT")[: random.randint(1, 3)]:
            exposure = replace(analytics.exposure(random), kind=ContractKind.LINEAR, contract_size=D(1))
            worth = exposure.notional(exposure.entry_price)
            one = contract(symbol, tiers=analytics.table_around(random, worth))
            positions[symbol] = Position("paper", symbol, exposure.size, exposure.entry_price)
            marks[symbol], contracts[symbol] = exposure.entry_price, one
        total = sum(abs(one.size) * one.entry_price for one in positions.values())
        wallet = total * D(random.randint(20, 90)) / 100
        book = Account("USDT", wallet, positions, marks, contracts)
        for symbol, point in book.liquidations().items():
            if point is None:
                continue
            moved = replace(book, marks={**marks, symbol: point.price})
            equity = analytics.Fraction(wallet)
            kept = analytics.Fraction(0)
            for name, one in moved.held().items():
                at = analytics.Fraction(moved.marks[name])
                equity += analytics.gained(one.exposure, at)
                kept += analytics.sliced_margin(analytics.worth(one.exposure, at), one.tiers)
            assert abs(equity - kept) < abs(analytics.Fraction(total)) / 10**18, (seed, symbol)


def test_adding_reducing_and_flipping_before_the_order_is_sent() -> None:
    start = account("1000", held("TAOUSDT", "2", "400", MarginMode.ISOLATED, "4"), marks={"TAOUSDT": "410"})
    tao = start.contracts["TAOUSDT"]

    added = start.after(tao, Side.BUY, D(2), D(500)).positions["TAOUSDT"]
    assert (added.size, added.entry_price, added.margin) == (D(4), D(450), D(450))
    reduced = start.after(tao, Side.SELL, D(1), D(420))
    assert reduced.positions["TAOUSDT"].margin == D(100)
    assert reduced.wallet == D(1000) + 20 - D(420) * D("0.0005")
    assert start.after(tao, Side.SELL, D(2), D(420)).positions == {}
    flipped = start.after(tao, Side.SELL, D(3), D(420)).positions["TAOUSDT"]
    assert (flipped.size, flipped.entry_price, flipped.margin) == (D(-1), D(420), D(105))
    with pytest.raises(BadFigure):
        start.after(tao, Side.SELL, D(0), D(420))


def test_without_a_mark_or_tiers_nothing_is_claimed() -> None:
    whole = account("5000", held("BTCUSDT", "0.1", "60000"), held("TAOUSDT", "-3", "400"))
    blind = replace(whole, marks={"BTCUSDT": D(60_000)})

    assert blind.unknown == ("TAOUSDT",)
    assert blind.liquidations() == {}  # the other's margin enters both
    assert risk_to_stop(blind, "TAOUSDT", D(420)) is None
    assert set(whole.liquidations()) == {"BTCUSDT", "TAOUSDT"}


def test_figures_of_a_wallet_with_both_modes() -> None:
    both = account(
        "10000",
        held("BTCUSDT", "0.5", "60000"),
        held("TAOUSDT", "-5", "400", MarginMode.ISOLATED, "5"),
        marks={"BTCUSDT": "61000", "TAOUSDT": "380"},
    )

    figures = both.figures()
    assert figures.equity == D(10_000) + 500 + 100
    assert figures.notional == D(30_500) + 1_900
    assert figures.used_margin == D(3_050) + 400
    assert figures.free_margin == D(10_000) + 500 - 3_450
    assert figures.maintenance_margin == D(30_500) * D("0.004") + D(1_900) * D("0.004")


def test_risk_to_the_stop_counts_fees_and_a_missing_stop_risks_everything() -> None:
    book = account("10000", held("BTCUSDT", "0.5", "60000"), marks={"BTCUSDT": "61000"})

    risk = risk_to_stop(book, "BTCUSDT", D(59_000))
    assert risk is not None
    assert risk.from_entry == D(500) + D("0.5") * 59_000 * D("0.0005")
    assert risk.from_mark == risk.from_entry + 500
    bare = risk_to_stop(book, "BTCUSDT", None)
    assert bare is not None
    assert bare.from_entry == D(10_000)


def test_heat_is_the_joint_risk_and_an_unknown_correlation_counts_against_the_trader() -> None:
    risks = {"A": D(100), "B": D(100), "C": D(-50)}
    known = {("B", "A"): 0.8, ("C", "A"): 0.7, ("C", "B"): 0.9}

    heat = portfolio_heat(risks, lambda one, other: known[one, other])
    by_hand = sqrt(2 * 100**2 + 50**2 + 2 * (0.8 * 100 * 100 - 0.7 * 100 * 50 - 0.9 * 100 * 50))
    assert isclose(float(heat), by_hand, rel_tol=1e-12)
    assert isclose(float(portfolio_heat(risks, lambda *_: nan)), 250.0)
    assert portfolio_heat({}, lambda *_: nan) == 0


def test_exposure_is_summed_by_sector_and_multiples_of_a_coin_belong_to_it(tmp_path: Path) -> None:
    book = account(
        "10000",
        held("TAOUSDT", "5", "400"),
        held("LPTUSDT", "-100", "10"),
        held("1000PEPEUSDT", "1000", "0.02"),
        held("NEWUSDT", "1", "5"),
    )

    ai, meme, other = sector_exposure(book, load_sectors())
    assert (ai.sector, ai.long, ai.short, ai.symbols) == ("ai", D(2000), D(1000), ("TAOUSDT", "LPTUSDT"))
    assert (ai.net, ai.gross) == (D(1000), D(3000))
    assert (meme.sector, other.sector) == ("meme", "other")
    (tmp_path / OWN_FILE).write_text('[sectors]\nmeme = ["NEW"]\n')
    assert load_sectors(tmp_path).of("NEW") == "meme"
    assert load_sectors(tmp_path).of("TAO") == "ai"
    (tmp_path / OWN_FILE).write_text("[sectors]\nmeme = 1\n")
    with pytest.raises(BadFigure, match="sectors"):
        load_sectors(tmp_path)


def test_a_jump_passes_the_stop_and_liquidates_what_it_reaches() -> None:
    book = account(
        "2000",
        held("BTCUSDT", "0.1", "60000", MarginMode.ISOLATED, "20"),
        held("TAOUSDT", "-5", "400", MarginMode.ISOLATED, "5"),
    )

    crash = run_scenario(book, jump(-8), {"BTCUSDT": D(59_000)})

    assert [one.symbol for one in crash.liquidated] == ["BTCUSDT"]
    assert crash.stopped == ()
    assert crash.pnl == -D(300) + D(5 * 400) * D("0.08")
    mild = run_scenario(book, jump(-4))
    assert mild.liquidated == ()
    assert mild.pnl == -D(6000) * D("0.04") + D(2000) * D("0.04")


def test_a_fast_crash_fills_the_stops_on_its_way_late() -> None:
    book = account("2000", held("BTCUSDT", "0.1", "60000", MarginMode.ISOLATED, "20"))

    crash = run_scenario(book, fast_crash(-15, 12, D("0.01")), {"BTCUSDT": D(59_000)})

    assert crash.liquidated == ()
    (stopped,) = crash.stopped
    price = D(59_000) * D("0.99")
    assert stopped.pnl == (price - 60_000) * D("0.1") - price * D("0.1") * D("0.0005")
    assert crash.equity_after == 2000 + stopped.pnl
    assert 0 < stopped.after_minutes < 12


def test_a_cross_wallet_falls_as_a_whole_when_its_equity_is_down_to_the_margin() -> None:
    book = account("3000", held("BTCUSDT", "0.5", "60000"), held("ETHUSDT", "4", "3000"))
    ends = book.liquidations()["BTCUSDT"]
    assert ends is not None

    # BTC alone falls: it survives just above its liquidation price and falls just below it.
    for nudge, falls in ((D("1.00001"), False), (D("0.99999"), True)):
        rate = ends.price * nudge / 60_000 - 1
        result = run_scenario(book, Scenario("btc", D(0), {"BTCUSDT": rate}))
        assert bool(result.liquidated) is falls
        if falls:
            assert {one.symbol for one in result.liquidated} == {"BTCUSDT", "ETHUSDT"}
            assert result.equity_after == 0


def test_an_impossible_scenario_is_refused() -> None:
    with pytest.raises(BadFigure):
        Scenario("x", D(-1))
    assert fast_crash(-20).name == "12 minutes, −20 %"


def test_a_contract_settles_in_the_coin_of_its_kind_by_its_venues_convention() -> None:
    linear = Instrument(
        "bybit_linear",
        "TAOUSDT",
        ContractKind.LINEAR,
        D("0.1"),
        D("0.01"),
        D(1),
        "TAO",
        "USDT",
        SequenceRule.PREVIOUS_ID,
    )
    made = contract_of(linear, maker_rate=D("0.0002"), taker_rate=D("0.00055"), min_notional=D(5))
    assert (made.settlement_asset, made.closing_fee) == ("USDT", ClosingFee.SET_ASIDE)
    assert (made.rules.tick_size, made.rules.min_notional, made.rules.tiers) == (D("0.1"), D(5), None)

    inverse = replace(linear, venue="binance_coinm", kind=ContractKind.INVERSE, contract_size=D(100))
    coin = contract_of(inverse, maker_rate=D(0), taker_rate=D(0), tiers=BINANCE_BTC)
    assert (coin.settlement_asset, coin.closing_fee) == ("TAO", ClosingFee.LEFT_OUT)
    assert coin.exposure(D(4), D(400)).notional(D(400)) == D(1)
