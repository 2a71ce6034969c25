"""The hairline grid behind everything: one line for each labelled price and moment."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from ui.theme import Theme, mix
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.time_axis import TimeTick


class Grid:
    """A settled layer: vertical lines through all panes, horizontal ones through the price pane."""

    def __init__(self) -> None:
        self.prices: list[float] = []
        self.moments: list[TimeTick] = []

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        quiet = mix(theme.panel, theme.hairline, 0.6)
        bottom = mapping.lower_bottom
        for tick in self.moments:
            x = round(mapping.x_at(tick.at))
            if 0 <= x < mapping.width:
                painter.fillRect(QRectF(x, 0, 1, bottom), theme.hairline if tick.major else quiet)
        for price in self.prices:
            painter.fillRect(QRectF(0, round(mapping.y(price)), mapping.width, 1), quiet)
        # The frame: below the price pane, below the lower panes, left of the price axis.
        painter.fillRect(QRectF(0, mapping.height, mapping.width, 1), theme.hairline)
        painter.fillRect(QRectF(0, bottom, mapping.width, 1), theme.hairline)
        painter.fillRect(QRectF(mapping.width, 0, 1, bottom + 1), theme.hairline)
