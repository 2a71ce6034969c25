"""What the window is opened with: a capture, a display, a look."""

from math import inf
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ui import app
from ui.theme import DARK, LIGHT, NORMAL
from ui.top_bar import GENERATED, REPLAY
from workstation.settings import WindowOptions


@pytest.fixture
def options(tmp_path: Path) -> WindowOptions:
    return WindowOptions(replay=None, speed=inf, data_dir=tmp_path)


def test_the_capture_asked_for_goes_before_the_one_in_the_environment(
    options: WindowOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(app.REPLAY_VARIABLE, str(tmp_path / "named.gz"))
    asked = WindowOptions(replay=tmp_path / "asked.gz", speed=1.0, data_dir=tmp_path)
    assert app._choose_capture(asked) == (tmp_path / "asked.gz", REPLAY)
    assert app._choose_capture(options) == (tmp_path / "named.gz", REPLAY)


def test_without_a_recording_a_market_is_generated_once_and_called_so(
    options: WindowOptions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[Path] = []

    def write(path: Path) -> None:
        written.append(path)
        path.write_bytes(b"")

    monkeypatch.setattr(app, "write_sample_capture", write)
    for _ in range(2):
        path, mode = app._choose_capture(options)
        assert mode is GENERATED
    assert written == [path]
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("No recording was named, so Preflight generates a small market of its own in ")
    assert "generated" in second


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_with_a_display_nothing_is_changed(
    options: WindowOptions, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "somewhere")
    assert app._for_this_display(options) is options


def test_without_a_display_the_window_paints_offscreen_and_leaves_a_picture(
    options: WindowOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    changed = app._for_this_display(options)
    assert changed.exit_after_s == app.NO_DISPLAY_SECONDS
    assert changed.screenshot == Path("preflight-screenshot.png").absolute()
    assert app.os.environ["QT_QPA_PLATFORM"] == "offscreen"


def test_a_theme_reaches_the_palette_and_the_style_sheet(qapp: QApplication) -> None:
    app.dress(qapp, LIGHT, NORMAL)
    assert qapp.palette().window().color() == LIGHT.window
    assert LIGHT.accent.name() in qapp.styleSheet()
    app.dress(qapp, DARK, NORMAL)


def test_the_icon_is_there() -> None:
    assert app.ICON.is_file()
