"""Ends in the middle of everything: asked for, and by kill; what remains of processes and of the store."""

import asyncio
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.soak.faults import KINDS, injection
from tests.soak.stored import stored_symbols
from tests.soak.venue import REPOSITORY, VenueProcess, simulated

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
EXIT_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Exit:
    """One end of a desk.

    Attributes:
        how: the signal.
        during: the fault it was in the middle of.
        took_s: until the desk's process, and all that it had started, was gone.
        status: of the process.
        orphans: processes still there after five seconds.
        missing: trade ids missing between the first and the last that the store holds; None if none is there.
        complaint: what the desk wrote to standard error, if that was more than nothing.
    """

    how: str
    during: str
    took_s: float
    status: int
    orphans: int
    missing: int | None
    complaint: str


def run_exits(count: int, *, seed: int, how: signal.Signals, window: bool) -> list[Exit]:
    """Start a recording desk, put it in trouble, end it at a random moment, look at what is left; again."""
    rng = random.Random(seed)
    exits = []
    with simulated(seed=seed, speed=5.0, symbols=SYMBOLS) as venue:
        while len(exits) < count:
            with tempfile.TemporaryDirectory(prefix="preflight-exit-") as scratch:
                found = _one(venue, Path(scratch), rng, how, window=window)
            if found is not None:
                exits.append(found)
    return exits


def _one(
    venue: VenueProcess, scratch: Path, rng: random.Random, how: signal.Signals, *, window: bool
) -> Exit | None:
    """Return None where the recording had ended by itself: a venue that refuses the first request ends it."""
    command = [sys.executable, "-m"]
    common = ["--venue", "simulated", "--symbols", ",".join(SYMBOLS), "--url", venue.url]
    common += ["--data-dir", str(scratch / "data")]
    command += ["ui", *common] if window else ["workstation", "record", *common]
    with (scratch / "errors").open("wb") as errors:
        desk = subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
    kind = rng.choice([kind for kind in KINDS if kind != "feed process killed"])
    time.sleep(rng.uniform(0.2, 5.0))
    asyncio.run(venue.inject(*injection(kind, rng, SYMBOLS).faults))
    time.sleep(rng.uniform(0.0, 1.0))
    if desk.poll() is not None and not window:
        return None
    children = psutil.Process(desk.pid).children(recursive=True)
    desk.send_signal(how)
    asked = time.monotonic()
    while time.monotonic() - asked < EXIT_WITHIN_S * 2:
        if desk.poll() is not None and not any(map(_runs, children)):
            break
        time.sleep(0.02)
    took_s = time.monotonic() - asked
    orphans = sum(map(_runs, children))
    for child in children:
        if _runs(child):
            child.kill()
    if desk.poll() is None:
        desk.kill()
    desk.wait()
    missing = None
    if (scratch / "data" / "ticks.duckdb").exists():
        missing = sum(found.missing for found in stored_symbols(scratch / "data").values())
    complaint = (scratch / "errors").read_text(errors="replace")
    lines = [line for line in complaint.splitlines() if "propagateSizeHints" not in line and line.strip()]
    return Exit(how.name, kind, took_s, desk.returncode, orphans, missing, " ".join(lines)[-300:])


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
