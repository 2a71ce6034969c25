"""The command `preflight`: everything that the headless command line does, and the window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workstation.runtime.ending import end_at_once

if TYPE_CHECKING:
    from pathlib import Path

    from workstation.journal.report.page import Report
    from workstation.settings import WindowOptions


def main() -> int:
    """Run the command line with the window available; the exit status is returned."""
    end_at_once()
    # Imported here, in the open: an interrupt while everything is loaded must end the program in order.
    from workstation import cli  # noqa: PLC0415

    return cli.main(sys.argv[1:], _open_window, _write_pdf)


def _open_window(options: WindowOptions) -> int:
    # Imported here, in the open: `preflight replay` and `preflight doctor` must run where Qt cannot be
    # loaded, and start without the half second that it takes.
    from ui.app import run_window  # noqa: PLC0415

    return run_window(options)


def _write_pdf(report: Report, path: Path) -> None:
    from ui.journal_files.pdf import write_pdf  # noqa: PLC0415

    write_pdf(report, path)


if __name__ == "__main__":
    sys.exit(main())
