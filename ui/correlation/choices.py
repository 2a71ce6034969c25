"""A row of buttons in groups, one pressed in each: the choices of a wide panel, seen at once."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from ui.correlation.cell_text import METHOD_NAMES, SHORT_METHOD_NAMES, crash_words
from ui.correlation.halves import Upper, upper_possible
from ui.correlation.source import Correlations
from ui.correlation.spans import SPANS, Span
from workstation.analytics.correlation_matrix import Method

Choice = TypeVar("Choice")


class ChoiceGroup(QWidget, Generic[Choice]):
    """Buttons of which one is pressed."""

    def __init__(
        self, choices: Sequence[tuple[Choice, str, str]], choose: Callable[[Choice], None], name: str
    ) -> None:
        """Offer choices.

        Args:
            choices: (choice, title, tool tip). choose: told of the one that was pressed.
            name: of the group, for those who hear the window.
        """
        super().__init__()
        self.setAccessibleName(name)
        self._buttons: dict[Choice, QToolButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        group = QButtonGroup(self)
        for choice, title, tip in choices:
            button = self._buttons[choice] = QToolButton(self)
            button.setText(title)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, choice=choice: choose(choice))
            group.addButton(button)
            layout.addWidget(button)

    def show_choice(self, chosen: Choice, possible: Callable[[Choice], bool] = lambda _: True) -> None:
        """Press the button of what is chosen, and let those be pressed that can be."""
        for choice, button in self._buttons.items():
            button.setChecked(choice == chosen)
            button.setEnabled(choice == chosen or possible(choice))

    def name_choice(self, choice: Choice, title: str) -> None:
        """Put another title on a button."""
        self._buttons[choice].setText(title)


class ChoiceBar(QWidget):
    """Window, method, what stands above the diagonal, and whether days of a crash count."""

    def __init__(
        self,
        set_span: Callable[[Span], None],
        set_method: Callable[[Method], None],
        set_upper: Callable[[Upper], None],
        toggle_crash: Callable[[], None],
    ) -> None:
        """Tell what was pressed."""
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(6)
        spans = [(span, span.title, f"{span.title} of {span.bar} returns ( [ and ] )") for span in SPANS]
        methods = [
            (method, SHORT_METHOD_NAMES[method], f"{name} (M)") for method, name in METHOD_NAMES.items()
        ]
        uppers = [
            (Upper.MIRROR, "Mirror", "The same above the diagonal as below"),
            (Upper.NET, "Net of BTC", "Partial correlation: without what both owe to BTC (N)"),
            (Upper.CHANGE, "Change", "Less the correlation of the longer window (D)"),
        ]
        self._spans = ChoiceGroup(spans, set_span, "Window")
        self._methods = ChoiceGroup(methods, set_method, "Method")
        self._uppers = ChoiceGroup(uppers, set_upper, "Upper half")
        self._crash = QToolButton(self)
        self._crash.setText("Without a crash")
        self._crash.setCheckable(True)
        self._crash.setToolTip(
            "Leave out UTC days on which the median symbol moved by twelve usual bars within one (X)"
        )
        self._crash.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._crash.clicked.connect(lambda: toggle_crash())
        for widget in (self._spans, self._methods, self._uppers):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self._crash)

    def show_choices(
        self, found: Correlations | None, span: Span, method: Method, upper: Upper, without_crash: bool
    ) -> None:
        """Press the buttons of what is chosen; those of which there is nothing to show cannot be pressed."""
        self._spans.show_choice(span)
        self._methods.show_choice(method)
        self._uppers.name_choice(Upper.CHANGE, f"Δ vs {span.reference}")
        self._uppers.show_choice(upper, lambda upper: found is None or upper_possible(found, upper))
        if found is not None and found.span is span:
            self._crash.setText(f"Without {crash_words(found)}")
            self._crash.setEnabled(bool(found.crash_days_ms))
        self._crash.setChecked(without_crash)
