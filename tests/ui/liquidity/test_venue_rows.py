"""The tightest venue is the one with the smallest median spread in the trader's hours, once two are known."""

from dataclasses import replace

import numpy as np

from tests.workstation.market.made import make_instrument
from ui.liquidity.venue_rows import COLUMNS, Candidate, outage_rows, row_of, tightest
from workstation.analytics.feed_outages import Outage, Reliability, Uptime
from workstation.analytics.liquidity_health import venue_health
from workstation.analytics.liquidity_usual import OwnTrading, usual_liquidity
from workstation.market.liquidity_past import MarketLiquidity
from workstation.model.feed_status import FeedProblem
from workstation.model.liquidity import DELAY_BINS, DISTANCES_BPS, BookCoverage, LiquidityMinutes
from workstation.model.sessions import SESSION_STARTS_H

OWN = OwnTrading(1.0, 1.0, frozenset({8}))


def candidate(venue: str, own_spread: float, other_spread: float, days: int = 12) -> Candidate:
    start_ms = 480_000 * 3_600_000 + np.arange(days * 1_440) * 60_000
    spread = np.where(start_ms // 3_600_000 % 24 == 8, own_spread, other_spread)
    curve = np.tile(DISTANCES_BPS * 1e6, (len(start_ms), 1)).astype(np.float32)
    bid = np.full(len(start_ms), 1_000.0)
    minutes = LiquidityMinutes(
        start_ms, bid, bid + spread, curve, curve, np.ones(len(start_ms)), np.zeros(DELAY_BINS, np.int64)
    )
    instrument = replace(make_instrument(), venue=venue)
    market = MarketLiquidity((venue, "BTCUSDT"), 1.0, instrument.kind, SESSION_STARTS_H, lambda: 0)
    market.usual = usual_liquidity(minutes, OWN, SESSION_STARTS_H, 1.0, is_inverse=False)
    market.health = venue_health(minutes, BookCoverage(0, 0, 0, 0, 0, 0, 0, 0))
    return Candidate(f"{venue} BTCUSDT", venue, instrument, market)


def test_only_the_traders_own_hours_decide() -> None:
    first, second = candidate("a", 0.2, 0.9), candidate("b", 0.3, 0.1)
    best = tightest([second, first])
    assert best is first
    assert row_of(first, best)[1][2].text.startswith("◂ ")
    assert not row_of(second, best)[1][2].text.startswith("◂")


def test_with_too_few_minutes_of_one_nothing_is_compared() -> None:
    assert tightest([candidate("a", 0.2, 0.9), candidate("b", 0.1, 0.1, days=3)]) is None


def test_a_venue_that_is_not_read_yet_has_a_row_without_figures() -> None:
    bare = Candidate("c BTCUSDT", "c", make_instrument(), None)
    key, cells = row_of(bare, None)
    assert key == "c BTCUSDT"
    assert [cell.text for cell in cells[1:]] == ["", "not read", *[""] * (len(cells) - 3)]


def test_outages_are_told_with_what_they_took_and_unknown_is_a_state() -> None:
    hour = 3_600_000
    spans = (
        Uptime(24 * hour, 0, 0, 0, 0),
        Uptime(100 * hour, hour, 1, hour, 2),
        Uptime(400 * hour, 5 * hour, 4, 2 * hour, 9),
    )
    outages = (
        Outage(1_790_000_000_000, 1_790_003_600_000, FeedProblem.NONE, silent=True, is_open=False),
        Outage(1_789_000_000_000, 1_789_007_200_000, FeedProblem.UNREACHABLE, silent=False, is_open=True),
    )
    one, titles = candidate("a", 0.2, 0.9), [column.title for column in COLUMNS]
    place = titles.index("Outages")
    assert one.market is not None
    one.market.reliability = Reliability(spans, outages, np.zeros(DELAY_BINS, np.int64))
    assert [cell.text for cell in row_of(one, None)[1][place : place + 3]] == [
        "0 · 1 · 4",
        "5 h 0 m",
        "2 h 0 m",
    ]
    assert row_of(one, None)[1][place].token == "danger"  # more than one per cent of the time
    assert [row[1][2].text for row in outage_rows(one.market.reliability)] == [
        "connected, but nothing came",
        "the venue could not be reached; not ended when last listened",
    ]
    assert row_of(one, None)[1][titles.index("Withdrawals")].text == "unknown"
    nothing = Reliability((Uptime(0, 0, 0, 0, 0),) * 3, (), np.zeros(DELAY_BINS, np.int64))
    one.market.reliability = nothing
    assert row_of(one, None)[1][place].text == "unknown"
    one.market.usual = None
    assert row_of(one, None)[1][place].text == "unknown"
    assert len(row_of(one, None)[1]) == len(COLUMNS)
