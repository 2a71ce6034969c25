"""Saved screens: a filter, a sort, columns and a checklist under a name, in one file of the trader's."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from workstation.alerts.expression import MOST_CHARACTERS
from workstation.errors import BadFigure

MOST_SCREENS = 100
MOST_BYTES = 1024 * 1024

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to look over the symbols.

    Attributes:
        name: the trader's.
        text: of the filter; "" for every symbol.
        sort: (column, descending), the foremost first.
        columns: keys of those shown, from the left; () for the usual ones.
        checklist: key of the checklist that rows are judged by; "" for none.
        side: that it is judged for.
        fitting_only: rows alone that satisfy its automatic part.
    """

    name: Name
    text: Annotated[str, msgspec.Meta(max_length=MOST_CHARACTERS)] = ""
    sort: Annotated[tuple[tuple[Key, bool], ...], msgspec.Meta(max_length=8)] = ()
    columns: Annotated[tuple[Key, ...], msgspec.Meta(max_length=100)] = ()
    checklist: Annotated[str, msgspec.Meta(max_length=40)] = ""
    side: Literal["long", "short"] = "long"
    fitting_only: bool = False


SHIPPED = (
    Screen("Everything", sort=(("volume_24h", True),)),
    Screen(
        "Breakouts with volume",
        'volume_multiple >= 1.5 and breakout_stage != "inside"',
        (("volume_multiple", True),),
    ),
    Screen("Crowded funding", "abs(funding_8h_rate) > 0.03%", (("funding_8h_rate", True),)),
    Screen(
        "New positions, strong move",
        "open_interest_change_24h_rate > 5% and abs(change_24h_rate) > 3%",
        (("open_interest_change_24h_rate", True),),
    ),
)
"""What there is before the trader has saved any; a saved one of the same name stands in its place."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int = 1
    screens: tuple[Screen, ...] = ()


@dataclass(frozen=True, slots=True)
class _Removed:
    screen: Screen
    place: int


class ScreenBook:
    """The saved screens; a change is on disk when its method returns."""

    def __init__(self, path: Path | None = None) -> None:
        """Read a file; one that cannot be used is set aside, and `trouble` says so.

        Args:
            path: of the file; None keeps nothing.
        """
        self._path = path
        self._own: tuple[Screen, ...] = ()
        self._removed: list[_Removed] = []
        self.trouble = ""
        """Why the file could not be used, one sentence; empty where it could."""
        self.version = 0
        """Counts up with every change."""
        if path is not None:
            self._own, self.trouble = _read(path)

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The trader's own, then the shipped ones that no own one stands for."""
        names = {screen.name.casefold() for screen in self._own}
        return (*self._own, *(screen for screen in SHIPPED if screen.name.casefold() not in names))

    def screen(self, name: str) -> Screen | None:
        """The screen of that name, however it is spelled; None if there is none."""
        return next((one for one in self.screens if one.name.casefold() == name.casefold()), None)

    def is_own(self, name: str) -> bool:
        """Whether the trader saved it, so that it can be removed."""
        return any(screen.name.casefold() == name.casefold() for screen in self._own)

    def save(self, screen: Screen) -> None:
        """Keep a screen, in the place of the one of its name.

        Raises:
            BadFigure: it has no name, there are too many, or the file cannot be written.
        """
        if not screen.name.strip():
            raise BadFigure("name", "A screen needs a name")
        held = [one.name.casefold() for one in self._own]
        if screen.name.casefold() in held:
            place = held.index(screen.name.casefold())
            self._become((*self._own[:place], screen, *self._own[place + 1 :]))
        elif len(held) >= MOST_SCREENS:
            raise BadFigure("name", f"There are {MOST_SCREENS} screens: remove some first")
        else:
            self._become((*self._own, screen))

    def remove(self, name: str) -> bool:
        """Remove one of the trader's own; False if it is none. `undo` takes it back.

        Raises:
            BadFigure: the file cannot be written.
        """
        place = next((at for at, one in enumerate(self._own) if one.name.casefold() == name.casefold()), None)
        if place is None:
            return False
        screen = self._own[place]
        self._become((*self._own[:place], *self._own[place + 1 :]))
        self._removed.append(_Removed(screen, place))
        return True

    def undo(self) -> str:
        """Bring back what was removed last; return its name, "" where there is nothing.

        Raises:
            BadFigure: the file cannot be written.
        """
        if not self._removed:
            return ""
        removed = self._removed[-1]
        others = tuple(one for one in self._own if one.name.casefold() != removed.screen.name.casefold())
        self._become((*others[: removed.place], removed.screen, *others[removed.place :]))
        self._removed.pop()
        return removed.screen.name

    def _become(self, own: tuple[Screen, ...]) -> None:
        if self._path is not None:
            _write(self._path, _File(screens=own))
        self._own = own
        self.version += 1


def _read(path: Path) -> tuple[tuple[Screen, ...], str]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is too large")
        return msgspec.json.decode(path.read_bytes(), type=_File).screens, ""
    except FileNotFoundError:
        return (), ""
    except (OSError, ValueError, RecursionError) as error:
        with contextlib.suppress(OSError):
            os.replace(path, path.with_name(path.name + ".broken"))
        return (), f"The saved screens cannot be read ({error}): they were set aside as {path.name}.broken"


def _write(path: Path, file: _File) -> None:
    """Replace the file in one step."""
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(file), indent=1))
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise BadFigure("name", f"The screen cannot be kept: {error.strerror}") from None
