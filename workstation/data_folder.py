"""Which folder the data are in: the system's own for this user's programs, unless another was chosen."""

import os
import shutil
import tempfile
from pathlib import Path

import platformdirs

from workstation.errors import DataDirectoryError

LEAST_FREE_BYTES = 2 * 10**9
"""That a folder must have room for when it is chosen: an hour of many markets takes some hundred MB."""
_CHOICE = "data-folder"


def default_data_dir() -> Path:
    """Return the folder that the trader chose, else the system's own."""
    return chosen_data_dir() or system_data_dir()


def system_data_dir() -> Path:
    """Return where this system keeps the data of a program of this user."""
    return Path(platformdirs.user_data_dir("preflight", appauthor=False))


def chosen_data_dir() -> Path | None:
    """Return the folder that the trader chose; None where none was, or the note of it cannot be read."""
    try:
        text = _note().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return Path(text) if text and Path(text).is_absolute() else None


def choose_data_dir(folder: Path) -> None:
    """Let the data be in another folder from the next start on; what is there now stays where it is.

    Raises:
        DataDirectoryError: the folder cannot be used, or the choice not be kept; nothing was changed.
    """
    trouble = trouble_with(folder)
    if trouble:
        raise DataDirectoryError(trouble)
    note = _note()
    draft = note.with_suffix(".tmp")
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(f"{folder.absolute()}\n", encoding="utf-8")
        os.replace(draft, note)
    except OSError as error:
        raise DataDirectoryError(f"The choice cannot be kept in {note}: {error.strerror}.") from None


def trouble_with(folder: Path) -> str:
    """Return why data cannot be kept in a folder, one sentence with what to do; empty where they can."""
    if not folder.is_dir():
        return f"{folder} is no folder: choose one that is there."
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"can be written")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"{folder} cannot be written ({error.strerror}): choose another folder."
    if free < LEAST_FREE_BYTES:
        return (
            f"{folder} has {free / 1e9:.1f} GB left; {LEAST_FREE_BYTES / 1e9:.0f} GB are the least. "
            "Free some space, or choose another disk."
        )
    return ""


def _note() -> Path:
    return Path(platformdirs.user_config_dir("preflight", appauthor=False)) / _CHOICE
