"""The scanner's columns: every metric, and what is drawn of several of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ui import metric_text
from workstation.metrics.metric import Metric, Unit
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.instrument import Instrument
from workstation.scanner.scan import PASSED, SECTOR, SYMBOL

SPARK, BREAKOUT, CHECKS, OBSTACLE = "spark_7d", "breakout", "checks", "in_the_way"
USUAL_COLUMNS = (
    *(SECTOR, "last", "change_24h_rate", SPARK, "volume_multiple", "atr_rate", "spread_bps"),
    *("bid_depth_100bp", "funding_8h_rate", "funding_percentile", "open_interest_change_24h_rate"),
    *("open_interest_quadrant", "correlation_btc", "beta_btc", "correlation_book"),
    *(BREAKOUT, CHECKS, PASSED, OBSTACLE),
)
"""Shown unless it was chosen otherwise, after the symbol's."""
LEAST_PX, MOST_PX = 36, 600
BREAKOUT_KEYS = ("breakout_stage", "breakout_level", "breakout_distance_rate")
"""Metrics that the cell of a breakout is made of."""


class Kind(Enum):
    """How a cell is painted."""

    SYMBOL = "symbol"
    TEXT = "text"
    FIGURE = "figure"
    SPARK = "spark"
    BAR = "bar"  # a bar up to twice the usual, and the figure
    GAUGE = "gauge"  # a mark between 0 and 1, and the figure
    CHECKS = "checks"


@dataclass(frozen=True, slots=True)
class ScanColumn:
    """One column.

    Attributes:
        key: of a metric, or of what is made of several.
        title: over it, with the unit. tip: what it is, in a sentence.
        width: as wide as it usually is, px.
        kind: how its cells are painted.
        sorts: key that a click on the title sorts by; "" for one that nothing can be sorted by.
        words: it holds text: sorted from A on, set to the left.
    """

    key: str
    title: str
    tip: str
    width: int
    kind: Kind
    sorts: str
    words: bool = False

    @property
    def left(self) -> bool:
        """Its cells are set to the left."""
        return self.kind in (Kind.SYMBOL, Kind.TEXT, Kind.SPARK, Kind.CHECKS)


_TOGETHER: dict[str, tuple[str, str, int, Kind, str, bool]] = {
    SYMBOL: ("Symbol", "The venue's symbol, and what is held of it", 150, Kind.SYMBOL, SYMBOL, True),
    SECTOR: ("Sector", "The coin's sector, from sectors.toml", 84, Kind.TEXT, SECTOR, True),
    SPARK: (
        "7 d",
        "Hourly closes of seven days; nothing where hours are not known",
        112,
        Kind.SPARK,
        "",
        False,
    ),
    BREAKOUT: (
        "Breakout, 3 d level",
        "How far a breakout of the three-day range has come, its level, and how far the price is from it",
        210,
        Kind.TEXT,
        "breakout_stage",
        False,
    ),
    CHECKS: (
        "Automatic rows",
        "The rows of the chosen checklist that can be judged without an order, in its order",
        150,
        Kind.CHECKS,
        PASSED,
        False,
    ),
    PASSED: ("Passed", "How many of those rows pass", 58, Kind.FIGURE, PASSED, False),
    OBSTACLE: ("Stands in the way", "What does not pass and must", 330, Kind.TEXT, PASSED, False),
}
TOGETHER_KEYS = tuple(key for key in _TOGETHER if key != SYMBOL)
"""Columns that are no metric, beside the symbol's."""

_MADE_OF = {
    BREAKOUT: BREAKOUT_KEYS,
    "funding_rate": ("funding_rate", "funding_8h_rate"),
}
_BARS = ("volume_multiple", "volume_day_multiple")
_GAUGES = ("funding_percentile", "volatility_percentile")
_PX = {Unit.PRICE: 88, Unit.QUOTE: 78, Unit.SIZE: 78, Unit.WORD: 124, Unit.SECONDS: 70}


def is_column(key: str) -> bool:
    """Whether there is such a column, the symbol's aside."""
    return key in TOGETHER_KEYS or key in METRIC_BY_KEY


def metrics_of(keys: Sequence[str]) -> tuple[Metric, ...]:
    """Metrics that cells of these columns are made of."""
    named = (name for key in keys for name in _MADE_OF.get(key, (key,)))
    return tuple(METRIC_BY_KEY[name] for name in named if name in METRIC_BY_KEY)


def title_of(key: str) -> str:
    """What a column is called in menus."""
    return _TOGETHER[key][0] if key in _TOGETHER else METRIC_BY_KEY[key].title


def column_of(key: str, instruments: Sequence[Instrument]) -> ScanColumn:
    """Return a column by its key, titled for these instruments.

    Raises:
        KeyError: there is none.
    """
    if key in _TOGETHER:
        title, tip, width, kind, sorts, words = _TOGETHER[key]
        return ScanColumn(key, title, tip, width, kind, sorts, words)
    metric = METRIC_BY_KEY[key]
    title = metric_text.title(metric, instruments)
    kind, width = _look_of(metric)
    return ScanColumn(
        key, title, metric_text.explanation(metric), max(width, 7 * len(title) + 14), kind, metric.key
    )


def _look_of(metric: Metric) -> tuple[Kind, int]:
    if metric.key in _BARS:
        return Kind.BAR, 104
    if metric.key in _GAUGES:
        return Kind.GAUGE, 100
    if metric.unit is Unit.WORD:
        return Kind.TEXT, _PX[Unit.WORD]
    return Kind.FIGURE, _PX.get(metric.unit, 68)
