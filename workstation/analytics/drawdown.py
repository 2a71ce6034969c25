"""How far an account fell from its peak: in money, in share, and how long it took to come back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.errors import BadFigure

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One fall from a peak.

    Attributes:
        money: what was lost, 0 or above.
        rate: the same as a fraction of the peak; None where the peak is not above zero.
        peak, trough: indices into the balance, the starting one being 0.
    """

    money: float
    rate: float | None
    peak: int
    trough: int


def balances(pnl: Floats, start: float = 0.0) -> Floats:
    """Return the balance before the first and after every trade, (n + 1,)."""
    return np.concatenate(([start], start + np.cumsum(pnl)))


def largest_fall(balance: Floats) -> Drawdown:
    """Return the drawdown that cost most money; an opening loss counts from the starting balance.

    Args:
        balance: (n,) with the starting balance first.
    """
    tops = _tops(balance)
    trough = int(np.argmax(tops - balance))
    return _drawdown(balance, tops, trough)


def deepest_fall(balance: Floats) -> Drawdown:
    """Return the drawdown that took the largest share of its peak: often another than the dearest."""
    tops = _tops(balance)
    if (tops <= 0).any():
        raise BadFigure("start", "A relative drawdown needs a balance that starts above zero")
    return _drawdown(balance, tops, int(np.argmax(1.0 - balance / tops)))


def compounded_drawdown(returns: Floats) -> float:
    """Return the deepest fall of a compounding account, a negative fraction; the first return counts."""
    path = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    return float((path / np.maximum.accumulate(path) - 1.0).min())


def longest_recovery(balance: Floats) -> int:
    """Return the most periods from a peak until it was reached again; an unfinished fall does not count."""
    longest = 0
    peak = 0
    for index in range(1, len(balance)):
        if balance[index] >= balance[peak]:
            if index - peak > 1:
                longest = max(longest, index - peak)
            peak = index
    return longest


def intratrade_fall(pnl: Floats, adverse: Floats, favourable: Floats) -> float:
    """Return the deepest fall with open trades at their worst, 0 or below.

    The best moment of a trade is taken to come before its worst, for closed trades do not tell.

    Args:
        pnl: (n,) of each trade, in order of their ends; trades do not overlap.
        adverse, favourable: (n,) excursions in money, signed: −30, +5.
    """
    before = balances(pnl)[:-1]
    peaks = np.maximum.accumulate(np.maximum(0.0, np.maximum(before, before + favourable)))
    return min(0.0, float((before + adverse - peaks).min())) if len(pnl) else 0.0


def bootstrapped_falls(pnl: Floats, start: float, *, block: int, runs: int, seed: int) -> Floats:
    """Return the largest fall, in money, of each of many reshuffled histories, ascending.

    Blocks of neighbouring trades are drawn with replacement, so that streaks stay streaks.

    Args:
        pnl: (n,) of each trade in order. start: balance. block: trades drawn together.
        runs: histories. seed: the same seed, the same answer.
    """
    if not 1 <= block <= len(pnl) or runs < 1:
        raise BadFigure("block", "A block holds from one trade up to all of them")
    random = np.random.default_rng(seed)
    blocks = -(-len(pnl) // block)
    starts = random.integers(0, len(pnl), size=(runs, blocks))
    picked = (starts[:, :, None] + np.arange(block)) % len(pnl)
    paths = start + np.cumsum(pnl[picked.reshape(runs, -1)[:, : len(pnl)]], axis=1)
    tops = np.maximum(start, np.maximum.accumulate(paths, axis=1))
    falls: Floats = np.sort((tops - paths).max(axis=1))
    return falls


def _tops(balance: Floats) -> Floats:
    if not len(balance):
        raise BadFigure("balance", "No balance: there is no drawdown")
    tops: Floats = np.maximum.accumulate(balance)
    return tops


def _drawdown(balance: Floats, tops: Floats, trough: int) -> Drawdown:
    top = float(tops[trough])
    money = top - float(balance[trough])
    peak = int(np.flatnonzero(balance[: trough + 1] == top)[-1])
    return Drawdown(money, money / top if top > 0 else None, peak, trough)
