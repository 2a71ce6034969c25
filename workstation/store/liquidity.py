"""Liquidity out of the store: each minute's end as quotes and depth columns have it, in pieces."""

from itertools import pairwise

import duckdb
import numpy as np
from numpy.typing import NDArray

from workstation.analytics.liquidity import delay_bins
from workstation.market.depth_grid import BUCKET_MS
from workstation.market.size_code import decode
from workstation.model.liquidity import (
    DELAY_BINS,
    DISTANCES_BPS,
    MINUTE_MS,
    BookCoverage,
    Floats,
    LiquidityMinutes,
    joined_minutes,
)
from workstation.ports import DepthColumns
from workstation.store.depth_levels import OF_MARKET, known_by_recording, load_level

PIECE_MS = 3 * 3_600_000
"""Read at once where the minutes' columns have not been made yet: base columns of so long are in memory."""
STEP = MINUTE_MS // BUCKET_MS
SLICE_COLUMNS = 256

_SIZES = decode(np.arange(65_536).astype(np.uint16))

_QUOTES = (
    f"SELECT event_ms // {MINUTE_MS} AS minute, "
    "arg_max(bid_price, rowid) AS bid, arg_max(ask_price, rowid) AS ask, "
    "arg_max(bid_size, rowid) AS bid_size, arg_max(ask_size, rowid) AS ask_size "
    f"FROM quotes WHERE {OF_MARKET} AND event_ms >= ? AND event_ms < ? "
    "AND ask_price > bid_price AND bid_price > 0 GROUP BY 1"
)
_RANGES = (
    f"SELECT event_ms // {MINUTE_MS} AS minute, (max(price) / min(price) - 1) * 1e4 AS range_bps "
    f"FROM trades WHERE {OF_MARKET} AND event_ms >= ? AND event_ms < ? AND price > 0 GROUP BY 1"
)
# The two clocks are not compared: how late a message is, is counted from the quickest of its minute.
_DELAYS = (
    "SELECT late - min(late) OVER (PARTITION BY recording_id, minute) AS late FROM ("
    f"SELECT recording_id, event_ms // {MINUTE_MS} AS minute, recv_ns / 1e6 - event_ms AS late "
    f"FROM depth_updates WHERE {OF_MARKET} AND event_ms >= ? AND event_ms < ? AND recv_ns > 0)"
)


def load_liquidity(
    cursor: duckdb.DuckDBPyConnection, venue: str, symbol: str, from_ms: int, to_ms: int
) -> LiquidityMinutes:
    """The minutes of a market with from_ms ≤ beginning < to_ms of which anything is known, oldest first.

    Args:
        from_ms, to_ms: whole minutes, UTC by the venue's clock.
    """
    facts = cursor.execute(
        "SELECT tick_size, contract_size, kind FROM instruments WHERE venue = ? AND symbol = ? "
        "ORDER BY instrument_id DESC LIMIT 1",
        [venue, symbol],
    ).fetchone()
    if facts is None:
        return joined_minutes([])
    tick, contract = float(facts[0]), float(facts[1])
    # A question after packed columns costs as much however few it asks for: the fewer the better.
    piece_ms = PIECE_MS if _uncoarsened(cursor, (venue, symbol), from_ms, to_ms) else max(1, to_ms - from_ms)
    starts = [*range(from_ms, to_ms, piece_ms), to_ms]
    return joined_minutes(
        [
            _piece(cursor, (venue, symbol), piece_from, piece_to, tick, contract, facts[2] == "inverse")
            for piece_from, piece_to in pairwise(starts)
        ]
    )


def _uncoarsened(
    cursor: duckdb.DuckDBPyConnection, market: tuple[str, str], from_ms: int, to_ms: int
) -> bool:
    """Whether much of a stretch is stored as base columns alone."""
    row = cursor.execute(
        "SELECT coalesce(sum(columns), 0) FROM depth_columns JOIN recordings USING (recording_id) "
        f"WHERE {OF_MARKET} AND last_ms >= greatest(?, coarsened_ms) AND first_ms < ?",
        [*market, from_ms, to_ms],
    ).fetchone()
    return row is not None and int(row[0]) > PIECE_MS // BUCKET_MS


def _piece(
    cursor: duckdb.DuckDBPyConnection,
    market: tuple[str, str],
    from_ms: int,
    to_ms: int,
    tick: float,
    contract: float,
    is_inverse: bool,
) -> LiquidityMinutes:
    count = (to_ms - from_ms) // MINUTE_MS
    first = from_ms // MINUTE_MS
    where = [*market, from_ms, to_ms]
    quotes = cursor.execute(_QUOTES, where).fetchnumpy()
    ranges = cursor.execute(_RANGES, where).fetchnumpy()
    delays = np.bincount(
        delay_bins(np.asarray(cursor.execute(_DELAYS, where).fetchnumpy()["late"], np.float64)),
        minlength=DELAY_BINS,
    )
    top = np.full((count, 4), np.nan)  # bid, ask and their sizes
    for place, name in enumerate(("bid", "ask", "bid_size", "ask_size")):
        top[np.asarray(quotes["minute"], np.int64) - first, place] = quotes[name]
    range_bps = np.full(count, np.nan)
    range_bps[np.asarray(ranges["minute"], np.int64) - first] = ranges["range_bps"]
    curves = np.full((2, count, len(DISTANCES_BPS)), np.nan, np.float32)
    best = np.full((count, 2), np.nan)
    for columns in load_level(cursor, market, BUCKET_MS, STEP, from_ms, to_ms):
        for start in range(0, len(columns), SLICE_COLUMNS):
            some = slice(start, start + SLICE_COLUMNS)
            known = ~columns.gap[some]
            rows = (columns.start_ms[some] // MINUTE_MS - first)[known]
            known_best = np.where(
                np.isnan(columns.best[some][known]), top[rows, :2], columns.best[some][known]
            )
            sizes = top[rows, 2:]
            curves[:, rows] = column_curves(
                columns,
                np.arange(start, start + len(known))[known],
                known_best,
                sizes,
                tick,
                contract,
                is_inverse,
            )
            best[rows] = known_best
    best = np.where(np.isnan(top[:, :2]), best, top[:, :2])
    whole = np.flatnonzero(~np.isnan(best[:, 0]) | ~np.isnan(range_bps))
    return LiquidityMinutes(
        (first + whole) * MINUTE_MS,
        best[whole, 0],
        best[whole, 1],
        curves[0, whole],
        curves[1, whole],
        range_bps[whole],
        delays,
    )


def column_curves(
    columns: DepthColumns,
    rows: NDArray[np.int64],
    best: Floats,
    top_sizes: Floats,
    tick: float,
    contract: float,
    is_inverse: bool,
) -> NDArray[np.float32]:
    """(2, n, len(DISTANCES_BPS)) quote units of bids and asks within each distance of the middle.

    A bin of several ticks counts in proportion where a distance ends within it, and the one bin that has both
    best prices is shared as the quote's sizes are, by halves where no quote is stored.

    Args:
        rows: which columns.
        best: (n, 2) best bid and ask of each.
        top_sizes: (n, 2) what rested at them; nan where that is not known.
        tick: price step; contract: base units, or quote units if inverse, per unit of size.
    """
    bin_size, bins = columns.bin_size, columns.cells.shape[1]
    ticks = max(1, round(bin_size / tick))
    first = columns.first_bin[rows].astype(np.float64)
    sizes = _SIZES[columns.cells[rows]] * contract
    place = np.arange(bins)
    if not is_inverse:
        sizes *= (first[:, None] + place) * bin_size + (ticks - 1) * tick / 2
    mid = best.mean(axis=1)
    at = np.floor(best / bin_size + 1e-9) - first[:, None]  # (n, 2): the bins of both best prices
    share = top_sizes[:, 0] / top_sizes.sum(axis=1)
    share = np.where(np.isfinite(share), share, 0.5)
    curves = np.full((2, len(rows), len(DISTANCES_BPS)), np.nan, np.float32)
    for side, direction in ((0, -1), (1, 1)):
        mine = place <= at[:, :1] if side == 0 else place >= at[:, 1:]
        quote = sizes * mine
        both = np.flatnonzero((at[:, 0] == at[:, 1]) & (at[:, 0] >= 0) & (at[:, 0] < bins))
        own = share[both] if side == 0 else 1 - share[both]
        quote[both, at[both, 0].astype(np.int64)] *= own
        # Counted from the best price outwards, whichever side it is.
        if side == 0:
            quote = quote[:, ::-1]
        summed = np.concatenate((np.zeros((len(rows), 1)), np.cumsum(quote, axis=1)), axis=1)
        furthest = np.where(quote.any(axis=1), bins - 1 - np.argmax(quote[:, ::-1] > 0, axis=1), -1)
        for number, distance in enumerate(DISTANCES_BPS):
            limit = mid * (1 + direction * distance * 1e-4)
            bin_of = np.floor(limit / bin_size + 1e-9)
            inside = np.floor((limit - bin_of * bin_size) / tick + 1e-6)
            part = (
                (inside + 1) / ticks
                if side
                else (ticks - np.ceil((limit - bin_of * bin_size) / tick - 1e-6)) / ticks
            )
            outwards = bin_of - first if side else bins - 1 - (bin_of - first)
            reached = (outwards >= 0) & (outwards <= furthest)
            index = np.where(reached, outwards, 0).astype(np.int64)
            line = np.arange(len(rows))
            within = summed[line, index] + np.clip(part, 0, 1) * quote[line, index]
            curves[side, :, number] = np.where(reached, within, np.nan)
    return curves


def liquidity_span(cursor: duckdb.DuckDBPyConnection, venue: str, symbol: str) -> tuple[int, int]:
    """Times of the oldest and behind the newest stored depth and quotes of a market; 0, 0 of none."""
    row = cursor.execute(
        "SELECT min(f), max(t) FROM ("
        f"SELECT min(first_ms) AS f, max(last_ms) + {BUCKET_MS} AS t FROM depth_columns "
        f"WHERE {OF_MARKET} UNION ALL "
        f"SELECT min(event_ms), max(event_ms) + 1 FROM quotes WHERE {OF_MARKET} AND event_ms > 0)",
        [venue, symbol] * 2,
    ).fetchone()
    return (0, 0) if row is None or row[0] is None else (int(row[0]), int(row[1]))


def stored_amount(
    cursor: duckdb.DuckDBPyConnection, venue: str, symbol: str, from_ms: int, to_ms: int
) -> int:
    """How much of a stretch of a market's depth is stored, in base columns."""
    row = cursor.execute(
        "SELECT coalesce(sum(columns), 0) FROM depth_columns "
        f"WHERE {OF_MARKET} AND last_ms >= ? AND first_ms < ?",
        [venue, symbol, from_ms, to_ms],
    ).fetchone()
    assert row is not None
    return int(row[0])


def book_coverage(
    cursor: duckdb.DuckDBPyConnection, venue: str, symbol: str, from_ms: int, to_ms: int
) -> BookCoverage:
    """How long the book was known of the time that it was listened to, in from_ms ≤ time < to_ms."""
    identities = dict(
        cursor.execute(
            f"SELECT recording_id, identity FROM recordings WHERE {OF_MARKET}", [venue, symbol]
        ).fetchall()
    )
    sessions: dict[str, list[tuple[int, int]]] = {}
    for recording_id, stretch in known_by_recording(cursor, (venue, symbol), BUCKET_MS):
        start, end = max(stretch.from_ms, from_ms), min(stretch.to_ms, to_ms)
        if start < end:
            sessions.setdefault(identities[recording_id], []).append((start, end))
    listened = known = gaps = longest = 0
    for stretches in sessions.values():
        stretches.sort()
        reached = stretches[0][0]
        for start, end in stretches:
            if start > reached:
                gaps += 1
                longest = max(longest, start - reached)
            known += max(0, end - max(start, reached))
            reached = max(reached, end)
        listened += reached - stretches[0][0]
    row = cursor.execute(
        f"SELECT coalesce(sum(lost), 0) FROM trade_repairs WHERE {OF_MARKET}", [venue, symbol]
    ).fetchone()
    ends = [edge for stretches in sessions.values() for stretch in stretches for edge in stretch]
    lost = 0 if row is None else int(row[0])
    bounds = (min(ends), max(ends)) if ends else (0, 0)
    return BookCoverage(len(sessions), listened, known, gaps, longest, lost, *bounds)
