"""The ticket on its chart: lines of entry, stop and target that can be dragged, and what lies between."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.links import PanelLink
from ui.services import PanelServices
from ui.theme import AGE_PX, Theme, mix, tint, ui_font
from ui.ticket.draft import EntryKind
from ui.ticket.edits import price_text
from ui.ticket.effects import decimals_of
from ui.ticket.reckoned import Reckoned
from ui.widgets.plot_mouse import PlotPoint, PlotTool
from ui.widgets.plot_overlay import PlotOverlay
from ui.widgets.price_tag import PriceTag
from ui.widgets.time_price_plot import TimePricePlot

NEAR_PX = 5.0
BOX_PX = 18
TAG_PX = 168
LAYER_Z = 101.5
"""Over the lines of last and mark price, under the crosshair."""
SHADE_SHARE = 0.74
"""From here on to the right, of the width, risk and reward are shaded."""


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A price of the ticket.

    Attributes:
        name: field of the draft; "" for one that follows and cannot be dragged.
        price: quote per base unit.
        words: on its tag.
        role: token of the theme.
    """

    name: str
    price: float
    words: str
    role: str


def ticket_lines(found: Reckoned) -> list[TicketLine]:
    """The lines of a draft as it was worked out, those that cannot be dragged first."""
    contract, entry = found.contract, found.entry_price or found.entry
    if contract is None:
        return []
    lines = []
    tick, lot = decimals_of(contract.rules.tick_size), decimals_of(contract.rules.lot_size)
    if found.liquidation is not None and entry is not None:
        away = float(found.liquidation / entry - 1)
        figure = format.price(float(found.liquidation), tick)
        words = f"liquidation {figure}  {format.percent(away, 1, signed=True)}"
        lines.append(TicketLine("", float(found.liquidation), words, "danger"))
    if found.break_even is not None:
        lines.append(TicketLine("", float(found.break_even), "break-even", "muted"))
    risk = None if entry is None or found.stop is None else abs(entry - found.stop)
    for name, price, role in (("target", found.target, "up"), ("stop", found.stop, "down")):
        if price is None:
            continue
        words = name
        if entry is not None:
            words += f" {format.percent(float(price / entry - 1), 2, signed=True)}"
        if entry is not None and risk:
            gained = (price - entry) * found.draft.side.sign / risk
            words += f"  {format.signed(float(gained), 1)} R"
        lines.append(TicketLine(name, float(price), words, role))
    if found.draft.kind.is_scaled and found.far is not None:
        words = "retest" if found.draft.kind is EntryKind.HALVES else f"rung {len(found.legs) or ''}".strip()
        lines.append(TicketLine("far", float(found.far), words, "accent"))
    if found.entry is not None:
        size = "" if found.size is None else f" {format.size(float(found.size), lot)} {contract.base}"
        kind = "market" if found.draft.kind is EntryKind.MARKET else "limit"
        name = "" if found.draft.kind is EntryKind.MARKET else "entry"
        lines.append(TicketLine(name, float(found.entry), f"entry {kind}{size}", "accent"))
    return lines


class TicketItem(PlotOverlay):
    """Paints the lines with their tags, and risk and reward between them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._font = ui_font(AGE_PX, 600)
        self._metrics = QFontMetricsF(self._font)
        self.lines: tuple[TicketLine, ...] = ()
        self.held = ""

    def show_lines(self, lines: Sequence[TicketLine], held: str) -> None:
        """Show these; nothing is painted anew if they are the same."""
        if (tuple(lines), held) == (self.lines, self.held):
            return
        # What is under it is painted too: only the strips of what has changed, and the shades between.
        changed = {*self.lines, *lines} - ({*self.lines} & {*lines})
        if held != self.held:
            changed |= {line for line in lines if line.name in (held, self.held)}
        self.lines, self.held = tuple(lines), held
        mapping = self.mapping
        for line in changed:
            y = min(max(mapping.y(line.price), -BOX_PX), mapping.height + BOX_PX)
            self.update(QRectF(0, y - BOX_PX, mapping.width, 2 * BOX_PX))
        if changed:
            left = min(mapping.width * SHADE_SHARE, mapping.width - TAG_PX * 2)
            self.update(QRectF(left, 0, mapping.width - left, mapping.height))

    def line_at(self, x: float, y: float) -> TicketLine | None:
        """The line under the pointer that can be dragged, by its line or its tag; None for none."""
        mapping = self.mapping
        near: list[tuple[float, TicketLine]] = []
        for line in self.lines:
            away = abs(mapping.y(line.price) - y)
            on_tag = away <= BOX_PX / 2 and x >= mapping.width - TAG_PX - 8
            if line.name and (away <= NEAR_PX or on_tag):
                near.append((away, line))
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if not self.lines:
            return
        mapping = self.mapping
        painter.save()
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
        painter.setFont(self._font)
        named = {line.name: line for line in self.lines if line.name}
        entry = next((line for line in self.lines if line.words.startswith("entry")), None)
        if entry is not None:
            for name in ("target", "stop"):
                if name in named:
                    self._shade(painter, entry.price, named[name])
        outside = [line for line in self.lines if not mapping.low <= line.price <= mapping.high]
        for below in (True, False):
            beyond = [
                line for line in outside if (line.price < mapping.low) is below and line.role != "muted"
            ]
            beyond.sort(key=lambda line: -abs(line.price - mapping.low))
            for place, line in enumerate(beyond if below else beyond[::-1]):
                self._paint_beyond(painter, line, len(beyond) - 1 - place if below else place, below=below)
        for line in self.lines:
            if line not in outside:
                self._paint_line(painter, line)
        painter.restore()

    def _paint_beyond(self, painter: QPainter, line: TicketLine, place: int, *, below: bool) -> None:
        """A price outside of what is shown: said at the edge that it lies behind."""
        mapping = self.mapping
        top = mapping.height - (place + 1) * BOX_PX if below else place * BOX_PX
        painter.setPen(getattr(self.theme, line.role if line.name else "muted"))
        room = QRectF(0, top, mapping.width - 10, BOX_PX)
        painter.drawText(room, _RIGHT, f"{'↓' if below else '↑'} {line.words}")

    def _shade(self, painter: QPainter, entry: float, line: TicketLine) -> None:
        mapping = self.mapping
        top, bottom = sorted((mapping.y(entry), mapping.y(line.price)))
        left = mapping.width * SHADE_SHARE
        color = tint(getattr(self.theme, line.role), 0.10)
        painter.fillRect(QRectF(left, top, mapping.width - left, bottom - top), color)

    def _paint_line(self, painter: QPainter, line: TicketLine) -> None:
        mapping, theme = self.mapping, self.theme
        y = mapping.y(line.price)
        color = getattr(theme, line.role)
        pen = QPen(color, 2 if line.name and line.name == self.held else 1)
        if not line.name:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(0, round(y), round(mapping.width), round(y))
        if not line.name and line.role == "muted":
            painter.setPen(color)
            painter.drawText(QRectF(0, y - BOX_PX, mapping.width - TAG_PX - 20, BOX_PX), _RIGHT, line.words)
            return
        width = max(TAG_PX, self._metrics.horizontalAdvance(line.words) + 14)
        box = QRectF(max(0.0, mapping.width - width - 6), y - BOX_PX / 2, width, BOX_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color if line.name else mix(theme.panel, color, 0.22))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.on_accent if line.name else color)
        painter.drawText(box.adjusted(7, 0, -4, 0), _LEFT, line.words)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TicketLines(QObject):
    """Binds the ticket of the linked symbol to a plot, both ways; a `PlotTool` before the one there."""

    def __init__(self, plot: TimePricePlot, services: PanelServices, link: PanelLink) -> None:
        """Put it on a plot that has its other tool already."""
        super().__init__(plot)
        self._plot, self._services, self._link = plot, services, link
        self._behind: PlotTool | None = plot.tool
        self._dragged = ""
        self._start: dict[str, Decimal] = {}
        self._tags: set[str] = set()
        self._hovers = False
        self.item = TicketItem(plot.theme)
        plot.add_overlay(self.item, LAYER_Z)
        plot.set_tool(self)
        services.tickets.changed.connect(self._on_ticket)

    @property
    def found(self) -> Reckoned | None:
        """What the ticket comes to; None while it has not been taken up, or nothing trades here."""
        trading, symbol = self._services.trading, self._link.symbol
        if trading is None or not self._services.tickets.is_armed(symbol):
            return None
        return self._services.tickets.reckoned(symbol, trading)

    def refresh(self) -> None:
        """Follow ticket and market."""
        found = self.found
        lines = [] if found is None else ticket_lines(found)
        self.item.show_lines(lines, self._dragged)
        shown = {f"ticket {line.words.split()[0]}": line for line in lines}
        axis = self._plot.price_axis
        for key in self._tags - set(shown):
            axis.set_tag(key, None)
        for key, line in shown.items():
            ink = "on_accent" if line.name else line.role
            axis.set_tag(key, PriceTag(line.price, line.role if line.name else "control", ink, yields=True))
        self._tags = set(shown)

    def _on_ticket(self, symbol: str) -> None:
        if symbol == self._link.symbol and self._plot.isVisible():
            self.refresh()

    # The mouse.

    def press(self, point: PlotPoint) -> bool:
        """Take hold of a line, or leave the press to the tool behind."""
        line = self.item.line_at(point.x, point.y)
        found = self.found
        if line is None or found is None or point.button != Qt.MouseButton.LeftButton:
            return self._behind is not None and self._behind.press(point)
        self._dragged = line.name
        self._start = {
            name: price
            for name in ("entry", "far", "stop", "target")
            if (price := getattr(found, name)) is not None
        }
        return True

    def move(self, point: PlotPoint) -> bool:
        """Drag the line held; with Shift all of them by as much."""
        if not self._dragged:
            hovers = self.item.line_at(point.x, point.y) is not None and not point.held
            if hovers != self._hovers:
                self._hovers = hovers
                shape = Qt.CursorShape.SizeVerCursor if hovers else Qt.CursorShape.CrossCursor
                self._plot.viewport().setCursor(shape)
            if hovers:
                return True
            return self._behind is not None and self._behind.move(point)
        found = self.found
        if found is None or found.contract is None or point.price <= 0:
            return True
        price = Decimal(repr(point.price))
        if point.keys & Qt.KeyboardModifier.ShiftModifier:
            moved = price - self._start[self._dragged]
            prices = {name: start + moved for name, start in self._start.items() if start + moved > 0}
        else:
            prices = {self._dragged: price}
        texts = {name: price_text(found, value) for name, value in prices.items()}
        self._services.tickets.edit(self._link.symbol, **texts)
        return True

    def release(self, point: PlotPoint) -> bool:
        """Let the line go."""
        if self._dragged:
            self._dragged = ""
            self.refresh()
            return True
        return self._behind is not None and self._behind.release(point)

    def double_click(self, point: PlotPoint) -> bool:
        """Nothing of the ticket's."""
        return self._behind is not None and self._behind.double_click(point)
