"""A workspace's file: whole or not at all, five earlier states, and a bad one set aside."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.ui.desk.test_schema import SAVED, version_1
from ui.desk.schema import Workspace
from ui.desk.workspace_file import EARLIER_EVERY_S, KEPT_EARLIER, LayoutUnusable, WorkspaceFile
from ui.desk.workspaces import shipped


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_s(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path, clock: Clock) -> WorkspaceFile:
    return WorkspaceFile(tmp_path / "layouts" / "trade.json", shipped("trade"), clock)


def named(name: str) -> Workspace:
    return msgspec.structs.replace(SAVED, name=name)


def test_what_was_saved_is_loaded_and_nothing_else_is_left_behind(file: WorkspaceFile) -> None:
    assert file.load() is None
    file.save(SAVED)
    loaded = file.load()
    assert loaded is not None
    assert loaded.windows == SAVED.windows
    assert [path.name for path in file.path.parent.iterdir()] == ["trade.json"]


def test_a_save_that_fails_leaves_the_file_that_was_there(
    file: WorkspaceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.save(SAVED)

    def refuse(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("ui.desk.workspace_file.os.replace", refuse)
    with pytest.raises(OSError, match="no space"):
        file.save(named("Other"))
    monkeypatch.undo()
    loaded = file.load()
    assert loaded is not None
    assert loaded.name == "Evening"
    assert not list(file.path.parent.rglob("*.new"))


def test_the_last_five_states_are_kept_some_minutes_apart(file: WorkspaceFile, clock: Clock) -> None:
    for number in range(9):
        file.save(named(f"State {number}"))
        clock.pass_s(EARLIER_EVERY_S)
    earlier = file.earlier()
    assert [file.load_earlier(one).name for one in earlier] == [
        f"State {number}" for number in (7, 6, 5, 4, 3)
    ]
    assert len(earlier) == KEPT_EARLIER
    clock.pass_s(-EARLIER_EVERY_S + 5)
    for number in range(9):
        file.save(named(f"Soon after {number}"))
        clock.pass_s(1)
    assert file.load_earlier(file.earlier()[0]).name in ("State 7", "State 8")


def test_a_bad_file_is_set_aside_and_the_way_back_is_told(file: WorkspaceFile, clock: Clock) -> None:
    file.save(named("Good"))
    clock.pass_s(60)
    file.save(named("Better"))
    file.path.write_bytes(b"{")
    with pytest.raises(LayoutUnusable) as told:
        file.load()
    words = str(told.value)
    assert words.startswith("The saved layout was not used: ")
    assert "It is kept as set-aside/trade.20261120-120100-000000.json." in words
    assert "The default layout is shown." in words
    assert '"Go back to the layout of 20 Nov 12:01 UTC" (Ctrl+K) brings the last good one back.' in words
    aside = file.path.parent / "set-aside" / "trade.20261120-120100-000000.json"
    assert aside.read_bytes() == b"{"
    assert file.load() is None
    assert file.load_earlier(file.earlier()[0]).name == "Good"


def test_a_damaged_earlier_state_is_told_of(file: WorkspaceFile) -> None:
    file.save(SAVED)
    file.keep()
    earlier = file.earlier()[0]
    earlier.path.write_bytes(b"[]")
    with pytest.raises(LayoutUnusable, match=r"^The earlier layout cannot be used: "):
        file.load_earlier(earlier)


def test_a_file_of_version_1_is_read_and_kept_as_the_state_before(file: WorkspaceFile) -> None:
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(version_1())
    old = file.load()
    assert old is not None
    file.save(old)
    assert file.earlier()[0].path.read_bytes() == version_1()
    assert file.load_earlier(file.earlier()[0]) == old


def test_a_file_that_cannot_be_read_is_told_of_and_left_alone(file: WorkspaceFile) -> None:
    file.path.mkdir(parents=True)
    with pytest.raises(LayoutUnusable, match="Is a directory"):
        file.load()
    assert file.path.is_dir()
