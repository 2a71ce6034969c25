"""The scrub bar of a recording: its whole time, where it stands, and where nothing was recorded."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSlider, QToolTip, QWidget

from ui.theme import Theme, mix

STEPS = 10_000
"""The bar's whole length in the slider's own units."""
GROOVE_PX = 8
HANDLE_PX = 3
TICK_STEPS_S = (1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 86_400)
LEAST_TICK_PX = 24


class ScrubBar(QSlider):
    """A slider over a recording's time that goes where it is clicked."""

    def __init__(self, theme: Theme, words: Callable[[float], str], parent: QWidget | None = None) -> None:
        """Make the bar of a recording whose length is not known yet.

        Args:
            theme: the colours to start with.
            words: says what lies at a share (0 … 1) of the recording.
            parent: the widget it lives in.
        """
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._words = words
        self._start_s = self._length_s = 0.0
        self._gaps: tuple[tuple[float, float], ...] = ()
        self.setRange(0, STEPS)
        self.setPageStep(STEPS // 20)
        self.setSingleStep(STEPS // 100)
        self.setMinimumWidth(60)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Stretches in which nothing was recorded, as shares of the whole."""
        return self._gaps

    def set_recording(self, start_s: float, length_s: float, gaps: Sequence[tuple[float, float]]) -> None:
        """Say what the bar stands for.

        Args:
            start_s, length_s: when the recording begins (UTC seconds) and how long it is; 0 while unknown.
            gaps: stretches in which nothing was recorded, as shares of the whole.
        """
        if (start_s, length_s, tuple(gaps)) != (self._start_s, self._length_s, self._gaps):
            self._start_s, self._length_s, self._gaps = start_s, length_s, tuple(gaps)
            self.update()

    def ticks(self) -> list[float]:
        """Shares at which round moments lie, as many as are told apart."""
        if self._length_s <= 0:
            return []
        least_s = LEAST_TICK_PX / max(1, self._room()) * self._length_s
        step = next((step for step in TICK_STEPS_S if step >= least_s), None)
        if step is None:
            return []
        first = -(-self._start_s // step) * step
        count = int((self._start_s + self._length_s - first) // step) + 1
        return [(first + number * step - self._start_s) / self._length_s for number in range(count)]

    def sizeHint(self) -> QSize:
        return QSize(240, 22)

    # The mouse: a click goes there at once, a drag where it is let go.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)
        self._tell(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            event.accept()
            self._follow(event)
            self.setSliderDown(False)

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent) and self.isEnabled():
            self._tell(event.pos())
            return True
        return super().event(event)  # type: ignore[arg-type]

    def _follow(self, event: QMouseEvent) -> None:
        position = round(self._share(event.position().x()) * STEPS)
        self.setSliderPosition(position)
        self.sliderMoved.emit(position)

    def _tell(self, at: QPoint) -> None:
        if self.isEnabled():
            QToolTip.showText(
                self.mapToGlobal(QPoint(at.x(), self.height())), self._words(self._share(at.x())), self
            )

    def _share(self, x: float) -> float:
        return min(1.0, max(0.0, (x - HANDLE_PX) / max(1, self._room())))

    def _room(self) -> int:
        return self.width() - 2 * HANDLE_PX

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, room = self._theme, self._room()
        painter = QPainter(self)
        top = (self.height() - GROOVE_PX) // 2
        known = self.isEnabled()
        reached = self.sliderPosition() / STEPS * room
        painter.fillRect(QRectF(HANDLE_PX, top, room, GROOVE_PX), mix(theme.panel, theme.muted, 0.22))
        if known:
            played = mix(theme.panel, theme.accent, 0.55)
            painter.fillRect(QRectF(HANDLE_PX, top, reached, GROOVE_PX), played)
        for share in self.ticks():
            painter.fillRect(QRectF(HANDLE_PX + round(share * room), top + GROOVE_PX - 3, 1, 3), theme.panel)
        for start, end in self._gaps:
            gap = QRectF(HANDLE_PX + start * room, top, max(2.0, (end - start) * room), GROOVE_PX)
            painter.fillRect(gap, theme.panel)
            painter.fillRect(gap, QBrush(theme.warn, Qt.BrushStyle.BDiagPattern))
        handle = QRectF(round(HANDLE_PX + reached - HANDLE_PX / 2), top - 4, HANDLE_PX, GROOVE_PX + 8)
        painter.fillRect(handle, theme.text if known else theme.dim)
        if self.hasFocus():
            painter.setPen(theme.accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
