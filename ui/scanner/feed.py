"""Keeps the scanner up to date, a little at each frame: every symbol is read, rows in view are shown."""

from collections.abc import Callable
from time import thread_time

from ui.feed_watch import Standing as FeedStanding
from ui.scanner.cells import CellMaker
from ui.scanner.columns import ScanColumn, metrics_of
from ui.scanner.table_view import ScanTable
from workstation.metrics.sheet import SheetRow
from workstation.scanner.scan import Scan

STEP_S = 0.003
"""At one refresh no more than so long is spent, one symbol at least."""
FIRST_STEP_S = 0.008
"""The same while the trader waits for the first answer to what was asked."""


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
        self._columns: tuple[ScanColumn, ...] = ()
        self._in_view: frozenset[str] = frozenset()
        scan.row_read = self._fill_in_view

    def step(self) -> bool:
        """Go on for a moment; True if there is another answer to the query."""
        scan, table = self.scan, self._table
        if table.columns is not self._columns:
            self._columns = table.columns
            scan.show(metrics_of([column.key for column in table.columns]))
        self._in_view = frozenset(table.visible)
        found = scan.found
        is_first = found is None or found.query != scan.query
        return scan.step(FIRST_STEP_S if is_first else STEP_S)

    def fill(self) -> None:
        """Show rows that have come into view; they are read again in their turn."""
        ends = thread_time() + STEP_S
        for symbol in self._table.unread:
            self.make_row(symbol)
            if thread_time() >= ends:
                break

    def make_row(self, symbol: str) -> None:
        """Show a row as it is now, with all that its columns show."""
        row = self.scan.market.read_row(symbol, whole=True)
        if row is not None:
            self._fill(symbol, row)

    def _fill_in_view(self, symbol: str) -> None:
        if symbol in self._in_view:
            self.make_row(symbol)

    def _fill(self, symbol: str, row: SheetRow) -> None:
        scan = self.scan
        cells = self._maker.row(
            symbol,
            row,
            self._table.columns,
            scan.sector(symbol),
            scan.standing(symbol),
            scan.in_the_way,
            self._feed(symbol),
            self._held(symbol),
        )
        self._table.set_cells(symbol, cells)
