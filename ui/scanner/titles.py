"""The scanner's line of titles: where columns stand, what the pointer is on, and what dragging it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from ui.scanner.columns import CHECKS, LEAST_PX, MOST_PX, OBSTACLE, ScanColumn
from ui.theme import AGE_PX, Theme, ui_font
from workstation.scanner.ranking import SortKey

PAD_PX = 9
"""Between the edge of a column and its text."""
EDGE_PX = 4
"""So near to a column's right edge it is the edge that is taken."""
DRAG_PX = 8
_RIGHT = Qt.TextElideMode.ElideRight


class Grip(Enum):
    """What of a title is held."""

    TITLE = "title"
    EDGE = "edge"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands, px from the left of the view; `right` is the first pixel behind it."""

    index: int
    left: int
    right: int

    @property
    def room(self) -> tuple[int, int]:
        """Left and width of its text."""
        return self.left + PAD_PX, self.right - self.left - 2 * PAD_PX


def placed(
    columns: Sequence[ScanColumn], widths: Mapping[str, int], room: int, scrolled: int
) -> tuple[list[Place], int]:
    """Return where the columns stand, and how far they can be scrolled.

    The first column stays where it is; the last takes what room is left. Room beyond that is left empty.
    """
    wide = [min(MOST_PX, max(LEAST_PX, widths.get(column.key, column.width))) for column in columns]
    if wide and columns[-1].key not in widths:
        wide[-1] = max(wide[-1], room - sum(wide[:-1]))
    farthest = max(0, sum(wide) - room)
    left, places = 0, []
    for index, width in enumerate(wide):
        shift = 0 if index == 0 else min(scrolled, farthest)
        places.append(Place(index, left - shift, left - shift + width))
        left += width
    return places, farthest


class Titles:
    """Paints titles, and knows what is under the pointer and what is dragged."""

    def __init__(self) -> None:
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self.held: tuple[Grip, int, int] | None = None
        """What is held, of which column, and where the pointer took it."""
        self.drop_on: int | None = None

    def paint(
        self,
        painter: QPainter,
        columns: Sequence[ScanColumn],
        places: Sequence[Place],
        keys: Sequence[SortKey],
        theme: Theme,
        size: tuple[int, int],
    ) -> None:
        """Paint the line of titles, `size` px; the first column lies above those scrolled under it."""
        width, height = size
        painter.setFont(self._font)
        line = round((height + self._metrics.capHeight()) / 2)
        for place in (*places[1:], *places[:1]):
            if place.right <= 0 or place.left >= width:
                continue
            column = columns[place.index]
            painter.save()
            painter.setClipRect(QRect(place.left, 0, place.right - place.left, height))
            painter.fillRect(place.left, 0, place.right - place.left, height, theme.panel)
            self._paint_title(painter, column, place, keys, theme, line)
            if self.drop_on == place.index:
                painter.fillRect(place.left + 2, height - 3, place.right - place.left - 4, 2, theme.accent)
            painter.restore()
        painter.fillRect(0, height - 1, width, 1, theme.hairline)

    def _paint_title(
        self,
        painter: QPainter,
        column: ScanColumn,
        place: Place,
        keys: Sequence[SortKey],
        theme: Theme,
        line: int,
    ) -> None:
        sorts = [key.key for key in keys]
        marked = column.sorts in sorts and column.key not in (CHECKS, OBSTACLE)
        rank = sorts.index(column.sorts) if marked else None
        left, wide = place.room
        text = self._metrics.elidedText(column.title, _RIGHT, wide + 4)
        shown = self._metrics.horizontalAdvance(text)
        x = left if column.left else left + wide - shown
        painter.setPen(theme.muted if rank is None else theme.text)
        painter.drawText(round(x), line, text)
        if rank is None:
            return
        mark = round(x + shown + 3) if column.left else round(x) - 9
        for step in range(4):
            inset = step if keys[rank].descending else 3 - step
            painter.fillRect(mark + inset, line - 6 + step, 7 - 2 * inset, 1, theme.accent)
        if len(keys) > 1:
            painter.setPen(theme.accent)
            number = str(rank + 1)
            at = mark + 9 if column.left else mark - 8
            painter.drawText(at, line, number)

    def grip_at(self, places: Sequence[Place], x: int) -> tuple[Grip, int] | None:
        """What is at a place of the line of titles; None behind the last column."""
        for place in places:
            if abs(x - place.right) <= EDGE_PX:
                return Grip.EDGE, place.index
            if place.left <= x < place.right:
                return Grip.TITLE, place.index
        return None


def column_at(places: Sequence[Place], x: int) -> int | None:
    """The column at a place; None behind the last."""
    return next((place.index for place in places if place.left <= x < place.right), None)
