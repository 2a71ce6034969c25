"""Outages of a venue out of the states its data stood in: how many, how long, of how much listened to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.model.feed_history import FeedRecord, FeedSpell
from workstation.model.feed_status import FeedProblem, FeedState

_ARRIVING = (FeedState.LIVE, FeedState.REPAIRING)
_LOST = (FeedState.DISCONNECTED, FeedState.STALE)
DAY_MS = 86_400_000
SPANS_DAYS = (1, 7, 30)
"""Spans that are told: 24 hours, 7 and 30 days."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which nothing came though it was listened to.

    Attributes:
        from_ms, to_ms: UTC, our clock.
        problem: the first kind of trouble that was named.
        silent: connected all the time, but nothing came.
        is_open: it had not ended when it was last listened to.
    """

    from_ms: int
    to_ms: int
    problem: FeedProblem
    silent: bool
    is_open: bool

    @property
    def lasted_ms(self) -> int:
        """How long."""
        return self.to_ms - self.from_ms


@dataclass(frozen=True, slots=True)
class Uptime:
    """How a venue's data arrived within a span.

    Attributes:
        listened_ms: how long it was listened to; time in which the desk did not run is not in it.
        lost_ms: of it, in outages.
        outages: how many touch the span. longest_ms: the longest of them, as far as it lies within.
        repairs: how often something was missing and fetched while data came.
    """

    listened_ms: int
    lost_ms: int
    outages: int
    longest_ms: int
    repairs: int

    @property
    def lost_share(self) -> float:
        """Share of the time listened to in which nothing came; nan where it was not listened to."""
        return self.lost_ms / self.listened_ms if self.listened_ms else float("nan")


@dataclass(frozen=True, slots=True)
class Reliability:
    """How a venue's data of one symbol arrived, seen from here.

    Attributes:
        spans: for each of SPANS_DAYS, up to now.
        outages: of the longest of them, newest first.
        delays: (DELAY_BINS,) how many messages came how late in it.
    """

    spans: tuple[Uptime, ...]
    outages: tuple[Outage, ...]
    delays: NDArray[np.int64]

    @property
    def longest(self) -> Uptime:
        """Of the longest span."""
        return self.spans[-1]


def reliability(record: FeedRecord, now_ms: int) -> Reliability:
    """Sum up a record that reaches back for the longest of SPANS_DAYS."""
    spans = tuple(uptime(record, now_ms - days * DAY_MS, now_ms + 1) for days in SPANS_DAYS)
    since_ms = now_ms - SPANS_DAYS[-1] * DAY_MS
    newest = [one for one in reversed(outages(record)) if one.to_ms > since_ms]
    return Reliability(spans, tuple(newest), record.delays)


def outages(record: FeedRecord) -> list[Outage]:
    """Every outage, oldest first.

    It begins when data stop (DISCONNECTED, STALE, or CONNECTING after they came) and ends when some come
    again or the run does. What follows the beginning of a run before anything came counts only from the first
    DISCONNECTED or STALE on: connecting for the first time is no outage.
    """
    found: list[Outage] = []
    for run in record.runs:
        lost: list[FeedSpell] = []
        for spell, counts in _counted(run):
            if counts and spell.state not in _ARRIVING:
                lost.append(spell)
            elif lost:
                found.append(_outage(lost, is_open=False))
                lost = []
        if lost:
            found.append(_outage(lost, is_open=True))
    return found


def uptime(record: FeedRecord, from_ms: int, to_ms: int) -> Uptime:
    """How data arrived in from_ms ≤ time < to_ms."""
    listened = repairs = 0
    for run in record.runs:
        for spell, counts in _counted(run):
            start, end = max(spell.from_ms, from_ms), min(spell.to_ms, to_ms)
            if counts and end > start:
                listened += end - start
                repairs += spell.state is FeedState.REPAIRING and spell.from_ms >= from_ms
    parts = [
        min(one.to_ms, to_ms) - max(one.from_ms, from_ms)
        for one in outages(record)
        if one.to_ms > from_ms and one.from_ms < to_ms
    ]
    return Uptime(listened, sum(parts), len(parts), max(parts, default=0), repairs)


def _counted(run: Iterable[FeedSpell]) -> Iterator[tuple[FeedSpell, bool]]:
    """Each spell, and whether it is time in which data should have come."""
    expected = False
    for spell in run:
        if spell.state is FeedState.REFUSED:
            expected = False  # the venue does not serve it: nothing is due
        elif spell.state in _ARRIVING or spell.state in _LOST:
            expected = True
        yield spell, expected


def _outage(lost: list[FeedSpell], *, is_open: bool) -> Outage:
    named = (spell.problem for spell in lost if spell.problem is not FeedProblem.NONE)
    silent = all(spell.state is FeedState.STALE for spell in lost)
    return Outage(lost[0].from_ms, lost[-1].to_ms, next(named, FeedProblem.NONE), silent, is_open)
