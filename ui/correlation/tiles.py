"""Every cell that a matrix can have, painted once: what a cell shows follows from its value alone."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from ui.correlation.cell_text import cell_figure
from ui.theme import Theme, contrast, mix, opposed_lut, ui_font
from workstation.analytics.correlation_matrix import Floats

FIGURE_PX = 10
FAINT_SHARE = 0.55
"""How much of its ink a figure keeps that may be luck."""
STEPS = 201
"""Tiles from −1.00 to +1.00; then one for what is not known and one for the diagonal."""
UNKNOWN, DIAGONAL = STEPS, STEPS + 1
GAP_FROM_PX = 9
"""Height from which a hairline parts the cells; in smaller ones hairlines are all that would be seen."""
PLAIN, FAINT, DELTA = 0, 1, 2
"""How a cell shows its value: as a correlation, as one that may be luck (+1), as a change (+2)."""
DELTA_REACH = 0.4
"""A change of so much has the colours of a correlation of one."""

Words = NDArray[np.uint32]
Kinds = NDArray[np.intp]


def matrix_image(values: Floats, kinds: Kinds, tiles: Words) -> Words:
    """The picture (k · height, k · width) of a matrix (k, k), as ARGB words: a tile for every cell."""
    steps = np.rint(np.nan_to_num(values).clip(-1, 1) * 100).astype(np.intp) + 100
    steps[~np.isfinite(values)] = UNKNOWN
    np.fill_diagonal(steps, DIAGONAL)
    steps += kinds * (DIAGONAL + 1)
    count, (height, width) = len(values), tiles.shape[1:]
    picture = np.empty((count, height, count, width), np.uint32)
    for line in range(height):
        picture[:, line] = tiles[:, line][steps]
    return picture.reshape(count * height, count * width)


def make_tiles(theme: Theme, width: int, height: int, ratio: float) -> Words:
    """The tiles (4 × 203, height, width) for cells of so many dots: of every kind and value.

    Args:
        ratio: dots a pixel.
    """
    return np.concatenate(
        [
            _tiles(theme, width, height, ratio, reach=reach, faint=faint)
            for reach in (1.0, DELTA_REACH)
            for faint in (False, True)
        ]
    )


def _tiles(theme: Theme, width: int, height: int, ratio: float, *, reach: float, faint: bool) -> Words:
    values = np.linspace(-1, 1, STEPS) / reach
    colors = opposed_lut(theme, STEPS)[np.rint((values.clip(-1, 1) + 1) / 2 * (STEPS - 1)).astype(np.intp)]
    words = np.append(colors, (theme.control.rgba(), theme.window.rgba()))
    tiles = np.empty((len(words), height, width), np.uint32)
    tiles[:] = words[:, None, None]
    if width >= figure_width() * ratio and height >= FIGURE_PX * ratio:
        _write(tiles.reshape(-1, width), words[:STEPS], theme, height, ratio, signed=reach < 1, faint=faint)
    if height >= GAP_FROM_PX * ratio:
        tiles[:, -1, :] = tiles[:, :, -1] = theme.panel.rgba()
    return tiles


def _write(
    rows: Words, colors: Words, theme: Theme, height: int, ratio: float, *, signed: bool, faint: bool
) -> None:
    """Write each figure over its tile; the tiles stand under one another."""
    width = rows.shape[1]
    image = QImage(rows.data, width, len(rows), 4 * width, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    font = ui_font(FIGURE_PX)
    font.setPixelSize(round(FIGURE_PX * ratio))
    painter.setFont(font)
    for step, word in enumerate(colors.tolist()):
        back = QColor.fromRgba(word)
        painter.setPen(mix(back, ink(back), FAINT_SHARE) if faint else ink(back))
        box = QRectF(0, step * height, width - 1, height - 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cell_figure((step - 100) / 100, signed=signed))
    painter.setPen(theme.muted)
    painter.drawText(QRectF(0, UNKNOWN * height, width - 1, height - 1), Qt.AlignmentFlag.AlignCenter, "—")
    painter.end()


@lru_cache(maxsize=1)
def figure_width() -> float:
    """Pixels that the widest figure takes."""
    return QFontMetricsF(ui_font(FIGURE_PX)).horizontalAdvance("+.00") + 1


def ink(back: QColor) -> QColor:
    """Black or white, whichever reads better there: the theme's own inks are too near for middle tones."""
    return max(_INKS, key=lambda color: contrast(color, back))


_INKS = (QColor("#ffffff"), QColor("#000000"))
