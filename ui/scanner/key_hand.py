"""Which key does what in the scanner's table."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from ui.scanner.table_view import ScanTable

Acts = Mapping[Qt.Key, Callable[[], object]]
_HIGHEST = 9


class KeyHand:
    """Takes the keys that the table's rows have."""

    def __init__(
        self,
        table: ScanTable,
        acts: Acts,
        show: Callable[[str], None],
        sort_by: Callable[[str, bool], None],
        copy: Callable[[bool], None],
        undo: Callable[[], None],
        escape: Callable[[], bool],
    ) -> None:
        """Move the cursor of `table`.

        Args:
            acts: what single keys do, without Shift.
            show: shows a symbol.
            sort_by: sorts by a column, and with True by it too.
            copy: copies the cursor's row, and with True every row.
            escape: backs out of one thing; False where there is nothing.
        """
        self._table, self._sort_by = table, sort_by
        self._copy, self._undo, self._escape = copy, undo, escape
        self._acts: Acts = {
            **acts,
            Qt.Key.Key_C: lambda: copy(False),
            Qt.Key.Key_Return: lambda: show(table.cursor_on),
            Qt.Key.Key_Enter: lambda: show(table.cursor_on),
            Qt.Key.Key_Left: lambda: table.scroll_columns(-1),
            Qt.Key.Key_Right: lambda: table.scroll_columns(1),
        }

    def take(self, event: QKeyEvent) -> bool:
        """Do what a key means; False where it means nothing here."""
        key, table = Qt.Key(event.key()), self._table
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        moves = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -table.page,
            Qt.Key.Key_PageDown: table.page,
            Qt.Key.Key_Home: -len(table.rows),
            Qt.Key.Key_End: len(table.rows),
        }
        number = int(key) - int(Qt.Key.Key_1)
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy(False)
        elif event.matches(QKeySequence.StandardKey.Undo):
            self._undo()
        elif event.matches(QKeySequence.StandardKey.Find):
            self._acts[Qt.Key.Key_F]()
        elif shift and key == Qt.Key.Key_C:
            self._copy(True)
        elif event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        elif key in moves:
            table.move_cursor(moves[key])
        elif key in self._acts and not shift:
            self._acts[key]()
        elif key == Qt.Key.Key_Escape:
            return self._escape()
        elif 0 <= number < min(_HIGHEST, len(table.columns)):
            self._sort_by(table.columns[number].key, shift)
        else:
            return False
        return True
