"""What lies over the bars beside studies: liquidations of the market, and what is the trader's own."""

import time
from decimal import Decimal

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QToolTip

from ui.charting.own_trades import fill_words, own_lines
from ui.charting.own_trades_item import OwnTradesItem
from ui.widgets.liquidation_item import LiquidationItem
from ui.widgets.price_tag import PriceTag
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.state import Market, SymbolState
from workstation.model.instrument import Instrument
from workstation.trading.portfolio import Portfolio

OWN_EVERY_S = 1.0
"""Liquidation moves with the marks of every position: so often it is worked out anew."""


class ChartItems(QObject):
    """Keeps the items up to date."""

    def __init__(self, plot: TimePricePlot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._liquidations_of: object = None
        self._own_at = 0.0
        self._own_seen: object = None
        self._instrument: Instrument | None = None
        self._tags: set[str] = set()
        self.liquidations = LiquidationItem(plot.theme)
        self.own = OwnTradesItem(plot.theme)
        plot.add_overlay(self.liquidations, 1)
        plot.add_overlay(self.own, 50)
        plot.pointed.connect(self._on_pointed)

    def refresh(self, state: SymbolState, market: Market, portfolio: Portfolio | None) -> None:
        """Show what has come since."""
        if state.liquidations is not self._liquidations_of:
            self._liquidations_of = state.liquidations
            self.liquidations.set_liquidations(state.liquidations)
        self.liquidations.refresh()
        now = time.monotonic()
        seen = (state.instrument.venue, state.instrument.symbol, portfolio and portfolio.version)
        if seen != self._own_seen or (portfolio is not None and now - self._own_at >= OWN_EVERY_S):
            self._own_seen, self._own_at, self._instrument = seen, now, state.instrument
            self._refresh_own(state.instrument, market, portfolio)

    def _refresh_own(self, instrument: Instrument, market: Market, portfolio: Portfolio | None) -> None:
        if portfolio is None or portfolio.venue != instrument.venue:
            self.own.show_own((), ())
        else:
            marks = {
                symbol: Decimal(state.mark.mark_price)
                for symbol, state in market.states.items()
                if state.mark is not None
            }
            fills = portfolio.fills(instrument.symbol)
            self.own.show_own(fills, own_lines(portfolio, instrument, marks))
        axis = self._plot.price_axis
        shown = {f"own {line.key}": line for line in self.own.lines}
        for key in self._tags - set(shown):
            axis.set_tag(key, None)
        for key, line in shown.items():
            axis.set_tag(key, PriceTag(line.price, "control", line.role, yields=True))
        self._tags = set(shown)

    def _on_pointed(self, position: QPointF | None) -> None:
        fill = None if position is None else self.own.fill_at(position)
        if fill is not None and position is not None and self._instrument is not None:
            at = self._plot.viewport().mapToGlobal(position.toPoint())
            QToolTip.showText(at, fill_words(fill, self._instrument), self._plot)
