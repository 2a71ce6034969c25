"""The line in which a stop is moved: nearer at will, farther only with a thesis that has changed."""

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget

from ui.theme import HEADER_PX, Theme, ui_font


class StopForm(QWidget):
    """Hidden until a stop is to be moved. Enter moves it, Esc leaves."""

    wanted = Signal(str, object, str)
    """Symbol, price (Decimal), changed thesis."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = ""
        self._stop: Decimal | None = None
        self._sign = 1
        self.title = QLabel("", self)
        self.price = QLineEdit(self)
        self.price.setAccessibleName("New stop")
        self.price.setFixedWidth(110)
        self.thesis = QLineEdit(self)
        self.thesis.setAccessibleName("Changed thesis")
        self.thesis.setPlaceholderText("How has the thesis changed?")
        self.says = QLabel("", self)
        self.button = QPushButton("Move", self)
        for widget in (self.title, self.price, self.thesis, self.says, self.button):
            widget.setFont(ui_font(HEADER_PX))
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.price.textChanged.connect(self._judge)
        self.thesis.textChanged.connect(self._judge)
        for field in (self.price, self.thesis):
            field.returnPressed.connect(self._send)
        self.button.clicked.connect(self._send)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 3, 6, 3)
        line.addWidget(self.title)
        line.addWidget(self.price)
        line.addWidget(self.thesis, 2)
        line.addWidget(self.says, 1)
        line.addWidget(self.button)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()

    @property
    def symbol(self) -> str:
        """Whose stop is being moved."""
        return self._symbol

    def open(self, symbol: str, stop: Decimal | None, *, long: bool) -> None:
        """Ask for the new stop of a position."""
        self._symbol, self._stop, self._sign = symbol, stop, 1 if long else -1
        self.title.setText(f"Stop of {symbol}")
        self.thesis.clear()
        self.price.setText("" if stop is None else f"{stop:f}")
        self.show()
        self.price.setFocus()
        self.price.selectAll()
        self._judge()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.setStyleSheet(f"StopForm {{ background: {theme.control.name()}; }}")

    @property
    def _typed(self) -> Decimal | None:
        try:
            price = Decimal(self.price.text().replace("\u2009", "").replace(" ", ""))
        except InvalidOperation:
            return None
        return price if price.is_finite() and price > 0 else None

    @property
    def _loosens(self) -> bool:
        price = self._typed
        return price is not None and self._stop is not None and (price - self._stop) * self._sign < 0

    def _judge(self) -> None:
        price = self._typed
        needs_words = self._loosens and not self.thesis.text().strip()
        self.thesis.setVisible(self._loosens)
        if price is None:
            self.says.setText("A price above zero")
        elif self._loosens:
            self.says.setText("gives more room: say how the thesis has changed" if needs_words else "")
        else:
            self.says.setText("" if price == self._stop else "tightens")
        self.button.setEnabled(price is not None and price != self._stop and not needs_words)

    def _send(self) -> None:
        if self.button.isEnabled():
            self.wanted.emit(self._symbol, self._typed, self.thesis.text() if self._loosens else "")
            self._leave()
        elif self._loosens:
            self.thesis.setFocus()

    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)
