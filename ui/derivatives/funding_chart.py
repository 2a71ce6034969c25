"""The history of funding as bars, with the year's band, the baseline, and changes of the interval."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import format
from ui.derivatives.funding_reading import BASELINE_8H_RATE, FundingReading
from ui.derivatives.funding_tiles import hours_text, rate_text
from ui.derivatives.plot import (
    AXIS_PX,
    RIGHT,
    Plot,
    paint_tag,
    paint_time_scale,
    paint_value_scale,
    paint_words,
    steps,
)
from ui.derivatives.plot_widget import PlotWidget
from ui.theme import Theme, tint

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SCALE_PX = 72
LEGEND_PX = 20
MOST_VENUES = 4


@dataclass(frozen=True, slots=True)
class Bars:
    """One venue's bars.

    Attributes:
        name: of the venue, with its interval if that is not eight hours.
        token: which colour: "accent", or the name of a link colour.
        starts, ends: (n,) UTC ms. rates: (n,) for eight hours.
        tips: what each says under the pointer.
    """

    name: str
    token: str
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    rates: tuple[float, ...]
    tips: tuple[str, ...]


def bars_of(reading: FundingReading, from_ms: int) -> tuple[Bars, ...]:
    """The bars: each settlement of a venue that stands alone, windows of eight hours of several."""
    own = reading.history.since(from_ms)
    others = [
        (venue, history.since(from_ms))
        for (venue, _), history in reading.others.items()
        if len(history.since(from_ms))
    ]
    if not others:
        begun = (own.times - own.hours * HOUR_MS).tolist()
        tips = tuple(
            f"{_moment(at)}  {rate_text(rate)} % per {hours_text(hours)}"
            + ("" if hours == 8 else f", {rate_text(eight)} % for 8 h")
            for at, rate, hours, eight in zip(
                own.times.tolist(), own.rates.tolist(), own.hours.tolist(), own.per_8h.tolist(), strict=True
            )
        )
        name = _title(reading.venue, float(own.hours[-1]) if len(own) else 8.0)
        one = Bars(name, "accent", tuple(begun), tuple(own.times.tolist()), tuple(own.per_8h), tips)
        return (one,)
    venues = [(reading.venue, own), *others][:MOST_VENUES]
    tokens = ("accent", "text", "violet", "green")
    share = 0.84 / len(venues)
    made = []
    for place, (venue, history) in enumerate(venues):
        ends, sums, covered = history.by_window()
        starts = ends - 8 * HOUR_MS + (0.08 + place * share) * 8 * HOUR_MS
        tips = tuple(
            f"{_moment(int(end))}  {venue}  {rate_text(rate)} % in {hours_text(hours)}"
            for end, rate, hours in zip(ends.tolist(), sums.tolist(), covered.tolist(), strict=True)
        )
        name = _title(venue, float(history.hours[-1]) if len(history) else 8.0)
        made.append(
            Bars(
                name,
                tokens[place],
                tuple(starts),
                tuple(starts + share * 8 * HOUR_MS),
                tuple(sums),
                tips,
            )
        )
    return tuple(made)


def _title(venue: str, hours: float) -> str:
    return venue if hours == 8 else f"{venue} ({8 / hours:g} × {hours_text(hours)})"


def _moment(at_ms: int) -> str:
    return f"{format.utc_date(at_ms)[5:]} {format.utc_time(at_ms)[:5]}"


class FundingChart(PlotWidget):
    """Paints the bars; nothing is painted again as long as nothing of it changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Funding settled", (420, 160), (120, 0), parent)
        self._reading: FundingReading | None = None
        self._bars: tuple[Bars, ...] = ()
        self._span_ms = 14 * DAY_MS
        self._stamp: object = None

    @property
    def bars(self) -> tuple[Bars, ...]:
        """What is shown."""
        return self._bars

    def show_reading(self, reading: FundingReading, span_ms: int, version: object) -> None:
        """Show a reading's past over a span; `version` is equal as long as its history is."""
        predicted = None if reading.rate_8h is None else round(reading.rate_8h, 7)
        stamp = (reading.symbol, span_ms, version, predicted, reading.next_ms, reading.now_ms // 60_000)
        if stamp == self._stamp:
            return
        self._stamp, self._reading, self._span_ms = stamp, reading, span_ms
        self._bars = bars_of(reading, reading.now_ms - span_ms)
        self.update()

    @property
    def _has_bars(self) -> bool:
        return any(bars.rates for bars in self._bars)

    def _plot(self) -> Plot | None:
        reading = self._reading
        if reading is None or not self._has_bars:
            return None
        values = [0.0, BASELINE_8H_RATE, *(rate for bars in self._bars for rate in bars.rates)]
        if reading.rate_8h is not None:
            values.append(reading.rate_8h)
        if reading.band is not None:
            values += reading.band
        low, high = min(values), max(values)
        pad = (high - low) * 0.1
        right = max(reading.now_ms, reading.next_ms) + self._span_ms * 0.01
        # A young history fills the plot: years of nothing beside it say nothing.
        first = min(float(bars.starts[0]) for bars in self._bars if bars.starts)
        left = max(float(reading.now_ms - self._span_ms), first - 8 * HOUR_MS)
        area = QRectF(8, LEGEND_PX + 2, self.width() - SCALE_PX - 8, self.height() - LEGEND_PX - AXIS_PX - 4)
        if area.width() < 40 or area.height() < 24:
            return None
        return Plot(area, left, right, low - pad, high + pad)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(self.rect(), theme.panel)
        painter.setFont(self._small)
        plot, reading = self._plot(), self._reading
        if self._has_bars and plot is None:
            return  # there is no room for it
        if plot is None or reading is None:
            words = "No settlement is known yet: the venue is asked for a year of them."
            paint_words(painter, theme, QRectF(self.rect()), words)
            return
        values = steps(plot.low, plot.high, max(2, int(plot.area.height() / 34)))
        base_y = plot.y(BASELINE_8H_RATE)
        decimals = 2 if plot.high - plot.low > 0.0008 else 3 if plot.high - plot.low > 0.00008 else 4
        shown = [value for value in values if abs(plot.y(value) - base_y) > 14]
        paint_value_scale(painter, plot, theme, shown, lambda value: rate_text(value, decimals))
        if reading.band is not None:
            low, high = reading.band
            box = QRectF(QPointF(plot.area.left(), plot.y(high)), QPointF(plot.area.right(), plot.y(low)))
            painter.fillRect(box, tint(theme.muted, 0.10))
        painter.setPen(QPen(theme.dim, 1))
        painter.drawLine(QPointF(plot.area.left(), plot.y(0)), QPointF(plot.area.right(), plot.y(0)))
        painter.setPen(QPen(theme.muted, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(plot.area.left(), base_y), QPointF(plot.area.right(), base_y))
        painter.save()
        painter.setClipRect(plot.area)
        self._paint_bars(painter, plot)
        self._paint_predicted(painter, plot, reading)
        self._paint_changes(painter, plot, reading)
        painter.restore()
        self._paint_legend(painter, reading)
        paint_tag(painter, plot.area.right() + 3, base_y, "base .01", theme.control, theme.text)
        paint_time_scale(painter, plot, theme, self.height())
        self._paint_pointer(painter, plot)

    def _color(self, token: str) -> QColor:
        return self._theme.link_colors.get(token) or QColor(getattr(self._theme, token, self._theme.accent))

    def _paint_bars(self, painter: QPainter, plot: Plot) -> None:
        zero = plot.y(0)
        painter.setPen(Qt.PenStyle.NoPen)
        for bars in self._bars:
            painter.setBrush(self._color(bars.token))
            for start, end, rate in zip(bars.starts, bars.ends, bars.rates, strict=True):
                left, right = plot.x(start), plot.x(end)
                gap = min(1.0, (right - left) * 0.15)
                y = plot.y(rate)
                painter.drawRect(
                    QRectF(left + gap, min(y, zero), max(0.8, right - left - 2 * gap), abs(y - zero))
                )
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_predicted(self, painter: QPainter, plot: Plot, reading: FundingReading) -> None:
        if reading.rate_8h is None or not reading.next_ms:
            return
        left = plot.x(reading.next_ms - reading.interval_h * HOUR_MS)
        right, y, zero = plot.x(reading.next_ms), plot.y(reading.rate_8h), plot.y(0)
        painter.setPen(QPen(self._theme.warn, 1.4))
        painter.drawRect(QRectF(left, min(y, zero), max(4.0, right - left), max(1.0, abs(y - zero))))

    def _paint_changes(self, painter: QPainter, plot: Plot, reading: FundingReading) -> None:
        painter.setFont(self._small)
        free_from = plot.area.left()
        for change in reading.history.changes():
            x = plot.x(change.settled_ms)
            if not plot.area.left() <= x <= plot.area.right():
                continue
            painter.setPen(QPen(self._theme.warn, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, plot.area.top()), QPointF(x, plot.area.bottom()))
            words = f"{hours_text(change.before_h)} → {hours_text(change.after_h)}"
            width = self._small_metrics.horizontalAdvance(words)
            if x - width - 4 >= free_from:
                painter.drawText(QPointF(x - width - 4, plot.area.bottom() - 4), words)
                free_from = x + 2

    def _paint_legend(self, painter: QPainter, reading: FundingReading) -> None:
        x = 10.0
        for bars in self._bars:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._color(bars.token))
            painter.drawRect(QRectF(x, 6, 8, 8))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.muted)
            painter.drawText(QPointF(x + 13, 14), bars.name)
            x += 13 + self._small_metrics.horizontalAdvance(bars.name) + 16
        if reading.rate_8h is not None and reading.next_ms:
            painter.setPen(QPen(self._theme.warn, 1.4))
            painter.drawRect(QRectF(x, 6, 8, 8))
            painter.setPen(self._theme.muted)
            painter.drawText(QPointF(x + 13, 14), "predicted")
            x += 13 + self._small_metrics.horizontalAdvance("predicted") + 16
        if reading.band is not None:
            low, high = reading.band
            words = f"P5 … P95  {rate_text(low, 3)} … {rate_text(high, 3)} %"
            box = QRectF(x, 0, self.width() - SCALE_PX - x, LEGEND_PX)
            if box.width() > self._small_metrics.horizontalAdvance(words):
                painter.drawText(box, RIGHT, words)

    def _paint_pointer(self, painter: QPainter, plot: Plot) -> None:
        pointer, at = self.pointed(plot), self.pointed_at(plot)
        if pointer is None or at is None:
            return
        found = [
            (abs((start + end) / 2 - at), tip)
            for bars in self._bars
            for start, end, tip in zip(bars.starts, bars.ends, bars.tips, strict=True)
        ]
        if not found:
            return
        self.paint_pointed_line(painter, plot, pointer.x())
        self.paint_tip(painter, plot, pointer.x(), plot.area.top() + 2, min(found)[1])


def as_table(reading: FundingReading) -> str:
    """The year's settlements for the clipboard, tab-separated."""
    lines = ["settled UTC\trate\tinterval h\trate for 8 h"]
    history = reading.history
    for at, rate, hours, eight in zip(
        history.times.tolist(),
        history.rates.tolist(),
        history.hours.tolist(),
        history.per_8h.tolist(),
        strict=True,
    ):
        lines.append(f"{format.utc_date(at)} {format.utc_time(at)}\t{rate:.10g}\t{hours:g}\t{eight:.10g}")
    return "\n".join(lines)
