"""A ring is the tail of everything ever appended to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.runtime.rings import Ring

ROW = np.dtype([("number", np.int64)])


def rows(*numbers: int) -> np.ndarray:
    return np.array([(number,) for number in numbers], ROW)


@given(
    capacity=st.integers(1, 12),
    sizes=st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=40),
)
def test_a_ring_equals_the_tail_of_a_list_after_any_appends(capacity: int, sizes: list[int | None]) -> None:
    ring, model, appended, number = Ring(ROW, capacity), [], 0, 0
    for size in sizes:
        if size is None:
            ring.clear()
            model, appended = [], 0
        else:
            new = list(range(number, number + size))
            ring.append(rows(*new))
            model, appended, number = model + new, appended + size, number + size
        assert ring.rows()["number"].tolist() == model[-capacity:]
        assert len(ring) == min(len(model), capacity)
        assert ring.appended == appended


def test_readers_cannot_change_what_a_ring_holds() -> None:
    ring = Ring(ROW, 4)
    ring.append(rows(1, 2))
    with pytest.raises(ValueError, match="read-only"):
        ring.rows()["number"][0] = 7


def test_what_was_appended_may_change_afterwards() -> None:
    ring, mine = Ring(ROW, 4), rows(1, 2)
    ring.append(mine)
    mine["number"] = 9
    assert ring.rows()["number"].tolist() == [1, 2]


def test_the_view_is_one_piece_of_memory() -> None:
    ring = Ring(ROW, 3)
    for number in range(20):
        ring.append(rows(number))
        assert ring.rows().flags.c_contiguous
