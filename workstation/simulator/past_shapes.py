"""What a drawn past is made of, in minutes as in hours: its premium over the index, its highs and lows."""

from math import sqrt

import numpy as np
import numpy.typing as npt

from workstation.simulator.derivatives import IMPACT_MARGIN
from workstation.simulator.universe import SymbolSpec, VenueProfile

Floats = npt.NDArray[np.float64]


def basis_before(now: float, spread: float, count: int, keep: float, random: np.random.Generator) -> Floats:
    """Return a basis around 0 that ends at `now`; seen backwards it is the same process as forwards.

    Args:
        spread: its standard deviation in the long run.
        count: of values.
        keep: what is left of it from one value to the next.
    """
    noise = (spread * sqrt(1.0 - keep * keep) * random.standard_normal(count)).tolist()
    value = now
    values = []
    for step in noise:
        values.append(value)
        value = keep * value + step
    return np.array(values[::-1])


def extremes(log_prices: Floats, sigma: Floats, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw highs and lows of Brownian bridges from each row to the next."""
    first, last = log_prices[:-1], log_prices[1:]
    middle = 0.5 * (first + last)
    square = (last - first) ** 2
    chance = random.random((2, len(first)))
    reach = 0.5 * np.sqrt(square - 2.0 * sigma**2 * np.log1p(-chance))
    return middle + reach[0], middle - reach[1]


def premium_of(basis: Floats, spec: SymbolSpec, profile: VenueProfile) -> Floats:
    """Return the premium index of a basis: what is left of it outside the impact prices."""
    notional = IMPACT_MARGIN * spec.max_leverage
    per_bps = spec.depth_usd * profile.depth_scale / 10.0
    width = (spec.half_spread_bps * profile.spread_scale + 0.5 * notional / per_bps) * 1e-4
    premium: Floats = np.sign(basis) * np.maximum(0.0, np.abs(basis) - width)
    return premium
