"""Exposure of a book by hand: sectors, betas, groups and risk; symbols of which too little is known."""

from decimal import Decimal
from math import isnan, sqrt

import numpy as np
import pytest

from tests.workstation.trading.test_account import account, held
from workstation.analytics.correlation import ledoit_wolf
from workstation.trading.book_exposure import Movements, Sides, book_exposure, moves_with_book
from workstation.trading.sectors import Sectors

D = Decimal
SECTORS = Sectors({"BTC": "bitcoin", "TAO": "ai", "FET": "ai", "RENDER": "ai", "DOGE": "meme"})
BETAS = {"BTC": 1.0, "TAO": 2.0, "FET": 1.5, "RENDER": 1.8, "DOGE": 0.5}


def movements(bars: int = 720) -> Movements:
    random = np.random.default_rng(3)
    market = random.normal(0, 0.005, bars)
    columns = [market * slope + (slope != 1) * random.normal(0, 0.004, bars) for slope in BETAS.values()]
    symbols = tuple(f"{coin}USDT" for coin in BETAS)
    coins = dict(zip(symbols, BETAS, strict=True))
    return Movements(symbols, np.array(columns).T, 24.0, coins, {"A": ("TAOUSDT", "FETUSDT")})


def test_a_book_is_summed_by_sector_group_and_factor() -> None:
    book = account(
        "10000", held("TAOUSDT", "5", "400"), held("FETUSDT", "-1000", "0.5"), held("DOGEUSDT", "5000", "0.2")
    )
    moves = movements()
    found = book_exposure(book, 10_000.0, moves, SECTORS)
    assert found.sectors == {"ai": Sides(0.2, 0.05), "meme": Sides(0.1, 0.0)}
    assert found.groups == {"A": Sides(0.2, 0.05), "DOGE": Sides(0.1, 0.0)}
    assert found.whole.net == pytest.approx(0.25)
    assert found.whole.gross == pytest.approx(0.35)
    # β by hand: 0.2 · 2 − 0.05 · 1.5 + 0.1 · 0.5, the slopes known to what noise of 720 bars leaves.
    assert found.factors["BTC"].net == pytest.approx(0.375, abs=0.02)
    assert set(found.factors) == {"BTC", "AI basket"}
    rows = moves.returns[:, [4, 2, 1]]
    weights = np.array([0.1, -0.05, 0.2])
    assert found.deviation == pytest.approx(sqrt(24 * weights @ ledoit_wolf(rows)[0] @ weights))
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.shares["FETUSDT"] < 0  # a hedge
    assert 1 < found.bets <= 3
    assert found.margin == pytest.approx(0.035)  # 10x
    assert moves_with_book("BTCUSDT", found, moves) == pytest.approx(
        np.corrcoef(moves.returns[:, 0], rows @ weights)[0, 1], abs=0.02
    )


def test_what_has_hardly_traded_is_left_out_by_name_and_its_worth_still_counts() -> None:
    moves = movements()
    moves.returns[:-20, 1] = np.nan
    book = account("10000", held("TAOUSDT", "5", "400"), held("NEWUSDT", "10", "10"))
    found = book_exposure(book, 10_000.0, moves, SECTORS)
    assert set(found.left_out) == {"TAOUSDT", "NEWUSDT"}
    assert found.whole.long == pytest.approx(0.21)
    assert isnan(found.deviation)
    assert isnan(moves_with_book("TAOUSDT", found, moves))
    without = book_exposure(book, 10_000.0, None, SECTORS)
    assert without.sectors["ai"] == Sides(0.2, 0.0)
    assert isnan(without.bets)


def test_an_empty_book_has_no_risk() -> None:
    found = book_exposure(account("10000"), 10_000.0, movements(), SECTORS)
    assert (found.whole, found.deviation, found.bets) == (Sides(), 0.0, 0.0)
