"""The scrub bar of a round trip: the moments worth going to are named over it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import AGE_PX, Theme, mix, ui_font
from ui.widgets.scrub_bar import GROOVE_PX, HANDLE_PX, STEPS, ScrubBar

HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment with a name, at a share of the bar, in the colour of a theme's token."""

    share: float
    words: str
    role: str


class TripScrub(ScrubBar):
    """A scrub bar with moments; those whose names would lie on one another keep their mark alone."""

    def __init__(self, theme: Theme, words: Callable[[float], str], parent: QWidget | None = None) -> None:
        super().__init__(theme, words, parent)
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._moments: tuple[Moment, ...] = ()
        self._held = (0.0, 0.0)
        self.setFixedHeight(HEIGHT)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """What is marked."""
        return self._moments

    def set_moments(self, moments: Sequence[Moment], held: tuple[float, float]) -> None:
        """Mark these, and the share of the bar in which something was held."""
        if (tuple(moments), held) != (self._moments, self._held):
            self._moments, self._held = tuple(moments), held
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, room = self._theme, self._room()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.panel)
        top = HEIGHT - GROOVE_PX - 6
        reached = self.sliderPosition() / STEPS * room
        groove = QRectF(HANDLE_PX, top, room, GROOVE_PX)
        painter.fillRect(groove, mix(theme.panel, theme.muted, 0.22))
        held = QRectF(
            HANDLE_PX + self._held[0] * room, top, (self._held[1] - self._held[0]) * room, GROOVE_PX
        )
        painter.fillRect(held, mix(theme.panel, theme.accent, 0.38))
        if self.isEnabled():
            passed = QRectF(HANDLE_PX, top, reached, GROOVE_PX)
            painter.fillRect(passed, mix(theme.panel, theme.accent, 0.2))
            painter.fillRect(held.intersected(passed), mix(theme.panel, theme.accent, 0.85))
        for start, end in self.gaps:
            gap = QRectF(HANDLE_PX + start * room, top, max(2.0, (end - start) * room), GROOVE_PX)
            painter.fillRect(gap, mix(theme.panel, theme.warn, 0.4))
        painter.setFont(self._font)
        taken = -1e9
        for moment in self._moments:
            x = HANDLE_PX + moment.share * room
            color = getattr(theme, moment.role)
            painter.fillRect(QRectF(round(x) - 1, top - 4, 2, GROOVE_PX + 8), color)
            width = self._metrics.horizontalAdvance(moment.words)
            left = min(max(0.0, x - width / 2), self.width() - width)
            if left > taken + 6:
                painter.setPen(color)
                painter.drawText(
                    QRectF(left, 0, width + 2, top - 4), Qt.AlignmentFlag.AlignVCenter, moment.words
                )
                taken = left + width
        handle = QRectF(round(HANDLE_PX + reached - 3), top - 3, 6, GROOVE_PX + 6)
        painter.fillRect(handle, theme.text if self.isEnabled() else theme.dim)
        if self.hasFocus():
            painter.setPen(theme.accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
