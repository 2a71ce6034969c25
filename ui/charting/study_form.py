"""The small window in which a study's figures are set; every change shows on the chart at once."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.charting.role_colors import SERIES_COUNT, series_color
from ui.charting.study_host import ActiveStudy, StudyHost
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.time_price_plot import TimePricePlot
from workstation.analytics.study import Parameter

WIDTH_PX = 280
PADDING_PX = 12
SWATCH_PX = 14


def parameter_box(parameter: Parameter, value: float, changed: Callable[[], None]) -> QDoubleSpinBox:
    """Return the field in which a parameter is set; `changed` is called after each change."""
    box = QDoubleSpinBox()
    box.setDecimals(parameter.decimals)
    box.setRange(parameter.least, parameter.greatest)
    box.setSingleStep(10.0**-parameter.decimals)
    box.setKeyboardTracking(False)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    box.setToolTip(f"{parameter.least:g} to {parameter.greatest:g}; ↑ and ↓ change it")
    box.setValue(value)
    box.setAccessibleName(parameter.title)
    box.valueChanged.connect(lambda _value: changed())
    return box


class StudyForm(QFrame):
    """Sets one study's figures; Esc or a click elsewhere closes it."""

    def __init__(
        self, host: StudyHost, item: ActiveStudy, pick: Callable[[str, str], None], parent: TimePricePlot
    ) -> None:
        """Make it for a study on the chart.

        Args:
            host: the studies.
            item: the one to change.
            pick: lets the trader point at a moment for a parameter of the study of that key.
            parent: the chart's plot.
        """
        super().__init__(parent, Qt.WindowType.Popup)
        self._chart = parent
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(WIDTH_PX)
        theme = parent.theme
        self.setStyleSheet(
            f"StudyForm {{ background: {theme.control.name()}; border: 1px solid {theme.hairline.name()}; }}"
            f"StudyForm QLabel {{ color: {theme.text.name()}; }}"
        )
        self._host, self._key = host, item.key
        self._boxes: dict[str, QDoubleSpinBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX)
        title = QLabel(item.study.title)
        title.setFont(ui_font(HEADER_PX, 600))
        layout.addWidget(title)
        about = QLabel(host.tip(item))
        about.setTextFormat(Qt.TextFormat.PlainText)
        about.setWordWrap(True)
        about.setFont(ui_font(HEADER_PX))
        about.setMinimumHeight(about.heightForWidth(WIDTH_PX - 2 * PADDING_PX))
        layout.addWidget(about)
        form = QFormLayout()
        for parameter in item.study.parameters:
            if parameter.is_moment:
                form.addRow(parameter.title, self._moment(parameter, item.run.values[parameter.key], pick))
            else:
                form.addRow(parameter.title, self._box(parameter, item.run.values[parameter.key]))
        if host.can_be_coloured(item.key):
            form.addRow("Colour", self._colours(parent.theme))
        layout.addLayout(form)
        buttons = QHBoxLayout()
        remove = QPushButton("Remove")
        remove.clicked.connect(self._remove)
        buttons.addWidget(remove)
        buttons.addStretch(1)
        if self._boxes:
            defaults = QPushButton("Defaults")
            defaults.clicked.connect(self._defaults)
            buttons.addWidget(defaults)
        close = QPushButton("Done")
        close.setDefault(True)
        close.clicked.connect(self.close)
        buttons.addWidget(close)
        layout.addLayout(buttons)

    def open_at(self, position: QPoint) -> None:
        """Show it there, in global pixels, whole."""
        self.adjustSize()
        screen = self._chart.screen().availableGeometry()
        x = min(max(position.x(), screen.left()), screen.right() - self.width())
        y = min(max(position.y(), screen.top()), screen.bottom() - self.height())
        self.move(x, y)
        self.show()
        for box in self._boxes.values():
            box.setFocus()
            box.selectAll()
            break

    def _box(self, parameter: Parameter, value: float) -> QDoubleSpinBox:
        box = self._boxes[parameter.key] = parameter_box(parameter, value, self._take)
        return box

    def _moment(self, parameter: Parameter, value: float, pick: Callable[[str, str], None]) -> QPushButton:
        moment = datetime.fromtimestamp(value / 1000, UTC)
        button = QPushButton(f"{moment:%d %b %H:%M}" if value else "Choose on the chart")
        button.setToolTip("Click, then click the bar to count from; Esc leaves it as it is")
        button.clicked.connect(self.close)
        key = self._key
        button.clicked.connect(lambda: pick(key, parameter.key))
        return button

    def _colours(self, theme: Theme) -> QWidget:
        """A row of swatches."""
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        key = self._key
        for series in range(SERIES_COUNT):
            button = QToolButton()
            swatch = QPixmap(SWATCH_PX, SWATCH_PX)
            swatch.fill(series_color(theme, series))
            button.setIcon(QIcon(swatch))
            button.setToolTip(f"Colour {series + 1}")
            button.setAccessibleName(f"Colour {series + 1}")
            button.clicked.connect(lambda _=False, series=series: self._host.set_series(key, series))
            layout.addWidget(button)
        layout.addStretch(1)
        return row

    def _take(self) -> None:
        item = self._host.find(self._key)
        if item is not None:
            given = {key: box.value() for key, box in self._boxes.items()}
            self._host.configure(self._key, item.run.values | given)

    def _defaults(self) -> None:
        item = self._host.find(self._key)
        for parameter in item.study.parameters if item is not None else ():
            if parameter.key in self._boxes:
                self._boxes[parameter.key].setValue(parameter.default)

    def _remove(self) -> None:
        self.close()
        self._host.remove(self._key)
