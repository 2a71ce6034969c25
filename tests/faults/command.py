"""How a command ended and what it should say; markets and files to give to it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.workstation.exchange.wire import depth, quote, snapshot, trade
from workstation.store.ticks import open_store


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    output: str
    complaints: list[str]


def refused(ended: Ended, *words: str) -> None:
    """Assert that it ended with status 2 and one line that holds all of `words`."""
    assert (ended.status, ended.output) == (2, "")
    (line,) = ended.complaints
    assert line.startswith("preflight: ")
    for word in words:
        assert word in line
    for never in ("Traceback", "Errno", "Exception", "object at"):
        assert never not in line


def counts(data_dir: Path) -> tuple[bool, int, dict[str, int]]:
    """Whether the only recording of a store is complete, its committed message, and its rows by table."""
    with open_store(data_dir) as store:
        history = store.history()
        try:
            (recording,) = history.recordings()
            return recording.complete, recording.committed_seq, history.row_counts(recording.recording_id)
        finally:
            history.close()


def market(count: int) -> list[bytes]:
    """Messages of a sound market: a snapshot, then trades, quotes and chained updates."""
    made = [snapshot(1)]
    for number in range(1, count):
        kind = number % 3
        if kind == 0:
            made.append(trade(number))
        elif kind == 1:
            made.append(quote(1_000_000 + number))
        else:
            made.append(depth(2 + number // 3, bids=[("61800.00", f"{number % 9}.000")]))
    return made


def sqlite_file(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE trades (price REAL)")
        connection.commit()
    return path.read_bytes()
