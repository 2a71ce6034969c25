"""Charts and heatmaps beside their peers: the same data and ticks, the programs in turn.

The peers are never depended on: each has a virtual environment of its own. What all are put through is in
`tests/benchmarks/peers/course.py`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median

from tests.benchmarks.result import Result

PEERS = Path(__file__).parent / "peers"
REPOSITORY = Path(__file__).resolve().parents[2]
VENVS = REPOSITORY / ".benchmarks" / "peers"
ROUNDS = 3
SECONDS = 2.0
OURS = "Preflight"
COUNTS = (1_000, 10_000, 100_000)
IN_VIEW = 100
CHART_LIMITS_MS = {"in view": 6.0, "zoomed out": 9.0}
SIZES = ((120, 200), (600, 200))
GRID = (4_800, 1_000)
GRID_LIMIT_MS = 4.0


@dataclass(frozen=True, slots=True)
class Runner:
    """A program on the course: its name, the interpreter that has it, its scripts."""

    name: str
    python: Path
    chart: str
    heatmap: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What one program's rounds found: medians of the rounds' medians and 95th percentiles, in ms."""

    median_ms: float
    p95_ms: float
    check: str


def run(_shared_data: Path, _scratch: Path) -> list[Result]:
    """Run every chart at every length and zoom, then every heatmap, the programs in turn."""
    runners = [
        Runner(OURS, Path(sys.executable), "preflight_chart.py", "preflight_heatmap.py"),
        Runner("vnpy", peer_python("vnpy"), "vnpy_chart.py", None),
        Runner("finplot", peer_python("finplot"), "finplot_chart.py", "finplot_heatmap.py"),
    ]
    results = []
    for count in COUNTS:
        for zoom, in_view in (("in view", IN_VIEW), ("zoomed out", count)):
            found = _in_turn({runner.name: (runner, runner.chart) for runner in runners}, count, in_view)
            limit = CHART_LIMITS_MS[zoom] if count == max(COUNTS) else None
            results += _rows(
                f"chart beside peers: tick and paint, {count:,} bars, {in_view:,} in view", found, limit
            )
    painters = {runner.name: (runner, runner.heatmap) for runner in runners if runner.heatmap is not None}
    for columns, cells in SIZES:
        found = _in_turn(painters, columns, cells)
        results += _rows(
            f"heatmap beside peers: append a column and paint, {columns:,} × {cells:,}", found, None
        )
    # No peer paints this one: at 1,200 × 400 the other takes a quarter of a minute.
    ours = _in_turn({OURS: (runners[0], "preflight_heatmap.py")}, *GRID)[OURS]
    results.append(
        Result(
            f"heatmap: append a column and paint, {GRID[0]:,} × {GRID[1]:,}, median",
            ours.median_ms,
            "ms",
            target=f"≤ {GRID_LIMIT_MS:g}",
            met=ours.median_ms <= GRID_LIMIT_MS,
            check=f"the book's update included; p95 {ours.p95_ms:.2f} ms; pixels {ours.check}",
        )
    )
    return results


def _rows(name: str, found: Mapping[str, Found], limit_ms: float | None) -> list[Result]:
    """Our row, with the target if there is one, and a row for each peer with its ratio to ours."""
    ours = found[OURS]
    rows = [
        Result(
            f"{name}: {OURS}, p95",
            ours.p95_ms,
            "ms",
            target="" if limit_ms is None else f"≤ {limit_ms:g}",
            met=None if limit_ms is None else ours.p95_ms <= limit_ms,
            check=f"median {ours.median_ms:.2f} ms; pixels {ours.check}",
        )
    ]
    for peer, theirs in found.items():
        if peer != OURS:
            ratio = theirs.median_ms / ours.median_ms
            check = f"median {theirs.median_ms:.1f} ms, {ratio:.1f} × ours; pixels {theirs.check}"
            rows.append(Result(f"{name}: {peer}, p95", theirs.p95_ms, "ms", check=check))
    return rows


def _in_turn(programs: Mapping[str, tuple[Runner, str]], first: int, second: int) -> dict[str, Found]:
    """Let the programs run one after the other, for so many rounds."""
    rounds: dict[str, list[dict[str, str | float]]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, (runner, script) in programs.items():
            rounds[name].append(_one(runner, script, first, second))
    return {name: _summed(found) for name, found in rounds.items()}


def _one(runner: Runner, script: str, first: int, second: int) -> dict[str, str | float]:
    done = subprocess.run(
        [str(runner.python), "-W", "ignore", str(PEERS / script), str(first), str(second), str(SECONDS)],
        cwd=REPOSITORY,
        env={key: value for key, value in os.environ.items() if key != "PYQTGRAPH_QT_LIB"}
        | {"QT_QPA_PLATFORM": "offscreen"},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stderr[-2_000:]}")
    found: dict[str, str | float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _summed(rounds: list[dict[str, str | float]]) -> Found:
    wrong = [str(found["check"]) for found in rounds if found["check"] != "right"]
    return Found(
        median(float(found["median_ms"]) for found in rounds),
        median(float(found["p95_ms"]) for found in rounds),
        wrong[0] if wrong else "right",
    )


def peer_python(peer: str) -> Path:
    """Return the interpreter of a peer's virtual environment, made from its lock if it is not there yet."""
    lock = PEERS / f"{peer}.txt"
    folder = VENVS / f"{peer}-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    made = folder / "made"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [
            str(python),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "install",
            "--quiet",
        ]
        subprocess.run([*install, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)], check=True)
        # Where byte code may not be written, every start would compile all of it again.
        subprocess.run(
            [str(python), "-m", "compileall", "-q", str(folder)], check=False, stdout=subprocess.DEVNULL
        )
        made.touch()
    return python
