"""The price axis: which prices get a label, and the tags that go before labels."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.theme import AGE_PX, Theme, ui_font
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from ui.widgets.price_tag import TAG_HEIGHT, PriceTag
from ui.widgets.text_widths import TextWidths

LABEL_GAP_PX = 38
"""Least distance between two labels."""
PADDING = 8


def price_ticks(low: float, high: float, height: float, decimals: int) -> list[float]:
    """The labelled prices of a view: multiples of 1, 2 or 5 times a power of ten, from low to high.

    Args:
        low, high: the view.
        height: of the price pane, px; labels keep `LABEL_GAP_PX` between them.
        decimals: of the instrument's prices; no step is finer.
    """
    if height <= 0 or not high > low:
        return []
    least = max((high - low) * LABEL_GAP_PX / height, 10.0**-decimals)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


class PriceAxis(PlotOverlay):
    """The strip right of the price pane: labels, and tags by key; the tag set last lies on top."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.font = ui_font(AGE_PX)
        self.tag_font = ui_font(AGE_PX, 600)
        self.label_font = ui_font(AGE_PX - 2, 600)
        self.metrics = QFontMetricsF(self.font)
        self.tag_metrics = QFontMetricsF(self.tag_font)
        self.width_of, self.tag_width_of = TextWidths(self.metrics), TextWidths(self.tag_metrics)
        self.decimals = 2
        self.ticks: list[float] = []
        self._tags: dict[str, PriceTag] = {}

    @property
    def tags(self) -> dict[str, PriceTag]:
        """The tags by key."""
        return dict(self._tags)

    def set_tag(self, key: str, tag: PriceTag | None) -> None:
        """Write a tag, or take it away with None."""
        if self._tags.get(key) == tag:
            return
        before = self._rects()
        if tag is None:
            del self._tags[key]
        else:
            self._tags[key] = tag
        after = self._rects()
        # Labels beside a tag come and go with it, and tags that yield to it may lie elsewhere.
        for one in before.keys() | after.keys():
            if before.get(one) != after.get(one):
                for rect in (before.get(one), after.get(one)):
                    if rect is not None and not rect.isEmpty():
                        self.update(rect.adjusted(-1, -2 * TAG_HEIGHT, 1, 2 * TAG_HEIGHT))

    def width_for(self, low: float, high: float) -> int:
        """The width that the labels of a view need, px; the same for every price of as many digits."""
        digits = max((len(format.price(value, self.decimals)) for value in (low, high)), default=0)
        widest = max(format.price(low, self.decimals), format.price(high, self.decimals), key=len)
        stand_in = "".join("0" if character.isdigit() else character for character in widest)
        return round(self.tag_width_of(stand_in) + 2 * PADDING + 10) if digits else 0

    def tag_rect(self, tag: PriceTag) -> QRectF:
        """Where a tag lies; one whose price is out of view rests at the edge."""
        return self._rects()[tag] if tag.yields else self._own_rect(tag)

    def _rects(self) -> dict[PriceTag, QRectF]:
        """Where every tag lies: those that yield take the free place nearest to their price, in turn."""
        rects = {tag: self._own_rect(tag) for tag in self._tags.values() if not tag.yields}
        yielding = [tag for tag in self._tags.values() if tag.yields]
        for tag in sorted(yielding, key=self._off_view):
            own = self._own_rect(tag)
            tops = [own.top()]
            for taken in rects.values():
                tops += [taken.top() - TAG_HEIGHT, taken.top() + TAG_HEIGHT]
            y = self.mapping.y(tag.price) - TAG_HEIGHT / 2
            free = [
                top
                for top in tops
                if 0 <= top <= self.mapping.height - TAG_HEIGHT
                and not any(abs(top - taken.top()) < TAG_HEIGHT for taken in rects.values())
            ]
            best = min(free, key=lambda top: abs(top - y), default=own.top())
            rects[tag] = QRectF(own.left(), best, own.width(), own.height())
        return rects

    def _own_rect(self, tag: PriceTag) -> QRectF:
        top = round(self.mapping.y(tag.price) - TAG_HEIGHT / 2)
        top = round(min(max(0.0, float(top)), max(0.0, self.mapping.height - TAG_HEIGHT)))
        return QRectF(self.area.left() + 3, top, self.area.width() - 6, TAG_HEIGHT)

    def _off_view(self, tag: PriceTag) -> bool:
        return not self.mapping.low <= tag.price <= self.mapping.high

    def label_rects(self) -> list[tuple[float, QRectF]]:
        """The labels that are painted: whole ones, clear of every tag."""
        half = self.metrics.height() / 2
        taken = list(self._rects().values())
        placed = []
        for price in self.ticks:
            y = self.mapping.y(price)
            rect = QRectF(self.area.left(), y - half, self.area.width(), 2 * half)
            if y < half or y > self.mapping.height - half or any(rect.intersects(tag) for tag in taken):
                continue
            placed.append((price, rect))
        return placed

    def view_changed(self, mapping: PlotMapping) -> None:
        super().view_changed(mapping)
        self.ticks = price_ticks(mapping.low, mapping.high, mapping.height, self.decimals)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        painter.setFont(self.font)
        painter.setPen(self.theme.muted)
        right = self.area.right() - PADDING
        shift = (self.metrics.ascent() - self.metrics.descent()) / 2
        for price, rect in self.label_rects():
            text = format.price(price, self.decimals)
            left = right - self.width_of(text)
            painter.drawText(QPointF(left, round(rect.center().y() + shift)), text)
        painter.setFont(self.tag_font)
        for tag, rect in reversed(self._rects().items()):
            off_view = self._off_view(tag)
            painter.setPen(self.theme.muted if off_view else Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.control if off_view else getattr(self.theme, tag.fill))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5) if off_view else rect, 3, 3)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(self.theme.muted if off_view else getattr(self.theme, tag.ink))
            text = format.price(tag.price, self.decimals)
            left = right - self.tag_width_of(text)
            painter.drawText(QPointF(left, round(rect.center().y() + shift)), text)
            if tag.label:
                painter.setFont(self.label_font)
                painter.drawText(QPointF(rect.left() + 3, round(rect.center().y() + shift)), tag.label)
                painter.setFont(self.tag_font)
