"""Tells from ids alone whether a stretch of stored updates continues a snapshot, many at a time."""

import numpy as np

from workstation.model.columns import Records
from workstation.model.instrument import SequenceRule


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
