"""A chart's settings as a layout keeps them: read with care, for what is unknown or wrong is left out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ui.charting.candle_item import BarStyle
from ui.charting.chart_view import GREATEST_PITCH_PX, LEAST_PITCH_PX, ChartView
from ui.charting.market_views import MarketViews
from ui.charting.pane_stack import GREATEST_SHARE, LEAST_SHARE, PaneStack
from ui.charting.study_host import StudyHost
from ui.drawings.board import DrawingBoard
from ui.links import PanelLink
from ui.widgets.timeframe_picker import parse_rule, parse_timeframe, timeframe_text
from workstation.market.counted_bars import BarRule

VOLUME_KEY = "volume"
"""The pane of volume."""


@dataclass(frozen=True, slots=True)
class ChartLayout:
    """A chart's settings; None where a layout says nothing that can be used.

    Attributes:
        timeframe_ms: of candles.
        rule: what cuts the bars instead; None for the clock, and where nothing is said.
        style: how bars are drawn.
        pitch_px: pixels from bar to bar.
        auto_scale: the price scale fits itself.
        volume: there is a pane of volume.
        studies: as `StudyHost.save` gave them.
        panes: key and share of the height of each pane, from top to bottom.
        drawings: as `DrawingBoard.save_state` gave them.
        views: as `MarketViews.save` gave them.
    """

    timeframe_ms: int | None = None
    rule: BarRule | None = None
    style: BarStyle | None = None
    pitch_px: float | None = None
    auto_scale: bool | None = None
    volume: bool | None = None
    studies: object = None
    panes: tuple[tuple[str, float], ...] = ()
    drawings: object = None
    views: object = None

    def written(self) -> dict[str, object]:
        """The settings as JSON-able values."""
        return {
            "timeframe": "" if self.timeframe_ms is None else timeframe_text(self.timeframe_ms),
            "rule": "" if self.rule is None else str(self.rule),
            "style": "" if self.style is None else self.style.value,
            "pitch_px": self.pitch_px,
            "auto_scale": self.auto_scale,
            "volume": self.volume,
            "studies": self.studies,
            "drawings": self.drawings,
            "views": self.views,
            "panes": [{"key": key, "share": share} for key, share in self.panes],
        }


def read_layout(saved: Mapping[str, object]) -> ChartLayout:
    """Read what `ChartLayout.written` gave, or whatever somebody wrote by hand."""
    timeframe, rule, style, pitch, auto, volume, panes = (
        saved.get(key) for key in ("timeframe", "rule", "style", "pitch_px", "auto_scale", "volume", "panes")
    )
    return ChartLayout(
        timeframe_ms=_timeframe(timeframe),
        rule=_rule(rule),
        style=next((known for known in BarStyle if known.value == style), None),
        pitch_px=_pitch(pitch),
        auto_scale=auto if isinstance(auto, bool) else None,
        volume=volume if isinstance(volume, bool) else None,
        studies=saved.get("studies"),
        panes=tuple(_panes(panes)),
        drawings=saved.get("drawings"),
        views=saved.get("views"),
    )


def _timeframe(text: object) -> int | None:
    try:
        return parse_timeframe(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _rule(text: object) -> BarRule | None:
    try:
        return parse_rule(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _pitch(value: object) -> float | None:
    pitch = _number(value)
    return pitch if pitch is not None and LEAST_PITCH_PX <= pitch <= GREATEST_PITCH_PX else None


def _panes(saved: object) -> list[tuple[str, float]]:
    found = []
    for entry in saved if isinstance(saved, list) else []:
        if isinstance(entry, dict):
            key, share = entry.get("key"), _number(entry.get("share"))
            if isinstance(key, str) and share is not None:
                found.append((key, min(max(share, LEAST_SHARE), GREATEST_SHARE)))
    return found


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


class LaidOut(Protocol):
    """A chart as a layout sees it."""

    link: PanelLink
    view: ChartView
    panes: PaneStack
    studies: StudyHost
    drawings: DrawingBoard
    market_views: MarketViews

    @property
    def rule(self) -> BarRule | None: ...
    @property
    def bar_style(self) -> BarStyle: ...
    @property
    def auto_scale(self) -> bool: ...
    def set_rule(self, rule: BarRule) -> None: ...
    def set_style(self, style: BarStyle) -> None: ...
    def set_auto_scale(self, auto: bool) -> None: ...
    def show_volume(self, shown: bool) -> None: ...


def layout_of(chart: LaidOut) -> dict[str, object]:
    """A chart's settings as JSON-able values."""
    return ChartLayout(
        chart.link.timeframe_ms,
        chart.rule,
        chart.bar_style,
        chart.view.pitch_px,
        chart.auto_scale,
        chart.panes.pane(VOLUME_KEY) is not None,
        chart.studies.save(),
        tuple((pane.key, round(pane.share, 4)) for pane in chart.panes),
        chart.drawings.save_state(),
        chart.market_views.save(),
    ).written()


def apply_layout(chart: LaidOut, saved: Mapping[str, object]) -> None:
    """Give a chart the settings that `layout_of` gave; what is unknown or wrong leaves it as it is."""
    layout = read_layout(saved)
    if layout.timeframe_ms is not None:
        chart.link.set_timeframe(layout.timeframe_ms)
    if layout.rule is not None:
        chart.set_rule(layout.rule)
    if layout.pitch_px is not None:
        chart.view.pitch_px = layout.pitch_px
    if layout.auto_scale is not None:
        chart.set_auto_scale(layout.auto_scale)
    if layout.volume is not None:
        chart.show_volume(layout.volume)
    if layout.studies is not None:
        chart.studies.restore(layout.studies)
    chart.market_views.restore(layout.views)
    chart.panes.arrange(layout.panes)
    chart.drawings.restore_state(layout.drawings)
    chart.set_style(layout.style or chart.bar_style)
