"""An installation that has lost a file says so before a trader needs it."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ui import own_files
from ui.help import pages, terms


def test_everything_that_came_with_the_program_is_read_and_counted(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    assert own_files.main() == 0
    told = capsys.readouterr().out
    for name in own_files.KINDS_OF_FILES:
        assert name in told


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("help/ladder.md", "pages of panels: help/ladder is missing"),
        ("help/guide/alerts.md", "pages of the guide: docs/alerts is missing"),
        ("terms/common.toml", "terms: "),
    ],
)
def test_a_file_that_is_lost_is_named(
    qtbot: QtBot,
    tmp_path: Path,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lost: str,
    said: str,
) -> None:
    folder = tmp_path / "resources"
    shutil.copytree(repository / "ui/resources", folder)
    shutil.copytree(repository / "docs", folder / "help/guide", ignore=shutil.ignore_patterns("images"))
    (folder / lost).unlink()
    library = partial(pages.Library, panels=folder / "help", guide=folder / "help/guide")
    monkeypatch.setattr(own_files, "Library", library)
    monkeypatch.setattr(terms, "FOLDER", folder / "terms")
    monkeypatch.setattr(own_files, "all_terms", terms.all_terms.__wrapped__)

    assert own_files.main() == 1

    assert capsys.readouterr().err.startswith(said)


def test_no_kind_of_files_is_forgotten(repository: Path) -> None:
    kinds = {
        path.relative_to(repository / half / "resources").parts[0]
        for half in ("ui", "workstation")
        for path in (repository / half / "resources").rglob("*")
        if path.is_file()
    }
    assert kinds == {
        *("fonts", "help", "preflight.svg", "terms", "workspaces"),
        *("checklists", "report", *own_files.TABLES),
    }
