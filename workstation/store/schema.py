"""The tick store's tables as numbered migrations, each applied whole or not at all."""

from contextlib import suppress
from dataclasses import dataclass

import duckdb

from workstation.errors import StoreForeign

# Laws of the tables:
# * All times are UTC integers, `_ns` our clock, `_ms` the venue's. A venue time that was not sent is 0 here
#   as it is in memory, so that a row reads back bit for bit without a validity mask.
# * Tick tables have no index and no key, and rows leave them by whole recordings only: DuckDB keeps rows in
#   the order they were inserted, one writer inserts each recording in the order of `seq`, and zone maps on
#   `seq` find a stretch quickly. The order of levels inside a message is their insertion order, so no ordinal
#   is stored.
# * Prices and sizes are DOUBLE. DuckDB's ALP compression finds the decimal grid by itself: on a recorded
#   BTCUSDT book, 443,521 level changes, DOUBLE and scaled BIGINT came to the same 6.5 bytes a row.
# * A row of depth_columns is a run of `columns` finished columns that start from first_ms to last_ms; counted
#   are columns, not runs.
# * Money facts of an instrument are text, because Decimal("0.10") must come back as it was.
_TICKS_1 = """
CREATE TABLE instruments (
    instrument_id SMALLINT PRIMARY KEY,
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    tick_size VARCHAR NOT NULL, lot_size VARCHAR NOT NULL, contract_size VARCHAR NOT NULL,
    base VARCHAR NOT NULL, quote VARCHAR NOT NULL, sequence_rule VARCHAR NOT NULL);
CREATE TABLE recordings (
    recording_id INTEGER PRIMARY KEY,
    identity VARCHAR NOT NULL, source VARCHAR NOT NULL, instrument_id SMALLINT NOT NULL,
    started_ms BIGINT NOT NULL, committed_seq BIGINT NOT NULL, complete BOOLEAN NOT NULL);
CREATE TABLE trades (
    recording_id INTEGER NOT NULL, seq BIGINT NOT NULL, recv_ns BIGINT NOT NULL, event_ms BIGINT NOT NULL,
    trade_id BIGINT NOT NULL, side TINYINT NOT NULL, price DOUBLE NOT NULL, size DOUBLE NOT NULL);
CREATE TABLE quotes (
    recording_id INTEGER NOT NULL, seq BIGINT NOT NULL, recv_ns BIGINT NOT NULL, event_ms BIGINT NOT NULL,
    update_id BIGINT NOT NULL, bid_price DOUBLE NOT NULL, bid_size DOUBLE NOT NULL,
    ask_price DOUBLE NOT NULL, ask_size DOUBLE NOT NULL);
CREATE TABLE depth_updates (
    recording_id INTEGER NOT NULL, seq BIGINT NOT NULL, recv_ns BIGINT NOT NULL, event_ms BIGINT NOT NULL,
    first_id BIGINT NOT NULL, last_id BIGINT NOT NULL, prev_id BIGINT NOT NULL, levels INTEGER NOT NULL);
CREATE TABLE book_deltas (
    recording_id INTEGER NOT NULL, seq BIGINT NOT NULL,
    side TINYINT NOT NULL, price DOUBLE NOT NULL, size DOUBLE NOT NULL);
CREATE TABLE snapshots (
    recording_id INTEGER NOT NULL, seq BIGINT NOT NULL, recv_ns BIGINT NOT NULL, event_ms BIGINT NOT NULL,
    first_id BIGINT NOT NULL, last_id BIGINT NOT NULL, prev_id BIGINT NOT NULL, levels INTEGER NOT NULL);
CREATE TABLE snapshot_levels (
    recording_id INTEGER NOT NULL, seq BIGINT NOT NULL,
    side TINYINT NOT NULL, price DOUBLE NOT NULL, size DOUBLE NOT NULL);
CREATE TABLE depth_columns (
    recording_id INTEGER NOT NULL, bucket_ms INTEGER NOT NULL, bin_size DOUBLE NOT NULL,
    bins INTEGER NOT NULL, columns INTEGER NOT NULL, first_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL,
    packed BLOB NOT NULL);
"""

# Live markets:
# * A live session is cut into parts, each a recording of its own that begins with the book as it stood, so
#   that a part can be read, mended and dropped alone. ended_ms is our clock when a part was closed, 0 while
#   it is written; one that is 0 when the store is opened was killed.
# * News tables belong to recordings like ticks. NULL is what the venue did not say. A decimal of up to 15
#   digits comes back from DOUBLE as it was; longer ones do not mean more.
# * trade_repairs: ids of trades that did not come over the stream and were asked for: found ones lie in
#   trades, in the order of their ids; lost ones are a hole.
# * The tables from `candles` on are the past of a market, not of a recording. `source` of a candle: see
#   workstation.market.candle_merge. covered_ranges: half-open stretches of time that need not be asked for
#   again, disjoint for each series. pins: stretches that retention must keep.
_LIVE_2 = """
ALTER TABLE recordings ADD COLUMN part INTEGER DEFAULT 0;
ALTER TABLE recordings ADD COLUMN ended_ms BIGINT DEFAULT 0;
CREATE TABLE mark_prices (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL,
    mark_price DOUBLE NOT NULL, index_price DOUBLE, settle_price DOUBLE);
CREATE TABLE funding_estimates (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL,
    rate DOUBLE NOT NULL, interval_hours DOUBLE NOT NULL, next_funding_ms BIGINT NOT NULL);
CREATE TABLE open_interest (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL, size DOUBLE NOT NULL, value DOUBLE);
CREATE TABLE liquidations (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL,
    side TINYINT NOT NULL, price DOUBLE NOT NULL, size DOUBLE NOT NULL);
CREATE TABLE tickers (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL,
    last DOUBLE NOT NULL, open DOUBLE NOT NULL, high DOUBLE NOT NULL, low DOUBLE NOT NULL,
    volume DOUBLE NOT NULL, quote_volume DOUBLE NOT NULL, last_trade_id BIGINT NOT NULL);
CREATE TABLE trade_repairs (
    recording_id INTEGER NOT NULL, first_id BIGINT NOT NULL, last_id BIGINT NOT NULL,
    found BIGINT NOT NULL, lost BIGINT NOT NULL);
CREATE TABLE candles (
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, timeframe_ms BIGINT NOT NULL, open_ms BIGINT NOT NULL,
    open DOUBLE NOT NULL, high DOUBLE NOT NULL, low DOUBLE NOT NULL, close DOUBLE NOT NULL,
    volume DOUBLE NOT NULL, buy_volume DOUBLE, trades BIGINT NOT NULL, source TINYINT NOT NULL);
CREATE TABLE funding_rates (
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, settled_ms BIGINT NOT NULL,
    interval_hours DOUBLE NOT NULL, rate DOUBLE NOT NULL);
CREATE TABLE open_interest_history (
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, period_ms BIGINT NOT NULL, event_ms BIGINT NOT NULL,
    size DOUBLE NOT NULL, value DOUBLE);
CREATE TABLE covered_ranges (
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, kind VARCHAR NOT NULL, timeframe_ms BIGINT NOT NULL,
    from_ms BIGINT NOT NULL, to_ms BIGINT NOT NULL);
CREATE TABLE pins (
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, from_ms BIGINT NOT NULL, to_ms BIGINT NOT NULL,
    reason VARCHAR NOT NULL);
"""

# Coarser depth:
# * depth_levels: as depth_columns, of longer buckets: of each the column that its last base bucket had. A run
#   of depth_columns carries best prices at its end since this version, one from before does not.
# * depth_known: half-open stretches of base columns without a gap; what lies between them is a gap.
# * Base columns that start before a recording's coarsened_ms are in both; housekeeping moves it on.
_DEPTH_LEVELS_3 = """
ALTER TABLE recordings ADD COLUMN coarsened_ms BIGINT DEFAULT 0;
CREATE TABLE depth_levels (
    recording_id INTEGER NOT NULL, bucket_ms INTEGER NOT NULL, bin_size DOUBLE NOT NULL,
    bins INTEGER NOT NULL, columns INTEGER NOT NULL, first_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL,
    packed BLOB NOT NULL);
CREATE TABLE depth_known (
    recording_id INTEGER NOT NULL, bin_size DOUBLE NOT NULL, from_ms BIGINT NOT NULL, to_ms BIGINT NOT NULL);
"""

# outside_values: series from outside by their key; fetched_ms is our clock when a value was first seen so.
_OUTSIDE_4 = """
CREATE TABLE outside_values (
    key VARCHAR NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE NOT NULL, fetched_ms BIGINT NOT NULL);
"""

# What stands beside a contract: its coin's spot price, who is long and who short, its dated futures. The last
# table is the past as the venue tells it.
_BESIDE_5 = """
CREATE TABLE spot_prices (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL, market VARCHAR NOT NULL,
    bid DOUBLE NOT NULL, ask DOUBLE NOT NULL);
CREATE TABLE long_short_ratios (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL, accounts DOUBLE NOT NULL, top_positions DOUBLE);
CREATE TABLE dated_prices (
    recording_id INTEGER NOT NULL, event_ms BIGINT NOT NULL, future VARCHAR NOT NULL,
    expires_ms BIGINT NOT NULL, mark_price DOUBLE NOT NULL, index_price DOUBLE);
CREATE TABLE long_short_history (
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, period_ms BIGINT NOT NULL, event_ms BIGINT NOT NULL,
    accounts DOUBLE NOT NULL, top_positions DOUBLE);
"""

# How the data of venues arrived, by our clock:
# * feed_runs: from when to when it was listened to without a break; seen_ms is moved on every few seconds,
#   so a kill leaves a run that ends where it was last seen.
# * feed_changes: within a run, what a symbol ('' for the whole venue) stood in from at_ms on, in their order.
# * feed_delays: of a stretch, how many messages (counts) fell into which of `analytics.liquidity.delay_bins`.
_FEED_6 = """
CREATE TABLE feed_runs (venue VARCHAR NOT NULL, started_ms BIGINT NOT NULL, seen_ms BIGINT NOT NULL);
CREATE TABLE feed_changes (
    venue VARCHAR NOT NULL, started_ms BIGINT NOT NULL, symbol VARCHAR NOT NULL,
    state VARCHAR NOT NULL, problem VARCHAR NOT NULL, at_ms BIGINT NOT NULL);
CREATE TABLE feed_delays (
    venue VARCHAR NOT NULL, symbol VARCHAR NOT NULL, from_ms BIGINT NOT NULL, to_ms BIGINT NOT NULL,
    bins SMALLINT[] NOT NULL, counts BIGINT[] NOT NULL);
"""

TICK_TABLES = (
    "trades",
    "quotes",
    "depth_updates",
    "book_deltas",
    "snapshots",
    "snapshot_levels",
    "depth_columns",
)
NEWS_TABLES = (
    "mark_prices",
    "funding_estimates",
    "open_interest",
    "liquidations",
    "tickers",
    "trade_repairs",
    "spot_prices",
    "long_short_ratios",
    "dated_prices",
)
DERIVED_TABLES = ("depth_levels", "depth_known")
"""Made from tick tables by housekeeping: they leave with them, and can be made again."""

PAST_TABLES = ("candles", "funding_rates", "open_interest_history", "long_short_history")

OUTSIDE_TABLES = ("outside_values",)

FEED_TABLES = ("feed_runs", "feed_changes", "feed_delays")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: what brings a store of version `version - 1` to `version`."""

    version: int
    sql: str


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, _TICKS_1),
    Migration(2, _LIVE_2),
    Migration(3, _DEPTH_LEVELS_3),
    Migration(4, _OUTSIDE_4),
    Migration(5, _BESIDE_5),
    Migration(6, _FEED_6),
)


def stored_version(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> int:
    """Schema version of an open file; 0 for a file without any table.

    Args:
        database: the name under which the file is attached; None for the one that was opened.

    Raises:
        StoreForeign: the file has tables, but they are not a tick store's.
    """
    tables = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = coalesce(?, current_database())",
            [database],
        ).fetchall()
    }
    if not tables:
        return 0
    if "schema_version" not in tables:
        raise StoreForeign("The file is a DuckDB database, but not a Preflight tick store.")
    table = "schema_version" if database is None else f"{database}.schema_version"
    ((newest,),) = connection.execute(f"SELECT max(version) FROM {table}").fetchall()
    return int(newest or 0)


def refuse_newer(version: int, migrations: tuple[Migration, ...]) -> None:
    """Refuse a store that was written by a newer version.

    Raises:
        StoreForeign: it was.
    """
    newest = migrations[-1].version
    if version > newest:
        raise StoreForeign(
            f"The tick store was written by a newer Preflight (schema {version}, this one knows {newest}): "
            "update Preflight or choose another data directory."
        )


def migrate(
    connection: duckdb.DuckDBPyConnection,
    now_ms: int,
    migrations: tuple[Migration, ...] = MIGRATIONS,
) -> None:
    """Bring the store to the newest of `migrations`: every missing step in one transaction.

    Raises:
        StoreForeign: the store was written by a newer version, or is not a tick store.
    """
    version = stored_version(connection)
    refuse_newer(version, migrations)
    if version == migrations[-1].version:
        return
    connection.begin()
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_ms BIGINT NOT NULL)"
        )
        for step in migrations:
            if step.version > version:
                connection.execute(step.sql)
                connection.execute("INSERT INTO schema_version VALUES (?, ?)", [step.version, now_ms])
        connection.commit()
    except BaseException:
        # The first error says what went wrong; a full disk may have ended the transaction already.
        with suppress(duckdb.Error):
            connection.rollback()
        raise
