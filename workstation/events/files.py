"""The calendar on disk: one JSON file, written whole or not at all, and the last good copy beside it."""

from pathlib import Path
from typing import Annotated

import msgspec

from workstation.events.event import MOST_EVENTS, CalendarEvent
from workstation.runtime.kept_file import load_kept, save_kept

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
        looked_ms: when the trader last said that no event is missing; 0 for never.
        complete_until_ms: until when that was said to hold; 0 where it was never said.
    """

    version: int = VERSION
    events: Annotated[tuple[CalendarEvent, ...], msgspec.Meta(max_length=2 * MOST_EVENTS)] = ()
    imports: tuple[Import, ...] = ()
    looked_ms: int = 0
    complete_until_ms: int = 0


def load_calendar(path: Path) -> tuple[CalendarFile, str]:
    """Return what is kept, and a sentence if the file is not usable; see `load_kept`."""
    return load_kept(path, CalendarFile(), MOST_BYTES, "the calendar is empty")


def save_calendar(path: Path, file: CalendarFile) -> None:
    """Replace what is kept in one step.

    Raises:
        DataDirectoryError: it cannot be written; what was there is there still.
    """
    save_kept(path, file)
