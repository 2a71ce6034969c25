"""What studies of one symbol are worked out from: its candles, the series beside them, and the gaps."""

from collections.abc import Sequence

import numpy as np

from workstation.analytics.study import Series, StudyInputs
from workstation.market.ranges import Range
from workstation.market.state import SymbolState

HOUR_MS = 3_600_000


def study_inputs(
    state: SymbolState, timeframe_ms: int, gaps: Sequence[Range] = (), needs: Sequence[str] = ()
) -> StudyInputs:
    """Return what studies are worked out from, for the live candles of a timeframe.

    Args:
        timeframe_ms: of the candles.
        gaps: stretches in which trades are missing, oldest first and disjoint.
        needs: names of the series wanted. Only "hourly_volume" costs something: hourly candles of the
            symbol are kept from then on, and their past is filled in.
    """
    candles = state.candles(timeframe_ms)
    series: dict[str, Series] = dict(state.series.named(state.past))
    if "hourly_volume" in needs:
        hours = state.candles(HOUR_MS).rows()
        series["hourly_volume"] = hours["open_ms"].copy(), hours["volume"].copy()
    series["gaps"] = gap_series(gaps)
    return StudyInputs(candles.rows(), timeframe_ms, series, candles.replaced)


def gap_series(gaps: Sequence[Range]) -> Series:
    """Return stretches as a series: when each begins, and as its value when it ends."""
    return (
        np.array([start for start, _ in gaps], np.int64),
        np.array([end for _, end in gaps], np.float64),
    )
