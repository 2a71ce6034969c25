"""Term structure: what dated futures cost over spot for a year, beside the perpetual's funding."""

from math import isfinite
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.commands import Command
from ui.derivatives.basis_reading import dated_prices, read_basis
from ui.derivatives.term_view import TermView, as_table
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from workstation.analytics.term_structure import expiry_of, term_points
from workstation.market.state import SymbolState


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
        prices = dated_prices(self.services.workstation.market, state)
        if not prices:
            self.cover(
                f"No dated future of {base} is known.",
                f"{state.instrument.venue} tells none beside {state.instrument.symbol}: "
                "a basis needs a future with a date. On Binance BTC and ETH have them.",
                Condition.EMPTY,
            )
            return
        spot, source = self._spot(state)
        if spot is None:
            self.cover(f"Neither spot nor index of {base} is known yet.")
            return
        points = term_points(prices, spot, state.market_ms)
        if not points:
            self.cover("Every dated future has been delivered.")
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        perpetual = state if expiry_of(state.instrument.symbol) is None else None
        funding = None if perpetual is None or perpetual.funding is None else perpetual.funding.yearly_rate
        self.view.show_points(points, state.market_ms, None if funding is None else float(funding))
        self.header.set_detail([(f"against {source}", "muted")])

    def _spot(self, state: SymbolState) -> tuple[float | None, str]:
        """What the basis is taken to: spot where it is known, else the index."""
        reading = read_basis(self.services, state)
        if isfinite(reading.spot):
            return reading.spot, reading.spot_symbol
        levels = [price.index_price for price in state.dated.values() if price.index_price is not None]
        if isfinite(reading.index) or levels:
            return reading.index if isfinite(reading.index) else float(levels[0]), "the index"
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
