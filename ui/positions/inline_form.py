"""A line in which one figure is changed, with a reason where one is asked for: hidden until it is needed."""

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget

from ui.theme import HEADER_PX, Theme, ui_font


class InlineForm(QWidget):
    """Enter sends the figure, Esc leaves; an heir says what may be sent and when a reason is needed."""

    wanted = Signal(str, object, str)
    """What it is about, the figure (Decimal), the reason."""
    left = Signal()

    def __init__(self, name: str, verb: str, ask: str, parent: QWidget | None = None) -> None:
        """Make it, hidden.

        Args:
            name: of the figure, read aloud.
            verb: on the button.
            ask: for the reason.
        """
        super().__init__(parent)
        self.subject = ""
        self.title, self.unit, self.says = (QLabel("", self) for _ in range(3))
        self.figure = QLineEdit(self)
        self.figure.setAccessibleName(name)
        self.figure.setFixedWidth(110)
        self.reason = QLineEdit(self)
        self.reason.setAccessibleName(ask.rstrip("?"))
        self.reason.setPlaceholderText(ask)
        self.button = QPushButton(verb, self)
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 3, 6, 3)
        for widget, stretch in (
            (self.title, 0),
            (self.figure, 0),
            (self.unit, 0),
            (self.reason, 2),
            (self.says, 1),
            (self.button, 0),
        ):
            widget.setFont(ui_font(HEADER_PX))
            line.addWidget(widget, stretch)
        for field in (self.figure, self.reason):
            field.textChanged.connect(self._show)
            field.returnPressed.connect(self._send)
        self.button.clicked.connect(self._send)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()

    # What an heir says.

    def asks_reason(self, _figure: Decimal) -> bool:
        """Whether this figure needs a reason."""
        return False

    def verdict(self, figure: Decimal | None) -> tuple[bool, str]:
        """Whether it may be sent, and what is said about it."""
        raise NotImplementedError

    # What it does.

    def begin(self, subject: str, title: str, text: str, unit: str = "") -> None:
        """Ask for a figure.

        Args:
            subject: what it is about, as told with it.
            title, unit: around the field. text: in it.
        """
        self.subject = subject
        self.title.setText(title)
        self.unit.setText(unit)
        self.reason.clear()
        self.figure.setText(text)
        self.show()
        self.figure.setFocus()
        self.figure.selectAll()
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.setStyleSheet(f"{type(self).__name__} {{ background: {theme.control.name()}; }}")

    @property
    def typed(self) -> Decimal | None:
        """The figure as it stands in the field; None where it is none."""
        try:
            figure = Decimal(self.figure.text().replace("\u2009", "").replace(" ", ""))
        except InvalidOperation:
            return None
        return figure if figure.is_finite() else None

    @property
    def written(self) -> str:
        """The reason, without the room around it."""
        return " ".join(self.reason.text().split())

    def _show(self) -> None:
        figure = self.typed
        self.reason.setVisible(figure is not None and self.asks_reason(figure))
        may, words = self.verdict(figure)
        self.says.setText(words)
        self.says.setToolTip(words)
        self.button.setEnabled(may)

    def _send(self) -> None:
        figure = self.typed
        if figure is not None and self.button.isEnabled():
            self.wanted.emit(self.subject, figure, self.reason.text() if self.asks_reason(figure) else "")
            self.leave()
        elif figure is not None and self.asks_reason(figure):
            self.reason.setFocus()

    def leave(self) -> None:
        """Put it away."""
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
