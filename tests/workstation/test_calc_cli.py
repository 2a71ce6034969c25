"""`preflight calc` reckons what the ticket reckons, and refuses bad figures on one line with status 2."""

import json
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workstation import cli

BRACKETS = [
    {"bracket": 1, "initialLeverage": 125, "notionalFloor": 0, "notionalCap": 50000, "maintMarginRatio": 0.004, "cum": 0},
    {"bracket": 2, "initialLeverage": 100, "notionalFloor": 50000, "notionalCap": 600000, "maintMarginRatio": 0.005, "cum": 50},
    {"bracket": 3, "initialLeverage": 75, "notionalFloor": 600000, "notionalCap": 3000000, "maintMarginRatio": 0.0065, "cum": 950},
]  # fmt: skip
# ruff: noqa: E501


@pytest.fixture(autouse=True)
def _collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test run's own garbage collection as it is."""
    monkeypatch.setattr(cli, "collect_seldom", lambda: None)


@pytest.fixture
def tiers(tmp_path: Path) -> Path:
    path = tmp_path / "tiers.json"
    other = [{**BRACKETS[0], "notionalCap": 1000}]
    path.write_text(
        json.dumps([{"symbol": "BTCUSDT", "brackets": BRACKETS}, {"symbol": "LPTUSDT", "brackets": other}])
    )
    return path


def calc(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert cli.main(["calc", *map(str, arguments), "--json"]) == cli.EXIT_OK
    shown = capsys.readouterr()
    assert not shown.err
    found: dict[str, Any] = json.loads(shown.out, parse_float=Decimal, parse_int=Decimal)
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert cli.main(["calc", *map(str, arguments)]) == cli.EXIT_BAD_INPUT
    shown = capsys.readouterr()
    assert not shown.out
    assert shown.err.startswith("preflight: ")
    assert shown.err.count("\n") == 1
    return shown.err


def options(**given: object) -> list[str]:
    return [part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", str(value))]


LONG = options(side="long", size="10.5", entry=60000)


def test_liquidation_takes_the_bracket_at_the_liquidation_price(
    capsys: pytest.CaptureFixture[str], tiers: Path
) -> None:
    found = calc(capsys, "liquidation", *LONG, *options(wallet=63000, tiers=tiers, symbol="BTCUSDT"))
    assert round(found["liquidation_price"], 3) == Decimal("54266.571")
    assert found["tier_floor"] == 50000


def test_others_of_a_cross_wallet_count(capsys: pytest.CaptureFixture[str]) -> None:
    found = calc(
        capsys,
        "liquidation",
        *options(side="long", size="1", entry=100, wallet=50, others_margin=10, others_pnl="-20", rate="0"),
        *options(rate="1%"),
    )
    assert found["liquidation_price"] == pytest.approx(Decimal(80) / Decimal("0.99"))


@pytest.mark.parametrize(
    ("venue", "extra", "expected"),
    [
        ("binance", [], "57286.432160804"),
        ("binance_usdm", [], "57286.432160804"),
        ("okx", options(fee="0.05%"), "57315.233785822"),
        ("bybit", options(fee="0.055%"), "57286.432160804"),
    ],
)
def test_each_venue_has_its_convention(
    capsys: pytest.CaptureFixture[str], venue: str, extra: list[str], expected: str
) -> None:
    position = options(side="long", size=1, entry=60000, leverage=20, rate="0.5%", venue=venue)
    found = calc(capsys, "liquidation", *position, *extra)
    assert round(found["liquidation_price"], 9) == Decimal(expected)


def test_hyperliquid_keeps_half_the_initial_margin_of_its_highest_leverage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    position = options(side="short", size=1, entry=100, leverage=10, venue="hyperliquid", max_leverage=50)
    assert calc(capsys, "liquidation", *position)["tier_rate"] == Decimal("0.01")


def test_an_inverse_position_is_reckoned_in_coin(capsys: pytest.CaptureFixture[str]) -> None:
    found = calc(
        capsys,
        "liquidation",
        *options(side="long", size=2, entry="37643.10000021", margin="0.00268058", rate="0.004"),
        *options(contract_size=100),
        "--inverse",
    )
    assert round(found["liquidation_price"], 6) == Decimal("25119.974458")


def test_what_no_price_liquidates_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    found = calc(capsys, "liquidation", *options(side="long", size=1, entry=100, margin=100, rate="1%"))
    assert found["liquidation_price"] is None
    assert "no price" in found["note"]


def test_size_counts_fees_and_slippage_and_is_floored(capsys: pytest.CaptureFixture[str]) -> None:
    found = calc(
        capsys,
        "size",
        *options(account=10000, risk="1%", entry=60000, stop=58800, fee_in="0.05%", slippage="0.03%"),
    )
    assert (found["size"], found["loss_at_stop"]) == (Decimal("0.078"), Decimal("99.6372"))


def test_size_by_range_with_a_cut_and_with_funding(capsys: pytest.CaptureFixture[str]) -> None:
    by_range = options(account=25000, side="long", entry=40000, atr=850, multiple=2)
    assert calc(capsys, "size", *by_range)["size"] == Decimal("0.147")
    assert calc(capsys, "size", *by_range, *options(cut="30%"))["size"] == Decimal("0.102")
    paying = calc(capsys, "size", *by_range, *options(funding_rate="0.1%", hold=24))
    assert paying["unit_risk"] == 1700 + 3 * 40
    receiving = calc(capsys, "size", *by_range, *options(funding_rate="-0.1%", hold=24))
    assert receiving["unit_risk"] == 1700


def test_funding_counts_settlements_by_the_interval(capsys: pytest.CaptureFixture[str]) -> None:
    held = options(side="long", size=1, entry=60000, funding_rate="0.01%", hold=24)
    assert calc(capsys, "funding", *held)["cash_flow"] == -18
    hourly = calc(capsys, "funding", *held, *options(interval=1, first="0.5"))
    assert (hourly["settlements"], hourly["cash_flow"]) == (24, -144)
    short = options(side="short", size=1, entry=60000, funding_rate="0.01%", hold=1)
    assert calc(capsys, "funding", *short, *options(first=2))["settlements"] == 0


def test_margin_names_its_bracket(capsys: pytest.CaptureFixture[str], tiers: Path) -> None:
    found = calc(capsys, "margin", *LONG, *options(leverage=50, tiers=tiers, symbol="BTCUSDT"))
    assert found["maintenance_margin"] == 630000 * Decimal("0.0065") - 950
    assert found["max_leverage"] == 75


def test_break_even_and_fees(capsys: pytest.CaptureFixture[str]) -> None:
    position = options(side="long", size=2, entry=100, fee_in="0.05%")
    even = calc(capsys, "breakeven", *position, *options(stop=95, target=110))["break_even_price"]
    assert calc(capsys, "fees", *position, *options(exit=even))["net_pnl"] == pytest.approx(0, abs=1e-20)


def test_without_json_every_figure_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["calc", "fees", *LONG, "--fee-in", "0.0005"]) == cli.EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["entry", "fee", "315"]
    assert len(lines) == 6


ONE = options(side="long", size=1, entry=60000)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fees", *options(side="long", size="x", entry=1, fee_in="0")], "'x' is not a number"),
        (["fees", *options(side="long", size="0", entry=1, fee_in="0")], "Size must be above zero"),
        (["fees", *options(side="long", size="-1", entry=1, fee_in="0")], "Size must be above zero"),
        (["fees", *options(side="long", size=1, entry="inf", fee_in="0")], "finite"),
        (["fees", *options(side="long", size=1, entry="nan", fee_in="0")], "finite"),
        (["fees", *options(side="long", size=1, entry=1, fee_in="5")], "more than venues take"),
        (["fees", *options(side="up", size=1, entry=1, fee_in="0")], "long or short"),
        (["fees", *options(side="long", size=1, fee_in="0")], "--entry is missing"),
        (["liquidation", *ONE, *options(leverage=10)], "margin tiers are missing"),
        (["liquidation", *ONE, *options(leverage=1000, rate=".004")], "1000x"),
        (["liquidation", *ONE, *options(leverage="0.5", rate=".004")], "starts at 1x"),
        (["liquidation", *ONE, *options(leverage=200, rate=".004")], "125x at most"),
        (["liquidation", *ONE, *options(leverage=10, margin=3, rate=".004")], "one of --margin"),
        (["liquidation", *ONE, *options(leverage=10, rate="1.2")], "no fraction"),
        (["liquidation", *ONE, *options(leverage=10, rate=".004", venue="mtgox")], "--venue is one of"),
        (["liquidation", *ONE, *options(leverage=10, rate=".004", venue="okx")], "--fee is missing"),
        (["liquidation", *ONE, *options(leverage=20, rate=".005", stop=50000)], "beyond liquidation"),
        (["liquidation", *ONE, *options(leverage=20, rate=".005", stop=61000)], "below the entry"),
        (["liquidation", *ONE, *options(leverage=20, tiers="/nowhere.json")], "cannot be read"),
        (["liquidation", *ONE, *options(leverage=20, tiers="/x", rate=1)], "either --tiers or --rate"),
        (["size", *options(account=100, entry=10)], "--stop is missing"),
        (["size", *options(account=100, entry=10, stop=10)], "without a distance"),
        (["size", *options(account=100, entry=10, stop=9, risk=2)], "up to 0.1"),
        (["size", *options(account=100, entry=60000, stop=50000)], "Not even one step"),
        (
            ["size", *options(account=10000, entry=100, stop=90, leverage=50, rate=".01")],
            "beyond liquidation",
        ),
        (["size", *options(account=100, entry=10, stop=9, min_notional=50)], "less than the smallest"),
        (["funding", *ONE, *options(funding_rate="0.01%", hold=8, interval=0)], "above zero"),
        (["funding", *ONE, *options(funding_rate="0.01%")], "--hold is missing"),
        (["breakeven", *ONE, *options(stop=61000, target=70000)], "wrong side"),
    ],
)
def test_bad_figures_are_refused_in_words(
    capsys: pytest.CaptureFixture[str], arguments: Sequence[str], words: str
) -> None:
    assert words in refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("3", "cannot be understood"),
        ("[]", "cannot be understood"),
        ('[{"symbol": "A", "brackets": 3}]', "no brackets"),
        ('[{"symbol": "A", "brackets": []}]', "No margin tiers"),
        ('[{"notionalFloor": 0}]', "lacks 'notionalCap'"),
        ('[{"symbol": "A", "brackets": [3]}]', "no object"),
        (json.dumps([{"symbol": "A", "brackets": []}, {"symbol": "B", "brackets": []}]), "--symbol"),
        (json.dumps(BRACKETS[1:]), "must start at 0"),
        (json.dumps([BRACKETS[0], BRACKETS[2]]), "starts at 600000"),
        (json.dumps([BRACKETS[0], {**BRACKETS[1], "cum": 49}]), "does not continue"),
        (json.dumps([BRACKETS[0], {**BRACKETS[1], "maintMarginRatio": 0.001}]), "lower rate"),
        (json.dumps([{**BRACKETS[0], "maintMarginRatio": "many"}]), "not a number"),
        (json.dumps([{**BRACKETS[0], "cum": float("nan")}]), "finite"),
    ],
)
def test_a_bad_tier_table_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "tiers.json"
    path.write_text(text)
    assert words in refused(capsys, "margin", *ONE, *options(leverage=5, tiers=path))


def test_a_symbol_that_the_table_lacks_is_named(capsys: pytest.CaptureFixture[str], tiers: Path) -> None:
    wanted = options(leverage=5, tiers=tiers, symbol="DOGEUSDT")
    assert "does not hold DOGEUSDT" in refused(capsys, "margin", *ONE, *wanted)


def test_a_position_above_the_last_bracket_is_refused(
    capsys: pytest.CaptureFixture[str], tiers: Path
) -> None:
    wanted = options(leverage=5, tiers=tiers, symbol="LPTUSDT")
    assert "at most 1000" in refused(capsys, "margin", *ONE, *wanted)


TYPED = ("1", "0", "-1", "0.5", "20", "100", "1e9", "1e-9", "x", "", "nan", "-inf", "5%", "1e99", "60000")


@given(st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_reckoned_or_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], random: Random
) -> None:
    calculation = random.choice(("liquidation", "size", "funding", "margin", "breakeven", "fees"))
    sound = {"side": random.choice(("long", "short")), "size": "1", "entry": "100", "fee-in": "0.05%"}
    if calculation in ("liquidation", "margin"):
        sound |= {"leverage": "10", "rate": "0.5%", "fee": "0.05%", "venue": random.choice(("okx", "bybit"))}
        sound.pop("fee-in")
    if calculation == "size":
        sound |= {"account": "1000", "stop": "95", "leverage": "5", "rate": "1%"}
        sound.pop("size")
    if calculation == "funding":
        sound |= {"funding-rate": "0.01%", "hold": "24", "interval": "8"}
        sound.pop("fee-in")
    for name in random.sample(list(sound), random.randint(0, 2)):
        sound[name] = random.choice(TYPED)
    status = cli.main(["calc", calculation, *(f"--{name}={value}" for name, value in sound.items())])
    shown = capsys.readouterr()
    assert status in (cli.EXIT_OK, cli.EXIT_BAD_INPUT)
    assert shown.err.count("\n") == (status == cli.EXIT_BAD_INPUT)


def test_the_command_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workstation", "calc", "fees", *ONE, "--fee-in", "0.05%", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["fees"] == 60
