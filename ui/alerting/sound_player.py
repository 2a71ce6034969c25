"""Plays a sound file through what every system has: no sound library comes with the window's toolkit."""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QApplication

from ui.alerting.tones import sound_file
from workstation.alerts.rules import Sound

if sys.platform == "win32":
    import winsound

LEAST_APART_S = 0.8
"""A sound that is asked for sooner after the last is left out: many alerts at once are one sound."""
_PLAYERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("afplay", ()),  # macOS
    ("pw-play", ()),  # PipeWire
    ("paplay", ()),  # PulseAudio
    ("aplay", ("-q",)),  # ALSA
)


class SoundPlayer(QObject):
    """Plays the sounds of alerts; where it cannot, it rings the system's bell and says why."""

    def __init__(
        self,
        folder: Path,
        parent: QObject | None = None,
        find: Callable[[str], str | None] = shutil.which,
    ) -> None:
        """Keep the files in `folder`; look for players on the program path through `find`."""
        super().__init__(parent)
        self._folder = folder
        self._find = find
        self._process: QProcess | None = None
        self._played_s = -LEAST_APART_S
        self.note = "" if sys.platform == "win32" or self._player() else self._silent()

    def play(self, sound: Sound) -> None:
        """Let a sound be heard, unless another was a moment ago."""
        if sound == "none" or time.monotonic() - self._played_s < LEAST_APART_S:
            return
        self._played_s = time.monotonic()
        try:
            path = sound_file(sound, self._folder)
        except OSError as error:
            self._fall_back(f"The sounds cannot be written to {self._folder}: {error.strerror}")
            return
        if sys.platform == "win32":
            winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)
        else:
            self._play_by_program(path)

    def close(self) -> None:
        """Play no more."""
        if self._process is not None and self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(500)

    def _player(self) -> tuple[str, tuple[str, ...]] | None:
        for name, options in _PLAYERS:
            found = self._find(name)
            if found is not None:
                return found, options
        return None

    def _play_by_program(self, path: Path) -> None:
        player = self._player()
        if player is None:
            self._fall_back(self._silent())
            return
        self.close()
        process = self._process = QProcess(self)
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.finished.connect(self._finished)
        process.start(player[0], [*player[1], str(path)])

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        process = self.sender()
        if isinstance(process, QProcess):
            failed = status is QProcess.ExitStatus.NormalExit and code != 0
            program = Path(process.program()).name
            process.deleteLater()
            if process is self._process:
                self._process = None
            if failed:
                self._fall_back(f"{program} could not play the sound (no output device?)")
            elif status is QProcess.ExitStatus.NormalExit:
                self.note = ""

    def _fall_back(self, why: str) -> None:
        self.note = f"{why}: the system's bell rings instead."
        QApplication.beep()

    def _silent(self) -> str:
        names = ", ".join(name for name, _ in _PLAYERS[1:])
        return f"No sound player was found ({names})"
