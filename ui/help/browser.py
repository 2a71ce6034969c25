"""Reads pages: back and forward with the place where each was left, links, and what is searched in colour."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from ui.help.page_html import PAGE_SCHEME, is_outside, page_html, page_style
from ui.help.pages import Library, Page
from ui.theme import BODY_PX, Theme, mix, ui_font

MARGIN_PX = 24
MOST_KEPT = 200
"""Places that back and forward know."""


@dataclass(slots=True)
class _Visit:
    """A page that was open, and how far it was scrolled, px."""

    page: Page
    scroll: int = 0


class HelpBrowser(QTextBrowser):
    """Shows one page of a library at a time. It loads nothing; the web is opened by a click alone."""

    turned = Signal()
    """Another page is shown, or another theme."""

    def __init__(self, library: Library, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library, self._theme = library, theme
        self._visits: list[_Visit] = []
        self._at = -1
        self._words: list[str] = []
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setFont(ui_font(BODY_PX))
        self.document().setDefaultFont(ui_font(BODY_PX))
        self.document().setDocumentMargin(MARGIN_PX)
        self.setAccessibleName("Page of help")
        self.setCursorWidth(0)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.anchorClicked.connect(self._follow)
        self.set_theme(theme)

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._visits[self._at].page if self._visits else None

    @property
    def can_go_back(self) -> bool:
        """There was a page before."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """There is a page that was gone back from."""
        return self._at < len(self._visits) - 1

    def show_page(self, page: Page, anchor: str = "", words: str = "") -> None:
        """Turn to a page.

        Args:
            anchor: of the heading to begin at.
            words: put in colour where they stand.
        """
        self._words = words.casefold().split()
        self._leave()
        if self.page is not page:
            self._visits = [*self._visits[: self._at + 1][-MOST_KEPT:], _Visit(page)]
            self._at = len(self._visits) - 1
        self._render()
        if anchor:
            self.scrollToAnchor(anchor)
        else:
            self.verticalScrollBar().setValue(0)
        self.turned.emit()

    def go(self, steps: int) -> None:
        """Go back (−1) or forward (1), to where the page was left."""
        if 0 <= self._at + steps < len(self._visits):
            self._leave()
            self._at += steps
            self._render()
            self.verticalScrollBar().setValue(self._visits[self._at].scroll)
            self.turned.emit()

    def find_words(self, *, backward: bool = False) -> bool:
        """Go to the next or last place of what was searched, around the end; False if there is none."""
        if not self._words:
            return False
        flag = QTextDocument.FindFlag.FindBackward if backward else QTextDocument.FindFlag(0)
        if self.find(self._words[0], flag):
            return True
        end = QTextCursor.MoveOperation.End if backward else QTextCursor.MoveOperation.Start
        self.moveCursor(end)
        return bool(self.find(self._words[0], flag))

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.setStyleSheet(
            f"QTextBrowser {{ background: {theme.panel.name()}; color: {theme.text.name()}; border: none;"
            f" selection-background-color: {mix(theme.control, theme.accent, 0.28).name()};"
            f" selection-color: {theme.text.name()}; }}"
        )
        if self.page is not None:
            scroll = self.verticalScrollBar().value()
            self._render()
            self.verticalScrollBar().setValue(scroll)

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        """Give nothing for anything: a page is words."""
        return QImage(1, 1, QImage.Format.Format_ARGB32)

    def _leave(self) -> None:
        if self._visits:
            self._visits[self._at].scroll = self.verticalScrollBar().value()

    def _render(self) -> None:
        page = self.page
        assert page is not None
        self.document().setDefaultStyleSheet(page_style(self._theme))
        self.setHtml(page_html(page.markdown, self._resolved))
        self._colour_words()

    def _resolved(self, address: str) -> str:
        page = self.page
        assert page is not None
        if is_outside(address):
            return address
        found = self._library.linked(address, page)
        if found is None:
            return ""
        return f"{PAGE_SCHEME}:{found[0].id}" + (f"#{found[1]}" if found[1] else "")

    def _follow(self, url: QUrl) -> None:
        address = url.toString()
        if url.scheme() == PAGE_SCHEME:
            page = self._library.pages.get(url.path())
            if page is not None:
                self.show_page(page, url.fragment())
        elif is_outside(address):
            QDesktopServices.openUrl(url)

    def _colour_words(self) -> None:
        marks: list[QTextEdit.ExtraSelection] = []
        for word in self._words:
            cursor = self.document().find(word)
            while not cursor.isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor = cursor
                mark.format.setBackground(mix(self._theme.panel, self._theme.warn, 0.3))
                marks.append(mark)
                cursor = self.document().find(word, cursor)
        self.setExtraSelections(marks)
