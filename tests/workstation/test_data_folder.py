"""The data are where the trader chose, and nowhere that cannot keep them."""

import sys
from pathlib import Path

import pytest

from workstation import data_folder
from workstation.data_folder import (
    choose_data_dir,
    chosen_data_dir,
    default_data_dir,
    system_data_dir,
    trouble_with,
)
from workstation.errors import DataDirectoryError


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path / "config"))
    return tmp_path


def test_without_a_choice_they_are_where_the_system_keeps_them() -> None:
    assert chosen_data_dir() is None
    assert default_data_dir() == system_data_dir()
    assert default_data_dir().name == "preflight"


def test_a_choice_holds_from_the_next_start_on(home: Path) -> None:
    other = home / "other disk"
    other.mkdir()
    choose_data_dir(other)
    assert default_data_dir() == other


def test_a_note_that_is_nonsense_is_no_choice(home: Path) -> None:
    note = home / "config" / "data-folder"
    note.parent.mkdir()
    for text in (b"", b"relative/folder", b"\xff\xfe"):
        note.write_bytes(text)
        assert default_data_dir() == system_data_dir()


def test_a_folder_that_cannot_keep_data_is_refused_with_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no folder" in trouble_with(home / "missing")
    monkeypatch.setattr(data_folder, "LEAST_FREE_BYTES", 2**60)
    assert "GB left" in trouble_with(home)
    with pytest.raises(DataDirectoryError, match="Free some space"):
        choose_data_dir(home)
    assert chosen_data_dir() is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_a_folder_that_cannot_be_written_is_refused() -> None:
    assert "cannot be written" in trouble_with(Path("/proc/self"))
