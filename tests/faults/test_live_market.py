"""A seeded share of `make soak`: faults into a live desk that records, and ends in the middle of them."""

import signal
from pathlib import Path

import pytest

from tests.soak.campaign import run_campaign
from tests.soak.exits import EXIT_WITHIN_S, run_exits

SEED = 7
FAULTS = 5
MENDED_WITHIN_S = 10.0
FLAGGED_WITHIN_S = 2.5
"""Both are wider than what `make soak` holds to: here other tests run beside."""


async def test_whatever_goes_wrong_is_flagged_and_mended_and_nothing_is_lost(tmp_path: Path) -> None:
    report = await run_campaign(tmp_path, seed=SEED, count=FAULTS)
    assert not report.failures
    assert (report.missing, report.repeated, report.lost, report.books_unequal) == (0, 0, 0, 0)
    assert max(outcome.recovery_s for outcome in report.outcomes) < MENDED_WITHIN_S
    assert max(outcome.unflagged_s or 0.0 for outcome in report.outcomes) < FLAGGED_WITHIN_S


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_desk_that_ends_amid_faults_leaves_no_process_and_no_hole(how: signal.Signals) -> None:
    (end,) = run_exits(1, seed=SEED, how=how, window=False)
    assert end.took_s < EXIT_WITHIN_S
    assert (end.orphans, end.missing or 0) == (0, 0), end.complaint
