"""A volume profile beside the candles: rows of what was bought and sold, point of control, value area.

How to host one::

    item = ProfileItem(theme, "right")
    plot.add_overlay(item, -1)                     # under the other overlays, over the settled bars
    item.set_profile(profile, "Visible", note)     # whenever it may have changed; None takes it away

It repaints itself at most four times a second, however fast the profile grows; call `refresh` every frame.
"""

import time
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.charting.candle_item import RectBatch
from ui.theme import AGE_PX, Theme, tint, ui_font
from ui.widgets.plot_mapping import Floats, PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from workstation.analytics.volume_profile import ProfileArea, VolumeProfile

WIDTH_SHARE = 0.2
MOST_WIDTH_PX = 260.0
EVERY_S = 0.25
HATCHED_FROM_PX = 5.0
"""Rows at least so high show who sold by hatching too: never by colour alone."""
INSIDE_ALPHA, OUTSIDE_ALPHA = 0.44, 0.2
LABEL_PX = 15.0
LABELS_WIDTH_PX, LEAST_STRIP_PX = 150.0, 320.0
"""Room beside the busiest row for its labels, and for the note below."""
NOW_PX = 80
"""Room at the lower right for the button that jumps to now."""

Side = Literal["left", "right"]


class ProfileItem(PlotOverlay):
    """Paints one profile at one edge of the price pane: what was bought at the edge, what was sold on it."""

    def __init__(self, theme: Theme, side: Side) -> None:
        super().__init__(theme)
        self.side = side
        self.decimals = 2
        """Digits of prices."""
        self._profile: VolumeProfile | None = None
        self._title = self._note = ""
        self._painted: object = None
        self._painted_at = 0.0
        self._rects = RectBatch()
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        # The newest bar is repainted with every trade, and with it whatever overlaps it: from kept pixels.
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def place(self, area: QRectF) -> None:
        # No more than the rows and their labels: what is kept in pixels should be little.
        width = min(area.width(), max(area.width() * WIDTH_SHARE + LABELS_WIDTH_PX, LEAST_STRIP_PX))
        left = area.right() - width if self.side == "right" else area.left()
        super().place(QRectF(left, area.top(), width, area.height()))

    def view_changed(self, mapping: PlotMapping) -> None:
        super().view_changed(mapping)
        self.update()

    def set_profile(self, profile: VolumeProfile | None, title: str, note: str) -> None:
        """Show a profile under a title; the note says what it is made of."""
        self._profile, self._title, self._note = profile, title, note
        self.refresh()

    @property
    def is_due(self) -> bool:
        """It was painted long enough ago."""
        return time.monotonic() - self._painted_at >= EVERY_S

    def refresh(self) -> None:
        """Paint what has changed, unless that was done a moment ago."""
        profile = self._profile
        seen = None if profile is None else (id(profile), profile.version, self._note, self.theme.name)
        if seen != self._painted and (seen is None or self.is_due):
            self._painted, self._painted_at = seen, time.monotonic()
            self.update()

    @property
    def width(self) -> float:
        """Pixels that the busiest row takes."""
        return min(self.mapping.width * WIDTH_SHARE, MOST_WIDTH_PX)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        profile = self._profile
        area = None if profile is None else profile.area()
        if profile is None or area is None:
            return
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.mapping.width, self.mapping.height))
        self._paint_rows(painter, profile, area)
        self._paint_lines(painter, area)
        painter.restore()

    def _paint_rows(self, painter: QPainter, profile: VolumeProfile, area: ProfileArea) -> None:
        mapping, volumes = self.mapping, profile.volumes
        rows = np.flatnonzero(volumes > 0)
        if not len(rows):
            return
        numbers = rows + profile.first_row
        tops = np.rint(mapping.ys((numbers + 1) * profile.row_height))
        bottoms = np.rint(mapping.ys(numbers * profile.row_height))
        seen = (bottoms > 0) & (tops < mapping.height)
        rows, numbers, tops, bottoms = rows[seen], numbers[seen], tops[seen], bottoms[seen]
        if not len(rows):
            return
        gap = 1.0 if float(bottoms[0] - tops[0]) >= 3 else 0.0
        heights = np.maximum(bottoms - tops - gap, 1.0)
        scale = self.width / float(volumes[rows].max())
        bought = np.rint(profile.bought[rows] * scale)
        whole = np.maximum(np.rint(volumes[rows] * scale), 1.0)
        edge = mapping.width if self.side == "right" else 0.0
        sign = -1.0 if self.side == "right" else 1.0
        middles = (numbers + 0.5) * profile.row_height
        inside = (middles > area.low) & (middles < area.high)
        known = not profile.unsaid > 0.5 * profile.total
        theme = self.theme
        for within, alpha in ((True, INSIDE_ALPHA), (False, OUTSIDE_ALPHA)):
            part = inside == within
            shape = tops[part], heights[part]
            if not known:
                self._fill(painter, edge, sign * whole[part], *shape, tint(theme.muted, alpha))
                continue
            self._fill(painter, edge, sign * bought[part], *shape, tint(theme.up, alpha))
            start = edge + sign * bought[part]
            sold = sign * (whole[part] - bought[part])
            self._fill(painter, start, sold, *shape, tint(theme.down, alpha))
            if float(np.median(heights)) >= HATCHED_FROM_PX:
                self._hatch(painter, start, sold, *shape, tint(theme.panel, 0.7))

    def _fill(
        self,
        painter: QPainter,
        start: Floats | float,
        widths: Floats,
        tops: Floats,
        heights: Floats,
        color: QColor,
    ) -> None:
        self._rects.draw(painter, _rects(start, widths, tops, heights), color)

    def _hatch(
        self, painter: QPainter, start: Floats, widths: Floats, tops: Floats, heights: Floats, color: QColor
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern))
        for x, y, width, height in _rects(start, widths, tops, heights).tolist():
            painter.drawRect(QRectF(x, y, width, height))

    def _paint_lines(self, painter: QPainter, area: ProfileArea) -> None:
        mapping, theme = self.mapping, self.theme
        painter.setFont(self._font)
        taken: list[float] = []
        note = f"{self._title} profile, {self._note}"
        for name, price, strong in (
            ("POC", area.poc, True),
            ("VAH", area.high, False),
            ("VAL", area.low, False),
        ):
            y = round(mapping.y(price))
            if not -1 <= y <= mapping.height:
                continue
            reach = self.width + 8
            color = theme.text if strong else theme.muted
            painter.setPen(QPen(color, 1, Qt.PenStyle.SolidLine if strong else Qt.PenStyle.DashLine))
            left = mapping.width - reach if self.side == "right" else 0.0
            painter.drawLine(QPointF(left, y), QPointF(left + reach, y))
            at = min(max(y, LABEL_PX / 2), mapping.height - LABEL_PX / 2)
            if all(abs(at - other) >= LABEL_PX for other in taken):
                taken.append(at)
                text = f"{name} {format.price(price, self.decimals)}"
                self._label(painter, text, at, reach, color)
        bottom = mapping.height - LABEL_PX
        if all(abs(bottom - other) >= LABEL_PX for other in taken):
            self._label(painter, note, bottom, NOW_PX if self.side == "right" else 4, theme.muted)

    def _label(self, painter: QPainter, text: str, y: float, off: float, color: QColor) -> None:
        """Write beside the rows, on a ground that keeps candles from running through the words."""
        width = self._metrics.horizontalAdvance(text) + 8
        left = self.mapping.width - off - width if self.side == "right" else off
        box = QRectF(left, y - LABEL_PX / 2, width, LABEL_PX)
        painter.fillRect(box, tint(self.theme.panel, 0.82))
        painter.setPen(color)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _rects(start: Floats | float, widths: Floats, tops: Floats, heights: Floats) -> Floats:
    """Rows of (x, y, width, height) for bars that go left where their width is below 0."""
    rects = np.empty((len(widths), 4))
    rects[:, 0] = np.minimum(start, start + widths)
    rects[:, 1], rects[:, 2], rects[:, 3] = tops, np.abs(widths), heights
    return rects
