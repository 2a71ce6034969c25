"""What is kept and what goes: by age and by size for each kind of data, oldest first, pins for ever."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from workstation.ports import KeptPart, Pin
from workstation.settings import Keep

DAY_MS = 86_400_000
GIGABYTE = 10**9


def parts_to_drop(
    parts: Iterable[KeptPart],
    keep: Mapping[str, Keep],
    pins: Sequence[Pin],
    being_written: frozenset[int],
    now_ms: int,
) -> list[KeptPart]:
    """Return the parts that go, in the order in which they should, oldest first in each group.

    A part goes when its end is older than its group's days, or while its group takes more than its gigabytes.
    What is being written or pinned stays, and counts towards the size.

    Args:
        keep: limits by group; a group without them is kept for ever.
    """
    by_group: dict[str, list[KeptPart]] = {}
    for part in parts:
        by_group.setdefault(part.group, []).append(part)
    going: list[KeptPart] = []
    for group, members in by_group.items():
        limit = keep.get(group)
        if limit is None:
            continue
        oldest_ms = -1 if limit.days is None else now_ms - round(limit.days * DAY_MS)
        excess = sum(part.nbytes for part in members) - _limit_bytes(limit, members)
        for part in sorted(members, key=lambda part: (part.started_ms, part.recording_id)):
            too_old = (part.ended_ms or part.started_ms) < oldest_ms
            if not (too_old or excess > 0):
                continue
            if part.recording_id in being_written or any(_holds(pin, part) for pin in pins):
                continue
            going.append(part)
            excess -= part.nbytes
    return going


def oldest_to_keep(
    limit: Keep, rows: int, nbytes: int, now_ms: int, time_of_row: Callable[[int], int]
) -> int | None:
    """Return the time before which a table of the past is let go; None where nothing is.

    Args:
        rows, nbytes: what the table holds.
        time_of_row: the time of the row of this number, counted from the oldest, from 0.
    """
    before_ms = None if limit.days is None else now_ms - round(limit.days * DAY_MS)
    if limit.gigabytes is not None and nbytes > limit.gigabytes * GIGABYTE:
        kept = int(rows * limit.gigabytes * GIGABYTE / nbytes)
        newest_to_go = time_of_row(rows - kept - 1) + 1 if kept < rows else None
        if newest_to_go is not None:
            before_ms = newest_to_go if before_ms is None else max(before_ms, newest_to_go)
    return before_ms


def _limit_bytes(limit: Keep, members: Sequence[KeptPart]) -> int:
    if limit.gigabytes is None:
        return sum(part.nbytes for part in members)
    return round(limit.gigabytes * GIGABYTE)


def _holds(pin: Pin, part: KeptPart) -> bool:
    if (pin.venue, pin.symbol) != (part.venue, part.symbol):
        return False
    if part.event_span is None:
        return True  # when it was is not known: better too much than gone
    first, last = part.event_span
    return first < pin.to_ms and pin.from_ms <= last
