"""Half-open stretches of time: put together, and what of one is missing from others."""

from collections.abc import Sequence

Range = tuple[int, int]
"""from_ms ≤ time < to_ms."""


def joined_ranges(ranges: Sequence[Range]) -> list[Range]:
    """Return the same stretches disjoint and oldest first; those that touch become one."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def missing_ranges(wanted: Range, covered: Sequence[Range]) -> list[Range]:
    """Return what of `wanted` no stretch of `covered` holds, oldest first."""
    missing: list[Range] = []
    start, end = wanted
    for covered_from, covered_to in joined_ranges(covered):
        if covered_from > start and start < end:
            missing.append((start, min(covered_from, end)))
        start = max(start, covered_to)
    if start < end:
        missing.append((start, end))
    return [(first, last) for first, last in missing if first < last]
