"""Whether a result is more than luck: walk-forward folds, probabilistic and deflated Sharpe ratios."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb, e, sqrt

from workstation.analytics.distributions import normal_cdf, normal_quantile
from workstation.errors import BadFigure

_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Fold:
    """Half-open ranges of observations: choose on `train`, judge on `test`."""

    train: range
    test: range


def walk_forward(
    count: int,
    train: int,
    test: int,
    *,
    purge: int = 0,
    embargo: int = 0,
    expanding: bool = False,
    reduce_test: bool = False,
) -> Iterator[Fold]:
    """Yield folds that step by the length of the test, so that every observation is judged once at most.

    Args:
        count: observations. train, test: lengths.
        purge: observations left out before a test, whose outcome would reach into it: the holding horizon.
        embargo: as many more, for what fades slowly.
        expanding: train on everything before instead of the last `train`.
        reduce_test: take a shorter last test instead of leaving it out.
    """
    if train < 1 or test < 1 or purge < 0 or embargo < 0:
        raise BadFigure("folds", "Train and test hold one observation at least, gaps none at least")
    gap = purge + embargo
    for start in range(train + gap, count, test):
        end = start + test
        if end > count:
            if not reduce_test:
                return
            end = count
        yield Fold(range(0 if expanding else start - gap - train, start - gap), range(start, end))


def cross_validation_splits(blocks: int) -> int:
    """Return how many ways of choosing half the blocks combinatorially symmetric cross-validation has."""
    if blocks < 2 or blocks % 2:
        raise BadFigure("blocks", "Symmetric cross-validation takes an even number of blocks")
    return comb(blocks, blocks // 2)


def probabilistic_sharpe(
    sharpe: float, count: int, skewness: float = 0.0, kurtosis: float = 3.0, target: float = 0.0
) -> float:
    """Return the probability that the true Sharpe ratio is above a target.

    Args:
        sharpe, target: per period, not per year. count: periods.
        skewness, kurtosis: of the returns; kurtosis raw, 3 for the normal.

    Source: Bailey & López de Prado 2012, "The Sharpe Ratio Efficient Frontier".
    """
    if count < 2:
        raise BadFigure("count", "Two returns are the least that can be judged")
    return normal_cdf((sharpe - target) * sqrt(count - 1) / sqrt(_spread(sharpe, skewness, kurtosis)))


def expected_best_of(trials: int) -> float:
    """Return the expected largest of so many standard normal draws: what luck alone would show."""
    if trials < 1:
        raise BadFigure("trials", "There was one trial at least")
    if trials == 1:
        return 0.0
    return (1 - _EULER) * normal_quantile(1 - 1 / trials) + _EULER * normal_quantile(1 - 1 / (trials * e))


def deflated_sharpe(
    sharpe: float,
    count: int,
    trials: int,
    trial_variance: float,
    skewness: float = 0.0,
    kurtosis: float = 3.0,
) -> float:
    """Return the probability that a Sharpe ratio beats the best that luck shows over all trials.

    Args:
        sharpe, count, skewness, kurtosis: as in `probabilistic_sharpe`.
        trials: everything ever tried, also what was thrown away.
        trial_variance: of the trials' Sharpe ratios, per period.

    Source: Bailey & López de Prado 2014, "The Deflated Sharpe Ratio".
    """
    if trial_variance < 0:
        raise BadFigure("trial_variance", "A variance is not negative")
    luck = sqrt(trial_variance) * expected_best_of(trials)
    return probabilistic_sharpe(sharpe, count, skewness, kurtosis, luck)


def shortest_track_record(
    sharpe: float,
    target: float,
    skewness: float = 0.0,
    kurtosis: float = 3.0,
    confidence: float = 0.95,
) -> float:
    """Return how many periods must be seen before a Sharpe ratio is above a target with a confidence.

    Args:
        sharpe, target, skewness, kurtosis: as in `probabilistic_sharpe`.

    Source: Bailey & López de Prado 2012, minimum track record length.
    """
    if sharpe <= target:
        raise BadFigure("sharpe", "A ratio that is not above its target is never proven to be")
    z = normal_quantile(confidence)
    return 1 + _spread(sharpe, skewness, kurtosis) * (z / (sharpe - target)) ** 2


def _spread(sharpe: float, skewness: float, kurtosis: float) -> float:
    spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2
    if spread <= 0:
        raise BadFigure("kurtosis", "No returns have this skewness and kurtosis together")
    return spread
