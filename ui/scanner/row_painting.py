"""How a row of the scanner is painted: its cells, the first above those scrolled under it, and its marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QRegion

from ui.scanner.cells import ScanCell
from ui.scanner.columns import ScanColumn
from ui.scanner.painting import CellPainter
from ui.scanner.titles import Place
from ui.theme import mix, tint


@dataclass(frozen=True, slots=True)
class RowLook:
    """What marks a row.

    Attributes:
        is_lit: it satisfies the checklist.
        is_linked: linked panels show it.
        has_cursor: the keys are on it.
        is_scrolled: cells lie under its first one.
    """

    is_lit: bool
    is_linked: bool
    has_cursor: bool
    is_scrolled: bool


def paint_row(
    painter: QPainter,
    of_cells: CellPainter,
    columns: Sequence[ScanColumn],
    places: Sequence[Place],
    cells: Sequence[ScanCell] | None,
    look: RowLook,
    room: QRect,
    line: int,
    region: QRegion,
) -> None:
    """Paint what of a row lies in `region`.

    Args:
        cells: one a column; None while they have not been read.
        room: of the row.
        line: where its text stands, px below its top.
    """
    theme, y, height, width = of_cells.theme, room.top(), room.height(), room.width()

    def paint_cell(place: Place) -> None:
        if cells is not None:
            left, wide = place.room
            at = QRect(left, y, wide, height)
            of_cells.paint(painter, columns[place.index].kind, cells[place.index], at, y + line)

    back = theme.panel
    if look.is_lit:
        back = mix(back, theme.up, 0.10)
    if look.is_linked:
        back = mix(back, theme.accent, 0.16)
    if back is not theme.panel:
        painter.fillRect(0, y, width, height, back)
    painter.fillRect(0, y + height - 1, width, 1, tint(theme.hairline, 0.6))
    for place in places[1:]:
        at = QRect(place.left, y, place.right - place.left, height)
        if place.right > 0 and place.left < width and region.intersects(at):
            paint_cell(place)
    first = places[0]
    if region.intersects(QRect(0, y, first.right, height)):
        if look.is_scrolled:
            painter.fillRect(0, y, first.right, height - 1, back)
            painter.fillRect(first.right - 1, y, 1, height, theme.hairline)
        paint_cell(first)
        if look.is_linked or look.is_lit:
            painter.fillRect(0, y, 3, height - 1, theme.accent if look.is_linked else theme.up)
    if look.has_cursor:
        painter.setPen(theme.accent)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(0, y, width - 1, height - 1)
