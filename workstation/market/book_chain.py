"""Tells from ids alone whether a stretch of stored updates continues a snapshot, many at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workstation.market.sequence import SequenceCheck, Verdict
from workstation.model.columns import Records
from workstation.model.instrument import SequenceRule


@dataclass(frozen=True, slots=True)
class BookRun:
    """A snapshot and what was applied to it before the next one.

    Attributes:
        snapshot: row of BOOK_UPDATE.
        updates: rows of BOOK_UPDATE that were offered to it, those that had waited for it first.
        start: the first of them that was applied; None where the chain is not plain.
        broken: the first that did not continue the chain; None where every one did.
        ends_ms: venue time of the next snapshot; None for the last run.
    """

    snapshot: Records
    updates: Records
    start: int | None
    broken: int | None
    ends_ms: int | None


def runs(rule: SequenceRule, headers: Records) -> Iterator[BookRun]:
    """Yield what was applied to each snapshot of a recording.

    Args:
        rule: the venue's.
        headers: rows of BOOK_UPDATE in order, from the start of the recording, or from any snapshot where
            snapshots do not come late.
    """
    check = SequenceCheck(rule)
    whole = np.flatnonzero(headers["is_snapshot"])
    waiting = headers[:0]
    if len(whole) and check.snapshots_come_late:
        waiting = headers[: whole[0]]
    for place, end in zip(whole.tolist(), [*whole[1:].tolist(), len(headers)], strict=True):
        snapshot, updates = headers[place : place + 1], headers[place + 1 : end]
        if len(waiting):
            updates = np.concatenate((waiting, updates))
        snapshot_id = int(snapshot["last_id"][0])
        start = unbroken_from(rule, snapshot_id, updates)
        broken = None if start is not None else _broken_at(check, snapshot_id, updates)
        waits = broken is not None and check.snapshots_come_late
        waiting = updates[broken:] if waits else updates[:0]
        ends_ms = int(headers["event_ms"][end]) if end < len(headers) else None
        yield BookRun(snapshot, updates, start, broken, ends_ms)


def _broken_at(check: SequenceCheck, snapshot_id: int, updates: Records) -> int | None:
    """Place of the first update that does not continue the chain."""
    check.start(snapshot_id)
    for place, update in enumerate(updates):
        ids = int(update["first_id"]), int(update["last_id"]), int(update["prev_id"])
        if check.check(*ids) is Verdict.GAP:
            return place
    return None


def unbroken_from(rule: SequenceRule, snapshot_id: int, updates: Records) -> int | None:
    """Return the first of the updates that is applied to a snapshot; None where the chain is not plain.

    What is plain: updates that the snapshot holds already come first, every other one continues the one
    before it. A chain that is not has to be followed update by update, see `workstation.market.sequence`.

    Args:
        rule: the venue's.
        snapshot_id: of the snapshot.
        updates: rows of BOOK_UPDATE without a snapshot, in the order in which they are applied.
    """
    if not len(updates):
        return 0
    first, last, previous = updates["first_id"], updates["last_id"], updates["prev_id"]
    if rule is SequenceRule.BINANCE_FUTURES:
        held = last < snapshot_id
    elif rule is SequenceRule.BINANCE_SPOT:
        held = last <= snapshot_id
    elif rule is SequenceRule.PREVIOUS_ID:
        held = (previous < last) & (last <= snapshot_id)
    else:
        return 0
    start = int(np.argmin(held)) if not held.all() else len(updates)
    if start == len(updates):
        return start
    if rule is SequenceRule.BINANCE_SPOT:
        begins = bool(first[start] <= snapshot_id + 1)
        chained = first[start + 1 :] == last[start:-1] + 1
    else:
        begins = bool(previous[start] == snapshot_id)
        if rule is SequenceRule.BINANCE_FUTURES:
            begins |= bool(first[start] <= snapshot_id <= last[start])
        chained = previous[start + 1 :] == last[start:-1]
    return start if begins and bool(chained.all()) else None
