"""The small window in which the rules of a footprint or of breakouts are set; they hold at once."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
)

from ui.charting.study_form import PADDING_PX, parameter_box
from ui.theme import HEADER_PX, ui_font
from ui.widgets.time_price_plot import TimePricePlot
from workstation.analytics.study import Parameter

WIDTH_PX = 330
BOX_WIDTH_PX = 90


class ViewForm(QFrame):
    """Sets figures; Esc or a click elsewhere closes it."""

    def __init__(
        self,
        title: str,
        parameters: tuple[Parameter, ...],
        values: Mapping[str, float],
        take: Callable[[dict[str, float]], None],
        parent: TimePricePlot,
    ) -> None:
        """Make it.

        Args:
            title: what is set.
            parameters: what may be set.
            values: what they are now.
            take: called with every value after each change.
            parent: the chart's plot.
        """
        super().__init__(parent, Qt.WindowType.Popup)
        self._chart, self._parameters, self._take = parent, parameters, take
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(WIDTH_PX)
        theme = parent.theme
        self.setStyleSheet(
            f"ViewForm {{ background: {theme.control.name()}; border: 1px solid {theme.hairline.name()}; }}"
            f"ViewForm QLabel {{ color: {theme.text.name()}; }}"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX)
        heading = QLabel(title)
        heading.setFont(ui_font(HEADER_PX, 600))
        layout.addWidget(heading)
        form = QFormLayout()
        self.boxes: dict[str, QDoubleSpinBox] = {}
        for parameter in parameters:
            box = self.boxes[parameter.key] = parameter_box(parameter, values[parameter.key], self._changed)
            box.setFixedWidth(BOX_WIDTH_PX)
            form.addRow(parameter.title, box)
        layout.addLayout(form)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        defaults = QPushButton("Defaults")
        defaults.clicked.connect(self.set_defaults)
        buttons.addWidget(defaults)
        close = QPushButton("Done")
        close.setDefault(True)
        close.clicked.connect(self.close)
        buttons.addWidget(close)
        layout.addLayout(buttons)

    def open(self) -> None:
        """Show it at the upper left of the chart."""
        self.adjustSize()
        self.move(self._chart.viewport().mapToGlobal(QPoint(44, 8)))
        self.show()
        first = next(iter(self.boxes.values()))
        first.setFocus()
        first.selectAll()

    def set_defaults(self) -> None:
        """Set what a new chart has."""
        for parameter in self._parameters:
            self.boxes[parameter.key].setValue(parameter.default)

    def _changed(self) -> None:
        self._take({key: box.value() for key, box in self.boxes.items()})
