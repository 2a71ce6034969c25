"""Expiries are read from symbols as venues spell them, and a basis is made a year's by the time left."""

from datetime import UTC, datetime

import pytest

from workstation.analytics.term_structure import YEAR_MS, annualised_basis, expiry_of, term_points

EXPIRY_MS = round(datetime(2026, 3, 27, 8, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize("symbol", ["BTCUSDT_260327", "BTC-USDT-260327", "BTC-27MAR26", "BTCUSD_260327"])
def test_a_date_is_read_as_each_venue_spells_it(symbol: str) -> None:
    assert expiry_of(symbol) == EXPIRY_MS


@pytest.mark.parametrize(
    "symbol", ["BTCUSDT", "BTC-USDT-SWAP", "BTC-PERPETUAL", "BTCUSDT_261399", "BTC-31FEB26"]
)
def test_what_names_no_day_is_no_dated_future(symbol: str) -> None:
    assert expiry_of(symbol) is None


def test_a_basis_is_made_a_years_by_the_time_left() -> None:
    assert annualised_basis(102, 100, YEAR_MS / 4) == pytest.approx(0.08)
    assert annualised_basis(99, 100, YEAR_MS / 2) == pytest.approx(-0.02)
    assert annualised_basis(102, 100, 0) is None
    assert annualised_basis(102, 0, 1) is None
    now_ms = EXPIRY_MS - YEAR_MS // 2
    points = term_points(
        [
            ("b", "BTCUSDT_260327", EXPIRY_MS, 101.0),
            ("b", "BTCUSDT_250926", now_ms, 100.2),
            ("b", "BTCUSDT_251226", now_ms + 1, 100.5),
        ],
        100.0,
        now_ms,
    )
    assert [(point.symbol, round(point.year_rate, 6)) for point in points][-1] == ("BTCUSDT_260327", 0.02)
    assert len(points) == 2
