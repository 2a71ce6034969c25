"""A row of spans in a panel's header, one of which is shown."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.widgets.choice_buttons import choice_buttons


class SpanButtons:
    """Buttons by the names of spans; `[` and `]` step through them."""

    def __init__(
        self, spans_ms: Mapping[str, int], usual: str, of: str, changed: Callable[[], None], parent: QWidget
    ) -> None:
        """Offer these spans.

        Args:
            usual: the one that is shown at first.
            of: what has a span, for the tip: "of the bars".
            changed: called when another one was chosen.
        """
        self._spans_ms = spans_ms
        self._usual = usual
        self._changed = changed
        self.name = usual
        """The span that is shown."""
        tip = f"The span{of and ' ' + of} ( [ and ] )"
        self.buttons = choice_buttons({name: (name, tip) for name in spans_ms}, self.choose, parent)
        self.buttons[usual].setChecked(True)

    @property
    def span_ms(self) -> int:
        """Length of the span that is shown."""
        return self._spans_ms[self.name]

    def choose(self, name: str) -> None:
        """Show another span."""
        self.name = name
        self.buttons[name].setChecked(True)
        self._changed()

    def reset(self) -> None:
        """Show the usual one."""
        self.choose(self._usual)

    def restore(self, name: object) -> None:
        """Show what was saved, if it is a span; nobody is told."""
        if isinstance(name, str) and name in self._spans_ms:
            self.name = name
            self.buttons[name].setChecked(True)

    def take_key(self, key: int) -> bool:
        """Go to the next shorter or longer span for `[` and `]`; return whether it was one of them."""
        if key not in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            return False
        step = 1 if key == Qt.Key.Key_BracketRight else -1
        names = list(self._spans_ms)
        self.choose(names[min(len(names) - 1, max(0, names.index(self.name) + step))])
        return True
