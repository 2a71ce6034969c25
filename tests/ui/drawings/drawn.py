"""Keys held while drawing on a sheet, and a line drawn on it."""

from PySide6.QtCore import Qt

from tests.ui.drawings.sheet import Sheet
from workstation.model.drawings import Drawing

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def draw_trend(sheet: Sheet) -> Drawing:
    sheet.key(Qt.Key.Key_T, ALT)
    sheet.click(sheet.at(10, 61_050.0))
    sheet.click(sheet.at(30, 61_150.0))
    return sheet.newest
