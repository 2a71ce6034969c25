"""Drawings on disk: one JSON file a market, written whole, read with a schema, set aside when it is bad."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec

from workstation.errors import DataDirectoryError
from workstation.model.drawings import Drawing
from workstation.runtime.whole_file import write_file

DRAWINGS_VERSION = 1
MOST_DRAWINGS = 1_000
"""Of one market."""
MOST_BYTES = 4 * 1024 * 1024
LAST_GOOD = ".last"
BROKEN = ".broken"

_Word = Annotated[str, msgspec.Meta(max_length=128)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    venue: _Word
    symbol: _Word
    drawings: Annotated[tuple[Drawing, ...], msgspec.Meta(max_length=MOST_DRAWINGS)]


@dataclass(frozen=True, slots=True)
class LoadedDrawings:
    """What was found of a market's drawings.

    Attributes:
        drawings: in the order they are painted.
        complaint: what was wrong with the file and where it is now; "" if nothing was.
        writable: saving destroys nothing; else the file that is there could be neither read nor put aside.
    """

    drawings: tuple[Drawing, ...]
    complaint: str = ""
    writable: bool = True


class DrawingFiles:
    """The drawings of every market below one folder: `<venue>/<symbol>.json`.

    Beside each lies the one that it took the place of, ".last". A file that cannot be used is renamed to the
    first of ".broken", ".broken-2", … that is free, and the one before it is read instead.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when something is saved."""
        self._folder = folder

    def path(self, venue: str, symbol: str) -> Path:
        """Where the drawings of a market are."""
        return self._folder / quote(venue, safe="").replace(".", "%2e") / f"{_file_name(symbol)}.json"

    def load(self, venue: str, symbol: str) -> LoadedDrawings:
        """Return what is kept of a market; a bad file is put aside and said so, never raised."""
        path = self.path(venue, symbol)
        try:
            return LoadedDrawings(_read(path, venue, symbol))
        except FileNotFoundError:
            return LoadedDrawings(())
        except OSError as error:
            why = error.strerror or str(error)
            return _left_as_it_is(path, symbol, why)
        except (ValueError, RecursionError) as error:
            return self._without(path, venue, symbol, str(error))

    def save(self, venue: str, symbol: str, drawings: tuple[Drawing, ...]) -> None:
        """Replace the file of a market in one step, and keep the one before as the last good one.

        Raises:
            DataDirectoryError: it cannot be written, or is more than can be read back; the file that was
                there is untouched.
        """
        path = self.path(venue, symbol)
        text = msgspec.json.format(
            msgspec.json.encode(_File(DRAWINGS_VERSION, venue, symbol, drawings)), indent=1
        )
        if len(text) > MOST_BYTES or len(drawings) > MOST_DRAWINGS:
            raise DataDirectoryError(
                f"{symbol} has {len(drawings)} drawings, more than can be kept: delete some to keep the rest"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                write_file(path.with_name(path.name + LAST_GOOD), path.read_bytes())
            write_file(path, text + b"\n")
        except OSError as error:
            why = error.strerror or str(error)
            raise DataDirectoryError(f"The drawings of {symbol} cannot be kept in {path}: {why}") from error

    def _without(self, path: Path, venue: str, symbol: str, why: str) -> LoadedDrawings:
        """Put a bad file aside and go back to the one before it."""
        try:
            aside = _put_aside(path)
        except OSError:
            return _left_as_it_is(path, symbol, why)
        words = f"The drawings of {symbol} cannot be used ({why}); the file is kept as {aside.name}."
        last = path.with_name(path.name + LAST_GOOD)
        try:
            drawings = _read(last, venue, symbol)
        except OSError:
            return LoadedDrawings((), words)
        except (ValueError, RecursionError):
            with contextlib.suppress(OSError):
                _put_aside(last)
            return LoadedDrawings((), words)
        with contextlib.suppress(DataDirectoryError):
            # Else the next run would find no file, and show nothing.
            self.save(venue, symbol, drawings)
        return LoadedDrawings(drawings, f"{words} The drawings before the last change are shown.")


def _left_as_it_is(path: Path, symbol: str, why: str) -> LoadedDrawings:
    words = f"The drawings of {symbol} cannot be used ({why}): {path} is left as it is, nothing new is kept."
    return LoadedDrawings((), words, writable=False)


def _read(path: Path, venue: str, symbol: str) -> tuple[Drawing, ...]:
    with path.open("rb") as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise ValueError("it is too large to hold drawings")
    version = msgspec.json.decode(text, type=_Version).version
    if version != DRAWINGS_VERSION:
        raise ValueError(f"it is of version {version}, not {DRAWINGS_VERSION}")
    saved = msgspec.json.decode(text, type=_File)
    if (saved.venue, saved.symbol) != (venue, symbol):
        raise ValueError(f"it belongs to {saved.symbol} on {saved.venue}")
    if len({drawing.drawing_id for drawing in saved.drawings}) != len(saved.drawings):
        raise ValueError("two drawings have the same id")
    return saved.drawings


class _Version(msgspec.Struct, frozen=True):
    version: int


def _put_aside(path: Path) -> Path:
    """Rename a file to a name that nothing has; return it.

    Raises:
        OSError: the folder cannot be written.
    """
    number = 1
    while True:
        aside = path.with_name(path.name + BROKEN + (f"-{number}" if number > 1 else ""))
        if not aside.exists():
            os.rename(path, aside)
            return aside
        number += 1


def _file_name(symbol: str) -> str:
    """A symbol as a file name: small letters are spelled out, so that no two names differ by case alone."""
    return "".join(f"%{ord(letter):02x}" if letter in _SMALL else quote(letter, safe="") for letter in symbol)


_SMALL = frozenset("abcdefghijklmnopqrstuvwxyz.")
