"""The sheet of the window of checklists: where list, head, rows, form and foot stand."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui.checklists.changes_button import ChangesButton
from ui.checklists.draft import KIND_WORDS, SIDE_WORDS, TemplateDraft
from ui.checklists.row_form import RowForm
from ui.checklists.row_list import RowList
from ui.checklists.template_list import TemplateList
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ui_font

LIST_PX = 210
WIDTH_PX, HEIGHT_PX = 1_000, 680


class ChecklistSheet(QWidget):
    """Widgets and their places; tells what was typed in the head."""

    head_edited = Signal(str, str)
    """Field of the `TemplateDraft` and its text."""
    row_wanted = Signal(str)
    """Kind of a row to be added."""

    def __init__(self, theme: Theme, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._theme = theme
        self.list = TemplateList(self)
        self.list.setFixedWidth(LIST_PX)
        self.new = self._button("New", "Begin an empty checklist (Ctrl+N)")
        self.copy = self._button("Copy", "Begin a copy of this one")
        self.remove = self._button("Remove", "Needs a reason below; Ctrl+Z takes it back")
        self.name = self._line("Name", "As it is chosen in the ticket")
        self.about = self._line("What the setup is", "In a sentence or two; shown with its name")
        self.hold = self._line("Minutes that answers count", "Then they are asked anew")
        self.hold.setFixedWidth(60)
        self.side = QComboBox(self)
        self.side.setAccessibleName("For which orders")
        for key, words in SIDE_WORDS.items():
            self.side.addItem(words, key)
        self.side.activated.connect(lambda _: self.head_edited.emit("side", self.side.currentData()))
        for name, line in (("name", self.name), ("about", self.about), ("hold", self.hold)):
            line.textEdited.connect(lambda text, name=name: self.head_edited.emit(name, text))
        self.account = self._label()
        self.rows = RowList(theme, self)
        self.form = RowForm(self)
        self.fault = self._label()
        self.fault.setWordWrap(True)
        self.adding = {
            kind: self._button(f"+ {words}", f"Add a row: {words.lower()}")
            for kind, words in KIND_WORDS.items()
        }
        for kind, button in self.adding.items():
            button.clicked.connect(lambda _=False, kind=kind: self.row_wanted.emit(kind))
        self.adding["automatic"].setToolTip("Add a row that is judged from data (Ins)")
        self.copy_row = self._button("Copy row", "Put a copy below")
        self.remove_row = self._button("Remove row", "Take the row out (Del)")
        self.up = self._button("↑", "Move the row up (Alt+Up)")
        self.down = self._button("↓", "Move the row down (Alt+Down)")
        self.undo = self._button("Undo", "Take back the last edit, or the last change kept (Ctrl+Z)")
        self.redo = self._button("Redo", "Do it again (Ctrl+Shift+Z)")
        self.changes = ChangesButton(self)
        self.reason = self._line("Reason", "Is kept with the change and its date")
        self.reason.setPlaceholderText("Why is it changed? Kept with its date")
        self.discard = self._button("Discard", "Forget what is not saved")
        self.save = self._button("Save", "Keep it as your own (Ctrl+S)")
        self.said = self._label()
        self.said.setWordWrap(True)
        self._lay_out(dialog)

    # What is shown.

    def show_head(self, draft: TemplateDraft | None) -> None:
        """Show name, side, about and how long answers count."""
        for line, text in (
            (self.name, "" if draft is None else draft.name),
            (self.about, "" if draft is None else draft.about),
            (self.hold, "" if draft is None else draft.hold),
        ):
            line.setEnabled(draft is not None)
            if line.text() != text:
                line.setText(text)
                line.setCursorPosition(0)
        if draft is not None:
            self.side.setCurrentIndex(self.side.findData(draft.side))
        for widget in (self.side, self.rows, self.copy, *self.adding.values()):
            widget.setEnabled(draft is not None)

    def mark_head(self, faults: Mapping[str, str]) -> None:
        """Mark what is wrong in the head."""
        for name, line in (("name", self.name), ("about", self.about), ("hold", self.hold)):
            fault = faults.get(name, "")
            if line.property("fault") != fault:
                line.setProperty("fault", fault)
                line.setStyleSheet(f"border-color: {self._theme.danger.name()};" if fault else "")
                line.setToolTip(fault or str(line.property("hint")))

    def head_field(self, name: str) -> QWidget:
        """The field of the head of that name; the rows for what is no field."""
        return {"name": self.name, "about": self.about, "hold": self.hold}.get(name, self.rows)

    def tell_fault(self, words: str) -> None:
        """Say what is wrong with the row in the form."""
        self.fault.setText(words)
        self.fault.setStyleSheet(f"color: {self._theme.danger.name()};")

    def show_account(self, symbol: str) -> None:
        """Say whose readings stand in the rows."""
        words = f"Now on {symbol}" if symbol else "No account trades this market: nothing can be kept"
        if words != self.account.text():
            self.account.setText(words)
            token = self._theme.muted if symbol else self._theme.warn
            self.account.setStyleSheet(f"color: {token.name()};")

    def show_foot(self, *, changed: bool, can_save: bool, why: str) -> None:
        """Show whether it can be kept, and what is missing."""
        self.discard.setEnabled(changed)
        self.save.setEnabled(can_save)
        self.save.setToolTip(why or "Keep it as your own (Ctrl+S)")
        if changed:
            self.say(why if why else "Ctrl+S keeps it")

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Tell what came of something, or what is missing."""
        self.said.setText(words)
        token = self._theme.danger if wrong else self._theme.muted
        self.said.setStyleSheet(f"color: {token.name()};")

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.rows.set_theme(theme)
        self.form.set_theme(theme)
        for label in self._muted:
            label.setStyleSheet(f"color: {theme.muted.name()};")
        self.list.setStyleSheet(
            f"QListWidget {{ background: {theme.window.name()}; }}"
            " QListWidget::item { padding: 4px 8px; border-radius: 4px; }"
            f" QListWidget::item:selected {{ background: {theme.control.name()}; color: {theme.text.name()};"
            f" border-left: 3px solid {theme.accent.name()}; }}"
        )
        ground = theme.window.name()
        self.setStyleSheet(
            "RowList::item { padding: 2px 0px; }"
            f" QScrollArea, QScrollArea > QWidget > QWidget {{ background: {ground}; }}"
            f" QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {theme.dim.name()};"
            f" border-radius: 3px; background: {theme.control.name()}; }}"
            f" QCheckBox::indicator:checked {{ background: {theme.accent.name()};"
            f" border-color: {theme.accent.name()}; }}"
        )

    # Making.

    def _lay_out(self, dialog: QDialog) -> None:
        dialog.resize(WIDTH_PX, HEIGHT_PX)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addLayout(_line_of(self.new, self.copy))
        left.addWidget(self.remove)
        head = QHBoxLayout()
        self._muted = [self._label(words) for words in ("For", "Answers count", "min", "About")]
        of, count, minutes, about = self._muted
        head.addWidget(self.name, 1)
        for widget in (of, self.side, count, self.hold, minutes):
            head.addWidget(widget)
        second = QHBoxLayout()
        second.addWidget(about)
        second.addWidget(self.about, 1)
        buttons = _line_of(*self.adding.values(), None, self.up, self.down, self.copy_row, self.remove_row)
        form = QWidget(self)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.form)
        column.addWidget(self.fault)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(form)
        above = QWidget(self)
        rows = QVBoxLayout(above)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.rows, 1)
        rows.addLayout(buttons)
        parts = QSplitter(Qt.Orientation.Vertical, self)
        parts.setChildrenCollapsible(False)
        parts.addWidget(above)
        parts.addWidget(area)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 2)
        parts.setSizes([360, 240])
        right = QVBoxLayout()
        right.addLayout(head)
        right.addLayout(second)
        right.addWidget(self.account)
        right.addWidget(parts, 1)
        right.addWidget(self.said)
        foot = _line_of(self.undo, self.redo, self.changes)
        foot.insertWidget(3, self.reason, 1)
        foot.addWidget(self.discard)
        foot.addWidget(self.save)
        right.addLayout(foot)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.setSpacing(12)
        whole.addLayout(left)
        whole.addLayout(right, 1)
        around = QVBoxLayout(dialog)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self)

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        button.setToolTip(tip)
        button.setFont(ui_font(HEADER_PX))
        return button

    def _line(self, title: str, hint: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(title)
        line.setToolTip(f"{title}. {hint}")
        line.setProperty("hint", f"{title}. {hint}")
        line.setFont(ui_font(BODY_PX))
        return line

    def _label(self, words: str = "") -> QLabel:
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(AGE_PX))
        return label


def _line_of(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None takes the room that is left."""
    line = QHBoxLayout()
    line.setSpacing(4)
    for widget in widgets:
        if widget is None:
            line.addStretch(1)
        else:
            line.addWidget(widget)
    return line
