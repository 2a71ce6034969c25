"""Alerts on disk: JSON with a schema, written whole or not at all, and the last good copy beside it."""

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from workstation.alerts.rules import Firing, Latch, Rule
from workstation.errors import DataDirectoryError

VERSION = 1
MOST_BYTES = 8 * 1024 * 1024


class AlertFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is kept of alerts, in one file: what was told and what is remembered belong together.

    Attributes:
        version: of this layout.
        next_number: of the next firing.
        rules, latches: what is watched, and how far.
        firings: the newest that were told, oldest first.
    """

    version: int = VERSION
    next_number: int = 1
    rules: tuple[Rule, ...] = ()
    latches: tuple[Latch, ...] = ()
    firings: tuple[Firing, ...] = ()


def load_alerts(path: Path) -> tuple[AlertFile, str | None]:
    """Return what is kept, and a sentence if the file is not usable: its last copy, or nothing, stands in.

    An unusable file is renamed to "….broken", so that the next save does not destroy it.
    """
    try:
        return _read(path), None
    except FileNotFoundError:
        try:
            return _read(_copy_of(path)), None  # killed in the moment between the two renamings
        except (OSError, ValueError, RecursionError):
            return AlertFile(), None
    except (OSError, ValueError, RecursionError) as error:
        why = str(error)
    with contextlib.suppress(OSError):
        os.replace(path, path.with_name(path.name + ".broken"))
    try:
        return _read(_copy_of(path)), f"{path} cannot be read ({why}): its last good copy is used"
    except (OSError, ValueError, RecursionError):
        return AlertFile(), f"{path} cannot be read ({why}): there are no alerts"


def save_alerts(path: Path, file: AlertFile) -> None:
    """Replace what is kept in one step; the file before stays beside it as "….last".

    Raises:
        DataDirectoryError: it cannot be written; what was there is there still.
    """
    text = msgspec.json.format(msgspec.json.encode(file), indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as draft:
                draft.write(text)
                draft.flush()
                os.fsync(draft.fileno())
            with contextlib.suppress(FileNotFoundError):
                os.replace(path, _copy_of(path))
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise DataDirectoryError(f"{path} cannot be written: {error.strerror}") from None


def _copy_of(path: Path) -> Path:
    return path.with_name(path.name + ".last")


def _read(path: Path) -> AlertFile:
    if path.stat().st_size > MOST_BYTES:
        raise msgspec.ValidationError("it is too large to be ours")
    file = msgspec.json.decode(path.read_bytes(), type=AlertFile)
    if file.version != VERSION:
        raise msgspec.ValidationError(f"it is of version {file.version}, not {VERSION}")
    return file
