"""How a metric's value is written: its figure, its unit, and the colour that says something about it."""

from collections.abc import Sequence

from ui import format
from workstation.metrics.metric import Metric, Reading, ReadingState, Unit
from workstation.model.instrument import Instrument
from workstation.trading.metric_text import AnyMetric

HIGH_FUNDING_8H_RATE = 0.0003
"""Funding of eight hours from which it is worth a look; the usual rate is a third of it."""
WIDE_SPREAD_RATE = 0.005
BUSY_MULTIPLE = 1.5
SUSTAINED_H = 4.0
_UNIT_WORDS = {Unit.WORD: "", Unit.PRICE: "in the quote coin", Unit.QUOTE: "quote units", Unit.SIZE: "units"}
_MOVES = ("change_24h_rate", "change_held_rate", "open_interest_change_24h_rate", "cvd_5m")
_WATCHED_FROM = {
    "spread_rate": WIDE_SPREAD_RATE,
    "spread_bps": WIDE_SPREAD_RATE * 1e4,
    "mark_spot_rate": 0.005,
    "funding_8h_rate": HIGH_FUNDING_8H_RATE,
    "funding_day_rate": HIGH_FUNDING_8H_RATE * 3,
    "funding_sustained_h": SUSTAINED_H,
}
"""From which size on, either way, a value is worth a look."""


def figure(metric: Metric, value: float | None, instrument: Instrument | None) -> str:
    """The figure alone, as it stands in a column whose title has the unit; a dash without a value."""
    if value is None or value != value:
        return format.NO_FIGURE
    match metric.unit:
        case Unit.PRICE:
            decimals = 2 if instrument is None else instrument.price_decimals
            return _signed_if(metric, value, decimals)
        case Unit.QUOTE | Unit.SIZE:
            text = format.compact(value)
            return f"+{text}" if metric.signed and value > 0 else text
        case Unit.RATE:
            return _signed_if(metric, value * 100, metric.decimals)
        case Unit.SECONDS:
            return format.age(value) if metric.decimals else format.duration(value)
        case Unit.PER_SECOND:
            return format.price(value, 1 if 0 < value < 9.95 else 0)
        case Unit.WORD:
            return metric.words[int(value)]
        case _:
            return _signed_if(metric, value, metric.decimals)


def whole(metric: Metric, value: float | None, instrument: Instrument | None) -> str:
    """The figure with its unit: "+0.0100 %", "61 659.8 USDT"."""
    text = figure(metric, value, instrument)
    unit = unit_of(metric, [] if instrument is None else [instrument])
    return text if text == format.NO_FIGURE or not unit else f"{text} {unit}"


def unit_of(metric: AnyMetric, instruments: Sequence[Instrument]) -> str:
    """The unit as it is written; of money and sizes the coin's name where all instruments have the same."""
    if metric.unit in (Unit.PRICE, Unit.QUOTE):
        return _only({instrument.quote for instrument in instruments}, "quote")
    if metric.unit is Unit.SIZE:
        return _only({instrument.size_unit for instrument in instruments}, "size")
    return "" if metric.unit in (Unit.SECONDS, Unit.WORD) else _own_unit(metric) or metric.unit.value


def unit_words(metric: AnyMetric) -> str:
    """The unit that a threshold is typed in; empty where it has none."""
    return _own_unit(metric) or _UNIT_WORDS.get(metric.unit, metric.unit.value)


def typed(metric: AnyMetric, value: float) -> str:
    """A threshold as the trader types it, in the unit shown: 0.0005 of a rate is "0.05"."""
    number = value * 100 if metric.unit is Unit.RATE else value
    return f"{number:.10g}"


def title(metric: Metric, instruments: Sequence[Instrument]) -> str:
    """A column's title: the short name and the unit; a price has none, its coin stands in the symbol."""
    unit = "" if metric.unit is Unit.PRICE else unit_of(metric, instruments)
    return f"{metric.short} {unit}".strip()


def token(metric: Metric, reading: Reading, per_8h: float | None = None) -> str:
    """The theme's token for a value.

    Args:
        per_8h: of the funding of an interval, the same for eight hours: what makes it high or not.
    """
    if reading.value is None or reading.state is not ReadingState.OK:
        return "muted"
    return token_of(metric, reading.value, per_8h)


def token_of(metric: Metric, value: float, per_8h: float | None = None) -> str:
    """The theme's token for a value that can be relied on; `per_8h` as in `token`."""
    if metric.key in _MOVES:
        return "up" if value > 0 else "down" if value < 0 else "text"
    if metric.key == "funding_rate":
        return "warn" if per_8h is not None and abs(per_8h) >= HIGH_FUNDING_8H_RATE else "text"
    if metric.key in ("volume_multiple", "volume_day_multiple"):
        return "accent" if value >= BUSY_MULTIPLE else "text"
    watched_from = _WATCHED_FROM.get(metric.key)
    if watched_from is not None and abs(value) >= watched_from:
        return "warn"
    return "muted" if metric.key in ("spread_bps", "spread_rate", "trade_rate") else "text"


def explanation(metric: AnyMetric) -> str:
    """What a metric is, in a sentence for a tool tip."""
    unit = _own_unit(metric) or metric.unit.value
    words = f"{metric.title}{f', {unit}' if unit and metric.unit is not Unit.WORD else ''}: {metric.formula}."
    return f"{words} Source: {metric.source}."


def _own_unit(metric: AnyMetric) -> str:
    return metric.own_unit if isinstance(metric, Metric) else ""


def _signed_if(metric: Metric, value: float, decimals: int) -> str:
    return format.signed(value, decimals) if metric.signed else format.price(value, decimals)


def _only(names: set[str], otherwise: str) -> str:
    return next(iter(names)) if len(names) == 1 else otherwise
