"""Watches the breakouts of a symbol's levels on the candles of one timeframe."""

from collections.abc import Sequence

from workstation.analytics.breakout import Breakout, BreakoutRules, find_breakouts
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import StudyInputs, StudyRun

NEEDS = ("hourly_volume",)
"""Series that the inputs must have, see `workstation.market.study_inputs`."""
LOOKED_BACK = 1_500
"""Candles in which a level's newest breakout is looked for."""

_STUDIES = {study.key: study for study in STUDIES}
_ATR_PERIODS = 20


class BreakoutWatch:
    """The newest breakout of each level; worked out when a candle has closed or the levels are others."""

    def __init__(self, rules: BreakoutRules | None = None) -> None:
        self.rules = rules or BreakoutRules()
        """The trader's figures; others hold from the next refresh on."""
        self.breakouts: tuple[Breakout, ...] = ()
        """The newest of each level that has had one, in the order of the levels."""
        self._multiple = StudyRun(_STUDIES["volume_multiple"])
        self._atr = StudyRun(_STUDIES["atr"], {"periods": _ATR_PERIODS})
        self._seen: object = None

    def refresh(self, inputs: StudyInputs, levels: Sequence[float], now_ms: int) -> bool:
        """Look at the candles; True if the breakouts are others.

        Args:
            levels: prices.
            now_ms: the venue's time: candles that end later are open and do not count.
        """
        candles = inputs.candles
        count = len(candles)
        if count and candles["open_ms"][-1] + inputs.timeframe_ms > now_ms:
            count -= 1
        newest_ms = int(candles["open_ms"][count - 1]) if count else 0
        hourly = inputs.series.get(NEEDS[0])
        hours = 0 if hourly is None else len(hourly[0])
        seen = (inputs.timeframe_ms, inputs.revision, count, newest_ms, hours, tuple(levels), self.rules)
        if seen == self._seen:
            return False
        self._seen = seen
        before = self.breakouts
        self.breakouts = tuple(self._newest(inputs, count, levels)) if levels else ()
        return self.breakouts != before

    def _newest(self, inputs: StudyInputs, count: int, levels: Sequence[float]) -> list[Breakout]:
        first = max(0, count - LOOKED_BACK)
        candles = inputs.candles[first:count]
        multiples = self._multiple.refresh(inputs).lines[0].values[first:count]
        atr = self._atr.refresh(inputs).lines[0].values[first:count]
        found = (find_breakouts(candles, multiples, atr, level, self.rules) for level in levels)
        return [breakouts[-1] for breakouts in found if breakouts]
