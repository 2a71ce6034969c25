"""The words and figures in a chart's header: what it shows, and the bar under the crosshair or the newest."""

from ui import format
from ui.chart_figures import KIND_WORDS, candle_parts, funding_part, multiple_part
from ui.charting.bar_view import BarView
from ui.charting.candle_item import BarStyle
from ui.panel_header import PanelHeader
from ui.widgets.timeframe_picker import rule_words, timeframe_text
from workstation.market.counted_bars import BarRule
from workstation.market.state import SymbolState

_NOUNS = {
    BarStyle.CANDLES: "candles",
    BarStyle.HEIKIN_ASHI: "Heikin-Ashi (synthetic prices)",
    BarStyle.LINE: "closes",
}


class ChartHeader:
    """Writes into a panel's header."""

    def __init__(self, header: PanelHeader, bars: BarView) -> None:
        self._header, self._bars = header, bars

    def show_subject(
        self, symbol: str, state: SymbolState | None, timeframe_ms: int, rule: BarRule | None, style: BarStyle
    ) -> None:
        """Say what the chart shows."""
        kind = KIND_WORDS[state.instrument.kind] + " · " if state is not None else ""
        length = timeframe_text(timeframe_ms) if rule is None else rule_words(rule)
        self._header.set_subject(symbol, f"{kind}{length} {_NOUNS[style]}")

    def show_figures(
        self, state: SymbolState, index: int | None, timeframe_ms: int, volume_scale: float, now_ms: float
    ) -> None:
        """Show a bar's figures.

        Args:
            state: the symbol's.
            index: the bar; None where there is none under the crosshair.
            timeframe_ms: of its candle; 0 where it is not cut by time.
            volume_scale: the greatest volume that the text must have room for.
            now_ms: the venue's time.
        """
        if index is None:
            self._header.set_detail([("no trades in this candle", "muted")])
            return
        row = self._bars.rows[index]
        widest = format.size(volume_scale, state.instrument.size_decimals)
        parts = candle_parts(state, row, len(widest))
        multiple = multiple_part(state, row, timeframe_ms) if timeframe_ms else None
        beside = (multiple, funding_part(state, now_ms))
        self._header.set_detail([*parts, *(part for part in beside if part is not None)])
