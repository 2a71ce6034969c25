"""A field that takes the next key pressed, whatever it means elsewhere."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.keys import spelling


class KeyField(QLineEdit):
    """Shows a key; with the keyboard in it the next key pressed is taken instead of done.

    Tab and Shift+Tab leave it, Esc gives the keyboard back, so none of these three can be recorded.
    """

    recorded = Signal(str)
    """A key, as it is spelled."""
    left = Signal()
    """Esc: nothing is to be recorded."""

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def event(self, event: QEvent) -> bool:
        """Take keys before they are commands."""
        if isinstance(event, QKeyEvent):
            leaves = event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
            if event.type() == QEvent.Type.ShortcutOverride and not leaves:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and not leaves:
                self._take(event)
                event.accept()
                return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.left.emit()
            return
        # A sign is taken as the sign, so that it is found on keyboards that type it otherwise.
        key = spelling.typed_sign(event) or spelling.normal(spelling.spelled(event))
        if key:
            self.setText(spelling.shown(key))
            self.recorded.emit(key)
