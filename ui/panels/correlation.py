"""Correlation: how every pair of the followed symbols moves together, and how sure that is."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import QMenu, QSplitter, QToolButton, QWidget

from ui.commands import Command
from ui.correlation.cell_text import METHOD_NAMES
from ui.correlation.matrix_view import MatrixView
from ui.correlation.pair_view import PairView
from ui.correlation.source import LEAST_BARS, CorrelationSource
from ui.correlation.spans import SPANS, USUAL_SPAN, Span
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from workstation.analytics.correlation_matrix import Method

MOST_SYMBOLS = 200


class CorrelationPanel(Panel):
    """Shows the watchlist's correlations over closed bars; every closed bar moves them on."""

    kind: ClassVar[str] = "correlation"
    title: ClassVar[str] = "Correlation"
    rate_hz: ClassVar[float] = 2.0
    of_symbol: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.span, self.method = USUAL_SPAN, Method.PEARSON
        self.clustered, self.changes = True, False
        self.pair: tuple[str, str] | None = None
        self.source = CorrelationSource()
        self._workstation = services.workstation
        self.matrix = MatrixView(self.theme)
        self.matrix.pair_chosen.connect(self.show_pair)
        self.matrix.symbol_chosen.connect(lambda symbol: self.link.set_symbol(symbol))
        self.pair_view = PairView(self.theme)
        self.pair_view.closed.connect(self.close_pair)
        self.pair_view.hide()
        body = QSplitter(Qt.Orientation.Vertical)
        body.setChildrenCollapsible(False)
        for widget, share in ((self.matrix, 7), (self.pair_view, 3)):
            body.addWidget(widget)
            body.setStretchFactor(body.count() - 1, share)
        body.setSizes([660, 340])
        self.set_body(body)
        self.setFocusProxy(self.matrix)
        self.span_button = self._picker("Window ( [ and ] )", "Window")
        self.method_button = self._picker("Method (M)", "Method")
        spans, methods = self.span_button.menu(), self.method_button.menu()
        for span in SPANS:
            words = f"{span.title}  of {span.bar} returns"
            self._add_choice(spans, words, span.title, partial(self.set_span, span))
        for method, name in METHOD_NAMES.items():
            self._add_choice(methods, name, name, partial(self.set_method, method))
        menu = self.header.menu
        menu.addSeparator()
        self._order_action = menu.addAction("Likes beside each other\tO")
        self._change_action = menu.addAction("Change against the longer window\tD")
        for action, toggle in (
            (self._order_action, self.toggle_order),
            (self._change_action, self.toggle_changes),
        ):
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, toggle=toggle: toggle())
        self._show_choices()

    # What is shown.

    def refresh(self) -> None:
        workstation = self.services.workstation
        if workstation is not self._workstation:
            self._workstation = workstation
            self.market_reset()
        states = list(workstation.market.states.values())[:MOST_SYMBOLS]
        if len(states) < 2:
            self._cover_without_symbols(len(states))
            return
        if self.source.refresh(states, self.span, self.method):
            self._show_found()
        self._say_what()

    def _cover_without_symbols(self, count: int) -> None:
        self.header.set_subject(self.title, "")
        self.header.set_detail("")
        if count:
            words = "One symbol correlates with nothing."
            self.cover(words, "Follow more: Insert in the watchlist, or Ctrl+K.", Condition.EMPTY)
        elif self.services.workstation.live is not None:
            self.cover("No symbol is followed.", "Follow some: Ctrl+K and their names.", Condition.EMPTY)
        else:
            self.cover("No symbol is followed.", "Open a market in the menu at the top.", Condition.EMPTY)

    def _say_what(self) -> None:
        found, span = self.source.found, self.span
        if found is None:
            self.cover(f"Working out {span.title} of {span.bar} returns…")
            return
        if len(found.symbols) < 2:
            known = len(found.symbols) + len(found.left_out)
            words = f"Too few bars: {span.title} needs {LEAST_BARS} closed {span.bar} returns of two symbols."
            hint = "They come in as the market goes on and as history is filled in; [ takes a shorter window."
            self.header.set_subject(self.title, f"0 of {known} symbols")
            self.header.set_detail("")
            self.cover(words, hint, Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)

    def _show_found(self) -> None:
        found = self.source.found
        if found is None:
            self.matrix.show_found(None, clustered=self.clustered, changes=self.changes, pair=None)
            return
        pair = self.pair if self.pair is not None and set(self.pair) <= set(found.symbols) else None
        self.matrix.show_found(found, clustered=self.clustered, changes=self.changes, pair=pair)
        if pair is not None:
            self.pair_view.show_pair(found, *pair)
        self.pair_view.setVisible(pair is not None)
        count, every = len(found.symbols), len(found.symbols) + len(found.left_out)
        how_many = f"{count} symbols" if count == every else f"{count} of {every} symbols"
        self.header.set_subject(self.title, how_many)
        above = found.values[np.triu_indices(count, 1)]
        above = above[np.isfinite(above)]
        detail = []
        if len(above):
            detail.append((f"median ρ {np.median(above):.2f}".replace("-", "−"), "muted"))
        short = int((np.diagonal(found.counts) < found.span.bars).sum())
        if short:
            detail.append((f"{short} with missing bars", "muted"))
        self.header.set_detail(detail)
        named = ", ".join(found.left_out[:12]) + (" …" if len(found.left_out) > 12 else "")
        self.header.setToolTip(f"Left out, under {LEAST_BARS} bars: {named}" if named else "")

    # Choices.

    def set_span(self, span: Span) -> None:
        """Take another window."""
        self.span = span
        self._choose()

    def set_method(self, method: Method) -> None:
        """Work correlations out another way."""
        self.method = method
        self._choose()

    def toggle_order(self) -> None:
        """Put likes beside each other, or keep the watchlist's order."""
        self.clustered = not self.clustered
        self._choose()

    def toggle_changes(self) -> None:
        """Show what has changed against the longer window, or correlations themselves."""
        self.changes = not self.changes
        self._choose()

    def show_pair(self, first: str, second: str) -> None:
        """Show how the correlation of two symbols went, and their returns."""
        self.pair = first, second
        self._show_found()

    def close_pair(self) -> None:
        """Give the whole panel to the matrix again."""
        self.pair = None
        self._show_found()
        self.matrix.setFocus()

    def _choose(self) -> None:
        self._show_choices()
        self._show_found()
        self.refresh()

    def _show_choices(self) -> None:
        for button, words in (
            (self.span_button, self.span.title),
            (self.method_button, METHOD_NAMES[self.method]),
        ):
            button.setText(words)
            for action in button.menu().actions():
                action.setChecked(action.data() == words)
        self._order_action.setChecked(self.clustered)
        self._change_action.setChecked(self.changes)

    def _picker(self, tip: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(button)
        QActionGroup(menu)
        button.setMenu(menu)
        self.header.add_control(button)
        return button

    def _add_choice(self, menu: QMenu, words: str, data: str, choose: partial[None]) -> None:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setData(data)
        action.triggered.connect(lambda _checked=False: choose())

    # The desk's hooks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = SPANS.index(self.span)
        methods = list(METHOD_NAMES)
        if event.modifiers():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_BracketLeft:
            self.set_span(SPANS[max(0, place - 1)])
        elif event.key() == Qt.Key.Key_BracketRight:
            self.set_span(SPANS[min(len(SPANS) - 1, place + 1)])
        elif event.key() == Qt.Key.Key_M:
            self.set_method(methods[(methods.index(self.method) + 1) % len(methods)])
        elif event.key() == Qt.Key.Key_O:
            self.toggle_order()
        elif event.key() == Qt.Key.Key_D:
            self.toggle_changes()
        elif event.key() == Qt.Key.Key_Escape and self.pair is not None:
            self.close_pair()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("← ↑ → ↓", "Move from pair to pair"),
            ("Enter, click", "Course and scatter of the pair"),
            ("Shift+Enter, double click", "Show the row's symbol in linked panels"),
            ("[ ]", "Shorter, longer window"),
            ("M", "Next method: Pearson, Spearman, EWMA"),
            ("O", "Likes beside each other, or the watchlist's order"),
            ("D", "Change against the longer window"),
            ("Ctrl+C", "Copy the pair; without one, the whole matrix"),
            ("Esc", "Leave the pair"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Correlation: likes beside each other or the watchlist's order", self.toggle_order, "O"),
            Command("Correlation: change against the longer window", self.toggle_changes, "D"),
            *(Command(f"Correlation over {span.title}", partial(self.set_span, span)) for span in SPANS),
            *(
                Command(f"Correlation by {name}", partial(self.set_method, method))
                for method, name in METHOD_NAMES.items()
            ),
        ]

    def data_age_s(self) -> float | None:
        return self.services.feed.data_age_s()

    def market_reset(self) -> None:
        self.source.forget()
        self._show_found()

    def theme_changed(self, theme: Theme) -> None:
        self.matrix.set_theme(theme)
        self.pair_view.set_theme(theme)

    def reset_view(self) -> None:
        self.clustered, self.changes, self.pair = True, False, None
        self.span, self.method = USUAL_SPAN, Method.PEARSON
        self._choose()

    def put_away(self) -> None:
        self.source.close()
        super().put_away()

    def save_state(self) -> dict[str, object]:
        return {
            "window": self.span.title,
            "method": self.method.value,
            "clustered": self.clustered,
            "changes": self.changes,
            "pair": None if self.pair is None else list(self.pair),
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        self.span = next((span for span in SPANS if span.title == saved.get("window")), self.span)
        methods = (method for method in Method if method.value == saved.get("method"))
        self.method = next(methods, self.method)
        for name in ("clustered", "changes"):
            value = saved.get(name)
            if isinstance(value, bool):
                setattr(self, name, value)
        match saved.get("pair"):
            case [str(first), str(second)] if first != second:
                self.pair = first, second
        self._show_choices()
