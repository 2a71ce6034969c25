"""The program of a bundle: `preflight`, and the processes that it starts by its own name.

The desk starts its feed, its trading link and the simulated exchange, and the doctor what knows Qt, as
`sys.executable -m MODULE`. In a bundle that executable is this program, so it answers `-m` for those modules,
and for no other.
"""

import importlib
import os
import sys

CHILDREN = (
    "workstation",
    "workstation.exchange.feed_process",
    "workstation.exchange.trading_process",
    "ui.own_files",
    "ui.start_qt",
)


def run() -> int:
    """Run the command, or the process of ours that `-m` names; return the exit status."""
    # The bundle's own libraries are found by now. Players of sounds, browsers and file managers that the desk
    # opens must find those of the system.
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before
    # Our own processes begin as if from a shell, and look for the bundle's libraries anew.
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    module = "ui.__main__"
    if len(sys.argv) > 2 and sys.argv[1] == "-m" and sys.argv[2] in CHILDREN:
        module = sys.argv[2]
        del sys.argv[1:3]
    started = importlib.import_module("workstation.__main__" if module == "workstation" else module)
    return int(started.main())


if __name__ == "__main__":
    sys.exit(run())
