"""Finds the figures that a panel shows, and which term each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.format import NO_FIGURE
from ui.help.painted import Painted, painted
from ui.help.terms import Term, Terms, is_figure

SAME_LINE_PX = 7.0
BESIDE_PX = 14.0
"""A title stands above a figure if it begins or ends so near to it."""
NEAR_PX = 10.0
"""The pointer is on a figure if it is so near to it."""


@runtime_checkable
class NamesFigures(Protocol):
    """A widget that knows what the figure at a place of it is called, where no title stands above it."""

    def figure_name(self, at: QPoint) -> str:
        """The column's or the row's title at a place in its own pixels; "" for none."""
        ...


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure on screen.

    Attributes:
        painted: its text and where it stands, in the panel's pixels.
        term: what it is; None for one that nothing is declared of.
        row: the words that its row begins with.
        is_title: it is what figures are called, and none itself.
    """

    painted: Painted
    term: Term | None
    row: str
    is_title: bool = False

    def is_at(self, other: Figure) -> bool:
        """It stands where another stood, whatever its value."""
        mine, theirs = self.painted, other.painted
        return (
            abs(mine.middle - theirs.middle) < 1 and mine.left <= theirs.right and theirs.left <= mine.right
        )

    @property
    def text(self) -> str:
        """As it is shown."""
        return self.painted.text


class FigureReader:
    """What a widget shows at this moment, to be asked of any place in it.

    What a figure is follows from the widget that paints it, where that shows one thing; else from its own
    text, from what stands left of it, from what stands above it, and at last from the widget whatever it
    shows. Buttons and names with digits in them are no figures; a title is asked of like its figures.
    """

    def __init__(self, root: QWidget, terms: Terms) -> None:
        """Let `root` paint once, and keep its texts."""
        self._root, self._terms = root, terms
        inside = root.rect()
        self._texts = [text for text in painted(root) if inside.contains(text.centre)]

    def figures(self) -> list[Figure]:
        """Every figure that is shown, line by line."""
        found = [self._figure(text) for text in self._texts if self._is_figure(text)]
        found.sort(key=lambda one: (round(one.painted.middle / SAME_LINE_PX), one.painted.left))
        return found

    def at(self, point: QPoint) -> Figure | None:
        """The figure or the title that the pointer is on, or the nearest within a few pixels."""
        for text in sorted(self._texts, key=lambda text: _distance(text, point)):
            if _distance(text, point) > NEAR_PX:
                return None
            if self._is_figure(text) or self._title_term(text) is not None:
                return self._figure(text)
        return None

    def _is_figure(self, text: Painted) -> bool:
        return (
            is_figure(text.text)
            and not self._terms.is_word(text.text)
            and self._title_term(text) is None
            and not self._is_button(text)
        )

    def _title_term(self, text: Painted) -> Term | None:
        """The term of which this is a title; None for a figure."""
        return None if text.text == NO_FIGURE else self._terms.of_label(text.text)

    def _is_button(self, text: Painted) -> bool:
        return isinstance(self._root.childAt(text.centre), QAbstractButton)

    def _figure(self, text: Painted) -> Figure:
        left = sorted((one for one in self._texts if _is_left_on_line(one, text)), key=lambda one: -one.right)
        title = self._title_term(text)
        row = left[-1].text if left else ""
        return Figure(text, title or self._term(text, left), row, is_title=title is not None)

    def _term(self, text: Painted, left: Sequence[Painted]) -> Term | None:
        terms, widgets = self._terms, self._widgets(text)
        for widget in widgets:
            term = terms.of_label(f"@{type(widget).__name__}")
            if term is not None:
                return term
        term = terms.of_text(text.text)
        if term is not None:
            return term
        above = sorted((one for one in self._texts if _is_above(one, text)), key=lambda one: -one.middle)
        labels = [
            *self._told(text, widgets),
            *(one.text for one in (*left, *above)),
            *(f"~{type(widget).__name__}" for widget in widgets),
        ]
        return next((term for label in labels if (term := terms.of_label(label))), None)

    def _widgets(self, text: Painted) -> list[QWidget]:
        """What paints a text, and what that stands in, from the inside out."""
        found: list[QWidget] = []
        widget: QWidget | None = self._root.childAt(text.centre) or self._root
        while widget is not None:
            found.append(widget)
            widget = None if widget is self._root else widget.parentWidget()
        return found

    def _told(self, text: Painted, widgets: Sequence[QWidget]) -> list[str]:
        """What the widget itself calls the figure that it paints there, if it says so."""
        at = text.centre
        return [
            widget.figure_name(widget.mapFrom(self._root, at))
            for widget in widgets
            if isinstance(widget, NamesFigures)
        ]


def _is_left_on_line(other: Painted, text: Painted) -> bool:
    return (
        other is not text and other.right <= text.left + 2 and abs(other.middle - text.middle) < SAME_LINE_PX
    )


def _is_above(other: Painted, text: Painted) -> bool:
    if other is text or other.middle >= text.middle - SAME_LINE_PX:
        return False
    return (
        (other.left <= text.right and text.left <= other.right)
        or abs(other.right - text.right) < BESIDE_PX
        or abs(other.left - text.left) < BESIDE_PX
    )


def _distance(text: Painted, point: QPoint) -> float:
    across = max(text.left - point.x(), 0.0, point.x() - text.right)
    down = max(text.top - point.y(), 0.0, point.y() - text.bottom)
    return max(across, down)
