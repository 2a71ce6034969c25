"""The head of a ticket: its setup, how the rows of the checklist stand together, and the way to edit them."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ui.theme import AGE_PX, HEADER_PX, Theme, ui_font
from workstation.trading.checklist import JudgedRow, RowState
from workstation.trading.checklist_template import Template

NO_SETUP = "Choose the setup"
LEAST_PX = 60
ROOMY_PX = 320


class SetupBox(QComboBox):
    """The setups to choose from. Arrows open the list: in a closed one each step would be a choice."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.showPopup()
        else:
            super().keyPressEvent(event)


class SetupLine(QWidget):
    """Setup, tally of its rows, and the button that opens the window of checklists."""

    chosen = Signal(str)
    """Key of a checklist; "" for none."""
    edit_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: list[tuple[str, str]] = []
        self.setup = SetupBox(self)
        self.setup.setAccessibleName("Setup")
        self.setup.setObjectName("ticket-setup")
        self.setup.setToolTip("Choose the setup, and so the checklist (U)")
        self.setup.setFont(ui_font(HEADER_PX))
        self.setup.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setup.setMinimumWidth(LEAST_PX)
        self.setup.activated.connect(lambda _: self.chosen.emit(str(self.setup.currentData())))
        self.tally = QLabel(self)
        self.tally.setFont(ui_font(AGE_PX, 600))
        self.tally.setTextFormat(Qt.TextFormat.RichText)
        self._parts: tuple[tuple[int, str, str], ...] = ()
        self.edit = QToolButton(self)
        self.edit.setText("Edit")
        self.edit.setToolTip("Edit the checklist (T)")
        self.edit.setFont(ui_font(AGE_PX))
        self.edit.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.edit.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.edit.clicked.connect(self.edit_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 0, 10, 0)
        line.setSpacing(6)
        line.addWidget(self.setup, 1)
        line.addWidget(self.tally)
        line.addWidget(self.edit)

    def show_setups(self, templates: Mapping[str, Template]) -> None:
        """Offer these checklists."""
        offered = [("", NO_SETUP), *((key, template.name) for key, template in templates.items())]
        if offered != self._shown:
            self._shown = offered
            self.setup.clear()
            for key, name in offered:
                self.setup.addItem(name, key)
                about = templates[key].about if key else ""
                self.setup.setItemData(self.setup.count() - 1, about, Qt.ItemDataRole.ToolTipRole)

    def open_list(self) -> None:
        """Let the keyboard choose: arrows and Enter, or the first letters of its name."""
        self.setup.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.setup.showPopup()

    def show_choice(self, key: str) -> None:
        """Mark the one that is chosen; one that is not there any more is none."""
        place = max(0, self.setup.findData(key))
        if place != self.setup.currentIndex():
            self.setup.setCurrentIndex(place)

    def show_tally(self, rows: Sequence[JudgedRow], theme: Theme) -> None:
        """Say how many rows stand how."""
        counts = {state: sum(row.state is state for row in rows) for state in RowState}
        parts = (
            (counts[RowState.PASS], "pass", theme.up),
            (counts[RowState.WATCH], "watch", theme.warn),
            (counts[RowState.FAIL], "fails", theme.danger),
            (counts[RowState.NO_DATA], "open", theme.muted),
        )
        self._parts = tuple((count, word, color.name()) for count, word, color in parts if count)
        self._show_parts()

    def _show_parts(self) -> None:
        """All of them, or where there is little room the figures alone; the tip has the words."""
        words = " · ".join(f"{count} {word}" for count, word, _ in self._parts)
        is_tight = self.width() < ROOMY_PX
        shown = ("&nbsp;" if is_tight else " · ").join(
            f'<span style="color:{color}">{count}{"" if is_tight else f"&nbsp;{word}"}</span>'
            for count, word, color in self._parts
        )
        if shown != self.tally.text():
            self.tally.setText(shown)
            self.tally.setToolTip(words)
            self.tally.setAccessibleDescription(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_parts()
