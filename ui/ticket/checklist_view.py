"""The rows of a checklist: state by shape and colour, value, age; the trader answers in them."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QToolTip, QWidget

from ui import format
from ui.theme import AGE_PX, HEADER_PX, ThemeSource, mix, tint, ui_font
from workstation.trading.checklist import JudgedRow, RowState, Verdict
from workstation.trading.checklist_desk import metric_of
from workstation.trading.checklist_template import AutomaticRow, EmotionalRow, ManualRow

ROW_PX = 22
ICON_PX = 14
AGE_WIDTH = 34
LEFT_PX = 10
ROOMY_PX = 250
OFFER_TIP = "A click, or Space, gives your word for the week: it is written down. Del takes it back."

_ROLES = {RowState.PASS: "up", RowState.WATCH: "warn", RowState.FAIL: "danger", RowState.NO_DATA: "muted"}


class ChecklistView(QWidget):
    """Paints the rows, and takes answers by mouse and keyboard; rows judged from data take none."""

    answered = Signal(str, int, str)
    """Key of a row, the answer, and what was written with it."""
    taken_back = Signal(str)
    told = Signal(str)
    """Why a row takes no answer."""
    offer_taken = Signal(str)
    """Key of a row without data whose offer was taken."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._rows: tuple[JudgedRow, ...] = ()
        self._now_ms = 0
        self._current = -1
        self._offers: Mapping[str, str] = {}
        self._painted: object = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Checklist")
        self.setMouseTracking(True)
        self.editor = QLineEdit(self)
        self.editor.hide()
        self.editor.installEventFilter(self)
        themes.changed.connect(self._dress)

    # What is shown.

    @property
    def rows(self) -> tuple[JudgedRow, ...]:
        """The rows shown."""
        return self._rows

    @property
    def current(self) -> JudgedRow | None:
        """The row that keys mean."""
        return self._rows[self._current] if 0 <= self._current < len(self._rows) else None

    def show_verdict(
        self, verdict: Verdict | None, now_ms: int, offers: Mapping[str, str] | None = None
    ) -> None:
        """Show these rows with their ages.

        Args:
            verdict: of the checklist; None for none.
            now_ms: the desk's clock.
            offers: by key of a row without data, what one click on it says instead.
        """
        rows = () if verdict is None else verdict.rows
        self._offers = offers or {}
        painted: tuple[object, ...] = tuple(
            (row.row.key, row.state, row.value, row.why, self._age_words(row, now_ms)) for row in rows
        )
        painted += tuple(self._offers.items())
        resized = len(rows) != len(self._rows)
        self._rows, self._now_ms = rows, now_ms
        if resized:
            self._current = min(self._current, len(rows) - 1)
            self.updateGeometry()
        if painted != self._painted:
            self._painted = painted
            self.update()

    def select(self, key: str) -> None:
        """Let keys mean that row."""
        place = next((place for place, row in enumerate(self._rows) if row.row.key == key), -1)
        if place >= 0:
            self._current = place
            self.update()

    def ask(self) -> None:
        """Take the keyboard, to the first row that waits for an answer; where none does, to where it was."""
        waiting = (row for row in self._rows if row.state is not RowState.PASS)
        asked = next((row for row in waiting if isinstance(row.row, ManualRow | EmotionalRow)), None)
        if asked is not None:
            self.select(asked.row.key)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(240, len(self._rows) * self._row_px + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, len(self._rows) * self._row_px + 2)

    def row_rect(self, key: str) -> QRectF:
        """Where a row is."""
        place = next(place for place, row in enumerate(self._rows) if row.row.key == key)
        return QRectF(0, place * self._row_px, self.width(), self._row_px)

    @property
    def _row_px(self) -> int:
        return self._themes.density.row_height - 3

    @property
    def _age_px(self) -> int:
        """The column of ages; where there is little room titles are worth more."""
        return AGE_WIDTH if self.width() >= ROOMY_PX else 0

    # Answers.

    def _tick(self, row: JudgedRow) -> None:
        """Answer the next thing: yes, with words where they are asked for, or nothing any more."""
        declared = row.row
        if isinstance(declared, ManualRow):
            if row.state is RowState.PASS:
                self.taken_back.emit(declared.key)
            elif declared.text:
                self._open_editor(row)
            else:
                self.answered.emit(declared.key, 1, "")
        elif declared.key in self._offers:
            self.offer_taken.emit(declared.key)
        elif isinstance(declared, AutomaticRow):
            why = f" {row.why[0].upper()}{row.why[1:]}." if row.why else ""
            self.told.emit(f"“{declared.title}” is judged from data and cannot be ticked.{why}")

    def _open_editor(self, row: JudgedRow) -> None:
        declared = row.row
        assert isinstance(declared, ManualRow)
        rect = self.row_rect(declared.key)
        self.editor.setGeometry(rect.adjusted(LEFT_PX + ICON_PX + 6, 0, -4, 0).toRect())
        self.editor.setPlaceholderText(declared.question)
        self.editor.setAccessibleName(declared.title)
        self.editor.setProperty("row", declared.key)
        self.editor.setText(row.value if row.value not in ("yes", "no") else "")
        self.editor.show()
        self.editor.setFocus()

    def _take_text(self) -> None:
        key, text = str(self.editor.property("row")), self.editor.text().strip()
        self.editor.clear()  # hiding takes the keyboard away, which asks for the text once more
        self.editor.hide()
        self.setFocus()
        if text:
            self.answered.emit(key, 1, text)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.editor:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                if event.key() == Qt.Key.Key_Escape:
                    self.editor.clear()
                    self.editor.hide()
                    self.setFocus()
                    return True
                if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                    self._take_text()  # here: a line lets the key through to the row, which would be ticked
                    return True
            elif event.type() == QEvent.Type.FocusOut and self.editor.isVisible():
                self._take_text()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, row = event.key(), self.current
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif key in steps and self._rows:
            self._current = (self._current + steps[Qt.Key(key)]) % len(self._rows)
            self.update()
        elif row is None:
            event.ignore()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Y):
            self._tick(row)
        elif key == Qt.Key.Key_N and isinstance(row.row, ManualRow):
            self.answered.emit(row.row.key, 0, "")
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_5 and isinstance(row.row, EmotionalRow):
            self.answered.emit(row.row.key, key - Qt.Key.Key_0, "")
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.taken_back.emit(row.row.key)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().y() // self._row_px)
        if event.button() != Qt.MouseButton.LeftButton or not 0 <= place < len(self._rows):
            return
        self._current = place
        row = self._rows[place]
        if isinstance(row.row, EmotionalRow):
            chosen = self._feeling_at(event.position())
            if chosen:
                self.answered.emit(row.row.key, chosen, "")
        elif row.row.key in self._offers and event.position().x() < self.width() / 2:
            self.told.emit(row_words(row).split("\n")[-1])
        else:
            self._tick(row)
        self.update()

    def _feeling_at(self, position: QPointF) -> int:
        """The number of a feeling under the pointer; 0 for none."""
        left = self.width() - self._age_px - 5 * ICON_PX - LEFT_PX
        place = (position.x() - left) / ICON_PX
        return int(place) + 1 if 0 <= place < 5 else 0

    # Words.

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = int(event.pos().y() // self._row_px)
            if 0 <= place < len(self._rows):
                QToolTip.showText(event.globalPos(), self._tip_words(self._rows[place]), self)
            return True
        return super().event(event)

    def _tip_words(self, row: JudgedRow) -> str:
        offer = self._offers.get(row.row.key)
        words = row_words(row)
        return f"{words}\n{OFFER_TIP}" if offer else words

    def _age_words(self, row: JudgedRow, now_ms: int) -> str:
        if isinstance(row.row, ManualRow | EmotionalRow):
            return "you"
        return format.age((now_ms - row.time_ms) / 1000) if row.time_ms else ""

    # Painting.

    def _dress(self) -> None:
        self.updateGeometry()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._current < 0 and self._rows:
            locking = (place for place, row in enumerate(self._rows) if row.locks)
            self._current = next(locking, 0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name_font, age_font = ui_font(HEADER_PX), ui_font(AGE_PX)
        metrics = QFontMetricsF(name_font)
        for place, row in enumerate(self._rows):
            top = place * self._row_px
            room = QRectF(0, top, self.width(), self._row_px)
            if place == self._current and self.hasFocus():
                painter.fillRect(room, mix(theme.panel, theme.accent, 0.14))
            color = getattr(theme, _ROLES[row.state])
            self._paint_icon(painter, row, QRectF(LEFT_PX, top + (self._row_px - 12) / 2, 12, 12))
            right = float(self.width() - LEFT_PX)
            painter.setFont(age_font)
            painter.setPen(theme.muted)
            if self._age_px:
                age = self._age_words(row, self._now_ms)
                painter.drawText(QRectF(right - AGE_WIDTH, top, AGE_WIDTH, self._row_px), _RIGHT, age)
                right -= AGE_WIDTH + 4
            painter.setFont(name_font)
            if isinstance(row.row, EmotionalRow):
                right = self._paint_feeling(painter, row, top)
            else:
                offer = self._offers.get(row.row.key, "")
                value = offer or row.value or ("—" if row.state is RowState.NO_DATA else "")
                value = metrics.elidedText(value, Qt.TextElideMode.ElideRight, self.width() * 0.36)
                painter.setPen(theme.accent if offer else theme.text if row.state is RowState.PASS else color)
                painter.drawText(QRectF(0, top, right, self._row_px), _RIGHT, value)
                if offer:
                    wide = metrics.horizontalAdvance(value)
                    chip = QRectF(right - wide - 6, top + 1.5, wide + 12, self._row_px - 3)
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRoundedRect(chip, 3, 3)
                right -= metrics.horizontalAdvance(value) + 8
            left = LEFT_PX + ICON_PX + 6
            painter.setPen(theme.text if row.row.required else theme.muted)
            title = metrics.elidedText(row.row.title, Qt.TextElideMode.ElideRight, right - left)
            painter.drawText(QRectF(left, top, right - left, self._row_px), _LEFT, title)

    def _paint_icon(self, painter: QPainter, row: JudgedRow, box: QRectF) -> None:
        """A tick, a bar, a cross or an empty box: the state without its colour."""
        theme = self._themes.theme
        color = getattr(theme, _ROLES[row.state])
        if row.state is RowState.NO_DATA:
            pen = QPen(theme.muted, 1.2)
            if not isinstance(row.row, ManualRow | EmotionalRow):
                pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QPen(theme.on_accent, 1.6))
        x, y = box.x(), box.y()
        if row.state is RowState.PASS:
            painter.drawPolyline(
                [QPointF(x + 3, y + 6.2), QPointF(x + 5.2, y + 8.6), QPointF(x + 9.2, y + 3.8)]
            )
        elif row.state is RowState.WATCH:
            painter.drawLine(QPointF(x + 6, y + 2.6), QPointF(x + 6, y + 6.8))
            painter.drawPoint(QPointF(x + 6, y + 9.2))
        else:
            painter.drawLine(QPointF(x + 3.4, y + 3.4), QPointF(x + 8.6, y + 8.6))
            painter.drawLine(QPointF(x + 8.6, y + 3.4), QPointF(x + 3.4, y + 8.6))

    def _paint_feeling(self, painter: QPainter, row: JudgedRow, top: float) -> float:
        """Five boxes from low to high; return where they begin."""
        theme = self._themes.theme
        color = getattr(theme, _ROLES[row.state])
        given = int(row.value[0]) if row.value[:1].isdigit() else 0
        left = self.width() - self._age_px - 5 * ICON_PX - LEFT_PX
        painter.setFont(ui_font(AGE_PX))
        for number in range(1, 6):
            box = QRectF(left + (number - 1) * ICON_PX, top + (self._row_px - 13) / 2, 12, 13)
            painter.setPen(QPen(color if number == given else theme.hairline, 1))
            painter.setBrush(tint(color, 0.9) if number == given else theme.control)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
            painter.setPen(theme.on_accent if number == given else theme.muted)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
        painter.setFont(ui_font(HEADER_PX))
        return left - 6


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def row_words(row: JudgedRow) -> str:
    """A row in full: what is asked, what it is held against, and why it stands as it does."""
    declared = row.row
    lines = [declared.title]
    if isinstance(declared, ManualRow | EmotionalRow):
        lines.append(declared.question)
        if isinstance(declared, EmotionalRow):
            lines.append(f"1 {declared.low} … 5 {declared.high}; asked for is {row.threshold}")
    elif isinstance(declared, AutomaticRow):
        metric = metric_of(declared.metric)
        lines.append(f"{metric.title}: {metric.formula}")
        lines.append(f"{row.value or 'no value'}, asked for is {row.threshold}; source: {row.source}")
    else:
        lines.append(f"{row.value}, asked for is {row.threshold}")
    if row.why:
        lines.append(row.why[0].upper() + row.why[1:])
    if not declared.required:
        lines.append("It only tells: the ticket is not locked by it.")
    return "\n".join(lines)
