"""Runs the benchmarks and writes what they found to docs/benchmarks.md: `make bench`."""

import argparse
import os
import platform
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from tests.benchmarks import (
    beside_peers,
    chart,
    correlation,
    depth,
    derivatives,
    desk,
    feed,
    journal_statistics,
    liquidity,
    replay,
    review,
    scanner,
    statistics_screen,
    store,
    studies,
    ticket,
    time_machine,
    upkeep,
)
from tests.benchmarks.result import Result
from tests.conftest import shared_data_folder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BENCHMARKS = {
    "replay": replay.run,
    "store": store.run,
    "upkeep": upkeep.run,
    "feed": feed.run,
    "chart": chart.run,
    "studies": studies.run,
    "correlation": correlation.run,
    "liquidity": liquidity.run,
    "scanner": scanner.run,
    "depth": depth.run,
    "derivatives": derivatives.run,
    "ticket": ticket.run,
    "journal": journal_statistics.run,
    "statistics": statistics_screen.run,
    "time machine": time_machine.run,
    "review": review.run,
    "peers": beside_peers.run,
    "desk": desk.run,
}
PACKAGES = (
    "PySide6-Essentials",
    "pyqtgraph",
    "numpy",
    "duckdb",
    "msgspec",
    "orjson",
    "qasync",
    "ccxt",
    "aiohttp",
    "uvloop",
)


def main() -> int:
    """Measure, print each figure as it comes, write the page; 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], *BENCHMARKS], help="measure these and write no page")
    only: list[str] = parser.parse_args().only
    shared_data = shared_data_folder()
    if shared_data is None:
        print("The benchmarks need the recorded market data: set PREFLIGHT_SHARED_DATA.", file=sys.stderr)
        return 2
    results: list[Result] = []
    for name, run in BENCHMARKS.items():
        if only and name not in only:
            continue
        with tempfile.TemporaryDirectory(prefix="preflight-bench-") as scratch:
            for result in run(shared_data, Path(scratch)):
                results.append(result)
                print(_line(result), flush=True)
    if not only:
        PAGE.write_text(_page(results), encoding="utf-8")
        print(f"Written to {PAGE.relative_to(PAGE.parents[1])}")
    return int(any(result.met is False for result in results))


def _line(result: Result) -> str:
    verdict = {True: " met", False: " MISSED", None: ""}[result.met]
    target = f"  (target {result.target}:{verdict})" if result.target else ""
    check = f"  [{result.check}]" if result.check else ""
    return f"{result.name}: {_number(result.value)} {result.unit}{target}{check}"


def _page(results: list[Result]) -> str:
    rows = [
        f"| {result.name} | {_number(result.value)} {result.unit} | {result.target} | "
        f"{ {True: 'met', False: '**missed**', None: ''}[result.met] } | {result.check} |"
        for result in results
    ]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`. Each figure is the median of several rounds; where two things are",
            "compared, they ran in turn in one process, and the ratio is the median of the pairs' ratios.",
            "Single figures move with the machine, ratios much less.",
            "",
            f"Machine: {platform.system()} on {platform.machine()}, {os.cpu_count()} cores, no GPU.",
            f"Python {platform.python_version()}, {versions}.",
            "",
            "| what | found | target | | checked in the same run |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _number(value: float) -> str:
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())
