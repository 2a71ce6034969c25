"""Correlation: how every pair of the followed symbols moves together, and how sure that is."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.commands import Command
from ui.condition_view import COVERED
from ui.correlation.cell_text import METHOD_NAMES
from ui.correlation.choices import ChoiceBar
from ui.correlation.halves import Upper
from ui.correlation.headline import detail_words, subject_words
from ui.correlation.matrix_margins import Held
from ui.correlation.matrix_view import CUTS, USUAL_CUT, MatrixView
from ui.correlation.pair_view import PairView
from ui.correlation.source import LEAST_BARS, CorrelationSource
from ui.correlation.spans import SPANS, USUAL_SPAN, Span
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from workstation.analytics.correlation_matrix import Method

MOST_SYMBOLS = 200
ROOMY_PX = 820
"""Width from which the header says more than how many symbols there are."""
CUT_STEP = 0.02


class CorrelationPanel(Panel):
    """Shows the watchlist's correlations over closed bars; every closed bar moves them on."""

    kind: ClassVar[str] = "correlation"
    title: ClassVar[str] = "Correlation"
    rate_hz: ClassVar[float] = 2.0
    of_symbol: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.span, self.method = USUAL_SPAN, Method.PEARSON
        self.clustered, self.upper, self.without_crash = True, Upper.CHANGE, False
        self.cut = USUAL_CUT
        self.pair: tuple[str, str] | None = None
        self._held: dict[str, Held] = {}
        self.source = CorrelationSource()
        self._workstation = services.workstation
        self.matrix = MatrixView(self.theme)
        self.matrix.pair_chosen.connect(self.show_pair)
        self.matrix.symbol_chosen.connect(lambda symbol: self.link.set_symbol(symbol))
        self.matrix.cut_moved.connect(self.set_cut)
        self.pair_view = PairView(self.theme)
        self.pair_view.closed.connect(self.close_pair)
        self.pair_view.hide()
        body = QSplitter(Qt.Orientation.Vertical)
        body.setChildrenCollapsible(False)
        for widget, share in ((self.matrix, 7), (self.pair_view, 3)):
            body.addWidget(widget)
            body.setStretchFactor(body.count() - 1, share)
        body.setSizes([660, 340])
        whole = QWidget(self)
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.bar = ChoiceBar(self.set_span, self.set_method, self.set_upper, self.toggle_crash)
        layout.addWidget(self.bar)
        layout.addWidget(body, 1)
        self.set_body(whole)
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
        self._change_action = menu.addAction("Change above the diagonal\tD")
        self._net_action = menu.addAction("Net of BTC above the diagonal\tN")
        self._crash_action = menu.addAction("Without days of a crash\tX")
        for action, toggle in (
            (self._order_action, self.toggle_order),
            (self._change_action, self.toggle_changes),
            (self._net_action, self.toggle_net),
            (self._crash_action, self.toggle_crash),
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
        held = self._held_now()
        reader = workstation.past_reader
        is_new = self.source.refresh(states, self.span, self.method, self.without_crash, reader)
        if is_new or held != self._held:
            self._held = held
            self._show_choices()
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
            other = "] takes a longer window" if span is SPANS[0] else "[ takes a shorter window"
            hint = f"They come in as the market goes on and as history is filled in; {other}."
            self.header.set_subject(self.title, f"0 of {known} symbols")
            self.header.set_detail("")
            self.cover(words, hint, Condition.EMPTY)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)

    def _held_now(self) -> dict[str, Held]:
        """What is held, and the ticket of the linked symbol."""
        trading, tickets, symbol = self.services.trading, self.services.tickets, self.link.symbol
        positions = {} if trading is None else trading.floor.portfolio.positions
        held = {one: Held.LONG if now.size > 0 else Held.SHORT for one, now in positions.items()}
        if symbol and symbol not in held and tickets.is_armed(symbol):
            held[symbol] = Held.TICKET
        return held

    def _show_found(self) -> None:
        found = self.source.found
        pair = self.pair if found is not None and self.pair and set(self.pair) <= set(found.symbols) else None
        self.matrix.show_found(
            found, clustered=self.clustered, upper=self.upper, pair=pair, cut=self.cut, held=self._held
        )
        if found is None:
            return
        if pair is not None:
            self.pair_view.show_pair(found, *pair)
        self.pair_view.setVisible(pair is not None)
        self.header.set_subject(self.title, subject_words(found, roomy=self.width() >= ROOMY_PX))
        self.header.set_detail(detail_words(found, self.clustered, self.cut))
        named = ", ".join(found.left_out[:12]) + (" …" if len(found.left_out) > 12 else "")
        self.header.setToolTip(f"Left out, under {LEAST_BARS} bars: {named}" if named else "")

    # Choices.

    def set_span(self, span: Span) -> None:
        """Take another window; ticks are there for the short ones only."""
        self.span = span
        if not span.tick_ms and self.method is Method.TICKS:
            self.method = Method.PEARSON
        self._choose()

    def set_method(self, method: Method) -> None:
        """Work correlations out another way; ticks take the longest window that they are there for."""
        self.method = method
        if method is Method.TICKS and not self.span.tick_ms:
            self.span = [span for span in SPANS if span.tick_ms][-1]
        self._choose()

    def toggle_order(self) -> None:
        """Put likes beside each other, or keep the watchlist's order."""
        self.clustered = not self.clustered
        self._choose()

    def set_upper(self, upper: Upper) -> None:
        """Show something else above the diagonal."""
        self.upper = upper
        self._choose()

    def toggle_changes(self) -> None:
        """Show what has changed against the longer window above the diagonal, or the mirror."""
        self.set_upper(Upper.MIRROR if self.upper is Upper.CHANGE else Upper.CHANGE)

    def toggle_net(self) -> None:
        """Show what is left without BTC above the diagonal, or the mirror."""
        self.set_upper(Upper.MIRROR if self.upper is Upper.NET else Upper.NET)

    def toggle_crash(self) -> None:
        """Leave days of a crash out, or take them in."""
        self.without_crash = not self.without_crash
        self._choose()

    def set_cut(self, cut: float) -> None:
        """Make groups of branches that are at least so alike."""
        self.cut = min(CUTS[1], max(CUTS[0], round(cut, 2)))
        self._show_found()

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
        found, span = self.source.found, self.span
        for button, words in (
            (self.span_button, span.title),
            (self.method_button, METHOD_NAMES[self.method]),
        ):
            button.setText(words)
            for action in button.menu().actions():
                action.setChecked(action.data() == words)
        self._order_action.setChecked(self.clustered)
        self._change_action.setChecked(self.upper is Upper.CHANGE)
        self._net_action.setChecked(self.upper is Upper.NET)
        self._crash_action.setChecked(self.without_crash)
        self.bar.show_choices(found, span, self.method, self.upper, self.without_crash)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_choices()

    def _place_choices(self) -> None:
        """Narrower than all its buttons, or with the row covered, the choices are menus of the header."""
        roomy = self.width() >= self.bar.sizeHint().width()
        self.bar.setVisible(roomy)
        for button in (self.span_button, self.method_button):
            self.header.leave_out(button, roomy and self.condition not in COVERED)

    def update_condition(self) -> None:
        super().update_condition()
        self._place_choices()

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
        if event.key() == Qt.Key.Key_G and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self.set_cut(self.cut - CUT_STEP)
        elif event.modifiers():
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
        elif event.key() == Qt.Key.Key_N:
            self.toggle_net()
        elif event.key() == Qt.Key.Key_X:
            self.toggle_crash()
        elif event.key() == Qt.Key.Key_G:
            self.set_cut(self.cut + CUT_STEP)
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
            ("M", "Next method: Pearson, Spearman, EWMA, Hayashi–Yoshida on ticks"),
            ("O", "Likes beside each other, or the watchlist's order"),
            ("D", "Above the diagonal: change against the longer window"),
            ("N", "Above the diagonal: net of BTC"),
            ("X", "Without days of a crash"),
            ("G, Shift+G", "Tighter, looser groups; or drag the cut through the tree"),
            ("Ctrl+C", "Copy the pair; without one, the whole matrix"),
            ("Esc", "Leave the pair"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Correlation: likes beside each other or the watchlist's order", self.toggle_order, "O"),
            Command("Correlation: change against the longer window", self.toggle_changes, "D"),
            Command("Correlation: net of BTC", self.toggle_net, "N"),
            Command("Correlation: without days of a crash", self.toggle_crash, "X"),
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
        self.clustered, self.upper, self.pair = True, Upper.CHANGE, None
        self.without_crash, self.cut = False, USUAL_CUT
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
            "upper": self.upper.value,
            "without_crash": self.without_crash,
            "cut": self.cut,
            "pair": None if self.pair is None else list(self.pair),
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        self.span = next((span for span in SPANS if span.title == saved.get("window")), self.span)
        methods = (method for method in Method if method.value == saved.get("method"))
        self.method = next(methods, self.method)
        uppers = (upper for upper in Upper if upper.value == saved.get("upper"))
        self.upper = next(uppers, self.upper)
        cut = saved.get("cut")
        if isinstance(cut, float) and CUTS[0] <= cut <= CUTS[1]:
            self.cut = cut
        for name in ("clustered", "without_crash"):
            value = saved.get(name)
            if isinstance(value, bool):
                setattr(self, name, value)
        match saved.get("pair"):
            case [str(first), str(second)] if first != second:
                self.pair = first, second
        self._show_choices()
