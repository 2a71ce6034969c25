"""The window that stands in for the desk where the tick store is damaged."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ui import app
from ui.salvage_window import SalvageWindow
from ui.theme import DARK, NORMAL, ThemeSource
from workstation.errors import StoreDamaged
from workstation.settings import WindowOptions
from workstation.store.opening import STORE_FILE
from workstation.store.ticks import open_store


def _damaged(data_dir: Path) -> Path:
    open_store(data_dir).close()
    path = data_dir / STORE_FILE
    with path.open("r+b") as file:
        file.seek(3 * 4_096 + 100)
        file.write(b"\x55" * (path.stat().st_size - 3 * 4_096 - 100))
    return path


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> SalvageWindow:
    _damaged(tmp_path)
    made = SalvageWindow(tmp_path, "It is damaged.", ThemeSource(DARK, NORMAL))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_rescue_ends_with_a_store_that_opens_and_the_damaged_file_beside_it(
    window: SalvageWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    before = (tmp_path / STORE_FILE).read_bytes()
    window.rescue_button.click()
    assert not window.rescue_button.isEnabled()
    qtbot.waitUntil(window.open_button.isVisible, timeout=20_000)
    assert "The damaged file was kept as" in window.status.text()
    (kept,) = tmp_path.glob(f"{STORE_FILE}.damaged-*")
    assert kept.read_bytes() == before
    with qtbot.waitSignal(window.accepted):
        window.open_button.click()
    open_store(tmp_path).close()


def test_closing_it_changes_nothing(window: SalvageWindow, tmp_path: Path, qtbot: QtBot) -> None:
    before = (tmp_path / STORE_FILE).read_bytes()
    with qtbot.waitSignal(window.rejected):
        window.close_button.click()
    assert (tmp_path / STORE_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [STORE_FILE]


def test_where_nobody_can_be_asked_the_damage_is_told_and_nothing_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _damaged(tmp_path)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    with pytest.raises(StoreDamaged, match="preflight store salvage"):
        app.run_window(WindowOptions(None, 1.0, data_dir=tmp_path, offline=True, exit_after_s=1.0))
    assert path.exists()
