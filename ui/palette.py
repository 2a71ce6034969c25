"""The command palette: type a few letters, press Enter, and it is done."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.commands import Command, CommandSet
from ui.keys.spelling import shown
from ui.theme import AGE_PX, BODY_PX, ThemeSource, ui_font

ROW_PX = 32
ROWS = 11
TOP_PX = 64
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}


class CommandPalette(QFrame):
    """A field and a list over the window; Up and Down choose, Enter does, Esc leaves."""

    def __init__(self, commands: CommandSet, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._themes = themes
        self._shown: list[Command] = []
        self._focus_before: QWidget | None = None
        self.setAutoFillBackground(True)
        self.field = QLineEdit(self)
        self.field.setFont(ui_font(BODY_PX + 2))
        self.field.setPlaceholderText("Search symbols, commands, panels")
        self.field.setAccessibleName("Search commands")
        self.field.textEdited.connect(self._fill)
        self.field.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Row(themes, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _item: self._run())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        themes.changed.connect(lambda _theme: self._dress())
        self._dress()
        self.hide()

    def open(self, words: str = "") -> None:
        """Show the commands that answer to `words`, all without any, and take the keyboard."""
        self._focus_before = self.window().focusWidget()
        self.field.setText(words)
        self._fill(words)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.end(False)  # Qt has selected the words: the next letter would replace them

    def dismiss(self) -> None:
        """Leave without doing anything; the keyboard goes back to where it was."""
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """Take the place that the window's present size gives."""
        around = self._window.rect()
        width = min(620, around.width() - 32)
        rows = max(1, min(ROWS, len(self._shown)))
        height = min(62 + rows * ROW_PX, around.height() - TOP_PX - 32)
        self.setGeometry((around.width() - width) // 2, TOP_PX, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that steer the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
            moves = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: ROWS,
                Qt.Key.Key_PageUp: -ROWS,
            }
            if key in moves and self._shown:
                row = self.list.currentRow() + moves[Qt.Key(key)]
                self.list.setCurrentRow(max(0, min(len(self._shown) - 1, row)))
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and not self.underMouse():
            self.hide()
        return super().eventFilter(watched, event)

    def _fill(self, query: str) -> None:
        self._shown = self._commands.matching(query)
        self.list.clear()
        for command in self._shown:
            item = QListWidgetItem(command.name)
            item.setData(
                Qt.ItemDataRole.UserRole,
                shown(command.key),
            )
            self.list.addItem(item)
        if not self._shown:
            nothing = QListWidgetItem(f"Nothing answers to “{query.strip()}”")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0 if self._shown else -1)
        self.place()

    def _run(self) -> None:
        row = self.list.currentRow()
        self.dismiss()
        if 0 <= row < len(self._shown):
            self._shown[row].run()

    def _dress(self) -> None:
        theme = self._themes.theme
        self.setStyleSheet(
            f"CommandPalette {{ background: {theme.control.name()};"
            f" border: 1px solid {theme.hairline.name()};"
            f" border-radius: 8px; }} QListWidget {{ background: {theme.control.name()}; }}"
            f" QLineEdit {{ background: {theme.panel.name()}; min-height: 30px; }}"
        )


class _Row(QStyledItemDelegate):
    """A command's name and, at the right, its key."""

    def __init__(self, themes: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._themes = themes

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = self._themes.theme
        box = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.hairline)
            painter.drawRoundedRect(box, 4, 4)
            painter.fillRect(box.left(), box.top() + 8, 3, box.height() - 16, theme.accent)
        inner = box.adjusted(12, 0, -12, 0)
        painter.setFont(ui_font(BODY_PX))
        painter.setPen(theme.text if option.state & QStyle.StateFlag.State_Enabled else theme.muted)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(theme.muted)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(inner, right, str(index.data(Qt.ItemDataRole.UserRole) or ""))
        painter.restore()
