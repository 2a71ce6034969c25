"""How a chart's view moves: it follows the newest bar until the trader takes hold, and fits its scale."""

from PySide6.QtCore import QObject, Signal

from ui.charting.bar_view import BarView
from ui.widgets.plot_mapping import fitted_price_range
from ui.widgets.time_price_plot import RIGHT_MARGIN_PX, TimePricePlot

DEFAULT_PITCH_PX = 10.0
"""Pixels from bar to bar in a new chart."""
LEAST_PITCH_PX, GREATEST_PITCH_PX = 0.0005, 500.0
LEAST_VISIBLE = 4
"""Nobody zooms in on fewer bars than this fill the plot."""
GREATEST_VISIBLE = 2_000_000
LEAST_TICKS = 20
"""A fitted price range spans at least this many ticks."""


class ChartView(QObject):
    """The ranges of a chart's plot."""

    following_changed = Signal(bool)
    """The view has begun or ceased to move with the newest bar."""
    held = Signal()
    """The trader has moved the price scale by hand."""

    def __init__(self, plot: TimePricePlot, bars: BarView) -> None:
        super().__init__(plot)
        self._plot, self._bars = plot, bars
        self.pitch_px = DEFAULT_PITCH_PX
        self._following = True
        self._auto = True
        self._fitted: tuple[float, float] | None = None
        self._tick_size = 0.01
        self._width = 0.0
        plot.view_changed.connect(self._on_view)
        plot.time_moved.connect(self._on_time_moved)
        plot.price_moved.connect(self.held)

    @property
    def following(self) -> bool:
        """The view moves with the newest bar."""
        return self._following

    def set_following(self, following: bool) -> None:
        """Move with the newest bar from the next update on, or stay."""
        self._following = following
        self.following_changed.emit(following)

    def set_auto(self, auto: bool) -> None:
        """Fit the price scale to the bars in view, or hold it where it is."""
        self._auto = auto
        self._plot.price_free = not auto
        self._fitted = None
        self._fit()

    def forget(self) -> None:
        """Other bars come: what was fitted to those before is void."""
        self._fitted = None

    def set_tick_size(self, tick_size: float) -> None:
        """Of the instrument: no fitted scale is finer than a few of them."""
        self._tick_size = tick_size

    def update(self) -> None:
        """Bring the view up to the bars, of which there is at least one."""
        plot, bars = self._plot, self._bars
        left, right = plot.mapping.left, plot.mapping.right
        if self._following:
            right = bars.right_end() + RIGHT_MARGIN_PX / self.pitch_px * bars.pitch
            left = right - plot.mapping.width / self.pitch_px * bars.pitch
        plot.least_span_ms = LEAST_VISIBLE * bars.pitch
        plot.greatest_span_ms = GREATEST_VISIBLE * bars.pitch
        if (left, right) != (plot.mapping.left, plot.mapping.right):
            plot.set_view(time=(left, right), price=self._price_range(left, right))
        else:
            self._fit()

    def end_at(self, moment_ms: float) -> None:
        """Show the bars up to a moment, at the same pitch."""
        mapping = self._plot.mapping
        right = mapping.position(moment_ms)
        self._plot.set_view(time=(right - mapping.width / self.pitch_px * self._bars.pitch, right))
        self._fit()

    def show_moment(self, moment_ms: float) -> None:
        """Have a moment in the middle and stay there; nothing moves while it is in view already."""
        mapping = self._plot.mapping
        at = mapping.position(moment_ms)
        if mapping.left <= at <= mapping.right:
            return
        half = mapping.width / self.pitch_px * self._bars.pitch / 2
        self.set_following(False)
        self._plot.set_view(time=(at - half, at + half))
        self._fit()

    def jump_to_now(self) -> None:
        """Show the newest bar at the right and follow it."""
        self.set_following(True)
        if len(self._bars):
            self.update()

    def zoom(self, factor: float) -> None:
        """Show `factor` times as many bars; while the view follows, the newest keeps its place."""
        following = self._following
        about = self._plot.mapping.width - RIGHT_MARGIN_PX if following else None
        self._plot.zoom_time(factor, about)
        if following:
            self.jump_to_now()

    def reset(self) -> None:
        """Show what a new chart would."""
        self.pitch_px = DEFAULT_PITCH_PX
        self._fitted = None
        self.jump_to_now()

    def _price_range(self, left: float, right: float) -> tuple[float, float] | None:
        """The price range to show with a stretch of the axis; None to leave it as it is."""
        if not self._auto or not len(self._bars):
            return None
        first, end = self._bars.between(left, right)
        if end <= first:
            return None
        lowest, highest, _ = self._bars.extremes(
            first, end, (right - left) / max(1.0, self._plot.mapping.width)
        )
        least = LEAST_TICKS * self._tick_size
        self._fitted = fitted_price_range(lowest, highest, least, self._fitted)
        return self._fitted

    def _fit(self) -> None:
        mapping = self._plot.mapping
        price = self._price_range(mapping.left, mapping.right)
        if price is not None:
            self._plot.set_view(price=price)

    def _on_view(self) -> None:
        mapping = self._plot.mapping
        if mapping.width == self._width or not len(self._bars):
            return
        # Another size shows more or less of the past: bars keep their pitch, the right edge its moment.
        self._width = mapping.width
        if self._following:
            self.update()
        else:
            span = mapping.width / self.pitch_px * self._bars.pitch
            self._plot.set_view(time=(mapping.right - span, mapping.right))
            self._fit()

    def _on_time_moved(self) -> None:
        mapping = self._plot.mapping
        self.pitch_px = self._bars.pitch / mapping.per_px
        end = self._bars.right_end() if len(self._bars) else mapping.right
        self.set_following(mapping.x_at(end) <= mapping.width - RIGHT_MARGIN_PX + 0.5)
        self._fit()
