"""A JSON file of ours: written whole or not at all, its last good copy beside it, a broken one set aside."""

import contextlib
import os
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from workstation.errors import DataDirectoryError
from workstation.runtime.whole_file import write_file


class Versioned(Protocol):
    """A layout that says which of its versions it is."""

    @property
    def version(self) -> int:
        """Of the layout."""


Layout = TypeVar("Layout", bound=Versioned)


def load_kept(path: Path, empty: Layout, most_bytes: int, without: str) -> tuple[Layout, str]:
    """Return what is kept, and a sentence if the file is not usable: its last copy, or `empty`, stands in.

    An unusable file is renamed to "….broken", so that the next save does not destroy it.

    Args:
        path: of the file.
        empty: what stands for no file; its type and version are those that are asked for.
        most_bytes: what is larger is not ours.
        without: what follows for the trader where nothing can be read: "there are no alerts".
    """
    try:
        return _read(path, empty, most_bytes), ""
    except FileNotFoundError:
        try:
            return _read(_copy_of(path), empty, most_bytes), ""  # killed between the two renamings
        except (OSError, ValueError, RecursionError):
            return empty, ""
    except (OSError, ValueError, RecursionError) as error:
        why = str(error)
    with contextlib.suppress(OSError):
        os.replace(path, path.with_name(path.name + ".broken"))
    try:
        return _read(_copy_of(path), empty, most_bytes), (
            f"{path} cannot be read ({why}): its last good copy is used"
        )
    except (OSError, ValueError, RecursionError):
        return empty, f"{path} cannot be read ({why}): {without}"


def save_kept(path: Path, layout: Versioned) -> None:
    """Replace what is kept in one step; the file before stays beside it as "….last".

    Raises:
        DataDirectoryError: it cannot be written; what was there is there still.
    """
    text = msgspec.json.format(msgspec.json.encode(layout), indent=1)
    try:
        write_file(path, text, former=_copy_of(path))
    except OSError as error:
        raise DataDirectoryError(f"{path} cannot be written: {error.strerror}") from None


def _copy_of(path: Path) -> Path:
    return path.with_name(path.name + ".last")


def _read(path: Path, empty: Layout, most_bytes: int) -> Layout:
    if path.stat().st_size > most_bytes:
        raise msgspec.ValidationError("it is too large to be ours")
    layout = msgspec.json.decode(path.read_bytes(), type=type(empty))
    if layout.version != empty.version:
        raise msgspec.ValidationError(f"it is of version {layout.version}, not {empty.version}")
    return layout
