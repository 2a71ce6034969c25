"""Old and superfluous parts go, oldest first; what is pinned or being written stays."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.market.retention import DAY_MS, oldest_to_keep, parts_to_drop
from workstation.ports import KeptPart, Pin
from workstation.settings import Keep

NOW_MS = 1_000 * DAY_MS


def part(recording_id: int, days_ago: float, nbytes: int = 100, group: str = "book") -> KeptPart:
    ended_ms = NOW_MS - round(days_ago * DAY_MS)
    return KeptPart(recording_id, group, "v", "S", ended_ms - 1_000, ended_ms, rows=10, nbytes=nbytes)


def dropped(parts: list[KeptPart], keep: Keep, **others: object) -> list[int]:
    arguments: dict = {"pins": [], "being_written": frozenset(), **others}
    going = parts_to_drop(parts, {"book": keep}, now_ms=NOW_MS, **arguments)
    return [gone.recording_id for gone in going]


def test_parts_go_when_their_end_is_too_old() -> None:
    parts = [part(3, 0.5), part(1, 9.0), part(2, 7.001), part(4, 6.999)]
    assert dropped(parts, Keep(days=7)) == [1, 2]
    assert dropped(parts, Keep()) == []
    assert dropped(parts, Keep(days=0)) == [1, 2, 4, 3]


def test_the_oldest_go_until_the_rest_fits() -> None:
    parts = [part(index, 10 - index, nbytes=400_000_000) for index in range(5)]
    assert dropped(parts, Keep(gigabytes=1.2)) == [0, 1]
    assert dropped(parts, Keep(gigabytes=2)) == []
    assert dropped(parts, Keep(gigabytes=0)) == [0, 1, 2, 3, 4]


def test_a_part_that_was_killed_is_as_old_as_its_start() -> None:
    assert dropped([replace(part(1, 9.0), ended_ms=0)], Keep(days=7)) == [1]
    assert dropped([replace(part(1, 6.0), ended_ms=0)], Keep(days=7)) == []


def test_what_is_being_written_stays_and_a_group_without_limit_too() -> None:
    parts = [part(1, 9.0), part(2, 8.0), part(3, 9.0, group="trades")]
    assert dropped(parts, Keep(days=7), being_written=frozenset([1])) == [2]


@pytest.mark.parametrize(
    ("pin", "kept"),
    [
        (Pin("v", "S", 900, 1_000, "a fill"), False),
        (Pin("v", "S", 900, 1_001, "a fill"), True),
        (Pin("v", "S", 2_000, 2_100, "a fill"), True),
        (Pin("v", "S", 2_001, 2_100, "a fill"), False),
        (Pin("v", "T", 0, 9_999, "a fill"), False),
        (Pin("w", "S", 0, 9_999, "a fill"), False),
    ],
)
def test_what_a_pin_touches_stays(pin: Pin, kept: bool) -> None:
    held = replace(part(1, 9.0), event_span=(1_000, 2_000))
    assert dropped([held], Keep(days=7, gigabytes=0), pins=[pin]) == ([] if kept else [1])


def test_a_pinned_market_whose_times_are_not_known_stays() -> None:
    assert dropped([part(1, 9.0)], Keep(days=7), pins=[Pin("v", "S", 0, 1, "a fill")]) == []


@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(1, 10**9)), max_size=30),
    st.none() | st.floats(0, 60),
    st.none() | st.floats(0, 5),
)
def test_what_is_left_is_within_both_limits_and_nothing_newer_goes_before_older(
    drawn: list[tuple[float, int]], days: float | None, gigabytes: float | None
) -> None:
    parts = [part(index, days_ago, nbytes) for index, (days_ago, nbytes) in enumerate(drawn)]
    gone = set(dropped(parts, Keep(days, gigabytes)))
    left = [kept for kept in parts if kept.recording_id not in gone]
    if gigabytes is not None:
        assert sum(kept.nbytes for kept in left) <= gigabytes * 1e9 + 1
    if days is not None:
        assert all(kept.ended_ms >= NOW_MS - round(days * DAY_MS) for kept in left)
    newest_gone = max((p.started_ms for p in parts if p.recording_id in gone), default=0)
    assert all(kept.started_ms >= newest_gone for kept in left)


def test_tables_of_the_past_are_cut_by_the_stricter_limit() -> None:
    times = list(range(0, 1_000, 10))

    def cut(keep: Keep, nbytes: int = 2_000_000_000) -> int | None:
        return oldest_to_keep(keep, len(times), nbytes, 900 + DAY_MS, times.__getitem__)

    assert cut(Keep()) is None
    assert cut(Keep(gigabytes=2)) is None
    assert cut(Keep(days=1)) == 900
    assert cut(Keep(gigabytes=1)) == times[49] + 1
    assert cut(Keep(days=1, gigabytes=1)) == 900
    assert cut(Keep(days=1, gigabytes=0.1)) == max(900, times[94] + 1)
