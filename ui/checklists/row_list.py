"""The rows of a checklist that is edited, each with what it reads now: chosen, dragged, moved by key."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDrag, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from ui import format
from ui.checklists.draft import KIND_WORDS, RowDraft
from ui.metric_text import unit_words
from ui.theme import HEADER_PX, Theme, ui_font
from workstation.trading.checklist import JudgedRow, RowState
from workstation.trading.checklist_desk import METRIC_KEYS, metric_of
from workstation.trading.checklist_template import OPERATOR_WORDS

STATE_ROLES = {
    RowState.PASS: "up",
    RowState.WATCH: "warn",
    RowState.FAIL: "danger",
    RowState.NO_DATA: "muted",
}
STATE_SIGNS = {RowState.PASS: "✓", RowState.WATCH: "!", RowState.FAIL: "✕", RowState.NO_DATA: "–"}


class RowList(QTreeWidget):
    """Shows the rows; what is done to them is told, not done."""

    chosen = Signal(int)
    moved = Signal(int, int)
    """From which place to which."""
    remove_wanted = Signal()
    form_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._filling = False
        self._wanted: tuple[int, int] | None = None
        self.setHeaderLabels(["Row", "Passes where", "Now", ""])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setAccessibleName("Rows of the checklist")
        self.setFont(ui_font(HEADER_PX))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = self.header()
        head.setStretchLastSection(False)
        head.setSectionsMovable(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, mode in enumerate((QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.Stretch)):
            head.setSectionResizeMode(column, mode)
        head.resizeSection(2, 150)
        head.resizeSection(3, 90)
        self.currentItemChanged.connect(lambda _now, _before: self._tell_chosen())
        self.itemActivated.connect(lambda _item, _column: self.form_wanted.emit())

    @property
    def place(self) -> int:
        """Of the row chosen; −1 for none."""
        item = self.currentItem()
        return -1 if item is None else self.indexOfTopLevelItem(item)

    def choose(self, place: int) -> None:
        """Choose a row."""
        item = self.topLevelItem(place)
        if item is not None:
            self.setCurrentItem(item)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme

    def show_rows(self, rows: Sequence[RowDraft], wrong: Mapping[int, str]) -> None:
        """Show these rows; `wrong` says what keeps one from being kept, by its place."""
        self._filling = True
        before = self.place
        while self.topLevelItemCount() > len(rows):
            self.takeTopLevelItem(self.topLevelItemCount() - 1)
        while self.topLevelItemCount() < len(rows):
            item = QTreeWidgetItem(["", "", "", ""])
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
            self.addTopLevelItem(item)
        for place, row in enumerate(rows):
            item = self._item(place)
            item.setText(0, row.title or KIND_WORDS[row.kind])
            item.setText(1, _condition(row))
            item.setToolTip(0, wrong.get(place, row.question))
            item.setToolTip(1, _condition(row))
            quiet = self._theme.text if row.required else self._theme.muted
            item.setForeground(0, self._theme.danger if place in wrong else quiet)
            item.setForeground(1, self._theme.muted)
        self._filling = False
        if self.place < 0 and rows:
            self.choose(max(0, min(before, len(rows) - 1)))

    def show_readings(self, rows: Sequence[RowDraft], judged: Mapping[str, JudgedRow]) -> None:
        """Show how each row stands now; one that is not judged has no reading."""
        for place, row in enumerate(rows):
            item, found = self._item(place), judged.get(row.key)
            value = "" if found is None else found.value or format.NO_FIGURE
            state = "" if found is None else f"{STATE_SIGNS[found.state]} {found.state.value}"
            if row.kind in ("manual", "emotional") and found is not None and not found.time_ms:
                value, state = "", "? asked"
            for column, words in ((2, value), (3, state)):
                if item.text(column) != words:
                    item.setText(column, words)
            role = "muted" if found is None else STATE_ROLES[found.state]
            item.setForeground(3, getattr(self._theme, role))
            item.setToolTip(2, "" if found is None else found.why or found.source)
            item.setToolTip(3, "" if found is None else found.why)

    def _item(self, place: int) -> QTreeWidgetItem:
        item = self.topLevelItem(place)
        assert item is not None
        return item

    def _tell_chosen(self) -> None:
        if not self._filling:
            self.chosen.emit(self.place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if alt and event.key() in steps:
            self.move_by(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.form_wanted.emit()
        else:
            super().keyPressEvent(event)

    def move_by(self, step: int) -> None:
        """Move the chosen row up or down."""
        if self.place >= 0 and 0 <= self.place + step < self.topLevelItemCount():
            self.moved.emit(self.place, self.place + step)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Drag the chosen row; where it is wanted is told once it was let go."""
        item = self.currentItem()
        if item is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        drag.exec(Qt.DropAction.MoveAction)  # what was moved is not taken out here: the list is filled anew
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.moved.emit(*wanted)

    def dropEvent(self, event: QDropEvent) -> None:
        """Note where the row is wanted."""
        at, place = self.indexAt(event.position().toPoint()), self.place
        wanted = at.row() if at.isValid() else self.topLevelItemCount()
        below = QAbstractItemView.DropIndicatorPosition.BelowItem
        wanted += at.isValid() and self.dropIndicatorPosition() == below
        wanted -= wanted > place
        event.accept()
        if place >= 0 and wanted != place:
            self._wanted = (place, wanted)


def _condition(row: RowDraft) -> str:
    if row.kind == "signals":
        return f"{row.least} of {len(row.rows)} rows pass"
    if row.kind == "emotional":
        return f"at least {row.least} of 5"
    if row.kind == "manual":
        letters = row.text.strip()
        return "yes" if letters in ("", "0") else f"yes, with {letters} letters"
    if row.metric not in METRIC_KEYS:
        return ""
    metric = metric_of(row.metric)
    operator = next((words for sign, words in OPERATOR_WORDS.items() if sign == row.operator), row.operator)
    return f"{metric.title} {operator} {row.threshold} {unit_words(metric)}".strip()
