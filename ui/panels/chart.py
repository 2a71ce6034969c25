"""The chart: bars of the linked symbol, studies in panes; it follows the market until taken hold of."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui import format
from ui.chart_figures import KIND_WORDS, candle_parts, funding_part, mark_price, multiple_part
from ui.charting.bar_source import BarSource
from ui.charting.bar_view import BarView
from ui.charting.candle_item import BarStyle, CandleItem
from ui.charting.chart_controls import STYLE_TITLES, ChartControls
from ui.charting.chart_layout import ChartLayout, read_layout
from ui.charting.chart_view import ChartView
from ui.charting.legend_item import LEFT_PX
from ui.charting.legends import ChartLegends
from ui.charting.pane import Pane
from ui.charting.pane_stack import PaneStack
from ui.charting.price_layers import PriceLayers, PriceWash
from ui.charting.study_host import StudyHost
from ui.charting.volume_layer import VolumeLayer
from ui.commands import Command
from ui.drawings.board import DrawingBoard
from ui.drawings.magnet import Bars
from ui.links import Crosshair
from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.history_note import HistoryNote
from ui.widgets.liquidation_item import LiquidationItem
from ui.widgets.time_price_plot import TimePricePlot
from ui.widgets.timeframe_picker import TIMEFRAMES_MS, rule_words, timeframe_text
from workstation.analytics.study import Study
from workstation.market.counted_bars import BarRule
from workstation.market.state import SymbolState

VOLUME_KEY = "volume"
VOLUME_SHARE = 0.18
LEGENDS_EVERY_S = 0.1
"""Ten times a second is as fast as figures can be read."""
ZOOM_FACTOR = 1.25
PAN_SHARE = 0.1


class ChartPanel(Panel):
    """Bars, studies in panes, a linked crosshair, and a scale that fits itself or is held."""

    kind: ClassVar[str] = "chart"
    title: ClassVar[str] = "Chart"
    rate_hz: ClassVar[float] = 60.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._crosshair_ms: float | None = None
        self._liquidations_of: object = None
        self._second = 0
        self._legends_due = False
        self._legends_at = 0.0
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
        self.liquidations = LiquidationItem(self.theme)
        self.plot.add_overlay(self.liquidations, 1)
        self.panes = PaneStack(self.plot, self.bars)
        self.volume = VolumeLayer(self.bars)
        self.studies = StudyHost(self.bars, self.panes, self.price_layers)
        self.view = ChartView(self.plot, self.bars)
        self.plot.reset_requested.connect(self.reset_view)
        self.plot.pointer_moved.connect(self._on_pointer)
        self.set_body(self.plot)
        self.setFocusProxy(self.plot)

        self.drawings = DrawingBoard(self.plot, services.drawings, services.themes, bars=self._drawn_bars)
        self.legends = ChartLegends(
            self.plot, self.panes, self.studies, lambda _key: self.show_volume(False), self._legend_left
        )

        self.plot.view_changed.connect(self._on_view)

        self.controls = ChartControls(self.header, self.link.timeframe_ms)
        self.picker = self.controls.picker
        self.picker.picked.connect(self.set_timeframe)
        self.picker.rule_picked.connect(self.set_rule)
        self.controls.style_chosen.connect(self.set_style)
        self.controls.study_chosen.connect(self.add_study)
        self.controls.study_edited.connect(self.legends.edit)
        self.controls.volume_toggled.connect(self.show_volume)
        self.auto_button = self.controls.auto_button
        self.auto_button.toggled.connect(self.view.set_auto)
        self.view.held.connect(lambda: self.set_auto_scale(False))
        self.now_button = QPushButton("Now →", self.plot)
        self.now_button.setFont(ui_font(HEADER_PX))
        self.now_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.now_button.setToolTip("Jump to the newest bar and follow it (End)")
        self.now_button.clicked.connect(self.jump_to_now)
        self.now_button.hide()
        self.view.following_changed.connect(lambda following: self.now_button.setVisible(not following))
        self.history_note = HistoryNote(self.theme, self.plot)
        self.link.crosshair_moved.connect(self._on_crosshair)
        self.panes.changed.connect(self._panes_changed)
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
        changed = self._source.refresh(state, self.link.timeframe_ms)
        self._show_beside(state)
        if not len(self._source.traded):
            self._show_nothing()
            return
        if not changed:
            if self._legends_due:
                self._show_legends()
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
        if self.candles.refresh() or anew or rescaled:
            self.plot.repaint_settled()
        # The past is there before the first trade since we came.
        last = state.last_price
        self.plot.set_last_price(float(source.traded["close"][-1]) if math.isnan(last) else last)
        self._show_figures()
        self._legends_due = True
        if time.monotonic() - self._legends_at >= LEGENDS_EVERY_S:
            self._show_legends()

    def _work_studies_out(self) -> bool:
        """Bring the studies up to the bars as they were traded."""
        if not self.studies.active:
            return False
        workstation, source = self.services.workstation, self._source
        inputs = workstation.study_inputs(self.link.symbol, self.link.timeframe_ms, self.studies.needs)
        if inputs is None:
            return False
        if self.rule is not None:
            inputs = replace(inputs, candles=source.traded, timeframe_ms=0, revision=source.epoch)
        return self.studies.refresh(inputs)

    def _show_beside(self, state: SymbolState) -> None:
        """What comes beside trades: mark price, liquidations, funding's countdown, the missing past."""
        self._show_subject()
        self.plot.set_mark_price(mark_price(state))
        if state.liquidations is not self._liquidations_of:
            self._liquidations_of = state.liquidations
            self.liquidations.set_liquidations(state.liquidations)
        self.liquidations.refresh()
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
        return ChartLayout(
            self.link.timeframe_ms,
            self.rule,
            self.candles.style,
            self.view.pitch_px,
            self.auto_scale,
            self.panes.pane(VOLUME_KEY) is not None,
            self.studies.save(),
            tuple((pane.key, round(pane.share, 4)) for pane in self.panes),
            self.drawings.save_state(),
        ).written()

    def restore_state(self, saved: Mapping[str, object]) -> None:
        layout = read_layout(saved)
        if layout.timeframe_ms is not None:
            self.link.set_timeframe(layout.timeframe_ms)
        if layout.rule is not None:
            self.set_rule(layout.rule)
        if layout.pitch_px is not None:
            self.view.pitch_px = layout.pitch_px
        if layout.auto_scale is not None:
            self.set_auto_scale(layout.auto_scale)
        if layout.volume is not None:
            self.show_volume(layout.volume)
        if layout.studies is not None:
            self.studies.restore(layout.studies)
        self.panes.arrange(layout.panes)
        self.drawings.restore_state(layout.drawings)
        self.set_style(layout.style or self.candles.style)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("+  −", "Zoom time"),
            ("←  →", "Back and forward in time"),
            ("End", "Jump to now and follow"),
            ("A", "Fit the price scale or hold it"),
            ("B", "Bars: " + ", ".join(title for title in STYLE_TITLES.values())),
            ("S", "Studies: add, change, remove"),
            ("V", "Volume pane"),
            ("T", "Type a timeframe: 90s, 4h, 100t, 50v, 20r"),
            ("1 … 9", "Timeframe " + " ".join(timeframe_text(ms) for ms in TIMEFRAMES_MS)),
            ("Wheel", "Zoom time; with Ctrl price, with Shift back and forward"),
            ("Double click", "Reset the view"),
            *self.drawings.keys(),
        ]

    def commands(self) -> list[Command]:
        return self.drawings.commands()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = PAN_SHARE * self.plot.mapping.width
        key = event.key()
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            event.ignore()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.view.zoom(1 / ZOOM_FACTOR)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.view.zoom(ZOOM_FACTOR)
        elif key == Qt.Key.Key_Left:
            self.plot.pan_time(step)
        elif key == Qt.Key.Key_Right:
            self.plot.pan_time(-step)
        elif key == Qt.Key.Key_End:
            self.jump_to_now()
        elif key == Qt.Key.Key_A:
            self.auto_button.toggle()
        elif key == Qt.Key.Key_B:
            styles = list(BarStyle)
            self.set_style(styles[(styles.index(self.candles.style) + 1) % len(styles)])
        elif key == Qt.Key.Key_S:
            self.controls.studies_button.showMenu()
        elif key == Qt.Key.Key_V:
            self.show_volume(self.panes.pane(VOLUME_KEY) is None)
        elif key == Qt.Key.Key_T:
            self.picker.open_menu()
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.set_timeframe(TIMEFRAMES_MS[key - Qt.Key.Key_1])
        elif key != Qt.Key.Key_Escape or not self.legends.cancel():
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.controls.fit(self.width())

    def _on_view(self) -> None:
        mapping = self.plot.mapping
        self.history_note.move(8, round(mapping.height) - self.history_note.height() - 8)
        self.now_button.adjustSize()
        self.now_button.move(
            round(mapping.width) - self.now_button.width() - 8,
            round(mapping.height) - self.now_button.height() - 8,
        )
        self._show_legends()

    def _legend_left(self) -> float:
        """Where legends over the price begin: beside the drawing tools."""
        toolbar = self.drawings.toolbar
        return toolbar.x() + toolbar.width() + 4.0 if toolbar.isVisibleTo(self.plot) else LEFT_PX

    def _panes_changed(self) -> None:
        self.controls.show_studies(self.studies.active, volume=self.panes.pane(VOLUME_KEY) is not None)
        self._show_legends()

    def _studies_changed(self) -> None:
        self._work_studies_out()
        self.panes.refresh()
        self.plot.repaint_settled()
        self._panes_changed()

    def _forget(self) -> None:
        self._source.forget()
        self.view.forget()
        self.studies.forget()

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
        state = self.state
        kind = KIND_WORDS[state.instrument.kind] + " · " if state is not None else ""
        length = timeframe_text(self.link.timeframe_ms) if self.rule is None else rule_words(self.rule)
        noun = {
            BarStyle.CANDLES: "candles",
            BarStyle.HEIKIN_ASHI: "Heikin-Ashi (synthetic prices)",
            BarStyle.LINE: "closes",
        }[self.candles.style]
        self.header.set_subject(self.link.symbol, f"{kind}{length} {noun}")

    def _index(self) -> int | None:
        """The bar whose figures are shown: the crosshair's, else the newest; None where there is none."""
        if self._crosshair_ms is None:
            return len(self.bars) - 1 if len(self.bars) else None
        return self.bars.at(self.plot.mapping.position(self._crosshair_ms)) if len(self.bars) else None

    def _show_figures(self) -> None:
        state = self.state
        if state is None or not len(self.bars):
            return
        index = self._index()
        if index is None:
            self.header.set_detail([("no trades in this candle", "muted")])
            return
        widest = format.size(self._greatest_volume(), state.instrument.size_decimals)
        row = self.bars.rows[index]
        beside = [funding_part(state, self.services.feed.venue_now_ms())]
        if self.rule is None:
            beside.insert(0, multiple_part(state, row, self.link.timeframe_ms))
        parts = candle_parts(state, row, len(widest))
        self.header.set_detail([*parts, *(part for part in beside if part is not None)])

    def _greatest_volume(self) -> float:
        pane = self.panes.pane(VOLUME_KEY)
        return pane.high if pane is not None else float(self.bars.rows["volume"][-1])

    def _show_legends(self) -> None:
        self._legends_due, self._legends_at = False, time.monotonic()
        self.legends.refresh(self._index())

    def _on_pointer(self, time_ms: float | None, price: float | None) -> None:
        self.link.set_crosshair(Crosshair(time_ms, price, self))

    def _on_crosshair(self, crosshair: Crosshair) -> None:
        self._crosshair_ms = crosshair.time_ms
        if crosshair.time_ms is None:
            self.plot.set_crosshair(None, crosshair.price)
        else:
            # The line stands on the bar whose figures the header shows, and says when it opens.
            center_ms, open_ms = self._bar_about(crosshair.time_ms)
            self.plot.set_crosshair(center_ms, crosshair.price, named_ms=open_ms)
        self._show_figures()
        self._show_legends()

    def _drawn_bars(self) -> Bars | None:
        """The bars as drawings know them."""
        if not len(self.bars):
            return None
        return Bars(self.bars.rows, 0 if self.rule is not None else self.link.timeframe_ms)

    def _bar_about(self, time_ms: float) -> tuple[float, float]:
        """The middle of the bar that a moment falls into, and when it opens, UTC ms."""
        mapping = self.plot.mapping
        if self.rule is None:
            timeframe_ms = self.link.timeframe_ms
            open_ms = int(time_ms) // timeframe_ms * timeframe_ms
            return open_ms + timeframe_ms / 2, open_ms
        bar = math.floor(mapping.position(time_ms))
        return mapping.time_at(mapping.x_at(bar + 0.5)), mapping.time_at(mapping.x_at(bar))
