"""Rows of figures in a ticket: a title, and one figure or two with an arrow between them."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.theme import AGE_PX, HEADER_PX, ThemeSource, ui_font
from ui.ticket.effects import Effect

LEFT_PX = 10
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FigureRows(QWidget):
    """One block of a ticket under its heading."""

    def __init__(
        self, themes: ThemeSource, heading: str, note: str = "", parent: QWidget | None = None
    ) -> None:
        """Make a block.

        Args:
            heading: over the titles. note: over the figures.
        """
        super().__init__(parent)
        self._themes = themes
        self._heading, self._note = heading, note
        self._rows: tuple[Effect, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(heading)
        themes.changed.connect(self._dress)

    @property
    def rows(self) -> tuple[Effect, ...]:
        """What is shown."""
        return self._rows

    def show_rows(self, rows: Sequence[Effect]) -> None:
        """Show these; nothing is painted anew if they are the same."""
        shown = tuple(rows)
        if shown == self._rows:
            return
        resized = len(shown) != len(self._rows)
        self._rows = shown
        if resized:
            self.updateGeometry()
        self.update()

    def words(self) -> str:
        """All of it as text, for the clipboard and for tests."""
        return "\n".join(
            f"{row.title}: {row.now + ' → ' if row.now else ''}{row.after}" for row in self._rows
        )

    def sizeHint(self) -> QSize:
        return QSize(240, (len(self._rows) + 1) * self._row_px + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, (len(self._rows) + 1) * self._row_px + 6)

    @property
    def _row_px(self) -> int:
        return self._themes.density.row_height - 4

    def _dress(self) -> None:
        self.updateGeometry()
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = int(event.pos().y() // self._row_px) - 1
            if 0 <= place < len(self._rows) and self._rows[place].why:
                QToolTip.showText(event.globalPos(), self._rows[place].why, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        painter.fillRect(QRectF(LEFT_PX, 0, self.width() - 2 * LEFT_PX, 1), theme.hairline)
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(theme.muted)
        width, high = self.width() - 2 * LEFT_PX, self._row_px
        painter.drawText(QRectF(LEFT_PX, 3, width, high), _LEFT, self._heading)
        painter.drawText(QRectF(LEFT_PX, 3, width, high), _RIGHT, self._note)
        font = ui_font(HEADER_PX)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        # Both figures stand in columns, so that what changes is read downwards.
        after_px = min(
            max([metrics.horizontalAdvance(row.after) for row in self._rows if row.now] or [0.0]), width * 0.4
        )
        for place, row in enumerate(self._rows, start=1):
            top = 3 + place * high
            used = metrics.horizontalAdvance(row.after)
            painter.setPen(getattr(theme, row.role))
            painter.drawText(QRectF(LEFT_PX, top, width, high), _RIGHT, row.after)
            if row.now:
                used = after_px
                painter.setPen(theme.muted)
                painter.drawText(QRectF(LEFT_PX, top, width - used - 8, high), _RIGHT, "→")
                used += 8 + metrics.horizontalAdvance("→") + 8
                painter.setPen(theme.text)
                painter.drawText(QRectF(LEFT_PX, top, width - used, high), _RIGHT, row.now)
                used += metrics.horizontalAdvance(row.now)
            painter.setPen(theme.muted)
            title = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, max(0.0, width - used - 8))
            painter.drawText(QRectF(LEFT_PX, top, width, high), _LEFT, title)
