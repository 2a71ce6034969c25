"""The line above the scanner's rows: the screen, the filter and what is wrong with it, the checklist."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ui.alerting.expression_edit import SHORTEST, ExpressionEdit
from ui.theme import HEADER_PX, ThemeSource, ui_font
from workstation.alerts.expression import MOST_CHARACTERS, ExpressionError
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.scanner.narrowing import Narrowing, read_narrowing


def _begins_metric(word: str) -> bool:
    return len(word) >= SHORTEST and any(key.startswith(word.casefold()) for key in METRIC_BY_KEY)


class FilterEdit(ExpressionEdit):
    """The field of the filter: Enter and the down key go to the rows, Esc empties it and goes there too."""

    left = Signal()
    """The keys belong to the rows again."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._list
        if not popup.isVisible():
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                self.left.emit()
                return
            if event.key() == Qt.Key.Key_Escape:
                if self.text():
                    self.setText("")
                self.left.emit()
                return
        super().keyPressEvent(event)


class ScanControls(QWidget):
    """Asks for another filter, screen or checklist; shows which are in force."""

    narrowed = Signal(object)
    """Another `Narrowing` is in force: the text could be read."""
    left = Signal()
    """The keys belong to the rows again."""
    fitting_toggled = Signal(bool)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._begun: Narrowing | None = None
        self.screens = self._menu_button("Screens", "Saved screens (S)")
        self.checklist = self._menu_button("Checklist", "The checklist that rows are judged by (K)")
        self.fitting = QToolButton(self)
        self.fitting.setText("fitting only")
        self.fitting.setCheckable(True)
        self.fitting.setToolTip("Only rows that satisfy the checklist's automatic part (P)")
        self.fitting.setAccessibleName("Fitting rows only")
        self.fitting.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fitting.toggled.connect(self.fitting_toggled)
        self.field = FilterEdit(themes, self)
        self.field.setPlaceholderText(
            "Filter: a symbol, a sector, or volume_multiple >= 1.5 and spread_bps < 5  (F)"
        )
        self.field.setAccessibleName("Filter")
        self.field.setMaxLength(MOST_CHARACTERS)
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._read)
        self.field.left.connect(self._take_begun)
        self.field.left.connect(self.left)
        self.words = QLabel("", self)
        self.words.setFont(ui_font(HEADER_PX))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.hide()
        line = QHBoxLayout()
        line.setContentsMargins(6, 3, 6, 3)
        line.setSpacing(6)
        line.addWidget(self.screens)
        line.addWidget(self.field, 1)
        line.addWidget(self.checklist)
        line.addWidget(self.fitting)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self.words)
        self.words.setContentsMargins(8, 0, 8, 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme()

    def set_theme(self) -> None:
        """Use the colours in force."""
        self.words.setStyleSheet(f"color: {self._themes.theme.warn.name()};")

    def set_text(self, text: str) -> None:
        """Put a filter in force."""
        self.field.setText(text)

    @property
    def text(self) -> str:
        """The filter as it is typed."""
        return self.field.text().strip()

    @property
    def error(self) -> str:
        """What is wrong with the filter; empty for nothing."""
        return "" if self.words.isHidden() else self.words.text()

    def _read(self, text: str) -> None:
        try:
            narrowing: Narrowing = read_narrowing(text)
        except ExpressionError as error:
            # A word that is being typed is no mistake before the field is left: the rows stay as they are.
            self.field.set_wrong((error.start, error.end))
            end = "" if str(error).endswith("?") else "."
            self.words.setText(f"{error}{end} The rows below are those of the filter before.")
            self.words.show()
            return
        self.field.set_wrong(None)
        self.words.hide()
        if narrowing.expression is None and _begins_metric(narrowing.text):
            self._begun = narrowing  # a condition is being typed: the rows are not emptied for its first word
            return
        self._begun = None
        self.narrowed.emit(narrowing)

    def _take_begun(self) -> None:
        """The field is left: a word that also begins a metric's name was meant as a word."""
        if self._begun is not None:
            begun, self._begun = self._begun, None
            self.narrowed.emit(begun)

    def _menu_button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(name)
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMenu(QMenu(button))
        return button
