"""The order of rows: by several keys, those without a figure last, equals as they stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Worth = float | str | None
"""What a row is sorted by; None where it has no figure."""


@dataclass(frozen=True, slots=True)
class SortKey:
    """One thing to sort by.

    Attributes:
        key: of a column.
        descending: the largest first.
    """

    key: str
    descending: bool = True


def ranked(
    rows: Sequence[str], worths: Mapping[str, Sequence[Worth]], keys: Sequence[SortKey]
) -> tuple[str, ...]:
    """Return the rows sorted by the first key, equals by the second, and so on; else as they were given.

    Args:
        worths: of each row, one for each key.
    """
    order = list(rows)
    # Sorting is stable: the last key first, the foremost last.
    for place in range(len(keys) - 1, -1, -1):
        full = [row for row in order if worths[row][place] is not None]
        empty = [row for row in order if worths[row][place] is None]
        full.sort(key=lambda row: worths[row][place], reverse=keys[place].descending)  # type: ignore[arg-type, return-value]
        order = full + empty
    return tuple(order)


def clicked(keys: Sequence[SortKey], key: str, *, text: bool, adds: bool) -> tuple[SortKey, ...]:
    """Return the keys after a click on a title: largest first (text A first), the other way, then no more.

    Args:
        text: the column holds words.
        adds: the other keys stay, and a new one comes after them.
    """
    held = next((one for one in keys if one.key == key), None)
    first = SortKey(key, not text)
    if held is None:
        return (*keys, first) if adds else (first,)
    turned = SortKey(key, not held.descending) if held.descending == first.descending else None
    if not adds:
        return () if turned is None else (turned,)
    changed = (turned if one is held else one for one in keys)
    return tuple(one for one in changed if one is not None)
