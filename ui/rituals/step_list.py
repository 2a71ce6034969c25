"""The steps of a review at its left: which are behind, which one is shown."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import AGE_PX, BODY_PX, Theme, tint, ui_font

ROW_PX, WIDTH_PX = 40, 216


class StepList(QWidget):
    """Painted; a click goes to a step, keys are the window's."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[str], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._titles, self._theme = tuple(titles), theme
        self._step = 0
        self._notes: tuple[str, ...] = ("",) * len(titles)
        self.setFixedWidth(WIDTH_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_step(self, step: int, notes: Sequence[str]) -> None:
        """Show where the review stands, and a word or two below each step."""
        self._step, self._notes = step, tuple(notes)
        self.setAccessibleName(f"Step {step + 1} of {len(self._titles)}: {self._titles[step]}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, ROW_PX * len(self._titles))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        step = int(event.position().y() // ROW_PX)
        if 0 <= step < len(self._titles):
            self.chosen.emit(step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for step, title in enumerate(self._titles):
            top = step * ROW_PX
            is_here = step == self._step
            if is_here:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.control)
                painter.drawRoundedRect(QRectF(0, top + 1, WIDTH_PX, ROW_PX - 2), 4, 4)
                painter.fillRect(QRectF(0, top + 5, 3, ROW_PX - 10), theme.accent)
            painter.setPen(theme.accent if is_here else theme.dim)
            painter.setBrush(tint(theme.accent, 0.18 if step < self._step else 0.0))
            painter.drawEllipse(QRectF(12, top + 9, 20, 20))
            painter.setFont(ui_font(AGE_PX, 500))
            painter.setPen(theme.text if is_here else theme.muted)
            number = "✓" if step < self._step else str(step + 1)
            painter.drawText(QRectF(12, top + 9, 20, 20), Qt.AlignmentFlag.AlignCenter, number)
            note = self._notes[step]
            painter.setFont(ui_font(BODY_PX, 500 if is_here else 400))
            box = QRectF(42, top + (4 if note else 0), WIDTH_PX - 46, 20 if note else ROW_PX - 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, title)
            if note:
                painter.setFont(ui_font(AGE_PX))
                painter.setPen(theme.muted)
                painter.drawText(QRectF(42, top + 21, WIDTH_PX - 46, 15), Qt.AlignmentFlag.AlignVCenter, note)
