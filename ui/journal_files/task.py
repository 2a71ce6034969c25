"""Work that takes longer than a frame: on a thread of its own, with progress, cancelled by the trader."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.errors import PreflightError

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]
LOOK_EVERY_MS = 50


class Task(QObject):
    """Does one thing at a time; what comes of it is told on the window's thread."""

    progressed = Signal(float)
    """The share that is done, 0 … 1."""
    done = Signal(object)
    """What it returned."""
    failed = Signal(str)
    """Why it came to nothing, in the trader's words."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._cancel = threading.Event()
        self._share = 0.0
        self._result: Any = None
        self._error: BaseException | None = None
        # The thread never touches Qt: it leaves what it has, and this looks for it.
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_running(self) -> bool:
        """Whether something is being done."""
        return self._thread is not None

    def start(self, work: Callable[[Progress, Cancelled], object]) -> None:
        """Do `work`; what was under way is cancelled and forgotten."""
        self.cancel()
        self._cancel = cancel = threading.Event()
        self._share, self._result, self._error = 0.0, None, None

        def progress(share: float) -> None:
            if self._cancel is cancel:
                self._share = share

        def run() -> None:
            result: object = None
            error: BaseException | None = None
            try:
                result = work(progress, cancel.is_set)
            except BaseException as found:  # whatever it is, it is told where it can be seen
                error = found
            if self._cancel is cancel:
                self._result, self._error = result, error

        self._thread = threading.Thread(target=run, name="journal files", daemon=True)
        self._thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """End what is under way; nothing is told of it any more."""
        self._cancel.set()
        self._thread = None
        self._timer.stop()

    def _look(self) -> None:
        thread = self._thread
        if thread is None:
            return
        self.progressed.emit(self._share)
        if thread.is_alive():
            return
        self._thread = None
        self._timer.stop()
        error = self._error
        if error is None:
            self.done.emit(self._result)
        elif isinstance(error, PreflightError):
            self.failed.emit(str(error))
        else:
            self.failed.emit(f"{type(error).__name__}: {error}")
            raise error
