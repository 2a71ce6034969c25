"""The rows of the alerts panel: one a rule, one a telling."""

from collections.abc import Sequence
from math import nan

from ui import format
from ui.alerting import words
from ui.widgets.table_rows import Cell, Column, Row
from workstation.alerts.engine import AlertEngine
from workstation.alerts.rules import Firing, Rule, RuleStanding, RuleState
from workstation.model.instrument import Instrument

RULE_COLUMNS = (
    Column("Alert", "What is waited for", 20, 0, left=True),
    Column("Symbol", "What is watched", 9, 1, left=True),
    Column("Now", "What the price or metric is now", 10, 2),
    Column("At", "The value waited for", 10, 4),
    Column("Away", "How far the price must go", 8, 3),
    Column("State", "armed, waiting, fired, no data, paused or expired", 9, 0),
    Column("Told", "How often it was told", 4, 5),
    Column("How often", "Once or every time, and what else was asked for", 12, 6, left=True),
)
FIRING_COLUMNS = (
    Column("Told, UTC", "When; of another day, the day too", 10, 0),
    Column("Symbol", "Of which symbol", 9, 1, left=True),
    Column("Alert", "What it waited for", 16, 0, left=True),
    Column("Value", "What the price or metric was", 10, 2),
    Column("Note", "The trader's words", 10, 3, left=True),
    Column("Market", "Where", 8, 4, left=True),
)
_BETWEEN = "\x1f"
"""Between the words of a row, which the filter reads, and its id."""
MOST_TIP_LINES = 16
_WORST_FIRST = (
    RuleState.NO_DATA,
    RuleState.FIRED,
    RuleState.WAITING,
    RuleState.ARMED,
    RuleState.PAUSED,
    RuleState.EXPIRED,
)


def symbols_of(rule: Rule, engine: AlertEngine | None) -> Sequence[str]:
    """The symbols that a rule watches now."""
    if rule.symbols or engine is None:
        return rule.symbols
    return [state.instrument.symbol for state in engine.watched(rule)]


def rule_row(rule: Rule, engine: AlertEngine | None, instrument: Instrument | None) -> Row:
    """How a rule stands; of one that watches several symbols, the state that asks for most attention."""
    symbols = symbols_of(rule, engine)
    standings = [
        RuleStanding(RuleState.ARMED) if engine is None else engine.standing(rule, one) for one in symbols
    ]
    standing = min(
        standings, key=lambda one: _WORST_FIRST.index(one.state), default=RuleStanding(RuleState.NO_DATA)
    )
    only = standing if len(standings) == 1 else None
    said = words.condition_words(rule.condition, instrument)
    scope = words.scope_words(rule)
    alike = sum(one.state is standing.state for one in standings)
    state = standing.state.value if only is not None or not standings else f"{alike} {standing.state.value}"
    value = None if only is None else only.value
    told = 0 if engine is None else sum(engine.told(rule, symbol) for symbol in symbols)
    is_off = standing.state in (RuleState.PAUSED, RuleState.EXPIRED)
    base = "muted" if is_off else "text"
    away = words.distance_text(rule.condition, value)
    cells = (
        Cell(said, said, base),
        Cell(scope, scope, base),
        Cell(words.value_text(rule.condition, value, instrument), nan if value is None else value, base),
        Cell(
            words.threshold_text(rule.condition, instrument),
            words.threshold_text(rule.condition, instrument),
            base,
        ),
        Cell(away or format.NO_FIGURE, away, "muted"),
        Cell(state, state, words.STATE_TOKENS[standing.state]),
        Cell(format.count(told) if told else format.NO_FIGURE, float(told), "muted"),
        Cell(words.often_words(rule), words.often_words(rule), "muted"),
    )
    return f"{scope} {said}{_BETWEEN}{rule.rule_id}", cells


def rule_tip(rule: Rule, engine: AlertEngine | None, instrument: Instrument | None) -> str:
    """A rule and how it stands on each symbol, in lines."""
    lines = [words.rule_words(rule, instrument)]
    if rule.note:
        lines.append(rule.note)
    if engine is not None:
        for symbol in symbols_of(rule, engine):
            standing = engine.standing(rule, symbol)
            why = f": {standing.why}" if standing.why else ""
            lines.append(f"{symbol} {standing.state.value}{why}")
    more = len(lines) - MOST_TIP_LINES
    return "\n".join(lines if more <= 0 else [*lines[:MOST_TIP_LINES], f"and {more} more"])


def firing_row(firing: Firing, instrument: Instrument | None, now_ms: int, is_new: bool) -> Row:
    """One telling; what is new stands out by a mark besides its colour."""
    said = words.condition_words(firing.condition, instrument)
    day, time = format.utc_date(firing.fired_ms), format.utc_time(firing.fired_ms)
    when = time if day == format.utc_date(now_ms) else f"{day[5:]} {time[:5]}"
    is_new = is_new or not firing.seen
    token = "accent" if is_new else "text"
    value = words.value_text(firing.condition, firing.value, instrument)
    cells = (
        Cell(f"● {when}" if is_new else when, float(firing.number), token),
        Cell(firing.symbol, firing.symbol, token),
        Cell(said, said, "text"),
        Cell(value, nan if firing.value is None else firing.value, "text"),
        Cell(firing.note, firing.note, "muted"),
        Cell(firing.market, firing.market, "muted"),
    )
    return f"{firing.symbol} {said} {firing.note}{_BETWEEN}{firing.number}", cells


def rule_of(key: str, rules: Sequence[Rule]) -> Rule | None:
    """The rule of a row; None where it is gone."""
    rule_id = key.rpartition(_BETWEEN)[2]
    return next((rule for rule in rules if rule.rule_id == rule_id), None)


def firing_of(key: str, firings: Sequence[Firing]) -> Firing | None:
    """The telling of a row; None where it is gone."""
    number = key.rpartition(_BETWEEN)[2]
    return next((firing for firing in firings if str(firing.number) == number), None)
