"""A picture of an entry, large: the next and the one before by key, copied or saved from here."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QWidget

from ui.review.shots import read_picture
from ui.theme import HEADER_PX, Theme, ui_font
from workstation.model.journal import Attachment

MOST = QSize(7_680, 4_320)


class ShotWindow(QDialog):
    """Fits a picture into its window; a click or 1 shows it dot by dot, Esc closes it."""

    def __init__(
        self,
        pictures: Sequence[Attachment],
        first: Attachment,
        path_of: Callable[[Attachment], Path | None],
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pictures, self._path_of, self._theme = tuple(pictures), path_of, theme
        self._at = self._pictures.index(first)
        self._image = QImage()
        self._dots = False
        self.resize(parent.window().size() * 0.8)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._show()

    @property
    def current(self) -> Attachment:
        """The one that is shown."""
        return self._pictures[self._at]

    def _show(self) -> None:
        one = self.current
        path = self._path_of(one)
        self._image = QImage() if path is None else read_picture(path, MOST)
        self.setWindowTitle(f"{one.name} · {self._at + 1} of {len(self._pictures)}")
        self.update()

    def step(self, pictures: int) -> None:
        """Show the one so many further on, around the end."""
        self._at = (self._at + pictures) % len(self._pictures)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_J: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_K: -1}
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setImage(self._image)
        elif Qt.Key(event.key()) in steps:
            self.step(steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_1:
            self._dots = not self._dots
            self.update()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dots = not self._dots
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.window)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            painter.setFont(ui_font(HEADER_PX))
            painter.setPen(self._theme.muted)
            words = f"{self.current.name} cannot be shown: it is no picture, or is not there any more"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        size = self._image.size()
        if not self._dots or size.width() < self.width():
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(0, 0, size.width(), size.height())
        box.moveCenter(QRectF(self.rect()).center())
        painter.drawImage(box, self._image, QRectF(self._image.rect()))
