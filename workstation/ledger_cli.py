"""`preflight ledger`: proves that the ledger is as it was written, and exports it."""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from workstation.errors import DataDirectoryError
from workstation.store.ledger import open_ledger
from workstation.store.ledger_chain import KIND_OF, ChainCheck, check_export
from workstation.store.ledger_schema import LEDGER_FILE

EXIT_CHANGED = 1
"""Something is not as it was written."""


def add_ledger_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `preflight ledger`."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--out", type=Path, metavar="FILE", help="write every entry as a line of JSON")
    what.add_argument("--check", type=Path, metavar="FILE", help="prove a file that --out wrote")


def run_ledger(arguments: argparse.Namespace) -> int:
    """Check the ledger, or export it, or check an export; return 1 if something was changed.

    Raises:
        PreflightError: there is no ledger, or it cannot be read.
    """
    if arguments.check is not None:
        return _tell(_checked_file(arguments.check), {}, as_json=arguments.json)
    if not (arguments.data_dir / LEDGER_FILE).exists():
        raise DataDirectoryError(f"There is no ledger in {arguments.data_dir}: no order was ever made there.")
    with open_ledger(arguments.data_dir) as ledger:
        if arguments.out is not None:
            ledger.export(arguments.out)
        kinds = Counter(KIND_OF[type(entry.record)] for entry in ledger.entries())
        return _tell(ledger.check(), dict(sorted(kinds.items())), as_json=arguments.json)


def _checked_file(path: Path) -> ChainCheck:
    try:
        with path.open("rb") as file:
            return check_export(file)
    except OSError as error:
        raise DataDirectoryError(f"{path} cannot be read: {error.strerror}") from None


def _tell(found: ChainCheck, kinds: dict[str, int], *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps({**asdict(found), "kinds": kinds}, indent=2) + "\n")
    else:
        for kind, count in kinds.items():
            sys.stdout.write(f"{count:>8}  {kind.replace('_', ' ')}\n")
        whole = f"{found.entries} entries, each as it was written. Head {found.head}"
        sys.stdout.write(f"{whole if found.is_whole else found.what}\n")
    return 0 if found.is_whole else EXIT_CHANGED
