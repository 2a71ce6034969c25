"""Notices silence: what answers pings and brings no data is as dead as what is cut off."""

import math
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

FORGET = 0.9995
"""By this the longest pause shrinks at every look, ten a second: after a few minutes it is forgotten."""

LATE_LOOK_S = 0.5
"""A look that comes so late was kept from looking, and from reading: it says nothing of the venue."""

LEARNT = 1.1
"""A pause that was taken for a fault and was none, by what came of it, is tolerated with this margin."""

BRISK_LOOKS = 10
"""After so many looks at which there was something new, the silence before was a fault, not a habit."""

MOST_PATIENCE = 16.0
EXCUSED = -1
"""In place of a time: this source cannot be heard now, and no habit is to be learnt from that."""


class Silence(Enum):
    """What the time since the newest data says."""

    NONE = "none"
    STALE = "stale"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a pause is a fault.

    Attributes:
        stale_s, dead_s: no shorter pause counts.
        most_dead_s: no longer one is waited for, however quiet it has been.
        stale_gaps, dead_gaps: nor one shorter than so many of the usual long pauses; 0 where no habit counts.
        warm_up_s: how long it is listened to before it is judged.
    """

    stale_s: float
    dead_s: float
    most_dead_s: float
    stale_gaps: float
    dead_gaps: float
    warm_up_s: float = 0.0


CONNECTION = Limits(1.5, 3.0, 8.0, 1.7, 2.5)
"""A connection carries many symbols and seldom pauses for half a second."""

STREAM = Limits(1.6, 4.0, 300.0, 3.0, 6.0, warm_up_s=20.0)
"""One stream of one symbol may be quiet for minutes: it is measured by its own habit."""

LATE_BEATS = 1.6


def of_beat(beat_s: float) -> Limits:
    """Limits for what is sent at least every `beat_s`: earlier silence is no excuse, and nothing is dead."""
    return Limits(LATE_BEATS * beat_s, math.inf, math.inf, 0.0, 0.0, warm_up_s=2 * beat_s)


class _Heard:
    """One source of data: since when it is silent and how long it usually pauses."""

    __slots__ = ("began_ns", "has_died", "lively_looks", "longest_s", "silence", "since_ns")

    def __init__(self, now_ns: int) -> None:
        self.began_ns = now_ns
        self.since_ns = now_ns
        self.longest_s = 0.0
        self.lively_looks = 0
        self.has_died = False
        self.silence = Silence.NONE

    def learn(self, pause_s: float, limits: Limits) -> None:
        """Take a pause that has ended into account: a fault is no habit, a doubtful pause is half of one."""
        self.lively_looks += 1
        if not limits.stale_gaps:
            return
        if self.silence is Silence.STALE:
            pause_s *= LEARNT / limits.stale_gaps
        if not self.has_died:
            self.longest_s = max(self.longest_s, pause_s)
        self.has_died = False

    def die(self, now_ns: int) -> None:
        """Begin to wait for what is made anew."""
        self.since_ns = now_ns
        self.lively_looks = 0
        self.has_died = True


class SilenceWatch(Generic[Key]):
    """Looks at many sources ten times a second and judges each by the time since its newest data.

    A source that falls silent again and again is a quiet one: it is given twice the time at every turn, until
    it has been brisk for a while.
    """

    def __init__(self, limits: Limits, wall_ns: Callable[[], int] = time.time_ns) -> None:
        """Begin to watch; `wall_ns` is the clock that data are stamped with."""
        self._limits = limits
        self._wall_ns = wall_ns
        self._heard: dict[Key, _Heard] = {}
        self._patience: dict[Hashable, float] = {}
        self._looked_ns = wall_ns()

    def look(self, newest_ns: Mapping[Key, int], name: Callable[[Key], Hashable]) -> dict[Key, Silence]:
        """Judge each source by when its newest data came; sources that are not named are forgotten.

        Args:
            newest_ns: when the newest data of each came, or when it was connected; 0 for never, EXCUSED.
            name: what a source that was made anew has in common with the one before.
        """
        now_ns = self._wall_ns()
        late = now_ns - self._looked_ns > LATE_LOOK_S * 1e9
        self._looked_ns = now_ns
        self._forget(newest_ns)
        return {key: self._judge(key, at_ns, name(key), now_ns, late) for key, at_ns in newest_ns.items()}

    def silent_since_ms(self, key: Key) -> int:
        """When the newest data of a source came, ms since 1970."""
        heard = self._heard.get(key)
        return (heard.since_ns if heard else self._wall_ns()) // 1_000_000

    def _forget(self, present: Iterable[Key]) -> None:
        for key in self._heard.keys() - set(present):
            del self._heard[key]

    def _judge(self, key: Key, at_ns: int, name: Hashable, now_ns: int, late: bool) -> Silence:
        limits = self._limits
        heard = self._heard.get(key)
        if heard is None:
            heard = self._heard[key] = _Heard(now_ns)
        if at_ns == EXCUSED:
            heard.since_ns = now_ns
            heard.silence = Silence.NONE
            return heard.silence
        if at_ns > heard.since_ns:
            if not late:
                heard.learn((at_ns - heard.since_ns) / 1e9, limits)
            heard.since_ns = at_ns
        heard.longest_s *= FORGET
        if late or now_ns - heard.began_ns < limits.warm_up_s * 1e9:
            return heard.silence
        silent_s = (now_ns - heard.since_ns) / 1e9
        patience = self._patience.get(name, 1.0)
        stale_s = patience * max(limits.stale_s, limits.stale_gaps * heard.longest_s)
        dead_s = patience * min(limits.most_dead_s, max(limits.dead_s, limits.dead_gaps * heard.longest_s))
        if silent_s > dead_s:
            heard.silence = Silence.DEAD
            self._patience[name] = min(MOST_PATIENCE, 2 * patience)
            heard.die(now_ns)
        elif silent_s > min(stale_s, dead_s) or heard.has_died:
            heard.silence = Silence.STALE
        else:
            heard.silence = Silence.NONE
            if heard.lively_looks > BRISK_LOOKS and heard.longest_s < limits.stale_s:
                self._patience.pop(name, None)
        return heard.silence
