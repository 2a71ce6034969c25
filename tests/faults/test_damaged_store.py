"""Pages of a recorded store damaged at random: what can be read is rescued, the damaged file is kept."""

import os
import random
import shutil
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pytest

from workstation.replay import replay
from workstation.store.opening import SETTINGS, STORE_FILE
from workstation.store.salvage import Salvage
from workstation.store.schema import TICK_TABLES
from workstation.store.ticks import open_store

CAMPAIGN = int(os.environ.get("PREFLIGHT_DAMAGES", "3"))
SEED = 20_261_121
NOW_MS = 1_795_000_000_000
HEAD = 3 * 4_096
BLOCK = 65_536
VECTOR = 2_048

Rows = dict[str, npt.NDArray[np.generic]]


@pytest.fixture(scope="module")
def recorded(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one recorded session."""
    data_dir = tmp_path_factory.mktemp("recorded")
    replay(shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz", data_dir, lambda _share: None)
    return data_dir / STORE_FILE


def _read_plainly(path: Path, table: str) -> tuple[Rows, int]:
    """What the database's own reader gives of a table, piece by piece, and how many rows it should have."""
    connection = duckdb.connect(str(path), read_only=True, config=SETTINGS)
    try:
        ((count, length),) = connection.execute(f"SELECT count(*), max(rowid) + 1 FROM {table}").fetchall()
        pieces = []
        for start in range(0, length or 0, VECTOR):
            try:
                found = connection.execute(
                    f"SELECT * FROM {table} WHERE rowid >= {start} AND rowid < {start + VECTOR}"
                ).fetchnumpy()
            except duckdb.Error:
                continue
            pieces.append(found)
        if not pieces:
            return {}, count
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}, count
    finally:
        connection.close()


def _whole_messages(headers: Rows, levels: Rows) -> npt.NDArray[np.bool_]:
    """Which headers have all the levels that they say."""
    if not headers or not levels:
        return np.zeros(len(headers.get("seq", ())), bool)
    newest = int(max(headers["seq"].max(), levels["seq"].max())) + 1
    there = np.bincount(levels["seq"], minlength=newest)
    return np.asarray(there[headers["seq"]] == headers["levels"])


@pytest.mark.parametrize("case", range(CAMPAIGN))
def test_nothing_that_can_be_read_is_lost(recorded: Path, tmp_path: Path, case: int) -> None:
    chance = random.Random(SEED + case)
    damaged = tmp_path / STORE_FILE
    shutil.copyfile(recorded, damaged)
    blocks = (damaged.stat().st_size - HEAD) // BLOCK
    with damaged.open("r+b") as file:
        for _ in range(chance.choice((1, 1, 3))):
            file.seek(HEAD + chance.randrange(blocks) * BLOCK + chance.randrange(BLOCK - 64))
            file.write(chance.randbytes(64))
    bytes_before = damaged.read_bytes()
    try:
        readable = {table: _read_plainly(damaged, table) for table in TICK_TABLES}
    except duckdb.Error:
        readable = {}  # the file's own directory was hit

    state = Salvage(tmp_path).run(NOW_MS, lambda _words, _share: None)

    if state.set_aside is None:
        assert state.is_whole  # an empty block was hit
        assert damaged.read_bytes() == bytes_before
        return
    assert state.set_aside.read_bytes() == bytes_before
    with open_store(tmp_path) as store:  # it opens, and its own checks find nothing
        history = store.history()
        for recording in history.recordings():
            for _batch in history.book_batches(recording.recording_id, 1 << 62):
                pass
        history.close()
    for table, (rows, count) in readable.items():
        rescued, _ = _read_plainly(damaged, table)
        told = next(each for each in state.tables if each.table == table)
        assert told.rows == count
        assert told.lost == count - len(rescued.get("recording_id", ()))
        expected = rows
        for headers, levels in (("depth_updates", "book_deltas"), ("snapshots", "snapshot_levels")):
            if table in (headers, levels):
                whole = _whole_messages(readable[headers][0], readable[levels][0])
                seqs = readable[headers][0].get("seq", np.empty(0, np.int64))[whole]
                keep = np.isin(rows.get("seq", np.empty(0, np.int64)), seqs)
                expected = {name: column[keep] for name, column in rows.items()}
        for name, column in expected.items():
            np.testing.assert_array_equal(rescued.get(name, column[:0]), column)
