"""Settings are remembered whole or not at all, and a broken file never keeps the desk from opening."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.errors import DataDirectoryError
from workstation.settings import (
    DENSITIES,
    SPEEDS,
    THEMES,
    Settings,
    load_settings,
    save_settings,
)


def test_without_a_file_settings_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == (Settings(), None)
    assert load_settings(tmp_path / "no such directory") == (Settings(), None)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("density", DENSITIES)
def test_what_is_saved_is_loaded(tmp_path: Path, theme: str, density: str) -> None:
    settings = Settings(theme=theme, density=density)  # type: ignore[arg-type]
    save_settings(tmp_path, settings)
    assert load_settings(tmp_path) == (settings, None)
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_settings_of_a_newer_version_are_ignored_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"theme":"light","colour_of_the_sky":"blue"}')
    assert load_settings(tmp_path) == (Settings(theme="light"), None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"theme":"pink"}',
        b'{"theme":5}',
        b'{"theme":"\xff"}',
        b'{"\xff":1}',
        b"\x00",
        b"[" * 100_000,
        b'{"x":' + b"[" * 100_000,
    ],
)
def test_a_broken_file_gives_the_defaults_and_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings, complaint = load_settings(tmp_path)
    assert settings == Settings()
    if complaint is not None:
        assert complaint.startswith(f"{path} cannot be read (")
        assert complaint.endswith("): the default settings are used")
        assert "\n" not in complaint
    else:
        assert content == b'{"\xff":1}', "only what is not looked at may be broken in silence"
    assert path.read_bytes() == content, "what the trader may still want to mend is left alone"


@given(st.binary(max_size=60))
def test_no_bytes_keep_the_desk_from_opening(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    (folder / "settings.json").write_bytes(content)
    settings, _ = load_settings(folder)
    assert settings.theme in THEMES


def test_a_directory_in_its_place_gives_the_defaults_and_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    settings, complaint = load_settings(tmp_path)
    assert settings == Settings()
    assert complaint is not None
    assert "Is a directory" in complaint


def test_settings_that_cannot_be_saved_are_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(DataDirectoryError, match="cannot be written"):
            save_settings(folder, Settings())


def test_a_save_that_fails_keeps_what_was_there(tmp_path: Path) -> None:
    save_settings(tmp_path, Settings(theme="light"))
    (tmp_path / "settings.tmp").mkdir()
    with pytest.raises(DataDirectoryError, match="cannot be written"):
        save_settings(tmp_path, Settings(theme="dark"))
    assert load_settings(tmp_path) == (Settings(theme="light"), None)


def test_speeds_are_offered_from_slow_to_unlimited() -> None:
    assert list(SPEEDS) == sorted(SPEEDS)
    assert 1.0 in SPEEDS
    assert SPEEDS[-1] == float("inf")
