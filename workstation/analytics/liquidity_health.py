"""How far a venue can be relied on: depth when it matters, gaps, outages, late data, and withdrawals."""

from dataclasses import dataclass

import numpy as np

from workstation.analytics.feed_outages import Reliability
from workstation.analytics.liquidity import delay_quantile_ms
from workstation.model.liquidity import BookCoverage, LiquidityMinutes

FAST_SHARE = 0.05
STRESS_BPS = 10
LEAST_FAST = 20
LEAST_LISTENED_MS = 3_600_000
WORST_GAP_SHARE = 0.01
WORST_LOST_SHARE = 0.01
BEST_DELAY_MS, WORST_DELAY_MS = 50.0, 2_000.0
LEAST_MESSAGES = 1_000

FORMULA = (
    "Score = the mean of what is known, weights 30 : 30 : 20 : 20.\n"
    "Depth under stress (30): median depth within 10 bp on the thinner side at the end of the fastest 5 % "
    "of minutes (by the range of trades) / its median; 1 at most.\n"
    "Whole book (30): 1 − share of the time listened to without a known book / 1 %; 0 at least.\n"
    "Connected (20): 1 − share of the time listened to in 30 days that outages took / 1 %; 0 at least.\n"
    "Delay (20): 1 where the P99 of messages is at most 50 ms later than the quickest of their minute, 0 "
    "from 2 s on, by its logarithm between.\n"
    "Withdrawals that are known to be stopped make it 0. What is not known counts neither way."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score.

    Attributes:
        score: from 0 to 1; None where too little is known.
        n: what it stands on: minutes, hours or messages.
        why: what is missing, where it is not known.
    """

    score: float | None
    n: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class VenueHealth:
    """How a venue did with one market.

    Attributes:
        score: from 0 to 100; None where nothing is known.
        stress, whole, connected, delay: its parts.
        stress_ratio: depth in the fastest minutes over the median; nan where it is not known.
        fast_bps: range from which a minute counts among the fastest.
        gap_share: of the time listened to; nan where that is too short.
        coverage: what that is made of.
        delay_ms: P50, P95 and P99; nan where no message is stored.
        withdrawals: True where they are known to work, False where they are known to be stopped, else None.
    """

    score: float | None
    stress: Part
    whole: Part
    connected: Part
    delay: Part
    stress_ratio: float
    fast_bps: float
    gap_share: float
    coverage: BookCoverage
    delay_ms: tuple[float, float, float]
    withdrawals: bool | None


def venue_health(
    minutes: LiquidityMinutes,
    coverage: BookCoverage,
    withdrawals: bool | None = None,
    reliability: Reliability | None = None,
) -> VenueHealth:
    """Judge a venue by what is stored of one of its markets.

    Args:
        withdrawals: whether they work, where that is known.
        reliability: how its data arrived; its delays outlast the minutes', and count where they are more.
    """
    ratio, fast_bps, fast = stress_depth(minutes)
    stress = (
        Part(None, fast, f"{fast} fast minutes are known: {LEAST_FAST} are the least")
        if fast < LEAST_FAST or np.isnan(ratio)
        else Part(min(1.0, ratio), fast)
    )
    hours = coverage.listened_ms // 3_600_000
    gap_share = np.nan
    if coverage.listened_ms < LEAST_LISTENED_MS:
        whole = Part(None, hours, f"{coverage.listened_ms // 60_000} minutes are recorded: 60 are the least")
    else:
        gap_share = 1 - coverage.known_ms / coverage.listened_ms
        whole = Part(max(0.0, 1 - gap_share / WORST_GAP_SHARE), hours)
    connected = _connected(reliability)
    delays = minutes.delays
    if reliability is not None and reliability.delays.sum() > delays.sum():
        delays = reliability.delays
    messages = int(delays.sum())
    p50, p95, p99 = (delay_quantile_ms(delays, share) for share in (0.5, 0.95, 0.99))
    if messages < LEAST_MESSAGES:
        delay = Part(None, messages, f"{messages} messages are stored: {LEAST_MESSAGES} are the least")
    else:
        fall = np.log(max(p99, BEST_DELAY_MS) / BEST_DELAY_MS) / np.log(WORST_DELAY_MS / BEST_DELAY_MS)
        delay = Part(max(0.0, 1 - float(fall)), messages)
    known = [
        (part.score, weight)
        for part, weight in ((stress, 30), (whole, 30), (connected, 20), (delay, 20))
        if part.score is not None
    ]
    score = None
    if known:
        score = 100 * sum(part * weight for part, weight in known) / sum(weight for _, weight in known)
    if withdrawals is False:
        score = 0.0
    return VenueHealth(
        score,
        stress,
        whole,
        connected,
        delay,
        ratio,
        fast_bps,
        gap_share,
        coverage,
        (p50, p95, p99),
        withdrawals,
    )


def _connected(reliability: Reliability | None) -> Part:
    listened_ms = 0 if reliability is None else reliability.longest.listened_ms
    if reliability is None or listened_ms < LEAST_LISTENED_MS:
        return Part(None, 0, f"{listened_ms // 60_000} minutes were listened to: 60 are the least")
    lost_share = reliability.longest.lost_share
    return Part(max(0.0, 1 - lost_share / WORST_LOST_SHARE), listened_ms // 3_600_000)


def stress_depth(minutes: LiquidityMinutes) -> tuple[float, float, int]:
    """(median depth in the fastest minutes / median depth, range from which one is fast, their number)."""
    depth = minutes.depth(STRESS_BPS)
    known = ~np.isnan(depth) & ~np.isnan(minutes.range_bps)
    ranges, depth = minutes.range_bps[known], depth[known]
    if not len(ranges):
        return np.nan, np.nan, 0
    from_bps = float(np.quantile(ranges, 1 - FAST_SHARE))
    fast = ranges >= from_bps
    usual = float(np.median(depth))
    ratio = float(np.median(depth[fast])) / usual if usual else np.nan
    return ratio, from_bps, int(np.count_nonzero(fast))
