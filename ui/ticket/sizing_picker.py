"""The chooser of the sizing method: its menu says what each one comes to, side by side."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolTip, QWidget

from ui import format
from ui.theme import HEADER_PX, ui_font
from ui.ticket.draft import Sizing
from ui.ticket.effects import decimals_of
from ui.ticket.reckoned import Reckoned
from ui.ticket.sizing_methods import Sized

Sizes = Mapping[Sizing, Sized | str]


class SizingPicker(QPushButton):
    """Shows the method in force; opens a menu of all with their sizes."""

    chosen = Signal(object)
    """A `Sizing`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.ask: Callable[[], tuple[Reckoned | None, Sizes]] = lambda: (None, {})
        """Works out what every method comes to now."""
        self._method = Sizing.FIXED
        self.setAccessibleName("Where the size comes from")
        self.setFont(ui_font(HEADER_PX))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(34)
        self.setStyleSheet("QPushButton { text-align: left; padding: 0px 5px; }")
        self.choices = QMenu(self)
        self.choices.setToolTipsVisible(True)
        self.choices.aboutToShow.connect(self._fill)
        # Not the button's own menu: a style sheet leaves such a button no padding.
        self.clicked.connect(lambda: self.choices.popup(self.mapToGlobal(self.rect().bottomLeft())))

    def show_method(self, method: Sizing) -> None:
        """Show the method in force."""
        if method is not self._method or not self.text():
            self._method = method
            self.setText(method.value)

    def paintEvent(self, event: QPaintEvent) -> None:
        """With the arrow that lists to choose from have."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().placeholderText())
        x, y = self.width() - 12.0, self.height() / 2 - 2
        painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x + 8, y), QPointF(x + 4, y + 5)]))

    def lines(self) -> list[tuple[Sizing, str, str]]:
        """Every method with what it comes to and why, as menu and tip show it."""
        found, sizes = self.ask()
        lines = []
        for method in Sizing:
            made = sizes.get(method)
            if found is None or found.contract is None or made is None:
                lines.append((method, "", method.words))
            elif isinstance(made, str):
                lines.append((method, format.NO_FIGURE, made))
            else:
                contract = found.contract
                size = format.size(float(made.size), decimals_of(contract.rules.lot_size))
                risk = format.price(float(made.loss), 2)
                note = f" · {made.note}" if made.note else ""
                words = f"{size} {contract.base} · risk {risk}{note}"
                lines.append((method, words, method.words))
        return lines

    def _fill(self) -> None:
        menu = self.choices
        menu.clear()
        for method, comes_to, why in self.lines():
            action = menu.addAction(f"{method.value}\t{comes_to}" if comes_to else method.value)
            action.setCheckable(True)
            action.setChecked(method is self._method)
            action.setToolTip(why)
            action.triggered.connect(lambda _=False, method=method: self.chosen.emit(method))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            rows = "".join(
                f"<tr><td>{method.value}&nbsp;&nbsp;</td><td align='right'>{comes_to or why}</td></tr>"
                for method, comes_to, why in self.lines()
            )
            QToolTip.showText(event.globalPos(), f"<table>{rows}</table>", self)
            return True
        return super().event(event)
