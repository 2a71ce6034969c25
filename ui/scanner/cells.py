"""Makes the scanner's cells: what is read of the market as text, colours, lines and squares."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ui import format, metric_text
from ui.feed_watch import Standing as FeedStanding
from ui.market_cells import MARKS
from ui.scanner.columns import BREAKOUT, BREAKOUT_KEYS, CHECKS, OBSTACLE, SPARK, Kind, ScanColumn
from workstation.market.state import SymbolState
from workstation.metrics.breakout_metrics import BREAKOUT_WORDS
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.metric import ReadingState
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.metrics.sheet import SheetRow
from workstation.scanner.judging import Standing
from workstation.scanner.market import ScannedMarket
from workstation.scanner.scan import PASSED, SECTOR, SYMBOL
from workstation.trading.checklist import RowState
from workstation.trading.sectors import sector_title

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
        """Read from the rows of `market`."""
        self._market = market
        self._made: dict[tuple[str, str], tuple[object, ScanCell]] = {}

    def row(
        self,
        symbol: str,
        row: SheetRow,
        columns: tuple[ScanColumn, ...],
        sector: str,
        standing: Standing | None,
        in_the_way: Callable[[str], str | None],
        feed: FeedStanding | None,
        held: int,
    ) -> tuple[ScanCell, ...]:
        """A symbol's cells.

        Args:
            row: what was read of its metrics.
            sector: of its coin.
            standing: to the checklist; None where it is not judged.
            in_the_way: tells of a symbol what must pass and does not; "" for nothing, None likewise.
            feed: how its data arrive; None where nobody says.
            held: +1 with a long position, −1 with a short one, 0 without.
        """
        mark = MARKS.get(feed.state) if feed is not None and self._market.is_followed(symbol) else None
        cells = []
        for column in columns:
            if column.key == SYMBOL:
                cells.append(self._symbol(symbol, mark, held))
            elif column.key == SECTOR:
                cells.append(self._sector(symbol, sector))
            elif column.key == SPARK:
                cells.append(self._spark(symbol, row.state))
            elif column.key == BREAKOUT:
                cells.append(self._breakout(symbol, row))
            elif column.key in (CHECKS, PASSED):
                cells.append(self._judged(symbol, column.key, standing))
            elif column.key == OBSTACLE:
                cells.append(self._in_the_way(symbol, in_the_way(symbol)))
            else:
                cells.append(self._metric(symbol, row, column, is_pale=mark is not None))
        return tuple(cells)

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

    def _sector(self, symbol: str, sector: str) -> ScanCell:
        return self._keep(symbol, SECTOR, sector, lambda: ScanCell(sector_title(sector), "muted"))

    def _told(self, row: SheetRow, key: str) -> tuple[float | None, bool]:
        """A metric's value, and whether it can be relied on."""
        place = self._market.place(key)
        if place is None:
            reading = self._market.read(METRIC_BY_KEY[key], row.state.instrument.symbol)
            return reading.value, reading.is_ok
        return row.values[place], row.told(place) is ReadingState.OK

    def _metric(self, symbol: str, row: SheetRow, column: ScanColumn, *, is_pale: bool) -> ScanCell:
        value, is_ok = self._told(row, column.key)
        version = value, is_ok, is_pale
        made = self._made.get((symbol, column.key))
        if made is not None and made[0] == version:
            return made[1]
        cell = self._figure(row, column, value, is_pale=is_pale or not is_ok)
        if made is not None and made[1] == cell:
            cell = made[1]  # another figure that reads the same
        self._made[symbol, column.key] = version, cell
        return cell

    def _figure(self, row: SheetRow, column: ScanColumn, value: float | None, *, is_pale: bool) -> ScanCell:
        metric = METRIC_BY_KEY[column.key]
        if value is None:
            return NOTHING
        per_8h = self._told(row, "funding_8h_rate")[0] if metric.key == "funding_rate" else None
        token = "muted" if is_pale else metric_text.token_of(metric, value, per_8h)
        text = metric_text.figure(metric, value, row.state.instrument)
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

    def _breakout(self, symbol: str, row: SheetRow) -> ScanCell:
        (stage, is_ok), (price, _), (away, _) = (self._told(row, key) for key in BREAKOUT_KEYS)
        if stage is None or price is None:
            return self._keep(symbol, BREAKOUT, None, lambda: NOTHING)
        place, level, instrument = int(stage), price, row.state.instrument
        away_text = "" if away is None else f" {format.signed(away * 100, 1)} %"
        version = place, level, away_text, is_ok

        def make() -> ScanCell:
            text = f"{format.price(level, instrument.price_decimals)}{away_text}"
            lead_token = _BREAKOUT_TOKENS[place] if is_ok else "muted"
            return ScanCell(text, "muted", BREAKOUT_WORDS[place], lead_token)

        return self._keep(symbol, BREAKOUT, version, make)

    def _judged(self, symbol: str, key: str, standing: Standing | None) -> ScanCell:
        if standing is None:
            return self._keep(symbol, key, None, lambda: NOTHING)
        if key == CHECKS:
            return self._keep(symbol, key, standing.states, lambda: _squares(standing.states))
        version = standing.passed, len(standing.states), standing.fits
        token = "up" if standing.fits else "text"
        return self._keep(
            symbol,
            key,
            version,
            lambda: ScanCell(f"/{len(standing.states)}", "muted", str(standing.passed), token),
        )

    def _in_the_way(self, symbol: str, said: str | None) -> ScanCell:
        if said is None:
            return self._keep(symbol, OBSTACLE, None, lambda: NOTHING)
        return self._keep(
            symbol, OBSTACLE, said, lambda: ScanCell(said, "muted") if said else ScanCell("nothing", "up")
        )

    def _spark(self, symbol: str, state: SymbolState) -> ScanCell:
        rows = state.candles(HOUR_MS).rows()
        newest = int(rows["open_ms"][-1]) if len(rows) else 0
        # The open hour moves the end of the line once a minute: it is seven days wide.
        version = len(rows), newest, state.market_ms // 60_000
        return self._keep(symbol, SPARK, version, lambda: ScanCell(line=_heights(rows, newest)))


def _squares(states: tuple[RowState, ...]) -> ScanCell:
    return ScanCell(checks=tuple(_CHECK_TOKENS[state] for state in states))


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
