"""Walking the book: average fill, slippage, and what a thin book cannot fill."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.analytics.book_walk import largest_within, walk_book, walk_book_by_notional
from workstation.errors import BadFigure

D = Decimal
ASKS = [(D(100), D(1)), (D(101), D(2)), (D(103), D(5))]
BIDS = [(D(99), D(1)), (D(98), D(2)), (D(90), D(5))]


def test_the_average_fill_is_the_value_over_what_was_filled() -> None:
    walk = walk_book(ASKS, D(2))
    assert (walk.average_price, walk.worst_price, walk.levels) == (D("100.5"), D(101), 2)
    assert walk.slippage_rate == D("0.005")
    assert not walk.is_partial


def test_selling_walks_down_and_slips_too() -> None:
    walk = walk_book(BIDS, D(3))
    assert walk.average_price == (D(99) + 2 * D(98)) / 3
    assert walk.slippage_rate > 0


def test_a_thin_book_fills_in_part() -> None:
    walk = walk_book(ASKS, D(10))
    assert walk.is_partial
    assert (walk.filled, walk.missing) == (8, 2)


def test_money_is_walked_to_the_impact_price() -> None:
    walk = walk_book_by_notional(ASKS, D(201))
    assert (walk.filled, walk.value) == (2, 201)
    assert walk_book_by_notional(ASKS, D(10**6)).is_partial


def test_empty_levels_are_passed_over() -> None:
    assert walk_book([(D(99), D(0)), *ASKS], D(1)).best_price == 100


@pytest.mark.parametrize(
    ("levels", "size", "field"),
    [
        ([], 1, "levels"),
        ([(D(1), D(0))], 1, "levels"),
        (ASKS, 0, "size"),
        (ASKS, -1, "size"),
        ([(D(100), D(1)), (D(101), D(1)), (D(100), D(1))], 3, "levels"),
        ([(D(100), D(1)), (D(100), D(1))], 2, "levels"),
        ([(D(0), D(1))], 1, "price"),
    ],
)
def test_what_cannot_be_walked_is_refused(
    levels: list[tuple[Decimal, Decimal]], size: int, field: str
) -> None:
    with pytest.raises(BadFigure) as refused:
        walk_book(levels, D(size))
    assert refused.value.field == field


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 100)), min_size=1, max_size=8), st.integers(0, 40)
)
def test_the_largest_size_within_a_slippage_slips_just_so_much(
    rows: list[tuple[int, int]], limit: int
) -> None:
    price, levels = D(1000), []
    for step, size in rows:
        levels.append((price, D(size)))
        price += step
    allowed = D(limit) / 1000
    most = largest_within(levels, allowed)
    if most == 0:
        assert all(size == 0 for _, size in rows)
        return
    assert walk_book(levels, most).slippage_rate <= allowed + D("1e-20")
    more = walk_book(levels, most + 1)
    assert more.is_partial or more.slippage_rate > allowed


def test_bids_are_limited_downwards() -> None:
    assert largest_within(BIDS, D(0)) == 1
    most = largest_within(BIDS, D("0.02"))
    assert most > 3
    assert abs(walk_book(BIDS, most).slippage_rate - D("0.02")) < D("1e-20")
