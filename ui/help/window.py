"""The window of help: contents or what was found at the left, a page at the right, all of it by key."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui.help.browser import HelpBrowser
from ui.help.pages import Hit, Library, Page
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, mix, ui_font

DEFAULT_SIZE = QSize(980, 700)
CONTENTS_PX = 240
MOST_HITS = 60
_WHERE = Qt.ItemDataRole.UserRole


class HelpWindow(QDialog):
    """Not modal: the market goes on beside it."""

    resized = Signal(QSize)
    """The trader gave it another size."""

    def __init__(self, library: Library, themes: ThemeSource, size: QSize, parent: QWidget) -> None:
        super().__init__(parent)
        self._library, self._themes = library, themes
        self.setWindowTitle("Help · Preflight")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search all pages")
        self.search.setAccessibleName("Search all pages of help")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._open_first)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Contents")
        self.list.setFont(ui_font(BODY_PX))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._open_item)
        self.list.itemClicked.connect(self._open_item)
        self.browser = HelpBrowser(library, themes.theme, self)
        self.browser.turned.connect(self._turned)
        self.back = self._button("←", "The page before (Alt+←)", lambda: self.browser.go(-1))
        self.forward = self._button("→", "The page after (Alt+→)", lambda: self.browser.go(1))
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setFont(ui_font(HEADER_PX))
        self.note = QLabel(self)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setFont(ui_font(AGE_PX))
        self._lay_out()
        for keys, pressed in (
            ("Alt+Left", lambda: self.browser.go(-1)),
            ("Alt+Right", lambda: self.browser.go(1)),
            ("Alt+Home", self.show_contents),
            ("Ctrl+F", self._to_search),
            ("F3", self.browser.find_words),
            ("Shift+F3", lambda: self.browser.find_words(backward=True)),
        ):
            QShortcut(QKeySequence(keys), self, pressed)
        themes.changed.connect(self._dress)
        self._dress(themes.theme)
        self.show_contents()
        self.resize(size.expandedTo(QSize(420, 320)))

    def open_at(self, page: Page | None = None, anchor: str = "") -> None:
        """Show the window in front, at a page if one is named, else where it was left."""
        if page is None and self.browser.page is None:
            page = next(iter(self._library.pages.values()), None)
        if page is not None:
            self.browser.show_page(page, anchor)
        self.show()
        self.raise_()
        self.activateWindow()
        self.browser.setFocus()

    def show_contents(self) -> None:
        """List every page, by group."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.list.clear()
        group = ""
        for page in self._library.pages.values():
            if page.group != group:
                group = page.group
                self._heading(group)
            item = QListWidgetItem(page.title, self.list)
            item.setData(_WHERE, (page.id, "", ""))
        self.note.setText("")
        self._mark_current()

    def _search(self, words: str) -> None:
        if not words.strip():
            self.show_contents()
            return
        hits = self._library.search(words)
        self.list.clear()
        for hit in hits[:MOST_HITS]:
            item = QListWidgetItem(_hit_words(hit), self.list)
            item.setData(_WHERE, (hit.page.id, hit.part.anchor, words))
        if self.list.count():
            self.list.setCurrentRow(0)
        found = f"{len(hits)} places" if len(hits) != 1 else "1 place"
        self.note.setText(found if hits else "Nothing has all of these words; try fewer.")

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _open_first(self) -> None:
        if self.list.count():
            self._open_item(self.list.item(max(self.list.currentRow(), 0)))

    def _open_item(self, item: QListWidgetItem) -> None:
        where = item.data(_WHERE)
        if where is not None:
            page_id, anchor, words = where
            page = self._library.pages[page_id]
            self.browser.show_page(page, "" if anchor == page.parts[0].anchor else anchor, words)

    def _turned(self) -> None:
        page = self.browser.page
        self.back.setEnabled(self.browser.can_go_back)
        self.forward.setEnabled(self.browser.can_go_forward)
        self.title.setText("" if page is None else f"{page.group} · {page.title}")
        self._mark_current()

    def _mark_current(self) -> None:
        page = self.browser.page
        if page is None or self.search.text().strip():
            return
        for row in range(self.list.count()):
            where = self.list.item(row).data(_WHERE)
            if where is not None and where[0] == page.id:
                self.list.setCurrentRow(row)
                return

    def _heading(self, words: str) -> None:
        item = QListWidgetItem(words, self.list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(ui_font(AGE_PX, 600))
        item.setSizeHint(QSize(10, 30 if self.list.count() > 1 else 22))
        item.setTextAlignment(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)

    def _button(self, words: str, tip: str, pressed: object) -> QPushButton:
        made = QPushButton(words, self)
        made.setAutoDefault(False)
        made.setFixedWidth(34)
        made.setToolTip(tip)
        made.setAccessibleName(tip.partition(" (")[0])
        made.setEnabled(False)
        made.clicked.connect(pressed)
        return made

    def _lay_out(self) -> None:
        left = QWidget(self)
        at_left = QVBoxLayout(left)
        at_left.setContentsMargins(12, 10, 6, 10)
        at_left.setSpacing(8)
        at_left.addWidget(self.search)
        at_left.addWidget(self.list, 1)
        at_left.addWidget(self.note)
        right = QWidget(self)
        at_right = QVBoxLayout(right)
        at_right.setContentsMargins(6, 10, 12, 10)
        at_right.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.back)
        head.addWidget(self.forward)
        head.addSpacing(8)
        head.addWidget(self.title, 1)
        at_right.addLayout(head)
        at_right.addWidget(self.browser, 1)
        self.splitter = QSplitter(self)
        self.splitter.addWidget(left)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([CONTENTS_PX, DEFAULT_SIZE.width() - CONTENTS_PX])
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.splitter)

    def _dress(self, theme: Theme) -> None:
        muted = f"color: {theme.muted.name()};"
        self.title.setStyleSheet(muted)
        self.note.setStyleSheet(muted)
        self.list.setStyleSheet(
            f"QListWidget {{ background: {theme.window.name()}; }}"
            " QListWidget::item { padding: 4px 6px; border-radius: 4px; }"
            f" QListWidget::item:disabled {{ color: {theme.muted.name()}; }}"
            f" QListWidget::item:selected {{ background: {mix(theme.control, theme.accent, 0.28).name()};"
            f" color: {theme.text.name()}; }}"
        )
        self.browser.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears the search first; Enter never closes."""
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.show_contents()
            self.browser.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self.resized.emit(event.size())


def _hit_words(hit: Hit) -> str:
    where = hit.page.title if hit.part is hit.page.parts[0] else f"{hit.page.title} · {hit.part.title}"
    return f"{where}\n{hit.snippet}" if hit.snippet else where
