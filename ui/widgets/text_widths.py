"""Widths of texts that are painted again and again: measuring them costs more than painting them."""

from PySide6.QtGui import QFontMetricsF

MOST_KEPT = 1_000


class TextWidths:
    """Measures texts of one font, each once."""

    def __init__(self, metrics: QFontMetricsF) -> None:
        self._metrics = metrics
        self._known: dict[str, float] = {}

    def __call__(self, text: str) -> float:
        """Width of a text, px."""
        width = self._known.get(text)
        if width is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            width = self._known[text] = self._metrics.horizontalAdvance(text)
        return width
