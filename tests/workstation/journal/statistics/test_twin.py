from tests.workstation.journal.statistics.made_trips import list_of, made
from workstation.journal.statistics.table import TripTable
from workstation.journal.statistics.twin import Like, Likeness, twin
from workstation.model.journal import Direction

LIKE = Like("retest", Direction.LONG, "TAOUSDT", {"volatility regime": "high", "session": ""})


def sector(symbol: str) -> str:
    return "AI" if symbol in ("TAOUSDT", "FETUSDT") else "other"


def test_the_nearest_likeness_that_has_enough_is_taken() -> None:
    own = [made(n, 10, setup="retest", symbol="TAOUSDT") for n in range(4)]
    related = [made(20 + n, -10, setup="retest", symbol="FETUSDT") for n in range(7)]
    others = [made(40 + n, 5, setup="retest", symbol="BTCUSDT") for n in range(30)]
    short = [made(80 + n, 99, setup="retest", symbol="TAOUSDT", direction=Direction.SHORT) for n in range(30)]
    found = twin(TripTable.of([*own, *related, *others, *short]), LIKE, group_of=sector)
    assert (found.likeness, found.count) == (Likeness.GROUP, 11)
    assert found.win_rate.value == 4 / 11
    assert found.worst_r == -1
    assert found.few
    wide = twin(TripTable.of([*own, *others]), LIKE, group_of=sector)
    assert (wide.likeness, wide.count) == (Likeness.SETUP, 20)
    only = twin(TripTable.of([*own, *short]), LIKE, group_of=sector)
    assert (only.likeness, only.count) == (Likeness.SYMBOL, 4)


def test_the_newest_in_like_conditions_are_preferred_where_there_are_enough() -> None:
    calm = list_of([-10] * 30, setup="retest", symbol="TAOUSDT", conditions={"volatility regime": "low"})
    wild = [
        made(40 + n, 10, setup="retest", symbol="TAOUSDT", conditions={"volatility regime": "high"})
        for n in range(12)
    ]
    found = twin(TripTable.of([*calm, *wild]), LIKE, last=10)
    assert found.in_like_conditions
    assert (found.count, found.win_rate.value) == (10, 1.0)
    assert found.places.tolist() == list(range(32, 42))
    assert not twin(TripTable.of(calm), LIKE).in_like_conditions


def test_a_setup_that_was_never_traded_has_no_twin() -> None:
    table = TripTable.of(list_of([1, 2], setup="other"))
    found = twin(table, LIKE)
    assert found.count == 0
    assert found.win_rate.value is None
    assert found.worst_r is None
    assert twin(TripTable.of([]), LIKE).count == 0
