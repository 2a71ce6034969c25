"""Proves at length that live markets hold and writes what it found to docs/reliability.md: `make soak`."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tests.benchmarks.result import Result
from tests.conftest import shared_data_folder
from tests.soak.burst import run_burst
from tests.soak.campaign import run_campaign
from tests.soak.exits import run_exits
from tests.soak.hour_report import HourReport
from tests.soak.page import Findings, Line, page
from tests.soak.refusals import run_refusals
from tests.soak.submit import run_submits

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "reliability.md"
SEED = 20_260_101
FAULTS = 80
FAULTS_A_SEED = 40
ENDS = 20
SUBMITS = 30


def _hour(findings: Findings, scratch: Path) -> None:
    """One hour of market at 20 × with the window open, in a process of its own."""
    command = [*(sys.executable, "-m", "tests.soak.hour", str(scratch / "hour"))]
    command += ["--seed", str(findings.seed), "--hours", f"{findings.scale:g}"]
    command += ["--checks", str(max(10, round(200 * findings.scale)))]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "qt.qpa.*=false", **os.environ},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    findings.hour = msgspec.json.decode(done.stdout.splitlines()[-1], type=HourReport)


def _faults(findings: Findings, scratch: Path) -> None:
    """Faults by the hundred, a seed for every forty."""
    left, number = max(10, round(FAULTS * findings.scale)), 0
    while left > 0:
        number += 1
        seed = findings.seed + number
        count = min(left, FAULTS_A_SEED)
        findings.campaigns.append(
            asyncio.run(run_campaign(scratch / f"faults{number}", seed=seed, count=count, say=_say))
        )
        left -= count


def _burst(findings: Findings, scratch: Path) -> None:
    """The burst, of the length that it is asked for whatever the scale."""
    findings.bursts.append(asyncio.run(run_burst(scratch / "burst", seed=findings.seed)))


def _submits(findings: Findings, scratch: Path) -> None:
    """Orders through the real desk, each with a fault in the way of its request."""
    count = max(15, round(SUBMITS * findings.scale))
    scratch.joinpath("submits").mkdir()
    findings.submits.append(asyncio.run(run_submits(scratch / "submits", seed=findings.seed, count=count)))


def _ends(findings: Findings, scratch: Path) -> None:
    """Desks ended in the middle of everything, with and without a window."""
    count = max(2, round(ENDS * findings.scale))
    ways = (
        (signal.SIGTERM, True, count // 2),
        (signal.SIGINT, False, count // 2),
        (signal.SIGKILL, True, count // 4),
        (signal.SIGKILL, False, count // 4),
    )
    for number, (how, window, times) in enumerate(ways):
        exits = run_exits(max(1, times), seed=findings.seed + number, how=how, window=window)
        findings.exits += exits
        for item in exits:
            _say(f"{item.how} during {item.during}: gone after {item.took_s:.2f} s {item.complaint}")


def _refusals(findings: Findings, scratch: Path) -> None:
    """What cannot be followed."""
    findings.refusals += asyncio.run(run_refusals(scratch / "refusals"))


def _feed(findings: Findings, scratch: Path) -> None:
    """Throughput and latency, beside plain ccxt.pro in the same run."""
    shared_data = shared_data_folder()
    if shared_data is None:
        _say("left out: there is no recorded market data")
        return
    command = [sys.executable, "-m", "tests.soak.feed_alone", str(shared_data), str(scratch)]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    findings.feed += msgspec.json.decode(done.stdout, type=list[Result])
    for result in findings.feed:
        _say(f"{result.name}: {result.value:,.4g} {result.unit}")


PARTS: Mapping[str, Callable[[Findings, Path], None]] = {
    "hour": _hour,
    "faults": _faults,
    "burst": _burst,
    "submits": _submits,
    "ends": _ends,
    "refusals": _refusals,
    "feed": _feed,
}


def main() -> int:
    """Run the parts asked for, print as they go, write the page; 1 if something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], *PARTS], help="run these and write no page")
    scale = float(os.environ.get("SCALE") or 1.0)
    parser.add_argument("--scale", type=float, default=scale, help="of all counts, 1 by default")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    findings = Findings(arguments.seed, arguments.scale)
    began = time.monotonic()
    for name, run in PARTS.items():
        if arguments.only and name not in arguments.only:
            continue
        print(f"{name}: {run.__doc__}", flush=True)
        with tempfile.TemporaryDirectory(prefix="preflight-soak-") as scratch:
            try:
                run(findings, Path(scratch))
            except Exception as error:
                traceback.print_exc()
                findings.broken.append(Line("", name, "carried through", type(error).__name__, False))
    findings.took_s = time.monotonic() - began
    text = page(findings)
    print(text)
    if not arguments.only:
        PAGE.write_text(text, encoding="utf-8")
        print(f"Written to {PAGE.relative_to(REPOSITORY)}")
    return int(any(line.holds is False for line in findings.lines))


def _say(words: str) -> None:
    print(f"  {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
