"""A series from outside as a study: at each bar what was known by its end, pale where that was too old."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from workstation.analytics.study import Memory, Study, StudyInputs, StudyLine, StudyResult
from workstation.outside.source import Source

NOT_DECLARED = "No source declares it: its file is gone, or has a mistake. The panel Outside says which."


@lru_cache(maxsize=256)
def outside_study(metric_key: str, source: Source | None) -> Study:
    """Return the study of a series.

    Args:
        metric_key: its name in alerts, columns and layouts, "outside_" and the key.
        source: its declaration; None while nothing declares it: then it keeps its place and draws nothing.
    """
    if source is None:
        name = metric_key.partition("_")[2].replace("_", " ").capitalize()
        return Study(metric_key, name, "own", (), (metric_key,), NOT_DECLARED, _nothing)

    def work(inputs: StudyInputs, _values: Mapping[str, float], memory: Memory) -> StudyResult:
        return _work(source, inputs, memory)

    unit = f", {source.unit}" if source.unit else ""
    about = (
        f"{source.title}{unit}, from outside: the newest value known when each bar ended. "
        f"Pale where that is older than {source.max_age or f'three times {source.interval}'}."
    )
    return Study(metric_key, source.title, "own", (), (metric_key,), about, work)


def _work(source: Source, inputs: StudyInputs, memory: Memory) -> StudyResult:
    since = memory.since
    fresh, stale = memory.lines("value", "stale")
    times, values = inputs.series.get(source.metric_key, (np.zeros(0, np.int64), np.zeros(0)))
    opens = inputs.candles["open_ms"][since:].astype(np.float64)
    # Bars that are cut by trades end where the next begins.
    ends = opens + inputs.timeframe_ms if inputs.timeframe_ms else np.append(opens[1:], np.inf)
    if inputs.now_ms:
        ends = np.minimum(ends, np.maximum(float(inputs.now_ms), opens + 1))
    note = ""
    if len(times) and len(opens):
        found = np.searchsorted(times, ends, side="left") - 1
        at = np.maximum(found, 0)
        known = np.where(found >= 0, values[at], np.nan)
        # Of a bar that is over counts whether it was new at some time within; of the newest its age now.
        ages = np.where(times[at] >= opens, 0.0, np.where(np.isfinite(ends), ends, opens) - times[at])
        if inputs.now_ms:
            ages[-1] = inputs.now_ms - times[at[-1]]
        old = ages > source.max_age_s * 1000
        fresh[since:], stale[since:] = np.where(old, np.nan, known), np.where(old, known, np.nan)
        if stale[-1] == stale[-1]:
            note = "Stale: the source has told nothing newer."
    else:
        fresh[since:] = stale[since:] = np.nan
        note = "Nothing is known of it yet."
    lines = (
        StudyLine("stale", stale, "step", "muted", is_stale=True),
        StudyLine(source.title, fresh, "step"),
    )
    return StudyResult(lines, source.unit, source.decimals, note=note)


def _nothing(_inputs: StudyInputs, _values: Mapping[str, float], memory: Memory) -> StudyResult:
    line = memory.line("value")
    line[memory.since :] = np.nan
    return StudyResult((StudyLine("value", line, "step"),), note=NOT_DECLARED)
