"""The windows that a correlation can be taken over, and the bars that each is made of."""

from dataclasses import dataclass

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True)
class Span:
    """One window.

    Attributes:
        title: how long it is, "30 d".
        bar: what each return is of, "1 h".
        timeframe_ms: of those bars.
        bars: returns in the window.
        reference: the longer window of the same bars that a change is told against, "60 d".
        reference_bars: returns in that.
        tick_ms: ticks are thinned to the last of each so many ms; 0 where the window is too long for ticks.
    """

    title: str
    bar: str
    timeframe_ms: int
    bars: int
    reference: str
    reference_bars: int
    tick_ms: int = 0


SPANS = (
    Span("15 min", "15 s", 15_000, 60, "1 h", 240, 100),
    Span("1 h", "1 min", _MINUTE_MS, 60, "4 h", 240, 1_000),
    Span("4 h", "1 min", _MINUTE_MS, 240, "24 h", 1_440, 1_000),
    Span("24 h", "5 min", 5 * _MINUTE_MS, 288, "4 d", 1_152),
    Span("7 d", "1 h", _HOUR_MS, 168, "30 d", 720),
    Span("30 d", "1 h", _HOUR_MS, 720, "90 d", 2_160),
    Span("90 d", "4 h", 4 * _HOUR_MS, 540, "180 d", 1_080),
    Span("1 y", "1 d", _DAY_MS, 365, "2 y", 730),
)
USUAL_SPAN = SPANS[5]
