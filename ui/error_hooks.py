"""Where errors of slots and tasks, Qt's messages and the wish to end go while the window runs."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from workstation.runtime.bus import Fault

log = logging.getLogger(__name__)

_LOG_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@contextmanager
def errors_told(
    loop: asyncio.AbstractEventLoop, tell: Callable[[Fault], None], end: Callable[[], None]
) -> Iterator[None]:
    """Tell errors of slots and tasks as faults, and let SIGINT and SIGTERM end the program by `end`."""
    hook_before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        hook_before(kind, error, trace)
        fault = Fault("Window", f"{kind.__name__}: {error}", error)
        # Not now: this may be in the middle of a painting, which a bar that appears would pull apart.
        loop.call_soon_threadsafe(tell, fault)

    def task_failed(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.error("%s", context["message"], exc_info=error)
        tell(Fault("Background task", str(error or context["message"]), error))

    def interrupted(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end)

    sys.excepthook = hook
    loop.set_exception_handler(task_failed)
    signals_before = {kind: signal.signal(kind, interrupted) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        sys.excepthook = hook_before
        for kind, handler in signals_before.items():
            signal.signal(kind, handler)


@contextmanager
def qt_messages_logged() -> Iterator[None]:
    """Send what Qt has to say to the log instead of the terminal."""

    def note(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        # What the platform cannot do, such as raising a window offscreen, nobody can do anything about.
        if "This plugin does not support" not in text:
            log.log(_LOG_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)

    before = qInstallMessageHandler(note)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
