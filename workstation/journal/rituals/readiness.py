"""From paper to real money: what must be shown first, and a ramp of size that results alone lead up."""

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.journal.statistics.figure import Estimate
from workstation.journal.statistics.summary import summary
from workstation.journal.statistics.table import TripTable
from workstation.model.journal import ReviewedTrip

DAY_MS = 86_400_000
LEAST_DAYS, LEAST_TRADES = 30, 30
LEAST_PROCESS = 0.8
"""Share of the verdicts that say the process was followed; each trade needs a verdict."""
STEPS = (0.1, 0.25, 0.5, 1.0)
"""Shares of the usual size, one after another."""
STEP_TRADES = 20
"""Trades on a step before the next."""
FALL_R = 6.0
"""A fall of so many R on a step leads back by one."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that must be shown.

    Attributes:
        title: of it.
        shown, needed: as text.
        is_met: whether it is.
        note: what is uncertain about it; empty where nothing is.
    """

    title: str
    shown: str
    needed: str
    is_met: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether paper has shown enough.

    Attributes:
        requirements: all of them.
        expectancy: R a trade, with Student's 95 % interval.
    """

    requirements: tuple[Requirement, ...]
    expectancy: Estimate

    @property
    def is_ready(self) -> bool:
        """Whether everything is met."""
        return all(one.is_met for one in self.requirements)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Where the ramp stands.

    Attributes:
        share: of the usual size that is earned now.
        following: the next share; None at the top.
        trades: on this step.
        r: Σ R on it.
        fall: deepest fall of Σ R on it, positive.
        lacks: what the next step still needs, a sentence each.
        moves: (closed_ms, share) each time that it changed.
    """

    share: float
    following: float | None
    trades: int
    r: float
    fall: float
    lacks: tuple[str, ...]
    moves: tuple[tuple[int, float], ...]


def readiness(trips: Sequence[ReviewedTrip], now_ms: int) -> Readiness:
    """Judge closed round trips on paper.

    Args:
        trips: of paper accounts; open ones are left out.
        now_ms: our clock.
    """
    table = TripTable.of(trips)
    figures = summary(table)
    expectancy, followed = figures["expectancy_r"], figures["followed"]
    days = int((now_ms - table.opened_ms.min()) // DAY_MS) if len(table) else 0
    judged = 0 if followed.value is None else followed.n
    mean, low = expectancy.value, expectancy.estimate.low
    note = ""
    if mean is not None and (low is None or low <= 0):
        note = "Its interval reaches below 0: luck alone could have done this"
    process = "no verdict yet" if followed.value is None else f"{followed.value * 100:.0f} %, {judged} judged"
    return Readiness(
        (
            Requirement("Days on paper", f"{max(0, days)}", f"{LEAST_DAYS}", days >= LEAST_DAYS),
            Requirement("Trades closed", f"{len(table)}", f"{LEAST_TRADES}", len(table) >= LEAST_TRADES),
            Requirement(
                "Process followed",
                process,
                f"{LEAST_PROCESS * 100:.0f} %, {LEAST_TRADES} judged",
                judged >= LEAST_TRADES and (followed.value or 0.0) >= LEAST_PROCESS,
            ),
            Requirement(
                "Expectancy",
                _interval(expectancy.estimate),
                "above 0 R",
                mean is not None and mean > 0 and expectancy.n >= LEAST_TRADES,
                note,
            ),
        ),
        expectancy.estimate,
    )


def ramp(trips: Sequence[ReviewedTrip]) -> Ramp:
    """Return what share of the usual size results have earned: a fold over round trips since the ramp began.

    A step is earned by `STEP_TRADES` trades with a stop, Σ R above 0 and the process followed in
    `LEAST_PROCESS` of their verdicts, all judged. A fall of `FALL_R` on a step leads back by one and begins
    that one anew. R does not depend on the size, so that a small size earns as well as a large one.

    Args:
        trips: since the ramp began, in any order; open ones and those without an R are left out.
    """
    closed = [one for one in trips if one.trip.closed_ms is not None and one.trip.r_multiple is not None]
    closed.sort(key=lambda one: (one.trip.closed_ms or 0, one.trip.trip_id))
    place, moves = 0, []
    on_step: list[ReviewedTrip] = []
    total = peak = fall = 0.0
    for one in closed:
        on_step.append(one)
        total += float(one.trip.r_multiple or 0)
        peak = max(peak, total)
        fall = max(fall, peak - total)
        step = -1 if fall >= FALL_R else 0 if _lacks(on_step, total) else 1
        if step and (0 <= place + step < len(STEPS) or step < 0):
            place = max(0, place + step)
            moves.append((one.trip.closed_ms or 0, STEPS[place]))
            on_step, total, peak, fall = [], 0.0, 0.0, 0.0
    is_top = place == len(STEPS) - 1
    return Ramp(
        STEPS[place],
        None if is_top else STEPS[place + 1],
        len(on_step),
        total,
        fall,
        () if is_top else tuple(_lacks(on_step, total)),
        tuple(moves),
    )


def _lacks(trips: Sequence[ReviewedTrip], total: float) -> list[str]:
    found = []
    left = STEP_TRADES - len(trips)
    if left > 0:
        found.append(f"{left} more {'trade' if left == 1 else 'trades'}")
    if total <= 0:
        found.append("a result above 0 R")
    verdicts = [one.note.followed for one in trips if one.note.followed is not None]
    waiting = len(trips) - len(verdicts)
    if waiting:
        found.append(f"a verdict on {waiting} {'trade' if waiting == 1 else 'trades'}")
    if verdicts and sum(verdicts) < LEAST_PROCESS * len(verdicts):
        found.append(f"the process followed in {LEAST_PROCESS * 100:.0f} % of them")
    return found


def _interval(estimate: Estimate) -> str:
    if estimate.value is None:
        return "no trade with R yet"
    words = f"{estimate.value:+.2f} R"
    if estimate.low is not None and estimate.high is not None:
        words += f" [{estimate.low:+.2f} … {estimate.high:+.2f}]"
    return f"{words}, n {estimate.n}".replace("-", "\u2212")
