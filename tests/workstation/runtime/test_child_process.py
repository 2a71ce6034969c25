"""A child ends by its pipe, by force where it does not, and never stays behind a cancel."""

import asyncio
import sys

import psutil

from workstation.runtime.child_process import end_child, start_child

DEAF = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)")
WILLING = (sys.executable, "-c", "import sys; print('here', flush=True); sys.stdin.read()")


async def test_one_that_listens_to_its_pipe_ends_by_itself_and_one_that_does_not_is_killed() -> None:
    for command, status in ((WILLING, 0), (DEAF, -9)):
        child = start_child(command)
        assert child.stdout is not None
        assert child.stdout.readline() == b"here\n"
        await end_child(child, patience_s=10.0 if status == 0 else 0.05)
        assert child.returncode == status
        child.stdout.close()


async def test_ending_that_is_cancelled_ends_the_child_at_once() -> None:
    child = start_child(DEAF)
    ending = asyncio.create_task(end_child(child, patience_s=60.0))
    await asyncio.sleep(0.02)
    ending.cancel()
    await asyncio.gather(ending, return_exceptions=True)
    assert child.returncode == -9
    assert not psutil.pid_exists(child.pid)
    assert child.stdout is not None
    child.stdout.close()
