"""The two lines under the list of round trips: what those in view brought together."""

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import format
from ui.positions.figures import signed, trend
from ui.review.trip_index import Sums
from ui.theme import AGE_PX, HEADER_PX, Theme, ui_font

HEIGHT = 44


class TripFooter(QWidget):
    """n, won and lost, R and money, and how often the process was followed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._strong, self._small = ui_font(HEADER_PX, 600), ui_font(AGE_PX)
        self._theme = theme
        self._sums = Sums()
        self._rows = ""

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_sums(self, sums: Sums) -> None:
        """Show these."""
        self._sums = sums
        self.setAccessibleName(f"{self.first[0]}{self.first[1]}; {self.second}")
        self.update()

    def show_rows(self, first: int, last: int) -> None:
        """Say which rows are in view."""
        rows = f"rows {first} – {last}" if last else ""
        if rows != self._rows:
            self._rows = rows
            self.update()

    @property
    def first(self) -> tuple[str, str]:
        """The first line: n, and how many of them won and lost."""
        sums = self._sums
        words = f" · {sums.won} won, {sums.lost} lost"
        return f"n {sums.n}", words + (f", {sums.still_open} open" if sums.still_open else "")

    @property
    def second(self) -> str:
        """The second line: how often the process was followed, of those that have a verdict."""
        sums = self._sums
        if not sums.judged:
            return "no verdict on the process yet"
        share = format.percent(sums.followed / sums.judged, 1)
        return f"process followed {sums.followed} of {sums.judged} · {share}"

    def figures(self) -> list[tuple[str, str]]:
        """(text, token) of the sums: R, then money by coin."""
        sums = self._sums
        found = [(f"{signed(sums.r)} R", trend(sums.r))] if sums.with_r else []
        for asset, net in sums.money:
            decimals = 2 if abs(net) >= 1 or not net else 6
            found.append((f"{signed(net, decimals)} {asset}", trend(net, decimals)))
        return found

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.fillRect(self.rect(), theme.panel)
        painter.fillRect(0, 0, self.width(), 1, theme.hairline)
        strong, small = QFontMetricsF(self._strong), QFontMetricsF(self._small)
        upper, lower = 18.0, 36.0
        count, words = self.first
        painter.setFont(self._strong)
        painter.setPen(theme.text)
        painter.drawText(QPointF(10, upper), count)
        left = 10 + strong.horizontalAdvance(count)
        right = float(self.width() - 10)
        for text, token in reversed(self.figures()):
            width = strong.horizontalAdvance(text)
            if right - width < left + 8:
                break  # a figure is shown whole or not at all
            painter.setPen(getattr(theme, token))
            painter.drawText(QPointF(right - width, upper), text)
            right -= width + 12
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        if left + small.horizontalAdvance(words) < right:
            painter.drawText(QPointF(left, upper), words)
        painter.drawText(QPointF(10, lower), self.second)
        width = small.horizontalAdvance(self._rows)
        if 10 + small.horizontalAdvance(self.second) + 12 < self.width() - 10 - width:
            painter.drawText(QPointF(self.width() - 10 - width, lower), self._rows)
