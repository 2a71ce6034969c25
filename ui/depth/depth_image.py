"""The pixels of a depth heatmap: a ring of coloured columns of which only the changed are written."""

from math import ceil

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from ui.depth.depth_palette import Lut
from workstation.market.depth_level import UNKNOWN_CODE, DepthLevel
from workstation.market.depth_map import DepthMap
from workstation.market.size_code import SizeCodes

_NONE = -1
_SPARE_ROWS = 32


class DepthImage:
    """Size codes and colours of the cells around a view, one pixel a cell, kept up to date by columns.

    Column K of the level stands in image column K % capacity; rows go from the highest price bin at the top
    to the lowest. Rows are absolute prices, so a grid whose window has moved needs no redrawing here.
    """

    def __init__(self) -> None:
        self._allocate(1, 1)
        self._source: DepthMap | None = None
        self._version = (-1, -1)
        self._bin_size = 0.0
        self._newest = 0
        self.level = DepthLevel()
        self._lowest = 0  # level bin of the image's bottom row
        self._rows = 1  # rows in use, from the top

    def _allocate(self, rows: int, columns: int) -> None:
        self._codes: SizeCodes = np.full((rows, columns), UNKNOWN_CODE, np.uint16)
        # One spare pixel all around, never sampled: a source may begin a part of a cell before the first.
        framed = np.zeros((rows + 2, columns + 2), np.uint32)
        # The image borrows the array's memory: both live and are replaced together.
        self._pixels = framed[1:-1, 1:-1]
        self._image = QImage(
            framed.data, columns + 2, rows + 2, framed.strides[0], QImage.Format.Format_RGB32
        )
        self._held = np.full(columns, _NONE, np.int64)

    def reserve(self, width_px: int, height_px: int) -> None:
        """Make room for a view of this size in device pixels, cells being at least a pixel."""
        rows, columns = self._codes.shape
        if width_px + 2 > columns or height_px + 2 > rows or columns > 3 * width_px + 512:
            self._allocate(height_px + height_px // 2 + 64, width_px + width_px // 4 + 64)

    def show(
        self, source: DepthMap, level: DepthLevel, columns: tuple[int, int], bins: tuple[int, int], lut: Lut
    ) -> int:
        """Bring the cells of half-open ranges of the level's columns and bins up to date.

        Returns:
            How many columns were written.
        """
        self._forget_changed(source, level)
        visible = bins[1] - bins[0]
        lowest, rows = self._lowest, self._rows
        if bins[0] < lowest or bins[1] > lowest + rows or rows > 4 * visible + _SPARE_ROWS:
            # Half a view of spare rows on either side lets the price wander without redrawing.
            self._rows = min(len(self._codes), 2 * visible + _SPARE_ROWS)
            self._lowest = bins[0] - (self._rows - visible) // 2
            self._held[:] = _NONE
        first, end = source.columns(level)
        numbers = np.arange(max(columns[0], first), min(columns[1], end))
        numbers = numbers[-len(self._held) :]
        stale = numbers[self._held[numbers % len(self._held)] != numbers]
        if len(stale):
            self._write(source, stale, lut)
        return len(stale)

    def recolor(self, columns: tuple[int, int], lut: Lut) -> None:
        """Colour what is held of these columns anew, without reading the grid."""
        for _, start, end in self._pieces(columns):
            self._pixels[: self._rows, start:end] = lut[self._codes[: self._rows, start:end]]
        # Columns outside keep the old colours: they are written again when they come into view.
        numbers = np.arange(*columns)
        kept = self._held[numbers % len(self._held)]
        self._held[:] = _NONE
        self._held[numbers % len(self._held)] = kept

    def codes(self, columns: tuple[int, int], bins: tuple[int, int]) -> SizeCodes:
        """Return a copy of the (bins, columns) codes shown, the highest bin first."""
        top = self._lowest + self._rows
        rows = slice(max(0, top - bins[1]), max(0, top - bins[0]))
        parts = [self._codes[rows, start:end] for _, start, end in self._pieces(columns)]
        return np.concatenate(parts, axis=1) if parts else np.empty((0, 0), np.uint16)

    def draw(
        self,
        painter: QPainter,
        columns: tuple[int, int],
        bins: tuple[int, int],
        column_px: tuple[float, float],
        bin_px: tuple[float, float],
        ratio: float,
    ) -> None:
        """Draw the cells; a ring that wraps inside the view takes two pictures.

        Args:
            column_px: x of the left edge of column 0 and the width of a column.
            bin_px: y of the bottom edge of bin 0 and the height of a bin, y growing downwards.
            ratio: device pixels in a pixel.
        """
        top = self._lowest + self._rows
        y, height, row, rows = _whole_pixels(
            bin_px[0] - bins[1] * bin_px[1], bins[1] - bins[0], bin_px[1], 1 + top - bins[1], ratio
        )
        for number, start, end in self._pieces(columns):
            x, width, slot, slots = _whole_pixels(
                column_px[0] + number * column_px[1], end - start, column_px[1], 1 + start, ratio
            )
            if width and height:
                painter.drawImage(QRectF(x, y, width, height), self._image, QRectF(slot, row, slots, rows))

    def _forget_changed(self, source: DepthMap, level: DepthLevel) -> None:
        """Mark as stale what has changed since it was shown: the open column and after, and what was read."""
        version = source.version
        if (source, source.bin_size, level) != (self._source, self._bin_size, self.level):
            self._source, self._bin_size, self.level = source, source.bin_size, level
            self._held[:] = _NONE
        elif version != self._version:
            if version[0] != self._version[0]:
                self._held[self._held >= self._newest // level.buckets] = _NONE
            if source.past is not None and version[1] != self._version[1]:
                self._forget_read(
                    source.past.changes_since(self._version[1]), level.buckets * source.bucket_ms
                )
        self._version = version
        self._newest = source.buckets[1] - 1

    def _forget_read(self, stretches: list[tuple[int, int]] | None, column_ms: int) -> None:
        if stretches is None:
            self._held[:] = _NONE
            return
        for start, end in stretches:
            inside = (self._held >= start // column_ms) & (self._held < -(-end // column_ms))
            self._held[inside] = _NONE

    def _write(self, source: DepthMap, numbers: np.ndarray[tuple[int], np.dtype[np.int64]], lut: Lut) -> None:
        slots = numbers % len(self._held)
        codes = source.codes(self.level, numbers, self._lowest, self._rows).T[::-1]
        # Runs of neighbouring slots are copied whole: an index array would visit every pixel by itself.
        for run in np.split(np.arange(len(slots)), np.flatnonzero(np.diff(slots) != 1) + 1):
            part = codes[:, run[0] : run[-1] + 1]
            place = slice(int(slots[run[0]]), int(slots[run[-1]]) + 1)
            self._codes[: self._rows, place] = part
            self._pixels[: self._rows, place] = lut[self._codes[: self._rows, place]]
        self._held[slots] = numbers

    def _pieces(self, columns: tuple[int, int]) -> list[tuple[int, int, int]]:
        """Split columns where the ring wraps: (first column, its slot, slot after the last) of each piece."""
        capacity = len(self._held)
        pieces = []
        number = columns[0]
        while number < columns[1]:
            start = number % capacity
            count = min(columns[1] - number, capacity - start)
            pieces.append((number, start, start + count))
            number += count
        return pieces


def _whole_pixels(
    left: float, count: int, cell_px: float, start: int, ratio: float
) -> tuple[float, float, float, float]:
    """Return (first pixel, pixels, first source, sources) for `count` cells from `left`, of index `start`.

    Qt rounds a target's edges before it samples, which would move cells of about a pixel by a part of
    themselves; so the target is whole pixels of the device, those whose middle lies in a cell, and the source
    is not whole.
    """
    first = ceil(left * ratio - 0.5) / ratio
    end = ceil((left + count * cell_px) * ratio - 0.5) / ratio
    return first, end - first, start + (first - left) / cell_px, (end - first) / cell_px
