"""Whatever befalls the request of an order, the real desk knows in the end what the venue has."""

import os
from pathlib import Path

from tests.soak.submit import FAULTS, run_submits

ORDERS = int(os.environ.get("SUBMIT_FAULTS", str(len(FAULTS))))
"""Each with a fault of its own; 1,000 for a campaign."""


async def test_every_submit_fault_leaves_one_order_or_none_and_the_desk_knows_which(tmp_path: Path) -> None:
    report = await run_submits(tmp_path, seed=20_260_101, count=ORDERS)
    assert report.orders == ORDERS
    assert 0 < report.taken < ORDERS
    assert report.unknown > ORDERS // 2
    assert report.holds, report
