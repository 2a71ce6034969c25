"""What a chart can do by key and by name."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ui.charting.candle_item import BarStyle
from ui.charting.chart_controls import STYLE_TITLES
from ui.charting.legends import ChartLegends
from ui.charting.market_views import MARKET_VIEWS, MarketViews
from ui.charting.study_host import StudyHost
from ui.commands import Command
from ui.widgets.timeframe_picker import TIMEFRAMES_MS, timeframe_text
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import Study

KEYS = [
    ("+  −", "Zoom time"),
    ("←  →", "Back and forward in time"),
    ("End", "Jump to now and follow"),
    ("A", "Fit the price scale or hold it"),
    ("B", "Bars: " + ", ".join(STYLE_TITLES.values())),
    ("S", "Studies: add, change, remove"),
    ("V", "Volume pane"),
    ("T", "Type a timeframe: 90s, 4h, 100t, 50v, 20r"),
    ("1 … 9", "Timeframe " + " ".join(timeframe_text(ms) for ms in TIMEFRAMES_MS)),
    ("Wheel", "Zoom time; with Ctrl price, with Shift back and forward"),
    ("Double click", "Reset the view"),
]
ZOOM_FACTOR = 1.25
PAN_SHARE = 0.1


class Steered(Protocol):
    """The chart as its keys see it."""

    studies: StudyHost
    legends: ChartLegends
    market_views: MarketViews

    def zoom(self, factor: float) -> None: ...
    def pan(self, share: float) -> None: ...
    def jump_to_now(self) -> None: ...
    def toggle_auto(self) -> None: ...
    def next_style(self) -> None: ...
    def open_studies(self) -> None: ...
    def toggle_volume(self) -> None: ...
    def open_timeframes(self) -> None: ...
    def set_timeframe(self, timeframe_ms: int) -> None: ...
    def set_style(self, style: BarStyle) -> None: ...
    def add_study(self, study: Study) -> None: ...
    def toggle_view(self, key: str) -> None: ...


def key_action(chart: Steered, event: QKeyEvent) -> Callable[[], object] | None:
    """What a pressed key does; None where it is not the chart's."""
    if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return None
    key = event.key()
    if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
        return partial(chart.set_timeframe, TIMEFRAMES_MS[key - Qt.Key.Key_1])
    actions: dict[int, Callable[[], object]] = {
        Qt.Key.Key_Plus: partial(chart.zoom, 1 / ZOOM_FACTOR),
        Qt.Key.Key_Equal: partial(chart.zoom, 1 / ZOOM_FACTOR),
        Qt.Key.Key_Minus: partial(chart.zoom, ZOOM_FACTOR),
        Qt.Key.Key_Underscore: partial(chart.zoom, ZOOM_FACTOR),
        Qt.Key.Key_Left: partial(chart.pan, PAN_SHARE),
        Qt.Key.Key_Right: partial(chart.pan, -PAN_SHARE),
        Qt.Key.Key_End: chart.jump_to_now,
        Qt.Key.Key_A: chart.toggle_auto,
        Qt.Key.Key_B: chart.next_style,
        Qt.Key.Key_S: chart.open_studies,
        Qt.Key.Key_V: chart.toggle_volume,
        Qt.Key.Key_T: chart.open_timeframes,
    }
    if key == Qt.Key.Key_Escape and chart.legends.picking:
        return chart.legends.cancel
    return actions.get(key)


def chart_commands(chart: Steered) -> list[Command]:
    """What the palette offers of a chart."""
    return [
        *(
            Command(f"Draw bars as {title}", partial(chart.set_style, style))
            for style, title in STYLE_TITLES.items()
        ),
        Command("Show or hide the volume pane", chart.toggle_volume, "V"),
        Command("Type a timeframe", chart.open_timeframes, "T"),
        Command("Fit or hold the price scale", chart.toggle_auto, "A"),
        *(
            Command(f"Show or hide {view.title.lower()}", partial(chart.toggle_view, view.key))
            for view in MARKET_VIEWS
        ),
        *(
            Command(f"Set {view.title.lower()} rules", partial(chart.market_views.edit, view.key))
            for view in MARKET_VIEWS
            if view.parameters
        ),
        *(Command(f"Add study {study.title}", partial(chart.add_study, study)) for study in STUDIES),
        *(
            command
            for item in chart.studies.active
            for command in (
                Command(f"Change study {item.label}", partial(chart.legends.edit, item.key)),
                Command(f"Remove study {item.label}", partial(chart.studies.remove, item.key)),
            )
        ),
    ]
