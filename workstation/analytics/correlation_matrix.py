"""The correlation of every pair of symbols over a window of bars, kept bar by bar."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.correlation import spearman
from workstation.analytics.distributions import normal_quantile
from workstation.errors import BadFigure

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

DECAY = 0.94
"""Share of its weight that a bar keeps when the next one comes (RiskMetrics, EWMA only)."""
LEAST_PAIRS = 3
"""Below so many bars known in both there is no correlation at all."""
ANEW_EVERY = 1_024
"""Bars after which the sums are taken anew, so that what rounding leaves cannot pile up."""
_STILL = 1e-12
"""A variance below this share of the sum of squares is what rounding leaves of none."""


class Method(Enum):
    """How a correlation is worked out."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"
    EWMA = "ewma"
    TICKS = "ticks"
    """Hayashi and Yoshida's, from ticks instead of bars (`correlation_ticks`)."""


class RollingCorrelation:
    """Correlations of k symbols over the newest bars of a window.

    A bar missing in one symbol is left out of that symbol's pairs only, so every pair has a count of its own.
    Pearson, EWMA and betas come from sums that a new bar adds to and the oldest is taken from: O(k²) a bar,
    whatever the window. Ranks change all at once: Spearman is worked out when it is read.
    """

    def __init__(self, returns: Floats, window: int, method: Method = Method.PEARSON) -> None:
        """Begin with returns (n, k), oldest first, nan where missing; only the last `window` rows count.

        Raises:
            BadFigure: the window is shorter than three bars, the returns are no table, or the method is not
                of bars.
        """
        if window < LEAST_PAIRS or returns.ndim != 2:
            raise BadFigure("window", "A correlation needs a window of three bars at least")
        if method is Method.TICKS:
            raise BadFigure("method", "Ticks have no bars to roll over")
        self.window = window
        self.method = method
        self._rows = np.full((window, returns.shape[1]), np.nan)
        self._oldest = 0
        kept = returns[-window:]
        if len(kept):
            self._rows[window - len(kept) :] = np.where(np.isfinite(kept), kept, np.nan)
        self._values: Floats | None = None
        self._fading = _Fading(returns.shape[1]) if method is Method.EWMA else None
        if self._fading is not None:
            for row in self._rows:
                self._fading.add(row)
        self._sum()

    def add(self, row: Floats) -> None:
        """Take in the next bar's returns (k,), nan where missing; the oldest bar leaves the window.

        Raises:
            BadFigure: there are not as many as symbols.
        """
        if row.shape != self._rows.shape[1:]:
            raise BadFigure("returns", "A bar needs one return for each symbol")
        left = self._rows[self._oldest].copy()
        self._rows[self._oldest] = np.where(np.isfinite(row), row, np.nan)
        entered = self._rows[self._oldest]
        self._oldest = (self._oldest + 1) % self.window
        if self._fading is not None:
            self._fading.add(entered)
            self._fading.remove(left)
        self._values = None
        self._added += 1
        began = self._still & (np.abs(entered - self._centre) > 1e-14 * np.abs(entered))
        if self._added >= ANEW_EVERY or began.any():
            self._sum()
            return
        self._put(left, -1.0)
        self._put(entered, 1.0)
        np.maximum(self._peak, self._squares, out=self._peak)

    @property
    def rows(self) -> Floats:
        """The returns in the window (window, k), oldest first; nan where missing."""
        return np.roll(self._rows, -self._oldest, axis=0)

    @property
    def counts(self) -> Counts:
        """Bars known in both of each pair (k, k)."""
        counts: Counts = self._counts.astype(np.int64)
        return counts

    def matrix(self) -> Floats:
        """Every pair's correlation (k, k); nan where bars are too few or one side stands still."""
        if self._values is None:
            self._values = self._worked_out()
            self._values.flags.writeable = False
        return self._values

    def betas(self, benchmark: int) -> Floats:
        """Covariance with a symbol over that symbol's variance (k,), over the bars that each has with it."""
        covariance, variance, known = self._moments()
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = covariance[:, benchmark] / variance[benchmark] * self._scale
        found /= self._scale[benchmark]
        # An asset that stands still has beta 0; a benchmark that does has none to give.
        found[~known[benchmark] | (self._counts[:, benchmark] < 2)] = np.nan
        return found

    def _worked_out(self) -> Floats:
        if self.method is Method.SPEARMAN:
            return rank_correlations(self.rows)
        covariance, variance, known = self._moments()
        known = known & known.T & (self._counts >= LEAST_PAIRS)
        if self._fading is not None:
            # A symbol that stood still for the whole window has moved by nothing about zero as well.
            covariance, variance = self._fading.products, self._fading.squares
            known = (variance > 0) & (variance.T > 0) & (self._counts >= LEAST_PAIRS)
        with np.errstate(invalid="ignore", divide="ignore"):
            matrix = covariance / (np.sqrt(np.abs(variance)) * np.sqrt(np.abs(variance.T)))
        clipped: Floats = np.clip(matrix, -1.0, 1.0)
        np.fill_diagonal(clipped, 1.0)
        clipped[~known] = np.nan
        return clipped

    def _moments(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Sums of covariance, of variance (the row's symbol over the pair), and where it moves at all."""
        safe = np.maximum(self._counts, 1.0)
        covariance = self._products - self._sums * self._sums.T / safe
        variance = self._squares - self._sums * self._sums / safe
        moves = (variance > _STILL * self._squares) & (variance > _STILL * self._peak)
        return covariance, variance, moves

    def _sum(self) -> None:
        """Take the sums over the whole window, about a centre and in a unit that keep their digits."""
        known = np.isfinite(self._rows)
        count = np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, self._rows, 0.0)
        self._centre = filled.sum(axis=0) / count
        moved = np.where(known, self._rows - self._centre, 0.0)
        spread = np.sqrt((moved * moved).sum(axis=0) / count)
        # A column that never moves: its squares are the last bits of its mean, and count for nothing.
        self._still = spread <= 1e-14 * np.abs(filled).max(axis=0)
        self._scale = np.where(self._still, 1.0, spread)
        moved /= self._scale
        mask = known.astype(np.float64)
        self._counts = mask.T @ mask
        self._sums = moved.T @ mask
        self._squares = (moved * moved).T @ mask
        self._products = moved.T @ moved
        self._peak = np.where(self._still[:, None], np.inf, self._squares)
        self._added = 0
        self._values = None

    def _put(self, row: Floats, sign: float) -> None:
        known = np.isfinite(row)
        mask = known.astype(np.float64)
        moved = np.where(known, (row - self._centre) / self._scale, 0.0)
        signed = sign * moved
        self._counts += np.multiply.outer(sign * mask, mask)
        self._sums += np.multiply.outer(signed, mask)
        self._squares += np.multiply.outer(signed * moved, mask)
        self._products += np.multiply.outer(signed, moved)


class _Fading:
    """Sums about zero whose bars fade with each newer bar of the pair."""

    def __init__(self, symbols: int) -> None:
        self.products = np.zeros((symbols, symbols))
        self.squares = np.zeros((symbols, symbols))
        """Of the row's symbol over the bars of the pair."""
        self._pairs = np.zeros((symbols, symbols))

    def add(self, row: Floats) -> None:
        both, filled = self._both(row)
        kept = np.where(both, DECAY, 1.0)
        self.products *= kept
        self.squares *= kept
        self.products += np.multiply.outer(filled, filled)
        self.squares += (filled * filled)[:, None] * both
        self._pairs += both

    def remove(self, row: Floats) -> None:
        """Take out a pair's oldest bar: all others of the pair are newer and have made it fade."""
        both, filled = self._both(row)
        if not both.any():
            return
        weight = np.where(both, DECAY ** np.maximum(self._pairs - 1, 0), 0.0)
        self.products -= weight * np.multiply.outer(filled, filled)
        self.squares -= weight * (filled * filled)[:, None]
        self._pairs -= both

    @staticmethod
    def _both(row: Floats) -> tuple[NDArray[np.bool_], Floats]:
        known = np.isfinite(row)
        return np.logical_and.outer(known, known), np.where(known, row, 0.0)


def rank_correlations(returns: Floats) -> Floats:
    """Spearman's correlation of every pair of columns of (n, k), ranks taken over each pair's own bars.

    Columns that miss the same bars are ranked once and together.
    """
    known = np.isfinite(returns)
    _, group = np.unique(known, axis=1, return_inverse=True)
    group = group.reshape(-1)
    columns = [np.flatnonzero(group == number) for number in range(group.max(initial=-1) + 1)]
    matrix = np.full((returns.shape[1],) * 2, np.nan)
    for first, left in enumerate(columns):
        for right in columns[first:]:
            rows = known[:, left[0]] & known[:, right[0]]
            if np.count_nonzero(rows) < LEAST_PAIRS:
                continue
            if len(left) == len(right) == 1 and left[0] != right[0]:
                found = spearman(returns[:, left[0]], returns[:, right[0]])[0]
                matrix[left[0], right[0]] = matrix[right[0], left[0]] = found
                continue
            block = _standardised_ranks(returns[rows][:, left]).T @ _standardised_ranks(
                returns[rows][:, right]
            )
            matrix[np.ix_(left, right)] = np.clip(block, -1.0, 1.0)
            matrix[np.ix_(right, left)] = matrix[np.ix_(left, right)].T
    moves = np.isfinite(np.diagonal(matrix))
    matrix[np.flatnonzero(moves), np.flatnonzero(moves)] = 1.0
    return matrix


def _standardised_ranks(values: Floats) -> Floats:
    """Ranks (n, k) by column, ties at their mean, about zero and of length one; nan where all tie."""
    ranks = np.empty_like(values)
    for column in range(values.shape[1]):
        _, where, counts = np.unique(values[:, column], return_inverse=True, return_counts=True)
        ranks[:, column] = (np.cumsum(counts) - (counts - 1) / 2.0)[where]
    ranks -= ranks.mean(axis=0)
    lengths = np.sqrt((ranks * ranks).sum(axis=0))
    unit: Floats = np.divide(ranks, lengths, out=np.full_like(ranks, np.nan), where=lengths > 0)
    return unit


def fisher_intervals(matrix: Floats, counts: Counts, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Lowest and highest correlation that each of a matrix stands for; nan below four pairs or at ±1.

    Source: R. A. Fisher 1921: tanh(atanh r ± z / √(n − 3)).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.arctanh(np.where(np.abs(matrix) < 1, matrix, np.nan))
        reach = normal_quantile(0.5 + confidence / 2) / np.sqrt(np.where(counts > 3, counts - 3.0, np.nan))
    return np.tanh(centre - reach), np.tanh(centre + reach)


def rolling_correlation(x: Floats, y: Floats, window: int) -> Floats:
    """Pearson's correlation of the `window` bars up to each bar (n,); nan where under half are known."""
    known = np.isfinite(x) & np.isfinite(y)
    found = np.full(len(x), np.nan)
    if np.count_nonzero(known) < LEAST_PAIRS or len(x) < window:
        return found
    sides = []
    for side in (x, y):
        mean, spread = side[known].mean(), side[known].std()
        sides.append(np.where(known, (side - mean) / (spread or 1.0), 0.0))
    mask = known.astype(np.float64)
    first, second = sides
    count, sx, sy, xx, yy, xy = (
        _over(values, window)
        for values in (mask, first, second, first * first, second * second, first * second)
    )
    enough = count >= max(LEAST_PAIRS, window / 2)
    safe = np.maximum(count, 1.0)
    spread_x, spread_y = xx - sx * sx / safe, yy - sy * sy / safe
    moves = enough & (spread_x > 1e-9) & (spread_y > 1e-9)
    ends = np.flatnonzero(moves)
    found[ends + window - 1] = np.clip(
        (xy - sx * sy / safe)[ends] / np.sqrt(spread_x[ends] * spread_y[ends]), -1.0, 1.0
    )
    return found


def _over(values: Floats, window: int) -> Floats:
    path = np.concatenate(([0.0], np.cumsum(values)))
    sums: Floats = path[window:] - path[:-window]
    return sums
