"""Price tags: a price written on the price axis, and the line that leads to it."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme, mix
from ui.widgets.plot_overlay import PlotOverlay

TAG_HEIGHT = 18


@dataclass(frozen=True, slots=True)
class PriceTag:
    """A price written on the axis.

    Attributes:
        price: quote per base unit.
        fill, ink: tokens of the theme that colour the box and its text.
        label: a letter before the price, where there are several tags.
        yields: it stands beside a tag that it would lie on, not over it.
    """

    price: float
    fill: str
    ink: str
    label: str = ""
    yields: bool = False


class PriceLine(PlotOverlay):
    """A dotted hairline across the price pane at one price."""

    def __init__(self, theme: Theme, token: str = "text", share: float = 0.28) -> None:
        """Make one that is not there yet, `share` of the way from the panel to the colour of `token`."""
        super().__init__(theme)
        self._token, self._share = token, share
        self._price: float | None = None

    def set_price(self, price: float | None) -> None:
        """Lie at another price; None hides the line."""
        if price == self._price:
            return
        before = self._line_rect()
        self._price = price
        after = self._line_rect()
        if after != before:
            self.update(before)
            self.update(after)

    def _line_rect(self) -> QRectF:
        if self._price is None or not self.mapping.low <= self._price <= self.mapping.high:
            return QRectF()
        return QRectF(0, round(self.mapping.y(self._price)), self.mapping.width, 1)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        line = self._line_rect()
        if not line.isEmpty():
            # A quiet solid line: dashes cost more than the candles, and the tag says what it is.
            painter.fillRect(line, mix(self.theme.panel, getattr(self.theme, self._token), self._share))
