"""The sheet of all keys of the program: searched by words or by a key, copied and kept as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.keys.key_field import KeyField
from ui.keys.key_rows import KeyRow, as_text
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, mono_font, ui_font

SHEET_SIZE = QSize(760, 720)
KEYS_PX = 230


STEP_MS = 30
"""Between two steps of reading: frames of the desk are painted there."""


class KeySheet(QDialog):
    """Not modal. The keys shown are those in force; a bullet marks those that the trader has chosen."""

    def __init__(
        self,
        read: Callable[[], Iterator[tuple[KeyRow, ...]]],
        change: Callable[[], object],
        themes: ThemeSource,
        parent: QWidget,
    ) -> None:
        """Show what `read` yields.

        Args:
            read: all rows, again and again as more become known, a little at a time.
            change: opens the page on which keys are chosen.
        """
        super().__init__(parent)
        self._read, self._themes = read, themes
        self._rows: tuple[KeyRow, ...] = ()
        self._reading: Iterator[tuple[KeyRow, ...]] = iter(())
        self._pressed = ""
        self.setWindowTitle("All keys · Preflight")
        self.resize(SHEET_SIZE)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search by what it does, where, or key")
        self.search.setAccessibleName("Search all keys")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._typed)
        self.press = KeyField("Or press a key here", self)
        self.press.setFixedWidth(150)
        self.press.recorded.connect(self._key_pressed)
        self.press.left.connect(self.clear)
        self.list = QTreeWidget(self)
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(10)
        self.list.setAccessibleName("All keys")
        self.list.setFont(ui_font(BODY_PX))
        self.list.header().setStretchLastSection(True)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.list.header().resizeSection(0, KEYS_PX)
        self.note = QLabel(self)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setFont(ui_font(AGE_PX))
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.search, 1)
        head.addWidget(self.press)
        foot.addWidget(self.note, 1)
        for words, pressed in (
            ("Change keys…", lambda: change()),
            ("Save as text…", self._save),
            ("Copy as text", self.copy),
        ):
            button = QPushButton(words, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, pressed=pressed: pressed())
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)
        QShortcut(QKeySequence("Ctrl+F"), self, self._to_search)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.list, self.copy)
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._read_on)
        themes.changed.connect(self._dress)
        self._dress(themes.theme)

    def open_at(self, words: str = "") -> None:
        """Show the sheet in front with the keys as they are now, searched for these words."""
        self._reading = self._read()
        self._read_on()
        self._timer.start()
        self.search.setText(words)
        self.show()
        self.raise_()
        self.activateWindow()
        self._to_search()

    @property
    def shown(self) -> list[KeyRow]:
        """The rows that answer to what is searched."""
        words = self.search.text().casefold().split()
        return [row for row in self._rows if self._answers(row, words)]

    def copy(self) -> None:
        """Put the rows shown on the clipboard, as text."""
        QGuiApplication.clipboard().setText(as_text(self.shown))
        self.note.setText(f"{len(self.shown)} rows are on the clipboard")

    def clear(self) -> None:
        """Show all keys again."""
        self._pressed = ""
        self.search.clear()
        self._fill()
        self.search.setFocus()

    def refresh(self) -> None:
        """The keys are others."""
        if self.isVisible():
            self._reading = self._read()
            self._timer.start()

    def _answers(self, row: KeyRow, words: list[str]) -> bool:
        if self._pressed and self._pressed not in row.keys:
            return False
        text = f"{row.title} {row.words} {row.shown}".casefold()
        return all(word in text for word in words)

    def _read_on(self) -> None:
        """Take the next rows; each step makes at most one panel, so that the market goes on.

        They are shown with the first step and with the last: to list hundreds of them at each took seconds.
        """
        rows = next(self._reading, None)
        if rows is None:
            self._timer.stop()
            self._fill()
        elif rows != self._rows:
            was_empty = not self._rows
            self._rows = rows
            if was_empty:
                self._fill()

    def _typed(self, _words: str) -> None:
        self._pressed = ""
        self._fill()

    def _key_pressed(self, key: str) -> None:
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._pressed = key
        self._fill()

    def _fill(self) -> None:
        scroll = self.list.verticalScrollBar().value()
        self.list.clear()
        place: QTreeWidgetItem | None = None
        title = ""
        rows = self.shown
        for row in rows:
            if place is None or row.title != title:
                title = row.title
                place = QTreeWidgetItem(self.list, [title])
                place.setFirstColumnSpanned(True)
                place.setFlags(Qt.ItemFlag.ItemIsEnabled)
                place.setFont(0, ui_font(HEADER_PX, 600))
                place.setExpanded(True)
            item = QTreeWidgetItem(place, [f"{row.shown}{' •' if row.is_moved else ''}", row.words])
            item.setFont(0, mono_font(HEADER_PX))
            item.setForeground(0, self._themes.theme.accent)
            if row.is_moved:
                item.setToolTip(0, "Your own; by default " + ("  ".join(row.default) or "on no key"))
        self.list.verticalScrollBar().setValue(scroll)
        moved = sum(row.is_moved for row in rows)
        self.note.setText(
            (f"{len(rows)} key{'s' * (len(rows) != 1)}" + (f", • {moved} of your own" if moved else ""))
            if rows
            else "No key does that; the palette (Ctrl+K) has what is on no key."
        )

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _save(self) -> None:
        text = as_text(self.shown)
        dialog = QFileDialog(
            self, "Save the keys as text", str(Path.home() / "preflight-keys.txt"), "Text (*.txt)"
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._write(Path(path), text))
        dialog.open()

    def _write(self, path: Path, text: str) -> None:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            self.note.setText(f"{path} cannot be written: {error.strerror}")
        else:
            self.note.setText(f"Kept in {path}")

    def _dress(self, theme: Theme) -> None:
        self.note.setStyleSheet(f"color: {theme.muted.name()};")
        self.list.setStyleSheet("QTreeWidget::item { padding: 2px 4px; }")
        self._fill()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears what is searched first; Enter never closes."""
        if event.key() == Qt.Key.Key_Escape and (self.search.text() or self._pressed):
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)
