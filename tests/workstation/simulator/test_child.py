"""The simulated exchange as a child: it is there, comes back, and never outlives its parent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from workstation.simulator.child import SimulatorChild, SimulatorFailed

PATIENCE_S = 20.0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/fapi/v1/time", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def test_it_listens_comes_back_at_the_same_address_and_ends() -> None:
    child = SimulatorChild(days=0.01)
    child.launch()
    url = await child.listening()
    assert await asyncio.to_thread(answers, url)
    keeping = asyncio.create_task(child.keep())
    first = child.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while (child.process_id in (first, None) or not await asyncio.to_thread(answers, url)) and (
        time.monotonic() < deadline
    ):
        await asyncio.sleep(0.05)
    assert await asyncio.to_thread(answers, url)
    assert child.restarts == 1
    keeping.cancel()
    began = time.monotonic()
    await child.stop()
    assert time.monotonic() - began < 2.0
    assert child.process_id is None
    assert not await asyncio.to_thread(answers, url)


async def test_a_program_that_says_nothing_is_a_failure_in_words() -> None:
    child = SimulatorChild(command=(sys.executable, "-c", "pass"))
    child.launch()
    with pytest.raises(SimulatorFailed):
        await child.listening()
    await child.stop()
    with pytest.raises(SimulatorFailed):
        SimulatorChild(command=("/no/such/program",)).launch()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of Unix")
def test_it_does_not_outlive_a_parent_that_is_killed() -> None:
    code = (
        "import asyncio, time\n"
        "from workstation.simulator.child import SimulatorChild\n"
        "child = SimulatorChild(days=0.01); child.launch()\n"
        "print(asyncio.run(child.listening()), child.process_id, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    url, process_id = parent.stdout.readline().split()
    assert answers(url)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + PATIENCE_S
    while _runs(int(process_id)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(int(process_id))


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    try:
        # A process that has ended and is waited for by nobody yet runs no more.
        with open(f"/proc/{process_id}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
