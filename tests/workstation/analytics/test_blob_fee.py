"""Blob fees by fork, with the floor that execution sets since Osaka."""

import pytest

from workstation.analytics import blob_fee
from workstation.errors import BadFigure

FORKS = {fork.name: fork for fork in blob_fee.MAINNET_FORKS}
GAS = blob_fee.BLOB_GAS


def test_the_fork_is_the_one_in_force() -> None:
    assert blob_fee.fork_at(1_710_338_135).name == "cancun"
    assert blob_fee.fork_at(1_746_612_310).name == "cancun"
    assert blob_fee.fork_at(1_767_747_671).name == "bpo2"
    with pytest.raises(BadFigure):
        blob_fee.fork_at(1_710_338_134)


def test_excess_grows_above_the_target_and_falls_below_it() -> None:
    cancun = FORKS["cancun"]
    assert blob_fee.next_excess(0, 3 * GAS, cancun) == 0
    assert blob_fee.next_excess(0, 6 * GAS, cancun) == 3 * GAS
    assert blob_fee.next_excess(10 * GAS, 0, cancun) == 7 * GAS
    assert blob_fee.next_excess(GAS, GAS, cancun) == 0


def test_since_osaka_the_fee_does_not_fall_away_from_execution() -> None:
    excess, used = 20 * GAS, 5 * GAS
    assert blob_fee.next_excess(excess, used, FORKS["prague"], 10**12) == excess + used - 6 * GAS
    assert blob_fee.next_excess(excess, used, FORKS["osaka"], 10**12) == excess + used * 3 // 9
    assert blob_fee.next_excess(excess, used, FORKS["osaka"], 0) == excess + used - 6 * GAS


def test_blobs_cost_their_gas() -> None:
    assert blob_fee.blob_fee_wei(2, 0, 3_338_477) == 2 * GAS
    with pytest.raises(BadFigure):
        blob_fee.fake_exponential(1, 1, 0)
