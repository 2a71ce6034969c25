"""The chosen round trip is told once, and its neighbours are those of the list in view."""

import pytest

from ui.review.selection import ExitMark, TripSelection


@pytest.fixture
def selection(qapp: object) -> TripSelection:
    return TripSelection()


def test_a_choice_is_told_once_and_forgets_moment_and_marks(selection: TripSelection) -> None:
    told: list[str] = []
    selection.changed.connect(told.append)
    selection.choose("a")
    selection.set_moment(5)
    selection.set_marks([ExitMark("A", 1, 2.0, "stop held")])
    selection.choose("a")
    assert (told, selection.moment_ms) == (["a"], 5)
    selection.choose("b")
    assert (told, selection.moment_ms, selection.marks) == (["a", "b"], None, ())


def test_steps_end_at_the_ends_of_the_list(selection: TripSelection) -> None:
    selection.step(1)
    assert selection.trip_id == ""
    selection.set_order(["c", "b", "a"])
    for rows, reached in ((1, "c"), (1, "b"), (5, "a"), (1, "a"), (-1, "b"), (-9, "c")):
        selection.step(rows)
        assert selection.trip_id == reached


def test_one_that_left_the_list_is_followed_by_an_end_of_it(selection: TripSelection) -> None:
    selection.set_order(["b", "a"])
    selection.choose("gone")
    assert selection.place is None
    selection.step(-1)
    assert selection.trip_id == "a"
