"""The few probabilities that statistics here need: normal, Student's t, Wilson's interval."""

from functools import lru_cache
from math import exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

from workstation.errors import BadFigure

_NORMAL = NormalDist()
_TINY = 1e-300
_MOST_TERMS = 500


def normal_cdf(value: float) -> float:
    """Return the probability that a standard normal variable is not above a value."""
    return _NORMAL.cdf(value)


def normal_quantile(probability: float) -> float:
    """Return the value below which a standard normal variable lies with a probability within (0, 1)."""
    if not 0.0 < probability < 1.0:
        raise BadFigure("probability", "A probability lies between 0 and 1")
    return _NORMAL.inv_cdf(probability)


def student_t_p_value(t: float, degrees: int) -> float:
    """Return the two-sided p-value of Student's t."""
    if degrees < 1:
        raise BadFigure("degrees", "Too few observations for a test")
    return _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


@lru_cache(maxsize=1024)
def student_t_quantile(degrees: int, confidence: float = 0.95) -> float:
    """Return the t within which Student's variable lies on both sides of zero with a confidence."""
    if degrees < 1 or not 0.0 < confidence < 1.0:
        raise BadFigure("degrees", "Too few observations for an interval")
    scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * pi)
    t = normal_quantile(0.5 + confidence / 2)
    while True:  # Newton from below: the p-value is convex, so that no step goes too far
        density = scale * exp(-(degrees + 1) / 2 * log1p(t * t / degrees))
        step = (student_t_p_value(t, degrees) - (1 - confidence)) / (2 * density)
        t += step
        if step <= 1e-12 * t:
            return t


def wilson_interval(wins: int, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share: honest for few trades and at 0 and 1.

    Raises:
        BadFigure: nothing was counted, or more wins than trades.

    Source: E. B. Wilson 1927; Newcombe 1998 (Stat Med 17:857), method 3.
    """
    if count < 1 or not 0 <= wins <= count:
        raise BadFigure("wins", f"{wins} of {count} is no share")
    z = normal_quantile(0.5 + confidence / 2)
    share = wins / count
    middle = share + z * z / (2 * count)
    spread = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    low = 0.0 if wins == 0 else (middle - spread) / scale
    high = 1.0 if wins == count else (middle + spread) / scale
    return low, high


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x > (a + 1) / (a + b + 2):  # there the fraction of the mirror image converges faster
        return 1.0 - front * _fraction(b, a, 1.0 - x) / b
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 / _kept_off_zero(1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _kept_off_zero(1.0 + term * d)
            c = _kept_off_zero(1.0 + term / c)
            value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return value


def _kept_off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
