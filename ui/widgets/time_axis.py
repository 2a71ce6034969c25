"""The time axis: which moments get a label, what the label says in UTC, and where it is painted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.theme import AGE_PX, Theme, ui_font
from ui.widgets.plot_mapping import Floats
from ui.widgets.plot_overlay import PlotOverlay
from ui.widgets.text_widths import TextWidths

TIME_AXIS_HEIGHT = 22
LABEL_GAP_PX = 36
"""Least free space between two labels."""
TAG_PADDING = 6
BLEED_PX = 3

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_STEPS = (
    *(100, 200, 500),
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14)),
)
_MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120)
_MONDAY_MS = 4 * _DAY  # 1970-01-05: weeks are counted from it
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class TimeTick:
    """One labelled moment.

    Attributes:
        at: its position on the axis: UTC ms, or a bar where bars are counted.
        text: what its label says.
        major: a new day (or year) begins here.
    """

    at: float
    text: str
    major: bool = False


def time_ticks(
    from_ms: float, to_ms: float, width: float, text_width: Callable[[str], float]
) -> list[TimeTick]:
    """The labelled moments of a view, on round UTC times, as many as fit without touching.

    Args:
        from_ms, to_ms: the view, UTC ms.
        width: of the plot, px.
        text_width: width of a label's text, px.
    """
    if width <= 0 or to_ms <= from_ms:
        return []
    px_per_ms = width / (to_ms - from_ms)
    for step in _STEPS:
        if step * px_per_ms >= text_width(_widest(step)) + LABEL_GAP_PX:
            return _even_ticks(from_ms, to_ms, step)
    for months in _MONTH_STEPS:
        if months * 28 * _DAY * px_per_ms >= text_width("0000") + LABEL_GAP_PX:
            return _month_ticks(from_ms, to_ms, months)
    return []


def bar_ticks(
    times: Floats, first_bar: float, last_bar: float, width: float, text_width: Callable[[str], float]
) -> list[TimeTick]:
    """The labelled bars of a view that counts bars: evenly spaced, each labelled with when it opened.

    Args:
        times: when each bar opened, UTC ms.
        first_bar, last_bar: the view.
        width: of the plot, px.
        text_width: width of a label's text, px.
    """
    if width <= 0 or last_bar <= first_bar:
        return []
    least = (text_width("00:00:00") + LABEL_GAP_PX) * (last_bar - first_bar) / width
    step = next(digit * 10**power for power in range(12) for digit in (1, 2, 5) if digit * 10**power >= least)
    start = max(0, -int(-first_bar // step) * step)
    ticks: list[TimeTick] = []
    day = None
    for bar in range(start, min(len(times), int(last_bar) + 1), step):
        moment = datetime.fromtimestamp(float(times[bar]) / 1000, UTC)
        new_day, day = day is not None and moment.date() != day, moment.date()
        text = f"{moment.day} {_MONTHS[moment.month - 1]}" if new_day else format.utc_time(float(times[bar]))
        ticks.append(TimeTick(bar, text, major=new_day))
    return ticks


def crosshair_time(time_ms: float, ms_per_px: float) -> str:
    """A moment as precisely as a pixel tells it: "8 Aug 23:55:10", "8 Aug 23:55", "8 Aug 2024"."""
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    day = f"{moment.day} {_MONTHS[moment.month - 1]}"
    if ms_per_px >= _HOUR:
        return f"{day} {moment.year}"
    clock = format.utc_time(time_ms, with_ms=ms_per_px < 20)
    return f"{day} {clock if ms_per_px < 20_000 else clock[:5]}"


def _widest(step: int) -> str:
    if step < _SECOND:
        return "00:00:00.000"
    return "00:00:00" if step < _MINUTE else "00:00" if step < _DAY else "00 Mmm"


def _even_ticks(from_ms: float, to_ms: float, step: int) -> list[TimeTick]:
    origin = _MONDAY_MS if step % (7 * _DAY) == 0 else 0
    first = -int(-(from_ms - origin) // step) * step + origin
    ticks = []
    for time_ms in range(first, int(to_ms) + 1, step):
        if time_ms % _DAY == 0:
            moment = datetime.fromtimestamp(time_ms / 1000, UTC)
            new_year = step >= _DAY and moment.month == 1 and moment.day <= step // _DAY
            text = str(moment.year) if new_year else f"{moment.day} {_MONTHS[moment.month - 1]}"
            ticks.append(TimeTick(time_ms, text, major=step < _DAY or new_year))
        else:
            clock = format.utc_time(time_ms, with_ms=step < _SECOND)
            ticks.append(TimeTick(time_ms, clock[:5] if step >= _MINUTE else clock))
    return ticks


def _month_ticks(from_ms: float, to_ms: float, months: int) -> list[TimeTick]:
    first = datetime.fromtimestamp(from_ms / 1000, UTC)
    number = (first.year * 12 + first.month - 1) // months * months
    ticks: list[TimeTick] = []
    while True:
        year, month = divmod(number, 12)
        time_ms = datetime(year, month + 1, 1, tzinfo=UTC).timestamp() * 1000
        if time_ms > to_ms:
            return ticks
        if time_ms >= from_ms:
            ticks.append(TimeTick(time_ms, str(year) if month == 0 else _MONTHS[month], major=month == 0))
        number += months


class TimeAxis(PlotOverlay):
    """The strip below the panes: labels, and a tag where the crosshair is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.font = ui_font(AGE_PX)
        self.metrics = QFontMetricsF(self.font)
        self.width_of = TextWidths(self.metrics)
        self.ticks: list[TimeTick] = []
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._tag_ms: float | None = None
        self._named_ms: float | None = None

    def set_tag(self, time_ms: float | None, named_ms: float | None = None) -> None:
        """Tag a moment, naming it or else `named_ms` (when its candle opens); None takes the tag away."""
        named_ms = time_ms if named_ms is None else named_ms
        if (time_ms, named_ms) != (self._tag_ms, self._named_ms):
            self._tag_ms, self._named_ms = time_ms, named_ms
            self.update()

    @property
    def tag_text(self) -> str:
        """What the tag says; "" without one."""
        return "" if self._named_ms is None else crosshair_time(self._named_ms, self.mapping.ms_per_px)

    def tag_rect(self) -> QRectF | None:
        """Where the tag is painted, kept inside the axis; None while there is none to see."""
        if self._tag_ms is None or not self.mapping.from_ms <= self._tag_ms <= self.mapping.to_ms:
            return None
        width = self.width_of(self.tag_text) + 2 * TAG_PADDING
        left = min(max(0.0, self.mapping.x(self._tag_ms) - width / 2), max(0.0, self.mapping.width - width))
        return QRectF(round(left), self.area.top() + 2, round(width), self.area.height() - 4)

    def label_rects(self) -> list[tuple[TimeTick, QRectF]]:
        """The labels that are painted: whole ones, beside the tag."""
        tag = self.tag_rect()
        placed = []
        for tick in self.ticks:
            width = self.width_of(tick.text)
            left = round(self.mapping.x_at(tick.at) - width / 2)
            rect = QRectF(left, self.area.top(), width, self.area.height())
            inside = rect.left() >= 2 and rect.right() <= self.mapping.width
            if inside and not (tag is not None and tag.adjusted(-4, -4, 4, 4).intersects(rect)):
                placed.append((tick, rect))
        return placed

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if option.exposedRect.bottom() <= self.area.top() + BLEED_PX:
            return  # the panes above are painted with a rim that reaches into the axis; no label is there
        painter.setFont(self.font)
        baseline = self.area.top() + (self.area.height() + self.metrics.ascent() - self.metrics.descent()) / 2
        for tick, rect in self.label_rects():
            painter.setPen(self.theme.text if tick.major else self.theme.muted)
            painter.drawText(QPointF(rect.left(), round(baseline)), tick.text)
        tag = self.tag_rect()
        if tag is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.control)
            painter.drawRoundedRect(tag, 3, 3)
            painter.setPen(self.theme.text)
            painter.drawText(QPointF(tag.left() + TAG_PADDING, round(baseline)), self.tag_text)
