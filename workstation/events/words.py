"""Events in a sentence: what holds now and until when, and what comes next in how long."""

from workstation.events.calendar import EventStanding
from workstation.events.event import Occurrence

_DAY_MS = 86_400_000


def span_words(ms: float) -> str:
    """A length of time as it is said, the minute begun counted: "2 d 3 h", "1 h 12 m", "48 m"."""
    minutes = max(1, -(-int(ms) // 60_000))
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {left} m" if left else f"{hours} h"
    return f"{left} m"


def clock_words(ms: int, now_ms: int) -> str:
    """A moment by the clock, UTC; with the days that lie between where it is not today."""
    days = ms // _DAY_MS - now_ms // _DAY_MS
    clock = f"{ms // 3_600_000 % 24:02d}:{ms // 60_000 % 60:02d}"
    return clock if not days else f"{clock} {'+' if days > 0 else '−'}{abs(days)} d"


def when_words(one: Occurrence, now_ms: int) -> str:
    """How far an event is: "FOMC in 1 h 12 m", "FOMC since 20 m", "FOMC ended 40 m ago"."""
    if now_ms < one.start_ms:
        return f"{one.event.title} in {span_words(one.start_ms - now_ms)}"
    if now_ms < one.end_ms:
        return f"{one.event.title} goes on for {span_words(one.end_ms - now_ms)}"
    if now_ms - one.end_ms < 60_000:
        return f"{one.event.title} is now"
    return f"{one.event.title} ended {span_words(now_ms - one.end_ms)} ago"


def rule_words(one: Occurrence) -> str:
    """What the window of an event does: "no entry", "size −40 %, ≤ 5 ×", "note only"."""
    rule = one.event.window
    if rule.effect == "no entry":
        return "no entry"
    if rule.effect == "note":
        return "note only"
    parts = [f"size −{rule.size_cut_rate:.0%}".replace("%", "\u2009%")] if rule.size_cut_rate else []
    if rule.most_leverage is not None:
        parts.append(f"≤ {rule.most_leverage:g}\u2009×")
    return ", ".join(parts) or "note only"


def standing_words(standing: EventStanding, now_ms: int) -> str:
    """One line on what holds: "No entry now: FOMC in 1 h 12 m"; "" where nothing does."""
    one = standing.occurrence
    if one is None or standing.effect == "note":
        return ""
    if standing.effect == "no entry":
        return f"No entry now: {when_words(one, now_ms)}"
    return f"Reduced now ({rule_words(one)}): {when_words(one, now_ms)}"
