"""The settings window: every declared setting by page, found by its words, in force once chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui import format
from ui.keys.page import KeysPage
from ui.preferences.book import SettingsBook
from ui.preferences.controls import CONTROL_PX, Control, control_of
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, ui_font
from workstation.settings import DECLARED, KEPT, Declared

KEYS = "Keys"
DATA = "Data"
FOUND = "Found"
SHEET_WIDTH, SHEET_HEIGHT = 860, 620
PAGES_PX = 150

Choices = Callable[[Declared], Sequence[tuple[object, str]]]


class SettingsWindow(QDialog):
    """Not modal: the market goes on, and what is chosen is seen behind it."""

    restart_wanted = Signal()
    """The program is to begin anew, for what is seen from the next start only."""
    sizes_wanted = Signal()
    """The sizes of what is stored are looked at."""

    def __init__(
        self, book: SettingsBook, keys: KeysPage, choices: Choices, themes: ThemeSource, parent: QWidget
    ) -> None:
        """Show the settings of `book`, and `keys` as a page of its own.

        Args:
            choices: of settings whose choices only the running program knows.
        """
        super().__init__(parent)
        self.book, self.keys, self._choices, self._themes = book, keys, choices, themes
        self.controls: dict[str, Control] = {}
        self._rows: dict[str, list[QWidget]] = {}
        self._resets: dict[str, QPushButton] = {}
        self._sizes: dict[str, QLabel] = {}
        self._muted: list[QLabel] = []
        self.setWindowTitle("Settings · Preflight")
        self.resize(SHEET_WIDTH, SHEET_HEIGHT)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.pages = QListWidget(self)
        self.pages.setFixedWidth(PAGES_PX)
        self.pages.setAccessibleName("Pages")
        self.pages.setFont(ui_font(BODY_PX))
        self.stack = QStackedWidget(self)
        self.titles = list(dict.fromkeys(declared.page for declared in DECLARED))
        for title, group in groupby(DECLARED, key=lambda one: one.page):
            self.stack.addWidget(self._page(title, list(group)))
        self.titles.append(KEYS)
        self.stack.addWidget(keys)
        self.pages.addItems(self.titles)
        self.pages.currentRowChanged.connect(self._turn)
        self.note = QLabel(self)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setFont(ui_font(HEADER_PX))
        self.restart = QPushButton("Restart now", self)
        self.restart.setAutoDefault(False)
        self.restart.clicked.connect(self.restart_wanted)
        self.restart.hide()
        self._lay_out()
        self._dress(themes.theme)
        themes.changed.connect(self._dress)
        book.changed.connect(self._show)
        for declared in DECLARED:
            self._show(declared.path)
        self.note.clear()
        self.restart.hide()
        self.pages.setCurrentRow(0)

    def open_at(self, title: str = "") -> None:
        """Show the window in front, at a page if one is named."""
        if title:
            self.search.clear()
            self.pages.setCurrentRow(self.titles.index(title))
        self.show()
        self.raise_()
        self.activateWindow()
        (self.keys.search if title == KEYS else self.search).setFocus()

    def show_sizes(self, sizes: Mapping[str, int]) -> None:
        """Say how many bytes there are of each kind, by the names in `Retention`."""
        for kind, label in self._sizes.items():
            nbytes = sizes.get(kind)
            label.setText("" if nbytes is None else format.data_size(nbytes))

    # Making.

    def _page(self, title: str, declared: list[Declared]) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(4, 4, 12, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        row = self._place_of_data(grid) if title == DATA else 0
        if title == DATA:
            self._retention(grid, declared, row)
        else:
            for one in declared:
                row = self._one(grid, one, row)
        grid.setRowStretch(grid.rowCount(), 1)
        grid.setColumnStretch(0, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(body)
        return scroll

    def _one(self, grid: QGridLayout, one: Declared, row: int) -> int:
        name, about = self._label(one.title, BODY_PX), self._label(one.about, AGE_PX)
        self._muted.append(about)
        about.setWordWrap(True)
        control, reset = self._control(one), self._reset(one)
        control.setFixedWidth(CONTROL_PX)
        grid.addWidget(name, row, 0)
        grid.addWidget(control, row, 1)
        grid.addWidget(reset, row, 2)
        grid.addWidget(about, row + 1, 0, 1, 2)
        grid.setRowMinimumHeight(row + 2, 8)
        self._rows[one.path] = [name, about, control, reset]
        return row + 3

    def _retention(self, grid: QGridLayout, declared: list[Declared], row: int) -> None:
        """One line for each kind: how long, how much, and how much there is."""
        for place, words in enumerate(("Kept", "For at most", "Up to", "Stored")):
            head = self._label(words, AGE_PX)
            self._muted.append(head)
            grid.addWidget(head, row, place)
        by_path = {one.path: one for one in declared}
        for line, (kind, title) in enumerate(KEPT.items(), start=row + 1):
            days, gigabytes = (by_path[f"retention.{kind}.{limit}"] for limit in ("days", "gigabytes"))
            name = self._label(title, BODY_PX)
            size = self._label("", HEADER_PX)
            size.setMinimumWidth(90)
            self._sizes[kind] = size
            self._muted.append(size)
            grid.addWidget(name, line, 0)
            for place, one in ((1, days), (2, gigabytes)):
                control = self._control(one)
                control.setFixedWidth(130)
                control.setToolTip(one.about)
                grid.addWidget(control, line, place)
                self._rows[one.path] = [name, control, size]
            grid.addWidget(size, line, 3)

    def _place_of_data(self, grid: QGridLayout) -> int:
        where = str(self.book.data_dir.absolute())
        path = self._label(where, BODY_PX)
        path.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        path.setWordWrap(True)
        about = self._label("Ticks, layouts, drawings and settings; `--data-dir` names another.", AGE_PX)
        self._muted.append(about)
        open_folder, copy = QPushButton("Open folder"), QPushButton("Copy path")
        open_folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(where)))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(where))
        grid.addWidget(path, 0, 0, 1, 2)
        for place, button in ((2, open_folder), (3, copy)):
            button.setAutoDefault(False)
            grid.addWidget(button, 0, place)
        grid.addWidget(about, 1, 0, 1, 4)
        grid.setRowMinimumHeight(2, 8)
        return 3

    def _control(self, one: Declared) -> Control:
        control = control_of(one, self._choices, self.book.data_dir, self)
        control.chosen.connect(lambda value: self._choose(one, value))
        self.controls[one.path] = control
        return control

    def _reset(self, one: Declared) -> QPushButton:
        reset = QPushButton("Reset", self)
        reset.setAutoDefault(False)
        reset.setToolTip(f"{one.title}: as it was at first")
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        reset.clicked.connect(lambda: self._choose(one, self.book.default(one.path)))
        self._resets[one.path] = reset
        return reset

    def _label(self, words: str, px: int) -> QLabel:
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(px))
        return label

    # Doing.

    def _choose(self, one: Declared, value: object) -> None:
        try:
            self.book.set(one.path, value)
        except ValueError as error:
            self.note.setText(f"{one.title}: {error}")
        self._show(one.path)

    def _show(self, path: str) -> None:
        value = self.book.value(path)
        self.controls[path].show_value(value)
        if path in self._resets:
            self._resets[path].setVisible(value != self.book.default(path))
        declared = next(one for one in DECLARED if one.path == path)
        if declared.next_start:
            self.note.setText(f"{declared.title}: seen from the next start.")
            self.restart.show()

    def _turn(self, row: int) -> None:
        if row >= 0:
            self.stack.setCurrentIndex(row)
            if self.titles[row] == DATA:
                self.sizes_wanted.emit()

    def _search(self, words: str) -> None:
        """Go to the first page on which something answers, and show only what does."""
        wanted = words.casefold().split()
        pages: dict[str, bool] = dict.fromkeys(self.titles, False)
        for one in DECLARED:
            said = f"{one.page} {one.title} {one.about} {' '.join(w for _, w in one.choices)}".casefold()
            answers = all(word in said for word in wanted)
            pages[one.page] |= answers
            if one.page != DATA:
                for widget in self._rows[one.path]:
                    widget.setVisible(answers)
                changed = self.book.value(one.path) != self.book.default(one.path)
                self._resets[one.path].setVisible(answers and changed)
        pages[KEYS] = all(word in "keys shortcuts keyboard" for word in wanted)
        for row, title in enumerate(self.titles):
            item = self.pages.item(row)
            item.setHidden(not pages[title])
        current = self.pages.currentRow()
        if current < 0 or not pages[self.titles[current]]:
            first = next((row for row, title in enumerate(self.titles) if pages[title]), None)
            if first is not None:
                self.pages.setCurrentRow(first)
        if not any(pages.values()):
            self.note.setText("No setting answers to this.")
        elif self.note.text().startswith("No setting"):
            self.note.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears the search first; Enter never closes; Ctrl+F searches."""
        control = Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif event.key() == Qt.Key.Key_F and event.modifiers() == control:
            self.search.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.keys.refresh()
        self._turn(self.pages.currentRow())

    # Look.

    def _dress(self, theme: Theme) -> None:
        for label in self._muted:
            label.setStyleSheet(f"color: {theme.muted.name()};")
        self.note.setStyleSheet(f"color: {theme.warn.name()};")
        self.pages.setStyleSheet(
            f"QListWidget {{ background: {theme.window.name()}; }}"
            " QListWidget::item { padding: 6px 8px; border-radius: 4px; }"
            f" QListWidget::item:selected {{ background: {theme.control.name()}; color: {theme.text.name()};"
            f" border-left: 3px solid {theme.accent.name()}; }}"
        )
        self.setStyleSheet(
            f"SettingsWindow {{ background: {theme.window.name()}; }}"
            f" QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {theme.dim.name()};"
            f" border-radius: 3px; background: {theme.control.name()}; }}"
            f" QCheckBox::indicator:checked {{ background: {theme.accent.name()};"
            f" border-color: {theme.accent.name()}; }}"
            f" QScrollArea, QScrollArea > QWidget > QWidget {{ background: {theme.window.name()}; }}"
        )

    def _lay_out(self) -> None:
        left, right, body = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.pages, 1)
        self.search.setFixedWidth(PAGES_PX)
        right.addWidget(self.stack, 1)
        body.addLayout(left)
        body.addLayout(right, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.note, 1)
        foot.addWidget(self.restart)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(body, 1)
        layout.addLayout(foot)
