"""The watchlist's columns and cells, made of metrics: what each symbol answers, and how that stands."""

from collections.abc import Sequence
from math import nan

from ui import format, metric_text
from ui.feed_watch import Standing
from ui.widgets.table_rows import Cell, Column
from workstation.market.state import SymbolState
from workstation.metrics.metric import Metric, Reading, Unit
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader
from workstation.model.feed_status import FeedState

MARKS = {
    FeedState.CONNECTING: "connecting",
    FeedState.STALE: "stale",
    FeedState.DISCONNECTED: "lost",
    FeedState.REFUSED: "refused",
}
"""What stands beside a symbol whose figures hold no longer."""

VENUE_COLUMNS = (
    *("last", "change_24h_rate", "volume_multiple", "funding_rate", "spread_bps", "correlation_btc"),
)
"""What a watchlist of a venue shows unless it was chosen otherwise."""
REPLAY_COLUMNS = ("last", "change_held_rate", "volume_held", "spread_bps", "trade_rate")
"""The same of a recording, which knows no past."""

_DIGITS = {
    Unit.PRICE: 8,
    Unit.QUOTE: 6,
    Unit.SIZE: 6,
    Unit.BPS: 5,
    Unit.TIMES: 4,
    Unit.NUMBER: 5,
    Unit.SECONDS: 7,
    Unit.HOURS: 5,
    Unit.PER_SECOND: 5,
    Unit.WORD: 10,
}
_FADING = ("last", "mark", "index")
_SYMBOL = Column("Symbol", "The venue's symbol", 10, 0, left=True)


def columns(metrics: Sequence[Metric], states: Sequence[SymbolState]) -> list[Column]:
    """The columns of these metrics, after the symbol's; on a narrow list the last ones leave first."""
    instruments = [state.instrument for state in states]
    starts = [int(state.seconds.rows()["open_ms"][0]) for state in states if len(state.seconds)]
    made = [_SYMBOL]
    for place, metric in enumerate(metrics):
        tip = metric_text.explanation(metric)
        if metric.key.endswith("_held") or metric.key == "change_held_rate":
            since = f" since {format.utc_time(min(starts))} UTC, the first trade held" if starts else ""
            tip = f"{metric.title.partition(' since')[0]}{since}. {tip}"
        digits = _DIGITS.get(metric.unit, 6 if metric.decimals < 4 else 7)
        made.append(
            Column(
                metric_text.title(metric, instruments),
                tip,
                digits,
                place,
                left=False,
                fades=metric.key in _FADING,
            )
        )
    return made


class CellSource:
    """Makes the cells of symbols; a cell whose figure stays is the same object, and is not painted again."""

    def __init__(self, reader: MetricReader) -> None:
        """Read from `reader`."""
        self._reader = reader
        self._made: dict[tuple[str, str], tuple[object, Cell]] = {}

    def row(
        self, state: SymbolState, metrics: Sequence[Metric], standing: Standing | None
    ) -> tuple[Cell, ...]:
        """A symbol's cells; where its figures hold no longer they are pale, and the symbol says why."""
        symbol = state.instrument.symbol
        mark = MARKS.get(standing.state) if standing is not None else None
        cells = [self._cell(state, metric, is_pale=mark is not None) for metric in metrics]
        if mark is None:
            return (Cell(symbol, symbol), *cells)
        return (Cell(f"{symbol} · {mark}", symbol, "warn"), *cells)

    def _cell(self, state: SymbolState, metric: Metric, *, is_pale: bool) -> Cell:
        symbol = state.instrument.symbol
        reading = self._reader.read(metric, symbol)
        version = reading.value, reading.state, is_pale
        made = self._made.get((symbol, metric.key))
        if made is not None and made[0] == version:
            return made[1]
        per_8h = None
        if metric.key == "funding_rate":
            per_8h = self._reader.read(METRIC_BY_KEY["funding_8h_rate"], symbol).value
        token = "muted" if is_pale else metric_text.token(metric, reading, per_8h)
        value = nan if reading.value is None else reading.value
        cell = Cell(metric_text.figure(metric, reading.value, state.instrument), value, token)
        self._made[symbol, metric.key] = version, cell
        return cell

    def tip(self, symbol: str, metric: Metric, state: SymbolState | None, now_ms: int) -> str:
        """What a cell shows in words: the figure, where it comes from, how old it is."""
        reading = self._reader.read(metric, symbol)
        return tip_of(metric, reading, symbol, state, now_ms)


def tip_of(metric: Metric, reading: Reading, symbol: str, state: SymbolState | None, now_ms: int) -> str:
    """A reading in words: "BTCUSDT, Funding +0.0100 % · binance_usdm funding · 0.4 s old"."""
    instrument = None if state is None else state.instrument
    if reading.value is None:
        return f"{symbol}, {metric.title}: no data. {reading.why}."
    words = f"{symbol}, {metric.title}: {metric_text.whole(metric, reading.value, instrument)}"
    age = format.age((now_ms - reading.time_ms) / 1000)
    stale = f" · stale: {reading.why}" if reading.why else ""
    return f"{words} · {reading.source} · {age} old{stale}"


def cells_of_refused(symbol: str, count: int) -> tuple[Cell, ...]:
    """The row of a symbol that the venue does not serve, of so many columns beside the symbol's."""
    nothing = tuple(Cell(format.NO_FIGURE, nan, "muted") for _ in range(count - 1))
    # The word stands where there is room for a price; beside the symbol it would cut its name.
    return (Cell(symbol, symbol, "warn"), Cell(MARKS[FeedState.REFUSED], nan, "warn"), *nothing)[: count + 1]
