"""Makes the scanner's cells: what is read of the market as text, colours, lines and squares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ui import format, metric_text
from ui.feed_watch import Standing as FeedStanding
from ui.market_cells import MARKS
from ui.scanner.columns import BREAKOUT, CHECKS, OBSTACLE, SPARK, Kind, ScanColumn
from workstation.market.state import SymbolState
from workstation.metrics.breakout_metrics import BREAKOUT_WORDS
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.metric import Reading
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.scanner.judging import Standing
from workstation.scanner.market import ScannedMarket
from workstation.scanner.scan import PASSED, SECTOR, SYMBOL
from workstation.trading.checklist import RowState

SPARK_HOURS = 168
SPARK_POINTS = 84
LEAST_SPARK_HOURS = 24

_BREAKOUT_TOKENS = ("muted", "accent", "accent", "accent", "warn", "up", "up", "down")
_CHECK_TOKENS = {RowState.PASS: "up", RowState.WATCH: "warn", RowState.FAIL: "down", RowState.NO_DATA: "dim"}
_QUADRANTS = {"long build": (1, "up"), "short build": (-1, "down"), "short cover": (1, "muted")}
_QUADRANT_OF_REST = (-1, "muted")


@dataclass(frozen=True, slots=True)
class ScanCell:
    """What one cell shows.

    Attributes:
        text: its words or figure. token: the theme's token for it.
        lead: words before the text, in a colour of their own. lead_token: of those.
        share: of a bar or gauge, 0 to 1; None for none.
        mark: a triangle before the text: +1 up, −1 down, 0 none; filled unless it is muted.
        checks: tokens of squares.
        line: heights of a line, 0 to 1, evenly spaced.
    """

    text: str = ""
    token: str = "text"
    lead: str = ""
    lead_token: str = "text"
    share: float | None = None
    mark: int = 0
    checks: tuple[str, ...] = ()
    line: tuple[float, ...] = ()

    @property
    def copied(self) -> str:
        """The cell on the clipboard."""
        return f"{self.lead} {self.text}".strip().replace("\u2009", "")


NOTHING = ScanCell(format.NO_FIGURE, "muted")


class CellMaker:
    """Makes cells; one whose content stays is the same object, and is not painted again."""

    def __init__(self, market: ScannedMarket) -> None:
        """Read from `market`."""
        self._market = market
        self._made: dict[tuple[str, str], tuple[object, ScanCell]] = {}
        self._lines: dict[str, tuple[object, tuple[float, ...]]] = {}

    def row(
        self,
        symbol: str,
        columns: tuple[ScanColumn, ...],
        sector: str,
        standing: Standing | None,
        feed: FeedStanding | None,
        held: int,
    ) -> Iterator[ScanCell]:
        """A symbol's cells, one after another: some take a millisecond, so they may be spread.

        Args:
            sector: of its coin.
            standing: to the checklist; None where it is not judged.
            feed: how its data arrive; None where nobody says.
            held: +1 with a long position, −1 with a short one, 0 without.
        """
        state = self._market.state(symbol)
        if state is None:
            yield from (NOTHING for _ in columns)
            return
        mark = MARKS.get(feed.state) if feed is not None and self._market.is_followed(symbol) else None
        for column in columns:
            if column.key == SYMBOL:
                yield self._symbol(symbol, mark, held)
            elif column.key == SECTOR:
                yield self._keep(symbol, SECTOR, sector, lambda: ScanCell(sector, "muted"))
            elif column.key == SPARK:
                yield self._spark(symbol, state)
            elif column.key == BREAKOUT:
                yield self._breakout(symbol, state)
            elif column.key in (CHECKS, PASSED, OBSTACLE):
                yield self._judged(symbol, column.key, standing)
            else:
                yield self._metric(symbol, state, column, is_pale=mark is not None)

    def _keep(self, symbol: str, key: str, version: object, make: Callable[[], ScanCell]) -> ScanCell:
        made = self._made.get((symbol, key))
        if made is None or made[0] != version:
            made = self._made[symbol, key] = (version, make())
        return made[1]

    def _symbol(self, symbol: str, mark: str | None, held: int) -> ScanCell:
        if mark is not None:
            tag, token = mark, "warn"
        elif not self._market.is_followed(symbol):
            tag, token = "listed", "muted"
        else:
            tag, token = ("long", "up") if held > 0 else ("short", "down") if held < 0 else ("", "text")
        return self._keep(symbol, SYMBOL, tag, lambda: ScanCell(tag, token, symbol))

    def _metric(self, symbol: str, state: SymbolState, column: ScanColumn, *, is_pale: bool) -> ScanCell:
        metric = METRIC_BY_KEY[column.key]
        reading = self._market.read(metric, symbol)
        version = reading.value, reading.state, is_pale
        made = self._made.get((symbol, column.key))
        if made is not None and made[0] == version:
            return made[1]
        cell = self._figure(symbol, state, column, reading, is_pale=is_pale)
        self._made[symbol, column.key] = version, cell
        return cell

    def _figure(
        self, symbol: str, state: SymbolState, column: ScanColumn, reading: Reading, *, is_pale: bool
    ) -> ScanCell:
        metric, value = METRIC_BY_KEY[column.key], reading.value
        if value is None:
            return NOTHING
        per_8h = None
        if metric.key == "funding_rate":
            per_8h = self._market.read(METRIC_BY_KEY["funding_8h_rate"], symbol).value
        token = "muted" if is_pale else metric_text.token(metric, reading, per_8h)
        text = metric_text.figure(metric, value, state.instrument)
        if column.kind is Kind.BAR:
            return ScanCell(text, token, share=min(1.0, value / 2))
        if column.kind is Kind.GAUGE:
            extreme = not is_pale and (value <= 0.05 or value >= 0.95)
            return ScanCell(
                text, token, lead_token="warn" if extreme else token, share=min(1.0, max(0.0, value))
            )
        if metric.key == "open_interest_quadrant":
            way, colour = _QUADRANTS.get(text, _QUADRANT_OF_REST)
            return ScanCell(text, "muted" if is_pale else colour, mark=way)
        return ScanCell(text, token)

    def _breakout(self, symbol: str, state: SymbolState) -> ScanCell:
        stage, level, away = (
            self._market.read(METRIC_BY_KEY[key], symbol)
            for key in ("breakout_stage", "breakout_level", "breakout_distance_rate")
        )
        if stage.value is None or level.value is None:
            return self._keep(symbol, BREAKOUT, None, lambda: NOTHING)
        place, price = int(stage.value), level.value
        away_text = "" if away.value is None else f" {format.signed(away.value * 100, 1)} %"
        version = place, price, away_text, stage.is_ok

        def make() -> ScanCell:
            text = f"{format.price(price, state.instrument.price_decimals)}{away_text}"
            lead_token = _BREAKOUT_TOKENS[place] if stage.is_ok else "muted"
            return ScanCell(text, "muted", BREAKOUT_WORDS[place], lead_token)

        return self._keep(symbol, BREAKOUT, version, make)

    def _judged(self, symbol: str, key: str, standing: Standing | None) -> ScanCell:
        if standing is None:
            return self._keep(symbol, key, None, lambda: NOTHING)
        if key == CHECKS:
            checks = tuple(_CHECK_TOKENS[row.state] for row in standing.rows)
            return self._keep(symbol, key, checks, lambda: ScanCell(checks=checks))
        if key == PASSED:
            version = standing.passed, len(standing.rows), standing.fits
            token = "up" if standing.fits else "text"
            return self._keep(
                symbol,
                key,
                version,
                lambda: ScanCell(f"/{len(standing.rows)}", "muted", str(standing.passed), token),
            )
        words = standing.in_the_way
        return self._keep(
            symbol, key, words, lambda: ScanCell(words, "muted") if words else ScanCell("nothing", "up")
        )

    def _spark(self, symbol: str, state: SymbolState) -> ScanCell:
        rows = state.candles(HOUR_MS).rows()
        newest = int(rows["open_ms"][-1]) if len(rows) else 0
        # The open hour moves the end of the line once a minute: it is seven days wide.
        version = len(rows), newest, state.market_ms // 60_000
        return self._keep(symbol, SPARK, version, lambda: ScanCell(line=_heights(rows, newest)))


def _heights(rows: "np.ndarray[tuple[int], np.dtype[np.void]]", newest_ms: int) -> tuple[float, ...]:
    """Closes of seven days on an even grid, 0 for the lowest; empty where too little is known."""
    first = int(np.searchsorted(rows["open_ms"], newest_ms - (SPARK_HOURS - 1) * HOUR_MS))
    closes, times = rows["close"][first:], rows["open_ms"][first:]
    if len(closes) < LEAST_SPARK_HOURS:
        return ()
    grid = newest_ms - np.arange(SPARK_POINTS - 1, -1, -1) * (SPARK_HOURS // SPARK_POINTS) * HOUR_MS
    grid = grid[grid >= times[0]]
    heights = np.interp(grid, times, closes)
    low, high = float(heights.min()), float(heights.max())
    span = high - low
    missing = SPARK_POINTS - len(heights)  # a younger symbol begins further right
    scaled = (heights - low) / span if span else np.full(len(heights), 0.5)
    return (*[float("nan")] * missing, *np.round(scaled, 3).tolist())
