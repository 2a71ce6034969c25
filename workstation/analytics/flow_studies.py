"""Studies of what stands behind the price: volume, taker flow, open interest, funding, mark and index."""

from collections.abc import Mapping

import numpy as np

from workstation.analytics.study import (
    Floats,
    Memory,
    Parameter,
    Study,
    StudyInputs,
    StudyLine,
    StudyResult,
)
from workstation.analytics.volume_multiple import (
    AVERAGED_DAYS,
    BREAKOUT_MULTIPLE,
    HOUR_MS,
    better_known,
    running_sums,
    usual_volumes,
)

DAY_MS = 24 * HOUR_MS
MINUTE_MS = 60_000

MARK_HOLDS_MS = MINUTE_MS
"""A mark or index price says nothing about a candle that ends longer than this after it."""
OPEN_INTEREST_HOLDS_MS = 15 * MINUTE_MS
FUNDING_HOLDS_MS = 10 * MINUTE_MS

_RATE_BPS = 1e4


def _volume_multiple(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    since, timeframe_ms = memory.since, inputs.timeframe_ms
    opens, sums, multiple = memory.lines("opens", "sums", "multiple")
    volumes = inputs.candles["volume"][since:]
    opens[since:] = inputs.candles["open_ms"][since:]
    sums[since:] = np.cumsum(volumes) + (sums[since - 1] if since else 0.0)
    days = int(values["days"])
    note = ""
    if not timeframe_ms:
        multiple[since:] = np.nan
        return _multiples(multiple, "Bars that are not cut by time have no usual volume.")
    usual = usual_volumes(
        opens[since:], timeframe_ms, opens, np.concatenate(([0.0], sums)), timeframe_ms, days
    )
    hourly = inputs.series.get("hourly_volume")
    if hourly is not None and timeframe_ms < HOUR_MS:
        hours = hourly[0], running_sums(hourly[1]), HOUR_MS
        usual = better_known(usual, usual_volumes(opens[since:], timeframe_ms, *hours, days))
    multiple[since:] = usual.multiples(volumes)
    if len(opens):
        known = float(usual.known_days[-1])
        if known < days - 1:
            note = f"The average rests on {known:.1f} of {days} days: more are not stored."
    return _multiples(multiple, note)


def _multiples(line: Floats, note: str) -> StudyResult:
    return StudyResult(
        (StudyLine("Volume", line, "histogram", "muted"),),
        unit="×",
        decimals=1,
        guides=(1.0, BREAKOUT_MULTIPLE),
        note=note,
    )


def _delta(inputs: StudyInputs, _values: Mapping[str, float], memory: Memory) -> StudyResult:
    line = memory.line("delta")
    line[memory.since :] = _taker_delta(inputs, memory.since)
    return StudyResult(
        (StudyLine("Delta", line, "histogram", "sign"),), decimals=-1, guides=(0.0,), note=_unsaid(line)
    )


def _cumulative_delta(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    since = memory.since
    line = memory.line("cvd")
    delta = _taker_delta(inputs, since)
    known = ~np.isnan(delta)
    begins = known.copy()
    begins[1:] &= ~known[:-1]
    carried = float(line[since - 1]) if since else np.nan
    if not np.isnan(carried):
        begins[:1] = False
    if values["daily"]:
        days = inputs.candles["open_ms"][max(since - 1, 0) :] // DAY_MS
        begins[1 if not since else 0 :] |= np.diff(days) != 0
    begins &= known
    total = np.cumsum(np.where(known, delta, 0.0))
    place = np.maximum.accumulate(np.where(begins, np.arange(len(delta)), -1))
    before = np.concatenate(([0.0], total))[np.maximum(place, 0)]
    line[since:] = np.where(known, total - before + np.where(place < 0, carried, 0.0), np.nan)
    return StudyResult((StudyLine("CVD", line),), decimals=-1, guides=(0.0,), note=_unsaid(line))


def _taker_delta(inputs: StudyInputs, since: int) -> Floats:
    """Taker buys − sells of each candle from a place on; nan where trades are missing or sides unknown."""
    tail = inputs.candles[since:]
    delta: Floats = 2.0 * tail["buy_volume"] - tail["volume"]
    gaps = inputs.series.get("gaps")
    if gaps is not None and len(gaps[0]) and len(delta):
        ends = _ends(inputs, since)
        # From the end of the candle before: what is missing between two candles breaks the later one.
        starts = np.concatenate((_ends(inputs, since - 1)[:1] if since else tail["open_ms"][:1], ends[:-1]))
        begun = np.searchsorted(gaps[0], ends, side="left")  # gaps that begin before the candle ends
        reach = np.concatenate(([-np.inf], np.maximum.accumulate(gaps[1])))
        delta[reach[begun] > starts] = np.nan
    return delta


def _unsaid(line: Floats) -> str:
    broken = np.isnan(line)
    if not broken.any():
        return ""
    if broken.all():
        return "This venue does not say which side took: there is no delta before your own trades."
    return "Broken where trades are missing or the venue does not say which side took; it restarts from 0."


def _open_interest(inputs: StudyInputs, _values: Mapping[str, float], memory: Memory) -> StudyResult:
    line = memory.line("open interest")
    line[memory.since :] = _at_ends(inputs, "open_interest", memory.since, OPEN_INTEREST_HOLDS_MS)
    return StudyResult((StudyLine("Open interest", line, "step"),), decimals=-1)


def _funding(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    since, per_hours = memory.since, values["hours"]
    settled, expected = memory.lines("settled", "expected")
    longest = 25 * HOUR_MS
    for line, rate_name, hours_name, holds_ms in (
        (settled, "funding_settled", "funding_settled_hours", longest),
        (expected, "funding_rate", "funding_hours", FUNDING_HOLDS_MS),
    ):
        rate = _at_ends(inputs, rate_name, since, holds_ms)
        hours = _at_ends(inputs, hours_name, since, holds_ms)
        # A rate holds for its own interval and no longer.
        scale = per_hours / hours if per_hours else np.where(np.isnan(hours), np.nan, 1.0)
        line[since:] = 100.0 * rate * scale
    return StudyResult(
        (
            StudyLine("Settled", settled, "step", "muted"),
            StudyLine("Expected", expected, "step", "series1"),
        ),
        unit="%",
        decimals=4,
        guides=(0.0,),
        note="Positive: longs pay shorts."
        if per_hours
        else "Per interval of the venue, whatever its length.",
    )


def _premium(inputs: StudyInputs, _values: Mapping[str, float], memory: Memory) -> StudyResult:
    mark = _at_ends(inputs, "mark", memory.since, MARK_HOLDS_MS)
    return _over_index("Mark over index", mark, inputs, memory)


def _basis(inputs: StudyInputs, _values: Mapping[str, float], memory: Memory) -> StudyResult:
    close: Floats = inputs.candles["close"][memory.since :]
    return _over_index("Last over index", close, inputs, memory)


def _over_index(name: str, price: Floats, inputs: StudyInputs, memory: Memory) -> StudyResult:
    line = memory.line("rate")
    index = _at_ends(inputs, "index", memory.since, MARK_HOLDS_MS)
    line[memory.since :] = (price / index - 1.0) * _RATE_BPS
    return StudyResult((StudyLine(name, line),), unit="bp", decimals=2, guides=(0.0,))


def _ends(inputs: StudyInputs, since: int) -> Floats:
    """The moment at which each candle from a place on ends; of bars not cut by time, when the next begins."""
    opens = inputs.candles["open_ms"][since:]
    if inputs.timeframe_ms:
        ends: Floats = opens + float(inputs.timeframe_ms)
        return ends
    return np.append(opens[1:].astype(np.float64), np.inf)


def _at_ends(inputs: StudyInputs, name: str, since: int, holds_ms: float) -> Floats:
    """What a series said last before each candle from a place on ended; nan where that is too long ago.

    Args:
        holds_ms: how long a value stands for what follows it, if the candle is not longer.
    """
    opens = inputs.candles["open_ms"][since:]
    series = inputs.series.get(name)
    if series is None or not len(series[0]):
        return np.full(len(opens), np.nan)
    times, values = series
    ends = np.minimum(_ends(inputs, since), float(times[-1]) + holds_ms)
    found = np.searchsorted(times, ends, side="left") - 1
    ages = ends - times[np.maximum(found, 0)]
    holds = (found >= 0) & (ages <= np.maximum(holds_ms, ends - opens))
    return np.where(holds & (ends > opens), values[np.maximum(found, 0)], np.nan)


FLOW_STUDIES = (
    Study(
        "volume_multiple",
        "Volume multiple",
        "own",
        (Parameter("days", "Days", AVERAGED_DAYS, 1, 365, in_label=False),),
        ("hourly_volume",),
        "Volume against the average of the days before: 1.5 × confirms a breakout.",
        _volume_multiple,
    ),
    Study("delta", "Delta", "own", (), ("gaps",), "Taker buys minus taker sells of each candle.", _delta),
    Study(
        "cvd",
        "CVD",
        "own",
        (Parameter("daily", "Restart daily (0 or 1)", 0, 0, 1, in_label=False),),
        ("gaps",),
        "Taker buys minus sells, summed up; it breaks where data are missing.",
        _cumulative_delta,
    ),
    Study(
        "open_interest",
        "Open interest",
        "own",
        (),
        ("open_interest",),
        "Contracts or coins that are open, one side counted.",
        _open_interest,
    ),
    Study(
        "funding",
        "Funding",
        "own",
        (Parameter("hours", "Per hours (0: as the venue says)", 8, 0, 8_760, in_label=False),),
        ("funding_rate", "funding_hours", "funding_settled", "funding_settled_hours"),
        "Funding settled and expected, per 8 hours whatever the interval.",
        _funding,
    ),
    Study(
        "premium",
        "Premium",
        "own",
        (),
        ("mark", "index"),
        "Mark price over index, in basis points.",
        _premium,
    ),
    Study("basis", "Basis", "own", (), ("index",), "Last price over index, in basis points.", _basis),
)
