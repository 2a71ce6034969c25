"""What the window is opened with: a display, a look."""

from math import inf
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ui import app
from ui.theme import DARK, LIGHT, NORMAL
from workstation.settings import WindowOptions


@pytest.fixture
def options(tmp_path: Path) -> WindowOptions:
    return WindowOptions(replay=None, speed=inf, data_dir=tmp_path)


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
