"""A year of funding compares over changing intervals, and ranks as queries over the recorded rates say."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.arrow_file import read_columns
from workstation.analytics.funding_history import FundingHistory, IntervalChange
from workstation.model.history import FundingSettlement

HOUR_MS = 3_600_000
BEGAN_MS = 1_760_000_400_000 // (8 * HOUR_MS) * 8 * HOUR_MS


def settled(*steps: tuple[float, float]) -> list[FundingSettlement]:
    """Settlements of (hours since the one before, rate)."""
    found, at = [], float(BEGAN_MS)
    for hours, rate in steps:
        at += hours * HOUR_MS
        found.append(FundingSettlement("v", "S", round(at), Decimal(repr(rate)), hours))
    return found


EIGHT_FOUR_ONE = settled((8, 0.0008), (8, 0.0004), (4, 0.0004), (4, 0.0001), (1, 0.0001), (1, -0.0001))


def test_rates_of_every_interval_are_compared_for_eight_hours() -> None:
    history = FundingHistory.of(EIGHT_FOUR_ONE)
    assert history.per_8h == pytest.approx([0.0008, 0.0004, 0.0008, 0.0002, 0.0008, -0.0008])
    first, second = history.changes()
    assert first == IntervalChange(BEGAN_MS + 20 * HOUR_MS, 8, 4)
    assert second == IntervalChange(BEGAN_MS + 25 * HOUR_MS, 4, 1)


def test_a_settlement_counts_by_its_hours() -> None:
    history = FundingHistory.of(EIGHT_FOUR_ONE)
    # Of 26 hours: 1 at −0.0008, 4 at 0.0002, 8 at 0.0004, 13 at 0.0008, of which half counts as a tie.
    assert history.percentile(0.0008) == pytest.approx((1 + 4 + 8 + 13 / 2) / 26)
    assert history.percentile(-0.001) == 0
    assert history.quantile(0.5) == pytest.approx(0.0004)
    assert history.quantile(0.03) == pytest.approx(-0.0008)
    assert history.quantile(1.0) == pytest.approx(0.0008)


def test_a_missing_settlement_makes_no_interval_of_sixteen_hours() -> None:
    history = FundingHistory.of(settled((8, 0.0001), (16, 0.0002), (8, 0.0003)))
    assert history.hours.tolist() == [8, 8, 8]
    assert history.changes() == ()
    hourly = FundingHistory.of(settled((1, 0.0001), (1, 0.0001), (3, 0.0002), (1, 0.0003)))
    assert hourly.hours.tolist() == [1, 1, 1, 1]


def test_windows_of_eight_hours_add_up_what_longs_paid() -> None:
    hourly = FundingHistory.of(settled(*((1, 0.0001) for _ in range(11))))
    ends, sums, covered = hourly.by_window()
    assert ends.tolist() == [BEGAN_MS + 8 * HOUR_MS, BEGAN_MS + 16 * HOUR_MS]
    assert sums == pytest.approx([0.0008, 0.0003])
    assert covered.tolist() == [8, 3]
    assert hourly.paid_by_long(10_000.0, BEGAN_MS) == pytest.approx(11.0)


def test_what_is_told_again_takes_the_place_of_what_was_stored() -> None:
    before = FundingHistory.of(settled((8, 0.0001), (8, 0.0002)))
    after = FundingHistory.of([*settled((8, 0.0009))])
    assert before.joined(after).rates.tolist() == [0.0009, 0.0002]


def test_no_past_ranks_nothing() -> None:
    empty = FundingHistory.of([])
    assert (empty.percentile(0.1), empty.quantile(0.5), empty.changes(), len(empty.by_window()[0])) == (
        None,
        None,
        (),
        0,
    )


def recorded(path: Path) -> list[FundingSettlement]:
    """Settlements of a recorded file: the interval is what the dates say."""
    columns = read_columns(path)
    dates = columns["date"]
    times = dates // 1_000_000 if dates[0] > 10**15 else dates
    hours = np.diff(times) / HOUR_MS
    steps = [float(hours[0]), *hours.tolist()]
    return [
        FundingSettlement("binance_usdm", "S", int(at), Decimal(repr(float(rate))), interval)
        for at, rate, interval in zip(times.tolist(), columns["open"], steps, strict=True)
    ]


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "hours"), [("BTC", 8), ("WLD", 8), ("RENDER", 4)])
def test_percentile_and_band_are_those_of_a_query_over_the_recorded_rates(
    name: str, hours: int, shared_data: Path
) -> None:
    file = shared_data / "funding_and_mark" / f"{name}_USDT_USDT-1h-funding_rate.feather"
    settlements = recorded(file)
    history = FundingHistory.of(settlements).since(settlements[-1].settled_ms - 365 * 24 * HOUR_MS)
    assert set(history.hours.tolist()) == {hours}
    assert history.changes() == ()
    rates = read_columns(file)["open"][-len(history) :]
    for at in (0, len(rates) // 2, len(rates) - 1):
        now = float(rates[at])
        found = duckdb.execute(
            "SELECT avg(CASE WHEN r < $1 THEN 1 WHEN r = $1 THEN 0.5 ELSE 0 END) FROM (SELECT unnest($2) r)",
            [now, rates.tolist()],
        ).fetchone()
        assert found is not None
        assert history.percentile(now * 8 / hours) == pytest.approx(found[0], abs=1e-12)
    band = duckdb.execute(
        "SELECT quantile_disc(r, [0.05, 0.95]) FROM (SELECT unnest($1) * 8.0 / $2 r)", [rates.tolist(), hours]
    ).fetchone()
    assert band is not None
    assert [history.quantile(0.05), history.quantile(0.95)] == pytest.approx(band[0], abs=1e-15)


@pytest.mark.real_data
@pytest.mark.parametrize(("venue", "coin"), [("hyperliquid", "BTC"), ("binance", "HYPE"), ("kraken", "SOL")])
def test_windows_of_recorded_venues_are_the_sums_that_a_query_finds(
    venue: str, coin: str, shared_data: Path
) -> None:
    path = str(shared_data / "multivenue" / "funding_rates.parquet")
    rows = duckdb.execute(
        "SELECT epoch_ms(date_trunc('minute', timestamp + INTERVAL 30 SECOND)) AS t, min(funding_rate) "
        "FROM read_parquet(?) WHERE venue = ? AND coin = ? GROUP BY t ORDER BY t",
        [path, venue, coin],
    ).fetchall()
    hours = [(after[0] - before[0]) / HOUR_MS for before, after in pairwise(rows)]
    steps: list[Any] = [hours[0], *hours]
    history = FundingHistory.of(
        [
            FundingSettlement(venue, coin, at, Decimal(repr(rate)), interval)
            for (at, rate), interval in zip(rows, steps, strict=True)
        ]
    )
    told = duckdb.execute(
        "WITH s AS (SELECT DISTINCT ON (t) date_trunc('minute', timestamp + INTERVAL 30 SECOND) AS t, "
        "funding_rate r FROM read_parquet($1) WHERE venue = $2 AND coin = $3 ORDER BY t, funding_rate) "
        "SELECT epoch_ms(e), total FROM "
        "(SELECT time_bucket(INTERVAL 8 HOUR, t - INTERVAL 1 SECOND, "
        "TIMESTAMPTZ '2020-01-01 00:00:00+00') + "
        "INTERVAL 8 HOUR AS e, sum(r) AS total FROM s GROUP BY e) ORDER BY e",
        [path, venue, coin],
    ).fetchall()
    ends, sums, covered = history.by_window()
    assert ends.tolist() == [row[0] for row in told]
    assert sums == pytest.approx(np.array([row[1] for row in told]), abs=1e-15)
    # Kraken misses some hours: they are holes, and no change of the interval.
    assert history.changes() == ()
    whole = np.isclose(covered, 8)
    assert whole.mean() > 0.95
