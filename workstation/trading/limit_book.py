"""The trader's own limits, kept in the ledger: tightened at once, loosened only after a wait."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from workstation.errors import BadFigure
from workstation.model.ledger import LedgerEntry, SettingChange
from workstation.ports import Ledger
from workstation.runtime.clock import Clock
from workstation.trading.limit_rules import (
    LIMIT_BY_KEY,
    DayRules,
    LimitSpec,
    day_rules,
    hard_limits,
    shipped,
)
from workstation.trading.risk import HardLimits
from workstation.trading.trading_day import BREAK_MS
from workstation.trading.written import write_down

_LIMIT, _LOCK, _SESSION = "limit.", "lock.", "desk.session"
_SESSION_EVERY_MS = 5 * 60_000
_FROM = " from "


@dataclass(frozen=True, slots=True)
class Loosening:
    """A looser limit that was asked for and does not count yet.

    Attributes:
        figure: as kept.
        due_ms: our clock when it counts at the earliest.
        reason: typed by the trader.
    """

    figure: Decimal
    due_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class LimitChange:
    """One line of the history of a limit.

    Attributes:
        spec: of the limit.
        time_ms: our clock when it was written down.
        before, after: figures as kept.
        due_ms: when it counted at the earliest; 0 for at once.
        reason: typed by the trader; empty where none was needed.
    """

    spec: LimitSpec
    time_ms: int
    before: Decimal
    after: Decimal
    due_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Lock:
    """A guardrail that has shut for a while, written down so that a restart does not open it.

    Attributes:
        rail: its key.
        from_ms, until_ms: the desk's clock.
        words: why.
    """

    rail: str
    from_ms: int
    until_ms: int
    words: str

    def holds(self, now_ms: int) -> bool:
        """Whether it is shut; a recording that was rewound to before it is open again."""
        return self.from_ms <= now_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class _Pending:
    """A loosening with what both clocks must show before it counts."""

    asked: Loosening
    due_monotonic: float


class LimitBook:
    """The limits in force, those asked for, and how they came about.

    What is tighter counts at once, even if it cannot be written. What is looser counts once the wait that was
    in force when it was asked for has passed on the wall's clock and, while the program runs, on the one that
    cannot be set too; time in which the computer slept counts after a restart only. A newer change of a limit
    takes the place of one that still waits. A wall clock that is set forward while the program is not running
    cannot be told from time that passed; the chain of the ledger keeps the times of both.
    """

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        """Take in what the ledger holds."""
        self._ledger = ledger
        self._clock = clock
        self._figures = shipped()
        self._pending: dict[str, _Pending] = {}
        self._locks: dict[str, Lock] = {}
        self._session = (0, 0)  # when it began, and when it was last known to go on
        self._history: list[LimitChange] = []
        self._newest_ms = (
            0  # no later moment is known than this; a clock set back does not begin a wait early
        )
        self._mark_monotonic = clock.monotonic()
        for entry in ledger.entries(SettingChange):
            self._replay(entry)
        self._newest_ms = max(self._newest_ms, clock.now_ms())

    # What is in force.

    def limits(self) -> HardLimits:
        """The hard limits now."""
        return hard_limits(self.figures())

    def rules(self) -> DayRules:
        """The rules of the day now."""
        return day_rules(self.figures())

    def figures(self) -> Mapping[str, Decimal]:
        """Every limit by key, as kept."""
        now_ms, monotonic = self._clock.now_ms(), self._clock.monotonic()
        for key, waiting in tuple(self._pending.items()):
            if now_ms >= waiting.asked.due_ms and monotonic >= waiting.due_monotonic:
                self._figures[key] = waiting.asked.figure
                del self._pending[key]
        return self._figures

    def pending(self, key: str) -> Loosening | None:
        """What was asked for and does not count yet; None where nothing waits."""
        self.figures()
        waiting = self._pending.get(key)
        return None if waiting is None else waiting.asked

    def left_ms(self, key: str) -> int:
        """How long a loosening still waits; 0 where none does."""
        self.figures()
        waiting = self._pending.get(key)
        if waiting is None:
            return 0
        by_wall = waiting.asked.due_ms - self._clock.now_ms()
        return max(1, by_wall, round((waiting.due_monotonic - self._clock.monotonic()) * 1000))

    @property
    def history(self) -> tuple[LimitChange, ...]:
        """Every change that was asked for, the oldest first."""
        return tuple(self._history)

    # Changing.

    async def change(self, key: str, figure: Decimal, reason: str = "") -> Loosening | None:
        """Change a limit; the figure that is in force takes back what waits.

        Args:
            key: of the limit.
            figure: as kept.
            reason: needed to loosen.

        Returns:
            None if it counts already, else what waits.

        Raises:
            BadFigure: no such limit, the figure is none for it, or the reason is too short; nothing changed.
            PreflightError: the ledger could not be written; a looser limit does not count then.
        """
        spec = LIMIT_BY_KEY.get(key)
        if spec is None:
            raise BadFigure("limit", f"There is no limit {key}")
        if not figure.is_finite() or not spec.least <= figure <= spec.greatest:
            words = f"{spec.title} lies between {spec.text(spec.least)} and {spec.text(spec.greatest)}"
            raise BadFigure("limit", words)
        if spec.whole and figure != figure.to_integral_value():
            raise BadFigure("limit", f"{spec.title} is a whole number")
        figures, rules, said = self.figures(), self.rules(), " ".join(reason.split())
        before = figures[key]
        if not spec.is_looser(figure, before):
            change = SettingChange(_LIMIT + key, str(before), str(figure), said)
            self._take(change, self._clock.now_ms())
            await asyncio.wrap_future(self._ledger.append(change))
            return None
        if len(said) < rules.loosen_reason:
            words = f"To loosen {spec.title.lower()}, say why in at least {rules.loosen_reason} characters"
            raise BadFigure("reason", words)
        due_ms = self._not_before() + rules.loosen_wait_ms
        due_monotonic = self._clock.monotonic() + rules.loosen_wait_ms / 1000
        change = SettingChange(_LIMIT + key, str(before), f"{figure}{_FROM}{due_ms}", said)
        await asyncio.wrap_future(self._ledger.append(change))
        self._take(change, self._clock.now_ms(), due_monotonic)
        return self.pending(key)

    async def revoke(self, key: str) -> None:
        """Take back a loosening that still waits.

        Raises:
            BadFigure: there is no such limit.
            PreflightError: that could not be written down.
        """
        await self.change(key, self.figures().get(key, Decimal(0)), "Taken back")

    # Locks of guardrails.

    def lock(self, rail: str) -> Lock | None:
        """The newest time that a guardrail has shut; None where it never did."""
        return self._locks.get(rail)

    def shut(self, lock: Lock) -> None:
        """Shut a guardrail for a while; it is written down meanwhile."""
        if self._locks.get(lock.rail) == lock:
            return
        self._locks[lock.rail] = lock
        change = SettingChange(_LOCK + lock.rail, str(lock.from_ms), str(lock.until_ms), lock.words)
        write_down(self._ledger, change)

    def session_before(self, now_ms: int) -> int | None:
        """Return when the session began that a restart has interrupted; None where a break has ended it."""
        began_ms, known_ms = self._session
        return began_ms if known_ms <= now_ms < known_ms + BREAK_MS else None

    def keep_session(self, began_ms: int, now_ms: int) -> None:
        """Write down now and then that a session goes on, so that a restart is no break."""
        if began_ms != self._session[0] or now_ms - self._session[1] >= _SESSION_EVERY_MS:
            self._session = (began_ms, now_ms)
            change = SettingChange(_SESSION, str(began_ms), str(now_ms), "")
            write_down(self._ledger, change)

    # Below.

    def _not_before(self) -> int:
        """Return now, or what follows from an earlier look if the wall's clock was set back since."""
        monotonic = self._clock.monotonic()
        passed_ms = round((monotonic - self._mark_monotonic) * 1000)
        self._newest_ms = max(self._clock.now_ms(), self._newest_ms + passed_ms)
        self._mark_monotonic = monotonic
        return self._newest_ms

    def _replay(self, entry: LedgerEntry) -> None:
        self._newest_ms = max(self._newest_ms, entry.time_ms)
        assert isinstance(entry.record, SettingChange)
        # What a later version or a damaged file says of a limit leaves the limit as it is.
        with suppress(ValueError, InvalidOperation):
            self._settle(entry.time_ms)
            self._take(entry.record, entry.time_ms)

    def _settle(self, time_ms: int) -> None:
        """Let what was due before an entry count, so that the entry finds what it was written against."""
        for key, waiting in tuple(self._pending.items()):
            if waiting.asked.due_ms <= time_ms:
                self._figures[key] = waiting.asked.figure
                del self._pending[key]

    def _take(self, change: SettingChange, time_ms: int, due_monotonic: float = float("-inf")) -> None:
        if change.key == _SESSION:
            self._session = (int(change.before), int(change.after))
            return
        if change.key.startswith(_LOCK):
            rail = change.key.removeprefix(_LOCK)
            self._locks[rail] = Lock(rail, int(change.before), int(change.after), change.reason)
            return
        spec = LIMIT_BY_KEY.get(change.key.removeprefix(_LIMIT))
        if spec is None or not change.key.startswith(_LIMIT):
            return
        figure_text, _, due_text = change.after.partition(_FROM)
        figure, due_ms = Decimal(figure_text), int(due_text or 0)
        before = self._figures[spec.key]
        if due_ms:
            self._pending[spec.key] = _Pending(Loosening(figure, due_ms, change.reason), due_monotonic)
        elif not spec.is_looser(figure, before):
            self._figures[spec.key] = figure
            self._pending.pop(spec.key, None)
        else:
            # Tightened from a loosening that had counted, by a wall clock that was set back afterwards: it
            # still waits here, and may not end up looser than what it was tightened to.
            waiting = self._pending.get(spec.key)
            if waiting is None or not spec.is_looser(waiting.asked.figure, figure):
                return
            self._pending[spec.key] = replace(waiting, asked=replace(waiting.asked, figure=figure))
        self._history.append(LimitChange(spec, time_ms, before, figure, due_ms, change.reason))
