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


class ChartInputs:
    """Asks the open market for what belongs to one chart's symbol and bars."""

    def __init__(self, services: PanelServices, link: PanelLink, source: BarSource, bars: BarView) -> None:
        self._services, self._link, self._source, self._bars = services, link, source, bars

    def of_studies(self, needs: Sequence[str]) -> StudyInputs | None:
        """The bars as they were traded, and the series beside them; None while the symbol is not followed."""
        link, source = self._link, self._source
        inputs = self._services.workstation.study_inputs(link.symbol, link.timeframe_ms, needs)
        if inputs is None or source.rule is None:
            return inputs
        return replace(inputs, candles=source.traded, timeframe_ms=0, revision=source.epoch)

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
