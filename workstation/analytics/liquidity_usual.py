"""What is usual of a market's liquidity: by hour, by session, in the trader's own hours, for their size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.liquidity import (
    Quantiles,
    by_hour,
    by_session,
    hours_of,
    quantiles,
    share_below,
    walk_costs_bps,
)
from workstation.model.liquidity import DEPTHS_BPS, MINUTE_MS, Floats, LiquidityMinutes

LEAST_MINUTES = 600
"""Of the trader's own hours: below it a fifth percentile stands on fewer than thirty minutes."""

SPREAD = "spread"
COST = "cost"

Measure = str


def depth_measure(within_bps: int) -> Measure:
    """The name of the depth within a distance of the middle."""
    return f"depth {within_bps}"


MEASURES: tuple[Measure, ...] = (SPREAD, *(depth_measure(within) for within in DEPTHS_BPS), COST)


@dataclass(frozen=True, slots=True)
class OwnTrading:
    """How the trader trades a market.

    Attributes:
        size: of an order, in the instrument's unit; 0 while it is not known.
        leverage: of a position.
        hours: UTC hours in which they trade; all if empty.
    """

    size: float = 0.0
    leverage: float = 1.0
    hours: frozenset[int] = frozenset()

    @property
    def asks(self) -> tuple[float, frozenset[int]]:
        """What is worked out anew when it changes."""
        return self.size, self.hours


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual of one measure.

    Attributes:
        hours: of each UTC hour. sessions: of each session. own: of the trader's own hours.
    """

    hours: list[Quantiles]
    sessions: list[Quantiles]
    own: Quantiles


@dataclass(frozen=True, slots=True)
class UsualLiquidity:
    """What is usual of a market.

    Attributes:
        own: for whom it was worked out.
        minutes: how many are known; own_minutes: of them in the trader's own hours.
        from_ms, to_ms: from the oldest to the end of the newest.
        measures: by name; the cost is missing while no size is known.
        costs_bps: of the trader's size in each of their own minutes, the dearer side; rising, infinite at the
            end where the book as far as it was stored held less.
    """

    own: OwnTrading
    minutes: int
    own_minutes: int
    from_ms: int
    to_ms: int
    measures: dict[Measure, Usual]
    costs_bps: Floats

    def cost_percentile(self, cost_bps: float) -> tuple[float, int]:
        """(share of the trader's own minutes in which their size cost less than this, of how many)."""
        return share_below(cost_bps, self.costs_bps)


def usual_liquidity(
    minutes: LiquidityMinutes,
    own: OwnTrading,
    session_starts_h: tuple[int, ...],
    contract_size: float,
    *,
    is_inverse: bool,
) -> UsualLiquidity:
    """Work out what is usual.

    Args:
        contract_size: base units per unit of size, or quote units if inverse.
    """
    start_ms = minutes.start_ms
    mine = own_rows(start_ms, own.hours)
    values: dict[Measure, Floats] = {SPREAD: minutes.spread_bps}
    values |= {depth_measure(within): minutes.depth(within) for within in DEPTHS_BPS}
    if own.size > 0:
        quote = own.size * contract_size * (np.ones(len(minutes)) if is_inverse else minutes.mid)
        half = minutes.spread_bps / 2
        values[COST] = np.maximum(
            walk_costs_bps(minutes.bid_curve, half, quote), walk_costs_bps(minutes.ask_curve, half, quote)
        )
    measures = {
        name: Usual(
            by_hour(start_ms, some), by_session(start_ms, some, session_starts_h), quantiles(some[mine])
        )
        for name, some in values.items()
    }
    costs = values.get(COST, np.zeros(0))
    costs = costs[mine] if len(costs) else costs
    return UsualLiquidity(
        own,
        len(minutes),
        int(np.count_nonzero(mine)),
        int(start_ms[0]) if len(minutes) else 0,
        int(start_ms[-1]) + MINUTE_MS if len(minutes) else 0,
        measures,
        np.sort(costs[~np.isnan(costs)]),
    )


def own_rows(start_ms: NDArray[np.int64], hours: frozenset[int]) -> NDArray[np.bool_]:
    """Which minutes are in the trader's own hours; all where none are named."""
    if not hours:
        return np.ones(len(start_ms), np.bool_)
    mine: NDArray[np.bool_] = np.isin(hours_of(start_ms), sorted(hours))
    return mine


def own_hours(entries_ms: NDArray[np.int64], least: int = 20) -> frozenset[int]:
    """The UTC hours with more entries than an even spread of them; empty below `least` entries."""
    if len(entries_ms) < least:
        return frozenset()
    counts = np.bincount(hours_of(entries_ms), minlength=24)
    return frozenset(np.flatnonzero(counts * 24 >= len(entries_ms)).tolist())
