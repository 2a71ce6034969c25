"""The journal's file loses nothing that was told to be kept: not to kills, full disks or damaged pages."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workstation.errors import BadFigure, DataDirectoryError, JournalDamaged, JournalReadOnly, StoreFull
from workstation.model.journal import Attachment
from workstation.store import journal as journal_store
from workstation.store.journal import Edit, JournalStore, Put
from workstation.store.journal_files import MOST_BYTES, AttachmentFiles, clean_name
from workstation.store.journal_schema import JOURNAL_FILE, JOURNAL_FOLDER


def path_of(data_dir: Path) -> Path:
    return data_dir / JOURNAL_FOLDER / JOURNAL_FILE


def test_what_was_written_comes_back_in_a_later_run(tmp_path: Path) -> None:
    edit = Edit(1, 5, "Note", "notes", "a", None, '{"text":"x"}')
    store = JournalStore(tmp_path)
    store.write(Put("notes", "a", '{"text":"x"}'), edit).result()
    store.write(Put("notes", "b", "1"))
    store.write(Put("notes", "b", None))
    store.close()
    store.close()

    again = JournalStore(tmp_path)
    contents = again.load()
    assert contents.bodies["notes"] == {"a": '{"text":"x"}'}
    assert contents.edits == (edit,)
    assert again.check() == ""
    assert again.use(lambda connection: connection.execute("PRAGMA synchronous").fetchone()) == (2,)
    again.close()


def test_a_killed_writer_loses_nothing_that_it_was_told_is_safe(tmp_path: Path, repository: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from workstation.store.journal import JournalStore, Put\n"
        "store = JournalStore(Path(sys.argv[1]))\n"
        "number = max(map(int, store.load().bodies['notes']), default=0)\n"
        "while True:\n"
        "    number += 1\n"
        "    both = (Put('notes', str(number), 'x' * 3000), Put('diary', str(number), 'y'))\n"
        "    store.write(*both).result()\n"
        "    print(number, flush=True)\n"
    )
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=repository
        )
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(15)]
        os.kill(child.pid, signal.SIGKILL)
        told += [int(line) for line in child.communicate()[0].splitlines() if line.isdigit()]
        store = JournalStore(tmp_path)
        assert not store.is_read_only  # the lock went with its process
        bodies = store.load().bodies
        assert set(map(str, told)) <= bodies["notes"].keys()
        assert bodies["notes"].keys() == bodies["diary"].keys()  # whole transactions
        assert store.check() == ""
        store.close()


def test_a_full_disk_is_told_and_what_waits_is_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_store, "AGAIN_S", 0.01)
    store = JournalStore(tmp_path)
    store.write(Put("notes", "first", "kept")).result()

    def set_most(pages: int) -> Callable[[sqlite3.Connection], object]:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    (pages,) = store.use(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    store.use(set_most(pages))
    with pytest.raises(StoreFull, match="disk"):
        store.write(Put("notes", "large", "x" * 200_000)).result()
    assert "full" in store.trouble
    assert store.load().bodies["notes"] == {"first": "kept"}

    store.use(set_most(1_000_000))
    assert store.flush()
    assert store.trouble == ""
    assert len(store.load().bodies["notes"]["large"]) == 200_000
    store.close()


def test_a_disk_that_stays_full_says_at_the_end_that_something_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_store, "AGAIN_S", 0.01)
    store = JournalStore(tmp_path)
    (pages,) = store.use(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    store.use(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    store.write(Put("notes", "large", "x" * 200_000)).exception()
    with pytest.raises(DataDirectoryError, match="full"):
        store.close()


def test_a_damaged_page_is_named_the_file_left_alone_and_a_copy_put_back_opens(tmp_path: Path) -> None:
    store = JournalStore(tmp_path)
    for number in range(200):
        store.write(Put("notes", f"{number:04}", "words " * 100))
    store.flush()
    store.close()
    path, copy = path_of(tmp_path), tmp_path / "copy"
    shutil.copy(path, copy)
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // 2 // 4096 * 4096
    damaged[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(damaged)

    store = JournalStore(tmp_path)
    assert "backup" in store.check()
    with pytest.raises(JournalDamaged, match="backup"):
        store.load()
    store.close()
    assert path.read_bytes() == damaged

    shutil.copy(copy, path)
    store = JournalStore(tmp_path)
    assert len(store.load().bodies["notes"]) == 200
    store.close()


@pytest.mark.parametrize("content", [b"no database at all" * 500, b""])
def test_what_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = path_of(tmp_path)
    path.parent.mkdir()
    if content:
        path.write_bytes(content)
    else:
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE other (a)")
        other.commit()
        other.close()
    before = path.read_bytes()
    with pytest.raises(JournalDamaged):
        JournalStore(tmp_path)
    assert path.read_bytes() == before


def test_a_second_one_reads_what_the_first_writes_and_changes_nothing(tmp_path: Path) -> None:
    first = JournalStore(tmp_path)
    second = JournalStore(tmp_path)
    assert second.is_read_only
    before = second.data_version()
    first.write(Put("notes", "a", "1")).result()
    assert second.data_version() != before
    assert second.load().bodies["notes"] == {"a": "1"}
    with pytest.raises(JournalReadOnly):
        second.write(Put("notes", "a", "2"))
    second.close()
    first.close()


# Attachments.


def test_a_file_is_kept_once_under_its_hash_and_never_outside(tmp_path: Path) -> None:
    files = AttachmentFiles(tmp_path)
    one = files.keep(b"picture", "../../etc/passwd", "added", 5)
    two = files.keep(b"picture", "C:\\Windows\\a\u202eb.png", "entry", 6)
    assert (one.name, two.name, one.sha256) == ("passwd", "ab.png", two.sha256)
    assert [path.name for path in files.folder.iterdir()] == [one.sha256]
    assert files.path(one).read_bytes() == b"picture"
    with pytest.raises(DataDirectoryError):
        files.path(Attachment("x", "../../../etc/passwd", 1, "added", 0))


def test_too_large_a_file_or_none_at_all_is_refused_in_words(tmp_path: Path) -> None:
    files = AttachmentFiles(tmp_path)
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(BadFigure, match="too large: 25 MB"):
        files.keep(large, "large.bin", "added", 0)
    with pytest.raises(BadFigure, match="no file"):
        files.keep(tmp_path, "folder", "added", 0)
    assert not files.folder.exists()


@pytest.mark.parametrize(
    "name, shown",
    [("", "file"), ("..", "file"), ("a/b/", "file"), ("x\ny\0.txt", "xy.txt"), ("ü ✓.pdf", "ü ✓.pdf")],
)
def test_names_are_shown_without_paths_or_what_cannot_be_seen(name: str, shown: str) -> None:
    assert clean_name(name) == shown
    assert len(clean_name("n" * 900 + ".png")) == 120
    assert clean_name("n" * 900 + ".png").endswith(".png")
