"""Dated futures: when each expires, as its symbol says, and what its basis comes to in a year."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

YEAR_MS = 365 * 86_400_000
EXPIRY_HOUR_UTC = 8
"""Binance, OKX, Bybit and Deribit all deliver at 08:00 UTC."""

_DIGITS = re.compile(r"[_-](\d{2})(\d{2})(\d{2})$")
_NAMED = re.compile(r"-(\d{1,2})([A-Z]{3})(\d{2})$")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def expiry_of(symbol: str) -> int | None:
    """Return when a dated future expires, UTC ms; None for a perpetual, spot, and what names no date.

    "BTCUSDT_260327" (Binance), "BTC-USDT-260327" (OKX), "BTC-27MAR26" (Deribit, Bybit).
    """
    digits, named = _DIGITS.search(symbol), _NAMED.search(symbol)
    if digits is not None:
        year, month, day = (int(part) for part in digits.groups())
    elif named is not None and named[2] in _MONTHS:
        year, month, day = int(named[3]), _MONTHS.index(named[2]) + 1, int(named[1])
    else:
        return None
    try:
        moment = datetime(2000 + year, month, day, EXPIRY_HOUR_UTC, tzinfo=UTC)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)


def annualised_basis(future_price: float, spot_price: float, left_ms: float) -> float | None:
    """Return (future / spot − 1) for a year of 365 days, simple; None where nothing is left, or no price."""
    if left_ms <= 0 or not spot_price > 0 or not future_price > 0:
        return None
    return (future_price / spot_price - 1) * YEAR_MS / left_ms


@dataclass(frozen=True, slots=True)
class TermPoint:
    """One dated future against spot.

    Attributes:
        venue, symbol: the future.
        expires_ms: UTC.
        price: last or mark, quote per base unit.
        basis_rate: price / spot − 1. year_rate: the same for a year, simple.
    """

    venue: str
    symbol: str
    expires_ms: int
    price: float
    basis_rate: float
    year_rate: float


def term_points(
    futures: Sequence[tuple[str, str, int, float]], spot_price: float, now_ms: int
) -> tuple[TermPoint, ...]:
    """Return the points of (venue, symbol, expiry, price), the nearest first; those over are left out."""
    points = []
    for venue, symbol, expires_ms, price in futures:
        year_rate = annualised_basis(price, spot_price, expires_ms - now_ms)
        if year_rate is not None:
            points.append(TermPoint(venue, symbol, expires_ms, price, price / spot_price - 1, year_rate))
    return tuple(sorted(points, key=lambda point: (point.expires_ms, point.venue)))
