"""Tells the calendar's events ahead of time, each of its moments once, whatever restarts lie between."""

from workstation.alerts.book import AlertBook
from workstation.alerts.rules import EventAhead, Firing, Rule, Sound
from workstation.events.calendar import Calendar
from workstation.events.event import Occurrence
from workstation.runtime.clock import Clock

LOOK_MS = 1_000
LATE_MS = 5 * 60_000
"""A moment that was missed by more, because the desk was closed, is not told any more."""
AHEAD_MS = 8 * 86_400_000
_PREFIX = "event:"
_KEPT_MS = 2 * 86_400_000


class EventAlerts:
    """Looks once a second at what is ahead by our own clock: what is planned for today is told today."""

    def __init__(self, book: AlertBook, calendar: Calendar, clock: Clock) -> None:
        """Tell of `calendar` through `book`, which remembers what has been told."""
        self._book = book
        self._calendar = calendar
        self._clock = clock
        self._looked_ms = 0
        self._ahead: tuple[tuple[int, int], list[Occurrence]] = ((-1, -1), [])

    def look(self, market_key: str) -> list[Firing]:
        """Return what is told now, noted in the book.

        Args:
            market_key: of the market that is open, for the history.
        """
        now_ms = self._clock.now_ms()
        if 0 <= now_ms - self._looked_ms < LOOK_MS:
            return []
        self._looked_ms = now_ms
        key = self._calendar.version, now_ms // 60_000
        if self._ahead[0] != key:
            self._ahead = key, self._calendar.between(now_ms - _KEPT_MS, now_ms + AHEAD_MS)
            self._forget_old(now_ms)
        fired: list[Firing] = []
        for one in self._ahead[1]:
            due = [m for m in one.event.alert_m if 0 <= now_ms - (one.start_ms - m * 60_000) < LATE_MS]
            if due and now_ms < one.start_ms + LATE_MS:
                # Of several that are due at once, as after a start, the nearest says all.
                fired += self._tell(one, min(due), market_key, now_ms)
        return fired

    def _tell(self, one: Occurrence, lead_m: float, market_key: str, now_ms: int) -> list[Firing]:
        event = one.event
        rule_id = f"{_PREFIX}{event.event_id}:{one.start_ms}:{lead_m:g}"[:64]
        whom = " ".join(event.names)[:64] if event.scope != "all" else "All symbols"
        latch = self._book.latch(rule_id, whom)
        if latch.count:
            return []
        condition = EventAhead(event.title, one.start_ms, lead_m)
        sound: Sound = "none" if event.window.effect == "note" else "rise"
        rule = Rule(rule_id, market_key, (), condition, sound=sound, note=event.note[:200])
        return [
            self._book.fire(rule, latch, condition=condition, value=None, now_ms=now_ms, market_ms=now_ms)
        ]

    def _forget_old(self, now_ms: int) -> None:
        old = [
            rule_id
            for rule_id, _ in self._book.latched
            if rule_id.startswith(_PREFIX) and int(rule_id.split(":")[2]) < now_ms - _KEPT_MS
        ]
        if old:
            self._book.forget_latches(old)
