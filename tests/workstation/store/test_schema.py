"""Migrations are applied whole or not at all, and never to a store that is newer than we are."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workstation.errors import PreflightError, StoreDamaged, StoreFull
from workstation.store.opening import STORE_FILE, open_database
from workstation.store.schema import (
    DERIVED_TABLES,
    FEED_TABLES,
    MIGRATIONS,
    NEWS_TABLES,
    OUTSIDE_TABLES,
    PAST_TABLES,
    TICK_TABLES,
    Migration,
    migrate,
    stored_version,
)
from workstation.store.ticks import open_store

NEXT = Migration(MIGRATIONS[-1].version + 1, "ALTER TABLE trades ADD COLUMN note VARCHAR")
BROKEN = Migration(NEXT.version + 1, "DROP TABLE quotes; SELECT no_such_column FROM trades")


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def test_a_new_store_has_every_table_at_the_newest_version(tmp_path: Path) -> None:
    connection = open_database(tmp_path, 5)
    assert _tables(connection) == {
        *TICK_TABLES,
        *DERIVED_TABLES,
        *NEWS_TABLES,
        *PAST_TABLES,
        *OUTSIDE_TABLES,
        *FEED_TABLES,
        *("instruments", "recordings", "schema_version", "covered_ranges", "pins"),
    }
    assert connection.execute("SELECT * FROM schema_version").fetchall() == [
        (step.version, 5) for step in MIGRATIONS
    ]
    connection.close()


def test_versions_are_numbered_without_a_gap() -> None:
    assert [step.version for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_no_index_and_no_extension_on_ticks(tmp_path: Path) -> None:
    connection = open_database(tmp_path, 0)
    indexed = connection.execute(
        "SELECT table_name FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE')"
    ).fetchall()
    assert {name for (name,) in indexed} == {"instruments", "recordings"}
    assert connection.execute("SELECT count(*) FROM duckdb_indexes()").fetchall() == [(0,)]
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"):
        assert connection.execute(f"SELECT current_setting('{setting}')").fetchall() == [(False,)]
    connection.close()


def test_an_older_store_is_copied_before_it_is_upgraded(tmp_path: Path, source: Any) -> None:
    with open_store(tmp_path) as store:
        recording = store.open_recording("run", "a test", source.instrument)
        store.write(recording.recording_id, list(source.batches(500)), [])
    upgraded = open_database(tmp_path, 9, (*MIGRATIONS, NEXT))
    assert stored_version(upgraded) == NEXT.version
    assert upgraded.execute("SELECT count(*), count(note) FROM trades").fetchall() == [
        (len(source.trades), 0)
    ]
    upgraded.close()

    backup = tmp_path / f"{STORE_FILE}.schema{MIGRATIONS[-1].version}.bak"
    (tmp_path / "restored").mkdir()
    shutil.copy(backup, tmp_path / "restored" / STORE_FILE)
    with open_store(tmp_path / "restored") as restored:
        assert (
            restored.open_recording("run", "a test", source.instrument).committed_seq == source.messages - 1
        )


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with pytest.raises(PreflightError):
        open_database(tmp_path, 9, (*MIGRATIONS, NEXT, BROKEN))
    connection = open_database(tmp_path, 9)
    assert stored_version(connection) == MIGRATIONS[-1].version
    assert "quotes" in _tables(connection)
    connection.close()


def test_no_upgrade_without_room_for_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(tmp_path).close()
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000))
    with pytest.raises(StoreFull, match="No room to copy"):
        open_database(tmp_path, 9, (*MIGRATIONS, NEXT))


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    open_database(tmp_path, 9, (*MIGRATIONS, NEXT)).close()
    before = (tmp_path / STORE_FILE).read_bytes()
    with pytest.raises(StoreDamaged, match=r"written by a newer Preflight .*: update Preflight"):
        open_store(tmp_path)
    assert (tmp_path / STORE_FILE).read_bytes() == before


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    connection = duckdb.connect(str(tmp_path / STORE_FILE))
    connection.execute("CREATE TABLE accounts (name VARCHAR)")
    connection.close()
    with pytest.raises(StoreDamaged, match="not a Preflight tick store"):
        open_store(tmp_path)


def test_a_half_made_store_of_a_killed_start_is_cleared_away(tmp_path: Path) -> None:
    leftover = tmp_path / f"{STORE_FILE}.4711.new"
    leftover.write_bytes(b"half a store")
    (tmp_path / f"{STORE_FILE}.4711.new.wal").write_bytes(b"and its log")
    open_store(tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == [STORE_FILE]


def test_a_store_of_the_first_schema_is_upgraded_with_all_it_holds(tmp_path: Path, source: Any) -> None:
    first = open_database(tmp_path, 9, MIGRATIONS[:1])
    first.execute(
        "INSERT INTO instruments VALUES (1, 'v','S','linear','0.1','1','1','S','USDT','binance_futures')"
    )
    first.execute("INSERT INTO recordings VALUES (1, 'run', 'a test', 1, 5, 41, true)")
    first.execute("INSERT INTO trades VALUES (1, 7, 8, 9, 10, 1, 11.5, 12.5)")
    first.close()
    with open_store(tmp_path) as store:
        history = store.history()
        (kept,) = history.recordings()
        assert (kept.recording_id, kept.committed_seq, kept.complete) == (1, 41, True)
        assert (kept.part, kept.started_ms, kept.ended_ms) == (0, 5, 0)
        assert history.trades(1, 0, 100)["price"].tolist() == [11.5]
        assert store.open_recording("another", "a test", source.instrument).recording_id == 2
        history.close()


def test_a_migration_that_is_made_twice_changes_nothing(tmp_path: Path) -> None:
    connection = open_database(tmp_path, 5)
    migrate(connection, 6)
    assert connection.execute("SELECT max(applied_ms) FROM schema_version").fetchall() == [(5,)]
    connection.close()
