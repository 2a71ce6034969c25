"""How values of metrics read in evidence and refusals: digits and unit, without a window's help."""

from collections.abc import Sequence
from math import isinf
from typing import Any

from workstation.metrics.metric import Metric, Unit
from workstation.trading.own_metric import OwnMetric

AnyMetric = Metric | OwnMetric[Any]

_SUFFIX = {
    Unit.RATE: " %",
    Unit.BPS: " bp",
    Unit.TIMES: " ×",
    Unit.SECONDS: " s",
    Unit.HOURS: " h",
    Unit.PER_SECOND: " /s",
}


_LONG_S = 600.0
"""From here on seconds are told in minutes and hours."""


def value_text(metric: AnyMetric, value: float | None) -> str:
    """Return a value with its unit; "" for none, "no price" for an unreachable liquidation."""
    if value is None:
        return ""
    if metric.unit is Unit.WORD:
        words = metric.words if isinstance(metric, Metric) else ()
        return words[round(value)] if words else ""
    return _number(metric, value, metric.decimals)


def threshold_text(metric: AnyMetric, threshold: float | Sequence[str]) -> str:
    """Return what a value is held against, with as many digits as it needs."""
    if not isinstance(threshold, int | float):
        return " or ".join(threshold)
    shown = threshold * 100 if metric.unit is Unit.RATE else threshold
    return f"{shown:.10g}{_suffix(metric)}".replace("-", "−")


def _suffix(metric: AnyMetric) -> str:
    if isinstance(metric, Metric) and metric.own_unit:
        return f" {metric.own_unit}"
    return _SUFFIX.get(metric.unit, "")


def _number(metric: AnyMetric, value: float, decimals: int) -> str:
    if isinf(value):
        return "no price"
    if metric.unit in (Unit.PRICE, Unit.SIZE):
        return f"{value:.8g}".replace("-", "−")
    if metric.unit is Unit.SECONDS and value >= _LONG_S:
        minutes = int(value) // 60
        return f"{minutes // 60} h {minutes % 60} m" if minutes >= 60 else f"{minutes} m"
    shown = value * 100 if metric.unit is Unit.RATE else value
    return f"{shown:,.{decimals}f}{_suffix(metric)}".replace("-", "−").replace(",", "\u2009")
