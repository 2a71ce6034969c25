"""The chart: bars of the linked symbol, studies in panes; it follows the market until taken hold of."""

import math
import time
from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.chart_figures import mark_price
from ui.charting.bar_source import BarSource
from ui.charting.bar_view import BarView
from ui.charting.candle_item import BarStyle, CandleItem
from ui.charting.chart_commands import KEYS, chart_commands, key_action
from ui.charting.chart_controls import ChartControls
from ui.charting.chart_crosshair import ChartCrosshair
from ui.charting.chart_header import ChartHeader
from ui.charting.chart_inputs import ChartInputs
from ui.charting.chart_items import ChartItems
from ui.charting.chart_layout import VOLUME_KEY, apply_layout, layout_of
from ui.charting.chart_view import ChartView
from ui.charting.legend_item import LEFT_PX
from ui.charting.legends import ChartLegends
from ui.charting.market_views import MarketViews
from ui.charting.now_button import NowButton
from ui.charting.pane import Pane
from ui.charting.pane_stack import PaneStack
from ui.charting.price_layers import PriceLayers, PriceWash
from ui.charting.study_catalogue import StudyCatalogue
from ui.charting.study_host import StudyHost
from ui.charting.ticket_lines import TicketLines
from ui.charting.volume_layer import VolumeLayer
from ui.commands import Command
from ui.drawings.board import DrawingBoard
from ui.panel import Condition, Panel, PanelServices
from ui.review.journal_marks import JournalMarks
from ui.theme import Theme
from ui.widgets.history_note import HistoryNote
from ui.widgets.time_price_plot import TimePricePlot
from workstation.analytics.study import Study
from workstation.market.counted_bars import BarRule
from workstation.market.state import SymbolState

VOLUME_SHARE = 0.18
READINGS_EVERY_S = 0.1
"""Ten times a second is as fast as figures can be read."""


class ChartPanel(Panel):
    """Bars, studies in panes, a linked crosshair, and a scale that fits itself or is held."""

    kind: ClassVar[str] = "chart"
    title: ClassVar[str] = "Chart"
    rate_hz: ClassVar[float] = 60.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._second = 0
        self._readings_due = False
        self._readings_at = 0.0
        self._source = BarSource()
        self.bars = BarView()
        """The bars shown."""

        self.plot = TimePricePlot(self.theme)
        self.price_layers = PriceLayers(self.theme, self.bars)
        self.plot.add_settled(PriceWash(self.bars, self.price_layers.layers))
        self.candles = CandleItem(self.theme, self.bars)
        self.plot.add_settled(self.candles)
        self.plot.add_overlay(self.candles)
        self.plot.add_settled(self.price_layers)
        self.plot.add_overlay(self.price_layers)
        self.items = ChartItems(self.plot)
        self.journal_marks = JournalMarks(self.plot, services, lambda: self.drawings.hand.tool is not None)
        self.panes = PaneStack(self.plot, self.bars)
        self.volume = VolumeLayer(self.bars)
        self.studies = StudyHost(self.bars, self.panes, self.price_layers, StudyCatalogue(services))
        self.market_views = MarketViews(self.plot, self.bars, self.price_layers)
        self.view = ChartView(self.plot, self.bars)
        self.plot.reset_requested.connect(self.reset_view)
        self.inputs = ChartInputs(services, self.link, self._source, self.bars)
        self.figures = ChartHeader(self.header, self.bars)
        self.set_body(self.plot)
        self.setFocusProxy(self.plot)

        self.drawings = DrawingBoard(
            self.plot, services.drawings, services.themes, bars=self.inputs.drawn_bars
        )
        self.ticket = TicketLines(self.plot, services, self.link)
        self.legends = ChartLegends(
            self.plot, self.panes, self.studies, lambda _key: self.show_volume(False), self._legend_left
        )

        self.plot.view_changed.connect(self._on_view)

        self.controls = ChartControls(self.header, self.link.timeframe_ms)
        self.picker = self.controls.picker
        self.controls.connect_to(self)
        self.auto_button = self.controls.auto_button
        self.view.held.connect(lambda: self.set_auto_scale(False))
        self.now_button = NowButton(self.plot, self.view)
        self.history_note = HistoryNote(self.theme, self.plot)
        self.crosshair = ChartCrosshair(self.plot, self.bars, self.link, self)
        self.crosshair.moved.connect(self._show_readings)
        self.link.moment_wanted.connect(self.view.show_moment)
        self.panes.changed.connect(self._panes_changed)
        self.market_views.changed.connect(self._views_changed)
        self.studies.changed.connect(self._studies_changed)
        self.show_volume(True)
        self.symbol_changed()

    # What the view does.

    @property
    def following(self) -> bool:
        """The view moves with the newest bar."""
        return self.view.following

    @property
    def auto_scale(self) -> bool:
        """The price scale fits itself to the bars in view."""
        return self.auto_button.isChecked()

    @property
    def bar_style(self) -> BarStyle:
        """How bars are drawn."""
        return self.candles.style

    @property
    def rule(self) -> BarRule | None:
        """What cuts the bars where it is not the clock."""
        return self._source.rule

    def set_auto_scale(self, auto: bool) -> None:
        """Fit the price scale to what is in view, or hold it where it is."""
        self.auto_button.setChecked(auto)

    def jump_to_now(self) -> None:
        """Show the newest bar at the right and follow it."""
        self.view.jump_to_now()

    def reset_view(self) -> None:
        self.view.reset()
        self.set_auto_scale(True)

    def set_timeframe(self, timeframe_ms: int) -> None:
        """Show candles of a timeframe, here and wherever it is shared."""
        if self.rule is not None:
            self._change_bars(None)
        self.link.set_timeframe(timeframe_ms)

    def set_rule(self, rule: BarRule) -> None:
        """Show bars that are cut by what is traded, in this chart alone."""
        if rule != self.rule:
            self._change_bars(rule)

    def set_style(self, style: BarStyle) -> None:
        """Draw bars as candles, as Heikin-Ashi or as a line."""
        self._source.style = self.candles.style = style
        self.controls.show_style(style)
        self._show_subject()
        if len(self.bars):
            self._show_bars()

    def show_volume(self, shown: bool) -> None:
        """Have the pane of volume, or not."""
        if shown and self.panes.pane(VOLUME_KEY) is None:
            pane = Pane(VOLUME_KEY, "Volume", share=VOLUME_SHARE, from_zero=True)
            pane.layers.append(self.volume)
            self.panes.add(pane)
            self.panes.move(VOLUME_KEY, -len(self.panes))
        elif not shown:
            self.panes.remove(VOLUME_KEY)

    def add_study(self, study: Study) -> None:
        """Put a study on the chart; one that begins at a moment asks for it."""
        item = self.studies.add(study)
        if item is None:
            return
        moment = next((parameter.key for parameter in study.parameters if parameter.is_moment), None)
        if moment is not None:
            mapping = self.plot.mapping
            self.studies.configure(item.key, {moment: mapping.time_at(mapping.width / 2)})
            self.legends.pick_moment(item.key, moment)

    # What happens to the panel.

    def refresh(self) -> None:
        state = self.state
        self.drawings.set_instrument(None if state is None else state.instrument)
        if state is None:
            self._show_nothing()
            return
        reader = self.services.workstation.past_reader
        changed = self._source.refresh(state, self.link.timeframe_ms, reader)
        changed |= self.inputs.has_news(self.studies.needs)
        self._show_beside(state)
        self.journal_marks.refresh(state)
        if not len(self._source.traded):
            self._show_nothing()
            return
        if not changed:
            # The view may have moved: what is shown of the market follows it.
            if self._refresh_views(state):
                self.plot.repaint_settled()
            if self._readings_due:
                self._show_readings()
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        instrument = state.instrument
        self.plot.set_price_decimals(instrument.price_decimals)
        self.studies.set_price_decimals(instrument.price_decimals)
        self.volume.size_decimals = instrument.size_decimals
        self.view.set_tick_size(float(instrument.tick_size))
        pane = self.panes.pane(VOLUME_KEY)
        if pane is not None:
            pane.unit = instrument.size_unit
        self._show_bars()

    def _show_bars(self) -> None:
        """Bring the plot up to the bars: view, studies, last price, figures."""
        source, state = self._source, self.state
        if state is None or not len(source.traded):
            return
        counted = source.rule is not None
        settled = (source.settled, source.style)
        pitch = 1.0 if counted else float(self.link.timeframe_ms)
        self.bars.update(source.shown, pitch, settled, counted=counted)
        self.plot.set_bars(source.times)
        anew = self._work_studies_out()
        self.view.update()
        rescaled = self.panes.refresh()
        self.price_layers.refresh()
        anew |= self._refresh_views(state)
        if self.candles.refresh() or anew or rescaled:
            self.plot.repaint_settled()
        # The past is there before the first trade since we came.
        last = state.last_price
        self.plot.set_last_price(float(source.traded["close"][-1]) if math.isnan(last) else last)
        self._readings_due = True
        if time.monotonic() - self._readings_at >= READINGS_EVERY_S:
            self._show_readings()

    def _refresh_views(self, state: SymbolState) -> bool:
        reader = self.services.workstation.past_reader
        return self.market_views.refresh(
            state, self.link.timeframe_ms, self.inputs.of_studies, self.inputs.levels, reader
        )

    def _work_studies_out(self) -> bool:
        """Bring the studies up to the bars as they were traded."""
        if not self.studies.active:
            return False
        inputs = self.inputs.of_studies(self.studies.needs)
        return inputs is not None and self.studies.refresh(inputs)

    def _show_beside(self, state: SymbolState) -> None:
        """What comes beside trades: mark price, liquidations, funding's countdown, the missing past."""
        self._show_subject()
        self.plot.set_mark_price(mark_price(state))
        self.ticket.refresh()
        self.items.refresh(state, self.services.workstation.market, self.services.portfolio)
        second = state.market_ms // 1000
        if state.funding is not None and second != self._second:
            self._second = second
            self._show_figures()
        self.history_note.show_progress(
            self.services.feed.history_of(state.instrument.symbol, self.link.timeframe_ms)
        )

    def symbol_changed(self) -> None:
        self._forget()
        self.set_auto_scale(True)
        self.view.set_following(True)
        self._show_subject()
        self.refresh()

    def timeframe_changed(self) -> None:
        self.picker.set_timeframe(self.link.timeframe_ms)
        if self.rule is None:
            self._renew_bars()

    def _change_bars(self, rule: BarRule | None) -> None:
        self._source.rule = rule
        self.picker.set_rule(rule)
        self._renew_bars()

    def _renew_bars(self) -> None:
        # The pitch stays and so does the moment at the right edge, unless the view follows the market.
        moment_ms = self.plot.mapping.to_ms
        self._forget()
        self._show_subject()
        self.refresh()
        if not self.following and len(self.bars):
            self.view.end_at(moment_ms)

    def market_reset(self) -> None:
        self._forget()
        self.view.set_following(True)
        self.refresh()

    def theme_changed(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        self.legends.set_theme(theme)
        self.history_note.set_theme(theme)

    def save_state(self) -> dict[str, object]:
        return layout_of(self)

    def restore_state(self, saved: Mapping[str, object]) -> None:
        apply_layout(self, saved)

    def keys(self) -> list[tuple[str, str]]:
        return [*KEYS, *self.drawings.keys()]

    def commands(self) -> list[Command]:
        return [*self.drawings.commands(), *chart_commands(self)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = key_action(self, event)
        if action is None:
            event.ignore()
        else:
            action()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.controls.fit(self.width())

    def _on_view(self) -> None:
        mapping = self.plot.mapping
        self.history_note.move(8, round(mapping.height) - self.history_note.height() - 8)
        self._show_legends()

    def _legend_left(self) -> float:
        """Where legends over the price begin: beside the drawing tools."""
        toolbar = self.drawings.toolbar
        return toolbar.x() + toolbar.width() + 4.0 if toolbar.isVisibleTo(self.plot) else LEFT_PX

    def _panes_changed(self) -> None:
        volume = self.panes.pane(VOLUME_KEY) is not None
        self.controls.show_studies(self.studies.active, self.market_views.shown, volume=volume)
        self._show_legends()

    def _studies_changed(self) -> None:
        self._work_studies_out()
        self.panes.refresh()
        self.plot.repaint_settled()
        self._panes_changed()

    def _views_changed(self) -> None:
        self._show_bars()
        self._panes_changed()

    def _forget(self) -> None:
        self._readings_at = 0.0
        self._source.forget()
        self.view.forget()
        self.studies.forget()
        self.market_views.forget()

    def _show_nothing(self) -> None:
        if len(self.bars):
            self.bars.update(self.bars.rows[:0], self.bars.pitch, None)
            self.plot.set_bars(None)
            self.plot.set_last_price(None)
            self.plot.set_mark_price(None)
            self.plot.repaint_settled()
            self.header.set_detail("")
            self._show_legends()
        if self.state is None:
            self.cover_without_symbol()
        else:
            self.cover(f"No trade of {self.link.symbol} yet: candles begin with one.")

    # Figures in the header, and the crosshair.

    def _show_subject(self) -> None:
        link = self.link
        self.figures.show_subject(link.symbol, self.state, link.timeframe_ms, self.rule, self.candles.style)

    def _show_figures(self) -> None:
        state = self.state
        if state is None or not len(self.bars):
            return
        pane = self.panes.pane(VOLUME_KEY)
        volume_scale = pane.high if pane is not None else float(self.bars.rows["volume"][-1])
        timeframe_ms = self.link.timeframe_ms if self.rule is None else 0
        now_ms = self.services.feed.venue_now_ms()
        self.figures.show_figures(state, self.crosshair.index, timeframe_ms, volume_scale, now_ms)

    def _show_readings(self) -> None:
        self._readings_due, self._readings_at = False, time.monotonic()
        self._show_figures()
        self._show_legends()

    def _show_legends(self) -> None:
        self.legends.refresh(self.crosshair.index)
