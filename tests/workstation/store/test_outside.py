"""Series from outside in the store: the newest word on a moment stands; older stores learn to keep them."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from workstation.runtime.clock import ManualClock
from workstation.store.opening import open_database
from workstation.store.schema import MIGRATIONS, migrate, stored_version
from workstation.store.ticks import DuckTickStore, open_store


def put(store: DuckTickStore, key: str, *rows: tuple[int, float]) -> None:
    times, values = zip(*rows, strict=True)
    store.put_outside(key, np.array(times, np.int64), np.array(values, float), 5)


def held(store: DuckTickStore, key: str, most: int = 100) -> list[tuple[int, float]]:
    store.checkpoint()  # what was queued is committed
    history = store.history()
    times, values = history.outside(key, most)
    history.close()
    return list(zip(times.tolist(), values.tolist(), strict=True))


def test_values_are_kept_once_and_a_revised_one_takes_the_place_of_the_old(tmp_path: Path) -> None:
    with open_store(tmp_path, clock=ManualClock(1)) as store:
        put(store, "a", (1, 1.0), (2, 2.0))
        put(store, "a", (2, 2.5), (3, 3.0), (1, 1.0))
        put(store, "b", (2, 9.0))
        assert held(store, "a") == [(1, 1.0), (2, 2.5), (3, 3.0)]
        assert held(store, "a", 2) == [(2, 2.5), (3, 3.0)]
        assert held(store, "b") == [(2, 9.0)]
        assert held(store, "none") == []
        # Three new, the revised one and the one of b; what was there stays as it is.
        assert store.committed_rows["outside_values"] == 5
    with open_store(tmp_path, clock=ManualClock(2)) as store:
        assert held(store, "a") == [(1, 1.0), (2, 2.5), (3, 3.0)]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_store_learns_to_keep_them(tmp_path: Path, version: int) -> None:
    before = [step for step in MIGRATIONS if step.version <= version]
    connection = duckdb.connect(str(tmp_path / "ticks.duckdb"))
    migrate(connection, 1, tuple(before))
    assert stored_version(connection) == version
    connection.close()
    open_database(tmp_path, 2).close()
    with open_store(tmp_path, clock=ManualClock(3)) as store:
        put(store, "a", (1, 1.0))
        assert held(store, "a") == [(1, 1.0)]
