"""Notices a venue's clock that leaps ahead and puts its times back: a market's time cannot be undone."""

from dataclasses import replace

from workstation.model.columns import Records
from workstation.model.derivatives import DerivativeNews

LEAP_MS = 10_000
"""No message is so far ahead of the one before it."""

MOST_SPEED = 100.0
"""Nor does a venue's time run so many times as fast as ours; a simulated one may run fast."""

BELIEVED_S = 30.0
"""A clock that stays ahead for so long is right: it was ours or the first message that was wrong."""


class EventTimes:
    """The time on a venue as its messages tell it.

    One wrong time far ahead would carry every depth column and candle of its symbol there. Times that are
    behind harm nobody: what has passed is not opened again.
    """

    def __init__(self) -> None:
        """Believe the first message."""
        self._newest_ms = 0
        self._newest_at = 0.0
        self._ahead_since: float | None = None
        self.ahead_ms = 0
        """What is taken off the venue's times now; 0 while they are plausible."""
        self.corrected = 0
        """Rows and news whose time was put back."""

    @property
    def words(self) -> str:
        """What is wrong, as a sentence; empty while nothing is."""
        if not self.ahead_ms:
            return ""
        return f"Its clock leapt ahead by {self.ahead_ms / 1000:,.0f} s: its times are put back."

    def hold(self, rows: Records, now: float) -> None:
        """Put right, in place, the times of rows that came together; `now` in monotonic seconds."""
        if not len(rows):
            return
        times = rows["event_ms"]
        newest_ms = int(times.max())
        if newest_ms <= 0:
            return  # this stream tells no time
        latest_ms = self._latest_ms(now)
        if newest_ms > latest_ms and self._is_refused(newest_ms, now):
            wrong = times > latest_ms
            self._put_back(int(times[wrong][0]), latest_ms, now)
            times[wrong] -= self.ahead_ms
            self.corrected += int(wrong.sum())
            newest_ms = int(times.max())
        elif self.ahead_ms:
            self._recover()
        self._note(newest_ms, now)

    def hold_news(self, item: DerivativeNews, now: float) -> DerivativeNews:
        """Return news with a plausible time."""
        latest_ms = self._latest_ms(now)
        if item.event_ms <= latest_ms or not self._is_refused(item.event_ms, now):
            return item
        self._put_back(item.event_ms, latest_ms, now)
        self.corrected += 1
        return replace(item, event_ms=item.event_ms - self.ahead_ms)

    def present_ms(self, now: float) -> int:
        """The time on the venue, as its newest message and the time since tell it; 0 before the first."""
        return self._newest_ms + round(1000 * (now - self._newest_at)) if self._newest_ms else 0

    def begin_anew(self) -> None:
        """Believe the next message: time has passed that no clock has counted."""
        self._newest_ms = 0
        self._recover()

    def _latest_ms(self, now: float) -> float:
        if not self._newest_ms:
            return float("inf")
        return self._newest_ms + LEAP_MS + MOST_SPEED * 1000 * (now - self._newest_at)

    def _is_refused(self, event_ms: int, now: float) -> bool:
        if self._ahead_since is not None and now - self._ahead_since > BELIEVED_S:
            self._recover()
            self._note(event_ms, now)
            return False
        return True

    def _put_back(self, event_ms: int, latest_ms: float, now: float) -> None:
        """Settle what is taken off: the same as before where that will do, so that distances are kept."""
        if self._ahead_since is None:
            self._ahead_since = now
        put_back_ms = event_ms - self.ahead_ms
        if not self.ahead_ms or not self._newest_ms - LEAP_MS <= put_back_ms <= latest_ms:
            passed_ms = round(1000 * (now - self._newest_at))
            self.ahead_ms = event_ms - self._newest_ms - passed_ms

    def _recover(self) -> None:
        self.ahead_ms = 0
        self._ahead_since = None

    def _note(self, event_ms: int, now: float) -> None:
        # What is a little behind came on another connection; what is far behind is a clock set back.
        if event_ms > self._newest_ms or event_ms < self._newest_ms - LEAP_MS:
            self._newest_ms, self._newest_at = event_ms, now
