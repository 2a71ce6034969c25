"""Thumbnails of the pictures and files that are kept with an entry; read on a thread of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QImageReader,
    QImageWriter,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format
from ui.review.plain_tip import plain_tip
from ui.theme import AGE_PX, Density, Theme, mix, ui_font
from workstation.errors import PreflightError
from workstation.model.journal import Attachment

GAP = 8
CAPTION_PX = 18
LEAST_PX, MOST_PX = 120.0, 260.0
THUMBNAIL = QSize(520, 300)
"""Of what is kept in memory: twice what is shown, for screens with more dots."""
ROLE_WORDS = {"entry": "Entry", "exit": "Exit"}


def read_picture(path: Path, most: QSize) -> QImage:
    """Read a picture no larger than `most`; a null image where it is none."""
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if not size.isValid():
        return QImage()
    if size.width() > most.width() or size.height() > most.height():
        reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def png_bytes(image: QImage) -> bytes:
    """A picture as PNG."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


class ShotsView(QWidget):
    """Pictures in a row that wraps; a click or Enter opens one, what is dropped on it is added."""

    opened = Signal(object)
    """The `Attachment` that is to be shown large."""
    removed = Signal(object)
    menu_asked = Signal(object, QPoint)
    files_dropped = Signal(list)
    """Paths of files that were dropped."""
    picture_dropped = Signal(QImage)
    _read = Signal(str, QImage)

    def __init__(
        self,
        theme: Theme,
        density: Density,
        path_of: Callable[[Attachment], Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAcceptDrops(True)
        self.setAccessibleName("Pictures and files")
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._path_of = path_of
        self._shown: tuple[Attachment, ...] = ()
        self._images: dict[str, QImage] = {}
        self._asked: set[str] = set()
        self._current = 0
        self._threads = ThreadPoolExecutor(1, "thumbnails")
        self._read.connect(self._take)
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self._pad = density.padding + 2
        self._fit()

    def show_attachments(self, attachments: Sequence[Attachment]) -> None:
        """Show these: of the entry, of the exit, then those that were added."""
        order = {"entry": 0, "exit": 1}
        shown = tuple(sorted(attachments, key=lambda one: (order.get(one.role, 2), one.taken_ms)))
        if shown != self._shown:
            self._shown = shown
            self._current = min(self._current, max(0, len(shown) - 1))
            self._images = {
                one.sha256: self._images[one.sha256] for one in shown if one.sha256 in self._images
            }
            self._asked &= {one.sha256 for one in shown}
            self._fit()

    @property
    def shown(self) -> tuple[Attachment, ...]:
        """What is shown, in its order."""
        return self._shown

    @property
    def read_count(self) -> int:
        """How many thumbnails were read so far, also of files that are no picture."""
        return len(self._images)

    def put_away(self) -> None:
        """End the thread."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    # Room.

    def _columns(self) -> int:
        return max(1, min(3, int((self.width() - 2 * self._pad + GAP) // (LEAST_PX + GAP))))

    def rect_of(self, number: int) -> QRectF:
        """Where a thumbnail is, its caption under it."""
        columns = self._columns()
        width = min(MOST_PX, (self.width() - 2 * self._pad - GAP * (columns - 1)) / columns)
        height = width * 9 / 16
        row, column = divmod(number, columns)
        return QRectF(self._pad + column * (width + GAP), row * (height + CAPTION_PX + GAP), width, height)

    def _fit(self) -> None:
        last = len(self._shown) - 1
        self.setFixedHeight(34 if last < 0 else round(self.rect_of(last).bottom()) + CAPTION_PX + 2)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._fit()

    # Reading.

    def _image(self, one: Attachment) -> QImage | None:
        """The thumbnail; None until it has been read."""
        if one.sha256 not in self._asked:
            self._asked.add(one.sha256)
            self._threads.submit(self._read_one, one)
        return self._images.get(one.sha256)

    def _read_one(self, one: Attachment) -> None:
        try:
            image = read_picture(self._path_of(one), THUMBNAIL)
        except PreflightError:
            image = QImage()  # it is shown as a file
        with suppress(RuntimeError):  # the panel was closed meanwhile
            self._read.emit(one.sha256, image)

    def _take(self, sha256: str, image: QImage) -> None:
        self._images[sha256] = image
        self.update()

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(self._font)
        if not self._shown:
            painter.setPen(theme.muted)
            words = "None. Paste, drop or add one; the desk takes its own at entry and exit."
            room = QRectF(self._pad, 0, self.width() - 2 * self._pad, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, words)
        for number, one in enumerate(self._shown):
            self._paint_one(painter, one, self.rect_of(number), number == self._current and self.hasFocus())

    def _paint_one(self, painter: QPainter, one: Attachment, rect: QRectF, focused: bool) -> None:
        theme = self._theme
        image = self._image(one)
        painter.fillRect(rect, mix(theme.panel, theme.window, 0.7))
        if image is not None and not image.isNull():
            # Filled and cut: what matters of a chart is at its right end.
            source = QRectF(image.rect())
            wanted = rect.width() / rect.height()
            if source.width() / source.height() > wanted:
                source.setLeft(source.right() - source.height() * wanted)
            else:
                source.setHeight(source.width() / wanted)
            painter.drawImage(rect, image, source)
        else:
            painter.setPen(theme.muted)
            words = "reading…" if image is None else f"file · {format.data_size(one.size_bytes)}"
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)
        painter.setPen(QPen(theme.accent if focused else theme.hairline, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(theme.muted)
        below = QRectF(rect.left(), rect.bottom() + 1, rect.width(), CAPTION_PX)
        time = format.utc_time(one.taken_ms, with_ms=False)
        name = ROLE_WORDS.get(one.role) or one.name
        room = rect.width() - self._metrics.horizontalAdvance(time) - 8
        name = self._metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, time)

    # Mouse, keys, what is dropped.

    def _number_at(self, at: QPointF) -> int:
        shown = range(len(self._shown))
        return next(
            (number for number in shown if self.rect_of(number).adjusted(0, 0, 0, CAPTION_PX).contains(at)),
            -1,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position())
        if number < 0:
            return
        self._current = number
        self.update()
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self._shown[number])
        elif event.button() == Qt.MouseButton.RightButton:
            self.menu_asked.emit(self._shown[number], event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        key = Qt.Key(event.key())
        if not self._shown:
            super().keyPressEvent(event)
        elif key in steps:
            self._current = (self._current + steps[key]) % len(self._shown)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit(self._shown[self._current])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self._shown[self._current])
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        if data.hasImage() or any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.files_dropped.emit(paths)
        elif data.hasImage():
            self.picture_dropped.emit(QImage(data.imageData()))
        event.acceptProposedAction()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._number_at(event.pos().toPointF())
            words = ""
            if number >= 0:
                one = self._shown[number]
                words = f"{one.name}\n{format.data_size(one.size_bytes)} · {format.utc_date(one.taken_ms)}"
            QToolTip.showText(event.globalPos(), plain_tip(words), self)
            return True
        return super().event(event)
