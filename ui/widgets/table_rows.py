"""What a table is made of: columns, cells, and the order that rows stand in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Attributes:
        title: short, with the unit.
        tip: what the figure is, in a sentence.
        digits: room for so many digits.
        priority: which columns stay on a narrow table; the highest leaves first, 0 never.
        left: text rather than figures, set to the left.
        fades: a change of its value lights up and fades.
    """

    title: str
    tip: str
    digits: int
    priority: int
    left: bool = False
    fades: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows, what it is sorted by, and the theme's token that colours it."""

    text: str
    value: float | str
    token: str = "text"


Row = tuple[str, tuple[Cell, ...]]
"""A row's key and its cells, one a column."""

Sort = tuple[int, bool]
"""(column, descending)."""


def arranged(rows: Mapping[str, tuple[Cell, ...]], words: str, sort: Sort | None) -> list[str]:
    """The keys of the rows that contain `words`, sorted; rows without a figure come last either way."""
    keys = [key for key in rows if words.lower() in key.lower()]
    if sort is None:
        return keys
    column, descending = sort

    def value(key: str) -> float | str:
        return rows[key][column].value

    full = [key for key in keys if not _is_empty(value(key))]
    empty = [key for key in keys if _is_empty(value(key))]
    return sorted(full, key=value, reverse=descending) + empty


def direction(before: Cell, after: Cell) -> int:
    """+1 where the figure rose, -1 where it fell, 0 where neither can be said."""
    if isinstance(before.value, str) or isinstance(after.value, str):
        return 0
    return (after.value > before.value) - (after.value < before.value)


def as_text(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    """Titles and rows for the clipboard: tab-separated, figures without spaces in them."""
    lines = ["\t".join(column.title for column in columns)]
    lines += ["\t".join(cell.text.replace("\u2009", "") for cell in row) for row in rows]
    return "\n".join(lines)


def _is_empty(value: float | str) -> bool:
    return isinstance(value, float) and isnan(value)
