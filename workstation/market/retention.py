"""What is kept and what goes: by age and by size for each kind of data, oldest first, pins for ever."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workstation.settings import Keep

DAY_MS = 86_400_000
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One group of tables of one recording.

    Attributes:
        recording_id: the store's key.
        group: what leaves together: "trades", "quotes", "book", "depth" or "news".
        venue, symbol: the instrument.
        started_ms, ended_ms: our clock; ended_ms is 0 where the recording was not closed.
        rows, nbytes: what it holds, and the space that takes in the file.
        event_span: oldest and newest venue time; None where that was not looked up.
    """

    recording_id: int
    group: str
    venue: str
    symbol: str
    started_ms: int
    ended_ms: int
    rows: int
    nbytes: int
    event_span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A stretch of a market that must stay, such as the minutes around a fill.

    Attributes:
        venue, symbol: the market.
        from_ms, to_ms: half-open stretch of venue time.
        reason: what for; a pin ends by its reason.
    """

    venue: str
    symbol: str
    from_ms: int
    to_ms: int
    reason: str


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
