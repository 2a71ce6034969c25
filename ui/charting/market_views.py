"""What a chart shows of the market beside bars and studies: volume profiles, the footprint, breakouts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from ui.charting.bar_view import BarView
from ui.charting.breakout_item import BreakoutItem
from ui.charting.footprint_item import FootprintHint, FootprintLayer
from ui.charting.price_layers import PriceLayers
from ui.charting.profile_item import ProfileItem
from ui.charting.study_host import numbers
from ui.charting.view_form import ViewForm
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.time_price_plot import TimePricePlot
from workstation.analytics.breakout import BreakoutRules
from workstation.analytics.footprint import FootprintRules
from workstation.analytics.study import Parameter, StudyInputs
from workstation.analytics.volume_profile import fitting_row_ticks
from workstation.market.breakout_watch import NEEDS, BreakoutWatch
from workstation.market.past_reader import PastReader
from workstation.market.profile_source import ProfileSource, ProfileWindow, session_of
from workstation.market.state import SymbolState
from workstation.market.stored_trades import StoredTrades
from workstation.model.columns import Records
from workstation.model.levels import Level

PROFILE_ROW_PX = 5.0
"""Rows of a profile are about so high, in round multiples of the tick."""
OPEN_END_MS = 1 << 53
"""The window of a profile that goes on with the market ends here."""


@dataclass(frozen=True, slots=True)
class MarketView:
    """One thing that can be shown.

    Attributes:
        key: its name in layouts.
        title: its name on the screen.
        about: one sentence for its tool tip.
        rules: what its figures are called together; "" where there are none.
        parameters: the figures that may be set.
    """

    key: str
    title: str
    about: str
    rules: str = ""
    parameters: tuple[Parameter, ...] = ()

    def values(self, given: Mapping[str, float]) -> dict[str, float]:
        """Return every parameter's value: the given one within its bounds, else the default."""
        return {item.key: item.clamped(given.get(item.key, item.default)) for item in self.parameters}


SESSION = MarketView(
    "session_profile", "Session profile", "Volume at each price of this UTC day: POC and 70 % value area."
)
VISIBLE = MarketView(
    "visible_profile", "Visible profile", "Volume at each price of the bars in view: POC and 70 % value area."
)
FOOTPRINT = MarketView(
    "footprint",
    "Footprint",
    "What takers sold × bought at each price of a bar, where bars are wide enough; 3 × imbalances are boxed.",
    "Footprint rules",
    (
        Parameter("ratio", "Imbalance, × the other side", 3.0, 1.5, 20.0, 1),
        Parameter("least_percent", "Least share of the bar, %", 1.0, 0.0, 50.0, 1),
        Parameter("stacked_rows", "Stacked from, rows", 3, 2, 20),
    ),
)
BREAKOUTS = MarketView(
    "breakouts",
    "Breakouts",
    "Breaks of your levels with 1.5 × the 30-day volume, their pullbacks and the retests that held.",
    "Breakout rules",
    (
        Parameter("multiple", "Volume, × the 30-day average", 1.5, 0.1, 20.0, 1),
        Parameter("reach_atr", "At the level within, ATR", 0.25, 0.0, 5.0, 2),
        Parameter("retests", "Retests that must hold", 2, 1, 9),
        Parameter("lasting", "Expires after, candles", 60, 1, 1_000),
    ),
)
MARKET_VIEWS = (SESSION, VISIBLE, FOOTPRINT, BREAKOUTS)
_VIEWS = {view.key: view for view in MARKET_VIEWS}


class MarketViews(QObject):
    """Shows and hides them, and keeps them up to the market."""

    changed = Signal()
    """One is shown or hidden."""

    def __init__(self, plot: TimePricePlot, bars: BarView, price_layers: PriceLayers) -> None:
        super().__init__(plot)
        self._plot, self._bars, self._price_layers = plot, bars, price_layers
        self._shown: set[str] = {BREAKOUTS.key}
        self._values = {view.key: view.values({}) for view in MARKET_VIEWS}
        self.session = ProfileItem(plot.theme, "left")
        self.visible = ProfileItem(plot.theme, "right")
        self.footprint = FootprintLayer(bars)
        self.footprint_hint = FootprintHint(plot.theme)
        self.breakouts = BreakoutItem(plot.theme)
        self.watch = BreakoutWatch()
        self._session_source, self._visible_source = ProfileSource(), ProfileSource()
        self._stored = StoredTrades()
        self._past: Records | None = None
        self._second = -1
        plot.add_overlay(self.session, -2)
        plot.add_overlay(self.visible, -1)
        plot.add_overlay(self.breakouts, 2)
        plot.add_overlay(self.footprint_hint, 3)

    @property
    def shown(self) -> tuple[str, ...]:
        """Keys of what is shown."""
        return tuple(view.key for view in MARKET_VIEWS if view.key in self._shown)

    def show(self, key: str, shown: bool) -> None:
        """Show one of them, or hide it."""
        if shown == (key in self._shown):
            return
        self._shown ^= {key}
        layers = self._price_layers.layers
        if key == FOOTPRINT.key:
            if shown:
                # Below the lines of studies: cells take the place of candles.
                layers.insert(0, self.footprint)
            else:
                layers.remove(self.footprint)
            self._price_layers.update()
            self._plot.repaint_settled()
        self.forget()
        self.changed.emit()

    def values(self, key: str) -> dict[str, float]:
        """The figures of one of them."""
        return dict(self._values[key])

    def configure(self, key: str, given: Mapping[str, float]) -> None:
        """Give one of them other figures."""
        view = _VIEWS[key]
        values = self._values[key] = view.values({**self._values[key], **given})
        if view is FOOTPRINT:
            self.footprint.rules = FootprintRules(
                values["ratio"], values["least_percent"] / 100, int(values["stacked_rows"])
            )
            self._price_layers.update()
            self._plot.repaint_settled()
        elif view is BREAKOUTS:
            self.watch.rules = BreakoutRules(
                values["multiple"], values["reach_atr"], int(values["retests"]), int(values["lasting"])
            )
            self._second = -1

    def edit(self, key: str) -> None:
        """Open the form in which the figures of one of them are set."""
        view = _VIEWS[key]
        form = ViewForm(
            view.rules, view.parameters, self._values[key], partial(self.configure, key), self._plot
        )
        form.open()

    def save(self) -> dict[str, object]:
        """What is shown, and the figures that are others than the defaults, as JSON-able values."""
        set_by_hand = {
            key: values for key, values in self._values.items() if values != _VIEWS[key].values({})
        }
        return {"shown": list(self.shown), "values": set_by_hand}

    def restore(self, saved: object) -> None:
        """Take over what `save` gave; what is unknown or wrong is left out."""
        if not isinstance(saved, Mapping):
            return
        shown, values = saved.get("shown"), saved.get("values")
        for view in MARKET_VIEWS:
            if isinstance(shown, list):
                self.show(view.key, view.key in shown)
            given = values.get(view.key) if isinstance(values, Mapping) else None
            if isinstance(given, Mapping):
                self.configure(view.key, numbers(given))

    def forget(self) -> None:
        """Another market or other bars: nothing of what is shown is so any longer."""
        self._second = -1
        for item in (self.session, self.visible):
            item.set_profile(None, "", "")
        self.breakouts.set_breakouts((), 0, 0)
        self.footprint_hint.say("")

    def refresh(
        self,
        state: SymbolState,
        timeframe_ms: int,
        inputs: Callable[[Sequence[str]], StudyInputs | None],
        levels: Callable[[], Sequence[Level]],
        reader: PastReader | None = None,
    ) -> bool:
        """Bring what is shown up to the market; True if the settled layers have to be painted anew.

        Args:
            timeframe_ms: of the chart's candles.
            inputs: asks for what studies are worked out from, with these series.
            levels: the trader's levels on this market.
            reader: reads trades that were stored before those held.
        """
        mapping = self._plot.mapping
        if not len(self._bars) or mapping.height < 1:
            return False
        wants_trades = self._shown & {SESSION.key, VISIBLE.key, FOOTPRINT.key}
        self._past = self._stored.before(state, reader) if wants_trades else None
        if SESSION.key in self._shown:
            window = ProfileWindow(*session_of(state.market_ms), self._row_height(state, mapping))
            self._profile(self.session, self._session_source, state, window, timeframe_ms, "Session")
        if VISIBLE.key in self._shown:
            seen = self._seen(state, mapping)
            if seen is not None:
                self._profile(self.visible, self._visible_source, state, seen, timeframe_ms, "Visible")
        if BREAKOUTS.key in self._shown:
            self._watch_breakouts(state, timeframe_ms, inputs, levels)
        if FOOTPRINT.key not in self._shown:
            return False
        anew = self.footprint.refresh(state, timeframe_ms, mapping, self._past)
        self.footprint_hint.say(self.footprint.why_not)
        return anew

    def _profile(
        self,
        item: ProfileItem,
        source: ProfileSource,
        state: SymbolState,
        window: ProfileWindow,
        timeframe_ms: int,
        title: str,
    ) -> None:
        if source.window != window and not item.is_due:
            return  # the view moves: the profile follows a few times a second
        source.refresh(state, window, timeframe_ms, self._past)
        item.decimals = state.instrument.price_decimals
        item.set_profile(source.profile, title, source.note)

    def _seen(self, state: SymbolState, mapping: PlotMapping) -> ProfileWindow | None:
        """The bars in view; with the newest among them the window goes on with the market."""
        first, end = self._bars.visible(mapping)
        if end <= first:
            return None
        opens = self._bars.rows["open_ms"]
        to_ms = OPEN_END_MS if end >= len(opens) else int(opens[end])
        return ProfileWindow(int(opens[first]), to_ms, self._row_height(state, mapping))

    def _row_height(self, state: SymbolState, mapping: PlotMapping) -> float:
        tick = float(state.instrument.tick_size)
        rows = int(mapping.height / PROFILE_ROW_PX)
        return fitting_row_ticks(mapping.high - mapping.low, tick, rows) * tick

    def _watch_breakouts(
        self,
        state: SymbolState,
        timeframe_ms: int,
        inputs: Callable[[Sequence[str]], StudyInputs | None],
        levels: Callable[[], Sequence[Level]],
    ) -> None:
        if self._bars.counted or state.market_ms // 1_000 == self._second:
            return  # candles close on whole seconds
        self._second = state.market_ms // 1_000
        prices = [level.price for level in levels()]
        told = inputs(NEEDS) if prices else None
        if told is not None:
            self.watch.refresh(told, prices, state.market_ms)
        breakouts = self.watch.breakouts if told is not None else ()
        self.breakouts.set_breakouts(breakouts, timeframe_ms, state.instrument.price_decimals)
