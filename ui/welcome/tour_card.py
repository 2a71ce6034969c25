"""The tour's card: where it stands, what this part is for, what is done and what is next."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, ui_font
from ui.welcome.sheet import OverDesk, asked_style
from ui.welcome.steps import Step

WIDTH_PX = 372
_LINE_PX = 38
_BOX_PX = 14


class TaskRows(QWidget):
    """The lines of a step, each with a box that is ticked when it is so; nobody can tick it by hand."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._rows: tuple[tuple[str, str, bool], ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def rows(self) -> tuple[tuple[str, str, bool], ...]:
        """Words, how, and whether it is done."""
        return self._rows

    def show_rows(self, rows: tuple[tuple[str, str, bool], ...]) -> None:
        """Show these."""
        if rows != self._rows:
            grew = len(rows) != len(self._rows)
            self._rows = rows
            spoken = (f"{words}: {'done' if done else how}" for words, how, done in rows)
            self.setAccessibleName(". ".join(spoken))
            if grew:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX - 40, _LINE_PX * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        next_row = next((place for place, row in enumerate(self._rows) if not row[2]), -1)
        left = _BOX_PX + 12.0
        for place, (words, how, done) in enumerate(self._rows):
            top = float(place * _LINE_PX)
            box = QRectF(1, top + 4, _BOX_PX, _BOX_PX)
            color = theme.up if done else theme.accent if place == next_row else theme.dim
            painter.setPen(QPen(color, 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
            if done:
                painter.setPen(QPen(color, 2))
                x, y = box.center().x(), box.center().y()
                painter.drawLine(QPointF(x - 4, y), QPointF(x - 1, y + 3))
                painter.drawLine(QPointF(x - 1, y + 3), QPointF(x + 4, y - 4))
            room = self.width() - left
            font = ui_font(BODY_PX, 600 if place == next_row else 400)
            painter.setFont(font)
            painter.setPen(theme.muted if done else theme.text)
            painter.drawText(QRectF(left, top, room, 20), Qt.AlignmentFlag.AlignVCenter, words)
            small = ui_font(AGE_PX)
            painter.setFont(small)
            painter.setPen(theme.muted)
            elided = QFontMetricsF(small).elidedText(how, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, top + 18, room, 16), Qt.AlignmentFlag.AlignVCenter, elided)


class TourCard(OverDesk):
    """One step at a time; Next, Back and Skip by mouse, by Tab and Enter, and by the arrow keys on it."""

    next_wanted = Signal()
    back_wanted = Signal()
    panel_wanted = Signal()
    """The panel of this step is to be opened again."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(themes, window, WIDTH_PX)
        self.setAccessibleName("Welcome tour")
        self.count = self.label("", AGE_PX, muted=True)
        self.title = self.label("", BODY_PX + 2, strong=True)
        self.words = self.label("", HEADER_PX, muted=True)
        self.tasks = TaskRows(themes, self)
        self.missing = self.button("Open it again")
        self.back = self.button("Back", "The step before (Alt+P)")
        self.skip = self.button("Skip the tour", "Esc: it can be begun again from Ctrl+K, “welcome tour”")
        self.next = self.button("Next", "The next step (Alt+N)")
        self.missing.clicked.connect(self.panel_wanted)
        self.back.clicked.connect(self.back_wanted)
        self.next.clicked.connect(self.next_wanted)
        self.skip.clicked.connect(self.put_away)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.skip)
        line.addStretch(1)
        line.addWidget(self.back)
        line.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(6)
        for part in (self.count, self.title, self.words):
            column.addWidget(part)
        column.addSpacing(4)
        column.addWidget(self.tasks)
        column.addWidget(self.missing)
        column.addSpacing(4)
        column.addLayout(line)

    def show_step(self, step: Step, number: int, of: int, done: tuple[bool, ...], missing: str) -> None:
        """Show a step.

        Args:
            step: which.
            number: its place, from 1. of: how many there are.
            done: of its tasks, in their order.
            missing: name of a panel that was closed; empty where all are open.
        """
        self.count.setText(f"Welcome tour · {number} of {of}")
        self.title.setText(step.title)
        self.words.setText(step.words)
        self.tasks.show_rows(
            tuple((task.words, task.how, is_done) for task, is_done in zip(step.tasks, done, strict=True))
        )
        self.missing.setText(f"Open {missing} again" if missing else "")
        self.missing.setVisible(bool(missing))
        self.back.setEnabled(number > 1)
        words = "Finish" if number == of else "Next"
        self.next.setText(words)
        all_done = all(done)
        if self.next.property("asked") != all_done:
            self.next.setProperty("asked", all_done)
            self.dress(self._themes.theme)

    def dress(self, theme: Theme) -> None:
        super().dress(theme)
        asked = bool(self.next.property("asked"))
        self.next.setStyleSheet(asked_style(theme) if asked else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Right:
            self.next_wanted.emit()
        elif event.key() == Qt.Key.Key_Left:
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)
