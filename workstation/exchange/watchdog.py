"""Notices silence: a connection that answers pings and brings no data is as dead as one that is cut."""

import time
from collections.abc import Callable
from enum import Enum
from weakref import WeakKeyDictionary

from workstation.exchange.raw_client import RawClient

STALE_S = 1.5
DEAD_S = 3.0
"""The least silence that counts: a connection carries many symbols and seldom pauses for half a second."""

LONGEST_DEAD_S = 8.0
STALE_GAPS = 1.7
DEAD_GAPS = 2.5
"""A connection that usually pauses for longer is given so many of its usual pauses."""

FORGET = 0.9995
"""By this the longest pause shrinks at every look, ten a second: after a few minutes it is forgotten."""

MOST_PATIENCE = 16.0
BRISK_S = 2.0
"""A connection without a long pause for so long is no quiet one: the silence before it was a fault."""

LATE_LOOK_S = 0.5


class Silence(Enum):
    """What a connection's silence says."""

    NONE = "none"
    STALE = "stale"
    DEAD = "dead"


class _Watched:
    """One connection: since when it is silent and how long it usually pauses."""

    def __init__(self, now_ns: int) -> None:
        self.began_ns = now_ns
        self.since_ns = now_ns
        self.longest_s = 0.0
        self.silence = Silence.NONE


class Watchdog:
    """Looks at every connection ten times a second and judges by the time since its newest data.

    An address that falls silent again and again after being connected anew is a quiet one: it is given twice
    the time with every turn.
    """

    def __init__(self, wall_ns: Callable[[], int] = time.time_ns) -> None:
        """Begin to watch; `wall_ns` is the clock that messages are stamped with."""
        self._wall_ns = wall_ns
        self._watched: WeakKeyDictionary[RawClient, _Watched] = WeakKeyDictionary()
        self._patience: dict[str, float] = {}
        self._looked_ns = wall_ns()

    def look(self, connections: list[RawClient]) -> dict[RawClient, Silence]:
        """Judge each connection that stands."""
        now_ns = self._wall_ns()
        late = now_ns - self._looked_ns > LATE_LOOK_S * 1e9
        self._looked_ns = now_ns
        verdicts: dict[RawClient, Silence] = {}
        for client in connections:
            if not client.isConnected:
                continue
            watched = self._watched.get(client)
            if watched is None:
                watched = self._watched[client] = _Watched(now_ns)
            verdicts[client] = self._judge(client, watched, now_ns, late)
        return verdicts

    def silent_since_ms(self, client: RawClient) -> int:
        """When the newest data of a connection came, ms since 1970."""
        watched = self._watched.get(client)
        return (watched.since_ns if watched else self._wall_ns()) // 1_000_000

    def _judge(self, client: RawClient, watched: _Watched, now_ns: int, late: bool) -> Silence:
        if client.last_data_ns > watched.since_ns:
            pause_s = (client.last_data_ns - watched.since_ns) / 1e9
            # A look that itself came late says nothing of the venue.
            if not late and pause_s < LONGEST_DEAD_S:
                watched.longest_s = max(watched.longest_s, pause_s)
            watched.since_ns = client.last_data_ns
        watched.longest_s *= FORGET
        if late:
            return watched.silence
        silent_s = (now_ns - watched.since_ns) / 1e9
        patience = self._patience.get(client.url, 1.0)
        stale_s = patience * max(STALE_S, STALE_GAPS * watched.longest_s)
        dead_s = patience * min(LONGEST_DEAD_S, max(DEAD_S, DEAD_GAPS * watched.longest_s))
        if silent_s > dead_s:
            watched.silence = Silence.DEAD
            self._patience[client.url] = min(MOST_PATIENCE, 2 * patience)
        elif silent_s > min(stale_s, dead_s):
            watched.silence = Silence.STALE
        else:
            watched.silence = Silence.NONE
            brisk_s = (now_ns - watched.began_ns) / 1e9
            if patience > 1.0 and brisk_s > BRISK_S and watched.longest_s < STALE_S:
                self._patience[client.url] = 1.0
        return watched.silence
