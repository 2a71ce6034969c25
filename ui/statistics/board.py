"""The board of pictures: as many beside each other as have room, the rest below; or one of them alone."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from ui.statistics.picture import Picture
from ui.theme import Theme

LEAST_ROW_PX = 190
BAR_PX = 8


class Board(QWidget):
    """Lays pictures out in rows; each row is as high as the board where it is low."""

    whole_changed = Signal()

    def __init__(self, pictures: Sequence[Picture], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = tuple(pictures)
        self.shown = [picture.key for picture in pictures]
        """Keys of those that are shown, in this order."""
        self.whole = ""
        """The key of the one that is shown alone; "" for none."""
        self._theme = theme
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.valueChanged.connect(self._place)
        self._rows: list[list[Picture]] = []
        for picture in self.pictures:
            picture.setParent(self)
            picture.whole_wanted.connect(self.toggle_whole)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        for picture in self.pictures:
            picture.set_theme(theme)
        self.update()

    def picture(self, key: str) -> Picture:
        """One of them.

        Raises:
            StopIteration: there is none of this key.
        """
        return next(one for one in self.pictures if one.key == key)

    @property
    def current(self) -> Picture | None:
        """The one that has the keyboard, else the one shown alone; None for neither."""
        for one in self.pictures:
            if one.hasFocus() or any(child.hasFocus() for child in one.findChildren(QWidget)):
                return one
        return self.picture(self.whole) if self.whole else None

    def set_shown(self, keys: Sequence[str]) -> None:
        """Show these pictures."""
        known = {picture.key for picture in self.pictures}
        self.shown = [key for key in keys if key in known] or [picture.key for picture in self.pictures]
        self._lay_out()

    def toggle_whole(self, key: str) -> None:
        """Show one alone, or all of them again."""
        self.set_whole("" if self.whole == key else key)

    def set_whole(self, key: str) -> None:
        """Show one alone; "" shows all of them."""
        self.whole = key if any(one.key == key for one in self.pictures) else ""
        self._lay_out()
        if self.whole:
            self.picture(self.whole).setFocus()
        self.whole_changed.emit()

    def go(self, steps: int) -> None:
        """Give the keyboard to a neighbour; of the one shown alone show the neighbour alone."""
        current = self.current
        keys = self.shown
        place = (
            keys.index(current.key) if current is not None and current.key in keys else -1 if steps > 0 else 0
        )
        key = keys[(place + steps) % len(keys)]
        if self.whole:
            self.set_whole(key)
        else:
            self.picture(key).setFocus()
            self.reveal(key)

    def reveal(self, key: str) -> None:
        """Scroll to a picture."""
        row = next((at for at, row in enumerate(self._rows) if any(one.key == key for one in row)), 0)
        top = row * self._row_px
        if top < self._bar.value() or top + self._row_px > self._bar.value() + self.height():
            self._bar.setValue(top)

    # Room.

    @property
    def _row_px(self) -> int:
        in_view = max(1, min(len(self._rows), self.height() // LEAST_ROW_PX))
        return max(1, self.height() // in_view)

    def _lay_out(self) -> None:
        """Fill rows from the left; what has no room at the right begins the next one."""
        wanted = [self.whole] if self.whole else self.shown
        rows: list[list[Picture]] = [[]]
        used = 0
        for key in wanted:
            picture = self.picture(key)
            if rows[-1] and used + picture.least_px > self.width():
                rows.append([])
                used = 0
            rows[-1].append(picture)
            used += picture.least_px
        self._rows = rows
        for one in self.pictures:
            if one.key not in wanted:
                one.hide()
        over = self._row_px * len(rows) - self.height()
        self._bar.setRange(0, max(0, over))
        self._bar.setSingleStep(self._row_px)
        self._bar.setPageStep(max(1, self.height()))
        self._bar.setVisible(over > 0)
        self._bar.setGeometry(self.width() - BAR_PX, 0, BAR_PX, self.height())
        self._place()

    def _place(self) -> None:
        room = self.width() - (BAR_PX if self._bar.maximum() > 0 else 0)
        for at, row in enumerate(self._rows):
            top = at * self._row_px - self._bar.value()
            whole = sum(one.least_px for one in row)
            left = used = 0
            for one in row:
                used += one.least_px
                right = round(room * used / whole)
                one.setGeometry(
                    QRect(QPoint(left + bool(left), top + 1), QPoint(right - 1, top + self._row_px - 1))
                )
                one.setVisible(top < self.height() and top + self._row_px > 0)
                left = right
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._lay_out()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._theme.hairline)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._bar.maximum() > 0 and event.angleDelta().y():
            self._bar.setValue(
                self._bar.value() + (self._row_px if event.angleDelta().y() < 0 else -self._row_px)
            )
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers():
            event.ignore()
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and self._bar.maximum() > 0:
            down = self._row_px if key == Qt.Key.Key_PageDown else -self._row_px
            self._bar.setValue(self._bar.value() + down)
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.go(1 if key == Qt.Key.Key_BracketRight else -1)
        elif key == Qt.Key.Key_Escape and self.whole:
            self.set_whole("")
        else:
            event.ignore()
