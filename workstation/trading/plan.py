"""What an order with its exits stands to lose and to win: one reckoning for gate, checklist and ticket."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import isfinite

import numpy as np
import numpy.typing as npt

from workstation.analytics.book_walk import walk_book
from workstation.analytics.costs import reward_risk
from workstation.errors import BadFigure
from workstation.model.orders import Bracket
from workstation.trading.contracts import Contract

_ZERO = Decimal(0)


def lost_at_stop(
    contract: Contract, size: Decimal, entry: Decimal, stop: Decimal, funding_rate: Decimal
) -> Decimal:
    """Return what the stop costs, with the taker's fee both ways and the funding of the planned hold.

    Args:
        contract: of the symbol.
        size: signed, long > 0.
        entry, stop: prices of the fills.
        funding_rate: paid over the hold, a fraction of the notional; what is received does not count.

    Returns:
        In the settlement coin; negative where the stop itself would earn more than the costs.
    """
    exposure = contract.exposure(size, entry)
    fees = (exposure.notional(entry) + exposure.notional(stop)) * contract.taker_rate
    return fees + max(_ZERO, funding_rate) * exposure.notional(entry) - exposure.profit(stop)


def stop_fill(levels: Sequence[tuple[Decimal, Decimal]], size: Decimal, stop: Decimal, sign: int) -> Decimal:
    """Return what a stop is expected to be filled at: it leaves through the other side of the book.

    Args:
        levels: (price, size) of that side now, best first; without any it is filled at its trigger.
        size: that leaves with it, of every order that shares the stop.
        stop: its trigger.
        sign: +1 for a position that is long.

    Returns:
        As much worse than the trigger as that size would be filled than the best price now.
    """
    if not levels:
        return stop
    return stop * (1 - sign * walk_book(levels, size).slippage_rate)


def reward_to_risk(
    contract: Contract, size: Decimal, entry: Decimal, bracket: Bracket, funding_rate: Decimal | None = None
) -> Decimal:
    """Return what the targets win, each by its share, for what the stop loses.

    Args:
        contract, size, entry: as in `lost_at_stop`.
        bracket: with a target at least.
        funding_rate: with it, costs count: the taker's fee both ways, and funding, received or paid. None
            reckons with the prices alone.

    Raises:
        BadFigure: stop or target on the wrong side, or with costs the stop loses nothing.
    """
    exposure = contract.exposure(size, entry)
    rate = _ZERO if funding_rate is None else contract.taker_rate
    received = _ZERO if funding_rate is None else -funding_rate * exposure.notional(entry)
    closed = sum((target.share for target in bracket.targets), _ZERO)
    total = _ZERO
    for target in bracket.targets:
        found = reward_risk(
            exposure,
            bracket.stop_price,
            target.price,
            entry_rate=rate,
            exit_rate=rate,
            funding_cash_flow=received,
        )
        ratio = found.gross if funding_rate is None else found.net
        if ratio is None:
            raise BadFigure("bracket.stop_price", "Funding brings more than the stop would cost")
        total += ratio * target.share / closed
    return total


def wary_correlations(
    symbols: Sequence[str], signs: Sequence[int], correlation: Callable[[str, str], float]
) -> npt.NDArray[np.float64]:
    """Return (n, n) correlations; one that is not known counts as if both always lost together.

    Args:
        symbols: held, or about to be.
        signs: +1 long, −1 short, of each.
        correlation: of returns; nan where it is not known.
    """
    matrix = np.eye(len(symbols))
    for row, one in enumerate(symbols):
        for column in range(row):
            known = correlation(one, symbols[column])
            matrix[row, column] = known if isfinite(known) else signs[row] * signs[column]
            matrix[column, row] = matrix[row, column]
    return matrix
