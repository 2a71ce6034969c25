"""Child processes that are spoken to through pipes: started alike, and ended with us however that goes."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

log = logging.getLogger(__name__)

STOP_S = 4.0
"""How long a child may take to end by itself once its standard input has."""


def start_child(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a child that finds this package wherever we found it; its complaints go where ours go.

    It has a session of its own: a Ctrl-C in the terminal is ours to answer.

    Raises:
        OSError: there is no such program.
    """
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        tuple(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
        start_new_session=True,
    )


def close_input(process: "subprocess.Popen[bytes]") -> None:
    """Close the child's standard input, by which it knows that it is to end."""
    assert process.stdin is not None
    with suppress(OSError):  # it had gone before its pipe was closed
        process.stdin.close()


async def end_child(process: "subprocess.Popen[bytes]", patience_s: float = STOP_S) -> None:
    """Close the child's standard input, wait for its end a while, then kill it; at once if cancelled."""
    close_input(process)
    deadline = time.monotonic() + patience_s
    try:
        while process.poll() is None and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
    finally:
        if process.poll() is None:
            log.info("process %s did not end by itself", process.pid)
            process.kill()
            process.wait()
