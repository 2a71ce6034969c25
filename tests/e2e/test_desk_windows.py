"""The desk's windows on real displays: filled, left, found again, and fitted to other monitors."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from tests.e2e.test_live_desk import PATIENCE_S, DrivenDesk, desk


@contextmanager
def monitor(size: str) -> Iterator[dict[str, str]]:
    """An X display of that size; what a program needs to find it."""
    read_end, write_end = os.pipe()
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        pass_fds=(write_end,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as pipe:
            yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{pipe.readline().strip()}"}
    finally:
        display.terminate()
        display.wait(10)


def end(opened: DrivenDesk) -> None:
    opened.say("end")
    assert opened.process.wait(PATIENCE_S) == 0
    assert opened.process.stderr is not None
    assert "Traceback" not in opened.process.stderr.read()


def places(windows: dict[str, Any]) -> dict[str, list[int]]:
    return {name: window["rect"] for name, window in windows.items()}


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb on this machine")
def test_two_windows_stand_as_they_were_left_and_fit_a_smaller_monitor(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with monitor("2560x1440") as display, desk(data, **display) as opened:
        opened.until(lambda report: report["panels"]["chart"]["condition"] == "LIVE")
        opened.say("run", "Show", "chart")
        opened.say("run", "Duplicate", "panel")
        opened.say("run", "Move", "panel", "to", "a", "window", "of", "its", "own")
        opened.say("place", "window-2", "1500", "300", "900", "700")
        opened.until(lambda report: report["panels"]["chart-2"]["condition"] == "LIVE")
        two = opened.say("windows")
        assert two["window-2"]["panels"] == ["chart-2"]
        assert two["window-2"]["rect"] == [1500, 300, 900, 700]
        assert all(window["shown"] for window in two.values())
        assert two["window-2"]["title"].startswith("Preflight · Trade · Window 2 · Simulated")
        assert opened.say("window_picture", "window-2", str(tmp_path / "side.png")) == {"saved": True}
        image = QImage(str(tmp_path / "side.png"))
        assert len({image.pixel(x, y) for x in range(0, 900, 5) for y in range(0, 700, 5)}) > 12
        assert list(opened.say("run", "Workspace", "Review")["panels"]) != []
        assert list(opened.say("windows")) == ["main"]
        opened.say("run", "Workspace", "Trade")
        assert places(opened.say("windows")) == places(two)
        end(opened)
    with monitor("1280x720") as display, desk(data, **display) as opened:
        small = opened.say("windows")
        assert small["window-2"]["panels"] == ["chart-2"]
        x, y, width, height = small["window-2"]["rect"]
        assert 0 <= x <= x + width <= 1280
        assert 0 <= y <= y + height <= 720
        end(opened)


def monitors(path: Path, *screens: tuple[str, int, int, int]) -> dict[str, str]:
    """Monitors that Qt makes up, (name, x, width, height) each; what a program needs to stand on them."""
    path.write_text(
        json.dumps(
            {
                "screens": [
                    {"name": name, "x": x, "y": 0, "width": width, "height": height, "dpr": 1}
                    | {"logicalDpi": 96, "logicalBaseDpi": 96}
                    for name, x, width, height in screens
                ]
            }
        )
    )
    return {"QT_QPA_PLATFORM": f"offscreen:configfile={path}"}


def test_a_window_of_the_second_monitor_comes_back_with_it(tmp_path: Path) -> None:
    data, large, second = tmp_path / "data", ("DP-1", 0, 2560, 1440), ("DP-2", 2560, 1920, 1080)
    with desk(data, **monitors(tmp_path / "two.json", large, second)) as opened:
        opened.say("run", "Show", "ladder")
        opened.say("run", "Move", "panel", "to", "a", "window", "of", "its", "own")
        opened.say("place", "window-2", "3000", "40", "600", "900")
        end(opened)
    with desk(data, **monitors(tmp_path / "one.json", large)) as opened:
        x, y, width, height = places(opened.say("windows"))["window-2"]
        assert 0 <= x <= x + width <= 2560
        assert 0 <= y <= y + height <= 1440
        end(opened)
    with desk(data, **monitors(tmp_path / "two.json", large, second)) as opened:
        assert places(opened.say("windows"))["window-2"] == [3000, 40, 600, 900]
        assert opened.say("windows")["window-2"]["panels"] == ["ladder"]
        end(opened)
