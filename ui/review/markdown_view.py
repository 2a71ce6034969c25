"""Shows Markdown that somebody typed and nothing else: no tags, pictures or files, and no link by itself."""

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QMouseEvent, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QMessageBox, QTextBrowser, QWidget

from ui.theme import BODY_PX, Theme, ui_font

_FEATURES = QTextDocument.MarkdownFeature.MarkdownNoHTML | QTextDocument.MarkdownFeature.MarkdownDialectGitHub
_OPENABLE = ("http", "https")


class MarkdownView(QTextBrowser):
    """Reads Markdown; a click on plain text asks for it to be edited."""

    edit_wanted = Signal()
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(ui_font(BODY_PX))
        self.document().setDefaultFont(ui_font(BODY_PX))
        self.document().setDocumentMargin(8)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self.height_changed.emit())
        self.anchorClicked.connect(self._ask)
        self._pressed_link = False
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.setStyleSheet(
            f"QTextBrowser {{ background: {theme.control.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.hairline.name()}; border-radius: 4px; }}"
        )

    def show_markdown(self, text: str) -> None:
        """Show this; tags in it stand as they were typed, and pictures as words."""
        document = self.document()
        document.setMarkdown(text, _FEATURES)
        block = document.begin()
        while block.isValid():
            fragments = block.begin()
            while not fragments.atEnd():
                fragment = fragments.fragment()
                if fragment.isValid() and fragment.charFormat().isImageFormat():
                    name = fragment.charFormat().toImageFormat().name()
                    cursor = QTextCursor(document)
                    cursor.setPosition(fragment.position())
                    cursor.setPosition(
                        fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor
                    )
                    cursor.insertText(f"[picture {name}: not loaded]", QTextCharFormat())
                    fragments = block.begin()
                    continue
                fragments += 1
            block = block.next()

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        """Give nothing for anything: neither files nor the net are read for what was typed."""
        return QImage(1, 1, QImage.Format.Format_ARGB32)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_link = bool(self.anchorAt(event.position().toPoint()))
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self._pressed_link and not self.textCursor().hasSelection():
            self.edit_wanted.emit()

    def sizeHint(self) -> QSize:
        return QSize(200, 60)

    def _ask(self, url: QUrl) -> None:
        """Ask before a browser is opened; whatever is no page of the web is only told."""
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Link in a note")
        if url.scheme().lower() in _OPENABLE and url.host():
            box.setText(f"Open {url.host()} in the browser?")
            box.setInformativeText(address[:500])
            box.setStandardButtons(QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel)
            box.setDefaultButton(QMessageBox.StandardButton.Cancel)
            box.button(QMessageBox.StandardButton.Open).clicked.connect(lambda: QDesktopServices.openUrl(url))
        else:
            box.setText("This link is not opened: it leads to no page of the web.")
            box.setInformativeText(address[:500])
        box.open()
