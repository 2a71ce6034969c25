"""`python -m workstation`: the headless commands, where there is no Qt."""

import sys

from workstation.runtime.ending import end_at_once


def main() -> int:
    """Run the headless command line; the exit status is returned."""
    end_at_once()
    # Imported here, in the open: an interrupt while everything is loaded must end the program in order.
    from workstation import cli  # noqa: PLC0415

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
