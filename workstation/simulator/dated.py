"""Dated futures of the simulated exchange: this quarter's and the next's of the majors.

They share the index of their perpetual. Their fair price stands above it by a carry for a year, times what is
left of it, and so comes to the index at delivery.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workstation.simulator.universe import BRACKETS, UNIVERSE, SymbolSpec

YEAR_MS = 365 * 86_400_000
DELIVERY_HOUR = 8
_LEAST_LEFT = timedelta(days=2)
_QUARTERS = (3, 6, 9, 12)
_FRIDAY = 4

# Of each major: the carry of this quarter and of the next, a year.
_CARRIES = {"BTCUSDT": (0.052, 0.061), "ETHUSDT": (0.046, 0.057)}
_TYPES = ("CURRENT_QUARTER", "NEXT_QUARTER")


def deliveries(now_ms: int) -> tuple[datetime, datetime]:
    """Return the next two last Fridays of a quarter, 08:00 UTC, at least two days ahead."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    found: list[datetime] = []
    year = now.year
    while len(found) < 2:
        for month in _QUARTERS:
            moment = _last_friday(year, month)
            if moment - now >= _LEAST_LEFT and len(found) < 2:
                found.append(moment)
        year += 1
    return found[0], found[1]


def _last_friday(year: int, month: int) -> datetime:
    following = datetime(year + month // 12, month % 12 + 1, 1, DELIVERY_HOUR, tzinfo=UTC)
    last = following - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - _FRIDAY) % 7)


def dated_specs(now_ms: int) -> dict[str, SymbolSpec]:
    """Return the dated futures that are listed at a moment, by symbol: "BTCUSDT_261225"."""
    specs = [
        replace(
            UNIVERSE[pair],
            symbol=f"{pair}_{moment:%y%m%d}",
            brackets=BRACKETS["middle"],
            min_notional=UNIVERSE["SOLUSDT"].min_notional,
            takers_per_s=0.15,
            hour_volume_usd=2.0e6,
            depth_usd=250e3,
            levels=60,
            half_spread_bps=0.4,
            open_interest_usd=60e6,
            basis_bps=1.5,
            delivery_ms=round(moment.timestamp() * 1000),
            carry_rate=carry,
            contract_type=kind,
        )
        for pair, carries in _CARRIES.items()
        for moment, carry, kind in zip(deliveries(now_ms), carries, _TYPES, strict=True)
    ]
    return {spec.symbol: spec for spec in specs}


def carry_of(spec: SymbolSpec, now_ms: float) -> float:
    """Return what a contract stands above its index at a moment, on average, as a fraction of it."""
    return spec.carry_rate * max(0.0, spec.delivery_ms - now_ms) / YEAR_MS if spec.delivery_ms else 0.0
