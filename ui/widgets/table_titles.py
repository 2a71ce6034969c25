"""The line of titles over a table: where columns stand, and how their titles, sort and drag are painted."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from ui.theme import Theme
from ui.widgets.table_rows import Column, Sort

GAP = 10
WIDEST_GAP = 70
MOST_FOR_NAMES = 48
DRAG_PX = 8
"""How far a title is moved before that is a drag and not a click."""

Place = tuple[int, float, float]
"""A column, and where it begins and ends, px."""


def placed(columns: Sequence[Column], natural_width: Callable[[int], float], room: float) -> list[Place]:
    """Decide which columns have room and where they stand; those of the highest priority leave first."""
    shown = sorted(range(len(columns)), key=lambda column: (columns[column].priority, column))
    while len(shown) > 1 and sum(map(natural_width, shown)) + GAP * (len(shown) - 1) > room:
        if columns[shown[-1]].priority == 0:
            break
        shown.pop()
    shown.sort()
    used = sum(map(natural_width, shown))
    gaps = max(1, len(shown) - 1)
    # Names are given room first, figures stand apart with the rest.
    names = max(1, sum(columns[column].left for column in shown))
    for_names = min(float(MOST_FOR_NAMES), max(0.0, room - used - GAP * gaps) / names)
    gap = min(float(WIDEST_GAP), max(6.0, (room - used - for_names * names) / gaps))
    places: list[Place] = []
    left = GAP / 2
    for column in shown:
        right = left + natural_width(column) + (for_names if columns[column].left else 0)
        places.append((column, left, right))
        left = right + gap
    return places


def column_at(places: Sequence[Place], x: float) -> int | None:
    """The column at a place; None behind the last."""
    return next((column for column, _, right in places if x <= right + 6), None)


def paint_titles(
    painter: QPainter,
    columns: Sequence[Column],
    places: Sequence[Place],
    theme: Theme,
    font: QFont,
    height: int,
    sort: Sort | None,
    drop_on: int | None,
) -> None:
    """Paint the titles, the mark of the column that rows are sorted by, and a line where one is dropped."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    line = round((height + metrics.capHeight()) / 2)
    for column, left, right in places:
        spec = columns[column]
        painter.setPen(theme.muted)
        width = metrics.horizontalAdvance(spec.title)
        x = left if spec.left else right - width
        painter.drawText(round(x), line, spec.title)
        if drop_on == column:
            painter.fillRect(round(left) - 4, height - 2, round(right - left) + 8, 2, theme.accent)
        if sort is not None and sort[0] == column:
            mark = x + width + 4 if spec.left else x - 10
            for step in range(4):
                inset = step if sort[1] else 3 - step
                top = height // 2 - 1 + step
                painter.fillRect(round(mark) + inset, top, 7 - 2 * inset, 1, theme.accent)


class TitleDrag:
    """A title that is pressed: let go at once it is a click, dragged onto another a move.

    Attributes:
        drop_on: the column that it would be dropped on; None while it is a click.
    """

    def __init__(self) -> None:
        self.drop_on: int | None = None
        self._pressed: tuple[int, float] | None = None  # column, where

    @property
    def is_pressed(self) -> bool:
        """A title is held."""
        return self._pressed is not None

    def press(self, column: int | None, x: float) -> None:
        """The button goes down."""
        self._pressed = None if column is None else (column, x)

    def move(self, places: Sequence[Place], x: float) -> bool:
        """The pointer moves; return whether it is over another column now."""
        assert self._pressed is not None
        column = column_at(places, x)
        far = self.drop_on is not None or abs(x - self._pressed[1]) >= DRAG_PX
        before, self.drop_on = self.drop_on, (places[-1][0] if column is None else column) if far else None
        return self.drop_on != before

    def release(self) -> tuple[int, int | None] | None:
        """The button goes up: the column pressed, and the one it was dropped on if that is no click."""
        pressed, self._pressed = self._pressed, None
        dropped, self.drop_on = self.drop_on, None
        return None if pressed is None else (pressed[0], dropped)
