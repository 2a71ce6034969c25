"""The calendar on disk: one JSON file, written whole or not at all, and the last good copy beside it."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec

from workstation.errors import DataDirectoryError
from workstation.events.event import MOST_EVENTS, CalendarEvent

VERSION = 1
MOST_BYTES = 64 * 1024 * 1024


class Import(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that events came from.

    Attributes:
        import_id: `CalendarEvent.source` of its events.
        name: of the file.
        time_ms: when it was read, our clock.
        events: how many it brought or changed.
    """

    import_id: str
    name: str
    time_ms: int
    events: int


class CalendarFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is kept of the calendar.

    Attributes:
        version: of this layout.
        events: of every source.
        imports: newest last.
        looked_ms: when the trader last said that the calendar is complete as it is; 0 for never.
    """

    version: int = VERSION
    events: Annotated[tuple[CalendarEvent, ...], msgspec.Meta(max_length=2 * MOST_EVENTS)] = ()
    imports: tuple[Import, ...] = ()
    looked_ms: int = 0


def load_calendar(path: Path) -> tuple[CalendarFile, str]:
    """Return what is kept, and a sentence if the file is not usable: its last copy, or nothing, stands in.

    An unusable file is renamed to "….broken", so that the next save does not destroy it.
    """
    try:
        return _read(path), ""
    except FileNotFoundError:
        try:
            return _read(_copy_of(path)), ""  # killed in the moment between the two renamings
        except (OSError, ValueError, RecursionError):
            return CalendarFile(), ""
    except (OSError, ValueError, RecursionError) as error:
        why = str(error)
    with contextlib.suppress(OSError):
        os.replace(path, path.with_name(path.name + ".broken"))
    try:
        return _read(_copy_of(path)), f"{path} cannot be read ({why}): its last good copy is used"
    except (OSError, ValueError, RecursionError):
        return CalendarFile(), f"{path} cannot be read ({why}): the calendar is empty"


def save_calendar(path: Path, file: CalendarFile) -> None:
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


def _read(path: Path) -> CalendarFile:
    if path.stat().st_size > MOST_BYTES:
        raise msgspec.ValidationError("it is too large to be ours")
    file = msgspec.json.decode(path.read_bytes(), type=CalendarFile)
    if file.version != VERSION:
        raise msgspec.ValidationError(f"it is of version {file.version}, not {VERSION}")
    return file
