"""The command `preflight`: everything that the headless command line does, and the window."""

import sys

from workstation import cli
from workstation.settings import WindowOptions


def main() -> int:
    """Run the command line with the window available; the exit status is returned."""
    return cli.main(sys.argv[1:], _open_window)


def _open_window(options: WindowOptions) -> int:
    # Imported here, in the open: `preflight replay` and `preflight doctor` must run where Qt cannot be
    # loaded, and start without the half second that it takes.
    from ui.app import run_window  # noqa: PLC0415

    return run_window(options)


if __name__ == "__main__":
    sys.exit(main())
