"""What the list of round trips paints besides cells: the lines of days, and the marks of the process."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.review.trip_index import Sums, TripIndex
from ui.theme import Theme


class Day:
    """A line over the round trips that were opened on one day, which is summed up when it comes into view."""

    def __init__(self, day: int, index: TripIndex, places: Sequence[int]) -> None:
        self.words = _day_words(day)
        self._index, self._places = index, places
        self._sums: Sums | None = None

    @property
    def sums(self) -> Sums:
        """What its round trips brought together."""
        if self._sums is None:
            self._sums = self._index.sums(self._places)
        return self._sums


def paint_mark(painter: QPainter, theme: Theme, followed: bool | None, at: QPointF) -> None:
    """A disc with a tick, a ring with a cross, or a point: shape tells it as well as colour."""
    painter.save()
    if followed is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.dim)
        painter.drawEllipse(at, 2.0, 2.0)
    elif followed:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.up)
        painter.drawEllipse(at, 6.0, 6.0)
        painter.setPen(QPen(theme.on_accent, 1.6))
        painter.drawPolyline([at + QPointF(-2.7, 0.2), at + QPointF(-0.8, 2.2), at + QPointF(2.8, -2.0)])
    else:
        painter.setPen(QPen(theme.down, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 5.5, 5.5)
        for sign in (1, -1):
            painter.drawLine(at + QPointF(-2, -2 * sign), at + QPointF(2, 2 * sign))
    painter.restore()


def _day_words(day: int) -> str:
    date = datetime.fromtimestamp(day * 86_400, UTC)
    return f"{date:%a} {date.day} {date:%b}" + ("" if date.year == datetime.now(UTC).year else f" {date:%Y}")


def count_words(sums: Sums) -> str:
    """How many round trips: "n 3 · 1 open"."""
    return f"n {sums.n}" + (f" · {sums.still_open} open" if sums.still_open else "")
