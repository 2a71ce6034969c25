"""The plots of the time machine one over the other: bars, depth and money on one axis of time."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from ui import format
from ui.depth.best_price_item import BestPriceItem
from ui.depth.depth_item import DepthItem
from ui.depth.depth_palette import CHANGE_BY, TOP_PERCENTILE
from ui.depth.figures import cell_words, legend_words
from ui.depth.palette_legend import PaletteLegend
from ui.review.pnl_strip import PnlStrip
from ui.review.second_bars import width_for
from ui.review.selection import ExitMark
from ui.review.trip_items import After, BarsItem, TripItem, TripPicture
from ui.theme import AGE_PX, Theme, ui_font
from ui.widgets.plot_mapping import fitted_price_range
from ui.widgets.price_tag import PriceTag
from ui.widgets.time_price_plot import TimePricePlot
from workstation.journal.tape_map import TapeMap
from workstation.journal.trip_machine import TripMachine
from workstation.market.depth_level import UNKNOWN_CODE
from workstation.market.depth_map import DepthMap
from workstation.market.size_code import STEPS_PER_DOUBLING, decode
from workstation.model.columns import Records

LEAST_SIDE_MS, BEFORE_SHARE, AFTER_SHARE = 45_000, 0.45, 0.9
"""What is shown before and after a round trip, of how long it was held."""
CANDLES_BESIDE = 30
"""Where only candles are kept: so many of them before and after."""
SPAN_KEPT = 0.12
USUAL_PERCENTILE, WALLS_ABOVE = 92.0, 2.5
"""What rests usually, and how many times its double the brightest colour stands for at most."""
LOW_PX = 520
"""A column of plots less high than this gives the strip of money less."""
RESCALE_EVERY = 15
"""Refreshes between two looks at the colour scale: two a second."""


class TripPlots(QWidget):
    """Two plots that move as one, and the strip of money under them; a click in a plot goes there."""

    moment_wanted = Signal(object)
    """A moment that was clicked, milliseconds; not of type int, of which Qt has 32 bits."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._machine: TripMachine | None = None
        self._source: DepthMap | None = None
        self._version = (-1, -1)
        self._refreshes = 0
        self._limit = 0
        self._picture = TripPicture()
        self._moving = False
        self._is_widened = False  # to see candles, which are longer than most round trips
        self._after = After.DIM
        self.chart_plot, self.depth_plot = (
            TimePricePlot(theme, parent=self),
            TimePricePlot(theme, parent=self),
        )
        self.chart_plot.setAccessibleName("Bars around the round trip")
        self.depth_plot.setAccessibleName("Depth around the round trip")
        self.bars = BarsItem(theme)
        self.heatmap, self.best = DepthItem(theme), BestPriceItem(theme)
        self.legend = PaletteLegend(theme)
        self.over_chart = TripItem(theme, veil=False, words=True)
        self.over_depth = TripItem(theme, veil=True, words=False)
        self.chart_plot.add_overlay(self.bars, 0)
        self.chart_plot.add_overlay(self.over_chart, 10)
        for z, item in ((0, self.heatmap), (1, self.best), (10, self.over_depth), (20, self.legend)):
            self.depth_plot.add_overlay(item, z)
        self.money = PnlStrip(theme, self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setHandleWidth(3)
        self.splitter.addWidget(self.chart_plot)
        self.splitter.addWidget(self.depth_plot)
        self.splitter.setChildrenCollapsible(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.money)
        self.words = QLabel("", self.chart_plot)
        """What the bars are."""
        self.words.setFont(ui_font(AGE_PX))
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words.move(6, 5)
        for plot, other in ((self.chart_plot, self.depth_plot), (self.depth_plot, self.chart_plot)):
            plot.view_changed.connect(lambda plot=plot, other=other: self._viewed(plot, other))
            plot.reset_requested.connect(self.show_whole)
            plot.price_free = False
            plot.pointer_moved.connect(self._pointed)
            plot.viewport().installEventFilter(self)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        for plot in (self.chart_plot, self.depth_plot):
            plot.set_theme(theme)
        for item in (self.heatmap, self.best, self.legend):
            item.set_theme(theme)
        self.money.set_theme(theme)
        self.words.setStyleSheet(
            f"color: {theme.muted.name()}; background: {theme.panel.name()};"
            " padding: 1px 4px; border-radius: 3px;"
        )

    # What is shown.

    def show_machine(self, machine: TripMachine | None) -> None:
        """Show the market of a round trip; None shows nothing."""
        if self._source is not None and self._source.past is not None:
            self._source.past.release(self)
        self._machine, self._source, self._is_widened = machine, None, False
        self._picture = TripPicture()
        for item in (self.heatmap, self.best):
            item.set_source(None)
        self.bars.show_seconds(None, 1_000)
        if machine is not None:
            self.show_whole()

    def show_whole(self) -> None:
        """Show the round trip with what was before and after it."""
        machine = self._machine
        if machine is None:
            return
        trip = machine.trip
        closed_ms = trip.closed_ms or trip.parts[-1].fill.event_ms
        held_ms = max(1, closed_ms - trip.opened_ms)
        frame_ms = 0 if machine.tape is None else machine.tape.frame_ms
        least_ms = max(LEAST_SIDE_MS, CANDLES_BESIDE * frame_ms)
        from_ms = trip.opened_ms - max(least_ms, BEFORE_SHARE * held_ms)
        to_ms = closed_ms + max(least_ms, AFTER_SHARE * held_ms)
        self.chart_plot.set_view(time=(from_ms, to_ms))
        self.fit()

    def show_picture(self, picture: TripPicture, marks: tuple[ExitMark, ...]) -> None:
        """Show what the round trip itself looks like."""
        if picture != self._picture:
            self._picture = picture
            self.fit()
        for item in (self.over_chart, self.over_depth):
            item.show_picture(picture, marks)

    def refresh(self, cursor_ms: int, after: After, money: float | None) -> None:
        """Follow the cursor, and take in what was read; `money` is what the round trip is worth there."""
        machine = self._machine
        if machine is None:
            return
        self._after = after
        if machine.tape is not None and machine.tape.frame_ms and not self._is_widened:
            self._is_widened = True
            self.show_whole()
        if machine.tape is not None:
            width_ms = self.bar_width_ms
            self.bars.show_seconds(_rows(machine.tape), width_ms)
            words = f"{format.timeframe(width_ms)} candles"
            if words != self.words.text():
                self.words.setText(words)
                self.words.adjustSize()
            self.bars.set_cursor(cursor_ms, after)
        for item in (self.over_chart, self.over_depth):
            item.set_cursor(cursor_ms, after)
        self.money.set_cursor(cursor_ms, after, money)
        self._follow_depth(machine)
        if not self.chart_plot.mapping.from_ms <= cursor_ms <= self.chart_plot.mapping.to_ms:
            self._bring(cursor_ms)

    def _follow_depth(self, machine: TripMachine) -> None:
        past = machine.past_reader.depth(machine.venue, machine.symbol)
        view = self.depth_plot.mapping
        if self._source is None:
            machine.past_reader.follow(past)
            source = DepthMap(None, past)
            if source.empty:
                past.want(self, self.heatmap.seen_level(), (int(view.from_ms), int(view.to_ms)))
                return
            self._source = source
            for item in (self.heatmap, self.best):
                item.set_source(source)
            self.fit()
        source = self._source
        source.look(view.from_ms, view.to_ms)
        past.want(self, self.heatmap.seen_level(), (int(view.from_ms), int(view.to_ms)))
        machine.past_reader.follow(past)
        self.heatmap.refresh()
        if source.version != self._version:
            self._version = source.version
            self.best.update()
        self._refreshes += 1
        instrument = None if machine.tape is None else machine.tape.instrument
        if self._refreshes % RESCALE_EVERY == 1 and instrument is not None:
            fixed = self._rescale()
            cell = " × ".join(cell_words(instrument, source, self.heatmap.level))
            words = legend_words(instrument, cell, self.heatmap, None, fixed=fixed, linear=False)
            self.legend.set_words(words)

    def _rescale(self) -> bool:
        """Fit the colours to what is in view; whether walls were kept from making all else dark.

        Beside a round trip of seconds two walls can be more than a hundredth of all cells: what rests
        usually is then taken for the scale, and they stand out all the same.
        """
        codes = self.heatmap.codes_shown()[::2, ::2]
        seen = codes[codes > UNKNOWN_CODE]
        if not len(seen):
            return False
        usual, top = np.percentile(seen, [USUAL_PERCENTILE, TOP_PERCENTILE])
        limit = int(usual + WALLS_ABOVE * STEPS_PER_DOUBLING)
        if top <= limit:
            self.heatmap.set_scale(None, linear=False)
            self.heatmap.rescale()
            self._limit = 0
            return False
        if abs(limit - self._limit) > CHANGE_BY:
            self._limit = limit
            self.heatmap.set_scale(float(decode(np.array([limit], np.uint16))[0]), linear=False)
        return True

    @property
    def bar_width_ms(self) -> int:
        """Width of the bars in view."""
        mapping = self.chart_plot.mapping
        tape = None if self._machine is None else self._machine.tape
        return max(width_for(mapping.to_ms - mapping.from_ms), 0 if tape is None else tape.frame_ms)

    @property
    def has_depth(self) -> bool:
        """Whether anything is stored of the depth."""
        return self._source is not None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.money.set_low(self.height() < LOW_PX)

    def show_tags(self, tags: dict[str, PriceTag | None]) -> None:
        """Write these prices on both axes."""
        for plot in (self.chart_plot, self.depth_plot):
            for key, tag in tags.items():
                plot.price_axis.set_tag(key, tag)

    # The view.

    def fit(self) -> None:
        """Show every price of the view, and the lines of the round trip near it."""
        mapping = self.chart_plot.mapping
        machine = self._machine
        if machine is None:
            return
        found = self.bars.extremes(mapping.from_ms, mapping.to_ms)
        prices = list(found or ())
        prices += [fill.price for fill in self._picture.fills]
        if not prices:
            prices = [float(part.fill.price) for part in machine.trip.parts]
        low, high = min(prices), max(prices)
        reach = max((high - low) * 1.2, low * 1e-4)
        near = [step.price for step in self._picture.steps if low - reach <= step.price <= high + reach]
        low, high = min([low, *near]), max([high, *near])
        price = fitted_price_range(low, high, (high - low) or low * 1e-4, None)
        for plot in (self.chart_plot, self.depth_plot):
            plot.set_view(price=price)

    def zoom(self, factor: float) -> None:
        """Show `factor` times as much time."""
        self.chart_plot.zoom_time(factor)

    def _bring(self, cursor_ms: int) -> None:
        mapping = self.chart_plot.mapping
        span = mapping.to_ms - mapping.from_ms
        from_ms = cursor_ms - SPAN_KEPT * span
        self.chart_plot.set_view(time=(from_ms, from_ms + span))
        self.fit()

    def _viewed(self, plot: TimePricePlot, other: TimePricePlot) -> None:
        if self._moving:
            return
        self._moving = True
        now, there = plot.mapping, other.mapping
        if (now.from_ms, now.to_ms) != (there.from_ms, there.to_ms):
            other.set_view(time=(now.from_ms, now.to_ms))
        self._moving = False
        self.money.set_view(self.depth_plot.mapping)

    def _pointed(self, time_ms: float | None, price: float | None) -> None:
        for plot in (self.chart_plot, self.depth_plot):
            plot.set_crosshair(time_ms, price)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """A click that is no drag goes to its moment."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            at = event.position()
            if event.type() == QMouseEvent.Type.MouseButtonPress:
                self._pressed = at
            elif event.type() == QMouseEvent.Type.MouseButtonRelease and self._pressed is not None:
                mapping = self.chart_plot.mapping
                if (at - self._pressed).manhattanLength() < 4 and at.x() < mapping.width:
                    self.moment_wanted.emit(int(mapping.time_at(at.x())))
                self._pressed = None
        return False

    _pressed: QPointF | None = None


def _rows(tape: TapeMap) -> Records:
    """What bars are made of: the seconds that were traded, else candles."""
    return tape.candles if tape.frame_ms else tape.seconds
