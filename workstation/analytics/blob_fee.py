"""What Ethereum charges for blobs: EIP-4844's integer exponential with every fork's schedule."""

from dataclasses import dataclass

from workstation.errors import BadFigure

BLOB_GAS = 131_072
MIN_BASE_FEE_WEI = 1
_RESERVE_GAS = 8_192  # EIP-7918's BLOB_BASE_COST: what executing a blob is worth in ordinary gas


@dataclass(frozen=True, slots=True)
class BlobFork:
    """Parameters from an activation on.

    Attributes:
        name: of the fork.
        active_from_s: Unix time, mainnet.
        target, most: blobs in a block.
        fraction: of the exponential; the larger, the slower the fee moves.
        has_reserve: whether EIP-7918 keeps the fee from falling away from the cost of execution.
    """

    name: str
    active_from_s: int
    target: int
    most: int
    fraction: int
    has_reserve: bool = False


MAINNET_FORKS = (
    BlobFork("cancun", 1_710_338_135, 3, 6, 3_338_477),
    BlobFork("prague", 1_746_612_311, 6, 9, 5_007_716),
    BlobFork("osaka", 1_764_798_551, 6, 9, 5_007_716, has_reserve=True),
    BlobFork("bpo1", 1_765_290_071, 10, 15, 8_346_193, has_reserve=True),
    BlobFork("bpo2", 1_767_747_671, 14, 21, 11_684_671, has_reserve=True),
)
"""Oldest first. Source: go-ethereum params/config.go, EIP-7691, EIP-7892, EIP-7918."""


def fork_at(time_s: int) -> BlobFork:
    """Return the fork in force at a Unix time.

    Raises:
        BadFigure: there were no blobs yet.
    """
    for fork in reversed(MAINNET_FORKS):
        if time_s >= fork.active_from_s:
            return fork
    raise BadFigure("time", "There were no blobs before the Cancun fork of 13 March 2024")


def fake_exponential(factor: int, numerator: int, denominator: int) -> int:
    """Return factor · e^(numerator / denominator) by the Taylor series in whole numbers, as clients do.

    Source: EIP-4844.
    """
    if denominator <= 0 or numerator < 0 or factor < 0:
        raise BadFigure("denominator", "The fee's exponential takes no negative figures and no zero fraction")
    total, term, step = 0, factor * denominator, 1
    while term > 0:
        total += term
        term = term * numerator // (denominator * step)
        step += 1
    return total // denominator


def blob_base_fee(excess_blob_gas: int, fraction: int) -> int:
    """Return the base fee of one unit of blob gas in wei."""
    return fake_exponential(MIN_BASE_FEE_WEI, excess_blob_gas, fraction)


def blob_fee_wei(blobs: int, excess_blob_gas: int, fraction: int) -> int:
    """Return what so many blobs cost in wei, before the ordinary gas of their transaction."""
    return blobs * BLOB_GAS * blob_base_fee(excess_blob_gas, fraction)


def next_excess(excess: int, used: int, fork: BlobFork, base_fee_wei: int = 0) -> int:
    """Return the excess blob gas of the next block.

    Args:
        excess, used: blob gas of this block.
        fork: in force in the next block.
        base_fee_wei: of ordinary gas in this block; only counts where there is a reserve.

    Source: EIP-4844 `calc_excess_blob_gas`, as changed by EIP-7918.
    """
    target = fork.target * BLOB_GAS
    if excess + used < target:
        return 0
    if fork.has_reserve and _RESERVE_GAS * base_fee_wei > BLOB_GAS * blob_base_fee(excess, fork.fraction):
        return excess + used * (fork.most - fork.target) // fork.most
    return excess + used - target
