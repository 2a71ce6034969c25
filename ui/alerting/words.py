"""Alerts in words: what is waited for, how often it is told, how it stands, and what was told."""

from collections.abc import Callable

from ui import format, metric_text
from workstation.alerts.expression import parse
from workstation.alerts.rules import (
    AlertCondition,
    EventAhead,
    Firing,
    Formula,
    LevelReached,
    PriceCross,
    Rule,
    RuleStanding,
    RuleState,
    Threshold,
)
from workstation.metrics.metric import Metric, Reading
from workstation.model.instrument import Instrument
from workstation.model.levels import AlertTrigger

MOST_VALUES = 4
STATE_TOKENS = {
    RuleState.ARMED: "text",
    RuleState.WAITING: "muted",
    RuleState.FIRED: "accent",
    RuleState.NO_DATA: "warn",
    RuleState.PAUSED: "muted",
    RuleState.EXPIRED: "muted",
}
_CROSSES = {"up": "crosses above", "down": "crosses below", "either": "crosses"}
_REACHES = {
    AlertTrigger.CROSS: "is crossed",
    AlertTrigger.TOUCH: "is touched",
    AlertTrigger.CLOSE: "is closed beyond",
}


def condition_words(condition: AlertCondition, instrument: Instrument | None) -> str:
    """What is waited for: "Last crosses above 62 000.0"."""
    match condition:
        case PriceCross():
            return f"Last {_CROSSES[condition.direction]} {price_text(condition.price, instrument)}"
        case Threshold():
            sign = "≥" if condition.side == "above" else "≤"
            return f"{condition.of.title} {sign} {value_text(condition, condition.value, instrument)}"
        case Formula():
            return condition.text
        case LevelReached():
            name = f"Level {condition.name}".strip()
            candle = (
                f" ({format.timeframe(condition.timeframe_ms)})"
                if condition.trigger is AlertTrigger.CLOSE
                else ""
            )
            return f"{name} {price_text(condition.price, instrument)} {_REACHES[condition.trigger]}{candle}"
        case EventAhead():
            return f"{condition.title} in {format.duration(condition.lead_m * 60)}"


def price_text(value: float, instrument: Instrument | None) -> str:
    """A price with the venue's decimals; as it is where the instrument is not known."""
    return f"{value:,.10g}" if instrument is None else format.price(value, instrument.price_decimals)


def value_text(condition: AlertCondition, value: float | None, instrument: Instrument | None) -> str:
    """A value of what a condition watches, with its unit."""
    if isinstance(condition, Formula | EventAhead) or value is None:
        return format.NO_FIGURE
    if isinstance(condition, Threshold):
        metric = condition.of
        unit = metric_text.unit_of(metric, [] if instrument is None else [instrument])
        if metric_text.figure(metric, value, instrument) == format.NO_FIGURE:
            return format.NO_FIGURE
        number = metric_text.typed(metric, value) if value == condition.value else None
        text = metric_text.figure(metric, value, instrument)
        # A threshold is shown as it was typed where rounding would change it.
        if number is not None and metric.unit.value in ("%", "bp", "×", "h", ""):
            text = number.replace("-", format.MINUS)
        return f"{text} {unit}".strip()
    return price_text(value, instrument)


def threshold_text(condition: AlertCondition, instrument: Instrument | None) -> str:
    """The value waited for; a dash for an expression."""
    if isinstance(condition, Formula | EventAhead):
        return format.NO_FIGURE
    if isinstance(condition, Threshold):
        return value_text(condition, condition.value, instrument)
    return price_text(condition.price, instrument)


def scope_words(rule: Rule) -> str:
    """Which symbols are watched."""
    return ", ".join(rule.symbols) if rule.symbols else "every symbol"


def often_words(rule: Rule) -> str:
    """How often it is told, and what else was asked for."""
    parts = ["once" if rule.repeat == "once" else "every time"]
    if rule.repeat == "every" and rule.cooldown_s:
        parts.append(f"{_short(rule.cooldown_s)} apart")
    if rule.held_s:
        parts.append(f"after {_short(rule.held_s)}")
    return ", ".join(parts)


def rule_words(rule: Rule, instrument: Instrument | None) -> str:
    """A whole rule: "BTCUSDT: Last crosses above 62 000.0, once"."""
    return f"{scope_words(rule)}: {condition_words(rule.condition, instrument)}, {often_words(rule)}"


def firing_words(firing: Firing, instrument: Instrument | None) -> tuple[str, str]:
    """What a notice says: a title and a line."""
    words = condition_words(firing.condition, instrument)
    note = f" · {firing.note}" if firing.note else ""
    if isinstance(firing.condition, EventAhead):
        start_ms = firing.condition.start_ms
        at = f"{format.utc_date(start_ms)} {format.utc_time(start_ms)[:5]} UTC"
        return words, f"{firing.symbol} · {at}{note}"
    value = value_text(firing.condition, firing.value, instrument)
    at = f"Now {value}" if value != format.NO_FIGURE else "It is so now"
    return f"{firing.symbol} · {words}", f"{at} at {format.utc_time(firing.fired_ms)} UTC{note}"


def preview_words(
    rule: Rule, standing: RuleStanding, instrument: Instrument | None, values: str = ""
) -> tuple[str, str]:
    """What a rule would say now, and the theme's token for that.

    Args:
        values: of the metrics that an expression names, in words.
    """
    if standing.state is RuleState.NO_DATA:
        return f"No data now: {standing.why}. It cannot fire until there are.", "warn"
    value = values or value_text(rule.condition, standing.value, instrument)
    now = "" if value == format.NO_FIGURE else f"Now {value}. "
    if standing.holds is None:
        away = distance_text(rule.condition, standing.value)
        return f"{now}{f'{away} away. ' if away else ''}It is told at the next crossing.", "muted"
    if not standing.holds:
        return f"{now}It is not so: it waits.", "muted"
    if rule.held_s:
        return f"{now}It is so: it is told if that lasts {_short(rule.held_s)}.", "accent"
    return f"{now}It is so: it is told at once.", "accent"


def values_words(
    condition: AlertCondition, read: Callable[[Metric], Reading], instrument: Instrument | None
) -> str:
    """What the metrics of an expression are now: "spread_bps 0.02 bp, session US"; "" of anything else."""
    if not isinstance(condition, Formula):
        return ""
    named = parse(condition.text).metrics[:MOST_VALUES]
    return ", ".join(
        f"{metric.key} {metric_text.whole(metric, read(metric).value, instrument)}" for metric in named
    )


def distance_text(condition: AlertCondition, value: float | None) -> str:
    """How far the price must go, in per cent of where it is; "" where that means nothing."""
    if not isinstance(condition, PriceCross | LevelReached) or not value:
        return ""
    return format.percent(condition.price / value - 1, 2, signed=True)


def _short(seconds: float) -> str:
    return format.timeframe(round(seconds * 1_000))
