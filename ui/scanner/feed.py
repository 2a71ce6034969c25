"""Keeps the scanner's rows up to date, a little at each frame: order and verdicts, then the cells in view."""

from collections.abc import Callable, Iterator
from time import perf_counter

from ui.feed_watch import Standing as FeedStanding
from ui.scanner.cells import CellMaker
from ui.scanner.table_view import ScanTable
from workstation.scanner.scan import Scan

STEP_S = 0.0012
"""At one refresh so long is spent on order and verdicts, and as long on cells, one of them at least."""
FIRST_STEP_S = 0.008
"""The same while the trader waits for the first answer to what was asked."""
CELLS_EVERY_S = 0.25
"""Cells in view are read anew four times a second."""


class ScanFeed:
    """Moves a scan on, and puts what it finds into a table."""

    def __init__(
        self,
        scan: Scan,
        table: ScanTable,
        feed: Callable[[str], FeedStanding | None],
        held: Callable[[str], int],
    ) -> None:
        """Fill `table`.

        Args:
            feed: how the data of a symbol arrive.
            held: +1 with a long position in a symbol, −1 with a short one, 0 without.
        """
        self.scan = scan
        self._table, self._feed, self._held = table, feed, held
        self._maker = CellMaker(scan.market)
        self._cells: Iterator[None] = iter(())
        self._fills = False
        self._began_s = float("-inf")

    def step(self, now_s: float) -> bool:
        """Go on for a moment; True if there is another answer to the query.

        Args:
            now_s: seconds of a clock that cannot be set.
        """
        unread = self._table.unread
        if unread and not self._fills:
            # Rows that have just come into view are read before those that are shown are read again.
            self._cells, self._fills, self._began_s = self._go_over(unread), True, float("-inf")
        found = self.scan.found
        is_first = found is None or found.query != self.scan.query
        is_new = self.scan.step(FIRST_STEP_S if is_first else STEP_S)
        ends = perf_counter() + STEP_S
        for _ in self._cells:
            if perf_counter() >= ends:
                return is_new
        self._fills = False
        if now_s - self._began_s >= CELLS_EVERY_S:
            self._began_s = now_s
            self._cells = self._go_over(self._table.visible)
        return is_new

    def read_again(self) -> None:
        """Read the cells in view at the next step."""
        self._began_s = float("-inf")
        self._cells, self._fills = iter(()), False

    def make_row(self, symbol: str) -> None:
        """Read the cells of one row now."""
        for _ in self._go_over_row(symbol):
            pass

    def _go_over_row(self, symbol: str) -> Iterator[None]:
        table, scan = self._table, self.scan
        columns, cells = table.columns, []
        for cell in self._maker.row(
            symbol,
            columns,
            scan.sector(symbol),
            scan.standing(symbol),
            self._feed(symbol),
            self._held(symbol),
        ):
            cells.append(cell)
            yield
        if table.columns is columns:
            table.set_cells(symbol, tuple(cells))

    def _go_over(self, symbols: tuple[str, ...]) -> Iterator[None]:
        for symbol in symbols:
            yield from self._go_over_row(symbol)
