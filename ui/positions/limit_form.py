"""The line in which a limit is changed: tighter at once, looser with a reason and after a wait."""

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from ui import format
from ui.theme import HEADER_PX, Theme, ui_font
from workstation.trading.limit_rules import DayRules, LimitSpec


class LimitForm(QWidget):
    """Hidden until a limit is to be changed. Enter changes it, Esc leaves."""

    wanted = Signal(str, object, str)
    """Key of the limit, figure as kept (Decimal), reason."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec: LimitSpec | None = None
        self._before = Decimal(0)
        self._rules = DayRules()
        self.title, self.unit, self.says = (QLabel("", self) for _ in range(3))
        self.figure = QLineEdit(self)
        self.figure.setAccessibleName("New limit")
        self.figure.setFixedWidth(90)
        self.reason = QLineEdit(self)
        self.reason.setAccessibleName("Reason")
        self.reason.setPlaceholderText("Why may more pass from then on?")
        self.button = QPushButton("Change", self)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 3, 6, 3)
        for widget, stretch in (
            (self.title, 0),
            (self.figure, 0),
            (self.unit, 0),
            (self.reason, 3),
            (self.says, 1),
            (self.button, 0),
        ):
            widget.setFont(ui_font(HEADER_PX))
            line.addWidget(widget, stretch)
        for field in (self.figure, self.reason):
            field.textChanged.connect(self._judge)
            field.returnPressed.connect(self._send)
        self.button.clicked.connect(self._send)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()

    def open(self, spec: LimitSpec, figure: Decimal, rules: DayRules) -> None:
        """Ask for another figure of a limit."""
        self._spec, self._before, self._rules = spec, figure, rules
        self.title.setText(spec.title)
        self.unit.setText(spec.unit.value)
        self.reason.clear()
        self.figure.setText(f"{(figure / spec.unit.scale).normalize():f}")
        self.show()
        self.figure.setFocus()
        self.figure.selectAll()
        self._judge()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.setStyleSheet(f"LimitForm {{ background: {theme.control.name()}; }}")

    @property
    def _typed(self) -> Decimal | None:
        assert self._spec is not None
        try:
            typed = Decimal(self.figure.text().replace("\u2009", "").replace(" ", ""))
        except InvalidOperation:
            return None
        return typed * self._spec.unit.scale if typed.is_finite() else None

    def _judge(self) -> None:
        spec = self._spec
        if spec is None:
            return
        figure = self._typed
        looser = figure is not None and spec.is_looser(figure, self._before)
        missing = self._rules.loosen_reason - len(" ".join(self.reason.text().split()))
        self.reason.setVisible(looser)
        fits = figure is not None and spec.least <= figure <= spec.greatest
        if not fits:
            self.says.setText(f"between {spec.text(spec.least)} and {spec.text(spec.greatest)}")
        elif looser:
            wait = format.duration(self._rules.loosen_wait_ms / 1000)
            self.says.setText(
                f"{missing} more letters" if missing > 0 else f"counts in {wait}, may be taken back"
            )
        else:
            self.says.setText("" if figure == self._before else "tighter: counts at once")
        self.button.setEnabled(fits and figure != self._before and not (looser and missing > 0))

    def _send(self) -> None:
        if self._spec is not None and self.button.isEnabled():
            self.wanted.emit(self._spec.key, self._typed, self.reason.text())
            self._leave()
        elif self.reason.isVisible():
            self.reason.setFocus()

    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)
