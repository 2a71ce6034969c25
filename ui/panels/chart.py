"""The chart: candles and volume of the linked symbol, following the market until the trader takes hold."""

import math
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from ui import format
from ui.chart_figures import KIND_WORDS, candle_parts, funding_part, mark_price
from ui.links import Crosshair
from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.candle_item import CandleItem, visible_range, volume_tick
from ui.widgets.history_note import HistoryNote
from ui.widgets.liquidation_item import LiquidationItem
from ui.widgets.plot_mapping import fitted_price_range
from ui.widgets.time_price_plot import RIGHT_MARGIN_PX, TimePricePlot
from ui.widgets.timeframe_picker import TIMEFRAMES_MS, TimeframePicker, parse_timeframe, timeframe_text
from workstation.market.candles import CandleSeries
from workstation.market.state import SymbolState
from workstation.model.columns import Records

DEFAULT_PITCH_PX = 10.0
"""Pixels from candle to candle in a new chart."""
LEAST_VISIBLE = 4
"""Nobody zooms in on fewer candles than this fill the plot."""
GREATEST_VISIBLE = 2_000_000
VOLUME_PANE_SHARE = 0.18
FIGURES_WIDTH_PX = 800
"""Subject, figures and age take this much of the header; timeframe buttons take what is left, or fold."""
LEAST_TICKS = 20
"""A fitted price range spans at least this many ticks."""
ZOOM_FACTOR = 1.25
PAN_SHARE = 0.1


class ChartPanel(Panel):
    """Candles with volume, a linked crosshair, and a scale that fits itself or is held."""

    kind: ClassVar[str] = "chart"
    title: ClassVar[str] = "Chart"
    rate_hz: ClassVar[float] = 60.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._series: CandleSeries | None = None
        self._version = -1
        self._pitch_px = DEFAULT_PITCH_PX
        self._following = True
        self._fitted: tuple[float, float] | None = None
        self._width = 0.0
        self._crosshair_ms: float | None = None
        self._liquidations_of: object = None
        self._second = 0

        self.plot = TimePricePlot(self.theme, lower_share=VOLUME_PANE_SHARE)
        self.candles = CandleItem(self.theme)
        self.plot.add_settled(self.candles)
        self.plot.add_overlay(self.candles)
        self.liquidations = LiquidationItem(self.theme)
        self.plot.add_overlay(self.liquidations, 1)
        self.plot.view_changed.connect(self._on_view)
        self.plot.time_moved.connect(self._on_time_moved)
        self.plot.price_moved.connect(self._on_price_moved)
        self.plot.reset_requested.connect(self.reset_view)
        self.plot.pointer_moved.connect(self._on_pointer)
        self.set_body(self.plot)
        self.setFocusProxy(self.plot)

        self.picker = TimeframePicker(self.link.timeframe_ms)
        self.picker.picked.connect(lambda ms: self.link.set_timeframe(ms))
        self.header.add_control(self.picker)
        self.auto_button = QToolButton()
        self.auto_button.setText("Auto")
        self.auto_button.setCheckable(True)
        self.auto_button.setChecked(True)
        self.auto_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.auto_button.setToolTip("Fit the price scale to the candles in view (A)")
        self.auto_button.toggled.connect(self._on_auto)
        self.header.add_control(self.auto_button)
        self.now_button = QPushButton("Now →", self.plot)
        self.now_button.setFont(ui_font(HEADER_PX))
        self.now_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.now_button.setToolTip("Jump to the newest candle and follow it (End)")
        self.now_button.clicked.connect(self.jump_to_now)
        self.now_button.hide()
        self.history_note = HistoryNote(self.theme, self.plot)
        self.link.crosshair_moved.connect(self._on_crosshair)
        self.symbol_changed()

    # What the view does.

    @property
    def following(self) -> bool:
        """The view moves with the newest candle."""
        return self._following

    @property
    def auto_scale(self) -> bool:
        """The price scale fits itself to the candles in view."""
        return self.auto_button.isChecked()

    def set_auto_scale(self, auto: bool) -> None:
        """Fit the price scale to what is in view, or hold it where it is."""
        self.auto_button.setChecked(auto)

    def jump_to_now(self) -> None:
        """Show the newest candle at the right and follow it."""
        self._set_following(True)
        self._update_view()

    def reset_view(self) -> None:
        self._pitch_px = DEFAULT_PITCH_PX
        self._fitted = None
        self.set_auto_scale(True)
        self.jump_to_now()

    # What happens to the panel.

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self._show_nothing()
            return
        series = state.candles(self.link.timeframe_ms)
        self._show_beside(state)
        if not len(series):
            self._series = series
            self._show_nothing()
            return
        if series is self._series and series.version == self._version:
            return
        self._series, self._version = series, series.version
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        self.plot.set_price_decimals(state.instrument.price_decimals)
        self._update_view()

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
        self._set_following(True)
        self._show_subject()
        self.refresh()

    def timeframe_changed(self) -> None:
        # The pitch stays and so does the moment at the right edge, unless the view follows the market.
        timeframe_ms = self.link.timeframe_ms
        self.picker.set_timeframe(timeframe_ms)
        mapping = self.plot.mapping
        if not self._following:
            span = mapping.width / self._pitch_px * timeframe_ms
            self.plot.set_view(time=(mapping.to_ms - span, mapping.to_ms))
        self._forget()
        self._show_subject()
        self.refresh()

    def market_reset(self) -> None:
        self._forget()
        self._set_following(True)
        self.refresh()

    def theme_changed(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        self.history_note.set_theme(theme)

    def save_state(self) -> dict[str, object]:
        return {
            "timeframe": timeframe_text(self.link.timeframe_ms),
            "pitch_px": self._pitch_px,
            "auto_scale": self.auto_scale,
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        timeframe, pitch, auto = (saved.get(key) for key in ("timeframe", "pitch_px", "auto_scale"))
        if isinstance(timeframe, str):
            with suppress(ValueError):  # a layout written by hand: the timeframe in force stays
                self.link.set_timeframe(parse_timeframe(timeframe))
        if isinstance(pitch, int | float) and 0.001 <= pitch <= 500:
            self._pitch_px = float(pitch)
        if isinstance(auto, bool):
            self.set_auto_scale(auto)
        self._update_view()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("+  −", "Zoom time"),
            ("←  →", "Back and forward in time"),
            ("End", "Jump to now and follow"),
            ("A", "Fit the price scale or hold it"),
            ("1 … 9", "Timeframe " + " ".join(timeframe_text(ms) for ms in TIMEFRAMES_MS)),
            ("Wheel", "Zoom time; with Ctrl price, with Shift back and forward"),
            ("Double click", "Reset the view"),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = PAN_SHARE * self.plot.mapping.width
        # While the view follows, the newest candle keeps its place and the view goes on following.
        about = self.plot.mapping.width - RIGHT_MARGIN_PX if self._following else None
        key = event.key()
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            event.ignore()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(1 / ZOOM_FACTOR, about)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self._zoom(ZOOM_FACTOR, about)
        elif key == Qt.Key.Key_Left:
            self.plot.pan_time(step)
        elif key == Qt.Key.Key_Right:
            self.plot.pan_time(-step)
        elif key == Qt.Key.Key_End:
            self.jump_to_now()
        elif key == Qt.Key.Key_A:
            self.auto_button.toggle()
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.link.set_timeframe(TIMEFRAMES_MS[key - Qt.Key.Key_1])
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.picker.set_wide(self.width() > FIGURES_WIDTH_PX + self.picker.wide_width())
        self.auto_button.setVisible(self.width() >= 280)

    # How the view moves.

    def _zoom(self, factor: float, about: float | None) -> None:
        following = self._following
        self.plot.zoom_time(factor, about)
        if following:
            self.jump_to_now()

    def _update_view(self) -> None:
        """Bring the plot up to the series: rows, view, last price, figures."""
        series, state = self._series, self.state
        if series is None or state is None or not len(series):
            return
        rows, timeframe_ms = series.rows(), series.timeframe_ms
        mapping = self.plot.mapping
        from_ms, to_ms = mapping.from_ms, mapping.to_ms
        if self._following:
            newest_end = float(rows["open_ms"][-1]) + timeframe_ms
            to_ms = newest_end + RIGHT_MARGIN_PX / self._pitch_px * timeframe_ms
            from_ms = to_ms - mapping.width / self._pitch_px * timeframe_ms
        first, end = visible_range(rows, timeframe_ms, from_ms, to_ms)
        self.plot.set_view(time=(from_ms, to_ms), price=self._price_range(rows[first:end], state))
        self.plot.least_span_ms = LEAST_VISIBLE * timeframe_ms
        self.plot.greatest_span_ms = GREATEST_VISIBLE * timeframe_ms
        if self.candles.set_rows(rows, timeframe_ms):
            self.plot.repaint_settled()
        self._show_volume_scale()
        last = state.last_price
        # The past is there before the first trade since we came.
        self.plot.set_last_price(float(rows["close"][-1]) if math.isnan(last) else last)
        self._show_figures()

    def _price_range(self, visible: Records, state: SymbolState) -> tuple[float, float] | None:
        """The price range to show with these candles; None to leave it as it is."""
        if not self.auto_scale or not len(visible):
            return None
        least = LEAST_TICKS * float(state.instrument.tick_size)
        lowest, highest = float(visible["low"].min()), float(visible["high"].max())
        self._fitted = fitted_price_range(lowest, highest, least, self._fitted)
        return self._fitted

    def _show_volume_scale(self) -> None:
        tick = volume_tick(self.candles.greatest_volume)
        if tick is None:
            self.plot.price_axis.set_lower_label(0.0, "")
            return
        decimals = max(0, -math.floor(math.log10(tick) + 1e-9))
        text = format.size(tick, decimals) if tick < 1000 else format.compact(tick)
        self.plot.price_axis.set_lower_label(self.candles.volume_y(tick), text)

    def _on_view(self) -> None:
        mapping = self.plot.mapping
        self.history_note.move(8, round(mapping.height) - self.history_note.height() - 8)
        self.now_button.adjustSize()
        self.now_button.move(
            round(mapping.width) - self.now_button.width() - 8,
            round(mapping.height) - self.now_button.height() - 8,
        )
        if mapping.width == self._width:
            return
        # Another size shows more or less of the past: candles keep their pitch, the right edge its moment.
        self._width = mapping.width
        if self._following:
            self._update_view()
        else:
            span = mapping.width / self._pitch_px * self.link.timeframe_ms
            self.plot.set_view(time=(mapping.to_ms - span, mapping.to_ms))

    def _on_time_moved(self) -> None:
        mapping = self.plot.mapping
        timeframe_ms = self.link.timeframe_ms
        self._pitch_px = timeframe_ms / mapping.ms_per_px
        rows = self.candles.rows
        end = float(rows["open_ms"][-1]) + timeframe_ms if len(rows) else mapping.to_ms
        self._set_following(mapping.x(end) <= mapping.width - RIGHT_MARGIN_PX + 0.5)
        self._fit()
        self._show_volume_scale()

    def _fit(self) -> None:
        state = self.state
        if state is not None:
            self.plot.set_view(price=self._price_range(self.candles.visible(), state))

    def _on_price_moved(self) -> None:
        self.set_auto_scale(False)

    def _on_auto(self, auto: bool) -> None:
        self.plot.price_free = not auto
        self._fitted = None
        self._fit()

    def _set_following(self, following: bool) -> None:
        self._following = following
        self.now_button.setVisible(not following)

    def _forget(self) -> None:
        self._series, self._version, self._fitted = None, -1, None

    def _show_nothing(self) -> None:
        if len(self.candles.rows):
            self.candles.set_rows(self.candles.rows[:0], self.link.timeframe_ms)
            self.plot.set_last_price(None)
            self.plot.set_mark_price(None)
            self.plot.repaint_settled()
            self.header.set_detail("")
        if self.state is None:
            self.cover_without_symbol()
        else:
            self.cover(f"No trade of {self.link.symbol} yet: candles begin with one.")

    # Figures in the header, and the crosshair.

    def _show_subject(self) -> None:
        state = self.state
        kind = KIND_WORDS[state.instrument.kind] + " · " if state is not None else ""
        self.header.set_subject(self.link.symbol, f"{kind}{timeframe_text(self.link.timeframe_ms)} candles")

    def _show_figures(self) -> None:
        state = self.state
        rows = self.candles.rows
        if state is None or not len(rows):
            return
        row = rows[-1] if self._crosshair_ms is None else self._row_at(self._crosshair_ms)
        if row is None:
            self.header.set_detail([("no trades in this candle", "muted")])
            return
        widest = format.size(self.candles.greatest_volume, state.instrument.size_decimals)
        parts = candle_parts(state, row, len(widest))
        funding = funding_part(state, self.services.feed.venue_now_ms())
        self.header.set_detail(parts if funding is None else [*parts, funding])

    def _row_at(self, time_ms: float) -> Records | None:
        rows, timeframe_ms = self.candles.rows, self.link.timeframe_ms
        open_ms = int(time_ms) // timeframe_ms * timeframe_ms
        index = bisect_left(rows["open_ms"], open_ms)
        return rows[index] if index < len(rows) and rows["open_ms"][index] == open_ms else None

    def _on_pointer(self, time_ms: float | None, price: float | None) -> None:
        self.link.set_crosshair(Crosshair(time_ms, price, self))

    def _on_crosshair(self, crosshair: Crosshair) -> None:
        self._crosshair_ms = crosshair.time_ms
        if crosshair.time_ms is None:
            self.plot.set_crosshair(None, crosshair.price)
        else:
            # The line stands on the candle whose figures the header shows, and says when it opens.
            timeframe_ms = self.link.timeframe_ms
            open_ms = int(crosshair.time_ms) // timeframe_ms * timeframe_ms
            self.plot.set_crosshair(open_ms + timeframe_ms / 2, crosshair.price, named_ms=open_ms)
        self._show_figures()
