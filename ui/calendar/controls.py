"""The buttons in the header of the calendar: what is next, what was, an import, a new event."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from ui.panel_header import PanelHeader

KEYS = (
    ("Insert, N", "New event"),
    ("E", "Edit the event"),
    ("Delete", "Remove the event; with Shift this time alone"),
    ("Ctrl+Z", "Undo, step by step"),
    ("I", "Import a calendar (ICS) or a table (CSV)"),
    ("P", "What is ahead, what was"),
    ("L", "No event is missing: it is complete for a week"),
    ("Enter", "Show the market concerned in linked panels"),
    ("Ctrl+F, Esc", "Filter, show all"),
)
"""The panel's keys, and what they do."""


class CalendarControls(QObject):
    """Puts its buttons into a header and keeps their words."""

    past_wanted = Signal(bool)
    """What was is to be shown; False for what is next."""
    import_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, header: PanelHeader, panel: QWidget) -> None:
        super().__init__(panel)
        self.ahead, self.past, self.bring, self.add = (QToolButton(panel) for _ in range(4))
        group = QButtonGroup(self)
        for button, words, tip, shown in (
            (self.ahead, "Next", "What is ahead (P)", False),
            (self.past, "Past", "What was (P)", True),
        ):
            button.setText(words)
            button.setToolTip(tip)
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(lambda _=False, shown=shown: self.past_wanted.emit(shown))
        self.bring.setText("Import…")
        self.bring.setToolTip("Import a calendar (ICS) or a table (CSV): I, or drop the file here")
        self.bring.clicked.connect(lambda _=False: self.import_wanted.emit())
        self.add.setText("+")
        self.add.setToolTip("New event (Insert)")
        self.add.setAccessibleName("New event")
        self.add.clicked.connect(lambda _=False: self.new_wanted.emit())
        for button in (self.ahead, self.past, self.bring, self.add):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        header.add_control(self.ahead, self.past)
        header.add_control(self.bring)
        header.add_control(self.add)
        self.ahead.setChecked(True)

    @property
    def shows_past(self) -> bool:
        """What was is shown."""
        return self.past.isChecked()

    def show_past(self, shown: bool) -> None:
        """Mark what is shown."""
        (self.past if shown else self.ahead).setChecked(True)
