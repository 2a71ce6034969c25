import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workstation.market.made import make_quotes
from workstation.market import quote_check
from workstation.market.quote_check import QuoteCheck
from workstation.model.columns import QUOTE
from workstation.runtime.rings import Ring

TOP = (7, 10.0, 1.0, 10.1, 2.0)


class Checked(QuoteCheck):
    """A check with a ring of its own, fed with quotes one call at a time."""

    def __init__(self, capacity: int = 100) -> None:
        self.ring = Ring(QUOTE, capacity)
        super().__init__(self.ring)

    def quote(self, *rows: tuple[int, float, float, float, float]) -> None:
        quotes = make_quotes(*rows)
        self.ring.append(quotes)
        self.add_quotes(len(quotes))


@pytest.mark.parametrize("quote_first", [True, False])
def test_a_quote_and_a_book_state_of_one_id_meet_in_either_order(quote_first: bool) -> None:
    check = Checked()
    if quote_first:
        check.quote(TOP)
        check.add_tops([TOP])
    else:
        check.add_tops([TOP])
        check.quote(TOP)
    assert (check.checks, check.mismatches) == (1, 0)


@pytest.mark.parametrize(
    "wrong", [(7, 9.9, 1.0, 10.1, 2.0), (7, 10.0, 1.5, 10.1, 2.0), (7, 10.0, 1.0, 10.1, 2.1)]
)
def test_any_difference_is_a_mismatch(wrong: tuple[int, float, float, float, float]) -> None:
    check = Checked()
    check.add_tops([TOP])
    check.quote(wrong)
    assert (check.checks, check.mismatches) == (1, 1)


def test_ids_that_never_meet_are_not_checked() -> None:
    check = Checked()
    check.add_tops([TOP])
    check.quote((8, 1.0, 1.0, 2.0, 1.0))
    assert check.checks == 0


@given(
    st.lists(st.integers(0, 40), unique=True, max_size=30),
    st.lists(st.integers(0, 40), unique=True, max_size=30),
    st.randoms(use_true_random=False),
)
def test_every_shared_id_is_checked_once_however_the_streams_interleave(quote_ids, top_ids, random) -> None:  # type: ignore[no-untyped-def]
    check = Checked()
    events = [("quote", n) for n in sorted(quote_ids)] + [("top", n) for n in sorted(top_ids)]
    random.shuffle(events)
    for kind, number in events:
        row = (number, 10.0, float(number), 10.1, 2.0)
        if kind == "quote":
            check.quote(row)
        else:
            check.add_tops([row])
    assert check.checks == len(set(quote_ids) & set(top_ids))
    assert check.mismatches == 0


def test_memory_is_bounded_where_ids_never_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quote_check, "MOST_YOUNG", 10)
    check = Checked()
    for number in range(100):
        check.add_tops([(number, 1.0, 1.0, 2.0, 1.0)])
        check.quote((1_000 + number, 1.0, 1.0, 2.0, 1.0))
    assert sum(map(len, check._tops)) <= 20
    assert sum(map(len, check._places)) <= 20


def test_a_quote_that_the_ring_has_let_go_is_not_compared() -> None:
    check = Checked(capacity=2)
    check.quote(TOP)
    check.quote((8, 1.0, 1.0, 2.0, 1.0), (9, 1.0, 1.0, 2.0, 1.0))
    check.add_tops([TOP, (9, 1.0, 1.0, 2.0, 1.0)])
    assert (check.checks, check.mismatches) == (1, 0)
