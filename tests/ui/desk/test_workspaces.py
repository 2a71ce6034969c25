"""The workspaces: shipped ones that are always there, and the trader's own."""

import os
from pathlib import Path

import msgspec
import pytest

from tests.ui.desk.test_schema import SAVED
from ui.desk.schema import decode
from ui.desk.tree import panels_of
from ui.desk.workspaces import SHIPPED, Entry, WorkspaceError, Workspaces, shipped
from ui.panels import PANELS


@pytest.fixture
def workspaces(tmp_path: Path) -> Workspaces:
    return Workspaces(tmp_path / "layouts")


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_workspace_can_be_read_and_fills_its_window(key: str) -> None:
    workspace = shipped(key)
    kinds = {panel.kind for panel in PANELS}
    shown = [name for name in panels_of(workspace.windows[0].root) if workspace.panels[name].kind in kinds]
    assert len(shown) >= 5
    assert set(workspace.panels) == set(panels_of(workspace.windows[0].root))


def test_the_first_workspace_shows_every_panel_that_was_there_from_the_start() -> None:
    shown = set(panels_of(shipped("trade").windows[0].root))
    assert {"chart", "depth", "ladder", "tape", "watchlist", "feed_health", "ticket"} <= shown


def test_own_ones_follow_the_shipped_ones_by_name(workspaces: Workspaces) -> None:
    assert [entry.key for entry in workspaces.entries()] == list(SHIPPED)
    workspaces.create("Scalping", SAVED)
    workspaces.create("  Ärger   am Abend ", SAVED)
    assert workspaces.entries()[3:] == [
        Entry("scalping", "Scalping"),
        Entry("rger-am-abend", "Ärger am Abend"),
    ]
    assert [entry.is_shipped for entry in workspaces.entries()] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("name", "why"),
    [("  ", "needs a name"), ("a" * 41, "40 letters"), ("TRADE", "already"), ("scalping", "already")],
)
def test_a_name_that_cannot_be_used_is_refused_in_words(workspaces: Workspaces, name: str, why: str) -> None:
    workspaces.create("Scalping", SAVED)
    with pytest.raises(WorkspaceError, match=why):
        workspaces.create(name, SAVED)


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "a/b\\c", ".hidden", "日本", "trade 2"])
def test_no_name_leads_out_of_the_folder(workspaces: Workspaces, name: str) -> None:
    key = workspaces.create(name, SAVED)
    assert (workspaces.folder / f"{key}.json").is_file()
    assert os.sep not in key
    assert workspaces.entries()[3].name == name


def test_a_workspace_keeps_its_key_under_another_name(workspaces: Workspaces) -> None:
    key = workspaces.create("Scalping", SAVED)
    workspaces.rename(key, "scalping", SAVED)
    workspaces.rename(key, "Mornings", SAVED)
    assert workspaces.entry(key) == Entry("scalping", "Mornings")


def test_what_was_deleted_can_be_brought_back(workspaces: Workspaces) -> None:
    key = workspaces.create("Scalping", SAVED)
    workspaces.delete(key)
    assert workspaces.entry(key) is None
    assert [entry.name for entry in workspaces.deleted()] == ["Scalping"]
    workspaces.create("Scalping", SAVED)
    again = workspaces.bring_back(key)
    assert workspaces.entry(again) == Entry("scalping-2", "Scalping 2")
    assert workspaces.deleted() == []


def test_what_is_exported_is_imported(workspaces: Workspaces, tmp_path: Path) -> None:
    workspaces.export_file(SAVED, tmp_path / "out.json")
    key = workspaces.import_file(tmp_path / "out.json")
    loaded = workspaces.file(key).load()
    assert loaded is not None
    assert (loaded.name, loaded.windows, loaded.closed) == ("Evening", SAVED.windows, ())
    assert workspaces.entry(workspaces.import_file(tmp_path / "out.json")) == Entry("evening-2", "Evening 2")


def test_what_is_no_workspace_is_not_imported(workspaces: Workspaces, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(WorkspaceError, match=r"x\.json is no workspace: "):
        workspaces.import_file(tmp_path / "x.json")
    with pytest.raises(WorkspaceError, match=r"y\.json cannot be read: No such file"):
        workspaces.import_file(tmp_path / "y.json")
    with pytest.raises(WorkspaceError, match=r"y\.json could not be written"):
        workspaces.export_file(SAVED, tmp_path / "x.json" / "y.json")
    assert len(workspaces.entries()) == 3


def test_a_file_whose_name_cannot_be_read_is_listed_by_its_own(workspaces: Workspaces) -> None:
    workspaces.folder.mkdir(parents=True)
    (workspaces.folder / "odd.json").write_bytes(b"\x00")
    assert workspaces.entries()[3] == Entry("odd", "odd")
    assert workspaces.default("odd").windows == shipped("trade").windows


def test_shipped_files_carry_no_mark_of_a_machine() -> None:
    for key in SHIPPED:
        workspace = shipped(key)
        assert (workspace.digest, workspace.arrangements, workspace.closed) == ("", (), ())
        assert decode(msgspec.json.encode(workspace)) == workspace
