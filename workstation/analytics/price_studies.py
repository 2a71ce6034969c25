"""Studies made of candles alone: averages, bands, VWAP over the price; ATR, RSI and MACD below it."""

from collections.abc import Mapping

import numpy as np

from workstation.analytics.averages import (
    fill_deviation,
    fill_exponential,
    fill_simple,
    fill_weighted,
    fill_wilder,
)
from workstation.analytics.indicators import (
    MacdLines,
    RelativeStrengthLines,
    VwapLines,
    fill_macd,
    fill_relative_strength,
    fill_vwap,
)
from workstation.analytics.study import (
    Floats,
    Memory,
    Parameter,
    Study,
    StudyInputs,
    StudyLine,
    StudyResult,
)
from workstation.analytics.volatility import fill_true_range

DAY_MS = 86_400_000
PRICE = "price"
"""The unit of lines that are prices."""

MOST_PERIODS = 5_000


def _periods(default: int, key: str = "periods", title: str = "Periods") -> Parameter:
    return Parameter(key, title, default, 1, MOST_PERIODS)


def _simple(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    line = memory.line("average")
    fill_simple(inputs.candles["close"], int(values["periods"]), line, memory.since)
    return _one_price("SMA", line)


def _exponential(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    line = memory.line("average")
    fill_exponential(inputs.candles["close"], int(values["periods"]), line, memory.since)
    return _one_price("EMA", line, "series2")


def _weighted(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    line = memory.line("average")
    fill_weighted(inputs.candles["close"], int(values["periods"]), line, memory.since)
    return _one_price("WMA", line, "series3")


def _wilder(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    line = memory.line("average")
    fill_wilder(inputs.candles["close"], int(values["periods"]), line, memory.since)
    return _one_price("RMA", line, "series4")


def _one_price(name: str, line: Floats, role: str = "series1") -> StudyResult:
    return StudyResult((StudyLine(name, line, role=role),), unit=PRICE, decimals=-1)


def _bollinger(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    since, close, periods = memory.since, inputs.candles["close"], int(values["periods"])
    middle, deviation, upper, lower = memory.lines("middle", "deviation", "upper", "lower")
    fill_simple(close, periods, middle, since)
    fill_deviation(close, periods, deviation, since)
    reach = values["width"] * deviation[since:]
    upper[since:] = middle[since:] + reach
    lower[since:] = middle[since:] - reach
    return StudyResult(
        (
            StudyLine("Upper", upper, "band"),
            StudyLine("Lower", lower, "band"),
            StudyLine("Middle", middle),
        ),
        unit=PRICE,
        decimals=-1,
    )


def _session_vwap(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    since = memory.since
    opens, session = memory.lines("opens", "session")
    opens[since:] = inputs.candles["open_ms"][since:]
    days = opens[since:] // DAY_MS * DAY_MS
    session[since:] = np.searchsorted(opens, days)
    note = ""
    if len(opens):
        first = float(opens[int(session[-1])])
        if first > float(days[-1]) + inputs.timeframe_ms and not session[-1]:
            note = f"No candles of this day before {_clock(first)} UTC: VWAP counts from there."
    return _vwap(inputs, values, memory, note)


def _anchored_vwap(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    since, anchor_ms = memory.since, values["anchor_ms"]
    opens, session = memory.lines("opens", "session")
    opens[since:] = inputs.candles["open_ms"][since:]
    place = int(np.searchsorted(opens, anchor_ms - inputs.timeframe_ms, side="right"))
    session[since:] = np.where(np.arange(since, len(opens)) < place, -1, place)
    note = ""
    if len(opens) and 0 < anchor_ms < opens[0]:
        note = "No candles are held back to the anchor: VWAP counts from the first one."
    return _vwap(inputs, values, memory, note)


def _vwap(inputs: StudyInputs, values: Mapping[str, float], memory: Memory, note: str) -> StudyResult:
    since, candles = memory.since, inputs.candles
    price, volume = memory.lines("price", "traded")
    tail = candles[since:]
    price[since:] = (tail["high"] + tail["low"] + tail["close"]) / 3
    volume[since:] = tail["volume"]
    lines = VwapLines(*memory.lines("vwap", "deviation", "base", "volume", "distance", "square"))
    fill_vwap(price, volume, memory.line("session"), lines, since)
    drawn: list[StudyLine] = []
    for band in range(int(values["bands"]), 0, -1):
        upper, lower = memory.lines(f"upper {band}", f"lower {band}")
        upper[since:] = lines.average[since:] + band * lines.deviation[since:]
        lower[since:] = lines.average[since:] - band * lines.deviation[since:]
        drawn.append(StudyLine(f"+{band} σ", upper, "band", "series2"))
        drawn.append(StudyLine(f"\u2212{band} σ", lower, "band", "series2"))
    drawn.append(StudyLine("VWAP", lines.average, role="series2"))
    return StudyResult(tuple(drawn), unit=PRICE, decimals=-1, note=note)


def _average_true_range(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    candles, periods = inputs.candles, int(values["periods"])
    ranges, average = memory.lines("ranges", "average")
    fill_true_range(candles["high"], candles["low"], candles["close"], ranges, memory.since)
    fill_wilder(ranges, periods, average, memory.since)
    return _one_price("ATR", average)


def _relative_strength(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    lines = RelativeStrengthLines(*memory.lines("index", "rises", "falls", "mean rise", "mean fall"))
    fill_relative_strength(inputs.candles["close"], int(values["periods"]), lines, memory.since)
    return StudyResult((StudyLine("RSI", lines.index),), decimals=1, guides=(30.0, 50.0, 70.0))


def _macd(inputs: StudyInputs, values: Mapping[str, float], memory: Memory) -> StudyResult:
    fast, slow = sorted((int(values["fast"]), int(values["slow"])))
    lines = MacdLines(*memory.lines("macd", "signal", "histogram", "fast", "slow"))
    fill_macd(inputs.candles["close"], fast, slow, int(values["signal"]), lines, memory.since)
    return StudyResult(
        (
            StudyLine("Histogram", lines.histogram, "histogram", "sign"),
            StudyLine("MACD", lines.macd),
            StudyLine("Signal", lines.signal, role="series2"),
        ),
        unit=PRICE,
        decimals=-1,
        guides=(0.0,),
    )


def _clock(time_ms: float) -> str:
    minutes = int(time_ms) // 60_000
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


_BANDS = Parameter("bands", "Bands", 3, 0, 3, in_label=False)

PRICE_STUDIES = (
    Study("sma", "SMA", "price", (_periods(20),), (), "Simple moving average of the closes.", _simple),
    Study(
        "ema", "EMA", "price", (_periods(20),), (), "Exponential moving average of the closes.", _exponential
    ),
    Study(
        "wma", "WMA", "price", (_periods(20),), (), "Average of the closes with rising weights.", _weighted
    ),
    Study(
        "rma",
        "RMA",
        "price",
        (_periods(14),),
        (),
        "Wilder's average of the closes: slower than EMA.",
        _wilder,
    ),
    Study(
        "bollinger",
        "Bollinger",
        "price",
        (_periods(20), Parameter("width", "Deviations", 2.0, 0.1, 10.0, 1)),
        (),
        "Average of the closes, and lines so many standard deviations off it.",
        _bollinger,
    ),
    Study(
        "vwap",
        "VWAP",
        "price",
        (_BANDS,),
        (),
        "Volume-weighted average price of the UTC day with its deviations; from (high + low + close) / 3.",
        _session_vwap,
    ),
    Study(
        "anchored_vwap",
        "Anchored VWAP",
        "price",
        (Parameter("anchor_ms", "Since", 0.0, 0.0, 4e12, is_moment=True), _BANDS),
        (),
        "Volume-weighted average price since a moment you choose, with its deviations.",
        _anchored_vwap,
    ),
    Study(
        "atr",
        "ATR",
        "own",
        (_periods(20),),
        (),
        "Wilder's average of the true range, in price.",
        _average_true_range,
    ),
    Study(
        "rsi",
        "RSI",
        "own",
        (_periods(14),),
        (),
        "Wilder's relative strength index, 0 to 100.",
        _relative_strength,
    ),
    Study(
        "macd",
        "MACD",
        "own",
        (_periods(12, "fast", "Fast"), _periods(26, "slow", "Slow"), _periods(9, "signal", "Signal")),
        (),
        "Fast exponential average minus the slow one, and its own average.",
        _macd,
    ),
)
