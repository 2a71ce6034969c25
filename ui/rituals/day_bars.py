"""The days of a week as bars: what each brought in R, or in money where there is no R."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.positions.figures import signed
from ui.rituals.ritual_words import tone
from ui.theme import AGE_PX, HEADER_PX, Theme, tint, ui_font
from workstation.journal.rituals.week import Tally

HEIGHT_PX = 190
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class DayBars(QWidget):
    """Painted; up is won. Words stand beside every colour."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._days: tuple[Tally, ...] = ()
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_days(self, days: tuple[Tally, ...]) -> None:
        """Show these seven."""
        self._days = days
        self.setAccessibleName(
            "; ".join(f"{name} {self._figure(one)}" for name, one in zip(_DAYS, days, strict=False))
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT_PX)

    def _value(self, one: Tally) -> float:
        if any(day.r is not None for day in self._days):
            return float(one.r or 0)
        return float(one.money[0][1]) if len(one.money) == 1 else 0.0

    def _figure(self, one: Tally) -> str:
        if not one.n:
            return "no trade"
        if one.r is not None:
            return f"{signed(one.r)} R"
        return signed(one.money[0][1]) if len(one.money) == 1 else f"{len(one.money)} coins"

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        if not self._days:
            return
        values = [self._value(one) for one in self._days]
        high, low = max(0.0, *values), min(0.0, *values)
        reach = (high - low) or 1.0
        top, room = 24.0, HEIGHT_PX - 72.0
        zero = top + room * high / reach
        step = self.width() / 7
        middle = Qt.AlignmentFlag.AlignCenter
        for place, (one, value) in enumerate(zip(self._days, values, strict=True)):
            left = place * step
            color = getattr(theme, tone(value))
            length = room * abs(value) / reach
            bar = QRectF(left + step * 0.2, zero - length if value > 0 else zero, step * 0.6, length)
            painter.fillRect(bar, tint(color, 0.75))
            painter.setFont(ui_font(HEADER_PX, 500))
            painter.setPen(color)
            above = bar.top() - 20 if value >= 0 else bar.bottom() + 2
            painter.drawText(QRectF(left, above, step, 18), middle, self._figure(one))
            painter.setFont(ui_font(AGE_PX))
            painter.setPen(theme.muted)
            day = f"{_DAYS[place]} {int(one.name[-2:])}"
            words = f"{day} · n {one.n}" if one.n else day
            painter.drawText(QRectF(left, HEIGHT_PX - 20, step, 18), middle, words)
        painter.fillRect(QRectF(0, zero, self.width(), 1), theme.hairline)
