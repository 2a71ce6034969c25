import pytest

from workstation.market.sequence import SequenceCheck, Verdict
from workstation.model.instrument import SequenceRule

APPLY, DROP, GAP = Verdict.APPLY, Verdict.DROP, Verdict.GAP


def verdicts(rule: SequenceRule, snapshot_id: int, *ids: tuple[int, int, int]) -> list[Verdict]:
    check = SequenceCheck(rule)
    check.start(snapshot_id)
    return [check.check(*update) for update in ids]


@pytest.mark.parametrize(
    ("update", "verdict"),
    [
        ((90, 99, 89), DROP),  # ends before the snapshot
        ((90, 100, 89), APPLY),  # ends at it: spans it
        ((95, 110, 94), APPLY),
        ((100, 110, 99), APPLY),
        ((101, 110, 100), APPLY),  # begins right behind it
        ((105, 110, 100), APPLY),  # the ids between belong to nobody: `pu` says nothing is missing
        ((105, 110, 104), GAP),
    ],
)
def test_the_first_futures_update_must_span_or_follow_the_snapshot(
    update: tuple[int, int, int], verdict: Verdict
) -> None:
    assert verdicts(SequenceRule.BINANCE_FUTURES, 100, update) == [verdict]


def test_futures_updates_chain_by_the_previous_id_and_not_by_the_first() -> None:
    # Real streams skip ids between `pu` and `U`.
    assert verdicts(SequenceRule.BINANCE_FUTURES, 100, (95, 110, 94), (115, 120, 110), (121, 130, 119)) == [
        APPLY,
        APPLY,
        GAP,
    ]


@pytest.mark.parametrize(
    ("update", "verdict"),
    [((90, 100, -1), DROP), ((90, 101, -1), APPLY), ((101, 105, -1), APPLY), ((102, 105, -1), GAP)],
)
def test_the_first_spot_update_must_reach_past_the_snapshot(
    update: tuple[int, int, int], verdict: Verdict
) -> None:
    assert verdicts(SequenceRule.BINANCE_SPOT, 100, update) == [verdict]


def test_spot_updates_are_contiguous() -> None:
    ids = (98, 103, -1), (104, 104, -1), (106, 107, -1)
    assert verdicts(SequenceRule.BINANCE_SPOT, 100, *ids) == [APPLY, APPLY, GAP]


def test_whole_books_have_no_gaps() -> None:
    ids = (5, 5, -1), (3, 3, -1)
    assert verdicts(SequenceRule.FULL_SNAPSHOTS, 9, *ids) == [APPLY, APPLY]
