"""Term structure: what dated futures cost over spot for a year, beside the perpetual's funding."""

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.commands import Command
from ui.derivatives.basis_reading import spot_of
from ui.derivatives.term_view import TermView, as_table
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from workstation.analytics.term_structure import expiry_of, term_points
from workstation.market.state import SymbolState
from workstation.model.instrument import ContractKind


class TermStructurePanel(Panel):
    """Shows the annualised basis of each dated future that is followed."""

    kind: ClassVar[str] = "term_structure"
    title: ClassVar[str] = "Term structure"
    rate_hz: ClassVar[float] = 1.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.view = TermView(self.theme, self)
        self.set_body(self.view)

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover_without_symbol()
            return
        base = state.instrument.base
        self.header.set_subject(base, "basis to spot, % a year, simple")
        self.header.set_detail("")
        futures = [
            other
            for other in self.services.workstation.market.states.values()
            if other.instrument.base == base
            and other.instrument.kind is not ContractKind.SPOT
            and expiry_of(other.instrument.symbol) is not None
        ]
        if not futures:
            self.cover(
                f"No dated future of {base} is followed.",
                f"{state.instrument.venue} brings perpetuals here: a basis needs a future with a date.",
                Condition.EMPTY,
            )
            return
        spot, source = self._spot(state, futures)
        if spot is None:
            self.cover(f"Neither spot nor index of {base} is known yet.")
            return
        prices = [
            (one.instrument.venue, one.instrument.symbol, price)
            for one in futures
            for price in (_price(one),)
            if price is not None
        ]
        points = term_points(prices, spot, state.market_ms)
        if not points:
            self.cover("None of the dated futures has a price yet.")
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        perpetual = state if expiry_of(state.instrument.symbol) is None else None
        funding = None if perpetual is None or perpetual.funding is None else perpetual.funding.yearly_rate
        self.view.show_points(points, state.market_ms, None if funding is None else float(funding))
        self.header.set_detail([(f"against {source}", "muted")])

    def _spot(self, state: SymbolState, futures: list[SymbolState]) -> tuple[float | None, str]:
        """What the basis is taken to: spot where it is followed, else the index."""
        spot = spot_of(self.services.workstation.market, state)
        if spot is not None and spot.last_price == spot.last_price:
            return spot.last_price, spot.instrument.symbol
        for one in (state, *futures):
            if one.mark is not None and one.mark.index_price:
                return float(one.mark.index_price), "the index"
        return None, ""

    def copy(self) -> None:
        """Put the points on the clipboard."""
        QGuiApplication.clipboard().setText(as_table(self.view.points))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [("Ctrl+C", "Copy the points")]

    def commands(self) -> list[Command]:
        return [Command("Term structure: copy the points", self.copy)]

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_theme(theme)


def _price(state: SymbolState) -> float | None:
    """The mark price of a future, else its last; None before either."""
    if state.mark is not None:
        return float(state.mark.mark_price)
    return state.last_price if state.last_price == state.last_price else None
