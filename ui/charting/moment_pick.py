"""Choosing a moment by a click on the chart: where an anchored study begins."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel

from ui.charting.study_host import StudyHost
from ui.theme import HEADER_PX, ui_font
from ui.widgets.plot_mouse import PlotPoint, PlotTool
from ui.widgets.time_price_plot import TimePricePlot


class MomentPick(QObject):
    """A tool that takes one click."""

    def __init__(self, plot: TimePricePlot, host: StudyHost) -> None:
        super().__init__(plot)
        self._plot, self._host = plot, host
        self._wanted: tuple[str, str] | None = None
        self._before: PlotTool | None = None
        self._words = QLabel("Click the bar to count from · Esc to leave it", plot)
        self._words.setFont(ui_font(HEADER_PX))
        self._words.setMargin(6)
        self._words.setAutoFillBackground(True)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.hide()

    @property
    def active(self) -> bool:
        """The next click is ours."""
        return self._wanted is not None

    def begin(self, key: str, parameter: str) -> None:
        """Take the next click as a parameter of the study of that key."""
        self.cancel()
        self._wanted = (key, parameter)
        self._before = self._plot.tool
        self._plot.set_tool(self)
        self._words.adjustSize()
        self._words.move(round(self._plot.mapping.width / 2 - self._words.width() / 2), 8)
        self._words.show()
        self._plot.setFocus()

    def cancel(self) -> bool:
        """Leave it; True if a click was awaited."""
        if self._wanted is None:
            return False
        self._wanted = None
        self._plot.set_tool(self._before)
        self._before = None
        self._words.hide()
        return True

    def press(self, point: PlotPoint) -> bool:
        """Take the left button."""
        return point.button == Qt.MouseButton.LeftButton

    def move(self, point: PlotPoint) -> bool:  # noqa: ARG002
        """Let the crosshair move."""
        return False

    def release(self, point: PlotPoint) -> bool:
        """Take the moment under the pointer."""
        wanted = self._wanted
        self.cancel()
        item = None if wanted is None else self._host.find(wanted[0])
        if item is not None and wanted is not None:
            self._host.configure(item.key, item.run.values | {wanted[1]: point.time_ms})
        return True

    def double_click(self, point: PlotPoint) -> bool:
        """As a press."""
        return self.press(point)
