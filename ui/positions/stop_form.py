"""The line in which a stop is moved: nearer at will, farther only with a thesis that has changed."""

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from ui.positions.inline_form import InlineForm


class StopForm(InlineForm):
    """Tells the symbol, the price, and the changed thesis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("New stop", "Move", "How has the thesis changed?", parent)
        self._stop: Decimal | None = None
        self._sign = 1

    def open(self, symbol: str, stop: Decimal | None, *, long: bool) -> None:
        """Ask for the new stop of a position."""
        self._stop, self._sign = stop, 1 if long else -1
        self.begin(symbol, f"Stop of {symbol}", "" if stop is None else f"{stop:f}")

    def asks_reason(self, figure: Decimal) -> bool:
        return self._stop is not None and (figure - self._stop) * self._sign < 0 < figure

    def verdict(self, figure: Decimal | None) -> tuple[bool, str]:
        if figure is None or figure <= 0:
            return False, "A price above zero"
        if self.asks_reason(figure):
            words = "" if self.written else "gives more room: say how the thesis has changed"
            return not words, words
        return figure != self._stop, "" if figure == self._stop else "tightens"
