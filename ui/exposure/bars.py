"""Long and short of each part of a book as bars from nothing, now above and after the ticket below."""

from dataclasses import dataclass
from math import ceil, floor, log10

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui import format
from ui.exposure.reading import ExposureReading
from ui.theme import AGE_PX, BODY_PX, Theme, mix, ui_font
from workstation.trading.book_exposure import BookExposure, Sides
from workstation.trading.sectors import sector_title

ROW_PX = 27
AXIS_PX = 20
HEAD_PX = 24
FIGURES_PX = 152
NOW_PX = 60
BAR_PX = 8
_CAP_ROOM = 1.6
"""A cap further out than so many times the longest bar stands beside the axis."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class BarRow:
    """One part of a book.

    Attributes:
        title: its name.
        now, after: its sides; `after` is None without a ticket.
        net_only: one bar of the difference, in no side's colour.
        over: past its cap after the ticket, or now without one.
    """

    title: str
    now: Sides
    after: Sides | None
    net_only: bool = False
    over: bool = False


SECTOR, FACTOR, GROUP = "sector", "factor", "group"
TITLES = {
    SECTOR: "Sector, long and short",
    FACTOR: "β × worth, long and short",
    GROUP: "Group, long and short",
}


def bar_rows(reading: ExposureReading, part: str) -> tuple[list[BarRow], list[BarRow]]:
    """The rows of a part, the largest first, and the sums below them."""
    now, after = reading.now, reading.after
    parts = [_parts(book, part) for book in (now, after) if book is not None]
    names = sorted(
        {name for one in parts for name in one},
        key=lambda name: (-max(one.get(name, Sides()).gross for one in parts), name),
    )
    cap = reading.planned.sector_cap if reading.planned is not None and part == SECTOR else None
    rows = []
    for name in names:
        sides = [one.get(name, Sides()) for one in parts]
        title = name if part in (FACTOR, GROUP) else sector_title(name)
        over = cap is not None and abs(sides[-1].net) > cap
        rows.append(BarRow(title, sides[0], sides[1] if after is not None else None, over=over))
    sums = [BarRow("Net", now.whole, None if after is None else after.whole, net_only=True)]
    if "BTC" in now.factors and part != FACTOR:
        then = None if after is None else after.factors["BTC"]
        sums.append(BarRow("β-weighted BTC", now.factors["BTC"], then, net_only=True))
    return rows, sums


def bars_height(rows: int, sums: int) -> int:
    """Pixels that so many rows and sums take."""
    return HEAD_PX + (rows + sums) * ROW_PX + AXIS_PX + 8


def paint_bars(
    painter: QPainter,
    box: QRectF,
    reading: ExposureReading,
    part: str,
    theme: Theme,
) -> None:
    """Paint the bars of a part into a box."""
    rows, sums = bar_rows(reading, part)
    has_after = reading.after is not None
    names = max(96.0, min(150.0, box.width() * 0.26))
    figures = FIGURES_PX if has_after else NOW_PX
    field = QRectF(box.left() + names, box.top() + HEAD_PX, box.width() - names - figures - 12, box.height())
    field.setHeight((len(rows) + len(sums)) * ROW_PX)
    scale = _Scale(
        rows + sums, reading.planned.sector_cap if reading.planned and part == SECTOR else None, field
    )
    painter.setFont(ui_font(AGE_PX))
    painter.setPen(theme.muted)
    head = QRectF(box.left(), box.top(), box.width(), HEAD_PX)
    painter.drawText(head, _LEFT, TITLES[part])
    painter.drawText(_now_box(head, has_after), _RIGHT, "now")
    if has_after:
        painter.drawText(head, _RIGHT, "after")
    painter.setPen(QPen(theme.hairline, 1))
    for tick in scale.ticks:
        painter.drawLine(QPointF(scale.x(tick), field.top()), QPointF(scale.x(tick), field.bottom()))
    y = field.top()
    for row in rows + sums:
        if row is sums[0]:
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        line = QRectF(box.left(), y, box.width(), ROW_PX)
        _paint_row(painter, line, names, row, scale, theme)
        y += ROW_PX
    painter.setPen(QPen(theme.dim, 1))
    painter.drawLine(QPointF(scale.x(0), field.top()), QPointF(scale.x(0), field.bottom()))
    _paint_cap(painter, field, scale, len(rows), theme)
    _paint_axis(painter, QRectF(box.left(), y, box.width(), AXIS_PX), scale, theme, has_after)


class _Scale:
    """Shares of the equity to pixels; round ticks."""

    def __init__(self, rows: list[BarRow], cap: float | None, field: QRectF) -> None:
        ends = [0.0]
        for row in rows:
            for sides in (row.now, row.after):
                if sides is not None:
                    ends += [sides.net] if row.net_only else [sides.long, -sides.short]
        low, high = min(ends), max(ends)
        self.cap, self.cap_outside = cap, False
        reach = max(high, -low, 0.01)
        if cap is not None:
            self.cap_outside = cap > _CAP_ROOM * reach
            if not self.cap_outside:
                high = max(high, cap)
        if high == low:
            high = 0.1
        self._low, self._high, self._field = low, high, field
        rough = (high - low) / 4
        size = 10.0 ** floor(log10(rough))
        step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
        self.ticks = [number * step for number in range(ceil(low / step), floor(high / step) + 1)]
        # As many as the step has in per cent: 2.5 % must not read as 2 and 8.
        self.decimals = next((count for count in (0, 1) if _is_whole(step * 100 * 10**count)), 2)

    def x(self, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return self._field.left() + share * self._field.width()


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6


def _now_box(line: QRectF, has_after: bool) -> QRectF:
    return line.adjusted(0, 0, -84 if has_after else 0, 0)


def _paint_row(
    painter: QPainter, line: QRectF, names: float, row: BarRow, scale: _Scale, theme: Theme
) -> None:
    painter.setFont(ui_font(BODY_PX))
    painter.setPen(theme.text)
    metrics = painter.fontMetrics()
    room = QRectF(line.left(), line.top(), names - 8, line.height())
    painter.drawText(
        room, _LEFT, metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, int(room.width()))
    )
    has_after = row.after is not None
    middle = line.center().y()
    top = middle - BAR_PX - 1 if has_after else middle - BAR_PX / 2 - 1
    _paint_sides(painter, top, row.now, row.net_only, scale, theme, filled=True)
    if row.after is not None:
        _paint_sides(painter, middle + 1, row.after, row.net_only, scale, theme, filled=False)
    painter.setPen(theme.muted if has_after or not row.over else theme.warn)
    painter.drawText(_now_box(line, has_after), _RIGHT, _share(row.now.net))
    if row.after is None:
        return
    painter.setPen(theme.muted)
    arrow = QRectF(line.right() - 78, line.top(), 18, line.height())
    painter.drawText(arrow, Qt.AlignmentFlag.AlignCenter, "→")
    changed = _share(row.after.net) != _share(row.now.net)
    painter.setFont(ui_font(BODY_PX, 600 if changed else 400))
    painter.setPen(theme.warn if row.over else theme.text if changed else theme.muted)
    painter.drawText(line, _RIGHT, _share(row.after.net))
    if row.over:
        painter.drawText(
            line.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(" +000.0") - 4, 0), _RIGHT, "!"
        )


def _paint_sides(
    painter: QPainter,
    top: float,
    sides: Sides,
    net_only: bool,
    scale: _Scale,
    theme: Theme,
    *,
    filled: bool,
) -> None:
    parts = ((sides.net, theme.muted),) if net_only else ((sides.long, theme.up), (-sides.short, theme.down))
    for value, color in parts:
        if not value:
            continue
        left, right = sorted((scale.x(0), scale.x(value)))
        bar = QRectF(left, top, max(1.0, right - left), BAR_PX)
        if filled:
            painter.fillRect(bar, color)
        else:
            paint_hollow(painter, bar, color, theme)


def paint_hollow(painter: QPainter, bar: QRectF, color: QColor, theme: Theme) -> None:
    """A bar of what is not so yet: its outline over a wash of its colour."""
    painter.fillRect(bar, mix(theme.panel, color, 0.3))
    painter.setPen(QPen(color, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_cap(painter: QPainter, field: QRectF, scale: _Scale, rows: int, theme: Theme) -> None:
    if scale.cap is None or not rows:
        return
    painter.setFont(ui_font(AGE_PX))
    painter.setPen(QPen(theme.warn, 1, Qt.PenStyle.DashLine))
    words = f"cap {format.price(scale.cap * 100, 0)}"
    bottom = field.top() + rows * ROW_PX
    if scale.cap_outside:
        words += " →"
        painter.drawText(QRectF(field.left(), field.top() - HEAD_PX, field.width(), HEAD_PX), _RIGHT, words)
        return
    x = round(scale.x(scale.cap)) + 0.5
    painter.drawLine(QPointF(x, field.top() - 4), QPointF(x, bottom - 2))
    width = painter.fontMetrics().horizontalAdvance(words)
    left = x + 4 if x + 6 + width < field.right() else x - 4 - width
    label = QRectF(left - 1, field.top() - HEAD_PX, width + 3, HEAD_PX)
    painter.drawText(label, _LEFT, words)


def _paint_axis(painter: QPainter, line: QRectF, scale: _Scale, theme: Theme, has_after: bool) -> None:
    painter.setFont(ui_font(AGE_PX))
    y = line.center().y()
    fill = mix(theme.panel, theme.muted, 0.9)
    x = line.left()
    for word, filled in (("now", True), ("after", False))[: 1 + has_after]:
        box = QRectF(x, y - 4, 12, 8)
        if filled:
            painter.fillRect(box, fill)
        else:
            paint_hollow(painter, box, theme.muted, theme)
        painter.setPen(theme.muted)
        painter.drawText(QRectF(x + 16, line.top(), 40, line.height()), _LEFT, word)
        x += 16 + painter.fontMetrics().horizontalAdvance(word) + 12
    painter.setPen(theme.muted)
    free = x
    for tick in scale.ticks:
        words = format.signed(tick * 100, scale.decimals) if tick else "0"
        width = painter.fontMetrics().horizontalAdvance(words)
        at = scale.x(tick) - width / 2
        if at >= free:
            painter.drawText(QRectF(at, line.top(), width + 2, line.height()), _LEFT, words)
            free = at + width + 10


def _parts(book: BookExposure, part: str) -> dict[str, Sides]:
    return dict({SECTOR: book.sectors, FACTOR: book.factors, GROUP: book.groups}[part])


def _share(value: float) -> str:
    return format.signed(value * 100, 1)
