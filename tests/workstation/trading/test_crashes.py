"""Scenarios by beta, out of recorded crashes, and as typed; what each makes of every position."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.workstation.trading.test_account import account, held
from workstation.errors import BadFigure
from workstation.model.margin import MarginMode
from workstation.trading.crashes import (
    OWN_FILE,
    beta_scenario,
    load_crashes,
    own_scenario,
    read_own,
    recorded_scenario,
)
from workstation.trading.stress import run_scenario

D = Decimal


def test_every_symbol_moves_by_its_beta_and_never_below_nothing() -> None:
    coins = {"BTCUSDT": "BTC", "TAOUSDT": "TAO", "NEWUSDT": "NEW", "XUSDT": "X"}
    found = beta_scenario(
        D("-0.15"), coins, {"BTCUSDT": 1.0, "TAOUSDT": 2.2, "NEWUSDT": float("nan"), "XUSDT": 9}
    )
    assert found.name == "BTC −15 %"
    assert found.moves == {
        "BTCUSDT": D("-0.15"),
        "TAOUSDT": D("-0.330"),
        "NEWUSDT": D("-0.150"),
        "XUSDT": D("-0.99"),
    }


def test_a_recorded_crash_is_what_the_candles_say(shared_data: Path) -> None:
    path = str(shared_data / "candles/binance_usdm_1h_2024-10_2025-10.parquet")
    for crash in load_crashes():
        hour_ms = int(crash.hour.timestamp() * 1000)
        rows = duckdb.execute(
            "SELECT symbol, arg_max(low, ts) / arg_min(close, ts) - 1 FROM read_parquet(?) "
            "WHERE ts IN (?, ?) GROUP BY symbol HAVING count(*) = 2",
            [path, hour_ms, hour_ms - 12 * 3_600_000],
        ).fetchall()
        coins = {symbol: symbol.removesuffix("USDT") for symbol, _ in rows}
        moves = recorded_scenario(crash, coins, {}).moves
        assert len(rows) == len(crash.moves) > 50
        for symbol, move in rows:
            assert float(moves[symbol]) == pytest.approx(move, abs=5.1e-5), symbol
    october = load_crashes()[0]
    absent = recorded_scenario(october, {"1000PEPEUSDT": "1000PEPE", "ZZZUSDT": "ZZZ"}, {"ZZZUSDT": 2.0})
    assert absent.moves["1000PEPEUSDT"] == october.moves["PEPE"]
    assert absent.moves["ZZZUSDT"] == 2 * october.moves["BTC"]


def test_own_crashes_join_and_replace_and_a_broken_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / OWN_FILE
    file.write_text(
        '[[crash]]\nname = "Mine"\nhour = 2026-01-02T03:00:00Z\n[crash.moves]\nBTC = -0.5\n', "utf-8"
    )
    assert load_crashes(tmp_path)[-1].moves == {"BTC": D("-0.5")}
    for text in ("[[crash]", '[[crash]]\nname = "x"\n', file.read_text("utf-8").replace("-0.5", "-1.5")):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BadFigure, match=OWN_FILE):
            load_crashes(tmp_path)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("−20", "BTC −20 %"),
        ("btc -10%, tao -30", "BTC −10 % TAO −30 %"),
        ("+12.5", "BTC +12.5 %"),
    ],
)
def test_a_scenario_is_read_as_typed(typed: str, name: str) -> None:
    assert read_own(typed).name == name
    assert read_own(read_own(typed).name) == read_own(typed)


@pytest.mark.parametrize("typed", ["", "soon", "BTC", "BTC -10 TAO", "-100", "BTC nan", "1e9"])
def test_what_cannot_be_read_says_how_it_is_typed(typed: str) -> None:
    with pytest.raises(BadFigure):
        read_own(typed)


def test_each_position_is_told_what_it_would_make() -> None:
    book = account(
        "10000",
        held("BTCUSDT", "0.1", "60000"),
        held("TAOUSDT", "-5", "400"),
        held("SOLUSDT", "20", "100", MarginMode.ISOLATED),
        marks={"SOLUSDT": "102"},
    )
    coins = {symbol: one.base for symbol, one in book.contracts.items()}
    found = run_scenario(book, own_scenario(read_own("BTC -10 SOL -25"), coins, {"TAOUSDT": 2.0}))
    assert found.changes["BTCUSDT"] == D(-600)
    assert found.changes["TAOUSDT"] == D("400.00")
    assert [one.symbol for one in found.liquidated] == ["SOLUSDT"]
    assert found.changes["SOLUSDT"] == D(-240)  # its margin of 200, and the 40 that were won
    assert sum(found.changes.values()) == found.pnl
