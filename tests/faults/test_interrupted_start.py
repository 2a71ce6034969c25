"""Interrupted at whatever moment of its start, the program ends in order and leaves nobody behind."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.soak.venue import REPOSITORY, simulated

MOMENTS = int(os.environ.get("INTERRUPTED_STARTS", "3"))
"""How many of each kind; 100 for a campaign."""

LAUNCH = "print('up', flush=True); import runpy; runpy.run_module({module!r}, run_name='__main__')"
WITHIN_S = 5.0
SLOWEST_START_S = 2.5


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with simulated(seed=3, symbols=("BTCUSDT",)) as venue:
        yield venue.url


@pytest.mark.parametrize("module", ["ui", "workstation"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment_of_the_start_ends_it_in_order(
    url: str, tmp_path: Path, module: str, how: signal.Signals
) -> None:
    rng = random.Random(f"{module} {how}")
    for number in range(MOMENTS):
        # From the first line of ours on, each third of the start as often.
        after_s = rng.uniform(0.02, SLOWEST_START_S * (1 + number % 3) / 3)
        said = f"after {after_s:.3f} s"
        arguments = ["record"] if module == "workstation" else []
        arguments += ["--venue", "simulated", "--symbols", "BTCUSDT", "--data-dir", str(tmp_path / "data")]
        if module == "workstation" or number % 2:  # else the desk starts an exchange of its own
            arguments += ["--url", url]
        program = subprocess.Popen(
            [sys.executable, "-c", LAUNCH.format(module=module), *arguments],
            cwd=REPOSITORY,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        assert program.stdout is not None
        assert program.stdout.readline() == "up\n"
        time.sleep(after_s)
        children = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(how)
        asked = time.monotonic()
        try:
            _, errors = program.communicate(timeout=2 * WITHIN_S)
        finally:
            program.kill()
        assert program.returncode in (0, 128 + how), (said, errors)
        assert "Traceback" not in errors, (said, errors)
        _, alive = psutil.wait_procs(children, timeout=max(0.1, asked + WITHIN_S - time.monotonic()))
        assert not alive, said
        assert time.monotonic() - asked <= WITHIN_S, said
