"""What studies, drawings and market views of a chart are worked out from."""

from collections.abc import Sequence
from dataclasses import replace

from ui.charting.bar_source import BarSource
from ui.charting.bar_view import BarView
from ui.drawings.magnet import Bars
from ui.links import PanelLink
from ui.services import PanelServices
from workstation.analytics.study import StudyInputs
from workstation.model.levels import Level
from workstation.outside.source import PREFIX

AGES_EVERY_MS = 5_000
"""How often it is looked whether what came from outside has become too old."""


class ChartInputs:
    """Asks the open market for what belongs to one chart's symbol and bars."""

    def __init__(self, services: PanelServices, link: PanelLink, source: BarSource, bars: BarView) -> None:
        self._services, self._link, self._source, self._bars = services, link, source, bars
        self._outside_seen: object = None

    def of_studies(self, needs: Sequence[str]) -> StudyInputs | None:
        """The bars as they were traded, and the series beside them; None while the symbol is not followed."""
        link, source = self._link, self._source
        inputs = self._services.workstation.study_inputs(link.symbol, link.timeframe_ms, needs)
        if inputs is None:
            return None
        if any(name.startswith(PREFIX) for name in needs):
            inputs = self._with_outside(inputs, needs)
        if source.rule is None:
            return inputs
        return replace(inputs, candles=source.traded, timeframe_ms=0, revision=source.epoch)

    def has_news(self, needs: Sequence[str]) -> bool:
        """Something that is needed has come from outside, or may have become too old, whatever bars do."""
        watch = self._services.workstation.outside
        if watch is None or not any(name.startswith(PREFIX) for name in needs):
            return False
        seen = watch.book.version, self._services.workstation.clock.now_ms() // AGES_EVERY_MS
        before, self._outside_seen = self._outside_seen, seen
        return before != seen

    def _with_outside(self, inputs: StudyInputs, needs: Sequence[str]) -> StudyInputs:
        watch = self._services.workstation.outside
        named = {} if watch is None else watch.book.series
        found = {
            name: series
            for name in needs
            if name.startswith(PREFIX) and (series := named.get(name.removeprefix(PREFIX))) is not None
        }
        # A recording's bars are of its time, and nothing beside them is old by our clock.
        is_past = self._services.workstation.feed is not None
        return replace(
            inputs,
            series={**inputs.series, **{name: (one.times, one.values) for name, one in found.items()}},
            rewritten={name: one.rewritten for name, one in found.items()},
            now_ms=0 if is_past else self._services.workstation.clock.now_ms(),
        )

    def levels(self) -> Sequence[Level]:
        """The trader's levels on the symbol."""
        state = self._services.workstation.market.state(self._link.symbol)
        if state is None:
            return ()
        return self._services.drawings.book.levels(state.instrument.venue, state.instrument.symbol)

    def drawn_bars(self) -> Bars | None:
        """The bars shown, as drawings know them; None where there are none."""
        if not len(self._bars):
            return None
        return Bars(self._bars.rows, 0 if self._source.rule is not None else self._link.timeframe_ms)
