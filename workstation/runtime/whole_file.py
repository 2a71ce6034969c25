"""Writes a file in one step: whoever reads it finds the old one or the new one, never half of either."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_file(path: Path, data: bytes, *, durably: bool = True, former: Path | None = None) -> None:
    """Replace a file, or make it, in a folder that is made where it is missing.

    Args:
        path: of the file.
        data: all that is to be in it.
        durably: wait until the disk has it.
        former: what was there is kept under this name; None for nowhere.

    Raises:
        OSError: it cannot be written; what was there is there still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as draft:
            draft.write(data)
            draft.flush()
            if durably:
                os.fsync(draft.fileno())
        if former is not None:
            with contextlib.suppress(FileNotFoundError):
                os.replace(path, former)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
