"""The window as a program of its own: opened, looked at, closed, and refused."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from ui.theme import DARK, LIGHT
from workstation.simulator.sample_capture import write_sample_capture

PATIENCE_S = 40.0


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a generated minute."""
    return write_sample_capture(tmp_path_factory.mktemp("capture") / "sample.gz", seconds=30)


def environment(**changes: str | None) -> dict[str, str]:
    merged = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **changes}
    return {name: value for name, value in merged.items() if value is not None}


def preflight(*arguments: object, cwd: Path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui", *map(str, arguments)],
        env=environment(PYTHONPATH=str(Path(__file__).parents[2]), **changes),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


@contextmanager
def running(*arguments: object, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", *map(str, arguments)],
        env=environment(PYTHONPATH=str(Path(__file__).parents[2])),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def colors_of(path: Path) -> set[str]:
    image = QImage(str(path))
    assert not image.isNull()
    steps = range(0, image.width(), 3), range(0, image.height(), 3)
    return {image.pixelColor(x, y).name() for x in steps[0] for y in steps[1]}


def test_it_opens_shows_the_market_and_leaves_a_picture(capture: Path, tmp_path: Path) -> None:
    ended = preflight(
        *("--replay", capture, "--speed", "max", "--data-dir", tmp_path / "data"),
        *("--screenshot", tmp_path / "window.png", "--exit-after", "2.5", "--size", "1200x760"),
        cwd=tmp_path,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"A picture of the window is in {tmp_path / 'window.png'}\n"
    image = QImage(str(tmp_path / "window.png"))
    assert (image.width(), image.height()) == (1200, 760)
    colors = colors_of(tmp_path / "window.png")
    assert {DARK.window.name(), DARK.panel.name()} <= colors
    assert DARK.up.name() in colors
    assert (tmp_path / "data" / "layouts" / "trade.json").exists()


def test_the_light_theme_is_light_everywhere(capture: Path, tmp_path: Path) -> None:
    ended = preflight(
        *("--replay", capture, "--speed", "max", "--data-dir", tmp_path / "data", "--theme", "light"),
        *("--screenshot", tmp_path / "window.png", "--exit-after", "2", "--size", "1200x760"),
        cwd=tmp_path,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    colors = colors_of(tmp_path / "window.png")
    assert {LIGHT.window.name(), LIGHT.panel.name()} <= colors
    assert not {DARK.window.name(), DARK.panel.name(), DARK.control.name()} & colors


def test_exit_after_nothing_ends_with_the_first_frame(capture: Path, tmp_path: Path) -> None:
    for _ in range(2):  # the second start restores the layout of the first
        ended = preflight(
            "--replay", capture, "--data-dir", tmp_path / "data", "--exit-after", "0", cwd=tmp_path
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_it_cleanly(capture: Path, tmp_path: Path, kind: signal.Signals) -> None:
    layout = tmp_path / "data" / "layouts" / "trade.json"
    arguments = ("--replay", capture, "--data-dir", tmp_path / "data")
    with running(*arguments, cwd=tmp_path) as process:
        deadline = time.monotonic() + PATIENCE_S
        while not (tmp_path / "data" / "ticks.duckdb").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1.5)
        process.send_signal(kind)
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert layout.exists()


def test_without_a_display_it_says_so_and_leaves_a_picture(capture: Path, tmp_path: Path) -> None:
    ended = preflight(
        *("--replay", capture, "--speed", "10", "--data-dir", tmp_path / "data", "--exit-after", "1"),
        cwd=tmp_path,
        QT_QPA_PLATFORM=None,
        DISPLAY=None,
        WAYLAND_DISPLAY=None,
    )
    picture = tmp_path / "preflight-screenshot.png"
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        "This machine has no display: Preflight paints offscreen for 1 s and leaves a picture.",
        f"A picture of the window is in {picture}",
    ]
    assert picture.exists()


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb on this machine")
def test_it_opens_on_an_x_display(capture: Path, tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1600x900x24", "-nolisten", "tcp"],
        pass_fds=(write_end,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        ended = preflight(
            *("--replay", capture, "--speed", "10", "--data-dir", tmp_path / "data"),
            *("--screenshot", tmp_path / "window.png", "--exit-after", "1.5"),
            cwd=tmp_path,
            QT_QPA_PLATFORM="xcb",
            DISPLAY=f":{number}",
        )
    finally:
        display.terminate()
        display.wait(10)
    assert ended.returncode == 0, ended.stderr
    assert DARK.panel.name() in colors_of(tmp_path / "window.png")


def test_a_second_window_on_the_same_data_is_refused(capture: Path, tmp_path: Path) -> None:
    arguments = ("--replay", capture, "--data-dir", tmp_path / "data")
    with running(*arguments, cwd=tmp_path) as first:
        deadline = time.monotonic() + PATIENCE_S
        while not (tmp_path / "data" / "ticks.duckdb").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        second = preflight(*arguments, "--exit-after", "1", cwd=tmp_path)
        assert second.returncode == 2
        assert second.stderr.startswith("preflight: ")
        assert len(second.stderr.splitlines()) == 1
        first.terminate()
        assert first.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--replay", "nowhere.gz"),
        ("--replay", "."),
        ("--screenshot", "no/such/folder/window.png"),
        ("--venue", "nowhere"),
    ],
    ids=["missing", "directory", "screenshot", "venue"],
)
def test_what_cannot_be_opened_is_one_line_and_status_2(tmp_path: Path, arguments: tuple[str, str]) -> None:
    ended = preflight(*arguments, "--data-dir", tmp_path / "data", "--exit-after", "1", cwd=tmp_path)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "Traceback" not in ended.stderr


def test_headless_commands_never_load_qt(capture: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from ui.__main__ import main; status = main();"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'pyqtgraph', 'qasync'))];"
        "sys.exit(status)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "replay", str(capture), "--data-dir", str(tmp_path / "data"), "--json"],
        env=environment(PYTHONPATH=str(Path(__file__).parents[2])),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 0, ended.stderr
