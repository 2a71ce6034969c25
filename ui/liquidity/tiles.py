"""A row of figures above a picture: a title, a large figure with its unit, and what it means below."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.theme import AGE_PX, Theme, ui_font

TILES_PX = 62
LEAST_TILE_PX = 128
FIGURE_PX = 16
PADDING = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure.

    Attributes:
        title: above it. figure: large. unit: small behind it. note: below it. tip: the whole story.
        token: the theme's colour of the figure.
    """

    title: str
    figure: str
    unit: str
    note: str
    tip: str = ""
    token: str = "text"


class Tiles(QWidget):
    """Paints tiles side by side; the last ones are left out where there is no room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.tiles: tuple[Tile, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Liquidity now")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def sizeHint(self) -> QSize:
        return QSize(4 * LEAST_TILE_PX, TILES_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_TILE_PX, TILES_PX)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these."""
        if tuple(tiles) != self.tiles:
            self.tiles = tuple(tiles)
            self.update()

    @property
    def _count(self) -> int:
        return max(1, min(len(self.tiles), self.width() // LEAST_TILE_PX))

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QHelpEvent.Type.ToolTip:
            place = int(event.pos().x() * self._count / max(1, self.width()))
            tip = self.tiles[place].tip if place < min(self._count, len(self.tiles)) else ""
            if tip:
                QToolTip.showText(event.globalPos(), tip, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)  # type: ignore[arg-type]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        if not self.tiles:
            return
        width = self.width() / self._count
        small, large = ui_font(AGE_PX), ui_font(FIGURE_PX, 600)
        fit, fit_large = QFontMetricsF(small), QFontMetricsF(large)
        for place, tile in enumerate(self.tiles[: self._count]):
            left = place * width
            if place:
                painter.setPen(self._theme.hairline)
                painter.drawLine(QPointF(left, 9), QPointF(left, TILES_PX - 9))
            box = QRectF(left + PADDING, 6, width - PADDING - 4, TILES_PX - 12)
            painter.setFont(small)
            painter.setPen(self._theme.muted)
            elided = fit.elidedText(tile.title, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QPointF(box.left(), box.top() + 10), elided)
            note = fit.elidedText(tile.note, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QPointF(box.left(), box.bottom() - 1), note)
            painter.setFont(large)
            painter.setPen(getattr(self._theme, tile.token))
            base = QPointF(box.left(), box.top() + 31)
            painter.drawText(base, tile.figure)
            painter.setFont(small)
            painter.setPen(self._theme.muted)
            after = fit_large.horizontalAdvance(tile.figure) + 4
            unit = fit.elidedText(tile.unit, Qt.TextElideMode.ElideRight, max(0.0, box.width() - after))
            painter.drawText(base + QPointF(after, 0), unit)
        painter.setPen(self._theme.hairline)
        painter.drawLine(0, TILES_PX - 1, self.width(), TILES_PX - 1)
