"""The tree beside the matrix: its branches, the cut through them, and the letters of the groups."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.correlation.cell_text import cell_figure
from ui.theme import AGE_PX, Theme, mix, ui_font
from workstation.analytics.correlation import correlation_distance
from workstation.analytics.correlation_clusters import Clustering

MARGIN_PX = 4


def group_letter(number: int) -> str:
    """A, B … Z, AA, AB …: what a group of the matrix is called."""
    return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)


class Dendrogram:
    """Where the branches of a tree are in a box whose leaves stand at its right, one a row of the matrix."""

    def __init__(self, tree: Clustering, cut: float, box: QRectF, row_px: float) -> None:
        self._tree, self._cut, self._box, self._row_px = tree, cut, box, row_px
        root = tree.merges[-1].distance if tree.merges else 1.0
        # Most branches are near the leaves: from the nearest merge on, the whole width is theirs.
        nearest = tree.merges[0].distance if tree.merges else 0.0
        self._nearest = max(0.0, nearest - 0.08 * (root - nearest))
        self._reach = max(root - self._nearest, 1e-9)

    def x(self, distance: float) -> float:
        """Where a distance is: the root at the left."""
        share = min(1.0, max(0.0, (distance - self._nearest) / self._reach))
        return self._box.right() - share * (self._box.width() - MARGIN_PX)

    def correlation_at(self, x: float) -> float:
        """The correlation whose distance is there."""
        share = (self._box.right() - x) / max(1.0, self._box.width() - MARGIN_PX)
        distance = self._nearest + min(1.0, max(0.0, share)) * self._reach
        return 1.0 - 2.0 * distance * distance

    def paint(self, painter: QPainter, theme: Theme, groups: Sequence[Sequence[int]]) -> None:
        """Paint it, the branches of groups brighter, and the cut with its correlation."""
        order = self._tree.order
        place = {row: number for number, row in enumerate(order)}
        middles = [self._box.top() + (place[row] + 0.5) * self._row_px for row in range(len(order))]
        ends = [self._box.right()] * len(order)
        cut = float(correlation_distance(np.array([self._cut]))[0])
        inside: list[QLineF] = []
        outside: list[QLineF] = []
        for merge in self._tree.merges:
            x = round(self.x(merge.distance)) + 0.5
            first, second = middles[merge.left], middles[merge.right]
            lines = inside if merge.distance <= cut else outside
            lines.append(QLineF(ends[merge.left], first, x, first))
            lines.append(QLineF(ends[merge.right], second, x, second))
            lines.append(QLineF(x, first, x, second))
            middles.append((first + second) / 2)
            ends.append(x)
        painter.setPen(QPen(theme.dim, 1))
        painter.drawLines(outside)
        painter.setPen(QPen(mix(theme.panel, theme.accent, 0.75), 1))
        painter.drawLines(inside)
        if not self._nearest < cut < self._nearest + self._reach:
            return
        x = round(self.x(cut)) + 0.5
        painter.setPen(QPen(theme.warn, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, self._box.top() - 2), QPointF(x, self._box.bottom()))
        painter.setFont(ui_font(AGE_PX))
        words = f"cut ρ {cell_figure(self._cut)}"
        width = painter.fontMetrics().horizontalAdvance(words) + 2
        left = min(max(self._box.left(), x - width / 2), self._box.right() - width)
        painter.drawText(QRectF(left, self._box.top() - 18, width, 15), Qt.AlignmentFlag.AlignLeft, words)
        for number, rows in enumerate(groups):
            y = self._box.top() + (place[rows[0]] + place[rows[-1]] + 1) / 2 * self._row_px
            self._paint_letter(painter, QPointF(x, y), group_letter(number), theme)

    def _paint_letter(self, painter: QPainter, where: QPointF, letter: str, theme: Theme) -> None:
        side = 14.0 + 5 * (len(letter) - 1)
        left = min(max(self._box.left(), where.x() - side - 3), self._box.right() - side)
        box = QRectF(left, where.y() - 7, side, 14)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(theme.control, theme.accent, 0.28))
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(ui_font(AGE_PX, 600))
        painter.setPen(theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
