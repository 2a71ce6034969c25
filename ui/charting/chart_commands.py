"""What a chart can do by key and by name."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ui.charting.candle_item import BarStyle
from ui.charting.chart_controls import STYLE_TITLES, ChartControls
from ui.charting.chart_layout import VOLUME_KEY
from ui.charting.chart_view import ChartView
from ui.charting.legends import ChartLegends
from ui.charting.market_views import MARKET_VIEWS, MarketViews
from ui.charting.pane_stack import PaneStack
from ui.charting.study_host import StudyHost
from ui.commands import Command
from ui.widgets.time_price_plot import TimePricePlot
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

    controls: ChartControls
    legends: ChartLegends
    market_views: MarketViews
    panes: PaneStack
    plot: TimePricePlot
    studies: StudyHost
    view: ChartView

    @property
    def bar_style(self) -> BarStyle: ...
    def set_timeframe(self, timeframe_ms: int) -> None: ...
    def set_style(self, style: BarStyle) -> None: ...
    def add_study(self, study: Study) -> None: ...
    def show_volume(self, shown: bool) -> None: ...


def pan(chart: Steered, share: float) -> None:
    """Move what is shown by a share of the width to the right."""
    chart.plot.pan_time(share * chart.plot.mapping.width)


def next_style(chart: Steered) -> None:
    """Draw bars the next way."""
    styles = list(BarStyle)
    chart.set_style(styles[(styles.index(chart.bar_style) + 1) % len(styles)])


def toggle_volume(chart: Steered) -> None:
    """Show the volume pane, or hide it."""
    chart.show_volume(chart.panes.pane(VOLUME_KEY) is None)


def toggle_view(chart: Steered, key: str) -> None:
    """Show one of `MARKET_VIEWS`, or hide it."""
    chart.market_views.show(key, key not in chart.market_views.shown)


def key_action(chart: Steered, event: QKeyEvent) -> Callable[[], object] | None:
    """What a pressed key does; None where it is not the chart's."""
    if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return None
    key = event.key()
    if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
        return partial(chart.set_timeframe, TIMEFRAMES_MS[key - Qt.Key.Key_1])
    actions: dict[int, Callable[[], object]] = {
        Qt.Key.Key_Plus: partial(chart.view.zoom, 1 / ZOOM_FACTOR),
        Qt.Key.Key_Equal: partial(chart.view.zoom, 1 / ZOOM_FACTOR),
        Qt.Key.Key_Minus: partial(chart.view.zoom, ZOOM_FACTOR),
        Qt.Key.Key_Underscore: partial(chart.view.zoom, ZOOM_FACTOR),
        Qt.Key.Key_Left: partial(pan, chart, PAN_SHARE),
        Qt.Key.Key_Right: partial(pan, chart, -PAN_SHARE),
        Qt.Key.Key_End: chart.view.jump_to_now,
        Qt.Key.Key_A: chart.controls.auto_button.toggle,
        Qt.Key.Key_B: partial(next_style, chart),
        Qt.Key.Key_S: chart.controls.open_studies,
        Qt.Key.Key_V: partial(toggle_volume, chart),
        Qt.Key.Key_T: chart.controls.picker.open_menu,
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
        Command("Show or hide the volume pane", partial(toggle_volume, chart), "V"),
        Command("Type a timeframe", chart.controls.picker.open_menu, "T"),
        Command("Fit or hold the price scale", chart.controls.auto_button.toggle, "A"),
        *(
            Command(
                f"Show or hide {view.title.lower()}", partial(toggle_view, chart, view.key), words=view.about
            )
            for view in MARKET_VIEWS
        ),
        *(
            Command(f"Set {view.rules.lower()}", partial(chart.market_views.edit, view.key))
            for view in MARKET_VIEWS
            if view.rules
        ),
        *(
            Command(
                f"Add study {study.title}", partial(chart.add_study, study), words=f"indicator {study.about}"
            )
            for study in (*STUDIES, *chart.studies.catalogue.from_outside())
        ),
        *(
            command
            for item in chart.studies.active
            for command in (
                Command(f"Change study {item.label}", partial(chart.legends.edit, item.key)),
                Command(f"Remove study {item.label}", partial(chart.studies.remove, item.key)),
            )
        ),
    ]
