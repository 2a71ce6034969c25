"""A screen of its own with mouse and keyboard: an X server without a monitor, driven as a hand would."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtGui import QGuiApplication, QImage

WIDTH, HEIGHT = 1600, 900


def what_is_missing() -> str:
    """Return what this machine lacks, one line; empty where it has all."""
    if not sys.platform.startswith("linux"):
        return "a screen of its own is made with Xvfb, on Linux"
    lacking = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    return f"install {' and '.join(lacking).lower()}" if lacking else ""


class Screen:
    """One screen; what is typed goes to the window that was clicked last.

    Attributes:
        display: its name, ":93".
    """

    def __init__(self) -> None:
        """Start it on the first display that is free."""
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"],
            pass_fds=(write,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.display = f":{told.readline().strip()}"
        self.environment = {**os.environ, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self._eyes: QGuiApplication | None = None

    def __enter__(self) -> "Screen":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._eyes = None
        self._server.terminate()
        self._server.wait()

    def look(self) -> QImage:
        """Return what is on the screen now."""
        if self._eyes is None:
            os.environ.update(DISPLAY=self.display, QT_QPA_PLATFORM="xcb")
            self._eyes = QGuiApplication(["newcomer"])
        self._eyes.processEvents()
        return self._eyes.primaryScreen().grabWindow(0).toImage()

    def keep(self, path: Path) -> None:
        """Write a picture of it."""
        if not self.look().save(str(path)):
            raise OSError(f"{path} cannot be written")

    def click(self, x: int, y: int) -> None:
        """Move the pointer there and press its left button."""
        self._do("mousemove", str(x), str(y))
        time.sleep(0.15)
        self._do("click", "1")

    def roll_down(self, x: int, y: int) -> None:
        """Turn the wheel over a place until what is there ends."""
        self._do("mousemove", str(x), str(y))
        self._do("click", "--repeat", "25", "--delay", "20", "5")

    def press(self, *keys: str, times: int = 1) -> None:
        """Press keys one after the other, as xdotool spells them."""
        for key in keys:
            self._do("key", "--delay", "25", "--repeat", str(times), key)
            time.sleep(0.1)

    def type(self, words: str) -> None:
        """Type words."""
        self._do("type", "--delay", "35", words)

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, stdout=subprocess.DEVNULL)


def until(what: str, is_so: Callable[[], bool], within_s: float = 40.0) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it did not become so; `what` says what it was.
    """
    end = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {within_s:.0f} s: {what}")
        time.sleep(0.25)
