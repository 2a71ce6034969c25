"""`preflight store`: reads the tick store to the last row, and rescues what can be read of a damaged one."""

import argparse
import json
import sys
import time
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from workstation.runtime.ending import EXIT_INTERRUPTED, cancelled_by_signals
from workstation.store.salvage import Salvage, SalvageCancelled, StoreState

EXIT_DAMAGED = 1
"""Something cannot be read."""


def add_store_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `preflight store`."""
    parser.add_argument(
        "action",
        choices=("check", "salvage"),
        help="check: say what cannot be read. salvage: put all that can be read into a fresh store; "
        "the damaged file is kept under another name",
    )


def run_store(arguments: argparse.Namespace) -> int:
    """Check or rescue the store and print what was found; return 1 if something cannot be read.

    Raises:
        PreflightError: there is no store, it is in use or none of ours, or there is no room.
    """
    salvage = Salvage(arguments.data_dir)
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("Reading", total=1.0)

        def told(words: str, share: float) -> None:
            bar.update(task, completed=share, description=words)

        def work() -> StoreState:
            if arguments.action == "check":
                return salvage.check(told)
            return salvage.run(round(time.time() * 1_000), told)

        try:
            state = cancelled_by_signals(work, salvage.cancel)
        except SalvageCancelled as error:
            sys.stderr.write(f"preflight: {error}\n")
            return EXIT_INTERRUPTED
    if arguments.json:
        said = {**asdict(state), "set_aside": state.set_aside and str(state.set_aside)}
        sys.stdout.write(json.dumps(said, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(state.sentences()) + "\n")
    return 0 if state.is_whole else EXIT_DAMAGED
