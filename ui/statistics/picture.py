"""What every picture of the statistics shares: its head line, a pointer with a readout, keys, and copying."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.statistics.found import Judged, Series, Statistics
from ui.statistics.words import table_text, unit
from ui.theme import AGE_PX, Theme, ui_font
from workstation.journal.statistics.table import Measure, TripTable

HEAD_PX = 24
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
PAD = 10
Rows = tuple[Sequence[str], Sequence[Sequence[object]]]
"""Titles, and rows of values."""


class Picture(QWidget):
    """One picture. Its places are whatever can be pointed at: points, bars, cells."""

    key: ClassVar[str]
    title: ClassVar[str]
    least_px: ClassVar[int] = 220
    """Narrower than this it says nothing."""

    whole_wanted = Signal(str)
    """Show this picture alone, or all of them again; its key."""
    trip_chosen = Signal(str)
    narrowed = Signal(object)
    """Another choice of round trips is wanted, a `TripFilter`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.found: Statistics | None = None
        self.judged: Judged | None = None
        self.measure = Measure.R
        self.place: int | None = None
        """What is pointed at."""
        self.is_titled = True
        """Its title stands in its head line; else somebody else says it."""
        self._cache: QPixmap | None = None
        self.font_small = ui_font(AGE_PX)
        self.metrics = QFontMetricsF(self.font_small)
        self._strong = ui_font(AGE_PX, 600)
        self.setAccessibleName(self.title)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What a picture says and does.

    def note(self) -> str:
        """After the title: what is shown, in which unit."""
        return ""

    def corner(self) -> str:
        """At the right of the head: what it comes to."""
        return ""

    def missing(self) -> str:
        """Why there is nothing to paint; empty where there is."""
        return ""

    def paint(self, _painter: QPainter, _box: QRectF) -> None:
        """Paint all but what is pointed at."""

    def changed(self) -> None:
        """Other figures are there."""

    def judged_changed(self) -> None:
        """What takes longer is there too."""

    def place_at(self, _at: QPointF, _box: QRectF) -> int | None:
        """What lies there."""
        return None

    def step(self, place: int | None, _right: int, _down: int) -> int | None:
        """The neighbour of a place; of None the first one."""
        return place

    def said(self, _place: int) -> str:
        """The readout of a place."""
        return ""

    def mark(self, _painter: QPainter, _box: QRectF, _place: int) -> None:
        """Paint what is pointed at."""

    def activate(self, _place: int) -> None:
        """A place was clicked, or Enter was pressed on it."""

    def rows(self) -> Rows:
        """What is shown, as a table."""
        return (), ()

    # What it has.

    @property
    def theme(self) -> Theme:
        """The colours in force."""
        return self._theme

    @property
    def table(self) -> TripTable | None:
        """The round trips; None before they are known."""
        return None if self.found is None else self.found.table

    @property
    def series(self) -> Series | None:
        """Their series in the measure in force."""
        return None if self.found is None else self.found.series(self.measure)

    @property
    def unit(self) -> str:
        """The unit in force."""
        return unit(self.measure, self.found.summary.asset if self.found is not None else "")

    def without_results(self) -> str:
        """Why no result is known in the measure in force; empty where some are."""
        found = self.found
        if found is None:
            return "Working it out …"
        if not len(found.table):
            return "No closed round trip is in this choice. Widen it: Esc, or the filter (F)."
        key = {Measure.MONEY: "total_money", Measure.SHARE: "expectancy_share", Measure.R: "total_r"}
        one = found.summary[key[self.measure]]
        return one.reason if one.value is None else ""

    def show_found(self, found: Statistics | None, judged: Judged | None, measure: Measure) -> None:
        """Show other figures."""
        judged = judged if judged is not None and judged.of is found else None
        is_other = found is not self.found or measure is not self.measure
        was_judged, self.judged = self.judged, judged
        self.found, self.measure = found, measure
        if is_other:
            self.place = None
            self.changed()
        elif judged is not was_judged:
            self.judged_changed()
        else:
            return
        self.paint_anew()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.paint_anew()

    def paint_anew(self) -> None:
        """Paint everything again."""
        self._cache = None
        self.update()

    def copy(self, separator: str = "\t") -> None:
        """Put what is shown on the clipboard, as a table."""
        titles, rows = self.rows()
        if titles:
            QGuiApplication.clipboard().setText(table_text(titles, rows, separator=separator))

    def copy_csv(self) -> None:
        """Put it there with commas."""
        self.copy(",")

    # Painting.

    @property
    def box(self) -> QRectF:
        """What is below the head line."""
        return QRectF(PAD, HEAD_PX, self.width() - 2 * PAD, self.height() - HEAD_PX - 6)

    def sizeHint(self) -> QSize:
        return QSize(self.least_px, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._cache = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._cache is None:
            self._cache = QPixmap(self.size() * ratio)
            self._cache.setDevicePixelRatio(ratio)
            self._cache.fill(self._theme.panel)
            painter = QPainter(self._cache)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self.font_small)
            self._paint_body(painter)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._cache)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font_small)
        if self.place is not None and not self.missing():
            self.mark(painter, self.box, self.place)
        self._paint_head(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_body(self, painter: QPainter) -> None:
        why, box = self.missing(), self.box
        if why:
            painter.setPen(self._theme.muted)
            painter.drawText(box.adjusted(8, 0, -8, 0), CENTRE | Qt.TextFlag.TextWordWrap, why)
        elif box.width() >= 60 and box.height() >= 40:
            self.paint(painter, box)

    def _paint_head(self, painter: QPainter) -> None:
        theme = self._theme
        line = QRectF(PAD, 1, self.width() - 2 * PAD, HEAD_PX - 2)
        left = 0.0
        if self.is_titled:
            painter.setFont(self._strong)
            painter.setPen(theme.text)
            strong = QFontMetricsF(self._strong)
            title = strong.elidedText(self.title, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, LEFT, title)
            left = strong.horizontalAdvance(self.title) + 8
        painter.setFont(self.font_small)
        room = line.width() - left
        is_read = self.place is not None and not self.missing()
        right = self.said(self.place) if is_read and self.place is not None else self.corner()
        if is_read:
            right = self.metrics.elidedText(right, Qt.TextElideMode.ElideRight, room)
        wide = self.metrics.horizontalAdvance(right)
        if is_read:  # a scale may stand there
            painter.fillRect(line.adjusted(left, 0, 0, 0), theme.panel)
        if right and wide <= room:
            painter.setPen(theme.text if is_read else theme.muted)
            painter.drawText(line, RIGHT, right)
            room -= wide + 10
        note = self.note()
        if self.metrics.horizontalAdvance(note) <= room:
            painter.setPen(theme.muted)
            painter.drawText(line.adjusted(left, 0, 0, 0), LEFT, note)

    # Pointing.

    def point(self, place: int | None) -> None:
        """Point at another place."""
        if place != self.place:
            self.place = place
            found = "" if place is None else self.said(place)
            self.setAccessibleDescription(found)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        place = None if self.missing() else self.place_at(at, self.box)
        self.point(place)
        can = place is not None and self.is_active
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if can or at.y() < HEAD_PX else Qt.CursorShape.ArrowCursor
        )

    is_active: ClassVar[bool] = False
    """A click on a place does something."""

    def leaveEvent(self, _event: QEvent) -> None:
        if not self.hasFocus():
            self.point(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.point(None)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif event.position().y() < HEAD_PX:
            self.whole_wanted.emit(self.key)
        else:
            place = None if self.missing() else self.place_at(event.position(), self.box)
            if place is not None:
                self.activate(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and key == Qt.Key.Key_C:
            self.copy()
        elif event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        elif key in moves and not self.missing():
            self.point(self.step(self.place, *moves[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.place is not None and self.is_active:
                self.activate(self.place)
            else:
                self.whole_wanted.emit(self.key)
        elif key == Qt.Key.Key_Escape and self.place is not None:
            self.point(None)
        else:
            event.ignore()

    def trips_words(self, place: int) -> str:
        """A round trip in a few words, for a readout."""
        table = self.table
        if table is None or not 0 <= place < len(table):
            return ""
        trip = table.trips[place].trip
        return f"{format.utc_date(trip.closed_ms)} {trip.symbol} {trip.direction.value}"
