"""The simulated exchange as a child of this program: started, started again if it dies, ended with us."""

import asyncio
import contextlib
import logging
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import IO

import msgspec

from workstation.errors import PreflightError
from workstation.runtime.child_process import close_input, end_child, start_child

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "workstation", "simulate")
"""How the simulated exchange is started; a bundled program names itself instead."""

HISTORY_DAYS = 7.0
"""As much past as is filled in about a second."""
START_S = 30.0
STOP_S = 2.0
LOOK_S = 0.25
ASK_S = 2.0


class SimulatorFailed(PreflightError):
    """The simulated exchange cannot be started, or ended by itself."""


class NoSimulator(PreflightError):
    """What answers at an address is no simulated exchange."""


class _State(msgspec.Struct):
    """What `/admin/state` says of a run."""

    began_ms: int


def ask_run(url: str) -> int:
    """Return when the exchange at an address began, UTC milliseconds: by that its runs are told apart.

    Blocks for `ASK_S` at most.

    Raises:
        OSError: it does not answer.
        NoSimulator: what answers is no simulated exchange.
    """
    words = f"What answers at {url} is no simulated exchange: there is no demo account to trade."
    try:
        with urllib.request.urlopen(f"{url}/admin/state", timeout=ASK_S) as answer:
            return msgspec.json.decode(answer.read(), type=_State).began_ms
    except (urllib.error.HTTPError, msgspec.DecodeError):
        raise NoSimulator(words) from None


class _Listening(msgspec.Struct):
    """The line with which `preflight simulate` says where it is reached."""

    url: str
    port: int


class SimulatorChild:
    """One `preflight simulate`, which ends when this program does, however that goes.

    It watches the other end of its standard input: that is ours, and the system closes it with us.
    """

    def __init__(
        self, *, seed: int = 7, days: float = HISTORY_DAYS, command: Sequence[str] = COMMAND
    ) -> None:
        """Prepare one; `launch` starts it.

        Args:
            seed: the same seed, the same market.
            days: of history that it begins with.
            command: starts it.
        """
        self._command = (*command, "--seed", str(seed), "--days", f"{days:g}", "--until-stdin-ends")
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._said: bytes | None = None
        self.restarts = 0

    @property
    def process_id(self) -> int | None:
        """Its process; None while there is none."""
        return self._process.pid if self._process is not None else None

    def launch(self) -> None:
        """Start the process, and do not wait for it.

        Raises:
            SimulatorFailed: there is no such program.
        """
        self._said = None
        try:
            process = start_child((*self._command, "--port", str(self._port)))
        except OSError as error:
            raise SimulatorFailed(f"The simulated exchange cannot be started: {error.strerror}.") from None
        self._process = process
        assert process.stdout is not None
        threading.Thread(
            target=self._read, args=(process.stdout,), name="Simulated exchange", daemon=True
        ).start()

    async def listening(self) -> str:
        """Wait until it can be reached, and return where.

        Raises:
            SimulatorFailed: it ended, or has said nothing for too long.
        """
        process = self._process
        assert process is not None
        deadline = time.monotonic() + START_S
        while self._said is None and process.poll() is None and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        try:
            where = msgspec.json.decode(self._said or b"", type=_Listening)
        except ValueError:
            raise SimulatorFailed("The simulated exchange did not start; the terminal says why.") from None
        self._port = where.port
        return where.url

    async def keep(self) -> None:
        """Start it again whenever it dies, at the same address, until cancelled.

        Raises:
            SimulatorFailed: it cannot be started again.
        """
        while True:
            await asyncio.sleep(LOOK_S)
            if self._process is None or self._process.poll() is None:
                continue
            log.info("the simulated exchange ended with status %s", self._process.returncode)
            self._forget()
            self.restarts += 1
            self.launch()
            await self.listening()

    async def stop(self) -> None:
        """End it; one that does not go is killed."""
        process = self._process
        if process is None:
            return
        await end_child(process, STOP_S)
        self._forget()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._forget()

    def _forget(self) -> None:
        assert self._process is not None
        close_input(self._process)
        self._process = None

    def _read(self, pipe: IO[bytes]) -> None:
        """Take the one line it says, then wait for its end, on a thread of its own."""
        with contextlib.suppress(OSError, ValueError):
            self._said = pipe.readline()
            while pipe.read(4096):
                pass
        pipe.close()
