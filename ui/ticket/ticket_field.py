"""One figure of a ticket: told as it is typed, stepped by arrows and wheel, with its unit and its fault."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.keys.hand import OF_FIGURES
from ui.theme import AGE_PX, HEADER_PX, ThemeSource, ui_font

LEAST_PX = 34
UNIT_PX = 6
"""From the edge of a field to its unit, and from that to the figure."""


class TicketField(QLineEdit):
    """One figure: tells what was typed, follows what is reckoned while nobody types in it."""

    typed = Signal(str, str)
    """Name of the field and its text."""
    stepped = Signal(str, int)
    """Name of the field, and how many steps up."""

    def __init__(self, name: str, title: str, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.name = name
        self.fault = ""
        self.unit = ""
        """What its figure is in, in the free room before it."""
        self.setAccessibleName(title)
        self.setObjectName(f"ticket-{name}")
        self.setProperty(OF_FIGURES, True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(ui_font(HEADER_PX))
        self.setMinimumWidth(LEAST_PX)
        self.textEdited.connect(lambda text: self.typed.emit(self.name, text))

    def show_text(self, text: str) -> None:
        """Show a figure, unless it is being typed."""
        if text != self.text() and not self.is_typing:
            self.setText(text)
            self.setCursorPosition(0)

    @property
    def is_typing(self) -> bool:
        """Whether the trader is changing it right now."""
        return self.hasFocus() and self.isModified()

    def show_fault(self, fault: str, color: str, hint: str = "") -> None:
        """Mark it, with the reason in its tool tip; "" takes the mark away."""
        if fault != self.fault:
            self.fault = fault
            self.setStyleSheet(f"QLineEdit {{ border-color: {color}; }}" if fault else "")
            self.setAccessibleDescription(fault)
        if (fault or hint) != self.toolTip():
            self.setToolTip(fault or hint)

    def show_unit(self, unit: str) -> None:
        """Say what the figure is in."""
        if unit != self.unit:
            self.unit = unit
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        font = ui_font(AGE_PX)
        needed = QFontMetricsF(font).horizontalAdvance(self.unit) + 2 * UNIT_PX
        if (
            not self.unit
            or needed + self.fontMetrics().horizontalAdvance(self.text()) > self.width() - UNIT_PX
        ):
            return
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(self._themes.theme.muted)
        room = self.rect().adjusted(UNIT_PX, 0, -UNIT_PX, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            tenfold = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.stepped.emit(self.name, tenfold if event.key() == Qt.Key.Key_Up else -tenfold)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()  # Alt+4 closes the position, it is no 4
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y():
            self.stepped.emit(self.name, 1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setModified(False)
