"""The request limits of the venue: weight per minute, then 429, and a ban for those who go on."""

from workstation.runtime.clock import Clock
from workstation.simulator import rest_errors

WEIGHT_PER_MINUTE = 2_400
BAN_AFTER_REFUSALS = 20
BAN_S = 120
_MINUTE_MS = 60_000


class WeightLimit:
    """Counts the weight used in the minute of the wall clock.

    All clients come from this machine, so there is one count, as a venue keeps one per address.
    """

    def __init__(self, clock: Clock, weight_per_minute: int = WEIGHT_PER_MINUTE) -> None:
        """Allow `weight_per_minute` in each minute of `clock`."""
        self._clock = clock
        self.per_minute = weight_per_minute
        self._minute = -1
        self._refused = 0
        self._banned_until_ms = 0
        self.used = 0

    def charge(self, weight: int) -> None:
        """Count a request.

        Raises:
            ApiError: 429 while this minute's weight is used up; 418 while banned for not heeding it.
        """
        now_ms = self._clock.now_ms()
        if now_ms < self._banned_until_ms:
            raise rest_errors.banned(self._banned_until_ms, -(-(self._banned_until_ms - now_ms) // 1000))
        minute, into_ms = divmod(now_ms, _MINUTE_MS)
        if minute != self._minute:
            self._minute, self.used, self._refused = minute, 0, 0
        self.used += weight
        if self.used > self.per_minute:
            self._refused += 1
            if self._refused > BAN_AFTER_REFUSALS:
                self._banned_until_ms = now_ms + BAN_S * 1000
                raise rest_errors.banned(self._banned_until_ms, BAN_S)
            raise rest_errors.too_many_requests(self.per_minute, -(-(_MINUTE_MS - into_ms) // 1000))
