"""Rescuing a damaged tick store: its log, its directory, what is refused, and what a cancel leaves."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workstation import doctor
from workstation.errors import DataDirectoryError, DataDirectoryInUse, StoreDamaged, StoreForeign
from workstation.model.history import HistoryKind
from workstation.store import salvage as salvage_module
from workstation.store.opening import LOG_SUFFIX, SETTINGS, STORE_FILE
from workstation.store.salvage import Salvage, SalvageCancelled
from workstation.store.ticks import open_store

NOW_MS = 1_795_000_000_000
HEAD, BLOCK = 3 * 4_096, 65_536


def _quiet(_words: str, _share: float) -> None:
    pass


def _stored(data_dir: Path, source: Any) -> None:
    with open_store(data_dir) as store:
        recording = store.open_recording("generated", "test", source.instrument)
        for batch in source.batches(500):
            store.write(recording.recording_id, [batch], [])
        store.finish_recording(recording.recording_id, complete=True)


def _damage(path: Path, *places: int) -> None:
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            file.write(b"\x55" * 40)


def _block_of(path: Path, table: str, column: str) -> int:
    """Where in the file a column of a table begins, bytes."""
    connection = duckdb.connect(str(path), read_only=True, config=SETTINGS)
    ((block, offset),) = connection.execute(
        f"SELECT block_id, block_offset FROM pragma_storage_info('{table}') "
        "WHERE column_name = ? AND segment_type <> 'VALIDITY' ORDER BY row_group_id LIMIT 1",
        [column],
    ).fetchall()
    connection.close()
    return HEAD + int(block) * BLOCK + int(offset) + 64


def _killed_while_writing(data_dir: Path, tables: str) -> None:
    """A store with a log, left by a process that ended at once."""
    code = (
        "import os, sys, duckdb\n"
        "from workstation.store.opening import SETTINGS\n"
        f"c = duckdb.connect({str(data_dir / STORE_FILE)!r}, config=SETTINGS)\n"
        f"for k in range(20): c.execute({tables!r}.format(k=k))\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert (data_dir / (STORE_FILE + LOG_SUFFIX)).stat().st_size > 10_000


_TRADES = "INSERT INTO trades SELECT 1, {k} * 1000 + range, 0, 0, range, 1, 100.0, 1.0 FROM range(1000)"


def test_a_store_that_is_whole_is_left_as_it_is(tmp_path: Path, source: Any) -> None:
    _stored(tmp_path, source)
    before = (tmp_path / STORE_FILE).read_bytes()
    for state in (Salvage(tmp_path).check(_quiet), Salvage(tmp_path).run(NOW_MS, _quiet)):
        assert state.is_whole
        assert state.rows > len(source.trades)
        assert state.set_aside is None
    assert (tmp_path / STORE_FILE).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [STORE_FILE]


def test_a_check_says_what_is_lost_and_changes_nothing(tmp_path: Path, source: Any) -> None:
    _stored(tmp_path, source)
    path = tmp_path / STORE_FILE
    _damage(path, _block_of(path, "quotes", "bid_price"))
    before = path.read_bytes()
    state = Salvage(tmp_path).check(_quiet)
    lost = {table.table: table.lost for table in state.tables if table.lost}
    assert lost["quotes"] == len(source.quotes)
    assert f"quotes: {len(source.quotes)} of {len(source.quotes)} rows are lost" in state.sentences()
    assert path.read_bytes() == before


def test_of_a_damaged_log_what_came_before_the_damage_is_rescued(tmp_path: Path, source: Any) -> None:
    _stored(tmp_path, source)
    _killed_while_writing(tmp_path, _TRADES)
    log = tmp_path / (STORE_FILE + LOG_SUFFIX)
    _damage(log, log.stat().st_size // 2)
    with pytest.raises(StoreDamaged):
        open_store(tmp_path)
    state = Salvage(tmp_path).run(NOW_MS, _quiet)
    assert state.log.startswith("Of the log of the last minutes")
    with open_store(tmp_path) as store:
        history = store.history()
        rescued = history.row_counts(1)["trades"] - len(source.trades)
        history.close()
    assert 5_000 <= rescued < 15_000  # of 20 entries those before the middle
    assert rescued % 1_000 == 0
    assert state.set_aside is not None
    assert state.set_aside.with_name(state.set_aside.name + LOG_SUFFIX).exists()


def test_where_the_files_directory_is_damaged_a_fresh_store_begins_and_the_file_is_kept(
    tmp_path: Path, source: Any
) -> None:
    _stored(tmp_path, source)
    path = tmp_path / STORE_FILE
    _damage(path, 4_096, 8_192)
    before = path.read_bytes()
    state = Salvage(tmp_path).run(NOW_MS, _quiet)
    assert state.why
    assert state.sentences()[0].startswith("Nothing of the store can be read")
    assert state.set_aside == tmp_path / f"{STORE_FILE}.damaged-20261118-110640"
    assert state.set_aside.read_bytes() == before
    with open_store(tmp_path) as store:
        assert store.history().recordings() == []


def test_what_the_venue_told_and_is_lost_may_be_asked_for_again(tmp_path: Path, source: Any) -> None:
    _stored(tmp_path, source)
    with open_store(tmp_path) as store:
        for kind in (HistoryKind.CANDLES, HistoryKind.FUNDING):
            store.cover("binance_usdm", "BTCUSDT", kind, 60_000, 0, 1_000)
        store.checkpoint()
    path = tmp_path / STORE_FILE
    connection = duckdb.connect(str(path), config=SETTINGS)
    connection.execute(
        "INSERT INTO candles SELECT 'v', 's', 60000, range * 60000, random(), random(), random(), random(), "
        "random(), NULL, 1, 1 FROM range(50000)"
    )
    connection.close()
    _damage(path, _block_of(path, "candles", "low"))
    state = Salvage(tmp_path).run(NOW_MS, _quiet)
    assert 0 < next(table.lost for table in state.tables if table.table == "candles") < 50_000
    with open_store(tmp_path) as store:
        history = store.history()
        assert history.covered("binance_usdm", "BTCUSDT", HistoryKind.CANDLES, 60_000) == []
        assert history.covered("binance_usdm", "BTCUSDT", HistoryKind.FUNDING, 60_000) == [(0, 1_000)]
        history.close()


def test_a_cancel_leaves_everything_as_it_was(tmp_path: Path, source: Any) -> None:
    _stored(tmp_path, source)
    path = tmp_path / STORE_FILE
    _damage(path, _block_of(path, "quotes", "bid_price"))
    before = path.read_bytes()
    salvage = Salvage(tmp_path)
    with pytest.raises(SalvageCancelled):
        salvage.run(NOW_MS, lambda words, _share: salvage.cancel() if words.startswith("Rescuing") else None)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == [STORE_FILE]


def test_a_kill_before_the_exchange_leaves_the_damaged_store_and_no_litter_for_long(
    tmp_path: Path, source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stored(tmp_path, source)
    path = tmp_path / STORE_FILE
    _damage(path, _block_of(path, "quotes", "bid_price"))
    before = path.read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(salvage_module.os, "replace", killed)
    monkeypatch.setattr(Salvage, "_clear_draft", lambda _self: None)
    with pytest.raises(KeyboardInterrupt):
        Salvage(tmp_path).run(NOW_MS, _quiet)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert Salvage(tmp_path).run(NOW_MS + 1_000, _quiet).set_aside is not None
    assert not list(tmp_path.glob("*.new*"))


def test_what_is_none_of_ours_or_in_use_is_refused(tmp_path: Path, source: Any) -> None:
    with pytest.raises(DataDirectoryError):
        Salvage(tmp_path / "nothing").check(_quiet)
    newer = tmp_path / "newer"
    _stored(newer, source)
    connection = duckdb.connect(str(newer / STORE_FILE), config=SETTINGS)
    connection.execute("INSERT INTO schema_version VALUES (999, 0)")
    connection.close()
    with pytest.raises(StoreForeign, match="newer"):
        Salvage(newer).run(NOW_MS, _quiet)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    connection = duckdb.connect(str(foreign / STORE_FILE))
    connection.execute("CREATE TABLE ours (i INTEGER)")
    connection.close()
    with pytest.raises(StoreForeign):
        Salvage(foreign).run(NOW_MS, _quiet)
    used = tmp_path / "used"
    _stored(used, source)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect({str(used / STORE_FILE)!r}); print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(DataDirectoryInUse):
            Salvage(used).run(NOW_MS, _quiet)
    finally:
        holder.communicate(b"\n")
    assert os.listdir(used) == [STORE_FILE]


def test_damage_to_the_register_is_told_as_damage_and_doctor_names_the_cure(
    tmp_path: Path, source: Any
) -> None:
    _stored(tmp_path, source)
    path = tmp_path / STORE_FILE
    _damage(path, *(HEAD + block * BLOCK + 9 for block in range((path.stat().st_size - HEAD) // BLOCK)))
    shutil.copyfile(path, tmp_path / "kept")
    with pytest.raises(StoreDamaged, match="preflight store salvage"):
        open_store(tmp_path)
    assert doctor.tick_store(tmp_path).mend == f"preflight store salvage --data-dir {tmp_path}"


@pytest.mark.parametrize("markets", [1, 2])
def test_rows_outlive_the_register_that_says_what_they_are(
    tmp_path: Path, source: Any, monkeypatch: pytest.MonkeyPatch, markets: int
) -> None:
    _stored(tmp_path, source)
    if markets == 2:
        with open_store(tmp_path) as store:
            store.open_recording("other", "test", replace(source.instrument, symbol="ETHUSDT"))
    path = tmp_path / STORE_FILE
    look = salvage_module.unreadable

    def unreadable(connection: Any, table: str, stretch: Any, go_on: Any) -> Any:
        # Tables as small as these share one block: damage to the register alone cannot be made in the file.
        return [stretch] if table == "recordings" else look(connection, table, stretch, go_on)

    monkeypatch.setattr(salvage_module, "unreadable", unreadable)
    state = Salvage(tmp_path).run(NOW_MS, _quiet)
    assert state.nameless == 1
    assert path.exists()
    with open_store(tmp_path) as store:
        history = store.history()
        (recording,) = history.recordings()
        assert recording.committed_seq == 2_999
        assert recording.instrument.symbol == ("BTCUSDT" if markets == 1 else "MARKET-3")
        assert len(history.trades(1, 0, 1 << 62)) == len(source.trades)
        history.close()
