"""The button that brings a chart back to its newest bar; there only while the view does not follow it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from ui.charting.chart_view import ChartView
from ui.theme import HEADER_PX, ui_font
from ui.widgets.time_price_plot import TimePricePlot

MARGIN_PX = 8


class NowButton(QPushButton):
    """Lies at the lower right of the price pane."""

    def __init__(self, plot: TimePricePlot, view: ChartView) -> None:
        super().__init__("Now →", plot)
        self._plot = plot
        self.setFont(ui_font(HEADER_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Jump to the newest bar and follow it (End)")
        self.clicked.connect(view.jump_to_now)
        self.hide()
        view.following_changed.connect(lambda following: self.setVisible(not following))
        plot.view_changed.connect(self._place)

    def _place(self) -> None:
        mapping = self._plot.mapping
        self.adjustSize()
        left, top = mapping.width - self.width() - MARGIN_PX, mapping.height - self.height() - MARGIN_PX
        self.move(round(left), round(top))
