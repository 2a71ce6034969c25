"""The feed process: follows one venue, ships frames to the desk, ends when the desk does."""

import asyncio
import contextlib
import gc
import logging
import os
import queue
import select
import signal
import sys
import threading
from typing import BinaryIO, NoReturn

from workstation.errors import PreflightError
from workstation.exchange.feed_report import problem_of
from workstation.exchange.feed_session import FeedSession
from workstation.exchange.feed_wire import (
    Command,
    FetchHistory,
    Frame,
    Open,
    Reconnect,
    RepairBook,
    Stop,
    Subscribe,
    Unsubscribe,
    encode_frame,
    read_command,
)
from workstation.exchange.venues import entry_for
from workstation.model.feed_status import FeedState, FeedStatus
from workstation.runtime.collector import collect_seldom

try:
    from uvloop import Loop
except ImportError:  # Windows has none
    from asyncio import SelectorEventLoop as Loop  # type: ignore[assignment]

log = logging.getLogger(__name__)

GRACE_S = 3.0
"""After the desk has gone, connections are closed within this time or left to the system."""


class _Shipper:
    """Writes frames to the pipe, on a thread what it has no room for: a busy desk never stops the network."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._shipped_bytes = 0
        self._written_bytes = 0
        self._writes_at_once = sys.platform != "win32"
        if self._writes_at_once:
            os.set_blocking(pipe.fileno(), False)
        self._thread = threading.Thread(target=self._write, name="Frames", daemon=True)
        self._thread.start()

    @property
    def queued_bytes(self) -> int:
        return self._shipped_bytes - self._written_bytes

    def ship(self, frame: Frame) -> None:
        content = encode_frame(frame)
        is_first = self._written_bytes == self._shipped_bytes
        self._shipped_bytes += len(content)
        if is_first and self._writes_at_once:
            # A pipe that is read has room: handing over to the thread would cost more than the frame.
            try:
                written = os.write(self._pipe.fileno(), content)
            except OSError:  # it is full; or broken, which the thread finds too
                written = 0
            self._written_bytes += written
            content = content[written:]
        if content:
            self._frames.put(content)

    def finish(self) -> None:
        self._frames.put(None)
        self._thread.join(GRACE_S / 2)

    def _write(self) -> None:
        # A pipe that breaks means that the desk has gone; the end of the commands says so too.
        fileno = self._pipe.fileno()
        with contextlib.suppress(OSError, ValueError):
            while (content := self._frames.get()) is not None:
                rest = memoryview(content)
                while rest:
                    if self._writes_at_once:
                        select.select([], [fileno], [])
                    written = os.write(fileno, rest)
                    rest = rest[written:]
                    self._written_bytes += written


def main() -> NoReturn:
    """Run until the desk says stop or is gone; the process ends here."""
    commands, frames = own_pipes()
    logging.basicConfig(
        stream=sys.stderr,
        level=os.environ.get("PREFLIGHT_FEED_LOG", "WARNING"),
        format="%(asctime)s feed %(levelname)s %(name)s: %(message)s",
    )
    # The desk decides when it is over; a Ctrl-C in its terminal reaches this process too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_seldom()
    sys.setswitchinterval(0.0005)
    shipper = _Shipper(frames)
    try:
        opening = read_command(commands)
        if isinstance(opening, Open):
            gc.freeze()
            with asyncio.Runner(loop_factory=Loop) as runner:
                runner.run(_follow(opening, commands, shipper))
    except Exception:
        log.exception("the feed process failed")
        shipper.finish()
        os._exit(1)
    shipper.finish()
    # Threads that wait on pipes and whatever ccxt left open must not keep the process alive.
    os._exit(0)


async def _follow(opening: Open, commands: BinaryIO, shipper: _Shipper) -> None:
    try:
        entry = entry_for(opening.entry)
        session = FeedSession(opening, entry, shipper.ship, lambda: shipper.queued_bytes)
    except PreflightError as error:
        status = FeedStatus(opening.venue, None, FeedState.REFUSED, str(error), problem_of(error))
        shipper.ship(Frame(opening.venue, news=(status,)))
        return
    running = asyncio.create_task(session.run(), name="Session")
    loop = asyncio.get_running_loop()
    background: set[asyncio.Task[None]] = set()

    def obey(command: Command | None) -> None:
        if isinstance(command, Subscribe):
            session.follow(command.symbols)
        elif isinstance(command, Unsubscribe):
            task = asyncio.create_task(session.unfollow(command.symbols))
            background.add(task)
            task.add_done_callback(background.discard)
        elif isinstance(command, Reconnect):
            session.reconnect(command.why)
        elif isinstance(command, RepairBook):
            session.repair_book(command.symbol)
        elif isinstance(command, FetchHistory):
            session.spawn(session.fetch_history(command), f"past of {command.symbol}")
        else:
            running.cancel()

    def listen() -> None:
        command: Command | None = None
        with contextlib.suppress(OSError, ValueError):
            while (command := read_command(commands)) is not None and not isinstance(command, Stop):
                loop.call_soon_threadsafe(obey, command)
        # Whatever keeps the loop, nobody is there any more to read what it would still ship.
        deadline = threading.Timer(GRACE_S, os._exit, (0,))
        deadline.daemon = True
        deadline.start()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(obey, None)

    threading.Thread(target=listen, name="Commands", daemon=True).start()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for commands and frames; what else prints goes to standard error."""
    commands = os.fdopen(os.dup(0), "rb")
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return commands, frames


if __name__ == "__main__":
    main()
