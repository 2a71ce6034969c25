"""Shades of gain and loss for cells: their steps, the scale that explains them, and the mark of a loss."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from ui.theme import Theme, mix
from workstation.journal.statistics.table import Floats

STEPS = (0.42, 0.68, 1.0)
"""How strong a small, a middling and a large result are."""


def reach(values: Floats) -> float:
    """The result from which on a cell is at its strongest: most lie below it, so that one leap pales none."""
    known = np.abs(values[np.isfinite(values) & (values != 0)])
    if not len(known):
        return 1.0
    far = float(np.quantile(known, 0.85))
    power = 10.0 ** np.floor(np.log10(far))
    return float(
        next(one * power for one in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if one * power >= far * 0.999)
    )


def shade(theme: Theme, value: float, most: float) -> QColor:
    """The colour of a result; nothing won and nothing lost is the field's own."""
    if not value:
        return mix(theme.panel, theme.text, 0.12)
    step = min(len(STEPS) - 1, int(abs(value) / most * len(STEPS)))
    return mix(theme.panel, theme.up if value > 0 else theme.down, STEPS[step])


def paint_cell(painter: QPainter, theme: Theme, cell: QRectF, value: float, most: float) -> None:
    """Paint a cell; a loss has a dash in it, for eyes that do not tell the colours apart."""
    painter.fillRect(cell, shade(theme, value, most))
    if value < 0 and cell.width() >= 5 and cell.height() >= 5:
        wide = min(6.0, cell.width() * 0.5)
        middle = cell.center()
        painter.fillRect(
            QRectF(middle.x() - wide / 2, middle.y() - 1, wide, 2), mix(theme.panel, theme.window, 0.7)
        )


def paint_scale(painter: QPainter, theme: Theme, right: float, top: float, most: float, words: str) -> float:
    """Paint the scale of shades with its ends at the right; return where it begins, px.

    Args:
        words: of the strongest, without a sign.
    """
    metrics = painter.fontMetrics()
    wide = metrics.horizontalAdvance(f"+{words}")
    painter.setPen(theme.muted)
    painter.drawText(QRectF(right - wide, top, wide + 2, 16), 0x81, f"+{words}")
    x = right - wide - 4 - 6 * 10
    left = x - 4 - metrics.horizontalAdvance(f"−{words}")
    painter.drawText(QRectF(left, top, x - left, 16), 0x81, f"−{words}")
    for place, share in enumerate((-0.9, -0.6, -0.2, 0.2, 0.6, 0.9)):
        painter.fillRect(QRectF(x + place * 10, top + 4, 9, 9), shade(theme, share * most, most))
    return left
