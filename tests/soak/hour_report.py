"""What an hour of simulated market showed, as it goes from the program that ran it to the page."""

import msgspec

from tests.soak.faults import Outcome


class HourReport(msgspec.Struct):
    """What the hour showed.

    Attributes:
        outcomes: of every fault.
        failures: what did not recover, in words.
        book_checks, books_unequal: comparisons with the engine's book.
        missing, repeated: trade ids in the store against the engine's, over all symbols.
        wrong_trades: of those compared with the venue's by price, size and side.
        trades, backfilled, lost: rows stored; trades that came by REST; those the venue would not give.
        gap_columns, columns: of the stored depth.
        hours, rss: simulated hours and MB of (desk, feed) at those times.
        badge_s: how old the ladder's data were when its badge said that they are stale.
        blocked_backfills, blocked_reconnects, blocked_trades: while the window was blocked for three seconds.
        stall_p99_ms: of the window's loop over the whole run, the wanted block left out.
        wall_s: how long it took; market_s: simulated.
        exit_s: from asking the desk to end until it had.
    """

    seed: int
    outcomes: list[Outcome] = []
    failures: list[str] = []
    book_checks: int = 0
    books_unequal: int = 0
    missing: int = 0
    repeated: int = 0
    wrong_trades: int = 0
    compared_trades: int = 0
    trades: int = 0
    backfilled: int = 0
    lost: int = 0
    gap_columns: int = 0
    columns: int = 0
    hours: list[float] = []
    rss: list[tuple[float, float]] = []
    badge_s: list[float] = []
    blocked_backfills: int = 0
    blocked_reconnects: int = 0
    blocked_trades: int = 0
    stall_p99_ms: float = 0.0
    market_s: float = 0.0
    wall_s: float = 0.0
    exit_s: float = 0.0
