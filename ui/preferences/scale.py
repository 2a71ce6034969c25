"""The size of the interface, which Qt takes at the start, and the restart that puts another in force."""

import os
import subprocess
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path

VARIABLE = "QT_SCALE_FACTOR"
_OURS = "PREFLIGHT_SCALE_IS_OURS"
"""Said to the program that a restart begins: the factor in its environment is no word of the trader's."""


def apply_scale(percent: int, environment: MutableMapping[str, str] = os.environ) -> bool:
    """Let Qt scale everything; call before the application is made.

    Returns:
        whether the scale is ours: False where the environment names another, which goes before.
    """
    if environment.pop(_OURS, ""):
        environment.pop(VARIABLE, None)
    if environment.get(VARIABLE):
        return False
    if percent != 100:
        environment[VARIABLE] = f"{percent / 100:g}"
    return True


def restart(*, scale_is_ours: bool, platform: str = sys.platform) -> int:
    """Begin the program anew with the same arguments; call when everything is closed.

    On Windows the new one runs beside this one, which ends with the status returned; elsewhere it takes this
    one's place and nothing is returned.

    Raises:
        OSError: the system does not start it.
    """
    line = same_program(sys.executable, sys.orig_argv)
    environment = dict(os.environ)
    if scale_is_ours and VARIABLE in environment:
        environment[_OURS] = "1"
    sys.stdout.flush()
    sys.stderr.flush()
    if platform != "win32":
        os.execve(line[0], line, environment)
    subprocess.Popen(line, env=environment, close_fds=True)
    return 0


def same_program(executable: str, arguments: Sequence[str]) -> list[str]:
    """The command that this program was begun with, by the interpreter that runs it.

    Args:
        executable: of the interpreter, or of the program where it brings its own.
        arguments: as the system gave them, the program first.
    """
    return [str(Path(executable)), *arguments[1:]]
