"""The fault bar: what failed last, how often, and a way to hand on the details."""

import traceback
from collections.abc import Callable
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui import format
from ui.theme import HEADER_PX, ThemeSource, mix, ui_font
from workstation.runtime.bus import Bus, Fault

KEPT = 50


class FaultBar(QWidget):
    """A line above the status bar, there only while something that failed has not been dismissed."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._faults: list[Fault] = []
        self.count = 0
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setFont(ui_font(HEADER_PX))
        # A long message is cut off at the right instead of widening the window; the tool tip has it whole.
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.copy_button = QPushButton("Copy details", self)
        self.copy_button.setFont(ui_font(HEADER_PX))
        self.copy_button.clicked.connect(self._copy)
        self.dismiss_button = QPushButton("Dismiss", self)
        self.dismiss_button.setFont(ui_font(HEADER_PX))
        self.dismiss_button.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 3, 6, 3)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.copy_button)
        layout.addWidget(self.dismiss_button)
        self.hide()
        self._unsubscribe: Callable[[], None] | None = None
        self.destroyed.connect(lambda: self._deafen())

    def listen(self, bus: Bus) -> None:
        """Show the faults of this bus from now on, and of no other."""
        self._deafen()
        self._unsubscribe = bus.subscribe(Fault, self.show_fault)

    def _deafen(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()

    def show_fault(self, fault: Fault) -> None:
        """Show `fault`; those before it are counted and kept for the details."""
        self.count += 1
        self._faults = [*self._faults[-KEPT + 1 :], fault]
        times = f"  ({format.count(self.count)} so far)" if self.count > 1 else ""
        line = " ".join(fault.message.split())
        self.words.setText(f"{fault.where}: {line}{times}")
        self.words.setToolTip(f"<qt>{escape(line)}</qt>")  # a tool tip guesses; what is said must stay plain
        self.setAccessibleName(f"Fault. {fault.where}: {line}")
        self.show()

    def dismiss(self) -> None:
        """The trader has seen it."""
        self.count = 0
        self._faults = []
        self.hide()

    def details(self) -> str:
        """The faults kept, oldest first, with the trace of each error."""
        parts = []
        for fault in self._faults:
            parts.append(f"{fault.where}: {fault.message}")
            if fault.error is not None:
                parts.append("".join(traceback.format_exception(fault.error)).rstrip())
        return "\n".join(parts)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), mix(theme.window, theme.danger, 0.16))
        painter.fillRect(0, 0, 3, self.height(), theme.danger)
