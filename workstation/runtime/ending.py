"""What an interrupt does: while the program loads it ends at once, later it asks for a tidy end.

Python would raise KeyboardInterrupt wherever the program happens to be. In the middle of an import, or of a
call from C++, that leaves a traceback at best and is swallowed at worst.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TypeVar

EXIT_INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)

Result = TypeVar("Result")


def end_at_once() -> None:
    """Let SIGINT and SIGTERM end this process on the spot: there is nothing to put away yet."""
    for kind in SIGNALS:
        signal.signal(kind, _exit)


def interruptible() -> None:
    """Undo `end_at_once`: SIGINT raises KeyboardInterrupt, for commands that it ends wherever they are."""
    for kind, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(kind) is _exit:
            signal.signal(kind, handler)


def cancelled_by_signals(work: Callable[[], Result], cancel: Callable[[], object]) -> Result:
    """Do `work` on a thread of its own, so that SIGINT and SIGTERM reach it, by `cancel`, in any query.

    Raises:
        BaseException: what `work` raised.
    """
    done: list[Result] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    before = {kind: signal.signal(kind, lambda *_: cancel()) for kind in SIGNALS}
    try:
        thread = threading.Thread(target=run, name="Work of a command")
        thread.start()
        while thread.is_alive():
            thread.join(0.1)
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
    if failed:
        raise failed[0]
    return done[0]


class AskedToEnd:
    """The wish to end, remembered from the moment that this is entered until somebody can act on it."""

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self._asked = False
        self._told: Callable[[], object] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "AskedToEnd":
        """Take SIGINT and SIGTERM."""
        self._before = {kind: signal.signal(kind, self._ask) for kind in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __bool__(self) -> bool:
        """Whether the end has been asked for."""
        return self._asked

    def tell(self, act: Callable[[], object]) -> None:
        """Call `act`, within the signal handler, when the end is asked for; now if it has been."""
        self._told = act
        if self._asked:
            act()

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked = True
        if self._told is not None:
            self._told()


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.stderr.write("preflight: interrupted before it began\n")
    sys.stderr.flush()
    os._exit(128 + number)
