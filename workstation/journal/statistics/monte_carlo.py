"""Monte Carlo: what else the same trades could have brought, drawn in blocks so that streaks stay streaks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workstation.analytics.performance import FEW
from workstation.errors import BadFigure
from workstation.journal.statistics.chance import SEED
from workstation.journal.statistics.figure import Estimate, share_of
from workstation.journal.statistics.table import Floats

PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
FAN_PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
FAN_POINTS = 100
_CELLS_AT_ONCE = 1_000_000  # of trips drawn in one piece: about 8 MB a working array


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """What is drawn.

    Attributes:
        ruin: drawdown from the peak that is called ruin: in the results' unit, or a fraction if it compounds.
        runs: histories.
        length: trades in each; 0 takes as many as there were.
        block: neighbouring trades drawn together; 0 takes n^⅓, rounded up.
        compounds: results are fractions of the balance, which grows with them; else they add up.
        start: balance to begin with, where they add up.
        seed: the same seed, the same answer.
    """

    ruin: float
    runs: int = 5_000
    length: int = 0
    block: int = 0
    compounds: bool = False
    start: float = 0.0
    seed: int = SEED


@dataclass(frozen=True, slots=True, eq=False)
class MonteCarloResult:
    """What was drawn.

    Attributes:
        n: trades that it was drawn from. runs: histories. length, block: trades in a history, in a block.
        drawdowns: largest fall of a history at `PROBABILITIES`: 0.95 is exceeded by one in twenty.
        finals: last balance (Σ if nothing to begin with; growth as a fraction if it compounds), likewise.
        ruin: share of histories that fell by the stated drawdown, with Wilson's interval (of the draws: that
            the trades themselves are a sample is not in it).
        lost: share of histories that ended below their start, likewise.
        fan_trades: (m,) trades after which the fan is known, 0 first.
        fan: (5, m) the balance at `FAN_PROBABILITIES`.
    """

    n: int
    runs: int
    length: int
    block: int
    drawdowns: tuple[float, ...]
    finals: tuple[float, ...]
    ruin: Estimate
    lost: Estimate
    fan_trades: Floats
    fan: Floats

    @property
    def few(self) -> bool:
        """Whether it is drawn from less than 30 trades: no drawing makes more of them."""
        return self.n < FEW


def monte_carlo(
    results: Floats, what: MonteCarlo, *, go_on: Callable[[float], bool] = lambda _share: True
) -> MonteCarloResult | None:
    """Return the quantiles of many histories; None if it was called off.

    The edge is in the trades that are drawn, so ruin comes from it and from nothing that is assumed:
    neither a win rate nor a normal distribution.

    Args:
        results: (n,) in order of their ends; nan is left out.
        go_on: told the share that is done (0 to 1) between pieces of about 50 ms; False calls it off.

    Raises:
        BadFigure: no trades, or a figure that makes no sense.
    """
    known = results[np.isfinite(results)]
    n = len(known)
    if not n:
        raise BadFigure("trades", "No trades to draw from in this measure")
    length, block = what.length or n, what.block or int(np.ceil(n ** (1 / 3) - 1e-9))
    if not 1 <= block <= n:
        raise BadFigure("block", f"A block holds from 1 to {n} trades")
    if what.runs < 1 or length < 1:
        raise BadFigure("runs", "One history of one trade is the least")
    if not what.ruin > 0 or (what.compounds and what.ruin > 1):
        raise BadFigure("ruin", "Ruin is a drawdown above 0; of a balance that compounds, 1 (100 %) at most")
    random = np.random.default_rng(what.seed)
    marks = np.unique(np.linspace(0, length, min(length, FAN_POINTS) + 1).round().astype(np.intp))
    falls, ends = np.empty(what.runs), np.empty(what.runs)
    kept = np.empty((what.runs, len(marks)))
    at_once = max(1, _CELLS_AT_ONCE // length)
    for first in range(0, what.runs, at_once):
        if not go_on(first / what.runs):
            return None
        last = min(what.runs, first + at_once)
        paths = _paths(known, what, random, last - first, length, block)
        tops = np.maximum.accumulate(paths, axis=1)
        falls[first:last] = ((tops - paths) / tops if what.compounds else tops - paths).max(axis=1)
        kept[first:last] = paths[:, marks] - what.compounds
        ends[first:last] = kept[first:last, -1]
    started = 0.0 if what.compounds else what.start
    return MonteCarloResult(
        n,
        what.runs,
        length,
        block,
        tuple(np.quantile(falls, PROBABILITIES).tolist()),
        tuple(np.quantile(ends, PROBABILITIES).tolist()),
        share_of(falls >= what.ruin),
        share_of(ends < started),
        marks.astype(np.float64),
        np.quantile(kept, FAN_PROBABILITIES, axis=0),
    )


def _paths(
    known: Floats, what: MonteCarlo, random: np.random.Generator, runs: int, length: int, block: int
) -> Floats:
    """Return balances of some histories, (runs, length + 1), the first one being the start."""
    n = len(known)
    starts = random.integers(0, n, size=(runs, -(-length // block)))
    # After the last trade comes the first again, so that every trade is drawn as often as any other.
    around = np.concatenate((known, known[: block - 1]))
    blocks = np.lib.stride_tricks.sliding_window_view(around, block)
    drawn = blocks[starts].reshape(runs, -1)[:, :length]
    paths = np.empty((runs, length + 1))
    if what.compounds:
        paths[:, 0] = 1.0
        np.cumprod(np.maximum(1.0 + drawn, 0.0), axis=1, out=paths[:, 1:])
    else:
        paths[:, 0] = what.start
        np.cumsum(drawn, axis=1, out=paths[:, 1:])
        paths[:, 1:] += what.start
    return paths
